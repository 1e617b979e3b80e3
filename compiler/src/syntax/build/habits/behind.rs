//! What stands behind something that is complete: operators, units, clauses and brackets of other languages.

use super::{STATEMENT_WORDS, Site, first_word, last_word};
use crate::diagnostics::habits::{self as report, Answer};
use crate::diagnostics::{Diagnostic, close, syntax};
use crate::source::Span;
use crate::syntax::build::Builder;

impl<'i> Builder<'i> {
    /// What stands behind something that is complete.
    pub(in crate::syntax::build) fn habit_behind(&self, site: &Site<'i>) -> Option<Diagnostic> {
        self.comment(site)
            .or_else(|| self.behind_retry(site))
            .or_else(|| self.behind_map(site))
            .or_else(|| self.foreign_clause(site))
            .or_else(|| self.unit(site))
            .or_else(|| self.operator(site))
            .or_else(|| self.head(site))
            .or_else(|| self.type_form(site))
            .or_else(|| self.after_word(site))
            .or_else(|| self.list_sign(site))
    }

    /// Words that other languages begin clauses with.
    pub(super) fn foreign_clause(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = first_word(site.rest);
        let at = self.rest_span(site, word.len());
        let behind = site.rest.get(word.len()..).unwrap_or("").trim_start();
        let block_before = site.before.trim_end().ends_with('}');
        let ours = match word {
            "except" | "rescue" | "on_error" | "onError" if block_before || site.before.contains('(') => {
                "catch"
            }
            "ensure" | "always" if block_before => "finally",
            "timeout" if behind.starts_with(|c: char| c.is_ascii_digit()) => "within",
            "rollback" | "compensate" | "revert" => "undo",
            "throw" | "raises" | "raise" if site.before.contains(')') => "throws",
            "fails" | "fail" | "errors" if site.before.trim_start().starts_with("expect") => "failed",
            "while" if block_before && site.before.contains("repeat") => {
                let help = "`repeat { … } until condition` ends when the condition holds";
                return Some(report::foreign(at, "repeat … while", help));
            }
            "extends" | "implements" => {
                let help = "take its fields over: `type A = { ...Order, extra: int }`; errors are told apart by name alone";
                return Some(report::foreign(at, word, help));
            }
            _ => return None,
        };
        Some(syntax::foreign_word(at, word, ours))
    }

    /// `10 seconds`, `5 m`
    pub(super) fn unit(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let before = site.before.trim_end();
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let word = first_word(site.rest);
        if digits == 0 || word.is_empty() || before.len() == site.before.len() {
            return None;
        }
        let unit = syntax::unit_meant(word)?;
        let number = before.get(before.len() - digits..)?;
        let start = site.at.checked_sub(site.before.len() - before.len() + digits)?;
        let at = self.place(start, site.at + word.len() - start);
        Some(syntax::apart(at, word, &format!("{number}{unit}")))
    }

    /// Operators that Flow has not.
    pub(super) fn operator(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = first_word(site.rest);
        let sign = site.rest.get(
            ..site
                .rest
                .find(|c: char| c.is_alphanumeric() || " \"({[".contains(c))
                .unwrap_or(site.rest.len()),
        )?;
        let at = self.rest_span(site, word.len().max(sign.len()));
        let (written, help) = match (word, sign) {
            ("mod", _) => return Some(syntax::foreign_word(at, word, "%")),
            ("is" | "isnt", _) => (word, "compare with `==` or `!=`: `x == null`"),
            ("instanceof", _) => (word, "`match x { n: number => …, _ => … }` asks what a value is"),
            ("matches" | "like", _) | (_, "=~") => (
                if word.is_empty() { sign } else { word },
                "write `text.matches(\"pattern\")`, or `text.contains(\"part\")`",
            ),
            ("div", _) => (word, "whole numbers are divided with `a.div(b)`"),
            ("xor", _) | (_, "^") => (
                if word.is_empty() { sign } else { word },
                "powers are `x.power(2)`; for booleans write `a != b`",
            ),
            ("then", _) if site.before.trim_start().starts_with("if") => {
                (word, "put what belongs to it in braces: `if condition { … }`")
            }
            (_, "!." | "!" | "!!") => (
                "!",
                "say what counts where it is missing: `x ?? other`, `x?.field`, `x ?? fail Error(\"why\")`",
            ),
            (_, ":=") => {
                return Some(
                    report::sign(at, ":=", "=", "a value")
                        .help("declare it with `let x = …`, change it with `x = …`"),
                );
            }
            (_, "->") if self.lambda_before(site) => return Some(report::sign(at, "->", "=>", "a lambda")),
            (_, "=") if self.lambda_before(site) => return Some(report::sign(at, "=", "=>", "a lambda")),
            (_, "->") if site.before.contains(" throws ") => {
                let help = "write `(…) -> Result throws Error`";
                return Some(report::said(self.place(site.at, 2), "the result stands before `throws`", help));
            }
            (_, "->" | "::") => {
                let gap = self.place(site.at, sign.len());
                return Some(report::sign(gap, sign, ".", "a field"));
            }
            (_, "...") if site.before.ends_with(|c: char| c.is_ascii_digit()) => {
                return Some(report::sign(at, "...", "..", "a range"));
            }
            ("or", _) if site.before.contains('"') => return Some(syntax::foreign_word(at, "or", "|")),
            ("if", _) => ("a if c else b", "write `if c { a } else { b }`"),
            ("for", _) if site.before.contains('[') => {
                ("[x for x in xs]", "write `xs.map(x => …)`, with `.filter(x => …)` before it")
            }
            (_, sign) if sign.starts_with('|') && site.before.trim_end().ends_with('(') => {
                ("|x| …", "a lambda is written `x => …`")
            }
            (_, "&") => {
                ("&", "put two records together: `{ ...A, b: int }`; conditions are joined with `&&`")
            }
            _ => return None,
        };
        Some(report::foreign(at, written, help))
    }

    /// `xs.map(x` or `await token` stands before.
    pub(super) fn lambda_before(&self, site: &Site<'i>) -> bool {
        let before = site.before.trim_end();
        let word = last_word(before);
        let head = before.strip_suffix(word).unwrap_or("").trim_end();
        !word.is_empty() && (head.ends_with('(') && head.contains('.') || last_word(head) == "await")
    }

    /// `Array<string>`, `Map<string, int>`
    pub(super) fn type_form(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let inner = site.rest.strip_prefix('<')?;
        let name = last_word(site.before);
        let known = name.starts_with(|c: char| c.is_ascii_uppercase())
            || matches!(name, "list" | "dict" | "map" | "set" | "array" | "optional");
        if name.is_empty() || !known {
            return None;
        }
        let (inner, sure) = match inner.find('>') {
            Some(end) if !inner.get(..end)?.contains('<') => (inner.get(..end)?, true),
            _ => (inner.split([',', '>', '=']).next()?, false),
        };
        let last = inner.rsplit(',').next()?.trim();
        let ours = match name {
            "Map" | "Dict" | "Record" | "HashMap" | "dict" | "map" | "Object" => format!("dict<{last}>"),
            "Optional" | "Option" | "Maybe" | "Nullable" | "optional" => format!("{}?", inner.trim()),
            "Promise" | "Future" | "Task" | "Awaited" => inner.trim().to_owned(),
            "Partial" | "Pick" | "Omit" | "Readonly" | "Required" => "{ ...T, field: type }".to_owned(),
            _ => format!("{}[]", inner.trim()),
        };
        let start = site.at.checked_sub(name.len())?;
        let len = name.len() + if sure { inner.len() + 2 } else { 1 };
        let written = self.text.get(start..start + len)?;
        let sure = sure && !ours.contains("...");
        Some(report::type_form(self.place(start, len), written, &ours, sure))
    }

    /// `word something` where the word begins the line.
    pub(super) fn after_word(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = last_word(site.before);
        let before = site.before.trim_end();
        let alone = !word.is_empty() && before.trim_start() == word;
        let start = site.at.checked_sub(site.before.len())? + before.len().checked_sub(word.len())?;
        let at = self.place(start, word.len());
        let gap = site.before.len() > before.len();
        if word == "new" && gap {
            let help = match first_word(site.rest) {
                "Date" => "the present time is `now()`",
                it if it.contains("Error") || it.contains("Exception") => {
                    "declare `error OutOfStock`, raise it with `fail OutOfStock(\"why\")`"
                }
                _ => "a record is written `{ field: value }`; resources are declared",
            };
            return Some(report::foreign(at, "new", help));
        }
        if matches!(word, "f" | "r" | "b" | "u") && site.rest.starts_with('"') && !gap {
            return Some(report::said(at, "a text needs no prefix", "any text takes `${…}`").fix(
                "remove it",
                at,
                "",
            ));
        }
        if matches!(word, "lambda" | "function") {
            return Some(report::foreign(at, word, "a lambda is written `x => …`"));
        }
        if site.rest.starts_with('.')
            && site.rest.get(1..).is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
        {
            let digits = site.rest.get(1..)?.chars().take_while(char::is_ascii_digit).count();
            let at = self.rest_span(site, digits + 1);
            return Some(report::sign(at, ".", &format!("[{}]", site.rest.get(1..=digits)?), "an index"));
        }
        if site.rest.starts_with('(') && gap && !word.is_empty() && !before.ends_with(')') {
            let gap = self.place(start + word.len(), site.at - start - word.len());
            return Some(report::call_gap(gap));
        }
        if before.ends_with(')')
            && site.rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && gap
            && cast(before).is_some()
        {
            let help =
                "a value is asserted with `x as T`, converted with `toNumber(x)`, `x.toString()`, `.round()`";
            return Some(report::said(self.rest_span(site, site.rest.len()), "a cast is no `(T)`", help));
        }
        if !alone || !gap {
            return None;
        }
        self.lone_word(site, word, at)
    }

    /// The line is one word and something that does not belong to it.
    pub(super) fn lone_word(&self, site: &Site<'i>, word: &str, at: Span) -> Option<Diagnostic> {
        if matches!(word, "except" | "rescue") {
            return Some(syntax::foreign_word(at, word, "catch"));
        }
        let name = first_word(site.rest);
        let behind = site.rest.get(name.len()..).unwrap_or("").trim_start();
        if matches!(word, "raise" | "throw" | "throws") {
            return Some(syntax::foreign_word(at, word, "fail"));
        }
        if behind.starts_with('=') && !behind.starts_with("==") && !name.is_empty() {
            let ours = match word {
                "int" | "integer" | "long" => "int",
                "float" | "double" => "number",
                "String" | "str" => "string",
                "bool" => "boolean",
                "auto" | "mut" | "final" | "val" | "set" | "local" | "my" => "",
                other => other,
            };
            let ours = if ours.is_empty() { format!("let {name}") } else { format!("let {name}: {ours}") };
            let whole = Span { end: self.rest_span(site, name.len()).end, ..at };
            let help = format!("write `{ours} = …`; `var` for what is assigned again");
            return Some(report::foreign(at, word, &help).fix(format!("write `{ours}`"), whole, ours));
        }
        if matches!(word, "map" | "try" | "parallel" | "saga") {
            let help = match word {
                "map" => "write `map x in xs { … }`; for values `xs.map(x => …)`",
                "try" => {
                    "write `try { … } catch as e { … }`; a call alone needs no `try`: `f(x) catch as e { … }`"
                }
                _ => "its body stands in braces: `{ … }`",
            };
            return Some(report::said(at, &format!("`{word}` is not written so"), help));
        }
        if let Some(Answer { help, .. }) = report::statement(word).or_else(|| report::name(word)) {
            return Some(report::foreign(at, word, help));
        }
        if let Some(ours) = close(word, STATEMENT_WORDS).filter(|_| word.len() > 3) {
            return Some(report::misspelt(at, word, &ours));
        }
        let value = site.rest.starts_with('"') || site.rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        let simple = !site.rest.contains(['{', '}', '(', ')', '=']);
        if !value {
            return None;
        }
        let end = at.end;
        let open = Span { start: end, end: self.rest_span(site, 0).start, ..at };
        let close = self.rest_span(site, site.rest.len()).tail();
        let whole = self.rest_span(site, site.rest.len());
        Some(report::call_form(whole, &format!("write `{word}(…)`"), simple.then_some((open, close))))
    }

    /// `,` between statements, `=` between a name and its value.
    pub(super) fn list_sign(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let comma = site.rest.starts_with(',');
        if !comma {
            return None;
        }
        let at = self.rest_span(site, 1);
        let before = site.before;
        let open = before.rfind('{').map_or("", |it| before.get(it + 1..).unwrap_or(""));
        let assigned = open.contains('=') && !open.contains("==") && !open.contains("=>");
        if assigned && !open.contains('(') && !open.contains("let ") {
            let equals = before.len() - open.len() + open.find('=')?;
            let start = site.at.checked_sub(before.len())? + equals;
            return Some(
                report::sign(self.place(start, 1), "=", ":", "a field")
                    .help("a record is `{ name: value, other: value }`"),
            );
        }
        if before.contains('(') && before.matches('(').count() > before.matches(')').count() {
            return Some(report::said(
                at,
                "Flow has no tuples",
                "write a list `[a, b]`, or a record `{ a: …, b: … }`",
            ));
        }
        if !open.is_empty() || before.trim_start().starts_with(char::is_alphabetic) {
            return Some(report::said(
                at,
                "statements are not separated by `,`",
                "each stands on a line of its own",
            ));
        }
        None
    }
}

/// `(T)` at the end, as a cast of C's has it.
fn cast(before: &str) -> Option<&str> {
    let inner = before.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let head = inner.get(..open)?.trim_end();
    let name = inner.get(open + 1..)?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && head.ends_with(['=', '(', ','])).then_some(name)
}
