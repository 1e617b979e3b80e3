//! Variables of the same name that are never needed at once are one variable: `e` in each handler stays `e`, and
//! tails that differ in nothing else become equal.

use std::collections::{BTreeMap, BTreeSet};

use crate::machine::{Expr, Goal, Machine, StateId, VarId};

/// Renames over the whole machine, scope by scope.
pub(super) fn coalesce(machine: &mut Machine) {
    for start in machine.scopes() {
        let clashes = clashes(machine, start);
        let mut groups: BTreeMap<String, Vec<BTreeSet<VarId>>> = BTreeMap::new();
        for var in machine.assigned(start).iter() {
            let name = machine.vars.get(var.index()).map_or(String::new(), |v| v.name.to_string());
            let groups = groups.entry(name).or_default();
            let free = |group: &&mut BTreeSet<VarId>| {
                group.iter().all(|other| !clashes.contains(&pair(var, *other)))
            };
            match groups.iter_mut().find(free) {
                Some(group) => {
                    group.insert(var);
                }
                None => groups.push(BTreeSet::from([var])),
            }
        }
        let mut renamed: Vec<(VarId, VarId)> = Vec::new();
        for group in groups.into_values().flatten() {
            let mut vars = group.into_iter();
            if let Some(kept) = vars.next() {
                renamed.extend(vars.map(|var| (var, kept)));
            }
        }
        if !renamed.is_empty() {
            rename(machine, &renamed);
        }
    }
}

fn pair(a: VarId, b: VarId) -> (VarId, VarId) {
    if a < b { (a, b) } else { (b, a) }
}

/// Pairs of which one is assigned while the other is live.
fn clashes(machine: &Machine, start: StateId) -> BTreeSet<(VarId, VarId)> {
    let live = machine.live(start);
    let mut all = BTreeSet::new();
    for id in machine.scope(start) {
        for (_, edge) in machine.state(id).kind.edges() {
            let mut after = live.all_after(edge);
            edge.assign.iter().for_each(|(var, _)| after.insert(*var));
            for (var, _) in &edge.assign {
                all.extend(after.iter().filter(|other| other != var).map(|other| pair(*var, other)));
            }
        }
    }
    all
}

fn rename(machine: &mut Machine, renamed: &[(VarId, VarId)]) {
    let new = |var: VarId| renamed.iter().find(|(old, _)| *old == var).map_or(var, |(_, new)| *new);
    let replace = |expr: &mut Expr| {
        let taken = std::mem::replace(expr, Expr::Null);
        *expr = taken.rewrite(&mut |e| match e {
            Expr::Var(var) => Expr::Var(new(var)),
            other => other,
        });
    };
    for id in machine.reachable() {
        let Some(state) = machine.state_mut(id) else { continue };
        state.kind.reads_mut().into_iter().for_each(replace);
        for (_, edge) in state.kind.edges_mut() {
            for (var, value) in &mut edge.assign {
                *var = new(*var);
                replace(value);
            }
            if let Goal::End(value) = &mut edge.to {
                replace(value);
            }
        }
    }
}
