//! Visits every flow and every state, each with its path.

use super::{Machine, Options};
use crate::model::QueryLanguage;
use crate::path::Path;
use crate::{Member, Node, build};

/// An object with `StartAt` and `States`.
pub(crate) struct FlowView<'a> {
    pub(crate) machine: &'a Machine<'a>,
    pub(crate) node: &'a Node,
    pub(crate) path: &'a Path<'a>,
    /// Whether it is the machine's own.
    pub(crate) is_top: bool,
    /// Whether it runs in an Express execution.
    pub(crate) is_express: bool,
}

/// A member of `States`.
pub(crate) struct StateView<'a> {
    pub(crate) machine: &'a Machine<'a>,
    pub(crate) name: &'a str,
    pub(crate) node: &'a Node,
    pub(crate) path: &'a Path<'a>,
    /// Its own query language, else the machine's: flows in between have none.
    pub(crate) language: QueryLanguage,
    pub(crate) is_express: bool,
}

/// Where a flow within a state stands, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nested {
    Branch(usize),
    Processor(&'static str),
}

impl<'a> StateView<'a> {
    pub(crate) fn options(&self) -> &'a Options {
        self.machine.options
    }

    pub(crate) fn text(&self, field: &str) -> Option<&'a str> {
        self.node.get(field)?.as_str()
    }

    pub(crate) fn is_type(&self, name: &str) -> bool {
        self.text("Type") == Some(name)
    }

    pub(crate) fn is_jsonata(&self) -> bool {
        self.language == QueryLanguage::Jsonata
    }
}

/// The flows within a state: branches, item processor.
pub(crate) fn nested(state: &Node) -> Vec<(Nested, &Node)> {
    let branches = state.get("Branches").and_then(Node::elements);
    let branches = branches.unwrap_or_default().iter().enumerate();
    let processors = ["ItemProcessor", "Iterator"].into_iter();
    let processors = processors.filter_map(|name| Some((Nested::Processor(name), state.get(name)?)));
    { branches.map(|(index, node)| (Nested::Branch(index), node)) }.chain(processors).collect()
}

/// Whether an item processor is a distributed one, and whether its children are Express.
pub(crate) fn distributed(processor: &Node) -> (bool, bool) {
    let config = processor.get("ProcessorConfig");
    let text = |field| config.and_then(|it| it.get(field)).and_then(Node::as_str);
    let distributed = text("Mode") == Some("DISTRIBUTED");
    (distributed, distributed && text("ExecutionType") == Some("EXPRESS"))
}

/// The states of a flow, in the order written.
pub(crate) fn states(flow: &Node) -> &[Member] {
    let states = flow.get("States").and_then(Node::members);
    states.unwrap_or_default()
}

pub(crate) fn each_flow(machine: &Machine<'_>, visit: &mut dyn FnMut(&FlowView<'_>)) {
    let is_express = machine.options.machine_type == super::MachineType::Express;
    let top = FlowView { machine, node: machine.root, path: &Path::ROOT, is_top: true, is_express };
    flow(&top, visit, &mut |_| {});
}

pub(crate) fn each_state(machine: &Machine<'_>, visit: &mut dyn FnMut(&StateView<'_>)) {
    let is_express = machine.options.machine_type == super::MachineType::Express;
    let top = FlowView { machine, node: machine.root, path: &Path::ROOT, is_top: true, is_express };
    flow(&top, &mut |_| {}, visit);
}

fn flow(
    view: &FlowView<'_>,
    on_flow: &mut dyn FnMut(&FlowView<'_>),
    on_state: &mut dyn FnMut(&StateView<'_>),
) {
    on_flow(view);
    let states_path = view.path.key("States");
    for member in states(view.node) {
        let path = states_path.key(&member.key);
        let state = StateView {
            machine: view.machine,
            name: &member.key,
            node: &member.value,
            path: &path,
            language: build::language(&member.value).unwrap_or(view.machine.language),
            is_express: view.is_express,
        };
        on_state(&state);
        each_nested(&state, on_flow, on_state);
    }
}

fn each_nested(
    state: &StateView<'_>,
    on_flow: &mut dyn FnMut(&FlowView<'_>),
    on_state: &mut dyn FnMut(&StateView<'_>),
) {
    let branches = state.path.key("Branches");
    for (place, node) in nested(state.node) {
        let path = match place {
            Nested::Branch(index) => branches.index(index),
            Nested::Processor(name) => state.path.key(name),
        };
        let nested = FlowView {
            machine: state.machine,
            node,
            path: &path,
            is_top: false,
            is_express: state.is_express || distributed(node).1,
        };
        flow(&nested, on_flow, on_state);
    }
}
