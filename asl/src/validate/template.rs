//! Payload templates (spec "Payload Template"; Developer Guide, "Manipulate parameters").

use std::collections::HashSet;

use super::schema::Scope;
use super::{expressions, schema_error};
use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::path::Path;
use crate::{Content, Node, intrinsic, jsonpath};

/// A template's values: `.$` fields in JSONPath, `{% … %}` strings in JSONata.
pub(super) fn value(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match &node.content {
        Content::Object(members) => {
            for member in members {
                match scope.language {
                    QueryLanguage::JsonPath if member.key.ends_with(".$") => {
                        dynamic_field(&member.key, &member.value, path, scope, found);
                    }
                    QueryLanguage::JsonPath | QueryLanguage::Jsonata => {
                        value(&member.value, &path.key(&member.key), scope, found);
                    }
                }
            }
            if scope.language == QueryLanguage::JsonPath {
                twins(node, path, found);
            }
        }
        Content::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                value(element, &path.index(index), scope, found);
            }
        }
        Content::String(text) if scope.language == QueryLanguage::Jsonata => {
            expressions::delimiters(text, path, node, found);
        }
        Content::String(_) | Content::Null | Content::Bool(_) | Content::Number(_) => {}
    }
}

/// A field whose name ends in `.$`; AWS places the error at the object that holds it.
fn dynamic_field(key: &str, node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    let reason = match node.as_str() {
        Some(text) if scope.options.is_open(text) => return,
        Some(text) => match check(text) {
            Ok(()) => return,
            Err(reason) => reason,
        },
        None => "the value must be a string".to_owned(),
    };
    let message = format!(
        "The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call"
    );
    found.push(schema_error(message, path, node).with_help(reason));
}

fn check(text: &str) -> Result<(), String> {
    match text.starts_with('$') {
        true => Ok(jsonpath::parse(text).map(|_| ())?),
        false => intrinsic::check(text, &mut |_| {}),
    }
}

/// `ErrorPath` and `CausePath`: a reference path or an intrinsic function.
pub(super) fn path_or_call(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match node.as_str() {
        Some(text) if text.starts_with("States.") => {
            if let Err(reason) = intrinsic::check(text, &mut |_| {}) {
                let message = "Value must be a valid JSONPath or a valid intrinsic function call";
                found.push(schema_error(message, path, node).with_help(reason));
            }
        }
        _ => super::schema::reference_path(node, path, scope, found),
    }
}

/// `a` and `a.$` in one object: both would become `a`.
fn twins(node: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let members = node.members().unwrap_or_default();
    if !members.iter().any(|it| it.key.ends_with(".$")) {
        return;
    }
    let keys: HashSet<&str> = members.iter().map(|it| it.key.as_str()).collect();
    for member in members {
        let Some(name) = member.key.strip_suffix(".$") else {
            continue;
        };
        if keys.contains(name) {
            let message = format!("The fields '{name}' and '{}' cannot stand in the same object", member.key);
            found.push(schema_error(message, path, &member.value));
        }
    }
}
