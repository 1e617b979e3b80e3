//! Expressions where states may be made: left to right, each task in a state of its own.

use super::{Loose, Lower, loose};
use crate::machine::flow::Slot;
use crate::machine::{Choice, Expr, StateKind, VarId};
use crate::typed::walk::Child;
use crate::typed::{self, Arm, BinaryOp, Block, ExprKind, ListPart, RecordPart, StmtKind};

/// Whether the expression can't be written as one JSONata expression: it calls, jumps, waits or assigns.
pub(super) fn needs_states(expr: &typed::Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(_)
        | ExprKind::Step { .. }
        | ExprKind::Map(_)
        | ExprKind::Parallel { .. }
        | ExprKind::Try { .. }
        | ExprKind::Saga { .. }
        | ExprKind::Return(_)
        | ExprKind::Fail(_)
        | ExprKind::Break(_)
        | ExprKind::Continue(_)
        | ExprKind::ContinueAs { .. }
        | ExprKind::Calls(_) => true,
        ExprKind::Attribute { name, .. } if super::test::is_log(name) => true,
        ExprKind::Lambda { .. } => false,
        _ => {
            let mut found = false;
            expr.each_child(&mut |child| {
                found = found
                    || match child {
                        Child::Expr(e) => needs_states(e),
                        Child::Block(b) => block_needs_states(b),
                    }
            });
            found
        }
    }
}

pub(super) fn block_needs_states(block: &Block) -> bool {
    let statement = |kind: &StmtKind| match kind {
        StmtKind::Let { value, .. } | StmtKind::Expr(value) => needs_states(value),
        StmtKind::Assign { .. }
        | StmtKind::While { .. }
        | StmtKind::Repeat { .. }
        | StmtKind::For { .. }
        | StmtKind::Wait { .. } => true,
        StmtKind::Mock(_) | StmtKind::Expect(_) | StmtKind::Each { .. } => true,
    };
    block.label.is_some()
        || block.statements.iter().any(|s| statement(&s.kind))
        || block.value.as_deref().is_some_and(needs_states)
}

impl<'a> Lower<'a> {
    /// The value, with whatever states it takes before it.
    pub(super) fn value(&mut self, expr: &'a typed::Expr) -> Expr {
        self.value_or_effect(expr, true)
    }

    pub(super) fn value_or_effect(&mut self, expr: &'a typed::Expr, wanted: bool) -> Expr {
        if self.in_method || !needs_states(expr) {
            if !wanted && expr.effect == typed::Effect::Total {
                return Expr::Null;
            }
            let value = self.pure(expr);
            let value = crate::machine::fold::simplify(value);
            // What may fail must fail, even where nobody reads it.
            if !wanted && value.effects().fallible {
                self.name_value(value, "checked");
                return Expr::Null;
            }
            return value;
        }
        self.nested(expr.span, Expr::Null, |it| it.with_states(expr, wanted))
    }

    fn with_states(&mut self, expr: &'a typed::Expr, wanted: bool) -> Expr {
        match &expr.kind {
            ExprKind::Call(call) => self.call(call, wanted),
            ExprKind::Step { step, arguments } => self.step_call(*step, arguments, wanted),
            ExprKind::Map(map) => self.map(map, wanted),
            ExprKind::Parallel { branches, clauses } => self.parallel(branches, clauses, wanted, expr.span),
            ExprKind::Try { body, clauses, finally } => {
                self.try_(body, clauses, finally.as_ref(), wanted, expr.span)
            }
            ExprKind::Saga { body, clauses } => self.saga(body, clauses, wanted),
            ExprKind::Return(value) => self.return_(value.as_deref()),
            ExprKind::Fail(failure) => self.fail(failure, expr.span),
            ExprKind::Break(label) => self.break_(*label),
            ExprKind::Continue(label) => self.continue_(*label),
            ExprKind::ContinueAs { workflow, payload } => {
                self.continue_as(*workflow, payload.as_deref(), expr.span)
            }
            ExprKind::Calls(target) => self.calls(target, expr.span),
            ExprKind::Attribute { base, name } if super::test::is_log(name) => self.log(base, name),
            ExprKind::If { condition, then, otherwise } => {
                self.if_(condition, then, otherwise.as_ref(), wanted)
            }
            ExprKind::Match { value, arms } => self.match_(value, arms, wanted, expr.span),
            ExprKind::Block(block) => self.block(block, wanted),
            ExprKind::Binary {
                op: op @ (BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce),
                left,
                right,
            } if needs_states(right) => self.short(*op, left, right, wanted),
            _ => self.compound(expr),
        }
    }

    /// An expression whose operands hold the tasks: they are evaluated first, then it is written over them.
    fn compound(&mut self, expr: &'a typed::Expr) -> Expr {
        let operands: Vec<&'a typed::Expr> = operands(expr);
        let hint = self.hint.take();
        let values = self.operands(&operands);
        self.hint = hint;
        let mut values = values.into_iter();
        self.rebuild(expr, &mut || values.next().unwrap_or(Expr::Null))
    }

    /// The values of operands, left to right: what stands before a task is remembered before it (B9).
    pub(super) fn operands(&mut self, operands: &[&'a typed::Expr]) -> Vec<Expr> {
        let last = operands.iter().rposition(|e| needs_states(e)).unwrap_or(0);
        let mut values = Vec::new();
        for (i, operand) in operands.iter().enumerate() {
            let value = self.value(operand);
            values.push(if i < last { self.pin(value) } else { value });
        }
        values
    }

    // ------------------------------------------------------------ branches

    fn if_(
        &mut self,
        condition: &'a typed::Expr,
        then: &'a Block,
        otherwise: Option<&'a Block>,
        wanted: bool,
    ) -> Expr {
        let words = format!("if {}", self.words(condition.span));
        let hint = self.hint.take();
        let condition = self.value(condition);
        let other = self.branch(condition, &words, "branches, as the source says");
        let about = self.about.clone();
        let result = self.result(wanted, hint);
        self.arm(result, |it| it.block(then, wanted));
        let done = std::mem::replace(&mut self.here, other);
        self.about = about;
        if let Some(block) = otherwise {
            self.arm(result, |it| it.block(block, wanted));
        } else {
            self.arm(result, |_| Expr::Null);
        }
        self.here.extend(done);
        result.map_or(Expr::Null, Expr::Var)
    }

    /// The variable that takes a construct's value where one is wanted.
    pub(super) fn result(&mut self, wanted: bool, hint: Option<std::sync::Arc<str>>) -> Option<VarId> {
        if !wanted {
            return None;
        }
        self.hint = hint;
        let var = self.temporary("result");
        Some(var)
    }

    /// One of several ways to the same value.
    pub(super) fn arm(&mut self, result: Option<VarId>, f: impl FnOnce(&mut Self) -> Expr) {
        self.conditional(1);
        let value = f(self);
        self.conditional(-1);
        if let Some(var) = result {
            self.set(var, value);
        }
    }

    /// `a && b`, `a || b`, `a ?? b` where `b` needs states: it may not be evaluated.
    fn short(&mut self, op: BinaryOp, left: &'a typed::Expr, right: &'a typed::Expr, wanted: bool) -> Expr {
        let hint = self.hint.take();
        // A call's arguments say little: the name that its value gets, or the callee's.
        let words = match (&left.kind, &hint) {
            (ExprKind::Call(_), Some(name)) => name.to_string(),
            (ExprKind::Call(_), None) => {
                self.words(left.span).split('(').next().unwrap_or_default().to_owned()
            }
            _ => self.words(left.span),
        };
        let left = self.value(left);
        let left = self.name_value(left, "left");
        let (condition, name) = match op {
            BinaryOp::And => (left.clone(), format!("if {words}")),
            BinaryOp::Or => (left.clone().negated(), format!("if not {words}")),
            _ => (left.clone().is_null(), format!("if {words} == null")),
        };
        let result = self.result(wanted, hint);
        let other = self.branch(condition, &name, "the right side may not be evaluated");
        self.arm(result, |it| it.value_or_effect(right, wanted));
        let done = std::mem::replace(&mut self.here, other);
        self.arm(result, |_| left);
        self.here.extend(done);
        result.map_or(Expr::Null, Expr::Var)
    }

    fn match_(
        &mut self,
        value: &'a typed::Expr,
        arms: &'a [Arm],
        wanted: bool,
        span: crate::source::Span,
    ) -> Expr {
        let words = self.words(value.span);
        let hint = self.hint.take();
        let subject = self.value(value);
        let subject = self.name_value(subject, "value");
        let result = self.result(wanted, hint);
        let about = self.about.clone();
        let mut done: Vec<Loose> = Vec::new();
        let mut open = true;
        let mut rules = Vec::new();
        let mut bodies = Vec::new();
        for arm in arms {
            let test = self.pattern(&arm.pattern, &subject, &value.ty);
            let condition = match &arm.guard {
                Some(guard) => test.and(self.pure(guard)),
                None => test,
            };
            let condition = crate::machine::fold::simplify(condition);
            if condition == Expr::Boolean(false) {
                continue;
            }
            let always = condition == Expr::Boolean(true);
            bodies.push((&arm.body, always));
            if always {
                open = false;
                break;
            }
            rules.push(condition);
        }
        let entries = self.fork(rules, &format!("match {words}"));
        for ((body, _), entry) in bodies.into_iter().zip(entries.iter()) {
            self.here = vec![*entry];
            self.about = super::About { span: body.span, ..about.clone() };
            self.arm(result, |it| it.value_or_effect(body, wanted));
            done.append(&mut self.here);
        }
        if open {
            self.here = entries.last().copied().into_iter().collect();
            self.about = super::About { span, ..about };
            self.unmatched(&subject, value.span);
        }
        self.here = done;
        result.map_or(Expr::Null, Expr::Var)
    }

    /// One choice: an entry for each rule, and one for none of them. Without rules, `here` is that one.
    fn fork(&mut self, rules: Vec<Expr>, name: &str) -> Vec<Loose> {
        if rules.is_empty() {
            // A state to hang on to; `pack` drops it.
            let id = self.add(StateKind::Pass(loose()), name, "one way only");
            return vec![Loose::Edge(id, Slot::Out)];
        }
        let rules: Vec<Expr> = rules.into_iter().map(|rule| self.safe(rule)).collect();
        let count = rules.len();
        let choice =
            Choice { rules: rules.into_iter().map(|rule| (rule, loose())).collect(), default: loose() };
        let id = self.add(StateKind::Choice(choice), name, "branches, as the source says");
        let mut entries: Vec<Loose> = (0..count).map(|i| Loose::Edge(id, Slot::Rule(i))).collect();
        entries.push(Loose::Edge(id, Slot::Default));
        entries
    }

    /// A value outside the closed union that was declared (B31).
    fn unmatched(&mut self, subject: &Expr, place: crate::source::Span) {
        let cause = self.unmatched_cause(subject, place);
        self.add(
            StateKind::Fail { error: Some(Expr::text("States.NoChoiceMatched")), cause: Some(cause) },
            "no arm matches",
            "a value that no arm of the match takes",
        );
    }
}

/// The operands of an expression that evaluates all of them, in order.
fn operands(expr: &typed::Expr) -> Vec<&typed::Expr> {
    match &expr.kind {
        ExprKind::List(parts) => parts.iter().map(|(ListPart::Item(e) | ListPart::Spread(e))| e).collect(),
        ExprKind::Record(parts) => {
            parts.iter().map(|(RecordPart::Field(_, e) | RecordPart::Spread(e))| e).collect()
        }
        _ => {
            let mut all = Vec::new();
            expr.each_child(&mut |child| {
                if let Child::Expr(e) = child {
                    all.push(e);
                }
            });
            all
        }
    }
}
