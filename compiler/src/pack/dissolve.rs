//! A `Parallel` with at most one branch that holds states is no `Parallel`; a `Map` over a pure body is `$map`.

use super::set_kind;
use crate::machine::{Edge, Expr, Func, Goal, Items, Machine, StateId, StateKind};

pub(super) fn dissolve(machine: &mut Machine, start: StateId) -> bool {
    let mut changed = false;
    for id in machine.scope(start) {
        changed |= match machine.state(id).kind.clone() {
            StateKind::Parallel(parallel) => {
                let caught = !parallel.catches.is_empty() || !parallel.retries.is_empty();
                if caught && may_fail(&parallel.out) {
                    continue;
                }
                dissolve_parallel(machine, id, &parallel.branches, &parallel.out, caught)
            }
            StateKind::Map(map) if map.distributed.is_none() && map.selector.is_none() => {
                dissolve_map(machine, id, &map)
            }
            _ => false,
        };
    }
    changed
}

/// The value of a scope that is nothing but its end.
fn pure_value(machine: &Machine, start: StateId) -> Option<Expr> {
    match &machine.state(start).kind {
        StateKind::Succeed(value) => Some(value.clone()),
        _ => None,
    }
}

fn dissolve_parallel(
    machine: &mut Machine,
    id: StateId,
    branches: &[StateId],
    out: &Edge,
    caught: bool,
) -> bool {
    let values: Vec<Option<Expr>> = branches.iter().map(|b| pure_value(machine, *b)).collect();
    let busy: Vec<usize> = values.iter().enumerate().filter(|(_, v)| v.is_none()).map(|(i, _)| i).collect();
    let total = values.iter().flatten().all(|v| v.effects().movable());
    if busy.len() > 1 || !total || (caught && !busy.is_empty()) {
        return false;
    }
    let result = machine.var(&"result".into(), true);
    let list: Vec<Expr> = values.into_iter().map(|v| v.unwrap_or(Expr::Var(result))).collect();
    let after = with_result(out, &Expr::list(list));
    let Some(branch) = busy.first().and_then(|at| branches.get(*at)).copied() else {
        set_kind(machine, id, StateKind::Pass(after));
        return true;
    };
    let mut join = machine.state(id).clone();
    join.kind = StateKind::Pass(after);
    let join = machine.add(join);
    let to_join = |value: Expr| Edge { assign: vec![(result, value)], to: Goal::State(join) };
    for inner in machine.scope(branch) {
        let kind = machine.state(inner).kind.clone();
        if let StateKind::Succeed(value) = kind {
            set_kind(machine, inner, StateKind::Pass(to_join(value)));
            continue;
        }
        let Some(state) = machine.state_mut(inner) else { continue };
        for (_, edge) in state.kind.edges_mut() {
            if let Goal::End(value) = edge.to.clone() {
                // What is assigned on the way out is kept for what may fail in it.
                edge.assign.push((result, value));
                edge.to = Goal::State(join);
            }
        }
    }
    set_kind(machine, id, StateKind::Pass(Edge::to(branch)));
    true
}

/// An edge behind a `Parallel` with its result put in.
pub(super) fn with_result(out: &Edge, result: &Expr) -> Edge {
    let put = |e: &Expr| {
        let put = e.clone().rewrite(&mut |e| if e == Expr::Result { result.clone() } else { e });
        crate::machine::fold::simplify(put)
    };
    Edge {
        assign: out.assign.iter().map(|(var, e)| (*var, put(e))).collect(),
        to: match &out.to {
            Goal::State(to) => Goal::State(*to),
            Goal::End(e) => Goal::End(put(e)),
        },
    }
}

/// What is evaluated on the way out is caught along with the branches.
fn may_fail(out: &Edge) -> bool {
    crate::emit::names::edge_values(out).into_iter().any(|value| value.effects().fallible)
}

fn reads_result(edge: &Edge) -> bool {
    let reads = |e: &Expr| e.any(&|e| *e == Expr::Result);
    edge.assign.iter().any(|(_, e)| reads(e)) || matches!(&edge.to, Goal::End(e) if reads(e))
}

fn dissolve_map(machine: &mut Machine, id: StateId, map: &crate::machine::Map) -> bool {
    let Items::List(list) = &map.items else { return false };
    let Some(value) = pure_value(machine, map.body) else { return false };
    let effects = value.effects();
    let guarded = !map.catches.is_empty() || !map.retries.is_empty();
    let fallible = effects.fallible || may_fail(&map.out);
    if effects.fresh || effects.tied || (fallible && guarded) || !list.effects().total() {
        return false;
    }
    let item = machine.bound(&"item".into());
    let body = value.rewrite(&mut |e| if e == Expr::Input { Expr::Bound(item) } else { e });
    let all = match body {
        Expr::Bound(only) if only == item => list.clone(),
        body => Expr::call(
            Func::Map { nested: true },
            vec![list.clone(), Expr::Lambda(vec![item], Box::new(body))],
        ),
    };
    let mut out = with_result(&map.out, &all);
    if effects.fallible && !reads_result(&map.out) {
        // Nobody reads the values, but what fails in the body fails for all to see.
        out.assign.push((machine.var(&"result".into(), true), all));
    }
    set_kind(machine, id, StateKind::Pass(out));
    true
}
