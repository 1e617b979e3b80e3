//! Settings of single states: how long, and how many at once.

use crate::diagnostics::{Diagnostic, limits as say};
use crate::machine::{Expr, Machine, Map, StateKind, Tolerate, Until};
use crate::source::Span;

/// An Express run ends after five minutes: <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const EXPRESS_SECONDS: f64 = 300.0;

/// An inline `Map` runs at most so many bodies at once, a distributed one so many children:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>.
const INLINE_AT_ONCE: f64 = 40.0;
const CHILDREN_AT_ONCE: f64 = 10_000.0;

pub(super) fn states(machine: &Machine, found: &mut Vec<Diagnostic>) {
    for id in machine.reachable() {
        let span = super::place(machine, id);
        match &machine.state(id).kind {
            StateKind::Wait(Until::Seconds(time), _) if machine.express => {
                if number(time).is_some_and(|seconds| seconds > EXPRESS_SECONDS) {
                    found.push(say::waits_past_the_end(span));
                }
            }
            StateKind::Map(map) => of_map(map, span, found),
            StateKind::Wait(..)
            | StateKind::Pass(_)
            | StateKind::Task(_)
            | StateKind::Choice(_)
            | StateKind::Parallel(_)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => {}
        }
    }
}

fn of_map(map: &Map, span: Span, found: &mut Vec<Diagnostic>) {
    let most = if map.distributed.is_some() { CHILDREN_AT_ONCE } else { INLINE_AT_ONCE };
    if let Some(wanted) = map.concurrency.as_ref().and_then(number).filter(|wanted| *wanted > most) {
        found.push(say::too_many_at_once(span, wanted, most, map.distributed.is_some()));
    }
    let label = map.distributed.as_ref().and_then(|distributed| distributed.label.as_ref());
    if let Some(why) = label.and_then(|label| super::names::of_label(label)) {
        found.push(say::refused_label(span, &why));
    }
    let tolerate = map.distributed.as_ref().and_then(|distributed| distributed.tolerate.as_ref());
    match tolerate {
        Some(Tolerate::Count(e)) if number(e).is_some_and(|count| count.fract() != 0.0 || count < 0.0) => {
            found.push(say::must_be_whole(span, "tolerate"));
        }
        Some(Tolerate::Percent(e)) if number(e).is_some_and(|part| !(0.0..=100.0).contains(&part)) => {
            found.push(say::no_percentage(span));
        }
        Some(Tolerate::Count(_) | Tolerate::Percent(_)) | None => {}
    }
}

fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Number(text) => text.parse().ok(),
        _ => None,
    }
}
