//! Assignments that nobody reads go. What may fail stays: it fails for all to see.

use crate::machine::{Machine, StateId};

pub(super) fn dead(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let Some(state) = machine.state_mut(id) else { continue };
        for (_, edge) in state.kind.edges_mut() {
            let before = edge.assign.len();
            let mut assign = std::mem::take(&mut edge.assign);
            assign.retain(|(var, value)| live.after(edge, *var) || value.effects().fallible);
            edge.assign = assign;
            changed |= edge.assign.len() != before;
        }
    }
    changed
}
