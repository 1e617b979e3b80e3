//! Where states lead (spec "Transitions").

use std::collections::{HashMap, HashSet};

use super::walk::{self, FlowView};
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Member, Node};

/// A reference to a state by name, where it stands.
struct Target<'a> {
    name: &'a str,
    node: &'a Node,
    place: Place,
}

/// Where a target is written within its state.
#[derive(Clone, Copy)]
enum Place {
    Field(&'static str),
    Element(&'static str, usize),
}

/// The targets of a state, in the order AWS looks at them.
fn targets_of(state: &Node) -> Vec<Target<'_>> {
    let mut targets = Vec::new();
    for field in ["Next", "Default"] {
        if let Some(node) = state.get(field) {
            push(&mut targets, node, Place::Field(field));
        }
    }
    for field in ["Choices", "Catch"] {
        let entries = state.get(field).and_then(Node::elements);
        for (index, entry) in entries.unwrap_or_default().iter().enumerate() {
            if let Some(node) = entry.get("Next") {
                push(&mut targets, node, Place::Element(field, index));
            }
        }
    }
    targets
}

fn push<'a>(targets: &mut Vec<Target<'a>>, node: &'a Node, place: Place) {
    if let Some(name) = node.as_str() {
        targets.push(Target { name, node, place });
    }
}

fn names<'a>(flow: &FlowView<'a>) -> HashMap<&'a str, &'a Member> {
    let states = walk::states(flow.node).iter();
    states.map(|it| (it.key.as_str(), it)).collect()
}

fn has_states(flow: &FlowView<'_>) -> bool {
    !walk::states(flow.node).is_empty()
}

/// `MISSING_TRANSITION_TARGET`: a name that is no state of the same flow. AWS says `Next` of all.
pub(super) fn targets(flow: &FlowView<'_>, found: &mut Vec<Diagnostic>) {
    if !has_states(flow) {
        return;
    }
    let known = names(flow);
    let start = flow.node.get("StartAt");
    if let Some((node, name)) = start.and_then(|it| Some((it, it.as_str()?)))
        && !known.contains_key(name)
    {
        found.push(missing(name, node, &flow.path.key("StartAt"), &known));
    }
    let states_path = flow.path.key("States");
    for member in walk::states(flow.node) {
        let path = states_path.key(&member.key);
        for target in targets_of(&member.value) {
            if known.contains_key(target.name) || flow.machine.options.is_open(target.name) {
                continue;
            }
            match target.place {
                Place::Field(field) => {
                    let path = path.key(field);
                    found.push(missing(target.name, target.node, &path, &known));
                }
                Place::Element(field, index) => {
                    let path = path.key(field);
                    let path = path.index(index);
                    let path = path.key("Next");
                    found.push(missing(target.name, target.node, &path, &known));
                }
            }
        }
    }
}

fn missing(name: &str, node: &Node, path: &Path<'_>, known: &HashMap<&str, &Member>) -> Diagnostic {
    let message = format!("Missing 'Next' target: {name}");
    let error = Diagnostic::aws("MISSING_TRANSITION_TARGET", message, path, node.span);
    if known.len() > crate::similar::MAX_CANDIDATES {
        return error;
    }
    let mut names: Vec<&str> = known.keys().copied().collect();
    names.sort_unstable();
    match crate::similar::closest(name, names) {
        Some(close) => error.with_help(format!("did you mean `{close}`?")),
        None => error,
    }
}

fn is_terminal(state: &Node) -> bool {
    let ends = state.get("End").and_then(Node::as_bool) == Some(true);
    let kind = state.get("Type").and_then(Node::as_str);
    ends || matches!(kind, Some("Succeed" | "Fail"))
}

/// Whether the flow is whole enough for AWS to look for its end.
fn has_end(flow: &FlowView<'_>) -> bool {
    walk::states(flow.node).iter().any(|it| is_terminal(&it.value))
}

/// `MISSING_END_STATE`: measured, of the machine's own states only, and without a location.
pub(super) fn end_state(flow: &FlowView<'_>, found: &mut Vec<Diagnostic>) {
    if flow.is_top && has_states(flow) && !has_end(flow) {
        let message = "Workflow has no terminal state";
        let error = Diagnostic::aws_nowhere("MISSING_END_STATE", message);
        let span = flow.node.get("States").map(|it| it.span);
        found.push(Diagnostic { span, ..error });
    }
}

/// `MISSING_TRANSITION_TARGET`: a state that nothing names. AWS does not follow the paths, and
/// does not look where there is no start or no end.
pub(super) fn untargeted(flow: &FlowView<'_>, found: &mut Vec<Diagnostic>) {
    let has_start = flow.node.get("StartAt").is_some();
    if !has_start || (flow.is_top && !has_end(flow)) {
        return;
    }
    let targeted = targeted(flow);
    let states_path = flow.path.key("States");
    for member in walk::states(flow.node) {
        if !targeted.contains(member.key.as_str()) {
            let message = format!("State \"{}\" is not reachable.", member.key);
            let path = states_path.key(&member.key);
            found.push(Diagnostic::aws("MISSING_TRANSITION_TARGET", message, &path, member.key_span));
        }
    }
}

fn targeted<'a>(flow: &FlowView<'a>) -> HashSet<&'a str> {
    let states = walk::states(flow.node).iter();
    let mut names: HashSet<&str> = states.flat_map(|it| targets_of(&it.value)).map(|it| it.name).collect();
    names.extend(flow.node.get("StartAt").and_then(Node::as_str));
    names
}

/// Every state on a path from `StartAt`, each before those it leads to, loops aside: the order in
/// which what flows along the edges settles soonest.
pub(super) fn in_order(flow: &Node) -> Vec<&Member> {
    let states = walk::states(flow).iter();
    let known: HashMap<&str, &Member> = states.map(|it| (it.key.as_str(), it)).collect();
    let mut seen = HashSet::new();
    let mut order = Vec::new();
    let start = flow.get("StartAt").and_then(Node::as_str);
    let mut open: Vec<(&str, bool)> = start.map(|it| (it, false)).into_iter().collect();
    while let Some((name, is_done)) = open.pop() {
        let Some(member) = known.get(name) else {
            continue;
        };
        if is_done {
            order.push(*member);
        } else if seen.insert(name) {
            open.push((name, true));
            open.extend(targets_of(&member.value).iter().map(|it| (it.name, false)));
        }
    }
    order.reverse();
    order
}

/// Every state on a path from `StartAt`.
fn reachable<'a>(flow: &FlowView<'a>) -> HashSet<&'a str> {
    let known = names(flow);
    let mut reached = HashSet::new();
    let mut open: Vec<&str> = flow.node.get("StartAt").and_then(Node::as_str).into_iter().collect();
    while let Some(name) = open.pop() {
        let Some(member) = known.get(name) else {
            continue;
        };
        if reached.insert(member.key.as_str()) {
            open.extend(targets_of(&member.value).iter().map(|it| it.name));
        }
    }
    reached
}

/// `UNREACHABLE_STATE`: named by other states only that cannot be reached either.
pub(super) fn unreachable(flow: &FlowView<'_>, found: &mut Vec<Diagnostic>) {
    let (targeted, reachable) = (targeted(flow), reachable(flow));
    if reachable.is_empty() {
        return;
    }
    let states_path = flow.path.key("States");
    for member in walk::states(flow.node) {
        let name = member.key.as_str();
        if targeted.contains(name) && !reachable.contains(name) {
            let message = format!("no path leads from StartAt to `{name}`");
            let path = states_path.key(name);
            found.push(Diagnostic::flow("UNREACHABLE_STATE", message, &path, member.key_span));
        }
    }
}

/// `ENDLESS_LOOP`: states from which no path leads to an end.
pub(super) fn endless(flow: &FlowView<'_>, found: &mut Vec<Diagnostic>) {
    if flow.is_top && !has_end(flow) {
        return;
    }
    let known = names(flow);
    let ending = ending(flow, &known);
    let reachable = reachable(flow);
    let states_path = flow.path.key("States");
    let endless = { walk::states(flow.node).iter() }
        .filter(|it| reachable.contains(it.key.as_str()) && !ending.contains(it.key.as_str()));
    for member in endless.take(1) {
        let message = format!("no path leads from `{}` to an end", member.key);
        let path = states_path.key(&member.key);
        found.push(Diagnostic::flow("ENDLESS_LOOP", message, &path, member.key_span));
    }
}

/// The states that can come to an end: terminal ones, what leads to them, and what leads nowhere
/// known, which is another finding.
fn ending<'a>(flow: &FlowView<'a>, known: &HashMap<&'a str, &'a Member>) -> HashSet<&'a str> {
    let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut open = Vec::new();
    for member in walk::states(flow.node) {
        let targets = targets_of(&member.value);
        let leaves = targets.iter().any(|it| !known.contains_key(it.name));
        if is_terminal(&member.value) || targets.is_empty() || leaves {
            open.push(member.key.as_str());
        }
        for target in targets {
            before.entry(target.name).or_default().push(&member.key);
        }
    }
    let mut ending = HashSet::new();
    while let Some(name) = open.pop() {
        if ending.insert(name) {
            open.extend(before.get(name).into_iter().flatten());
        }
    }
    ending
}
