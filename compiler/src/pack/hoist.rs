//! A `Pass` goes: its assignments move up into the edges that lead to it. Where only some can take them, those
//! pass it by.

use super::{can_end, can_host, compose, replace_edge, share_spans};
use crate::machine::{Edge, Goal, Machine, StateId, StateKind};

pub(super) fn hoist(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let StateKind::Pass(out) = machine.state(id).kind.clone() else { continue };
        if out.target() == Some(id) {
            continue;
        }
        for (from, slot) in machine.incoming(start).remove(&id).unwrap_or_default() {
            let kind = &machine.state(from).kind;
            let Some(edge) = kind.edge(slot) else { continue };
            let ends = match &out.to {
                Goal::State(_) => true,
                Goal::End(value) => can_end(kind, slot) && can_host(kind, slot, value),
            };
            if !ends || !out.assign.iter().all(|(_, value)| can_host(kind, slot, value)) {
                continue;
            }
            if let Some(new) = compose(&edge.assign, &out, &live) {
                replace_edge(machine, (from, slot), new);
                if !out.assign.is_empty() {
                    share_spans(machine, id, from);
                }
                changed = true;
            }
        }
        // An empty start is no start.
        if let Edge { assign, to: Goal::State(next) } = &out
            && id == start
            && assign.is_empty()
            && !machine.incoming(start).contains_key(&id)
        {
            super::set_start(machine, id, *next);
            return true;
        }
    }
    changed
}
