//! Names of states, labels and variables
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).

use std::collections::HashSet;

use super::Machine;
use super::walk::{self, StateView};
use crate::Node;
use crate::diagnostic::{Diagnostic, Severity};
use crate::path::Path;

const LONGEST_STATE: usize = 80;
const LONGEST_LABEL: usize = 40;
const LONGEST_VARIABLE: usize = 80;

/// `DUPLICATE_STATE_NAME` and `INVALID_STATE_NAME`: names are unique over the whole machine.
pub(super) fn states(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    walk::each_state(machine, &mut |state| {
        if !seen.insert(state.name.to_owned()) {
            let message = format!("Duplicate State name: {}", state.name);
            found.push(at("DUPLICATE_STATE_NAME", message, state.path, state.node));
        }
        if state.name.chars().count() > LONGEST_STATE {
            let message = format!(
                "State name '{}' exceeds the {LONGEST_STATE}-character limit allowed by the service",
                state.name
            );
            found.push(at("INVALID_STATE_NAME", message, state.path, state.node));
        }
    });
}

/// `DUPLICATE_LABEL_NAME` and `INVALID_LABEL_NAME`.
pub(super) fn labels(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    walk::each_state(machine, &mut |state| {
        let Some(label) = state.text("Label") else {
            return;
        };
        if state.options().is_open(label) {
            return;
        }
        let path = state.path.key("Label");
        if !seen.insert(label.to_owned()) {
            let message = format!("Duplicate Label name: {label}");
            found.push(at("DUPLICATE_LABEL_NAME", message, &path, state.node));
        }
        for message in label_problems(label) {
            found.push(at("INVALID_LABEL_NAME", message, &path, state.node));
        }
    });
}

/// Why AWS does not take a `Label`.
fn label_problems(label: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if label.is_empty() {
        problems.push("Label name cannot be empty".to_owned());
    }
    if let Some(bad) = label.chars().find(|it| is_barred(*it)) {
        problems.push(format!("Label name '{label}' contains an invalid character: '{bad}'"));
    }
    if label.chars().count() > LONGEST_LABEL {
        problems.push(format!(
            "Label name '{label}' exceeds the {LONGEST_LABEL}-character limit allowed by the service"
        ));
    }
    problems
}

/// Blanks, wildcards, brackets, special and control characters (Developer Guide, "Distributed mode", `Label`).
fn is_barred(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(c)
}

fn at(code: &'static str, message: String, path: &Path<'_>, node: &Node) -> Diagnostic {
    Diagnostic::aws(code, message, path, node.span)
}

/// `INVALID_VARIABLE_NAME` and `RESERVED_VARIABLE_NAME`: what `Assign` may write
/// (Developer Guide, "Passing data between states with variables").
pub(super) fn assigned_variables(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    each_assign(state, &mut |assign, path| {
        for member in assign.members().unwrap_or_default() {
            let name = match state.is_jsonata() {
                true => member.key.as_str(),
                false => member.key.strip_suffix(".$").unwrap_or(&member.key),
            };
            if name == "states" {
                let message = "Cannot assign to reserved variable '$states'.".to_owned();
                found.push(at("RESERVED_VARIABLE_NAME", message, path, &member.value));
            } else if let Some(reason) = invalid_name(name) {
                let message = format!("Invalid variable name '{name}': the variable name {reason}.");
                let error = at("INVALID_VARIABLE_NAME", message, path, &member.value);
                // The pages ask for Unicode identifiers; how strictly is not recorded.
                found.push(error.with_severity(Severity::Warning));
            }
        }
    });
}

/// Visits every `Assign` of a state: its own, its catchers' and its rules'.
pub(super) fn each_assign(state: &StateView<'_>, visit: &mut dyn FnMut(&Node, &Path<'_>)) {
    if let Some(assign) = state.node.get("Assign") {
        visit(assign, &state.path.key("Assign"));
    }
    for field in ["Catch", "Choices"] {
        let list_path = state.path.key(field);
        let entries = state.node.get(field).and_then(Node::elements);
        for (index, entry) in entries.unwrap_or_default().iter().enumerate() {
            if let Some(assign) = entry.get("Assign") {
                let path = list_path.index(index);
                visit(assign, &path.key("Assign"));
            }
        }
    }
}

fn invalid_name(name: &str) -> Option<&'static str> {
    let mut letters = name.chars();
    let starts_well = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if !starts_well || !letters.all(|c| c.is_alphanumeric() || c == '_') {
        return Some("contains invalid characters");
    }
    (name.chars().count() > LONGEST_VARIABLE).then_some("exceeds 80 characters")
}
