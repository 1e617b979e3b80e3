//! `Retry` and `Catch` (spec "Errors"; Developer Guide, "Handling errors in Step Functions workflows").

use std::collections::HashSet;

use super::Machine;
use super::schema_error;
use super::walk::{self, StateView};
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Node, similar};

/// The error names that Step Functions itself raises.
const RESERVED: &[&str] = &[
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
];

/// Visits `ErrorEquals` of every retrier and catcher: its list, index and the number of entries.
fn each_list(state: &StateView<'_>, visit: &mut dyn FnMut(&str, &Node, &Path<'_>, usize, usize)) {
    for field in ["Retry", "Catch"] {
        let entries = state.node.get(field).and_then(Node::elements);
        let entries = entries.unwrap_or_default();
        let list_path = state.path.key(field);
        for (index, entry) in entries.iter().enumerate() {
            if let Some(list) = entry.get("ErrorEquals") {
                let path = list_path.index(index);
                let path = path.key("ErrorEquals");
                visit(field, list, &path, index, entries.len());
            }
        }
    }
}

fn names(list: &Node) -> impl Iterator<Item = &str> {
    { list.elements().unwrap_or_default().iter() }.filter_map(Node::as_str)
}

/// `States.ALL` stands alone, and in the last entry.
pub(super) fn states_all(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    each_list(state, &mut |_, list, path, index, count| {
        let has_all = names(list).any(|it| it == "States.ALL");
        let is_alone = list.elements().is_some_and(|it| it.len() == 1);
        if has_all && !(is_alone && index + 1 == count) {
            let message = "States.ALL must appear alone and at end of list";
            found.push(schema_error(message, path, list));
        }
    });
}

/// `UNKNOWN_ERROR_NAME`: a name that begins with `States.` and that neither AWS raises nor a
/// `Fail` state of the machine.
pub(super) fn unknown_names(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    let mut raised = HashSet::new();
    walk::each_state(machine, &mut |state| {
        if let Some(name) = state.text("Error") {
            raised.insert(name.to_owned());
        }
    });
    walk::each_state(machine, &mut |state| {
        each_list(state, &mut |_, list, path, _, _| {
            for (index, node) in list.elements().unwrap_or_default().iter().enumerate() {
                let name = node.as_str().filter(|it| !raised.contains(*it));
                if let Some(name) = name.filter(|it| !machine.options.is_open(it)) {
                    unknown_name(name, node, &path.index(index), found);
                }
            }
        });
    });
}

fn unknown_name(name: &str, node: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let is_known = RESERVED.contains(&name) || name.starts_with("States.Http.StatusCode.");
    let is_reserved = name.to_ascii_lowercase().starts_with("states.");
    if is_known || !is_reserved {
        return;
    }
    let message = format!("Step Functions raises no error `{name}`");
    let warning = Diagnostic::flow("UNKNOWN_ERROR_NAME", message, path, node.span);
    found.push(match similar::closest(name, RESERVED.iter().copied()) {
        Some(close) => warning.with_help(format!("did you mean `{close}`?")),
        None => warning,
    });
}

/// `SHADOWED_ERROR`: an earlier entry of the list always takes the error.
pub(super) fn shadowed(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let mut seen: HashSet<(String, String)> = HashSet::new();
    each_list(state, &mut |field, list, path, _, _| {
        for (index, node) in list.elements().unwrap_or_default().iter().enumerate() {
            let Some(name) = node.as_str() else {
                continue;
            };
            if !seen.insert((field.to_owned(), name.to_owned())) {
                let message = format!("an earlier entry of {field} already takes `{name}`");
                let path = path.index(index);
                found.push(Diagnostic::flow("SHADOWED_ERROR", message, &path, node.span));
            }
        }
    });
}
