//! Ways out: `return`, `break`, `continue`, `fail`.

use std::sync::Arc;

use super::frames::Frame;
use super::{Loose, Lower, loose};
use crate::machine::{Edge, Expr, Func, Member, StateKind};
use crate::source::Span;
use crate::typed::{self, ErrorRef, Failure, LabelId, StepId};

impl<'a> Lower<'a> {
    pub(super) fn return_(&mut self, value: Option<&'a typed::Expr>) -> Expr {
        let value = match value {
            Some(value) => self.value(value),
            None => Expr::Null,
        };
        let value = self.safe(value);
        let target = self.frames.iter().rposition(|f| matches!(f, Frame::Step { .. } | Frame::Scope));
        let value = if self.leaves_finally(target.map_or(0, |at| at + 1)) {
            self.name_value(value, "returned")
        } else {
            value
        };
        self.unwind(target.map_or(0, |at| at + 1));
        match target.and_then(|at| self.frames.get(at)) {
            Some(Frame::Step { result, .. }) => {
                let result = *result;
                self.set(result, value);
                let here = std::mem::take(&mut self.here);
                if let Some(Frame::Step { returns, .. }) = target.and_then(|at| self.frames.get_mut(at)) {
                    returns.extend(here);
                }
            }
            _ => self.succeed(value),
        }
        Expr::Null
    }

    pub(super) fn break_(&mut self, label: LabelId) -> Expr {
        self.jump(label, |frame| match frame {
            Frame::Label { breaks, .. } => Some(breaks),
            _ => None,
        })
    }

    pub(super) fn continue_(&mut self, label: LabelId) -> Expr {
        self.jump(label, |frame| match frame {
            Frame::Label { continues, .. } => Some(continues),
            _ => None,
        })
    }

    fn jump(
        &mut self,
        label: LabelId,
        list: impl for<'f> Fn(&'f mut Frame<'a>) -> Option<&'f mut Vec<Loose>>,
    ) -> Expr {
        let is_target = |frame: &Frame<'a>| matches!(frame, Frame::Label { label: l, .. } if *l == label);
        let Some(at) = self.frames.iter().rposition(is_target) else {
            return Expr::Null;
        };
        self.unwind(at + 1);
        let here = std::mem::take(&mut self.here);
        if let Some(edges) = self.frames.get_mut(at).and_then(list) {
            edges.extend(here);
        }
        Expr::Null
    }

    fn leaves_finally(&self, down_to: usize) -> bool {
        self.frames.iter().skip(down_to).any(|frame| matches!(frame, Frame::Finally(_)))
    }

    /// Runs the `finally` blocks between here and a frame, each with what stands around it.
    fn unwind(&mut self, down_to: usize) {
        let mut inner = Vec::new();
        while self.frames.len() > down_to {
            let Some(frame) = self.frames.pop() else { break };
            if let Frame::Finally(block) = frame {
                self.block(block, false);
            }
            inner.push(frame);
        }
        self.frames.extend(inner.into_iter().rev());
    }

    /// A `step`'s body in place, with its parameters.
    pub(super) fn step_call(&mut self, step: StepId, arguments: &'a [typed::Expr], wanted: bool) -> Expr {
        let Some(step) = self.program.steps.get(step.index()) else { return Expr::Null };
        let hint = self.hint.take();
        let operands: Vec<&typed::Expr> = arguments.iter().collect();
        let values = self.operands(&operands);
        for (param, value) in step.params.iter().zip(values) {
            let is_resource = super::is_resource(&value);
            if is_resource {
                self.env.insert(*param, super::Place::Alias(value));
            } else {
                let var = self.declare(*param);
                self.set(var, value);
            }
        }
        self.hint = hint;
        let result = self.temporary(&step.name);
        self.frames.push(Frame::Step { result, returns: Vec::new() });
        let about = self.about.clone();
        let value = self.block(&step.body, wanted);
        if wanted {
            self.set(result, value);
        }
        if let Some(Frame::Step { returns, .. }) = self.frames.pop() {
            self.here.extend(returns);
        }
        self.about = super::About { docs: None, name: None, span: about.span };
        if wanted { Expr::Var(result) } else { Expr::Null }
    }

    // ------------------------------------------------------------ failures

    pub(super) fn fail(&mut self, failure: &'a Failure, span: Span) -> Expr {
        match failure {
            Failure::Raise { error, message, data } => {
                let name = self.error_name(error);
                let cause = self.cause(message.as_deref(), data.as_deref());
                self.raise_named(&name, cause, span);
            }
            Failure::Again(error) => {
                let error = self.value(error);
                let error = self.name_value(error, "error");
                self.raise(error, None, span);
            }
            Failure::Bare => {
                let error = Expr::record([("Error", Expr::text("")), ("Cause", Expr::text(""))]);
                self.raise_static(None, error, span);
            }
        }
        Expr::Null
    }

    /// The text of a failure, and JSON around it where the error carries data. Its form is Lambda's, so that one
    /// reader finds the text of both.
    pub(super) fn cause(&mut self, message: Option<&'a typed::Expr>, data: Option<&'a typed::Expr>) -> Expr {
        let operands: Vec<&typed::Expr> = message.into_iter().chain(data).collect();
        let mut values = self.operands(&operands).into_iter();
        let text = message.and_then(|_| values.next()).unwrap_or(Expr::text(""));
        let Some(data) = data.and_then(|_| values.next()) else {
            return text;
        };
        let members = vec![Member::Set("errorMessage".into(), text), Member::Set("data".into(), data)];
        Expr::call(Func::ToJson, vec![Expr::Record(members)])
    }

    pub(super) fn error_name(&self, error: &ErrorRef) -> Arc<str> {
        match error {
            ErrorRef::Declared(id) => {
                self.program.errors.get(id.0 as usize).map_or_else(|| "Error".into(), |e| e.wire_name.clone())
            }
            ErrorRef::Aws(name) => name.clone(),
            ErrorRef::All => "States.ALL".into(),
        }
    }

    /// Fails with a name that is known: a jump to whoever handles it, else a `Fail`.
    pub(super) fn raise_named(&mut self, name: &str, cause: Expr, span: Span) {
        let error = Expr::record([("Error", Expr::text(name)), ("Cause", cause)]);
        self.raise_static(Some(name), error, span);
    }

    fn raise_static(&mut self, name: Option<&str>, error: Expr, span: Span) {
        let error = self.safe(error);
        if let Some((at, number, var)) = self.handler_of(name) {
            self.set(var, error);
            self.unwind(at);
            let here = std::mem::take(&mut self.here);
            self.enter_handler(number, here);
            return;
        }
        self.unwind(self.scope_start());
        self.add_fail(name, error, span);
    }

    fn scope_start(&self) -> usize {
        self.frames.iter().rposition(|f| matches!(f, Frame::Scope)).map_or(0, |at| at + 1)
    }

    fn add_fail(&mut self, name: Option<&str>, error: Expr, span: Span) {
        self.about.span = span;
        let field = |field: &str| crate::machine::fold::simplify(error.clone().field(field));
        let given = |e: Expr| (e != Expr::text("")).then_some(e);
        let kind = StateKind::Fail { error: given(field("Error")), cause: given(field("Cause")) };
        let title = name.map_or_else(|| "fail".to_owned(), |name| format!("fail {name}"));
        self.add(kind, &title, "ends the workflow with an error");
    }

    /// The innermost handler that takes an error of that name: how many frames stay around it, its number and
    /// its variable.
    fn handler_of(&mut self, name: Option<&str>) -> Option<(usize, usize, crate::machine::VarId)> {
        let from = self.scope_start();
        for at in (from..self.frames.len()).rev() {
            let found = match self.frames.get_mut(at) {
                Some(Frame::Handlers(handlers)) => {
                    handlers.iter().find(|h| h.takes(name)).map(|h| (at + 1, h.number, h.var))
                }
                Some(Frame::Saga(saga)) => {
                    let handler = saga.handler();
                    Some((at + 1, handler.number, handler.var))
                }
                _ => None,
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    pub(super) fn enter_handler(&mut self, number: usize, edges: Vec<Loose>) {
        for handler in self.handlers() {
            if handler.number == number {
                handler.entries.extend(edges);
                return;
            }
        }
    }

    /// Fails with an error whose name is known when it runs: `error` is a variable that holds `{ Error, Cause }`.
    /// Each handler around is asked, in order.
    pub(super) fn raise(&mut self, error: Expr, title: Option<&str>, span: Span) {
        let from = self.scope_start();
        let mut asked = Vec::new();
        for at in (from..self.frames.len()).rev() {
            let mut push =
                |h: &super::frames::Handler| asked.push((h.errors.clone(), at + 1, h.number, h.var));
            match self.frames.get_mut(at) {
                Some(Frame::Handlers(handlers)) => handlers.iter().for_each(&mut push),
                Some(Frame::Saga(saga)) => push(saga.handler()),
                _ => {}
            }
        }
        for (errors, at, number, var) in asked {
            let mut rest = Vec::new();
            let any = errors.is_none();
            if let Some(errors) = errors {
                let condition = one_of(error.clone().field("Error"), &errors);
                rest = self.branch(
                    condition,
                    title.unwrap_or("which error?"),
                    "finds the handler by the error's name",
                );
            }
            self.set(var, error.clone());
            self.unwind(at);
            let here = std::mem::replace(&mut self.here, rest);
            self.enter_handler(number, here);
            if any {
                return;
            }
        }
        self.unwind(from);
        self.about.span = span;
        let cause = super::pure::error_cause(error.clone());
        let kind = StateKind::Fail { error: Some(error.field("Error")), cause: Some(cause) };
        self.add(kind, "fail again", "ends the workflow with the error that came");
    }

    pub(super) fn continue_as(
        &mut self,
        workflow: typed::WorkflowId,
        payload: Option<&'a typed::Expr>,
        span: Span,
    ) -> Expr {
        let input = match payload {
            Some(payload) => {
                let value = self.value(payload);
                self.sent(&payload.ty, value)
            }
            None => Expr::Record(Vec::new()),
        };
        // What `finally` gives back is free before the next execution asks for it.
        let around = self.frames.iter().rposition(|it| matches!(it, Frame::Scope)).map_or(0, |at| at + 1);
        let input = if self.leaves_finally(around) {
            let input = self.safe(input);
            self.name_value(input, "next")
        } else {
            input
        };
        self.unwind(around);
        self.about.span = span;
        let spec = self.start_spec(workflow, None, input, Vec::new(), "states:continue");
        let task = spec.task(loose());
        let callee = self.program.workflows.get(workflow.index()).map_or("workflow", |it| &it.name);
        let name = format!("continue as {callee}");
        self.step(StateKind::Task(Box::new(task)), &name, "starts the next execution");
        self.succeed(Expr::Null);
        Expr::Null
    }
}

/// Whether a name is one of some.
pub(super) fn one_of(name: Expr, errors: &[Arc<str>]) -> Expr {
    match errors {
        _ if errors.iter().any(|e| **e == *"States.ALL") => Expr::Boolean(true),
        _ if errors.iter().any(|e| **e == *"States.TaskFailed") => {
            Expr::binary(crate::machine::Op::Ne, name, Expr::text("States.Timeout"))
        }
        [one] => name.equals(Expr::text(one)),
        many => Expr::binary(crate::machine::Op::In, name, Expr::list(many.iter().map(|e| Expr::text(e)))),
    }
}

/// An edge that assigns and leads nowhere yet.
pub(super) fn assigning(assign: Vec<(crate::machine::VarId, Expr)>) -> Edge {
    Edge { assign, to: loose().to }
}
