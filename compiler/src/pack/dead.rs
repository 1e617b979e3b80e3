//! Assignments that nobody reads go. What may fail stays: it fails for all to see.

use crate::machine::flow::live_after;
use crate::machine::{Machine, StateId};

pub(super) fn dead(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let Some(state) = machine.state_mut(id) else { continue };
        for (_, edge) in state.kind.edges_mut() {
            let after = live_after(edge, &live);
            let before = edge.assign.len();
            edge.assign.retain(|(var, value)| after.contains(var) || value.effects().fallible);
            changed |= edge.assign.len() != before;
        }
    }
    changed
}
