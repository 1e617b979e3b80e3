//! `F02..`: names, imports and declarations.

use super::{Diagnostic, or_list};
use crate::source::{FileId, Span};
use crate::syntax::ast::Name;

/// Says "did you mean …" and offers the edit, where something close is known.
pub(crate) trait DidYouMean {
    /// Says what Flow has instead of a word of another language.
    #[must_use]
    fn answered(self, span: Span, answer: super::habits::Answer) -> Self;
    #[must_use]
    fn did_you_mean(self, span: Span, close: Option<&str>) -> Self;
}

impl DidYouMean for Diagnostic {
    fn answered(self, span: Span, answer: super::habits::Answer) -> Self {
        let it = self.help(answer.help);
        match answer.instead {
            Some(ours) => it.fix(format!("write `{ours}`"), span, ours),
            None => it,
        }
    }

    fn did_you_mean(self, span: Span, close: Option<&str>) -> Self {
        match close {
            Some(close) => self.help(format!("did you mean `{close}`?")).fix(
                format!("change it to `{close}`"),
                span,
                close,
            ),
            None => self,
        }
    }
}

pub fn unknown_name(name: &str, span: Span, close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0201", span, format!("there is no `{name}` here")).here("not declared");
    match super::habits::name(name) {
        Some(answer) => it.answered(span, answer),
        None => it.did_you_mean(span, close),
    }
}

pub fn unknown_type(name: &str, span: Span, close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0202", span, format!("there is no type `{name}`")).here("not declared");
    it.did_you_mean(span, close)
}

/// `local`: a binding inside a body, which an underscore silences on the spot.
pub fn unused(name: &Name, noun: &str, local: bool) -> Diagnostic {
    let silent = format!("_{}", name.text);
    let it = Diagnostic::warning("F0224", name.span, format!("{noun} `{}` is never used", name.text));
    let it = it.here("declared here");
    if local {
        return it.help(format!("use it, or take it away; `{silent}` says that it is meant so")).fix(
            format!("name it `{silent}`"),
            name.span,
            silent,
        );
    }
    it.help(if noun == "import" {
        "take it away".to_owned()
    } else {
        format!("take it away, or name it `{silent}`")
    })
}

/// `word`: the `var` of its declaration.
pub fn never_assigned(name: &Name, word: Option<Span>) -> Diagnostic {
    let it = Diagnostic::warning("F0225", name.span, format!("variable `{}` never changes", name.text))
        .here("never assigned again")
        .help("declare it with `let`");
    match word {
        Some(word) => it.fix("write `let`", word, "let"),
        None => it,
    }
}

/// `form`: how it is written.
pub fn attribute_argument(at: Span, name: &str, form: &str) -> Diagnostic {
    Diagnostic::error("F0226", at, format!("`{name}` lacks what it needs")).help(format!("write `{form}`"))
}

pub fn attribute_word(at: Span, word: &str, known: &[&str], close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0226", at, format!("`{word}` is none of its words"));
    match close {
        Some(_) => it.did_you_mean(at, close),
        None => it.help(format!("it is {}", or_list(known, "or"))),
    }
}

pub fn declared_twice(name: &Name, noun: &str, first_noun: &str, first: Span) -> Diagnostic {
    let message = format!("`{}` is declared twice", name.text);
    Diagnostic::error("F0203", name.span, message)
        .here(format!("again, as a {noun}"))
        .label(first, format!("first declared here, as a {first_noun}"))
        .help("give one of the two another name")
}

pub fn twice_in_template(name: &Name, noun: &str, first_noun: &str, first: Span) -> Diagnostic {
    let message = format!("the app has two things named `{}`", name.text);
    Diagnostic::error("F0204", name.span, message)
        .here(format!("this {noun}"))
        .label(first, format!("and this {first_noun}"))
        .note("resources, workflows, APIs, parameters and conditions of all files share one template")
        .help("give one of the two another name")
}

pub fn not_in_file(name: &Name, path: &str, close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0205", name.span, format!("`{path}` declares no `{}`", name.text));
    it.here("not declared there").did_you_mean(name.span, close)
}

pub fn unreadable_import(import: &Name, path: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0206", import.span, format!("can't read `{path}`: {why}"))
        .here("imported here")
        .help("the path is relative to this file; `.flow` may be left out")
}

pub fn bad_import_path(import: &Name) -> Diagnostic {
    Diagnostic::error("F0206", import.span, format!("`{}` is not a path to a file of this app", import.text))
        .here("must begin with `./` or `../` and stay inside the app's folder")
        .help("`aws.*` and built-in functions need no import")
}

pub fn unreadable_entry(path: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0206", Span::new(FileId(0), 0, 0), format!("can't read `{path}`: {why}"))
}

pub fn import_cycle(import: &Name, cycle: &[String]) -> Diagnostic {
    Diagnostic::error("F0207", import.span, "files import each other in a circle")
        .here("this import closes the circle")
        .note(cycle.join(" → "))
        .help("move what both need into a file of its own")
}

pub fn not_a_value(name: &str, noun: &str, span: Span) -> Diagnostic {
    let it = Diagnostic::error("F0208", span, format!("`{name}` is a {noun}, not a value"));
    match noun {
        "error" => it.help(format!("raise it with `fail {name}(\"why\")`")),
        "policy" => it.help(format!("put it behind a call: `f(x) with {name}`")),
        "function" | "step" => it.help(format!("call it: `{name}(…)`")),
        _ => it,
    }
}

pub fn not_a_type(name: &str, noun: &str, span: Span) -> Diagnostic {
    Diagnostic::error("F0209", span, format!("`{name}` is a {noun}, not a type"))
        .here("a type is wanted here")
}

pub fn unknown_error(name: &str, span: Span, close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0210", span, format!("there is no error `{name}`")).here("not declared");
    match close {
        Some(_) => it.did_you_mean(span, close),
        None if name.contains('.') => it
            .note("AWS's own errors have the prefix of their integration: `DynamoDb.ConditionalCheckFailedException`")
            .help(format!("if it is one of yours, declare it: `error Name = \"{name}\"`")),
        None => it.help(format!("declare it: `error {name}`")),
    }
}

pub fn not_an_error(name: &str, noun: &str, span: Span) -> Diagnostic {
    Diagnostic::error("F0211", span, format!("`{name}` is a {noun}, not an error"))
        .here("the name of an error is wanted here")
}

pub fn unknown_policy(name: &Name, close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0212", name.span, format!("there is no policy `{}`", name.text));
    it.here("not declared").did_you_mean(name.span, close)
}

pub fn unknown_field(name: &Name, of: &str, fields: &[&str], close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0213", name.span, format!("`{of}` has no field `{}`", name.text));
    let it = it.here("no such field");
    match close {
        Some(_) => it.did_you_mean(name.span, close),
        None if fields.is_empty() => it,
        None => it.help(format!("it has {}", or_list(fields, "and"))),
    }
}

pub fn unknown_method(name: &Name, of: &str, methods: &[&str], close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0214", name.span, format!("`{of}` has no method `{}`", name.text));
    let it = it.here("no such method");
    match close {
        Some(_) => it.did_you_mean(name.span, close),
        None => match super::habits::resource_method(of, &name.text)
            .or_else(|| super::habits::method(&name.text))
        {
            Some(answer) => it.answered(name.span, answer),
            None if of.starts_with("run of ") => {
                it.help("write `expect run.output == …`, or `expect run failed`")
            }
            None if methods.is_empty() => it,
            None => it.help(format!("it has {}", or_list(methods, "and"))),
        },
    }
}

pub fn unknown_option(name: &Name, of: &str, options: &[&str], close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0215", name.span, format!("{of} has no option `{}`", name.text));
    let it = it.here("no such option");
    match close {
        Some(_) => it.did_you_mean(name.span, close),
        None if options.is_empty() => it.help("it takes no options"),
        None => it.help(format!("it has {}", or_list(options, "and"))),
    }
}

pub fn unknown_label(name: &Name, close: Option<&str>) -> Diagnostic {
    let message = format!("no enclosing loop or block has the label `'{}`", name.text);
    let close = close.map(|it| format!("'{it}"));
    Diagnostic::error("F0216", name.span, message).did_you_mean(name.span, close.as_deref())
}

pub fn field_twice(name: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error("F0217", span, format!("`{name}` is given twice"))
        .here("again")
        .label(first, "first given here")
        .help("remove one of them")
}

pub fn recursive(noun: &str, name: &str, span: Span, why: &str) -> Diagnostic {
    Diagnostic::error("F0218", span, format!("{noun} `{name}` calls itself"))
        .here("leads back to itself")
        .note(why.to_owned())
}

pub fn circular_type(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("F0219", span, format!("type `{name}` stands for nothing but itself"))
        .here("leads back to itself")
        .help("let it pass through a record or a list: `type Tree = { name: string, children: Tree[] }`")
}

pub fn circular_const(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("F0220", span, format!("the value of `{name}` depends on itself"))
        .here("leads back to itself")
}

pub fn unknown_attribute(name: &Name, on: &str, known: &[&str], close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0221", name.span, format!("{on} has no attribute `@{}`", name.text));
    match close {
        Some(_) => it.did_you_mean(name.span, close),
        None if known.is_empty() => it.help("it takes no attributes"),
        None => it.help(format!("it takes `@{}`", known.join("`, `@"))),
    }
}

pub fn shadows(name: &str, span: Span, outer: Span) -> Diagnostic {
    Diagnostic::error("F0223", span, format!("`{name}` is declared twice in this block"))
        .here("again")
        .label(outer, "first declared here")
        .help("use another name, or make the first a `var` and assign to it")
}
