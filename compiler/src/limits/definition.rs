//! The definition as text: how large it is, and how deep its expressions nest.

use serde_json::Value;

use crate::diagnostics::{Diagnostic, limits as say};
use crate::emit::asl::Definition;
use crate::machine::{Machine, StateKind};
use crate::source::Span;
use crate::typed::Workflow;

/// A definition has at most so many characters: `CreateStateMachine`'s parameter `definition`,
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>.
const LARGEST: usize = 1_048_576;

/// AWS stops evaluating an expression near this depth (measured by others; `jsonata::Limits::aws` has the same).
const DEEPEST: usize = 100;

/// An expression that nests deeper than [`DEEPEST`] has at least two characters a level.
const SHORTEST_DEEP: usize = 2 * DEEPEST;

/// A task is at least so long: its name, `Type`, `Resource` and `Next`.
const SHORTEST_TASK: usize = 100;

/// Says so where the calls alone are too many.
pub(super) fn hopeless(workflow: &Workflow, machine: &Machine) -> Option<Diagnostic> {
    let calls = machine.states.iter().filter(|state| matches!(state.kind, StateKind::Task(_))).count();
    let size = calls * SHORTEST_TASK;
    (size > LARGEST).then(|| say::definition_too_large(&workflow.name, workflow.name_span, size, LARGEST))
}

pub(super) fn definition(workflow: &Workflow, written: &Definition, found: &mut Vec<Diagnostic>) {
    let size = serde_json::to_string(&written.value).map_or(0, |text| text.chars().count());
    if size > LARGEST {
        found.push(say::definition_too_large(&workflow.name, workflow.name_span, size, LARGEST));
    }
    let mut deep = Vec::new();
    expressions(&written.value, &mut String::new(), &mut |pointer, text| {
        if let Some(depth) = depth(text).filter(|depth| *depth > DEEPEST) {
            deep.push((at(written, pointer).unwrap_or(workflow.name_span), depth));
        }
    });
    deep.dedup_by_key(|(span, _)| *span);
    found.extend(deep.into_iter().map(|(span, depth)| say::expression_too_deep(span, depth, DEEPEST)));
}

/// Calls `see` with every `{% … %}` and where it stands.
fn expressions(value: &Value, pointer: &mut String, see: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => {
            if let Some(inner) = text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}")) {
                see(pointer, inner);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                within(pointer, &index.to_string(), |pointer| expressions(item, pointer, see));
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                let step = name.replace('~', "~0").replace('/', "~1");
                within(pointer, &step, |pointer| expressions(field, pointer, see));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn within(pointer: &mut String, step: &str, f: impl FnOnce(&mut String)) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(step);
    f(pointer);
    pointer.truncate(length);
}

/// Of an expression that is long enough to be too deep.
fn depth(text: &str) -> Option<usize> {
    if text.len() < SHORTEST_DEEP {
        return None;
    }
    let parsed = jsonata::Expression::parse(text, jsonata::Dialect::Aws).ok()?;
    Some(parsed.analyze().depth)
}

/// The innermost place around a pointer.
fn at(written: &Definition, pointer: &str) -> Option<Span> {
    let around = written.places.iter().filter(|place| {
        pointer.strip_prefix(&*place.pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    around.max_by_key(|place| place.pointer.len()).map(|place| place.span)
}
