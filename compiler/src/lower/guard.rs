//! `try`, `finally`, and pure code that is caught.

use std::sync::Arc;

use super::frames::Frame;
use super::jump::assigning;
use super::{Loose, Lower};
use crate::machine::{Expr, Func, Parallel, StateKind, VarId};
use crate::source::Span;
use crate::typed::{Block, Clauses};

impl<'a> Lower<'a> {
    pub(super) fn try_(
        &mut self,
        body: &'a Block,
        clauses: &'a Clauses,
        finally: Option<&'a Block>,
        wanted: bool,
        span: Span,
    ) -> Expr {
        let hint = self.hint.take();
        let Some(finally) = finally else {
            return self.try_catch(body, clauses, wanted, hint);
        };
        let error = self.m.var(&"error".into(), true);
        self.stable.insert(error);
        let handler = self.handler(None, error);
        self.frames.push(Frame::Finally(finally));
        self.frames.push(Frame::Handlers(vec![handler]));
        let mut value = self.try_catch(body, clauses, wanted, hint);
        if wanted {
            value = self.name_value(value, "value");
        }
        let handlers = self.frames.pop();
        self.frames.pop();
        self.block(finally, false);
        let done = std::mem::take(&mut self.here);
        if let Some(Frame::Handlers(handlers)) = handlers {
            self.here = handlers.into_iter().flat_map(|h| h.entries).collect();
            if !self.here.is_empty() {
                self.block(finally, false);
                self.raise(Expr::Var(error), None, span);
            }
        }
        self.here = done;
        value
    }

    fn try_catch(
        &mut self,
        body: &'a Block,
        clauses: &'a Clauses,
        wanted: bool,
        hint: Option<Arc<str>>,
    ) -> Expr {
        let result = self.result(wanted, hint);
        let undo = self.enter_undo(clauses);
        self.push_handlers(&clauses.catches);
        let run = |it: &mut Self| {
            // What runs inside may not run to its end.
            it.conditional(1);
            let value = it.block(body, wanted);
            it.conditional(-1);
            if let Some(var) = result {
                let value = it.safe(value);
                it.set(var, value);
            }
        };
        if clauses.retries.is_empty() {
            run(self);
        } else {
            self.looped(1);
            self.retry_loop(&clauses.retries, run);
            self.looped(-1);
        }
        self.finish_undo(undo, result);
        self.pop_handlers(&clauses.catches, result, wanted);
        result.map_or(Expr::Null, Expr::Var)
    }

    /// Sets a variable to a value that may fail, where that is caught: in a `Parallel`, since of the states that do
    /// not call only that can be caught (B11).
    pub(super) fn caught_set(&mut self, var: VarId, value: Expr, name: &str) {
        let scope = self.open_scope();
        self.about.name = None;
        self.add(StateKind::Succeed(value), name, "evaluates what may fail");
        let body = self.close_scope(scope);
        let out = assigning(vec![(var, Expr::call(Func::Branch, vec![Expr::Result, Expr::number(0)]))]);
        let (mut catches, mut entries) = (Vec::new(), Vec::new());
        self.catchers(&Expr::Error, &mut catches, &mut entries);
        let parallel = Parallel { branches: vec![body], retries: Vec::new(), catches, out };
        let title = format!("{name}?");
        let id = self.step(StateKind::Parallel(Box::new(parallel)), &title, "catches what may fail in it");
        for (number, slot) in entries {
            self.enter_handler(number, vec![Loose::Edge(id, slot)]);
        }
    }
}
