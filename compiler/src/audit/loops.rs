//! Loops that spin, and loops that fill an execution's history.

use super::rounds;
use super::timing::Scene;
use crate::diagnostics::{Diagnostic, audit as say};
use crate::source::Span;
use crate::typed::walk::Child;
use crate::typed::{Block, Expr, ExprKind, LabelId, Mode, Stmt, StmtKind};

/// Entered and exited events of a state with one task are five; a Standard execution ends at 25,000 events:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const MOST_EVENTS: u64 = 25_000;
const EVENTS_A_TASK: u64 = 5;
const EVENTS_A_STATE: u64 = 2;

pub(super) fn block(body: &Block, scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    body.statements.iter().for_each(|statement| loop_of(statement, scene, found));
    body.each_child(&mut |child| down(child, scene, found));
}

fn down(child: Child<'_>, scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    match child {
        Child::Block(inner) => block(inner, scene, found),
        Child::Expr(inner) => inner.each_child(&mut |child| down(child, scene, found)),
    }
}

/// A loop whose number of rounds nothing in its text bounds.
struct Unbounded<'a> {
    label: LabelId,
    body: &'a Block,
    /// It has no condition of its own.
    forever: bool,
    condition: Option<&'a Expr>,
}

fn unbounded(statement: &Stmt) -> Option<Unbounded<'_>> {
    match &statement.kind {
        StmtKind::While { label, condition, body } => {
            let forever = matches!(condition.kind, ExprKind::Boolean(true));
            Some(Unbounded { label: *label, body, forever, condition: Some(condition) })
        }
        StmtKind::Repeat { label, max: None, body, until } => {
            Some(Unbounded { label: *label, body, forever: until.is_none(), condition: until.as_ref() })
        }
        _ => None,
    }
}

fn loop_of(statement: &Stmt, scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    let Some(it) = unbounded(statement) else { return };
    if it.body.statements.iter().any(leaves_at_once) {
        return;
    }
    let mut cost = Cost::new(scene);
    cost.block(it.body, it.label);
    if let Some(condition) = it.condition {
        cost.expr(condition, it.label);
    }
    let head = Span { end: it.body.span.start.max(statement.span.start), ..statement.span };
    if it.forever && !cost.leaves && !cost.waits {
        found.push(say::endless_loop(head));
    } else if cost.events > 0 && !scene.express && !cost.goes_on {
        let rounds = MOST_EVENTS / cost.events.max(1);
        let most = rounds::most(it.condition, it.body, scene);
        if most.is_none_or(|most| most > rounds) {
            found.push(say::history_overflow(head, rounds));
        }
    }
}

/// Nothing before it is a condition, so that there is one round at most.
fn leaves_at_once(statement: &Stmt) -> bool {
    let StmtKind::Expr(value) = &statement.kind else { return false };
    matches!(
        value.kind,
        ExprKind::Break(_) | ExprKind::Return(_) | ExprKind::Fail(_) | ExprKind::ContinueAs { .. }
    )
}

/// What one round of a loop does.
struct Cost<'s, 'p> {
    scene: &'s Scene<'p>,
    events: u64,
    /// Loops and labelled blocks inside: what jumps there stays in the loop.
    inner: Vec<LabelId>,
    leaves: bool,
    waits: bool,
    /// Ends by `continue as`.
    goes_on: bool,
}

impl<'s, 'p> Cost<'s, 'p> {
    fn new(scene: &'s Scene<'p>) -> Self {
        Cost { scene, events: 0, inner: Vec::new(), leaves: false, waits: false, goes_on: false }
    }

    fn block(&mut self, body: &Block, label: LabelId) {
        self.inner.extend(body.label);
        for statement in &body.statements {
            self.inner.extend(label_of(statement));
            if matches!(statement.kind, StmtKind::Wait { .. }) {
                self.waits = true;
                self.events += EVENTS_A_STATE;
            }
        }
        body.each_child(&mut |child| self.child(child, label));
    }

    fn child(&mut self, child: Child<'_>, label: LabelId) {
        match child {
            Child::Expr(inner) => self.expr(inner, label),
            Child::Block(inner) => self.block(inner, label),
        }
    }

    fn expr(&mut self, value: &Expr, label: LabelId) {
        match &value.kind {
            ExprKind::Call(call) => {
                self.events += EVENTS_A_TASK;
                self.waits |= call.mode != Mode::Plain;
            }
            ExprKind::Step { step, .. } => {
                if let Some(step) = self.scene.program.steps.get(step.index()) {
                    self.block(&step.body, label);
                }
            }
            ExprKind::Break(target) => self.leaves |= !self.inner.contains(target),
            ExprKind::Continue(target) => self.leaves |= *target != label && !self.inner.contains(target),
            ExprKind::Return(_) | ExprKind::Fail(_) => self.leaves = true,
            ExprKind::ContinueAs { .. } => (self.leaves, self.goes_on) = (true, true),
            _ => {}
        }
        value.each_child(&mut |child| self.child(child, label));
    }
}

fn label_of(statement: &Stmt) -> Option<LabelId> {
    match &statement.kind {
        StmtKind::While { label, .. } | StmtKind::Repeat { label, .. } | StmtKind::For { label, .. } => {
            Some(*label)
        }
        _ => None,
    }
}
