//! Calls: one task each.

use std::sync::Arc;

use super::frames::{Frame, Handler};
use super::jump::assigning;
use super::{Loose, Lower, Place, loose};
use crate::machine::flow::Slot;
use crate::machine::{Catcher, Edge, Expr, Func, Op, Pattern, Service, StateId, StateKind, Task, VarId};
use crate::typed::{self, Call, Catch, Clauses, Mode, Target};

/// What a call becomes, before its clauses.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    /// The state's name.
    pub(super) name: String,
    pub(super) service: Service,
    pub(super) pattern: Pattern,
    pub(super) arguments: Expr,
    /// The call's value, over [`Expr::Result`].
    pub(super) result: Expr,
    /// Gets the retry that AWS recommends for Lambda.
    pub(super) lambda: bool,
    pub(super) nested: Nested,
}

/// How the errors of a nested run arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nested {
    No,
    /// As `States.TaskFailed` with the run's description in the cause (A1).
    Awaited,
    /// As a status in a successful answer (A2).
    Express,
}

impl Spec {
    pub(super) fn new(name: impl Into<String>, service: Service, arguments: Expr) -> Spec {
        Spec {
            name: name.into(),
            service,
            pattern: Pattern::Request,
            arguments,
            result: Expr::Result,
            lambda: false,
            nested: Nested::No,
        }
    }

    /// A task without clauses.
    pub(super) fn task(&self, out: Edge) -> Task {
        Task {
            service: self.service.clone(),
            pattern: self.pattern,
            arguments: self.arguments.clone(),
            timeout: None,
            heartbeat: None,
            role: None,
            retries: Vec::new(),
            catches: Vec::new(),
            out,
        }
    }
}

impl<'a> Lower<'a> {
    pub(super) fn call(&mut self, call: &'a Call, wanted: bool) -> Expr {
        let hint = self.hint.take();
        let omit = std::mem::replace(&mut self.omit_null, false);
        self.value_wanted = wanted;
        if let Some(batched) = super::batch::batched(call) {
            self.hint = hint;
            let value = self.batch(call, batched, wanted);
            self.omit_null = omit;
            return value;
        }
        let spec = self.spec(call);
        self.omit_null = omit;
        let Some(mut spec) = spec else { return Expr::Null };
        let hint = hint.or_else(|| spec.name.rsplit('.').next().map(Arc::from));
        let clauses = &call.clauses;
        let looped = match spec.nested {
            Nested::No => false,
            Nested::Awaited => clauses.retries.iter().any(|r| self.names_own_errors(r)),
            // AWS sees no failure that it could try again.
            Nested::Express => !clauses.retries.is_empty(),
        };
        if looped {
            let result = self.result(wanted, hint);
            // Each round sends the same (B1).
            spec.arguments = self.settle(spec.arguments, &spec.name);
            self.push_handlers(&clauses.catches);
            self.retry_loop(&clauses.retries, |it| {
                let value = it.guarded_call(spec, call, (&[], &[]), wanted, None);
                if let Some(var) = result {
                    it.set(var, value);
                }
            });
            self.pop_handlers(&clauses.catches, result, wanted);
            return result.map_or(Expr::Null, Expr::Var);
        }
        self.guarded_call(spec, call, (&clauses.retries, &clauses.catches), wanted, hint)
    }

    /// Whether it names what only the run's description tells.
    fn names_own_errors(&self, retry: &typed::Retry) -> bool {
        let whole = |name: &str| matches!(name, "States.ALL" | "States.TaskFailed");
        retry.errors.iter().any(|e| !whole(&self.error_name(e)))
    }

    /// The call with its clauses; of its retries and handlers, these.
    pub(super) fn guarded_call(
        &mut self,
        mut spec: Spec,
        call: &'a Call,
        (retries, catches): (&'a [typed::Retry], &'a [Catch]),
        wanted: bool,
        hint: Option<Arc<str>>,
    ) -> Expr {
        let clauses = &call.clauses;
        spec.arguments = self.settle(spec.arguments, &spec.name);
        let undo = self.enter_undo(clauses);
        let mut task = spec.task(loose());
        self.limits(&mut task, clauses);
        task.retries = self.retriers(retries);
        if !clauses.retry_none {
            self.add_default(&mut task.retries, &spec, call);
        }
        let result =
            if wanted && spec.nested != Nested::Express { self.result(true, hint.clone()) } else { None };
        // What may fail after the call has been made is no part of the task (B2).
        let late = result.filter(|_| spec.result.effects().fallible);
        let raw = late.map(|_| self.temporary("answer"));
        if let Some(var) = raw {
            task.out = assigning(vec![(var, Expr::Result)]);
        } else if let Some(var) = result {
            task.out = assigning(vec![(var, spec.result.clone())]);
        }
        self.push_handlers(catches);
        let id = self.add_task(&spec, task, call);
        self.here = vec![Loose::Edge(id, Slot::Out)];
        if let (Some(var), Some(raw)) = (late, raw) {
            let value = spec.result.clone();
            self.set(var, value.rewrite(&mut |e| if e == Expr::Result { Expr::Var(raw) } else { e }));
        }
        let result =
            if spec.nested == Nested::Express { self.express_answer(id, wanted, hint, call) } else { result };
        self.finish_undo(undo, result);
        self.pop_handlers(catches, result, wanted);
        result.map_or(Expr::Null, Expr::Var)
    }

    /// Adds the task's state with a catcher for every handler around.
    fn add_task(&mut self, spec: &Spec, mut task: Task, call: &Call) -> StateId {
        let mut entries = Vec::new();
        let mut catches = Vec::new();
        let error = if spec.nested == Nested::Awaited {
            Expr::call(Func::NestedError, vec![Expr::Error])
        } else {
            Expr::Error
        };
        // Handlers ask for the child's own name, and whoever waits for this run may too.
        let handlers = self.handlers();
        let named = handlers.iter().any(|h| h.errors.is_some());
        let leaves = !call.throws.is_empty() && handlers.iter().all(|h| h.errors.is_some());
        let dispatch = spec.nested == Nested::Awaited && (named || leaves);
        let nested = dispatch.then(|| self.m.var(&"error".into(), true));
        if let Some(var) = nested {
            catches.push(Catcher {
                errors: vec!["States.TaskFailed".into()],
                edge: assigning(vec![(var, error.clone())]),
            });
        }
        self.catchers(&error, &mut catches, &mut entries);
        task.catches = catches;
        let id = self.add(StateKind::Task(Box::new(task)), &spec.name, "calls a service");
        for (number, slot) in entries {
            self.enter_handler(number, vec![Loose::Edge(id, slot)]);
        }
        if let Some(var) = nested {
            self.here = vec![Loose::Edge(id, Slot::Catch(0))];
            self.raise(Expr::Var(var), Some("which error?"), call.span);
        }
        id
    }

    /// A catcher for every handler around, innermost first, and which handler each leads to.
    pub(super) fn catchers(
        &mut self,
        error: &Expr,
        catches: &mut Vec<Catcher>,
        entries: &mut Vec<(usize, Slot)>,
    ) {
        let mut covered: Vec<Arc<str>> = Vec::new();
        let mut planned = Vec::new();
        for handler in self.handlers() {
            let errors = match &handler.errors {
                None => vec!["States.ALL".into()],
                Some(errors) if errors.iter().any(|e| **e == *"States.ALL") => vec!["States.ALL".into()],
                Some(errors) => errors.iter().filter(|e| !covered.contains(e)).cloned().collect(),
            };
            if errors.is_empty() {
                continue;
            }
            covered.extend(errors.iter().cloned());
            let last = errors.iter().any(|e| **e == *"States.ALL");
            planned.push((handler.number, handler.var, errors));
            if last {
                break;
            }
        }
        for (number, var, errors) in planned {
            entries.push((number, Slot::Catch(catches.len())));
            catches.push(Catcher { errors, edge: assigning(vec![(var, error.clone())]) });
        }
    }

    /// The handlers of some `catch` clauses stand around what follows.
    pub(super) fn push_handlers(&mut self, catches: &'a [Catch]) {
        let handlers = catches.iter().map(|catch| self.new_handler(catch)).collect();
        self.frames.push(Frame::Handlers(handlers));
    }

    fn new_handler(&mut self, catch: &'a Catch) -> Handler {
        let errors: Vec<Arc<str>> = catch.errors.iter().map(|e| self.error_name(e)).collect();
        let any = errors.is_empty() || errors.iter().any(|e| **e == *"States.ALL");
        let name =
            catch.binder.and_then(|b| self.program.locals.get(b.index())).map(|local| local.name.clone());
        let var = self.m.var(&name.unwrap_or_else(|| "error".into()), catch.binder.is_none());
        self.stable.insert(var);
        if let Some(binder) = catch.binder {
            self.env.insert(binder, Place::Var(var));
        }
        self.handler((!any).then_some(errors), var)
    }

    pub(super) fn handler(&mut self, errors: Option<Vec<Arc<str>>>, var: VarId) -> Handler {
        self.handler_count += 1;
        Handler { errors, var, entries: Vec::new(), number: self.handler_count }
    }

    /// The handlers' own code; `here` is then behind all of it.
    pub(super) fn pop_handlers(&mut self, catches: &'a [Catch], result: Option<VarId>, wanted: bool) {
        let Some(Frame::Handlers(handlers)) = self.frames.pop() else { return };
        let mut done = std::mem::take(&mut self.here);
        let about = self.about.clone();
        for (catch, handler) in catches.iter().zip(handlers) {
            if handler.entries.is_empty() {
                continue;
            }
            self.here = handler.entries;
            if let Some(binder) = catch.binder {
                self.env.insert(binder, Place::Var(handler.var));
            }
            self.about = super::About { span: catch.span, ..super::About::default() };
            self.arm(result, |it| it.block(&catch.body, wanted));
            done.append(&mut self.here);
        }
        self.about = about;
        self.here = done;
    }

    /// An Express run answers with a status (A2).
    fn express_answer(
        &mut self,
        id: StateId,
        wanted: bool,
        hint: Option<Arc<str>>,
        call: &Call,
    ) -> Option<VarId> {
        let run = self.m.var(&"run".into(), true);
        self.stable.insert(run);
        if let Some(edge) = self.m.state_mut(id).and_then(|s| s.kind.edge_mut(Slot::Out)) {
            edge.assign.push((run, Expr::Result));
        }
        let failed = Expr::binary(Op::Ne, Expr::Var(run).field("Status"), Expr::text("SUCCEEDED"));
        let fine =
            self.branch(failed, "did it succeed?", "an Express run tells of its failure in its answer");
        let error = self.m.var(&"error".into(), true);
        let given = |name: &str, default: &str| {
            let field = Expr::Var(run).maybe(name);
            Expr::choose(field.clone().not_null(), field, Expr::text(default))
        };
        let value =
            Expr::record([("Error", given("Error", "States.Timeout")), ("Cause", given("Cause", ""))]);
        self.set(error, value);
        self.raise(Expr::Var(error), Some("which error?"), call.span);
        self.here = fine;
        let result = self.result(wanted, hint)?;
        self.set(result, Expr::call(Func::ParseJson, vec![Expr::Var(run).field("Output")]));
        Some(result)
    }

    /// `within`, `heartbeat` and `as`.
    fn limits(&mut self, task: &mut Task, clauses: &'a Clauses) {
        if let Some(typed::Within::Time(time)) = &clauses.within {
            let time = self.pure(time);
            task.timeout = Some(super::retry::seconds(time));
        }
        if let Some(time) = &clauses.heartbeat {
            let time = self.pure(time);
            task.heartbeat = Some(super::retry::seconds(time));
        }
        if let Some(role) = &clauses.role {
            task.role = Some(self.pure(role));
        }
    }

    /// What a task's retries would draw anew (B1), and what its own handlers would catch (B8), is settled before it.
    fn settle(&mut self, arguments: Expr, callee: &str) -> Expr {
        let effects = arguments.effects();
        if !effects.fresh && !effects.fallible {
            return arguments;
        }
        let mut found = Vec::new();
        let inside = arguments.any(&|e| matches!(e, Expr::Lambda(..) | Expr::Let(..)));
        let settled = if inside && !effects.tied {
            found.push(arguments.clone());
            None
        } else {
            Some(arguments.rewrite(&mut |e| if is_unsettled(&e) { self.named(e, &mut found) } else { e }))
        };
        match settled {
            Some(settled) => settled,
            None => {
                found.pop().map_or(Expr::Null, |whole| self.name_value(whole, &format!("{callee} payload")))
            }
        }
    }

    fn named(&mut self, value: Expr, found: &mut Vec<Expr>) -> Expr {
        let name: Arc<str> = match &value {
            Expr::Call(Func::Uuid, _) => "uuid".into(),
            Expr::Call(Func::Now, _) => "time".into(),
            Expr::Call(Func::Random, _) => "chance".into(),
            _ => "value".into(),
        };
        found.push(value.clone());
        self.name_value(value, &name)
    }

    /// Inside a method's body: the one AWS call it is made of.
    pub(super) fn hole_call(&mut self, call: &'a Call) -> Expr {
        let omit = std::mem::replace(&mut self.omit_null, false);
        let spec = if self.in_method { self.spec(call) } else { None };
        self.omit_null = omit;
        let Some(spec) = spec else {
            self.unforeseen(call.span, "a task inside an expression");
            return Expr::Null;
        };
        let result = spec.result.clone();
        self.hole = Some(Box::new(spec));
        result
    }

    /// The task for the next page: what it answers, and the page in that.
    pub(super) fn page(&mut self, call: &'a Call, input: &Arc<str>, token: VarId) -> (Expr, Expr) {
        self.value_wanted = true;
        let Some(mut spec) = self.spec(call) else { return (Expr::Null, Expr::Null) };
        let next = crate::machine::Member::Some(input.clone(), Expr::Var(token));
        spec.arguments = match spec.arguments {
            Expr::Record(mut members) => {
                members.push(next);
                Expr::Record(members)
            }
            other => Expr::Record(vec![crate::machine::Member::Spread(other), next]),
        };
        let value = std::mem::replace(&mut spec.result, Expr::Result);
        let clauses = (call.clauses.retries.as_slice(), call.clauses.catches.as_slice());
        let answer = self.guarded_call(spec, call, clauses, true, Some("page".into()));
        let value = value.rewrite(&mut |e| if e == Expr::Result { answer.clone() } else { e });
        (answer, value)
    }

    /// What the call is called on, for its state's name.
    pub(super) fn callee(&self, call: &Call) -> String {
        match &call.target {
            Target::Resource(id) => {
                self.program.resources.get(id.index()).map_or("call".to_owned(), |r| r.name.to_string())
            }
            Target::Workflow(id) => {
                self.program.workflows.get(id.index()).map_or("workflow".to_owned(), |w| w.name.to_string())
            }
            Target::Aws { action, .. } => action.to_string(),
            Target::Method { receiver, method, .. } => match &receiver.kind {
                typed::ExprKind::Resource(id) => {
                    let name = self.program.resources.get(id.index()).map_or("", |r| &r.name);
                    format!("{name}.{method}")
                }
                typed::ExprKind::Local(local) => {
                    let name = self.program.locals.get(local.index()).map_or("", |l| &l.name);
                    format!("{name}.{method}")
                }
                _ => method.to_string(),
            },
            Target::Complete => "complete".to_owned(),
            Target::Reject(_) => "reject".to_owned(),
            Target::Beat => "beat".to_owned(),
        }
    }

    pub(super) fn pattern_of(&self, mode: Mode) -> Pattern {
        match mode {
            Mode::Plain => Pattern::Request,
            Mode::Await => Pattern::Sync,
            Mode::Token(_) => Pattern::Token,
        }
    }
}

/// The smallest pieces that may not be evaluated inside a task's arguments.
fn is_unsettled(e: &Expr) -> bool {
    let effects = e.effects();
    let parts = e.children().into_iter().any(|c| {
        let c = c.effects();
        c.fresh || c.fallible
    });
    (effects.fresh || effects.fallible) && !parts && !effects.tied
}
