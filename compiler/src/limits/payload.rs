//! Values that are too large whatever the run: what is written out alone passes AWS's bound.
//!
//! 262,144 bytes as UTF-8 for the input or output of a task, a state or a run, a variable, and all variables of one
//! `Assign`: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.

use crate::diagnostics::{Diagnostic, limits as say};
use crate::machine::{Edge, Expr, Func, Goal, Item, Machine, Member, StateKind};

const MOST: u64 = 262_144;

pub(super) fn payloads(machine: &Machine, found: &mut Vec<Diagnostic>) {
    for id in machine.reachable() {
        let kind = &machine.state(id).kind;
        let handed = match kind {
            StateKind::Task(task) => least(&task.arguments),
            StateKind::Succeed(value) => least(value),
            StateKind::Map(map) => map.selector.as_ref().map_or(0, least),
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(..)
            | StateKind::Parallel(_)
            | StateKind::Fail { .. } => 0,
        };
        let assigned = kind.edges().into_iter().map(|(_, edge)| of_edge(edge)).max().unwrap_or(0);
        let size = handed.max(assigned);
        if size > MOST {
            found.push(say::payload_too_large(super::place(machine, id), size, MOST));
        }
    }
}

fn of_edge(edge: &Edge) -> u64 {
    let assigned: u64 = edge.assign.iter().map(|(_, value)| least(value)).sum();
    match &edge.to {
        Goal::End(value) => assigned.max(least(value)),
        Goal::State(_) => assigned,
    }
}

/// Bytes of JSON that the value has at least; 0 where nothing is known.
pub(super) fn least(expr: &Expr) -> u64 {
    match expr {
        Expr::Null | Expr::Boolean(true) => 4,
        Expr::Boolean(false) => 5,
        Expr::Number(_) => 1,
        Expr::String(text) => serde_json::to_string(&**text).map_or(0, |json| length(&json)),
        Expr::List(items) => 2 + listed(items.iter().map(least_item)),
        Expr::Record(members) => 2 + listed(members.iter().map(least_member)),
        Expr::If(_, a, b) => least(a).min(least(b)),
        Expr::Let(_, _, body) => least(body),
        Expr::Template(parts) => {
            let text = |part: &Expr| matches!(part, Expr::String(_)).then(|| least(part).saturating_sub(2));
            2 + parts.iter().filter_map(text).sum::<u64>()
        }
        Expr::Call(function, arguments) => of_call(*function, arguments),
        Expr::Var(_)
        | Expr::Bound(_)
        | Expr::Result
        | Expr::Error
        | Expr::Input
        | Expr::Context(_)
        | Expr::Deploy(_)
        | Expr::Field { .. }
        | Expr::Index { .. }
        | Expr::Key { .. }
        | Expr::Not(_)
        | Expr::Negate(_)
        | Expr::Binary(..)
        | Expr::Lambda(..) => 0,
    }
}

/// The parts with the commas between them.
fn listed(parts: impl Iterator<Item = Option<u64>>) -> u64 {
    let known: Vec<u64> = parts.flatten().collect();
    known.iter().sum::<u64>() + (known.len() as u64).saturating_sub(1)
}

fn least_item(item: &Item) -> Option<u64> {
    match item {
        Item::One(e) | Item::List(e) => Some(least(e)),
        Item::Spread(e) => Some(least(e).saturating_sub(2)).filter(|size| *size > 0),
    }
}

fn least_member(member: &Member) -> Option<u64> {
    match member {
        Member::Set(name, e) => {
            Some(serde_json::to_string(&**name).map_or(0, |json| length(&json)) + 1 + least(e))
        }
        // What it holds may be replaced by what is set behind it.
        Member::Some(..) | Member::Computed(..) | Member::Spread(_) => None,
    }
}

fn of_call(function: Func, arguments: &[Expr]) -> u64 {
    match (function, arguments) {
        (Func::Range, [from, to]) => range(from, to).map_or(0, |(from, to)| digits(from, to)),
        (Func::PadStart | Func::PadEnd, [_, width, ..]) => whole(width).map_or(0, |width| width + 2),
        (Func::Map { .. }, [list, Expr::Lambda(_, body)]) => {
            // One value and a comma each.
            count(list).map_or(0, |count| 2 + count.saturating_mul(least(body) + 1).saturating_sub(1))
        }
        _ => 0,
    }
}

/// How many items a list has at least, where that is written.
pub(super) fn count(list: &Expr) -> Option<u64> {
    match list {
        Expr::List(items) => {
            let one = |item: &&Item| matches!(item, Item::One(_) | Item::List(_));
            Some(items.iter().filter(one).count() as u64)
        }
        Expr::Call(Func::Range, arguments) => match arguments.as_slice() {
            [from, to] => range(from, to).map(|(from, to)| to.saturating_sub(from).max(0).unsigned_abs()),
            _ => None,
        },
        Expr::Call(Func::Map { .. }, arguments) => count(arguments.first()?),
        _ => None,
    }
}

fn range(from: &Expr, to: &Expr) -> Option<(i64, i64)> {
    let number = |e: &Expr| match e {
        Expr::Number(text) => text.parse::<i64>().ok(),
        _ => None,
    };
    Some((number(from)?, number(to)?))
}

/// Bytes of `[from, …]` without `to`.
fn digits(from: i64, to: i64) -> u64 {
    let count = to.saturating_sub(from).max(0).unsigned_abs();
    // Whatever the numbers, each has a digit; those from 10 and 100 on have more.
    let longer = |bound: i64| to.saturating_sub(from.max(bound)).max(0).unsigned_abs();
    let more: u64 = [10, 100, 1_000, 10_000, 100_000, 1_000_000].into_iter().map(longer).sum();
    2 + count.saturating_mul(2).saturating_sub(1) + more
}

fn whole(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn length(text: &str) -> u64 {
    text.len() as u64
}
