//! Assignments that nobody reads go. What may fail stays: it fails for all to see, unless the same is evaluated there
//! anyway.

use super::surely;
use crate::emit::names::edge_values;
use crate::machine::flow::Slot;
use crate::machine::live::Live;
use crate::machine::{Edge, Expr, Machine, StateId, StateKind};

pub(super) fn dead(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        for slot in slots(&machine.state(id).kind) {
            while let Some(at) = unread(&machine.state(id).kind, slot, &live) {
                if let Some(edge) = machine.state_mut(id).and_then(|state| state.kind.edge_mut(slot)) {
                    edge.assign.remove(at);
                    changed = true;
                }
            }
        }
    }
    changed
}

fn slots(kind: &StateKind) -> Vec<Slot> {
    kind.edges().into_iter().filter(|(_, edge)| !edge.assign.is_empty()).map(|(slot, _)| slot).collect()
}

/// The first assignment of an edge that can go.
fn unread(kind: &StateKind, slot: Slot, live: &Live) -> Option<usize> {
    let edge = kind.edge(slot)?;
    let goes = |(at, (var, value)): (usize, &(_, Expr))| {
        !live.after(edge, *var) && (!value.effects().fallible || evaluated(kind, slot, edge, at, value))
    };
    edge.assign.iter().enumerate().position(goes)
}

/// Whether a value is evaluated on its edge, or when the state is entered, without the assignment.
fn evaluated(kind: &StateKind, slot: Slot, edge: &Edge, at: usize, value: &Expr) -> bool {
    let others = edge_values(edge).into_iter().enumerate().filter(|(other, _)| *other != at).map(|(_, e)| e);
    let own = if slot == Slot::Out { kind.reads() } else { Vec::new() };
    !value.effects().fresh && others.chain(own).any(|e| surely(e, value))
}
