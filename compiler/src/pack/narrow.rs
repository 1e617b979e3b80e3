//! A variable of which only one part is ever read holds just that part: answers of AWS are large, and a variable may
//! take 256 KiB.

use std::collections::BTreeMap;

use crate::machine::{Expr, Goal, Machine, StateId, VarId, fold};

/// The one part of a variable that is read, or that there is more than one.
type Parts = BTreeMap<VarId, Option<Expr>>;

pub(super) fn narrow(machine: &mut Machine, start: StateId) -> bool {
    let parts = parts(machine);
    let assigned = machine.assigned(start);
    let chosen: Vec<(VarId, Expr)> = assigned
        .iter()
        .filter_map(|var| Some((var, parts.get(&var)?.clone()?)))
        .filter(|(var, part)| *part != Expr::Var(*var) && holds_paths(machine, start, *var))
        .collect();
    for id in machine.reachable() {
        let Some(state) = machine.state_mut(id) else { continue };
        let replace = |expr: &mut Expr| {
            let taken = std::mem::replace(expr, Expr::Null);
            *expr = taken.rewrite(&mut |e| match chosen.iter().find(|(_, part)| *part == e) {
                Some((var, _)) => Expr::Var(*var),
                None => e,
            });
        };
        state.kind.reads_mut().into_iter().for_each(replace);
        for (_, edge) in state.kind.edges_mut() {
            for (var, value) in &mut edge.assign {
                replace(value);
                if let Some((_, part)) = chosen.iter().find(|(v, _)| v == var) {
                    let whole = part.clone().substitute(&[(*var, value.clone())]);
                    *value = fold::simplify(whole);
                }
            }
            if let Goal::End(value) = &mut edge.to {
                replace(value);
            }
        }
    }
    !chosen.is_empty()
}

fn parts(machine: &Machine) -> Parts {
    let mut parts = Parts::new();
    for id in machine.reachable() {
        let kind = &machine.state(id).kind;
        let edges = kind.edges();
        let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
        for expr in kind.reads().into_iter().chain(values) {
            add_parts(expr, &mut parts);
        }
    }
    parts
}

fn add_parts(expr: &Expr, parts: &mut Parts) {
    if let Some(var) = root(expr) {
        let known = parts.entry(var).or_insert_with(|| Some(expr.clone()));
        if known.as_ref() != Some(expr) {
            *known = None;
        }
        return;
    }
    for child in expr.children() {
        add_parts(child, parts);
    }
}

/// The variable that a path starts from.
fn root(expr: &Expr) -> Option<VarId> {
    match expr {
        Expr::Var(var) => Some(*var),
        Expr::Field { base, .. } => root(base),
        Expr::Index { base, index } if matches!(**index, Expr::Number(_)) => root(base),
        _ => None,
    }
}

/// Whether it is only ever set to a part of something that is there.
fn holds_paths(machine: &Machine, start: StateId, var: VarId) -> bool {
    let path = |expr: &Expr| {
        let mut at = expr;
        while let Expr::Field { base, .. } = at {
            at = base;
        }
        matches!(at, Expr::Result | Expr::Error | Expr::Input | Expr::Context(_) | Expr::Var(_))
            && root(expr) != Some(var)
    };
    let ids = machine.scope(start);
    let mut edges = ids.iter().flat_map(|id| machine.state(*id).kind.edges());
    edges.all(|(_, edge)| edge.assign.iter().all(|(v, value)| *v != var || path(value)))
}
