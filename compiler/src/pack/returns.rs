//! `return e` after a state is its `Output` and `End`, not after a `Choice`. An output that may fail is not folded
//! into a task that would catch or retry it (B2).

use super::{can_end, can_host, compose, replace_edge};
use crate::machine::{Edge, Goal, Machine, StateId, StateKind};

pub(super) fn returns(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let state = machine.state(id);
        let mut folded = Vec::new();
        for (slot, edge) in state.kind.edges() {
            let Some(StateKind::Succeed(value)) = edge.target().map(|to| &machine.state(to).kind) else {
                continue;
            };
            if !can_end(&state.kind, slot) || !can_host(&state.kind, slot, value) {
                continue;
            }
            let end = Edge { assign: Vec::new(), to: Goal::End(value.clone()) };
            if let (Some(new), Some(target)) = (compose(&edge.assign, &end, &live), edge.target()) {
                folded.push((slot, new, target));
            }
        }
        for (slot, edge, target) in folded {
            replace_edge(machine, (id, slot), edge);
            super::share_spans(machine, target, id);
            changed = true;
        }
        // A `Pass` that ends is a `Succeed`.
        if let StateKind::Pass(Edge { to: Goal::End(value), assign }) = &machine.state(id).kind
            && assign.is_empty()
        {
            let kind = StateKind::Succeed(value.clone());
            if let Some(state) = machine.state_mut(id) {
                state.kind = kind;
                changed = true;
            }
        }
    }
    changed
}
