//! `retry 3`, `retry A, B`, `catch (A e)`: clauses as other languages have them.

use super::{Site, first_word};
use crate::diagnostics::{Diagnostic, habits as report, syntax};
use crate::source::Span;
use crate::syntax::build::Builder;

impl<'i> Builder<'i> {
    /// What stands behind `retry`, or behind the errors that it names.
    pub(super) fn behind_retry(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let rest = site.rest;
        let options_before = site.before.trim_end().ends_with(')')
            && site.before.rsplit("retry").next().is_some_and(|it| it.trim_start().starts_with('('))
            && site.before.contains(" retry");
        if options_before && rest.starts_with(|c: char| c.is_ascii_uppercase()) {
            let at = self.rest_span(site, rest.find(' ').unwrap_or(rest.len()));
            let help = "write `retry SomeError (attempts: 3)`";
            return Some(report::said(at, "the errors of a `retry` stand before its options", help));
        }
        if !names_of_retry(site.before) {
            return None;
        }
        let gap = if site.before.ends_with(char::is_whitespace) { "" } else { " " };
        if rest.starts_with(|c: char| c.is_ascii_digit()) {
            let number = first_word(rest);
            let counts = number.bytes().all(|it| it.is_ascii_digit());
            let behind = rest.get(number.len()..)?;
            let word = first_word(behind.trim_start());
            let times = if counts && matches!(word, "times" | "time" | "x") {
                behind.len() - behind.trim_start().len() + word.len()
            } else {
                0
            };
            let option = if counts { "attempts" } else { "every" };
            let written = format!("({option}: {number})");
            let at = self.rest_span(site, number.len() + times);
            return Some(options(at, &written).fix(
                format!("write `retry {written}`"),
                at,
                format!("{gap}{written}"),
            ));
        }
        if rest.starts_with('{') {
            let it = options(self.rest_span(site, 1), "(attempts: 3, every: 2s)");
            let inner = rest.strip_prefix('{')?.split_once('}')?.0;
            if inner.contains(['{', '(']) {
                return Some(it);
            }
            let at = self.rest_span(site, inner.len() + 2);
            return Some(it.fix("put them in parentheses", at, format!("({})", inner.trim())));
        }
        rest.starts_with(',').then(|| syntax::separator(self.rest_span(site, 1), ",", " |"))
    }

    /// `map(concurrency: 5) x in xs { … }`: taken for a call.
    pub(super) fn behind_map(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let at = site.before.rfind("map(")?;
        let behind = site.rest.get(first_word(site.rest).len()..)?;
        let goes_over = behind.trim_start().starts_with("in ") || behind.starts_with(',');
        if !goes_over || !site.before.ends_with([')', ' ']) {
            return None;
        }
        let start = site.at.checked_sub(site.before.len())? + at + "map".len();
        let at = self.place(start, 1);
        Some(
            report::said(
                at,
                "a blank parts `map` from its options",
                "write `map (concurrency: 5) x in xs { … }`",
            )
            .fix("put a blank there", at.head(), " "),
        )
    }

    /// What stands where the block of a `catch` is wanted.
    pub(super) fn behind_catch(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = first_word(site.rest);
        if site.rest.starts_with('(') {
            let inner = site.rest.strip_prefix('(')?.split(')').next()?;
            let at = self.rest_span(site, inner.len() + 2);
            let it = report::said(at, "an error is caught without parentheses", "write `catch Error as e`");
            return Some(match caught(inner) {
                Some(written) => it.fix("take them away", at, written),
                None => it,
            });
        }
        let block = site.rest.strip_prefix(word).is_some_and(|it| it.trim_start().starts_with('{'));
        if word.is_empty() || !block {
            return None;
        }
        let at = self.rest_span(site, word.len());
        let it = report::said(at, "the caught error is named with `as`", "write `catch Error as e`");
        Some(it.fix("add `as`", at.head(), "as "))
    }
}

fn options(at: Span, written: &str) -> Diagnostic {
    report::said(
        at,
        "options of `retry` have names and stand in parentheses",
        &format!("write `retry {written}`, or `retry SomeError {written}`"),
    )
}

/// Whether a line ends in `retry`, or in `retry` and the errors that it is for.
fn names_of_retry(before: &str) -> bool {
    let Some(at) = before.rfind("retry") else { return false };
    let word = before.get(..at).is_some_and(|it| !it.ends_with(is_word));
    let names = before.get(at + "retry".len()..).unwrap_or("");
    let of_names = |c: char| is_word(c) || matches!(c, '.' | '|' | ' ' | '\t');
    word && !names.starts_with(is_word) && names.chars().all(of_names)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `A e`, `e: A`, `A as e` → `A as e`
fn caught(inner: &str) -> Option<String> {
    if let Some((name, error)) = inner.split_once(':') {
        return Some(format!("{} as {}", error.trim(), name.trim()));
    }
    let words: Vec<&str> = inner.split_whitespace().collect();
    match words.as_slice() {
        [.., "as", _] => Some(inner.trim().to_owned()),
        [error] => Some((*error).to_owned()),
        [errors @ .., name] => Some(format!("{} as {name}", errors.join(" "))),
        [] => None,
    }
}
