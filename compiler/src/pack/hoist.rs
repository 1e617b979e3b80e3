//! A `Pass` goes: its assignments move up into the edges that lead to it. Where only some can take them, those
//! pass it by.

use super::{can_end, can_host, compose, replace_edge, share_spans};
use crate::machine::flow::EdgeId;
use crate::machine::live::Live;
use crate::machine::{Edge, Goal, Machine, StateId, StateKind};

pub(super) fn hoist(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut incoming = machine.incoming(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let StateKind::Pass(out) = machine.state(id).kind.clone() else { continue };
        if out.target() == Some(id) {
            continue;
        }
        let mut staying = Vec::new();
        for (from, slot) in incoming.remove(&id).unwrap_or_default() {
            let Some(new) = lifted(machine, &out, (from, slot), &live) else {
                staying.push((from, slot));
                continue;
            };
            if let Some(target) = new.target() {
                incoming.entry(target).or_default().push((from, slot));
            }
            replace_edge(machine, (from, slot), new);
            if !out.assign.is_empty() {
                share_spans(machine, id, from);
            }
            changed = true;
        }
        let entered = !staying.is_empty();
        incoming.entry(id).or_default().extend(staying);
        // An empty start is no start.
        if let Edge { assign, to: Goal::State(next) } = &out
            && id == start
            && assign.is_empty()
            && !entered
        {
            super::set_start(machine, id, *next);
            return true;
        }
    }
    changed
}

/// The edge to a `Pass` with what that does, where it can take it.
fn lifted(machine: &Machine, out: &Edge, (from, slot): EdgeId, live: &Live) -> Option<Edge> {
    let kind = &machine.state(from).kind;
    let edge = kind.edge(slot)?;
    let ends = match &out.to {
        Goal::State(_) => true,
        Goal::End(value) => can_end(kind, slot) && can_host(kind, slot, value),
    };
    let hosted = ends && out.assign.iter().all(|(_, value)| can_host(kind, slot, value));
    hosted.then(|| compose(&edge.assign, out, live)).flatten()
}
