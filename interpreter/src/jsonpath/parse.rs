//! Reads a path. The grammar is Jayway's, with AWS's `$$` and `$name`.

use std::sync::Arc;

use jsonata::Value;

use super::SyntaxError;
use super::ast::{Compare, Filter, Function, Operand, Path, Root, Step};

/// Filters may nest; no deeper than this.
const MAX_DEPTH: usize = 64;

/// Parses a whole text as one path.
pub fn parse(text: &str) -> Result<Path, SyntaxError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let path = reader.path(false)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.error("expected the path to end here"));
    }
    Ok(path)
}

/// Parses a path at the start of `text`; gives it and how many bytes it took.
/// It stops at a comma, a blank or a closing parenthesis, as an intrinsic's argument does.
pub fn parse_prefix(text: &str) -> Result<(Path, usize), SyntaxError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let path = reader.path(false)?;
    Ok((path, reader.at))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn error(&self, what: &str) -> SyntaxError {
        SyntaxError { at: self.at, message: what.to_owned() }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    fn expect(&mut self, what: &str) -> Result<(), SyntaxError> {
        if self.eat(what) { Ok(()) } else { Err(self.error(&format!("expected `{what}`"))) }
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += self.peek().map_or(0, char::len_utf8);
        }
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let len = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or("")
    }

    fn path(&mut self, in_filter: bool) -> Result<Path, SyntaxError> {
        let root = self.root(in_filter)?;
        let mut path = Path { root, steps: Vec::new(), function: None };
        while path.function.is_none() && self.step(&mut path)? {}
        Ok(path)
    }

    fn root(&mut self, in_filter: bool) -> Result<Root, SyntaxError> {
        if in_filter && self.eat("@") {
            return Ok(Root::Current);
        }
        self.expect("$")?;
        if self.eat("$") {
            return Ok(Root::Context);
        }
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_');
        Ok(if name.is_empty() { Root::Input } else { Root::Variable(name.into()) })
    }

    /// One step onto `path`; false when there is none.
    fn step(&mut self, path: &mut Path) -> Result<bool, SyntaxError> {
        if self.eat("..") {
            path.steps.push(Step::Descend);
            if self.peek() == Some('[') {
                return Ok(true);
            }
            return self.dotted(path).map(|()| true);
        }
        if self.eat(".") {
            if self.peek() == Some('[') {
                return Ok(true);
            }
            return self.dotted(path).map(|()| true);
        }
        if self.eat("[") {
            let step = self.bracket()?;
            path.steps.push(step);
            return Ok(true);
        }
        Ok(false)
    }

    fn dotted(&mut self, path: &mut Path) -> Result<(), SyntaxError> {
        if self.eat("*") {
            path.steps.push(Step::Wildcard);
            return Ok(());
        }
        let name = self.take_while(|c| !c.is_whitespace() && !".[]()=!<>&|,;:'\"*@?~".contains(c));
        if name.is_empty() {
            return Err(self.error("expected a name"));
        }
        if self.peek() == Some('(') {
            self.at += 1;
            path.function = Some(self.function(name)?);
        } else {
            path.steps.push(Step::Name(name.into()));
        }
        Ok(())
    }

    fn function(&mut self, name: &str) -> Result<Function, SyntaxError> {
        let mut arguments = Vec::new();
        self.blanks();
        while !self.eat(")") {
            arguments.push(self.literal()?);
            self.blanks();
            if !self.eat(",") && self.peek() != Some(')') {
                return Err(self.error("expected `,` or `)`"));
            }
            self.blanks();
        }
        Ok(match (name, arguments.as_slice()) {
            ("length", []) => Function::Length,
            ("size", []) => Function::Size,
            ("min", []) => Function::Min,
            ("max", []) => Function::Max,
            ("avg", []) => Function::Avg,
            ("stddev", []) => Function::Stddev,
            ("sum", []) => Function::Sum,
            ("keys", []) => Function::Keys,
            ("first", []) => Function::First,
            ("last", []) => Function::Last,
            ("index", [at]) => Function::Index(at.as_f64().map_or(0, |it| it as i64)),
            ("concat", _) => Function::Concat(arguments),
            ("append", _) => Function::Append(arguments),
            _ => {
                return Err(
                    self.error(&format!("there is no function `{name}` with {} arguments", arguments.len()))
                );
            }
        })
    }

    /// After `[`.
    fn bracket(&mut self) -> Result<Step, SyntaxError> {
        self.blanks();
        let step = match self.peek() {
            Some('*') => {
                self.at += 1;
                Step::Wildcard
            }
            Some('\'' | '"') => self.names()?,
            Some('?') => {
                self.at += 1;
                self.blanks();
                self.expect("(")?;
                let filter = self.or()?;
                self.blanks();
                self.expect(")")?;
                Step::Filter(filter)
            }
            _ => self.indexes()?,
        };
        self.blanks();
        self.expect("]")?;
        Ok(step)
    }

    fn names(&mut self) -> Result<Step, SyntaxError> {
        let mut names: Vec<Arc<str>> = Vec::new();
        loop {
            self.blanks();
            names.push(self.quoted()?.into());
            self.blanks();
            if !self.eat(",") {
                break;
            }
        }
        Ok(match names.as_slice() {
            [only] => Step::Name(only.clone()),
            _ => Step::Names(names),
        })
    }

    fn indexes(&mut self) -> Result<Step, SyntaxError> {
        let first = self.integer()?;
        self.blanks();
        if self.eat(":") {
            self.blanks();
            return Ok(Step::Slice(first, self.integer()?));
        }
        let Some(first) = first else { return Err(self.error("expected an index, a name or `*`")) };
        let mut all = vec![first];
        while self.eat(",") {
            self.blanks();
            match self.integer()? {
                Some(next) => all.push(next),
                None => return Err(self.error("expected an index")),
            }
            self.blanks();
        }
        Ok(if all.len() == 1 { Step::Index(first) } else { Step::Indexes(all) })
    }

    fn integer(&mut self) -> Result<Option<i64>, SyntaxError> {
        let start = self.at;
        self.eat("-");
        self.take_while(|c| c.is_ascii_digit());
        let text = self.text.get(start..self.at).unwrap_or("");
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| self.error("expected a whole number"))
    }

    fn quoted(&mut self) -> Result<String, SyntaxError> {
        let Some(quote @ ('\'' | '"')) = self.peek() else {
            return Err(self.error("expected a quoted name"));
        };
        self.at += 1;
        let mut out = String::new();
        loop {
            let Some(c) = self.peek() else { return Err(self.error("the quote is not closed")) };
            self.at += c.len_utf8();
            match c {
                '\\' => match self.peek() {
                    Some(escaped) => {
                        self.at += escaped.len_utf8();
                        out.push(match escaped {
                            'n' => '\n',
                            't' => '\t',
                            'r' => '\r',
                            'b' => '\u{8}',
                            'f' => '\u{c}',
                            other => other,
                        });
                    }
                    None => return Err(self.error("the quote is not closed")),
                },
                c if c == quote => return Ok(out),
                c => out.push(c),
            }
        }
    }

    fn or(&mut self) -> Result<Filter, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("the filter is nested too deeply"));
        }
        let mut all = vec![self.and()?];
        loop {
            self.blanks();
            if !self.eat("||") {
                break;
            }
            all.push(self.and()?);
        }
        self.depth -= 1;
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::Or(all) })
    }

    fn and(&mut self) -> Result<Filter, SyntaxError> {
        let mut all = vec![self.unary()?];
        loop {
            self.blanks();
            if !self.eat("&&") {
                break;
            }
            all.push(self.unary()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    fn unary(&mut self) -> Result<Filter, SyntaxError> {
        let mut negations = 0usize;
        loop {
            self.blanks();
            if !self.eat("!") {
                break;
            }
            negations += 1;
        }
        let inner = if self.eat("(") {
            let inner = self.or()?;
            self.blanks();
            self.expect(")")?;
            inner
        } else {
            self.comparison()?
        };
        Ok(if negations % 2 == 1 { Filter::Not(Box::new(inner)) } else { inner })
    }

    fn comparison(&mut self) -> Result<Filter, SyntaxError> {
        let left = self.operand()?;
        self.blanks();
        let Some(operator) = self.operator() else { return Ok(Filter::Exists(left)) };
        self.blanks();
        let right = self.operand()?;
        Ok(Filter::Compare(left, operator, right))
    }

    fn operator(&mut self) -> Option<Compare> {
        const SIGNS: [(&str, Compare); 9] = [
            ("===", Compare::Same),
            ("!==", Compare::NotSame),
            ("==", Compare::Eq),
            ("!=", Compare::Ne),
            ("=~", Compare::Regex),
            ("<=", Compare::Le),
            (">=", Compare::Ge),
            ("<", Compare::Lt),
            (">", Compare::Gt),
        ];
        if let Some((_, found)) = SIGNS.iter().find(|(sign, _)| self.eat(sign)) {
            return Some(*found);
        }
        let start = self.at;
        let word = self.take_while(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
        let found = match word.as_str() {
            "in" => Compare::In,
            "nin" => Compare::Nin,
            "subsetof" => Compare::SubsetOf,
            "anyof" => Compare::AnyOf,
            "noneof" => Compare::NoneOf,
            "contains" => Compare::Contains,
            "all" => Compare::All,
            "size" => Compare::Size,
            "empty" => Compare::Empty,
            _ => {
                self.at = start;
                return None;
            }
        };
        Some(found)
    }

    fn operand(&mut self) -> Result<Operand, SyntaxError> {
        self.blanks();
        match self.peek() {
            Some('@' | '$') => self.path(true).map(Operand::Path),
            Some('/') => self.regex(),
            _ => self.literal().map(Operand::Value),
        }
    }

    fn regex(&mut self) -> Result<Operand, SyntaxError> {
        self.at += 1;
        let mut pattern = String::new();
        loop {
            let Some(c) = self.peek() else { return Err(self.error("the pattern is not closed")) };
            self.at += c.len_utf8();
            match c {
                '/' => break,
                '\\' if self.peek() == Some('/') => {
                    self.at += 1;
                    pattern.push('/');
                }
                '\\' => {
                    pattern.push('\\');
                    if let Some(next) = self.peek() {
                        self.at += next.len_utf8();
                        pattern.push(next);
                    }
                }
                c => pattern.push(c),
            }
        }
        let flags = self.take_while(|c| c.is_ascii_alphabetic());
        Ok(Operand::Regex(pattern.into(), flags.contains('i')))
    }

    fn literal(&mut self) -> Result<Value, SyntaxError> {
        match self.peek() {
            Some('\'' | '"') => self.quoted().map(Value::from),
            Some('[' | '{') => self.json(),
            _ => {
                let word = self.take_while(|c| c.is_alphanumeric() || "+-._".contains(c));
                match word {
                    "true" => Ok(Value::from(true)),
                    "false" => Ok(Value::from(false)),
                    "null" => Ok(Value::Null),
                    _ => match serde_json::from_str::<serde_json::Value>(word) {
                        Ok(number @ serde_json::Value::Number(_)) => Ok(Value::from(number)),
                        // Deployed samples of AWS compare with words that have no quotes: `@.Name==Receipt`.
                        _ if word.starts_with(char::is_alphabetic) => Ok(Value::from(word)),
                        _ => Err(self.error("expected a value")),
                    },
                }
            }
        }
    }

    /// A JSON array or object; single quotes count as double ones.
    fn json(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        let mut depth = 0usize;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            match c {
                '\'' | '"' => {
                    let inner = self.quoted()?;
                    text.push_str(&serde_json::Value::from(inner).to_string());
                    continue;
                }
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += c.len_utf8();
            text.push(c);
            if depth == 0 {
                break;
            }
        }
        match serde_json::from_str::<serde_json::Value>(&text) {
            Ok(value) => Ok(Value::from(value)),
            Err(_) => {
                self.at = start;
                Err(self.error("expected a JSON value"))
            }
        }
    }
}
