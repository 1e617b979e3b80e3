//! Choices among themselves: a `Choice` that another leads to is merged into it, rule by rule and in order, so that
//! a condition is evaluated exactly when it was (B16), over the values that the edge assigned (B4); what can't
//! be taken goes; rules with the same way on are one.

use std::collections::HashSet;

use super::compose;
use crate::machine::live::Live;
use crate::machine::{Choice, Edge, Expr, Machine, Op, StateId, StateKind, fold};

/// Most rules of a merged choice.
const MOST: usize = 24;

pub(super) fn choices(machine: &mut Machine, start: StateId) -> bool {
    let live = machine.live(start);
    let mut changed = false;
    for id in machine.scope(start) {
        while let Some((choice, from)) = better(machine, &live, id) {
            if let Some(from) = from {
                super::share_spans(machine, from, id);
            }
            put(machine, id, choice);
            changed = true;
        }
    }
    changed
}

/// What a choice is better written as, and the state that was merged into it.
fn better(machine: &Machine, live: &Live, id: StateId) -> Option<(Choice, Option<StateId>)> {
    let StateKind::Choice(choice) = &machine.state(id).kind else { return None };
    let tidied = tidy(choice.clone());
    if tidied != *choice {
        return Some((tidied, None));
    }
    merged(machine, live, id, choice).map(|(choice, from)| (choice, Some(from)))
}

fn put(machine: &mut Machine, id: StateId, choice: Choice) {
    if let Some(state) = machine.state_mut(id) {
        state.kind = match choice.rules.is_empty() {
            true => StateKind::Pass(choice.default),
            false => StateKind::Choice(choice),
        };
    }
}

/// Without rules that are never or always true, that repeat, or that lead where the next would lead anyway.
fn tidy(choice: Choice) -> Choice {
    let mut rules: Vec<(Expr, Edge)> = Vec::new();
    let mut default = choice.default;
    for (condition, edge) in choice.rules {
        match condition {
            Expr::Boolean(false) => continue,
            Expr::Boolean(true) => {
                default = edge;
                break;
            }
            _ => {}
        }
        if rules.iter().any(|(c, _)| *c == condition) {
            continue;
        }
        match rules.last_mut() {
            Some((last, same)) if *same == edge && last.size() + condition.size() < 60 => {
                let joined = Expr::binary(Op::Or, std::mem::replace(last, Expr::Null), condition);
                *last = fold::simplify(joined);
            }
            _ => rules.push((condition, edge)),
        }
    }
    while rules.last().is_some_and(|(c, edge)| *edge == default && c.effects().total()) {
        rules.pop();
    }
    Choice { rules, default }
}

fn merged(machine: &Machine, live: &Live, id: StateId, choice: &Choice) -> Option<(Choice, StateId)> {
    let at = choice.rules.iter().map(|(_, edge)| edge).chain([&choice.default]);
    for (position, edge) in at.enumerate() {
        let Some(target) = edge.target().filter(|target| *target != id) else { continue };
        let StateKind::Choice(inner) = &machine.state(target).kind else { continue };
        let round = circles(machine, target, id);
        if choice.rules.len() + inner.rules.len() > MOST || (round && contains(machine, id, target)) {
            continue;
        }
        let merged = splice(choice, position, inner, live);
        if let Some(merged) = merged.filter(|it| !round || size(it) <= super::LARGEST) {
            return Some((merged, target));
        }
    }
    None
}

fn size(choice: &Choice) -> usize {
    let edges = choice.rules.iter().map(|(_, edge)| edge).chain([&choice.default]);
    let values = edges.flat_map(|edge| edge.assign.iter().map(|(_, value)| value.size()));
    choice.rules.iter().map(|(condition, _)| condition.size()).chain(values).sum()
}

/// Whether a choice was merged into another already, as far as the source that they stand for tells.
fn contains(machine: &Machine, id: StateId, target: StateId) -> bool {
    let own = &machine.state(id).spans;
    machine.state(target).spans.iter().all(|span| own.contains(span))
}

/// Whether choices alone lead from one to itself again, past another: merged into that other it would unroll for ever.
fn circles(machine: &Machine, from: StateId, past: StateId) -> bool {
    let (mut seen, mut left) = (HashSet::from([past]), vec![from]);
    while let Some(StateKind::Choice(choice)) = left.pop().map(|id| &machine.state(id).kind) {
        let edges = choice.rules.iter().map(|(_, edge)| edge).chain([&choice.default]);
        for target in edges.filter_map(Edge::target) {
            if target == from {
                return true;
            }
            if seen.insert(target) && matches!(machine.state(target).kind, StateKind::Choice(_)) {
                left.push(target);
            }
        }
    }
    false
}

fn splice(choice: &Choice, position: usize, inner: &Choice, live: &Live) -> Option<Choice> {
    let outer = choice.rules.get(position);
    let edge = outer.map_or(&choice.default, |(_, edge)| edge);
    let mut new = Vec::new();
    for (condition, then) in &inner.rules {
        let drawn = edge.assign.iter().any(|(var, e)| e.effects().fresh && condition.reads(*var) > 0);
        if drawn {
            return None;
        }
        let condition = condition.clone().substitute(&edge.assign);
        let condition = match outer {
            Some((c, _)) => c.clone().and(condition),
            None => condition,
        };
        let condition = fold::simplify(condition);
        if condition.depth() > super::DEEPEST || condition.size() > super::LARGEST {
            return None;
        }
        new.push((condition, compose(&edge.assign, then, live)?));
    }
    let last = compose(&edge.assign, &inner.default, live)?;
    let mut rules: Vec<(Expr, Edge)> = choice.rules.clone();
    match outer {
        Some((c, _)) => {
            new.push((c.clone(), last));
            rules.splice(position..=position, new);
            Some(Choice { rules, default: choice.default.clone() })
        }
        None => {
            rules.extend(new);
            Some(Choice { rules, default: last })
        }
    }
}
