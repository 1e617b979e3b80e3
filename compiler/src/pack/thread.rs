//! An edge into a `Choice` whose outcome is known on that edge (from what it assigns, and from the condition of the
//! rule it belongs to) goes straight to where the choice would lead.

use super::{can_host, compose, replace_edge};
use crate::machine::flow::Slot;
use crate::machine::live::Live;
use crate::machine::{Choice, Edge, Expr, Machine, StateId, StateKind, fold};

pub(super) fn thread(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        for (slot, edge) in straight(machine, id, &live) {
            replace_edge(machine, (id, slot), edge);
            changed = true;
        }
    }
    changed
}

/// The state's edges that can skip the choice they lead to.
fn straight(machine: &Machine, id: StateId, live: &Live) -> Vec<(Slot, Edge)> {
    let kind = &machine.state(id).kind;
    let mut all = Vec::new();
    for (slot, edge) in kind.edges() {
        let Some(to) = edge.target().filter(|to| *to != id) else { continue };
        let StateKind::Choice(choice) = &machine.state(to).kind else { continue };
        let facts = facts(kind, slot, edge);
        let Some(chosen) = outcome(choice, edge, &facts) else { continue };
        if !chosen.assign.iter().all(|(_, value)| can_host(kind, slot, value)) || chosen.target() == Some(to)
        {
            continue;
        }
        all.extend(compose(&edge.assign, chosen, live).map(|edge| (slot, edge)));
    }
    all
}

/// What is known to be true or false on an edge, before its assignments; only what they leave alone.
fn facts(kind: &StateKind, slot: Slot, edge: &Edge) -> Vec<(Expr, bool)> {
    let StateKind::Choice(choice) = kind else { return Vec::new() };
    let mut facts = Vec::new();
    for (i, (condition, _)) in choice.rules.iter().enumerate() {
        let taken = slot == Slot::Rule(i);
        let passed = matches!(slot, Slot::Rule(at) if at > i) || slot == Slot::Default;
        if taken || passed {
            split(condition, taken, &mut facts);
        }
    }
    facts.retain(|(e, _)| e.vars().iter().all(|var| edge.assign.iter().all(|(v, _)| *v != var)));
    facts
}

/// `a and b` is true: both are. `a or b` is false: both are.
fn split(condition: &Expr, holds: bool, into: &mut Vec<(Expr, bool)>) {
    use crate::machine::Op;
    match (condition, holds) {
        (Expr::Binary(Op::And, a, b), true) | (Expr::Binary(Op::Or, a, b), false) => {
            split(a, holds, into);
            split(b, holds, into);
        }
        (Expr::Not(inner), _) => split(inner, !holds, into),
        (Expr::Binary(Op::Eq, a, b), _) => {
            into.push((condition.clone(), holds));
            into.push((Expr::Binary(Op::Ne, a.clone(), b.clone()), !holds));
        }
        (Expr::Binary(Op::Ne, a, b), _) => {
            into.push((condition.clone(), holds));
            into.push((Expr::Binary(Op::Eq, a.clone(), b.clone()), !holds));
        }
        _ => into.push((condition.clone(), holds)),
    }
}

fn outcome<'c>(choice: &'c Choice, edge: &Edge, facts: &[(Expr, bool)]) -> Option<&'c Edge> {
    for (condition, to) in &choice.rules {
        match evaluate(condition, edge, facts) {
            Expr::Boolean(true) => return Some(to),
            Expr::Boolean(false) => {}
            _ => return None,
        }
    }
    Some(&choice.default)
}

/// A condition with all that is known put in.
pub(super) fn evaluate(condition: &Expr, edge: &Edge, facts: &[(Expr, bool)]) -> Expr {
    let known = condition.clone().substitute(&edge.assign);
    fold::simplify(known.rewrite(&mut |e| match facts.iter().find(|(fact, _)| *fact == e) {
        Some((_, holds)) => Expr::Boolean(*holds),
        None => e,
    }))
}
