//! A `Pass` that no edge before it can take (the start of a scope, behind a task that would catch its failure)
//! sinks into the state behind it: what that state reads is written out, and all its edges, catchers included,
//! repeat the assignments (B5). Where others lead there too, it sinks into a copy: the first round of a loop is
//! peeled off, which adds text but no transition.

use super::{compose, set_start, tells_time};
use crate::machine::flow::Slot;
use crate::machine::live::Live;
use crate::machine::{Edge, Expr, Goal, Machine, StateId, StateKind, VarId};

/// Largest state that is copied.
const COPIED: usize = 300;

pub(super) fn sink(machine: &mut Machine, start: StateId) -> bool {
    for id in machine.scope(start) {
        let StateKind::Pass(Edge { assign, to: Goal::State(next) }) = machine.state(id).kind.clone() else {
            continue;
        };
        if next == id || machine.state(next).kind == machine.state(id).kind {
            continue;
        }
        let incoming = machine.incoming(start);
        let shared = incoming.get(&next).map_or(0, Vec::len) > 1 || next == start;
        if shared && (!copyable(&machine.state(next).kind) || copies(machine, next) > 3) {
            continue;
        }
        let live = machine.live(start);
        if !fits(machine, &assign, next) {
            continue;
        }
        let Some(mut kind) = composed(machine.state(next).kind.clone(), &assign, &live) else { continue };
        kind.substitute_reads(&assign);
        let bodies = kind.bodies();
        for body in bodies {
            substitute_scope(machine, body, &assign);
        }
        let mut state = machine.state(next).clone();
        for span in machine.state(id).spans.clone() {
            if !assign.is_empty() && !state.spans.contains(&span) {
                state.spans.push(span);
            }
        }
        state.kind = kind;
        let new = machine.add(state);
        for edge in incoming.get(&id).into_iter().flatten() {
            if let Some(edge) = machine.state_mut(edge.0).and_then(|s| s.kind.edge_mut(edge.1)) {
                edge.to = Goal::State(new);
            }
        }
        if id == start {
            set_start(machine, id, new);
        }
        return true;
    }
    false
}

fn copyable(kind: &StateKind) -> bool {
    match kind {
        StateKind::Map(_) | StateKind::Parallel(_) => false,
        _ => kind.reads().iter().map(|e| e.size()).sum::<usize>() <= COPIED,
    }
}

/// States of the same place in the source.
fn copies(machine: &Machine, id: StateId) -> usize {
    let span = machine.state(id).spans.first().copied();
    let same = |other: &StateId| {
        let state = machine.state(*other);
        state.spans.first().copied() == span && state.name == machine.state(id).name
    };
    machine.reachable().iter().filter(|other| same(other)).count()
}

/// Whether each value may be evaluated by the state behind instead: before it where that state reads it, after it
/// where only others do.
fn fits(machine: &Machine, assign: &[(VarId, Expr)], next: StateId) -> bool {
    let kind = &machine.state(next).kind;
    let own = kind.reads();
    let inner: Vec<StateId> = kind.bodies();
    assign.iter().all(|(var, value)| {
        let effects = value.effects();
        let reads: usize = own.iter().map(|e| e.reads(*var)).sum();
        let sure = own.iter().any(|e| super::surely_reads(e, *var));
        let inside = inner.iter().any(|body| scope_reads(machine, *body, *var));
        if effects.tied || (inside && !effects.movable()) {
            return false;
        }
        match kind {
            StateKind::Pass(_) => true,
            StateKind::Choice(_) => !(effects.fresh && reads > 0),
            StateKind::Succeed(_) | StateKind::Fail { .. } => {
                let lost = (effects.fresh && reads > 1) || (effects.fallible && !sure);
                !lost
            }
            StateKind::Wait(..) => effects.total() || (!effects.fallible && reads == 0 && !tells_time(value)),
            StateKind::Task(_) | StateKind::Map(_) | StateKind::Parallel(_) => {
                let fallible = effects.fallible && (!sure || kind.catches_evaluation_errors());
                // A retry draws again, but nobody has read what was drawn before.
                let fresh = effects.fresh && (reads > 0 || tells_time(value));
                !fallible && !fresh
            }
        }
    })
}

fn composed(mut kind: StateKind, assign: &[(VarId, Expr)], live: &Live) -> Option<StateKind> {
    let guarded = kind.guarded();
    for (slot, edge) in kind.edges_mut() {
        let new = compose(assign, edge, live)?;
        let risky = |e: &Expr| e.effects().fallible;
        if guarded && new.assign.iter().any(|(var, e)| risky(e) && assign.iter().any(|(v, _)| v == var)) {
            return None;
        }
        if matches!(slot, Slot::Catch(_)) && matches!(new.to, Goal::End(_)) {
            return None;
        }
        *edge = new;
    }
    let small = |e: &&Expr| {
        let grown = (*e).clone().substitute(assign);
        grown.depth() <= super::DEEPEST && grown.size() <= super::LARGEST
    };
    let fits = kind.reads().iter().all(small);
    fits.then_some(kind)
}

/// Whether anything in a scope reads a variable.
pub(super) fn scope_reads(machine: &Machine, start: StateId, var: VarId) -> bool {
    machine.scope(start).into_iter().any(|id| {
        let kind = &machine.state(id).kind;
        let edges = kind.edges();
        let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
        kind.reads().into_iter().chain(values).any(|e| e.reads(var) > 0)
            || kind.bodies().into_iter().any(|body| scope_reads(machine, body, var))
    })
}

fn substitute_scope(machine: &mut Machine, start: StateId, assign: &[(VarId, Expr)]) {
    for id in machine.scope(start) {
        let value = |var| assign.iter().find(|(v, _)| *v == var).map(|(_, value)| value);
        super::propagate::substitute_in(machine, id, &value);
        for body in machine.state(id).kind.bodies() {
            substitute_scope(machine, body, assign);
        }
    }
}
