//! A `for` whose body only computes is one `$reduce`, and costs nothing: the body is followed once with what it assigns
//! as expressions over what held before, which are then the lambda. A list that is built item by item is made in one go, by
//! `$map`. What ends the loop early, may fail, draws or calls stays a loop, and so does what would copy a list for each
//! item (A18).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{DEEPEST, LARGEST, set_kind, share_spans};
use crate::machine::flow::EdgeId;
use crate::machine::live::Vars;
use crate::machine::{
    BoundId, Choice, Edge, Expr, Func, Goal, Item, Machine, Op, State, StateId, StateKind, VarId, fold,
};

/// States of a body that are followed: each `if` doubles the ways behind it.
const FOLLOWED: usize = 200;

pub(super) fn reduce(machine: &mut Machine, start: StateId) -> bool {
    let incoming = machine.incoming(start);
    for id in machine.scope(start) {
        let Some(found) = head(machine, id, &incoming) else { continue };
        let mut body = Body { machine, head: found.anchor, list: &found.list, seen: Vec::new() };
        let Some(mut round) = body.follow(found.first, BTreeMap::new()) else { continue };
        let seen = body.seen;
        let counts = round.remove(&found.at) == Some(next(found.at));
        let entered = incoming.get(&found.anchor).into_iter().flatten();
        let fresh = entered
            .filter(|(from, _)| !seen.contains(from))
            .all(|entry| starts_at_zero(machine, *entry, found.at));
        if !counts || !fresh || round.keys().any(|var| found.list.reads(*var) > 0) {
            continue;
        }
        let read = machine.live(start).all_after(&found.out);
        let kept = accumulators(&round, &read);
        round.retain(|var, _| kept.contains(var));
        let Some(kind) = reduced(machine, &found, &round) else { continue };
        set_kind(machine, id, kind);
        seen.into_iter().for_each(|inner| share_spans(machine, inner, id));
        return true;
    }
    false
}

/// The head of a loop over a list, as it is lowered.
struct Head {
    /// What the rounds come back to.
    anchor: StateId,
    at: VarId,
    list: Expr,
    /// What an item is called.
    item: Arc<str>,
    first: StateId,
    out: Edge,
}

fn head(machine: &Machine, id: StateId, incoming: &BTreeMap<StateId, Vec<EdgeId>>) -> Option<Head> {
    let StateKind::Choice(Choice { rules, default }) = &machine.state(id).kind else { return None };
    let [(Expr::Binary(Op::Less, at, count), into)] = rules.as_slice() else { return None };
    let (Expr::Var(at), Expr::Call(Func::Count, of)) = (&**at, &**count) else { return None };
    let [list] = of.as_slice() else { return None };
    let movable = list.effects().movable() && list.reads(*at) == 0;
    let [(anchor, _)] = incoming.get(&id)?.as_slice() else { return None };
    let led = machine.state(*anchor).kind == StateKind::Pass(Edge::to(id));
    let plain = into.assign.is_empty() && default.assign.is_empty();
    let first = into.target()?;
    let item = match &machine.state(first).kind {
        StateKind::Pass(Edge { assign, .. }) => assign.first().map(|(var, _)| machine_name(machine, *var)),
        _ => None,
    };
    (movable && plain && led).then_some(Head {
        anchor: *anchor,
        at: *at,
        list: list.clone(),
        item: item.unwrap_or_else(|| "item".into()),
        first,
        out: default.clone(),
    })
}

fn starts_at_zero(machine: &Machine, (from, slot): EdgeId, at: VarId) -> bool {
    let edge = machine.state(from).kind.edge(slot);
    edge.is_some_and(|edge| edge.assign.iter().any(|(var, value)| *var == at && *value == Expr::number(0)))
}

fn next(at: VarId) -> Expr {
    fold::simplify(Expr::binary(Op::Add, Expr::Var(at), Expr::number(1)))
}

/// What variables are after a round, over what they were before it.
type Round = BTreeMap<VarId, Expr>;

struct Body<'m> {
    machine: &'m Machine,
    head: StateId,
    list: &'m Expr,
    seen: Vec<StateId>,
}

impl Body<'_> {
    /// From a state to the end of the round; none where that is not all that can happen.
    fn follow(&mut self, id: StateId, round: Round) -> Option<Round> {
        if id == self.head {
            return Some(round);
        }
        if self.seen.len() == FOLLOWED {
            return None;
        }
        self.seen.push(id);
        match &self.machine.state(id).kind {
            StateKind::Pass(edge) => self.along(edge, &round),
            StateKind::Choice(choice) => {
                let mut after = self.along(&choice.default, &round)?;
                for (condition, edge) in choice.rules.iter().rev() {
                    let condition = self.value(condition, &round)?;
                    after = either(&condition, self.along(edge, &round)?, &after);
                }
                Some(after)
            }
            StateKind::Task(_)
            | StateKind::Wait(..)
            | StateKind::Map(_)
            | StateKind::Parallel(_)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => None,
        }
    }

    fn along(&mut self, edge: &Edge, round: &Round) -> Option<Round> {
        let mut after = round.clone();
        for (var, value) in &edge.assign {
            after.insert(*var, self.value(value, round)?);
        }
        self.follow(edge.target()?, after)
    }

    fn value(&self, value: &Expr, round: &Round) -> Option<Expr> {
        let mut value = value.clone();
        fold::put(&mut value, &|var| round.get(&var));
        let fits = value.effects().movable() && value.size() <= LARGEST + self.list.size();
        fits.then_some(value)
    }
}

fn either(condition: &Expr, then: Round, otherwise: &Round) -> Round {
    let was = |round: &Round, var: VarId| round.get(&var).cloned().unwrap_or(Expr::Var(var));
    let vars: BTreeSet<VarId> = then.keys().chain(otherwise.keys()).copied().collect();
    let one = |var: VarId| {
        let (a, b) = (was(&then, var), was(otherwise, var));
        (var, if a == b { a } else { fold::simplify(Expr::choose(condition.clone(), a, b)) })
    };
    vars.into_iter().map(one).collect()
}

/// Those that are read after the loop, and those that a later round reads of an earlier one.
fn accumulators(round: &Round, read: &Vars) -> Vec<VarId> {
    let mut all: Vec<VarId> = round.keys().filter(|var| read.contains(**var)).copied().collect();
    let mut at = 0;
    while let Some(value) = all.get(at).and_then(|var| round.get(var)) {
        let more = value.vars();
        all.extend(
            round
                .keys()
                .filter(|var| more.contains(**var) && !all.contains(var))
                .copied()
                .collect::<Vec<_>>(),
        );
        at += 1;
    }
    all
}

/// Whether a list is copied each time.
fn grows(var: VarId, value: &Expr) -> bool {
    let spread = |e: &Expr| match e {
        Expr::List(items) => items.iter().any(|item| matches!(item, Item::Spread(of) if of.reads(var) > 0)),
        _ => false,
    };
    value.any(&spread)
}

/// `list = [...list, item]`, where a condition may stand before it: what is added is made in one go.
fn appended(machine: &mut Machine, found: &Head, var: VarId, value: &Expr) -> Option<Expr> {
    let (condition, items) = match value {
        Expr::List(items) => (None, items),
        Expr::If(c, then, same) if **same == Expr::Var(var) => match &**then {
            Expr::List(items) => (Some((**c).clone()), items),
            _ => return None,
        },
        Expr::If(c, same, otherwise) if **same == Expr::Var(var) => match &**otherwise {
            Expr::List(items) => (Some((**c).clone().negated()), items),
            _ => return None,
        },
        _ => return None,
    };
    let [Item::Spread(Expr::Var(old)), added @ ..] = items.as_slice() else { return None };
    let plain = added.iter().all(|item| matches!(item, Item::One(e) | Item::List(e) if e.reads(var) == 0));
    if *old != var || !plain || condition.as_ref().is_some_and(|c| c.reads(var) > 0) {
        return None;
    }
    let mut list = found.list.clone();
    let none = |_: VarId| None;
    let (params, body) = each(machine, found, |within| {
        let mut values: Vec<Expr> = added.iter().map(|it| inside(it.expr(), found, within, &none)).collect();
        if values.len() == 1 { values.remove(0) } else { Expr::list(values) }
    });
    if let Some(condition) = condition {
        // What is left has other places.
        if params.len() > 1 {
            return None;
        }
        let (params, test) = each(machine, found, |within| inside(&condition, found, within, &none));
        list = Expr::call(Func::Filter { nested: true }, vec![list, Expr::Lambda(params, Box::new(test))]);
    }
    let lambda = Expr::Lambda(params, Box::new(body));
    let made = Expr::call(Func::Map { nested: true }, vec![list, lambda]);
    let made = if added.len() == 1 { made } else { Expr::call(Func::Flatten, vec![made]) };
    let longer = Expr::List(vec![Item::Spread(Expr::Var(var)), Item::Spread(made)]);
    (longer.depth() <= DEEPEST && longer.size() <= LARGEST).then_some(longer)
}

/// What stands in the place of the loop: variables that need nobody but themselves are reduced each by itself, the others
/// together, in a record.
fn reduced(machine: &mut Machine, found: &Head, round: &Round) -> Option<StateKind> {
    let needs_others = |var: &VarId, value: &Expr| round.keys().any(|it| it != var && value.reads(*it) > 0);
    let mut joined: BTreeSet<VarId> = BTreeSet::new();
    for (var, value) in round.iter().filter(|(var, value)| needs_others(var, value)) {
        joined.insert(*var);
        joined.extend(round.keys().filter(|it| value.reads(**it) > 0));
    }
    if joined.iter().any(|var| round.get(var).is_some_and(|value| grows(*var, value))) {
        return None;
    }
    let mut assign = Vec::new();
    for (var, value) in round.iter().filter(|(var, _)| !joined.contains(var)) {
        let all = machine.bound(&machine_name(machine, *var));
        if let Some(longer) = appended(machine, found, *var, value) {
            assign.push((*var, longer));
            continue;
        }
        if grows(*var, value) {
            return None;
        }
        let before = |it: VarId| (it == *var).then_some(Expr::Bound(all));
        let lambda = lambda(machine, found, all, |within| inside(value, found, within, &before))?;
        assign.push((*var, Expr::call(Func::Reduce, vec![found.list.clone(), lambda, Expr::Var(*var)])));
    }
    if joined.is_empty() {
        return Some(StateKind::Pass(Edge { assign, to: found.out.to.clone() }));
    }
    let names: BTreeMap<VarId, String> = joined.iter().map(|var| (*var, field(machine, *var))).collect();
    let all = machine.bound(&"all".into());
    let before = |var: VarId| Some(Expr::Bound(all).field(names.get(&var)?));
    let lambda = lambda(machine, found, all, |within| {
        let one = |(var, name): (&VarId, &String)| {
            let value = round.get(var).map_or(Expr::Null, |value| inside(value, found, within, &before));
            (name.clone(), value)
        };
        Expr::record(names.iter().map(one))
    })?;
    let initial = Expr::record(names.iter().map(|(var, name)| (name.clone(), Expr::Var(*var))));
    let whole = machine.var(&"totals".into(), true);
    assign.push((whole, Expr::call(Func::Reduce, vec![found.list.clone(), lambda, initial])));
    let parts = names.iter().map(|(var, name)| (*var, Expr::Var(whole).field(name))).collect();
    let parts = StateKind::Pass(Edge { assign: parts, to: found.out.to.clone() });
    let behind = machine.add(State::new(parts, "totals", Default::default(), "takes a record apart"));
    Some(StateKind::Pass(Edge { assign, to: Goal::State(behind) }))
}

/// `(all, item, at) => body`; none where it grows too large.
fn lambda(
    machine: &mut Machine,
    found: &Head,
    all: BoundId,
    body: impl FnOnce((BoundId, BoundId)) -> Expr,
) -> Option<Expr> {
    let (params, body) = each(machine, found, body);
    let fits = body.depth() <= DEEPEST && body.size() <= LARGEST;
    fits.then(|| Expr::Lambda(std::iter::once(all).chain(params).collect(), Box::new(body)))
}

/// A body over an item and its place, with its parameters: the place only where it is read.
fn each(
    machine: &mut Machine,
    found: &Head,
    body: impl FnOnce((BoundId, BoundId)) -> Expr,
) -> (Vec<BoundId>, Expr) {
    let (item, at) = (machine.bound(&found.item), machine.bound(&"at".into()));
    let body = body((item, at));
    let placed = body.any(&|e| *e == Expr::Bound(at));
    (if placed { vec![item, at] } else { vec![item] }, body)
}

/// A value of the body as the lambda has it.
fn inside(
    value: &Expr,
    found: &Head,
    (item, at): (BoundId, BoundId),
    before: &impl Fn(VarId) -> Option<Expr>,
) -> Expr {
    let whole = found.list.clone().index(Expr::Var(found.at));
    let value = value.clone().rewrite(&mut |e| if e == whole { Expr::Bound(item) } else { e });
    let value = value.rewrite(&mut |e| match e {
        Expr::Var(var) if var == found.at => Expr::Bound(at),
        Expr::Var(var) => before(var).unwrap_or(e),
        other => other,
    });
    fold::simplify(value)
}

fn machine_name(machine: &Machine, var: VarId) -> Arc<str> {
    machine.vars.get(var.index()).map_or_else(|| "all".into(), |it| it.name.clone())
}

/// A field's name for a variable, its own where it can be.
fn field(machine: &Machine, var: VarId) -> String {
    let own = machine_name(machine, var);
    match machine.vars.iter().filter(|it| it.name == own).count() {
        1 => own.to_string(),
        _ => format!("{own}{}", var.index()),
    }
}
