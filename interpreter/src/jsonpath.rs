//! JSONPath as AWS evaluates it: Jayway's dialect with `$$` (the context object) and `$name` (variables).
//!
//! A definite path gives one value, an indefinite one the list of what it finds.

use std::fmt;

use jsonata::Value;

mod ast;
mod filter;
mod find;
mod insert;
mod parse;

pub use ast::{Compare, Filter, Function, Operand, Path, Root, Step};
pub use insert::insert;
pub use parse::{parse, parse_prefix};

/// A path that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Byte offset.
    pub at: usize,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} (at offset {})", self.message, self.at)
    }
}

/// Where `$`, `$$` and `$name` lead.
pub trait Roots {
    /// `$`.
    fn input(&self) -> &Value;
    /// `$$`.
    fn context(&self) -> Value;
    /// `$name`.
    fn variable(&self, name: &str) -> Option<Value>;
}

/// A lone value as `$`, without context or variables.
impl Roots for Value {
    fn input(&self) -> &Value {
        self
    }

    fn context(&self) -> Value {
        crate::value::empty()
    }

    fn variable(&self, _: &str) -> Option<Value> {
        None
    }
}

impl Path {
    /// Evaluates the path. The error is the second half of AWS's "Invalid path '…' : …".
    pub fn find(&self, roots: &dyn Roots) -> Result<Value, String> {
        let start = match &self.root {
            Root::Input | Root::Current => roots.input().clone(),
            Root::Context => roots.context(),
            Root::Variable(name) => {
                roots.variable(name).ok_or_else(|| format!("The variable '{name}' is not defined"))?
            }
        };
        find::find(self, &start, roots)
    }

    /// The first step that leads nowhere; `None` if all lead on, or the path is none of names and indexes.
    pub(crate) fn dead_end(&self, start: &Value) -> Option<&Step> {
        let mut value = start;
        for step in &self.steps {
            match find::step(step, value) {
                Some(next) => value = next,
                None => return matches!(step, Step::Name(_) | Step::Index(_)).then_some(step),
            }
        }
        None
    }

    /// Whether the path reads an input that is `null`.
    pub(crate) fn reads_nothing(&self, input: &Value) -> bool {
        self.root == Root::Input && input.is_null()
    }

    /// Whether the path is `$` alone.
    pub fn is_whole_input(&self) -> bool {
        self.root == Root::Input && self.steps.is_empty() && self.function.is_none()
    }
}

/// Jayway's canonical form: `$['a'][0]`.
impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.root {
            Root::Input | Root::Context => out.write_str("$")?,
            Root::Variable(_) => out.write_str("$")?,
            Root::Current => out.write_str("@")?,
        }
        for step in &self.steps {
            match step {
                Step::Name(name) => write!(out, "['{name}']")?,
                Step::Names(names) => write!(out, "['{}']", names.join("','"))?,
                Step::Index(at) => write!(out, "[{at}]")?,
                Step::Indexes(all) => {
                    write!(out, "[{}]", all.iter().map(i64::to_string).collect::<Vec<_>>().join(","))?;
                }
                Step::Slice(from, to) => {
                    let show = |it: &Option<i64>| it.map_or_else(String::new, |it| it.to_string());
                    write!(out, "[{}:{}]", show(from), show(to))?;
                }
                Step::Wildcard => out.write_str("[*]")?,
                Step::Filter(_) => out.write_str("[?]")?,
                Step::Descend => out.write_str("..")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOKS: &str = r#"{"store":{"book":[
        {"category":"reference","author":"Rees","title":"Sayings","price":8.95},
        {"category":"fiction","author":"Waugh","title":"Sword","price":12.99},
        {"category":"fiction","author":"Melville","title":"Moby Dick","isbn":"0-553-21311-3","price":8.99},
        {"category":"fiction","author":"Tolkien","title":"Lord","isbn":"0-395-19395-8","price":22.99}],
        "bicycle":{"color":"red","price":19.95}},"expensive":10,"a b":{"c.d":1},"empty":[]}"#;

    fn check(path: &str, expected: &str) {
        let doc: Value = BOOKS.parse().expect("json");
        let path = parse(path).unwrap_or_else(|e| panic!("{path}: {e}"));
        let got = path.find(&doc).map_or_else(|e| e, |it| it.to_string());
        assert_eq!(got, expected, "{path}");
    }

    #[test]
    fn definite_paths_give_a_value() {
        check("$.expensive", "10");
        check("$['a b']['c.d']", "1");
        check("$.store.book[0].title", "\"Sayings\"");
        check("$.store.book[-1].title", "\"Lord\"");
        check("$.store.bicycle['color','price']", r#"{"color":"red","price":19.95}"#);
    }

    #[test]
    fn indefinite_paths_give_a_list() {
        check("$.store.book[*].author", r#"["Rees","Waugh","Melville","Tolkien"]"#);
        check("$..author", r#"["Rees","Waugh","Melville","Tolkien"]"#);
        check("$.store..price", "[8.95,12.99,8.99,22.99,19.95]");
        check("$..book[2].title", r#"["Moby Dick"]"#);
        check("$.store.book[0,1].title", r#"["Sayings","Sword"]"#);
        check("$.store.book[:2].title", r#"["Sayings","Sword"]"#);
        check("$.store.book[1:3].title", r#"["Sword","Moby Dick"]"#);
        check("$.store.book[-2:].title", r#"["Moby Dick","Lord"]"#);
        check("$.nothing[*].x", "[]");
        check("$.nothing.at.all[1:]", "[]");
    }

    #[test]
    fn filters_choose() {
        check("$.store.book[?(@.isbn)].title", r#"["Moby Dick","Lord"]"#);
        check("$.store.book[?(!@.isbn)].title", r#"["Sayings","Sword"]"#);
        check("$.store.book[?(@.price < 10)].title", r#"["Sayings","Moby Dick"]"#);
        check("$.store.book[?(@.price <= $.expensive)].title", r#"["Sayings","Moby Dick"]"#);
        check("$.store.book[?(@.author =~ /.*rEEs/i)].title", r#"["Sayings"]"#);
        check("$.store.book[?(@.category == 'fiction' && @.price > 20)].title", r#"["Lord"]"#);
        check("$.store.book[?(@.author in ['Rees', 'Waugh'])].title", r#"["Sayings","Sword"]"#);
        check("$.store.book[?(@.author nin ['Rees', 'Waugh'])].title", r#"["Moby Dick","Lord"]"#);
        check("$.store.book[?(@.title contains 'o')].title", r#"["Sword","Moby Dick","Lord"]"#);
        check("$.store.book[?(@.category==reference)].title", r#"["Sayings"]"#);
        check("$..book[?(@.price == 8.95 || @.price == 8.99)].title", r#"["Sayings","Moby Dick"]"#);
        check("$..[?(@.color)].color", r#"["red"]"#);
    }

    #[test]
    fn functions_end_a_path() {
        check("$.store.book.length()", "4");
        check("$.store.book[*].price.sum()", "53.92");
        check("$..price.min()", "8.95");
        check("$..price.max()", "22.99");
        check("$.store.bicycle.keys()", r#"["color","price"]"#);
        check("$.store.book[*].title.first()", "\"Sayings\"");
        check("$.store.book[*].title.last()", "\"Lord\"");
    }

    #[test]
    fn what_is_missing_is_said_as_aws_says_it() {
        check("$.no.such.result.path", "Missing property in path $['no']");
        check("$.NoSuchInputPath", "No results for path: $['NoSuchInputPath']");
        check("$.empty[3]", "No results for path: $['empty'][3]");
    }

    #[test]
    fn broken_paths_are_refused() {
        for bad in ["", "a", "$.", "$[", "$['a", "$[?(@.a == )]", "$.a[", "$.a.nope()", "$[?(@.a"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
