//! A variable that is set in one place is written out where it is read: always where its value is as short as a
//! name, else where it is read once. Only what is total and depends on nothing but variables that are set in one
//! place too (B10): their definitions come before, so between the two nothing changes.

use std::collections::{HashMap, HashSet};

use crate::machine::live::Vars;
use crate::machine::{Expr, Goal, Machine, StateId, StateKind, VarId, fold};

pub(super) fn propagate(machine: &mut Machine) -> bool {
    let mut chosen: HashMap<VarId, Expr> = HashMap::new();
    let mut read = Vars::default();
    let ids = machine.reachable();
    let uses = uses(machine, &ids);
    for (var, value) in ids.iter().flat_map(|id| machine.state(*id).kind.edges()).flat_map(|(_, e)| &e.assign)
    {
        let Some(of) = uses.get(var) else { continue };
        if !steady(value, *var, &uses) || !worth(value, of) {
            continue;
        }
        // Those that read each other wait for the next time.
        let vars = value.vars();
        if !read.contains(*var) && vars.iter().all(|v| !chosen.contains_key(&v)) {
            read.add(&vars);
            chosen.insert(*var, value.clone());
        }
    }
    if chosen.is_empty() {
        return false;
    }
    for id in ids {
        let Some(state) = machine.state_mut(id) else { continue };
        for (_, edge) in state.kind.edges_mut() {
            edge.assign.retain(|(var, _)| !chosen.contains_key(var));
        }
        substitute_in(machine, id, &|var| chosen.get(&var));
    }
    true
}

fn worth(value: &Expr, of: &Uses) -> bool {
    let short = fold::cheap(value) || (value.size() <= 6 && of.count <= 2 && is_path(value));
    let once = of.count == 1 && !of.lambda;
    let fits = of.largest + value.size() <= super::LARGEST && of.deepest + value.depth() <= super::DEEPEST;
    !of.distributed && of.count > 0 && (short || once) && fits
}

fn steady(value: &Expr, var: VarId, uses: &HashMap<VarId, Uses>) -> bool {
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
fn uses(machine: &Machine, ids: &[StateId]) -> HashMap<VarId, Uses> {
    let mut all: HashMap<VarId, Uses> = HashMap::new();
    let within = distributed_states(machine, ids);
    for id in ids {
        let kind = &machine.state(*id).kind;
        let edges = kind.edges();
        for (var, _) in edges.iter().flat_map(|(_, edge)| &edge.assign) {
            all.entry(*var).or_default().definitions += 1;
        }
        let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
        for expr in kind.reads().into_iter().chain(values) {
            add_uses(expr, within.contains(id), &mut all);
        }
    }
    all
}

fn add_uses(expr: &Expr, distributed: bool, all: &mut HashMap<VarId, Uses>) {
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
fn distributed_states(machine: &Machine, ids: &[StateId]) -> HashSet<StateId> {
    let mut all = HashSet::new();
    for id in ids {
        if let StateKind::Map(map) = &machine.state(*id).kind
            && map.distributed.is_some()
        {
            add_scope(machine, map.body, &mut all);
        }
    }
    all
}

fn add_scope(machine: &Machine, start: StateId, into: &mut HashSet<StateId>) {
    for id in machine.scope(start) {
        into.insert(id);
        for body in machine.state(id).kind.bodies() {
            add_scope(machine, body, into);
        }
    }
}

/// Puts values in the place of variables, in all that a state and its edges hold.
pub(super) fn substitute_in<'v>(
    machine: &mut Machine,
    id: StateId,
    value: &impl Fn(VarId) -> Option<&'v Expr>,
) {
    let Some(state) = machine.state_mut(id) else { return };
    let replace = |expr: &mut Expr| fold::put(expr, value);
    state.kind.reads_mut().into_iter().for_each(replace);
    for (_, edge) in state.kind.edges_mut() {
        edge.assign.iter_mut().for_each(|(_, e)| replace(e));
        if let Goal::End(e) = &mut edge.to {
            replace(e);
        }
    }
}
