//! A variable that is set in one place is written out where it is read: always where its value is as short as a
//! name, else where it is read once. Only what is total and depends on nothing but variables that are set in one
//! place too (B10): their definitions come before, so between the two nothing changes.

use std::collections::BTreeMap;

use crate::machine::live::Vars;
use crate::machine::{Expr, Goal, Machine, StateId, StateKind, VarId, fold};

pub(super) fn propagate(machine: &mut Machine, start: StateId) -> bool {
    let uses = uses(machine);
    let mut chosen: Vec<(VarId, Expr)> = Vec::new();
    for id in machine.scope(start) {
        for (_, edge) in machine.state(id).kind.edges() {
            for (var, value) in &edge.assign {
                let Some(of) = uses.get(var) else { continue };
                // Those that read each other wait for the next time.
                let entangled = chosen.iter().any(|(v, e)| value.reads(*v) > 0 || e.reads(*var) > 0);
                if !entangled && steady(value, *var, &uses) && worth(value, of) {
                    chosen.push((*var, value.clone()));
                }
            }
        }
    }
    if chosen.is_empty() {
        return false;
    }
    for id in machine.scope(start) {
        let Some(state) = machine.state_mut(id) else { continue };
        for (_, edge) in state.kind.edges_mut() {
            edge.assign.retain(|(var, _)| chosen.iter().all(|(v, _)| v != var));
        }
    }
    for id in machine.reachable() {
        substitute_in(machine, id, &chosen);
    }
    true
}

fn worth(value: &Expr, of: &Uses) -> bool {
    let short = fold::cheap(value) || (value.size() <= 6 && of.count <= 2 && is_path(value));
    let once = of.count == 1 && !of.lambda;
    let fits = of.largest + value.size() <= super::LARGEST && of.deepest + value.depth() <= super::DEEPEST;
    !of.distributed && of.count > 0 && (short || once) && fits
}

fn steady(value: &Expr, var: VarId, uses: &BTreeMap<VarId, Uses>) -> bool {
    let once = |v: VarId| uses.get(&v).is_some_and(|of| of.definitions == 1);
    value.effects().movable() && once(var) && value.vars().iter().all(|v| v != var && once(v))
}

fn is_path(value: &Expr) -> bool {
    match value {
        Expr::Field { base, .. } => is_path(base),
        Expr::Index { base, index } => is_path(base) && matches!(**index, Expr::Number(_)),
        other => fold::cheap(other),
    }
}

#[derive(Default)]
struct Uses {
    /// Edges that assign it.
    definitions: usize,
    count: usize,
    /// One of them in a lambda, which would evaluate it once an item.
    lambda: bool,
    /// One of them where outer variables can't be read (B28).
    distributed: bool,
    largest: usize,
    deepest: usize,
}

/// Of every variable.
fn uses(machine: &Machine) -> BTreeMap<VarId, Uses> {
    let mut all: BTreeMap<VarId, Uses> = BTreeMap::new();
    let within = distributed_states(machine);
    for id in machine.reachable() {
        let kind = &machine.state(id).kind;
        let edges = kind.edges();
        for (var, _) in edges.iter().flat_map(|(_, edge)| &edge.assign) {
            all.entry(*var).or_default().definitions += 1;
        }
        let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
        for expr in kind.reads().into_iter().chain(values) {
            add_uses(expr, within.contains(&id), &mut all);
        }
    }
    all
}

fn add_uses(expr: &Expr, distributed: bool, all: &mut BTreeMap<VarId, Uses>) {
    let vars = expr.vars();
    if vars.is_empty() {
        return;
    }
    let (size, depth) = (expr.size(), expr.depth());
    let mut in_lambda = Vars::default();
    expr.visit(&mut |e| match e {
        Expr::Var(var) => all.entry(*var).or_default().count += 1,
        Expr::Lambda(_, body) => in_lambda.add_reads(body),
        _ => {}
    });
    for var in vars.iter() {
        let of = all.entry(var).or_default();
        of.lambda |= in_lambda.contains(var);
        of.distributed |= distributed;
        of.largest = of.largest.max(size);
        of.deepest = of.deepest.max(depth);
    }
}

/// States inside distributed maps.
fn distributed_states(machine: &Machine) -> Vec<StateId> {
    let mut all = Vec::new();
    for id in machine.reachable() {
        if let StateKind::Map(map) = &machine.state(id).kind
            && map.distributed.is_some()
        {
            add_scope(machine, map.body, &mut all);
        }
    }
    all
}

fn add_scope(machine: &Machine, start: StateId, into: &mut Vec<StateId>) {
    for id in machine.scope(start) {
        into.push(id);
        for body in machine.state(id).kind.bodies() {
            add_scope(machine, body, into);
        }
    }
}

/// In all that a state and its edges hold.
pub(super) fn substitute_in(machine: &mut Machine, id: StateId, values: &[(VarId, Expr)]) {
    let Some(state) = machine.state_mut(id) else { return };
    let replace = |expr: &mut Expr| {
        if values.iter().any(|(var, _)| expr.reads(*var) > 0) {
            let taken = std::mem::replace(expr, Expr::Null);
            *expr = fold::simplify(taken.substitute(values));
        }
    };
    state.kind.reads_mut().into_iter().for_each(replace);
    for (_, edge) in state.kind.edges_mut() {
        edge.assign.iter_mut().for_each(|(_, e)| replace(e));
        if let Goal::End(e) = &mut edge.to {
            replace(e);
        }
    }
}
