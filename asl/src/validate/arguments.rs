//! Arguments of optimized integrations (Developer Guide, the page of each integration).

use models::Record;

use super::walk::StateView;
use super::{integrations, schema_error};
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Node, Resource, similar};

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
