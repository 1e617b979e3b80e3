//! Actions and arguments of AWS's APIs, by their models (Developer Guide, "Integrating services with Step Functions").

use models::{Flavor, Shape, ShapeRef};

use super::schema_error;
use super::walk::StateView;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Content, Integration, Node, Resource, similar};

/// `UNKNOWN_ACTION`, `UNKNOWN_ARGUMENT` and `MISSING_ARGUMENT`, and AWS's own words where a name is misspelt. Models lag
/// behind AWS, and Step Functions behind its SDKs: what may only be new is a warning.
pub(super) fn calls(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(node), Some(text)) = (state.node.get("Resource"), state.text("Resource")) else {
        return;
    };
    let (it, flavor) = match Resource::parse(text) {
        Resource::AwsSdk(it) => (it, Flavor::Sdk),
        Resource::Optimized(it) => (it, Flavor::Optimized),
        Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => return,
    };
    if !state.is_type("Task") || state.options().is_open(text) && !text.starts_with("arn:${") {
        return;
    }
    let sdk = flavor == Flavor::Sdk;
    let shape = match models::find(&it.service, &it.api, flavor) {
        Some(action) => action.arguments(),
        None => {
            let is_told = super::task::unknown_sdk(&it).is_some() || super::task::is_capital(&it.api);
            if sdk && !is_told {
                no_action(text, &it, node, state, found);
            }
            return;
        }
    };
    let field = if state.is_jsonata() { "Arguments" } else { "Parameters" };
    if let (Some(arguments), Some(shape)) = (state.node.get(field), shape) {
        let mut walk = Walk { state, found };
        // The first level of optimized integrations has a check of its own.
        walk.node(arguments, &state.path.key(field), shape, sdk);
    }
}

/// Only of a service that is known is it known that it has no such action.
fn no_action(text: &str, it: &Integration, node: &Node, state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let close = match models::action(&it.service, &it.api, Flavor::Sdk) {
        models::Lookup::NoAction { close, .. } => close,
        models::Lookup::Found(_) | models::Lookup::NoService { .. } => return,
    };
    let path = state.path.key("Resource");
    found.push(unknown_action(text, it, close.first().copied(), node, &path));
}

fn unknown_action(
    resource: &str,
    it: &Integration,
    close: Option<&str>,
    node: &Node,
    path: &Path<'_>,
) -> Diagnostic {
    let misspelt = close.filter(|close| similar::closest(&it.api, [*close]).is_some());
    match misspelt {
        Some(close) => {
            let message = super::task::not_recognized(resource);
            schema_error(message, path, node).with_help(format!("did you mean `{close}`?"))
        }
        None => {
            let message = format!("`{}` is not known to have an action `{}`", it.service, it.api);
            Diagnostic::flow("UNKNOWN_ACTION", message, path, node.span)
        }
    }
}

struct Walk<'a, 'f> {
    state: &'a StateView<'a>,
    found: &'f mut Vec<Diagnostic>,
}

impl Walk<'_, '_> {
    fn node(&mut self, node: &Node, path: &Path<'_>, shape: ShapeRef, is_checked: bool) {
        match (&node.content, shape.shape()) {
            (Content::Object(_), Shape::Record(record)) => {
                self.record(node, path, &record.members, is_checked);
            }
            (Content::Object(members), Shape::Map(shape)) => {
                for member in members {
                    self.node(&member.value, &path.key(&member.key), shape, true);
                }
            }
            (Content::Array(elements), Shape::List(shape)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.node(element, &path.index(index), shape, true);
                }
            }
            _ => {}
        }
    }

    fn record(&mut self, node: &Node, path: &Path<'_>, fields: &[models::Member], is_checked: bool) {
        let members = node.members().unwrap_or_default();
        let mut given = Vec::new();
        for member in members {
            let key = self.key(&member.key);
            given.push(key);
            match fields.iter().find(|it| it.name == key) {
                // The value of a `.$` field is a path.
                Some(_) if key.len() < member.key.len() => {}
                Some(field) => self.node(&member.value, &path.key(key), field.shape, true),
                None if is_checked && !self.state.options().is_open(key) => {
                    let names = fields.iter().map(|it| it.name);
                    self.found.push(unknown(key, member, names, path));
                }
                None => {}
            }
        }
        if !is_checked {
            return;
        }
        for field in fields.iter().filter(|it| it.required) {
            let is_given = given.iter().any(|it| similar::same(it, field.name));
            if !is_given {
                let message = format!("the field `{}` is required and missing", field.name);
                self.found.push(Diagnostic::flow("MISSING_ARGUMENT", message, path, node.span));
            }
        }
    }

    /// The name of a field, without the `.$` of payload templates.
    fn key<'k>(&self, key: &'k str) -> &'k str {
        match self.state.is_jsonata() {
            true => key,
            false => key.strip_suffix(".$").unwrap_or(key),
        }
    }
}

fn unknown<'c>(
    key: &str,
    member: &crate::Member,
    names: impl Iterator<Item = &'c str>,
    path: &Path<'_>,
) -> Diagnostic {
    match similar::closest(key, names) {
        Some(close) => {
            let message = format!("The field \"{key}\" is not supported by Step Functions");
            Diagnostic::aws("SCHEMA_VALIDATION_FAILED", message, path, member.key_span)
                .with_help(format!("did you mean `{close}`?"))
        }
        None => {
            let message = format!("no field `{key}` is known here");
            Diagnostic::flow("UNKNOWN_ARGUMENT", message, &path.key(key), member.key_span)
        }
    }
}
