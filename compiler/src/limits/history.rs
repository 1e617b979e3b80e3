//! A run whose history is too long on every way through it.

use std::collections::{BTreeMap, BinaryHeap};

use crate::diagnostics::{Diagnostic, limits as say};
use crate::machine::flow::Slot;
use crate::machine::{Items, Machine, Pattern, StateId, StateKind};
use crate::typed::Workflow;

/// A Standard run fails when its history has 25,000 events; an Express one keeps none:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const MOST: u64 = 25_000;

/// `ExecutionStarted` and `ExecutionSucceeded`.
const OF_A_RUN: u64 = 2;

pub(super) fn history(workflow: &Workflow, machine: &Machine, found: &mut Vec<Diagnostic>) {
    if machine.express {
        return;
    }
    let Some(events) = through(machine, machine.start) else { return };
    let events = events.saturating_add(OF_A_RUN);
    if events > MOST {
        let culprit = machine.scope(machine.start).into_iter().max_by_key(|id| of_state(machine, *id));
        let place = culprit.map_or(workflow.name_span, |id| super::place(machine, id));
        found.push(say::history_too_long(place, &workflow.name, events, MOST));
    }
}

/// Events on the shortest way from the start of a scope to an end that is no failure. None where there is none.
fn through(machine: &Machine, start: StateId) -> Option<u64> {
    let mut best: BTreeMap<StateId, u64> = BTreeMap::new();
    let mut queue = BinaryHeap::from([(std::cmp::Reverse(0_u64), start)]);
    while let Some((std::cmp::Reverse(so_far), id)) = queue.pop() {
        if best.contains_key(&id) {
            continue;
        }
        best.insert(id, so_far);
        let after = so_far.saturating_add(of_state(machine, id));
        let kind = &machine.state(id).kind;
        // A failure that is handled costs no more than a success, and may skip it.
        for (slot, edge) in kind.edges() {
            let behind = if matches!(slot, Slot::Catch(_)) { so_far } else { after };
            match edge.target() {
                Some(target) => queue.push((std::cmp::Reverse(behind), target)),
                None => queue.push((std::cmp::Reverse(behind), END)),
            }
        }
        if id == END {
            return Some(so_far);
        }
        if matches!(kind, StateKind::Succeed(_)) {
            queue.push((std::cmp::Reverse(after), END));
        }
    }
    None
}

/// Behind the scope; no machine has so many states.
const END: StateId = StateId(u32::MAX);

/// Events from a state's entry to its exit, at the least.
fn of_state(machine: &Machine, id: StateId) -> u64 {
    match &machine.state(id).kind {
        // Entered and exited; a task is scheduled, started and done between.
        StateKind::Task(task) => match task.pattern {
            Pattern::Request => 5,
            // And submitted.
            Pattern::Sync | Pattern::Sync2 | Pattern::Token => 6,
        },
        StateKind::Map(map) if map.distributed.is_none() => {
            let count = match &map.items {
                Items::List(list) => super::payload::count(list).unwrap_or(0),
                Items::Reader(_) => 0,
            };
            // Each iteration is started and done.
            let each = through(machine, map.body).unwrap_or(0).saturating_add(2);
            4_u64.saturating_add(count.saturating_mul(each))
        }
        StateKind::Parallel(parallel) => {
            let branches = parallel.branches.iter().map(|start| through(machine, *start).unwrap_or(0));
            branches.fold(4, u64::saturating_add)
        }
        StateKind::Map(_) => 4,
        StateKind::Pass(_) | StateKind::Choice(_) | StateKind::Wait(..) | StateKind::Succeed(_) => 2,
        StateKind::Fail { .. } => 1,
    }
}
