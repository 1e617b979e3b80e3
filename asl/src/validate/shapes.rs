//! Fields of the input that no state before has left in it.
//!
//! What is known of a value is its set of fields, and only if it is known in full: that of a
//! `Parameters` or `Output` object, of a `Result`, of a `ResultSelector`. The execution's own
//! input, and what a service returns, is unknown.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::walk::{self, StateView};
use super::{Machine, expressions, graph, jsonata, paths};
use crate::diagnostic::Diagnostic;
use crate::jsonpath::{self, Root};
use crate::model::QueryLanguage;
use crate::path::Path;
use crate::{Content, Member, Node, build};

/// The fields a value has, `None` if unknown.
type Shape<'n> = Option<BTreeSet<&'n str>>;

/// `MISSING_FIELD`: a path names a field that every way here has dropped.
pub(super) fn missing_fields(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    walk::each_flow(machine, &mut |flow| {
        let shapes = shapes(machine, flow.node);
        let states_path = flow.path.key("States");
        for member in walk::states(flow.node) {
            let Some(Some(shape)) = shapes.get(member.key.as_str()) else {
                continue;
            };
            let path = states_path.key(&member.key);
            let state = StateView {
                machine,
                name: &member.key,
                node: &member.value,
                path: &path,
                language: build::language(&member.value).unwrap_or(machine.language),
                is_express: flow.is_express,
            };
            reads(&state, shape, found);
        }
    });
}

fn reads(state: &StateView<'_>, shape: &BTreeSet<&str>, found: &mut Vec<Diagnostic>) {
    let tested = tested_for_presence(state);
    let is_whole_input = state.node.get("InputPath").is_none_or(|it| it.as_str() == Some("$"));
    paths::each(state, &mut |it| {
        let from_input = match it.applies {
            paths::Applies::Input => true,
            paths::Applies::EffectiveInput => is_whole_input,
            paths::Applies::Other => false,
        };
        let Some(name) = it.shape.names.first() else {
            return;
        };
        if from_input && it.shape.root == Root::Input && !tested.contains(name) {
            missing(name, shape, it.node, it.path, found);
        }
    });
    expressions::each(state, &mut |place| {
        for it in jsonata::analyze(state, place).unwrap_or_default().free_variables {
            if let [first, name, ..] = it.fields.as_slice()
                && it.name == "states"
                && first == "input"
            {
                missing(name, shape, place.node, place.path, found);
            }
        }
    });
}

fn missing(name: &str, shape: &BTreeSet<&str>, node: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    if shape.contains(name) {
        return;
    }
    let message = format!("the input has no field `{name}` here; it has [{}]", listed(shape));
    found.push(Diagnostic::flow("MISSING_FIELD", message, path, node.span));
}

/// The first few fields.
fn listed(shape: &BTreeSet<&str>) -> String {
    const SHOWN: usize = 12;
    let mut fields: Vec<&str> = shape.iter().copied().take(SHOWN).collect();
    if shape.len() > SHOWN {
        fields.push("…");
    }
    fields.join(", ")
}

/// Names that the state itself asks about with `IsPresent`.
fn tested_for_presence<'n>(state: &StateView<'n>) -> HashSet<&'n str> {
    fn rule<'n>(node: &'n Node, names: &mut HashSet<&'n str>) {
        for member in node.members().unwrap_or_default() {
            match member.key.as_str() {
                "Not" => rule(&member.value, names),
                "And" | "Or" => {
                    for it in member.value.elements().unwrap_or_default() {
                        rule(it, names);
                    }
                }
                "IsPresent" => {
                    let variable = node.get("Variable").and_then(Node::as_str);
                    let shape = variable.and_then(|it| jsonpath::parse(it).ok());
                    names.extend(shape.and_then(|it| it.names.first().copied()));
                }
                _ => {}
            }
        }
    }
    let mut names = HashSet::new();
    let rules = state.node.get("Choices").and_then(Node::elements);
    for it in rules.unwrap_or_default() {
        rule(it, &mut names);
    }
    names
}

/// An input with more fields than this counts as unknown: to follow them all costs their number
/// for every state.
const MAX_FIELDS: usize = 200;

/// More rounds than this give up: nothing is known then.
const MAX_ROUNDS: usize = 50;

/// The input of every state that can be reached.
fn shapes<'n>(machine: &Machine<'_>, flow: &'n Node) -> HashMap<&'n str, Shape<'n>> {
    let mut shapes: HashMap<&str, Shape<'_>> = HashMap::new();
    let Some(start) = flow.get("StartAt").and_then(Node::as_str) else {
        return shapes;
    };
    shapes.insert(start, None);
    let order = graph::in_order(flow);
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for member in &order {
            changed |= hand_on(machine, member, &mut shapes);
        }
        if !changed {
            return shapes;
        }
    }
    HashMap::new()
}

/// Adds what a state hands on to what is known of those it leads to; whether that changed anything.
fn hand_on<'n>(machine: &Machine<'_>, member: &'n Member, shapes: &mut HashMap<&'n str, Shape<'n>>) -> bool {
    let Some(input) = shapes.get(member.key.as_str()).cloned() else {
        return false;
    };
    let language = build::language(&member.value).unwrap_or(machine.language);
    let mut changed = false;
    for (next, output) in outputs(&member.value, language, &input) {
        let output = output.filter(|it| it.len() <= MAX_FIELDS);
        changed |= join(shapes, next, output);
    }
    changed
}

/// Adds what one more way brings; whether that changed anything.
fn join<'n>(shapes: &mut HashMap<&'n str, Shape<'n>>, name: &'n str, more: Shape<'n>) -> bool {
    let Some(known) = shapes.get_mut(name) else {
        shapes.insert(name, more);
        return true;
    };
    let Some(fields) = known else {
        return false;
    };
    match more {
        None => {
            *known = None;
            true
        }
        Some(more) => {
            let before = fields.len();
            fields.extend(more);
            fields.len() > before
        }
    }
}

/// Where a state leads, and with what.
fn outputs<'n>(state: &'n Node, language: QueryLanguage, input: &Shape<'n>) -> Vec<(&'n str, Shape<'n>)> {
    let output = output(state, language, input);
    let mut outputs = Vec::new();
    for field in ["Next", "Default"] {
        if let Some(next) = state.get(field).and_then(Node::as_str) {
            outputs.push((next, output.clone()));
        }
    }
    for entry in state.get("Choices").and_then(Node::elements).unwrap_or_default() {
        if let Some(next) = entry.get("Next").and_then(Node::as_str) {
            let shape = entry.get("Output").map_or_else(|| output.clone(), object_fields);
            outputs.push((next, shape));
        }
    }
    for entry in state.get("Catch").and_then(Node::elements).unwrap_or_default() {
        if let Some(next) = entry.get("Next").and_then(Node::as_str) {
            outputs.push((next, caught(entry, input)));
        }
    }
    outputs
}

/// What a catcher hands on: the error output, or what it is put into.
fn caught<'n>(entry: &'n Node, input: &Shape<'n>) -> Shape<'n> {
    if let Some(output) = entry.get("Output") {
        return object_fields(output);
    }
    let error = Some(BTreeSet::from(["Error", "Cause"]));
    place(entry, error, input)
}

/// Puts a result into the input as `ResultPath` says.
fn place<'n>(node: &'n Node, result: Shape<'n>, input: &Shape<'n>) -> Shape<'n> {
    let Some(result_path) = node.get("ResultPath") else {
        return result;
    };
    if result_path.is_null() {
        return input.clone();
    }
    let shape = jsonpath::parse(result_path.as_str()?).ok()?;
    match shape.names.first() {
        None if shape.only_names => result,
        None => None,
        Some(name) => {
            let mut fields = input.clone()?;
            fields.insert(name);
            Some(fields)
        }
    }
}

fn output<'n>(state: &'n Node, language: QueryLanguage, input: &Shape<'n>) -> Shape<'n> {
    let kind = state.get("Type").and_then(Node::as_str);
    let passes_on = matches!(kind, Some("Pass" | "Choice" | "Wait"));
    if language == QueryLanguage::Jsonata {
        return match state.get("Output") {
            Some(output) => object_fields(output),
            None if passes_on => input.clone(),
            None => None,
        };
    }
    let effective = selected(state.get("InputPath"), input.clone());
    let result = match state.get("ResultSelector") {
        Some(selector) => object_fields(selector),
        None if kind == Some("Pass") => pass_result(state, effective),
        None if passes_on => return selected(state.get("OutputPath"), effective),
        None => None,
    };
    selected(state.get("OutputPath"), place(state, result, input))
}

fn pass_result<'n>(state: &'n Node, effective: Shape<'n>) -> Shape<'n> {
    let made = state.get("Parameters").or_else(|| state.get("Result"));
    made.map_or(effective, object_fields)
}

/// What `InputPath` or `OutputPath` leaves.
fn selected<'n>(path: Option<&Node>, shape: Shape<'n>) -> Shape<'n> {
    match path {
        None => shape,
        Some(path) if path.is_null() => Some(BTreeSet::new()),
        Some(path) if path.as_str() == Some("$") => shape,
        Some(_) => None,
    }
}

/// The fields of an object written out, without the `.$` of payload templates.
fn object_fields(node: &Node) -> Shape<'_> {
    match &node.content {
        Content::Object(members) => {
            let names = members.iter();
            Some(names.map(|it| it.key.strip_suffix(".$").unwrap_or(&it.key)).collect())
        }
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) | Content::Array(_) => {
            None
        }
    }
}
