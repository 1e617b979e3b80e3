//! `@optimize(cost)`: a `Map` whose body begins with a question and does nothing where the answer is no goes only over
//! the items that it does something for. That is a transition less for each of the others, but the definition no longer
//! reads like its source. Results would be fewer and indexes others, so nobody may read either (B29).

use crate::machine::{Choice, Edge, Expr, Func, Items, Machine, Map, StateId, StateKind};

pub(super) fn filter(machine: &mut Machine, start: StateId) -> bool {
    if !machine.for_cost {
        return false;
    }
    machine.scope(start).into_iter().any(|id| filter_map(machine, id))
}

fn filter_map(machine: &mut Machine, id: StateId) -> bool {
    let StateKind::Map(map) = &machine.state(id).kind else { return false };
    let map = (**map).clone();
    let Some((condition, edge)) = question(machine, &map) else { return false };
    let Items::List(list) = map.items.clone() else { return false };
    let item = machine.bound(&"item".into());
    let condition = condition.rewrite(&mut |e| if e == Expr::Input { Expr::Bound(item) } else { e });
    let chosen =
        Expr::call(Func::Filter { nested: true }, vec![list, Expr::Lambda(vec![item], Box::new(condition))]);
    if let Some(state) = machine.state_mut(map.body) {
        state.kind = StateKind::Pass(edge);
    }
    if let Some(state) = machine.state_mut(id) {
        state.kind = StateKind::Map(Box::new(Map { items: Items::List(chosen), ..map }));
    }
    true
}

/// When the body does something, and where it then goes.
fn question(machine: &Machine, map: &Map) -> Option<(Expr, Edge)> {
    let reads_result = map.out.assign.iter().any(|(_, e)| reads(e)) || ends_with_result(&map.out);
    if map.distributed.is_some() || map.selector.is_some() || reads_result {
        return None;
    }
    let Items::List(list) = &map.items else { return None };
    let StateKind::Choice(Choice { rules, default }) = &machine.state(map.body).kind else { return None };
    let [(condition, then)] = rules.as_slice() else { return None };
    // A loop back to the question is asked again with other values.
    if machine.incoming(map.body).contains_key(&map.body) {
        return None;
    }
    let effects = condition.effects();
    if !effects.total() || effects.tied || !list.effects().total() {
        return None;
    }
    match (is_nothing(machine, then), is_nothing(machine, default)) {
        (false, true) => Some((condition.clone(), then.clone())),
        (true, false) => Some((condition.clone().negated(), default.clone())),
        (true, true) | (false, false) => None,
    }
}

fn reads(expr: &Expr) -> bool {
    expr.any(&|e| *e == Expr::Result)
}

fn ends_with_result(edge: &Edge) -> bool {
    matches!(&edge.to, crate::machine::Goal::End(e) if reads(e))
}

/// Whether an edge leads to the end and on the way does nothing that can be seen.
fn is_nothing(machine: &Machine, edge: &Edge) -> bool {
    let silent = edge.assign.iter().all(|(_, e)| e.effects().total());
    let ends = edge.target().is_some_and(|to| match &machine.state(to).kind {
        StateKind::Succeed(value) => value.effects().total(),
        _ => false,
    });
    silent && ends
}
