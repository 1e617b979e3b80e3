//! Arguments of optimized integrations (Developer Guide, the page of each integration).

use models::{Record, Shape, ShapeRef};

use super::walk::StateView;
use super::{integrations, schema_error};
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Content, Integration, Node, Resource, similar};

/// Arguments that lie deeper are not looked at.
const DEEPEST: usize = 64;

/// Missing, misspelt and unknown arguments.
///
/// A misspelt or missing one is refused by AWS; one that only our data lacks may be new, and
/// is a warning.
pub(super) fn optimized(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let Some(Resource::Optimized(it)) = state.text("Resource").map(Resource::parse) else {
        return;
    };
    let Some(known) = integrations::optimized(&it).as_ref().and_then(integrations::arguments) else {
        return;
    };
    let field = match state.is_jsonata() {
        true => "Arguments",
        false => "Parameters",
    };
    let Some(arguments) = state.node.get(field).filter(|it| it.members().is_some()) else {
        return;
    };
    let path = state.path.key(field);
    let name = format!("{}:{}", it.service, it.api);
    let misspelt = unknown(arguments, &known, &name, &path, found);
    let mut required: Vec<&str> = known.members.iter().filter(|it| it.required).map(|it| it.name).collect();
    required.sort_unstable();
    for required in required {
        let is_there = given(arguments).any(|it| it == required) || misspelt.contains(&required);
        if !is_there {
            let message = format!("The field '{required}' is required but was missing");
            found.push(schema_error(message, &path, arguments));
        }
    }
    for member in arguments.members().unwrap_or_default() {
        let path = path.key(&member.key);
        match known.member(&member.key) {
            Some(_) if is_payload(&it, &member.key) && is_bare(&member.value) => {
                found.push(no_text(&member.key, &path, &member.value));
            }
            Some(known) => texts(&known.shape, &member.value, &member.key, &path, DEEPEST, found),
            None => {}
        }
    }
}

fn is_payload(it: &Integration, key: &str) -> bool {
    it.service == "lambda" && it.api == "invoke" && key == "Payload"
}

/// A number or a boolean: objects and lists are serialised where text is wanted.
fn is_bare(value: &Node) -> bool {
    matches!(value.content, Content::Number(_) | Content::Bool(_))
}

/// Numbers and booleans where text is wanted: what AWS says of them when a task starts it says here too.
fn texts(
    shape: &ShapeRef,
    value: &Node,
    field: &str,
    path: &Path<'_>,
    depth: usize,
    found: &mut Vec<Diagnostic>,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match (shape.shape(), &value.content) {
        (Shape::String { .. } | Shape::Timestamp, Content::Number(_) | Content::Bool(_)) => {
            found.push(no_text(field, path, value));
        }
        (Shape::Record(record), Content::Object(members)) => {
            for member in members {
                if let Some(known) = record.member(&member.key) {
                    texts(&known.shape, &member.value, &member.key, &path.key(&member.key), depth, found);
                }
            }
        }
        (Shape::Map(item), Content::Object(members)) => {
            for member in members {
                texts(&item, &member.value, &member.key, &path.key(&member.key), depth, found);
            }
        }
        (Shape::List(item), Content::Array(items)) => {
            for (at, it) in items.iter().enumerate() {
                texts(&item, it, field, &path.index(at), depth, found);
            }
        }
        _ => {}
    }
}

fn no_text(field: &str, path: &Path<'_>, value: &Node) -> Diagnostic {
    schema_error(format!("The value for the field '{field}' must be a STRING"), path, value)
}

fn given(arguments: &Node) -> impl Iterator<Item = &str> {
    let members = arguments.members().unwrap_or_default().iter();
    members.map(|it| it.key.strip_suffix(".$").unwrap_or(&it.key))
}

/// Reports what the integration does not take; returns what was meant.
fn unknown(
    arguments: &Node,
    known: &Record,
    name: &str,
    path: &Path<'_>,
    found: &mut Vec<Diagnostic>,
) -> Vec<&'static str> {
    let mut meant = Vec::new();
    for member in arguments.members().unwrap_or_default() {
        let key = member.key.strip_suffix(".$").unwrap_or(&member.key);
        if known.member(key).is_some() {
            continue;
        }
        let candidates = known.members.iter().map(|it| it.name);
        let unset = candidates.filter(|it| !given(arguments).any(|given| given == *it));
        match similar::closest(key, unset) {
            Some(close) => {
                let message = format!("The field \"{key}\" is not supported by Step Functions");
                let error = Diagnostic::aws("SCHEMA_VALIDATION_FAILED", message, path, member.key_span);
                found.push(error.with_help(format!("did you mean `{close}`?")));
                meant.push(close);
            }
            None => {
                let message = format!("`{name}` is not known to take `{key}`");
                let path = path.key(&member.key);
                found.push(Diagnostic::flow("UNKNOWN_ARGUMENT", message, &path, member.key_span));
            }
        }
    }
    meant
}
