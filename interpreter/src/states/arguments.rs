//! Arguments that cannot start a task. AWS holds what was computed against the integration once more, and ends the
//! execution with `States.Runtime`.
//!
//! Texts: AWS's answers quoted in public questions and issues, for a number as `Payload` of `lambda:invoke` and for a
//! field of a payload that ends in `.$` (<https://stackoverflow.com/q/76373088>). That the first holds for all texts of
//! optimized integrations is taken from them.

use asl::model::QueryLanguage;
use asl::{Integration, Resource};
use jsonata::Value;
use models::{Flavor, Shape, ShapeRef};

use crate::program::{State, Task};
use crate::{intrinsics, jsonpath, value};

/// What lies deeper is not looked at: JSON text is no deeper, but an expression may build what is.
const DEEPEST: usize = 128;

/// What an optimized integration takes; the others say themselves what they refuse.
pub(crate) fn shape(resource: &Resource) -> Option<ShapeRef> {
    match resource {
        Resource::Optimized(it) => models::find(&it.service, &it.api, Flavor::Optimized)?.arguments(),
        Resource::AwsSdk(_) | Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => None,
    }
}

/// Why a task cannot start with its arguments.
pub(super) fn refused(state: &State, task: &Task, arguments: &Value) -> Option<String> {
    let shape = task.shape?;
    let mut wrong = Vec::new();
    texts(&shape, arguments, "", DEEPEST, &mut wrong);
    if invokes(&task.resource) && arguments.get("Payload").is_some_and(is_bare) {
        wrong.push(not_text("Payload"));
    }
    let field = match state.language {
        QueryLanguage::JsonPath => {
            paths(arguments, DEEPEST, &mut wrong);
            "Parameters"
        }
        QueryLanguage::Jsonata => "Arguments",
    };
    if wrong.is_empty() {
        return None;
    }
    let (shown, wrong) = (value::json(arguments), wrong.join(", "));
    Some(format!("The {field} '{shown}' could not be used to start the Task: [{wrong}]"))
}

fn invokes(resource: &Resource) -> bool {
    matches!(resource, Resource::Optimized(Integration { service, api, .. }) if service == "lambda" && api == "invoke")
}

/// A number or a boolean: objects and lists are serialised where text is wanted.
fn is_bare(value: &Value) -> bool {
    value.is_number() || value.as_bool().is_some()
}

fn not_text(field: &str) -> String {
    format!("The value for the field '{field}' must be a STRING")
}

/// Fields that take text and got a number or a boolean.
fn texts(shape: &ShapeRef, value: &Value, field: &str, depth: usize, wrong: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match (shape.shape(), value) {
        (Shape::String { .. } | Shape::Timestamp, value) if is_bare(value) => wrong.push(not_text(field)),
        (Shape::Record(record), Value::Object(members)) => {
            for (name, it) in members.iter() {
                if let Some(member) = record.member(name) {
                    texts(&member.shape, it, name, depth, wrong);
                }
            }
        }
        (Shape::Map(item), Value::Object(members)) => {
            members.iter().for_each(|(name, it)| texts(&item, it, name, depth, wrong));
        }
        (Shape::List(item), Value::Array(items)) => {
            items.iter().for_each(|it| texts(&item, it, field, depth, wrong));
        }
        _ => {}
    }
}

/// Fields whose names say that they hold a path, and that hold none.
fn paths(value: &Value, depth: usize, wrong: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::Object(members) => {
            for (name, it) in members.iter() {
                if name.ends_with(".$") && !it.as_str().is_some_and(is_path) {
                    wrong.push(format!(
                        "The value for the field '{name}' must be a valid JSONPath or a valid intrinsic function call"
                    ));
                }
                paths(it, depth, wrong);
            }
        }
        Value::Array(items) => items.iter().for_each(|it| paths(it, depth, wrong)),
        _ => {}
    }
}

fn is_path(text: &str) -> bool {
    match intrinsics::is_call(text) {
        true => intrinsics::parse(text.trim()).is_ok(),
        false => jsonpath::parse(text).is_ok(),
    }
}
