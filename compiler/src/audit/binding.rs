//! Clauses bind to one call: where others stand in the same expression, readers of `try` will guess otherwise (B8).

use crate::diagnostics::{Diagnostic, audit as say};
use crate::source::Span;
use crate::typed::walk::Child;
use crate::typed::{Block, Clauses, Effect, Expr, ExprKind};

pub(super) fn block(body: &Block, found: &mut Vec<Diagnostic>) {
    body.each_child(&mut |child| match child {
        Child::Expr(inner) => expr(inner, found),
        Child::Block(inner) => block(inner, found),
    });
}

fn expr(value: &Expr, found: &mut Vec<Diagnostic>) {
    match &value.kind {
        ExprKind::Binary { left, right, .. } if left.effect == Effect::Task => {
            if let Some((call, clauses)) = guarded(right) {
                found.extend(clauses.map(|at| say::clause_binds_once(at, call, left.span)));
            }
        }
        ExprKind::Call(call) => {
            let other = call.arguments.iter().find(|it| it.effect == Effect::Task);
            if let (Some(other), Some(at)) = (other, first(&call.clauses)) {
                found.push(say::clause_binds_once(at, call.span, other.span));
            }
        }
        _ => {}
    }
    value.each_child(&mut |child| match child {
        Child::Expr(inner) => expr(inner, found),
        Child::Block(inner) => block(inner, found),
    });
}

/// The call at the end of an operand, and its first clause.
fn guarded(operand: &Expr) -> Option<(Span, Option<Span>)> {
    match &operand.kind {
        // In parentheses, whose span is the operand's, it is said what the clause belongs to.
        ExprKind::Call(call) => {
            let last = spans(&call.clauses).map(|it| it.end).max()?;
            (last == operand.span.end).then_some((call.span, first(&call.clauses)))
        }
        ExprKind::Binary { right, .. } if right.span.end == operand.span.end => guarded(right),
        ExprKind::Negate(inner) | ExprKind::Not(inner) => guarded(inner),
        _ => None,
    }
}

fn first(clauses: &Clauses) -> Option<Span> {
    spans(clauses).min_by_key(|it| it.start)
}

fn spans(clauses: &Clauses) -> impl Iterator<Item = Span> {
    let within = clauses.within.as_ref().and_then(|it| match it {
        crate::typed::Within::Time(time) => Some(time.span),
        crate::typed::Within::Never => None,
    });
    let all = within.into_iter().chain(clauses.heartbeat.as_ref().map(|it| it.span));
    let all = all.chain(clauses.retries.iter().map(|it| it.span));
    all.chain(clauses.catches.iter().map(|it| it.span))
}
