//! `F08..`: tests.

use super::Diagnostic;
use crate::source::Span;

pub fn outside_test(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0801", span, format!("{what} stands outside a test"))
        .here("only in `test` blocks")
        .help("put it in `test \"…\" { … }`")
}

pub fn mock_what(span: Span) -> Diagnostic {
    Diagnostic::error("F0802", span, "this can't be mocked").here("not something that a workflow calls").help(
        "mock a function, a container, an activity, a workflow, a method of a resource or an action of AWS",
    )
}

pub fn mock_params(span: Span, name: &str, given: usize, has: usize) -> Diagnostic {
    Diagnostic::error("F0803", span, format!("`{name}` takes {has} value(s), but its mock names {given}"))
}

pub fn mock_raises(span: Span, error: &str, name: &str) -> Diagnostic {
    Diagnostic::error("F0804", span, format!("`{name}` can't raise `{error}`"))
        .here("raised by the mock")
        .help(format!("add `{error}` to the `throws` of `{name}`"))
}

pub fn not_a_run(span: Span, shown: &str) -> Diagnostic {
    Diagnostic::error("F0805", span, format!("this is a `{shown}`, not a run of a workflow"))
        .here("a run is wanted here")
        .help("start one in the test: `let run = fulfil(order)`")
}
