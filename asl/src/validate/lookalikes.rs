//! AWS's warnings: `NO_DOLLAR`, `NO_PATH` and `PASS_RESULT_IS_STATIC`, on values that look like
//! paths where none are evaluated. AWS publishes the codes; the wording is ours.

use super::walk::StateView;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::Operator;
use crate::path::Path;
use crate::{Content, Node, intrinsic, jsonpath};

/// Whether a string would be evaluated if its field said so.
fn looks_dynamic(text: &str) -> bool {
    let is_path = text == "$" || text == "$$" || ["$.", "$[", "$$."].iter().any(|it| text.starts_with(it));
    match is_path {
        true => jsonpath::parse(text).is_ok(),
        false => text.starts_with("States.") && intrinsic::check(text, &mut |_| {}).is_ok(),
    }
}

fn warning(code: &'static str, message: String, path: &Path<'_>, node: &Node) -> Diagnostic {
    Diagnostic::aws(code, message, path, node.span).with_severity(Severity::Warning)
}

/// `NO_DOLLAR`: a field of a payload template without `.$`.
pub(super) fn no_dollar(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    if state.is_jsonata() {
        return;
    }
    for field in ["Parameters", "ResultSelector", "ItemSelector", "Assign"] {
        if let Some(node) = state.node.get(field) {
            dynamic_texts(node, &state.path.key(field), &mut |key, node, path| {
                if !key.ends_with(".$") {
                    let message = format!("the value of `{key}` is not evaluated");
                    let help = format!("write `\"{key}.$\"` to have it evaluated");
                    found.push(warning("NO_DOLLAR", message, path, node).with_help(help));
                }
            });
        }
    }
}

fn dynamic_texts(node: &Node, path: &Path<'_>, visit: &mut dyn FnMut(&str, &Node, &Path<'_>)) {
    match &node.content {
        Content::Object(members) => {
            for member in members {
                let path = path.key(&member.key);
                if member.value.as_str().is_some_and(looks_dynamic) {
                    visit(&member.key, &member.value, &path);
                }
                dynamic_texts(&member.value, &path, visit);
            }
        }
        Content::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                dynamic_texts(element, &path.index(index), visit);
            }
        }
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => {}
    }
}

/// `NO_PATH`: a field that has a twin whose name ends in `Path`.
pub(super) fn no_path(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    if state.is_jsonata() {
        return;
    }
    for field in ["Error", "Cause"] {
        if let Some(node) = state.node.get(field) {
            literal_path(field, node, &state.path.key(field), found);
        }
    }
    let rules = state.node.get("Choices").and_then(Node::elements);
    let rules_path = state.path.key("Choices");
    for (index, rule) in rules.unwrap_or_default().iter().enumerate() {
        let path = rules_path.index(index);
        for member in rule.members().unwrap_or_default() {
            if Operator::from_field(&member.key).is_some_and(|(it, path)| it.has_path_form() && !path) {
                literal_path(&member.key, &member.value, &path.key(&member.key), found);
            }
        }
    }
}

fn literal_path(field: &str, node: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    if node.as_str().is_some_and(looks_dynamic) {
        let message = format!("the value of `{field}` is not evaluated");
        let help = format!("write `{field}Path` to have it evaluated");
        found.push(warning("NO_PATH", message, path, node).with_help(help));
    }
}

/// `PASS_RESULT_IS_STATIC`: `Result` is literal, whatever it looks like.
pub(super) fn static_result(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    if state.is_jsonata() || !state.is_type("Pass") {
        return;
    }
    if let Some(node) = state.node.get("Result") {
        dynamic_texts(node, &state.path.key("Result"), &mut |key, node, path| {
            let message = format!("`Result` is literal: the value of `{key}` is not evaluated");
            let warning = warning("PASS_RESULT_IS_STATIC", message, path, node);
            found.push(warning.with_help("write `Parameters` instead of `Result`"));
        });
    }
}
