//! What may fail and stands in a `Parallel` of its own, to be caught, is evaluated by a call beside it that has the same
//! catcher: in the `Assign` or `Output` of the one before it, or in the arguments of the one behind it. A retry of the
//! call must not repeat for it (B2), and what the call assigns is lost when it fails (B5), so no handler may read that.

use super::{DEEPEST, LARGEST, can_end, compose, replace_edge, set_kind, share_spans};
use crate::machine::flow::{EdgeId, Slot};
use crate::machine::live::Live;
use crate::machine::{Catcher, Edge, Expr, Goal, Machine, StateId, StateKind};

pub(super) fn absorb(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let incoming = machine.incoming(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let Some((out, catcher)) = caught(machine, id) else { continue };
        for at in incoming.get(&id).into_iter().flatten().filter(|(from, _)| *from != id) {
            if let Some(new) = before(machine, &out, &catcher, *at, &live) {
                replace_edge(machine, *at, new);
                share_spans(machine, id, at.0);
                changed = true;
            }
        }
        if changed {
            // Others now lead to what is behind.
            return true;
        }
        let alone =
            |next: &StateId| *next != start && incoming.get(next).is_some_and(|edges| edges.len() == 1);
        let next = out.target().filter(alone);
        if let Some((next, kind)) =
            next.and_then(|it| Some((it, behind(machine, &out, &catcher, it, &live)?)))
        {
            share_spans(machine, id, next);
            set_kind(machine, next, kind);
            set_kind(machine, id, StateKind::Pass(Edge::to(next)));
            return true;
        }
    }
    changed
}

/// Of a `Parallel` that only evaluates something to be caught: the way on, with the value put in, and the catcher.
fn caught(machine: &Machine, id: StateId) -> Option<(Edge, Catcher)> {
    let StateKind::Parallel(parallel) = &machine.state(id).kind else { return None };
    let [branch] = parallel.branches.as_slice() else { return None };
    let StateKind::Succeed(value) = &machine.state(*branch).kind else { return None };
    let effects = value.effects();
    if !parallel.retries.is_empty() || effects.tied || effects.input {
        return None;
    }
    let catcher = machine.state(id).kind.evaluation_catcher()?.clone();
    let out = &parallel.out;
    // What nobody reads fails for all to see, and so keeps its state.
    let once = result_reads(out) == 1;
    once.then(|| (super::dissolve::with_result(out, &Expr::list([value.clone()])), catcher))
}

fn result_reads(edge: &Edge) -> usize {
    let mut count = 0;
    for value in crate::emit::names::edge_values(edge) {
        value.visit(&mut |e| count += usize::from(*e == Expr::Result));
    }
    count
}

/// The edge of a call before it that does both.
fn before(
    machine: &Machine,
    out: &Edge,
    catcher: &Catcher,
    (from, slot): EdgeId,
    live: &Live,
) -> Option<Edge> {
    let kind = &machine.state(from).kind;
    let edge = kind.edge(slot).filter(|_| slot == Slot::Out)?;
    let same = kind.evaluation_catcher().is_some_and(|it| it.edge == catcher.edge);
    let ends = matches!(out.to, Goal::State(_)) || can_end(kind, slot);
    let hosted = crate::emit::names::edge_values(out).into_iter().all(|value| {
        let effects = value.effects();
        !effects.tied && !effects.input
    });
    let assigned = edge.assign.iter().chain(&out.assign).map(|(var, _)| *var);
    let lost = assigned.into_iter().any(|var| live.on(&catcher.edge, var));
    (same && ends && hosted && !lost).then(|| compose(&edge.assign, out, live)).flatten()
}

/// The call behind it with the value in what it is called with.
fn behind(machine: &Machine, out: &Edge, catcher: &Catcher, next: StateId, live: &Live) -> Option<StateKind> {
    let kind = &machine.state(next).kind;
    let [(var, value)] = out.assign.as_slice() else { return None };
    let same = kind.evaluation_catcher().is_some_and(|it| it.edge == catcher.edge);
    let read = kind.reads().iter().any(|e| super::surely_reads(e, *var));
    let inside = kind.bodies().into_iter().any(|body| super::sink::scope_reads(machine, body, *var));
    if !same || !read || inside || value.effects().fresh {
        return None;
    }
    let mut kind = kind.clone();
    for (slot, edge) in kind.edges_mut() {
        if !live.on(edge, *var) {
            continue;
        }
        // It did not fail in the arguments, and so doesn't after the call; a catcher may be there for them.
        if slot != Slot::Out {
            return None;
        }
        *edge = compose(&out.assign, edge, live)?;
    }
    kind.substitute_reads(&out.assign);
    let small = kind.reads().iter().all(|e| e.depth() <= DEEPEST && e.size() <= LARGEST);
    small.then_some(kind)
}
