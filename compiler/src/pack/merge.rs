//! Equal tails are one: states of a scope that do the same and lead to the same. Loops too: two states are taken
//! for the same until something tells them apart.

use std::collections::HashMap;
use std::hash::Hash;

use crate::machine::{Goal, Machine, StateId, StateKind};

pub(super) fn merge(machine: &mut Machine, start: StateId) -> bool {
    let order = machine.scope(start);
    let class = classes(machine, &order);
    let mut first: HashMap<usize, StateId> = HashMap::new();
    let mut same: Vec<(StateId, StateId)> = Vec::new();
    for id in &order {
        let Some(number) = class.get(id) else { continue };
        match first.get(number) {
            Some(kept) => same.push((*id, *kept)),
            None => {
                first.insert(*number, *id);
            }
        }
    }
    for (gone, kept) in &same {
        redirect(machine, &order, *gone, *kept);
    }
    !same.is_empty()
}

/// A number for each state, the same for those that nothing tells apart.
fn classes(machine: &Machine, order: &[StateId]) -> HashMap<StateId, usize> {
    let mut class = numbered(order, |id| (content(&machine.state(id).kind), title(machine, id)));
    loop {
        let next = numbered(order, |id| {
            let edges = machine.state(id).kind.edges();
            let targets: Vec<Option<usize>> =
                edges.iter().map(|(_, edge)| class.get(&edge.target()?).copied()).collect();
            (class.get(&id).copied(), targets)
        });
        let stable = count(&next) == count(&class);
        class = next;
        if stable {
            return class;
        }
    }
}

/// Numbers by key.
fn numbered<K: Eq + Hash>(order: &[StateId], key: impl Fn(StateId) -> K) -> HashMap<StateId, usize> {
    let mut keys: HashMap<K, usize> = HashMap::new();
    let number = |id: &StateId| {
        let next = keys.len();
        (*id, *keys.entry(key(*id)).or_insert(next))
    };
    order.iter().map(number).collect()
}

fn count(class: &HashMap<StateId, usize>) -> usize {
    class.values().max().map_or(0, |most| most + 1)
}

/// All that a state holds, but for where it leads.
fn content(kind: &StateKind) -> StateKind {
    let mut kind = kind.clone();
    for (_, edge) in kind.edges_mut() {
        if let Goal::State(to) = &mut edge.to {
            *to = StateId::default();
        }
    }
    kind
}

/// Calls of different names stay apart, so that each is found under its own.
fn title(machine: &Machine, id: StateId) -> String {
    let state = machine.state(id);
    match &state.kind {
        StateKind::Task(_) | StateKind::Wait(..) => {
            format!("{}\n{}", state.name, state.docs.as_deref().unwrap_or(""))
        }
        StateKind::Map(_) | StateKind::Parallel(_) => format!("{id:?}"),
        StateKind::Pass(_) | StateKind::Choice(_) | StateKind::Succeed(_) | StateKind::Fail { .. } => {
            String::new()
        }
    }
}

fn redirect(machine: &mut Machine, order: &[StateId], gone: StateId, kept: StateId) {
    super::share_spans(machine, gone, kept);
    for id in order {
        let Some(state) = machine.state_mut(*id) else { continue };
        for (_, edge) in state.kind.edges_mut() {
            if edge.target() == Some(gone) {
                edge.to = Goal::State(kept);
            }
        }
    }
}
