//! Naive machine → the machine with the fewest transitions that makes the same calls and ends the same way.
//!
//! Rules are applied until none applies. Each is in a file of its own and says which traps it minds. What all
//! share: right-hand sides of an edge's assignments are parallel (B3), and so composing two edges substitutes the
//! first's values into the second's (B4); what may fail is not moved to where its error would be retried or
//! caught (B2), nor past a task (B10); what is drawn anew is drawn once, and never in a task's arguments (B1).

use crate::machine::flow::Slot;
use crate::machine::live::Live;
use crate::machine::{Edge, Expr, Func, Goal, Machine, Op, StateId, StateKind, VarId, fold};

mod absorb;
mod choices;
mod convert;
mod dead;
mod dissolve;
mod filter;
mod hoist;
mod lift;
mod merge;
mod names;
mod narrow;
mod propagate;
mod reduce;
mod rethrow;
mod returns;
mod same_call;
mod sink;
mod thread;

/// Applications of rules before packing stops: a bound on loops that could be unrolled for ever.
const FUEL: usize = 3_000;

/// States times applications before packing stops: each application looks at every state again, and a machine that
/// is packed in part is as right as one that is packed to the end.
const WORK: usize = 6_000_000;

/// Deepest expression that packing builds; AWS stops evaluating near a nesting of 100 (A18).
const DEEPEST: usize = 30;
/// Most nodes of an expression that packing builds.
const LARGEST: usize = 400;

/// A rule, on one scope. Whether it changed anything.
type Rule = fn(&mut Machine, StateId) -> bool;

/// Rules on a whole machine.
const WHOLE: &[fn(&mut Machine) -> bool] = &[propagate::propagate, narrow::narrow];

/// In order: those that make others simpler first.
const RULES: &[Rule] = &[
    dead::dead,
    rethrow::rethrow,
    returns::returns,
    thread::thread,
    hoist::hoist,
    absorb::absorb,
    choices::choices,
    convert::convert,
    dissolve::dissolve,
    filter::filter,
    merge::merge,
    same_call::same_call,
    sink::sink,
    lift::lift,
];

/// Packs a machine.
pub fn pack(mut machine: Machine) -> Machine {
    simplify(&mut machine);
    // Before the others, while loops have the form that they are lowered in.
    for start in machine.scopes() {
        while reduce::reduce(&mut machine, start) {}
    }
    let mut fuel = FUEL.min(WORK / machine.reachable().len().max(1));
    while round(&mut machine, &mut fuel) {}
    names::coalesce(&mut machine);
    while round(&mut machine, &mut fuel) {}
    machine
}

/// Applies every rule as often as it applies, innermost scopes first. Whether any did.
fn round(machine: &mut Machine, fuel: &mut usize) -> bool {
    let mut changed = false;
    for rule in WHOLE {
        while *fuel > 0 && rule(machine) {
            *fuel -= 1;
            changed = true;
        }
    }
    for start in machine.scopes() {
        for rule in RULES {
            while *fuel > 0 && rule(machine, start) {
                *fuel -= 1;
                changed = true;
                if !starts_scope(machine, start) {
                    return true;
                }
            }
        }
    }
    if changed {
        simplify(machine);
    }
    changed
}

fn starts_scope(machine: &Machine, id: StateId) -> bool {
    machine.start == id
        || machine.states.iter().any(|state| match &state.kind {
            StateKind::Map(map) => map.body == id,
            StateKind::Parallel(parallel) => parallel.branches.contains(&id),
            StateKind::Pass(_)
            | StateKind::Task(_)
            | StateKind::Choice(_)
            | StateKind::Wait(..)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => false,
        })
}

/// Folds every expression.
fn simplify(machine: &mut Machine) {
    for id in machine.reachable() {
        let Some(state) = machine.state_mut(id) else { continue };
        for expr in state.kind.reads_mut() {
            fold_in_place(expr);
        }
        for (_, edge) in state.kind.edges_mut() {
            edge.assign.iter_mut().for_each(|(_, value)| fold_in_place(value));
            // `x = x`
            edge.assign.retain(|(var, value)| *value != Expr::Var(*var));
            if let Goal::End(value) = &mut edge.to {
                fold_in_place(value);
            }
        }
    }
}

fn fold_in_place(expr: &mut Expr) {
    let taken = std::mem::replace(expr, Expr::Null);
    *expr = fold::simplify(taken);
}

// ---------------------------------------------------------------- what rules share

/// The edge that does what `first`'s assignments and then `then` do. `None` where that would draw a fresh value
/// twice or grow too large. What nobody reads behind it is left out.
fn compose(first: &[(VarId, Expr)], then: &Edge, live: &Live) -> Option<Edge> {
    let mut assign: Vec<(VarId, Expr)> = Vec::new();
    for (var, value) in &then.assign {
        let value = fold::simplify(value.clone().substitute(first));
        // `x = x`
        if value != Expr::Var(*var) {
            assign.push((*var, value));
        }
    }
    let to = match &then.to {
        Goal::State(id) => Goal::State(*id),
        Goal::End(value) => Goal::End(fold::simplify(value.clone().substitute(first))),
    };
    for (var, value) in first {
        let effects = value.effects();
        let reads = then_reads(then, *var);
        let rewritten = then.assign.iter().any(|(v, _)| v == var);
        let kept = !rewritten && (live.after(then, *var) || effects.fallible);
        if effects.fresh && reads + usize::from(kept) > 1 {
            return None;
        }
        if effects.fallible && rewritten && !surely_read(then, *var) {
            return None;
        }
        if kept {
            assign.push((*var, value.clone()));
        }
    }
    let small = |e: &Expr| e.depth() <= DEEPEST && e.size() <= LARGEST;
    let fits = assign.iter().all(|(_, e)| small(e)) && !matches!(&to, Goal::End(e) if !small(e));
    fits.then_some(Edge { assign, to })
}

/// Whether an edge's values read a variable whatever way their conditions take: what may fail is put in the place of
/// such a read only, else it would not fail on the other ways.
fn surely_read(edge: &Edge, var: VarId) -> bool {
    edge.assign.iter().any(|(_, e)| surely_reads(e, var))
        || matches!(&edge.to, Goal::End(e) if surely_reads(e, var))
}

fn surely_reads(expr: &Expr, var: VarId) -> bool {
    surely(expr, &Expr::Var(var))
}

/// Whether evaluating an expression evaluates a part of it whatever way its conditions take.
fn surely(expr: &Expr, part: &Expr) -> bool {
    expr == part
        || match expr {
            Expr::If(condition, then, otherwise) => {
                surely(condition, part) || (surely(then, part) && surely(otherwise, part))
            }
            Expr::Binary(Op::And | Op::Or, left, _) => surely(left, part),
            Expr::Lambda(..) => false,
            other => other.children().into_iter().any(|it| surely(it, part)),
        }
}

fn then_reads(edge: &Edge, var: VarId) -> usize {
    let assigned: usize = edge.assign.iter().map(|(_, e)| e.reads(var)).sum();
    match &edge.to {
        Goal::End(e) => assigned + e.reads(var),
        Goal::State(_) => assigned,
    }
}

/// Whether an expression that was evaluated behind an edge may be evaluated on it.
fn can_host(kind: &StateKind, slot: Slot, value: &Expr) -> bool {
    let effects = value.effects();
    if effects.tied {
        return false;
    }
    match (kind, slot) {
        (_, Slot::Catch(_)) => !effects.fallible && !effects.input,
        (StateKind::Task(_) | StateKind::Map(_) | StateKind::Parallel(_), _) => {
            let caught = effects.fallible && kind.catches_evaluation_errors();
            !effects.input && !caught
        }
        // When a `Wait` evaluates its assignments is nowhere said; a time must be that of afterwards.
        (StateKind::Wait(..), _) => !tells_time(value),
        (StateKind::Pass(_) | StateKind::Choice(_), _) => true,
        (StateKind::Succeed(_) | StateKind::Fail { .. }, _) => false,
    }
}

/// Whether an edge may end the scope with an output of its own.
fn can_end(kind: &StateKind, slot: Slot) -> bool {
    slot == Slot::Out && !matches!(kind, StateKind::Choice(_))
}

/// Puts another edge in the place of one.
fn replace_edge(machine: &mut Machine, (id, slot): (StateId, Slot), edge: Edge) {
    if let Some(old) = machine.state_mut(id).and_then(|state| state.kind.edge_mut(slot)) {
        *old = edge;
    }
}

/// Puts another kind in the place of a state's.
fn set_kind(machine: &mut Machine, id: StateId, kind: StateKind) {
    if let Some(state) = machine.state_mut(id) {
        state.kind = kind;
    }
}

/// Makes another state the start of a scope.
fn set_start(machine: &mut Machine, old: StateId, new: StateId) {
    if machine.start == old {
        machine.start = new;
    }
    for state in &mut machine.states {
        match &mut state.kind {
            StateKind::Map(map) if map.body == old => map.body = new,
            StateKind::Parallel(parallel) => {
                for branch in &mut parallel.branches {
                    if *branch == old {
                        *branch = new;
                    }
                }
            }
            _ => {}
        }
    }
}

/// The second state's places in the source are the first's too.
fn share_spans(machine: &mut Machine, of: StateId, with: StateId) {
    let spans = machine.state(of).spans.clone();
    if let Some(state) = machine.state_mut(with) {
        for span in spans {
            if !state.spans.contains(&span) {
                state.spans.push(span);
            }
        }
    }
}

/// Whether it holds the time of day, which must not move.
fn tells_time(expr: &Expr) -> bool {
    expr.any(&|e| matches!(e, Expr::Call(Func::Now, _)))
}
