//! Variables that are read where nothing can have assigned them
//! (Developer Guide, "Passing data between states with variables").

use std::collections::HashMap;

use super::walk::{self, StateView};
use super::{Machine, expressions, graph, jsonata, paths};
use crate::diagnostic::Diagnostic;
use crate::jsonpath::Root;
use crate::path::Path;
use crate::{Member, Node, build, similar};

/// `UNDEFINED_VARIABLE`: no path from the start assigns it. `MAYBE_UNDEFINED_VARIABLE`: some path does not.
pub(super) fn undefined(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    let names = Names::collect(machine);
    let mut pass = Pass { machine, names, found };
    let nothing = Known::default();
    pass.flow(machine.root, &Path::ROOT, &nothing);
}

/// A set of variables by index.
#[derive(Clone, Debug, Default, PartialEq)]
struct Set(Vec<u64>);

impl Set {
    fn insert(&mut self, index: usize) {
        if self.0.len() <= index / 64 {
            self.0.resize(index / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn contains(&self, index: usize) -> bool {
        let word = self.0.get(index / 64).copied().unwrap_or_default();
        word & (1 << (index % 64)) != 0
    }

    /// Adds the other's; whether that changed anything.
    fn join(&mut self, other: &Set) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut changed = false;
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            changed |= *word | more != *word;
            *word |= more;
        }
        changed
    }

    /// Drops what the other has not; whether that changed anything.
    fn meet(&mut self, other: &Set) -> bool {
        let mut changed = false;
        for (at, word) in self.0.iter_mut().enumerate() {
            let kept = *word & other.0.get(at).copied().unwrap_or_default();
            changed |= *word != kept;
            *word = kept;
        }
        changed
    }
}

/// The variables that are assigned when a state is entered.
#[derive(Clone, Debug, Default)]
struct Known {
    /// On some path.
    may: Set,
    /// On every path.
    must: Set,
}

impl Known {
    fn insert(&mut self, index: usize) {
        self.may.insert(index);
        self.must.insert(index);
    }

    /// Another path; whether that changed anything.
    fn join(&mut self, other: &Known) -> bool {
        let more = self.may.join(&other.may);
        self.must.meet(&other.must) | more
    }
}

/// All variables that the machine assigns anywhere.
struct Names(HashMap<String, usize>);

impl Names {
    fn collect(machine: &Machine<'_>) -> Names {
        let mut names = HashMap::new();
        walk::each_state(machine, &mut |state| {
            super::names::each_assign(state, &mut |assign, _| {
                for name in assigned(assign) {
                    let next = names.len();
                    names.entry(name.to_owned()).or_insert(next);
                }
            });
        });
        Names(names)
    }
}

/// The variables an `Assign` writes.
fn assigned(assign: &Node) -> impl Iterator<Item = &str> {
    let members = assign.members().unwrap_or_default().iter();
    members.map(|it| it.key.strip_suffix(".$").unwrap_or(&it.key))
}

struct Pass<'a, 'f> {
    machine: &'a Machine<'a>,
    names: Names,
    found: &'f mut Vec<Diagnostic>,
}

impl Pass<'_, '_> {
    fn flow(&mut self, flow: &Node, path: &Path<'_>, entry: &Known) {
        let before = self.before(flow, entry);
        let states_path = path.key("States");
        for member in walk::states(flow) {
            // A state that no path reaches is another finding.
            let Some(known) = before.get(member.key.as_str()) else {
                continue;
            };
            let path = states_path.key(&member.key);
            let state = StateView {
                machine: self.machine,
                name: &member.key,
                node: &member.value,
                path: &path,
                language: build::language(&member.value).unwrap_or(self.machine.language),
                is_express: false,
            };
            self.reads(&state, known);
            self.nested(&state, known);
        }
    }

    /// Flows within a state see the variables around them, except the children of distributed maps.
    fn nested(&mut self, state: &StateView<'_>, known: &Known) {
        let branches = state.path.key("Branches");
        for (place, node) in walk::nested(state.node) {
            match place {
                walk::Nested::Branch(index) => self.flow(node, &branches.index(index), known),
                walk::Nested::Processor(name) => {
                    let nothing = Known::default();
                    let entry = if walk::distributed(node).0 { &nothing } else { known };
                    self.flow(node, &state.path.key(name), entry);
                }
            }
        }
    }

    /// The variables that may be assigned when a state is entered.
    fn before<'n>(&self, flow: &'n Node, entry: &Known) -> HashMap<&'n str, Known> {
        let mut before: HashMap<&str, Known> = HashMap::new();
        let Some(start) = flow.get("StartAt").and_then(Node::as_str) else {
            return before;
        };
        before.insert(start, entry.clone());
        let order = graph::in_order(flow);
        let mut changed = true;
        while changed {
            changed = false;
            for member in &order {
                changed |= self.hand_on(member, &mut before);
            }
        }
        before
    }

    /// Adds what a state hands on to what is known of those it leads to; whether that changed anything.
    fn hand_on<'n>(&self, member: &'n Member, before: &mut HashMap<&'n str, Known>) -> bool {
        let Some(known) = before.get(member.key.as_str()).cloned() else {
            return false;
        };
        let mut changed = false;
        for (next, assign) in edges(&member.value) {
            let mut known = known.clone();
            for name in assign.into_iter().flat_map(assigned) {
                if let Some(index) = self.names.0.get(name) {
                    known.insert(*index);
                }
            }
            changed |= match before.get_mut(next) {
                Some(before) => before.join(&known),
                None => before.insert(next, known).is_none(),
            };
        }
        changed
    }

    fn reads(&mut self, state: &StateView<'_>, known: &Known) {
        let mut read = Vec::new();
        expressions::each(state, &mut |place| {
            for it in jsonata::analyze(state, place).unwrap_or_default().free_variables {
                if it.name != "states" && !jsonata::is_function(&it.name) {
                    read.push(self.undefined(&it.name, place.node, place.path, known));
                }
            }
        });
        paths::each(state, &mut |it| {
            if let Root::Variable(name) = it.shape.root {
                read.push(self.undefined(name, it.node, it.path, known));
            }
        });
        self.found.extend(read.into_iter().flatten());
    }

    fn undefined(&self, name: &str, node: &Node, path: &Path<'_>, known: &Known) -> Option<Diagnostic> {
        let index = self.names.0.get(name);
        if index.is_some_and(|it| known.must.contains(*it)) {
            return None;
        }
        if index.is_some_and(|it| known.may.contains(*it)) {
            let message = format!("some path to this state does not assign the variable `${name}`");
            return Some(Diagnostic::flow("MAYBE_UNDEFINED_VARIABLE", message, path, node.span));
        }
        let message = match index {
            Some(_) => format!("no path to this state assigns the variable `${name}`"),
            None => format!("the variable `${name}` is never assigned"),
        };
        let warning = Diagnostic::flow("UNDEFINED_VARIABLE", message, path, node.span);
        if self.names.0.len() > similar::MAX_CANDIDATES {
            return Some(warning);
        }
        let names = self.names.0.iter().filter(|(_, index)| known.may.contains(**index));
        let mut names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        Some(match similar::closest(name, names) {
            Some(close) => warning.with_help(format!("did you mean `${close}`?")),
            None => warning,
        })
    }
}

/// Where a state can lead, each with the `Assign` that is done on the way.
fn edges(state: &Node) -> Vec<(&str, Option<&Node>)> {
    let own = state.get("Assign");
    let mut edges = Vec::new();
    for field in ["Next", "Default"] {
        if let Some(next) = state.get(field).and_then(Node::as_str) {
            edges.push((next, own));
        }
    }
    for field in ["Choices", "Catch"] {
        for entry in state.get(field).and_then(Node::elements).unwrap_or_default() {
            if let Some(next) = entry.get("Next").and_then(Node::as_str) {
                edges.push((next, entry.get("Assign")));
            }
        }
    }
    edges
}
