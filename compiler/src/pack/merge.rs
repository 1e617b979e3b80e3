//! Equal tails are one: states of a scope that do the same and lead to the same. Loops too: two states are taken
//! for the same until something tells them apart.

use std::collections::HashMap;

use crate::machine::{Machine, StateId, StateKind};

pub(super) fn merge(machine: &mut Machine, start: StateId) -> bool {
    let order = machine.scope(start);
    let mut class: HashMap<StateId, usize> = order.iter().map(|id| (*id, 0)).collect();
    loop {
        let mut keys: HashMap<(StateKind, String), usize> = HashMap::new();
        let mut next: HashMap<StateId, usize> = HashMap::new();
        for id in &order {
            let state = machine.state(*id);
            let key = (by_class(&state.kind, &class), title(machine, *id));
            let count = keys.len();
            next.insert(*id, *keys.entry(key).or_insert(count));
        }
        let stable = keys.len() == class.values().collect::<std::collections::HashSet<_>>().len();
        class = next;
        if stable {
            break;
        }
    }
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

/// A state's content with its targets' classes in place of the targets. States with bodies are never the same.
fn by_class(kind: &StateKind, class: &HashMap<StateId, usize>) -> StateKind {
    let mut kind = kind.clone();
    for (_, edge) in kind.edges_mut() {
        if let crate::machine::Goal::State(to) = &mut edge.to {
            let number = class.get(to).copied().unwrap_or(usize::MAX);
            *to = StateId(u32::try_from(number).unwrap_or(u32::MAX));
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
                edge.to = crate::machine::Goal::State(kept);
            }
        }
    }
}
