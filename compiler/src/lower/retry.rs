//! `retry` clauses, on a task and as a loop, and times.

use std::sync::Arc;

use super::frames::Frame;
use super::{Lower, loose};
use crate::machine::{Expr, Func, Op, Retrier, StateKind, Until};
use crate::typed::{self, Retry};

/// Whole seconds of a duration, which is in milliseconds while it runs.
pub(super) fn seconds(duration: Expr) -> Expr {
    match &duration {
        Expr::Number(n) => {
            let millis = n.parse::<f64>().unwrap_or(0.0);
            Expr::number((millis / 1000.0).ceil().max(0.0) as u64)
        }
        _ => Expr::call(Func::Ceil, vec![Expr::binary(Op::Divide, duration, Expr::number(1000))]),
    }
}

impl<'a> Lower<'a> {
    /// The retriers of a task.
    pub(super) fn retriers(&mut self, retries: &'a [Retry]) -> Vec<Retrier> {
        let mut all: Vec<Retrier> = Vec::new();
        for retry in retries {
            let errors: Vec<Arc<str>> = retry.errors.iter().map(|e| self.error_name(e)).collect();
            if retry.except {
                all.push(Retrier {
                    errors,
                    attempts: Some(0),
                    every: None,
                    backoff: None,
                    max: None,
                    jitter: false,
                });
                let any = self.retrier(retry, vec!["States.ALL".into()]);
                all.push(any);
            } else {
                let errors = if errors.is_empty() { vec!["States.ALL".into()] } else { errors };
                let one = self.retrier(retry, errors);
                all.push(one);
            }
        }
        // AWS wants `States.ALL` alone and last.
        all.sort_by_key(|r| r.errors.iter().any(|e| **e == *"States.ALL"));
        all
    }

    pub(super) fn retrier(&mut self, retry: &'a Retry, errors: Vec<Arc<str>>) -> Retrier {
        let whole = |it: &mut Self, e: &Option<typed::Expr>| e.as_ref().and_then(|e| it.constant(e));
        let time = |it: &mut Self, e: &Option<typed::Expr>| {
            whole(it, e).map(|millis| (millis / 1000.0).ceil().max(1.0) as u64)
        };
        Retrier {
            errors,
            attempts: whole(self, &retry.attempts).map(|n| n.max(0.0) as u64),
            every: time(self, &retry.every),
            backoff: whole(self, &retry.backoff).map(|n| n.to_string().into()),
            max: time(self, &retry.max),
            jitter: retry.jitter,
        }
    }

    /// A number that is known while compiling, as the checker made sure: AWS takes no expression in a retrier.
    fn constant(&mut self, expr: &typed::Expr) -> Option<f64> {
        let value = self.program.constant(expr);
        if value.is_none() {
            self.unforeseen(expr.span, "an option of `retry`");
        }
        value
    }

    /// Runs `body` again when it fails: a loop through a `Wait`, so that it costs nothing when all is well, and
    /// variables keep what was assigned (B12).
    pub(super) fn retry_loop(&mut self, retries: &'a [Retry], body: impl FnOnce(&mut Self)) {
        let round = self.m.var(&"retries".into(), true);
        self.set(round, Expr::number(0));
        let head = self.anchor("try again");
        let mut handlers = Vec::new();
        for retry in retries {
            let errors: Vec<Arc<str>> = retry.errors.iter().map(|e| self.error_name(e)).collect();
            let any = errors.is_empty() || retry.except;
            let var = self.m.var(&"error".into(), true);
            self.stable.insert(var);
            handlers.push(self.handler((!any).then_some(errors), var));
        }
        self.frames.push(Frame::Handlers(handlers));
        body(self);
        let Some(Frame::Handlers(handlers)) = self.frames.pop() else { return };
        let done = std::mem::take(&mut self.here);
        for (retry, handler) in retries.iter().zip(handlers) {
            if handler.entries.is_empty() {
                continue;
            }
            self.here = handler.entries;
            let error = Expr::Var(handler.var);
            let again = self.may_retry(retry, &error, round);
            let over = self.branch(again, "again?", "bounds the retries of the block");
            let wait = self.delay(retry, round);
            self.step(
                StateKind::Wait(Until::Seconds(wait), loose()),
                "before trying again",
                "waits before a retry",
            );
            self.set(round, Expr::binary(Op::Add, Expr::Var(round), Expr::number(1)));
            let back = std::mem::replace(&mut self.here, over);
            self.connect(back, head);
            self.raise(error, Some("which error?"), retry.span);
        }
        self.here = done;
    }

    fn may_retry(&mut self, retry: &'a Retry, error: &Expr, round: crate::machine::VarId) -> Expr {
        let attempts = retry.attempts.as_ref().and_then(|e| self.constant(e)).unwrap_or(3.0);
        let more = Expr::binary(Op::Less, Expr::Var(round), Expr::number(attempts));
        if !retry.except {
            return more;
        }
        let errors: Vec<Arc<str>> = retry.errors.iter().map(|e| self.error_name(e)).collect();
        super::jump::one_of(error.clone().field("Error"), &errors).negated().and(more)
    }

    /// Seconds before the next round, as AWS's own retry has them.
    fn delay(&mut self, retry: &'a Retry, round: crate::machine::VarId) -> Expr {
        let time = |it: &mut Self, e: &Option<typed::Expr>| {
            e.as_ref().and_then(|e| it.constant(e)).map(|millis| (millis / 1000.0).ceil().max(1.0))
        };
        let every = Expr::number(time(self, &retry.every).unwrap_or(1.0));
        let backoff = retry.backoff.as_ref().and_then(|e| self.constant(e)).unwrap_or(2.0);
        let mut delay = every;
        if backoff != 1.0 {
            let power = Expr::call(Func::Power, vec![Expr::number(backoff), Expr::Var(round)]);
            delay = Expr::binary(Op::Multiply, delay, power);
        }
        if let Some(max) = time(self, &retry.max) {
            delay = Expr::call(Func::Lesser, vec![delay, Expr::number(max)]);
        }
        if retry.jitter {
            delay = Expr::binary(Op::Multiply, delay, Expr::call(Func::Random, Vec::new()));
        }
        if backoff != 1.0 || retry.jitter { Expr::call(Func::Ceil, vec![delay]) } else { delay }
    }
}
