//! Snippets and what is said of them. Each is a whole program; `errors` gives codes with the text they point to.

use std::collections::BTreeMap;

use crate::analyze;
use crate::diagnostics::Diagnostic;
use crate::source::Sources;

pub(super) fn diagnostics(source: &str) -> Vec<Diagnostic> {
    let world = BTreeMap::from([("main.flow".to_owned(), source.to_owned())]);
    analyze(&world, "main.flow", "test").diagnostics
}

/// `F0201 "nmae"`, in the order of the text.
pub(super) fn errors(source: &str) -> Vec<String> {
    let slice = |it: &Diagnostic| source.get(it.span().range()).unwrap_or("").to_owned();
    diagnostics(source).iter().map(|it| format!("{} {:?}", it.code, slice(it))).collect()
}

#[track_caller]
pub(super) fn check(source: &str, expected: &[&str]) {
    let found = errors(source);
    let all: Vec<String> = diagnostics(source)
        .iter()
        .map(|it| format!("{} {}\n    {:?} {:?}", it.code, it.message, it.labels, it.help))
        .collect();
    assert_eq!(found, expected, "\n{source}\n{}", all.join("\n"));
}

#[track_caller]
pub(super) fn clean(source: &str) {
    check(source, &[]);
}
