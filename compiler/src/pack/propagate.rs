//! A variable that is set in one place is written out where it is read: always where its value is as short as a
//! name, else where it is read once. Only what is total and depends on nothing but variables that are set in one
//! place too (B10): their definitions come before, so between the two nothing changes.

use std::collections::BTreeMap;

use crate::machine::flow::Slot;
use crate::machine::{Expr, Goal, Machine, StateId, StateKind, VarId, fold};

pub(super) fn propagate(machine: &mut Machine, start: StateId) -> bool {
    let definitions = definitions(machine);
    for id in machine.scope(start) {
        for (slot, edge) in machine.state(id).kind.edges() {
            for (var, value) in edge.assign.clone() {
                if definitions.get(&var) != Some(&1) || !steady(&value, var, &definitions) {
                    continue;
                }
                let uses = uses(machine, var);
                let short = fold::cheap(&value) || (value.size() <= 6 && uses.count <= 2 && is_path(&value));
                if uses.distributed || uses.count == 0 || !(short || uses.count == 1 && !uses.lambda) {
                    continue;
                }
                if uses.largest + value.size() > super::LARGEST
                    || uses.deepest + value.depth() > super::DEEPEST
                {
                    continue;
                }
                drop_assignment(machine, id, slot, var);
                substitute_everywhere(machine, var, &value);
                return true;
            }
        }
    }
    false
}

/// How many edges assign each variable.
fn definitions(machine: &Machine) -> BTreeMap<VarId, usize> {
    let mut all = BTreeMap::new();
    for id in machine.reachable() {
        for (_, edge) in machine.state(id).kind.edges() {
            for (var, _) in &edge.assign {
                *all.entry(*var).or_insert(0) += 1;
            }
        }
    }
    all
}

fn steady(value: &Expr, var: VarId, definitions: &BTreeMap<VarId, usize>) -> bool {
    value.effects().movable() && value.vars().iter().all(|v| *v != var && definitions.get(v) == Some(&1))
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
    count: usize,
    /// One of them in a lambda, which would evaluate it once an item.
    lambda: bool,
    /// One of them where outer variables can't be read (B28).
    distributed: bool,
    largest: usize,
    deepest: usize,
}

fn uses(machine: &Machine, var: VarId) -> Uses {
    let mut uses = Uses::default();
    let within = distributed_states(machine);
    for id in machine.reachable() {
        let kind = &machine.state(id).kind;
        let edges = kind.edges();
        let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
        for expr in kind.reads().into_iter().chain(values) {
            let count = expr.reads(var);
            if count > 0 {
                uses.count += count;
                uses.lambda |= in_lambda(expr, var);
                uses.distributed |= within.contains(&id);
                uses.largest = uses.largest.max(expr.size());
                uses.deepest = uses.deepest.max(expr.depth());
            }
        }
    }
    uses
}

fn in_lambda(expr: &Expr, var: VarId) -> bool {
    expr.any(&|e| matches!(e, Expr::Lambda(_, body) if body.reads(var) > 0))
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

fn drop_assignment(machine: &mut Machine, id: StateId, slot: Slot, var: VarId) {
    if let Some(edge) = machine.state_mut(id).and_then(|state| state.kind.edge_mut(slot)) {
        edge.assign.retain(|(v, _)| *v != var);
    }
}

fn substitute_everywhere(machine: &mut Machine, var: VarId, value: &Expr) {
    let values = [(var, value.clone())];
    for id in machine.reachable() {
        substitute_in(machine, id, &values);
    }
}

/// In all that a state and its edges hold.
pub(super) fn substitute_in(machine: &mut Machine, id: StateId, values: &[(VarId, Expr)]) {
    let Some(state) = machine.state_mut(id) else { return };
    let replace = |expr: &mut Expr| {
        let taken = std::mem::replace(expr, Expr::Null);
        *expr = taken.substitute(values);
    };
    state.kind.reads_mut().into_iter().for_each(replace);
    for (_, edge) in state.kind.edges_mut() {
        edge.assign.iter_mut().for_each(|(_, e)| replace(e));
        if let Goal::End(e) = &mut edge.to {
            replace(e);
        }
    }
}
