//! A variable of which only one part is ever read holds just that part: answers of AWS are large, and a variable may
//! take 256 KiB.

use std::collections::HashMap;

use crate::machine::live::Vars;
use crate::machine::{Expr, Goal, Machine, StateId, VarId, fold};

/// The one part of a variable that is read, or that there is more than one.
type Parts<'a> = HashMap<VarId, Option<&'a Expr>>;

pub(super) fn narrow(machine: &mut Machine) -> bool {
    let ids = machine.reachable();
    let made = made(machine, &ids);
    let chosen: HashMap<VarId, Expr> = parts(machine, &ids)
        .into_iter()
        .filter_map(|(var, part)| Some((var, part?)))
        .filter(|(var, part)| **part != Expr::Var(*var) && !made.contains(*var))
        .map(|(var, part)| (var, part.clone()))
        .collect();
    if chosen.is_empty() {
        return false;
    }
    for id in ids {
        let Some(state) = machine.state_mut(id) else { continue };
        let replace = |expr: &mut Expr| {
            let taken = std::mem::replace(expr, Expr::Null);
            *expr = taken.rewrite(&mut |e| match root(&e).filter(|var| chosen.get(var) == Some(&e)) {
                Some(var) => Expr::Var(var),
                None => e,
            });
        };
        state.kind.reads_mut().into_iter().for_each(replace);
        for (_, edge) in state.kind.edges_mut() {
            for (var, value) in &mut edge.assign {
                replace(value);
                if let Some(part) = chosen.get(var) {
                    let whole = part.clone().substitute(&[(*var, value.clone())]);
                    *value = fold::simplify(whole);
                }
            }
            if let Goal::End(value) = &mut edge.to {
                replace(value);
            }
        }
    }
    true
}

fn parts<'a>(machine: &'a Machine, ids: &[StateId]) -> Parts<'a> {
    let mut parts = Parts::new();
    for id in ids {
        let kind = &machine.state(*id).kind;
        let edges = kind.edges();
        let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
        for expr in kind.reads().into_iter().chain(values) {
            add_parts(expr, &mut parts);
        }
    }
    parts
}

fn add_parts<'a>(expr: &'a Expr, parts: &mut Parts<'a>) {
    if let Some(var) = root(expr) {
        let known = parts.entry(var).or_insert(Some(expr));
        if *known != Some(expr) {
            *known = None;
        }
        return;
    }
    expr.each_child(&mut |child| add_parts(child, parts));
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

/// Variables that are somewhere set to more than a part of something that is there.
fn made(machine: &Machine, ids: &[StateId]) -> Vars {
    let path = |var: VarId, expr: &Expr| {
        let mut at = expr;
        while let Expr::Field { base, .. } = at {
            at = base;
        }
        matches!(at, Expr::Result | Expr::Error | Expr::Input | Expr::Context(_) | Expr::Var(_))
            && root(expr) != Some(var)
    };
    let edges = ids.iter().flat_map(|id| machine.state(*id).kind.edges());
    let assigned = edges.flat_map(|(_, edge)| &edge.assign);
    assigned.filter(|(var, value)| !path(*var, value)).map(|(var, _)| *var).collect()
}
