//! A `Choice` all of whose ways lead to the same state, or all of which end at once, is a conditional expression.

use super::{DEEPEST, LARGEST};
use crate::machine::live::Live;
use crate::machine::{Choice, Edge, Expr, Goal, Machine, StateId, StateKind, VarId, fold};

pub(super) fn convert(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        let StateKind::Choice(choice) = &machine.state(id).kind else { continue };
        let Some(kind) = same_target(choice, &live).or_else(|| all_end(machine, choice)) else { continue };
        if let Some(state) = machine.state_mut(id) {
            state.kind = kind;
            changed = true;
        }
    }
    changed
}

/// One expression for all ways: the first condition that holds gives the value.
fn conditional(choice: &Choice, value: impl Fn(&Edge) -> Option<Expr>) -> Option<Expr> {
    let mut all = value(&choice.default)?;
    for (condition, edge) in choice.rules.iter().rev() {
        all = Expr::choose(condition.clone(), value(edge)?, all);
    }
    let all = fold::simplify(all);
    (all.depth() <= DEEPEST && all.size() <= LARGEST).then_some(all)
}

fn same_target(choice: &Choice, live: &Live) -> Option<StateKind> {
    let target = choice.default.target()?;
    if choice.rules.iter().any(|(_, edge)| edge.target() != Some(target)) {
        return None;
    }
    let edges = || choice.rules.iter().map(|(_, edge)| edge).chain([&choice.default]);
    let after = |var: VarId| live.at(target).is_some_and(|live| live.contains(var));
    let mut vars: Vec<VarId> = Vec::new();
    for (var, value) in edges().flat_map(|edge| &edge.assign) {
        let wanted = after(*var) || value.effects().fallible;
        if wanted && !vars.contains(var) {
            vars.push(*var);
        }
    }
    // A condition that may fail must still be evaluated.
    let total = choice.rules.iter().all(|(condition, _)| condition.effects().total());
    if !total && vars.is_empty() {
        return None;
    }
    let mut assign = Vec::new();
    for var in vars {
        // What nobody reads is evaluated for its failure alone, and may be unset on the other ways (B17).
        let unset = if after(var) { Expr::Var(var) } else { Expr::Null };
        let value = conditional(choice, |edge| Some(value_on(edge, var, &unset)))?;
        assign.push((var, value));
    }
    Some(StateKind::Pass(Edge { assign, to: Goal::State(target) }))
}

fn value_on(edge: &Edge, var: VarId, unset: &Expr) -> Expr {
    edge.assign.iter().find(|(v, _)| *v == var).map_or_else(|| unset.clone(), |(_, value)| value.clone())
}

fn all_end(machine: &Machine, choice: &Choice) -> Option<StateKind> {
    let end = |edge: &Edge| edge.target().map(|to| &machine.state(to).kind);
    match end(&choice.default)? {
        StateKind::Succeed(_) => {
            let value = conditional(choice, |edge| match end(edge)? {
                StateKind::Succeed(value) => put_in(value, edge),
                _ => None,
            })?;
            Some(StateKind::Succeed(value))
        }
        StateKind::Fail { .. } => {
            let part = |second: bool| {
                conditional(choice, |edge| match end(edge)? {
                    StateKind::Fail { error: Some(error), cause: Some(cause) } => {
                        put_in(if second { cause } else { error }, edge)
                    }
                    _ => None,
                })
            };
            Some(StateKind::Fail { error: Some(part(false)?), cause: Some(part(true)?) })
        }
        _ => None,
    }
}

/// The value with what the edge assigns; `None` where that would draw something twice or drop a failure.
fn put_in(value: &Expr, edge: &Edge) -> Option<Expr> {
    let fine = edge.assign.iter().all(|(var, e)| {
        let effects = e.effects();
        let reads = value.reads(*var);
        let lost = (effects.fresh && reads > 1) || (effects.fallible && !super::surely_reads(value, *var));
        !lost
    });
    fine.then(|| value.clone().substitute(&edge.assign))
}
