//! What a branch of a `Parallel` draws before its first task is drawn before the `Parallel`: a branch's start has no
//! edge that could take it (`id: uuid()` in a `put`). Branches run once, so it is drawn once either way, unless
//! the `Parallel` is retried.

use crate::machine::{Edge, Goal, Machine, State, StateId, StateKind};

pub(super) fn lift(machine: &mut Machine, start: StateId) -> bool {
    for id in machine.scope(start) {
        let StateKind::Parallel(parallel) = &machine.state(id).kind else { continue };
        let incoming = machine.incoming(start).remove(&id).unwrap_or_default();
        if !parallel.retries.is_empty() || id == start || incoming.is_empty() {
            continue;
        }
        for branch in parallel.branches.clone() {
            let StateKind::Pass(Edge { assign, to: Goal::State(next) }) = machine.state(branch).kind.clone()
            else {
                continue;
            };
            let looped = machine.incoming(branch).contains_key(&branch);
            let free = assign.iter().all(|(var, value)| {
                let effects = value.effects();
                let once = definitions(machine, branch, *var) == 1;
                !effects.tied && !effects.input && !effects.fallible && once
            });
            // Where an edge can't take them, nothing is won.
            let taken = incoming.iter().all(|(from, slot)| {
                let kind = &machine.state(*from).kind;
                assign.iter().all(|(_, value)| super::can_host(kind, *slot, value))
            });
            if looped || !free || !taken {
                continue;
            }
            super::set_start(machine, branch, next);
            let spans = machine.state(branch).spans.clone();
            let pass = StateKind::Pass(Edge { assign, to: Goal::State(id) });
            let mut state = State::new(pass, "before", Default::default(), "is drawn before its branch");
            state.spans = spans;
            let before = machine.add(state);
            redirect(machine, start, id, before);
            return true;
        }
    }
    false
}

fn definitions(machine: &Machine, start: StateId, var: crate::machine::VarId) -> usize {
    let ids = machine.scope(start);
    ids.iter()
        .flat_map(|id| machine.state(*id).kind.edges())
        .map(|(_, edge)| edge.assign.iter().filter(|(v, _)| *v == var).count())
        .sum()
}

fn redirect(machine: &mut Machine, start: StateId, to: StateId, instead: StateId) {
    for (id, slot) in machine.incoming(start).remove(&to).unwrap_or_default() {
        if id == instead {
            continue;
        }
        if let Some(edge) = machine.state_mut(id).and_then(|s| s.kind.edge_mut(slot)) {
            edge.to = Goal::State(instead);
        }
    }
}
