//! Calls: what is called, how, with what, and what comes back.

use std::sync::Arc;

use indexmap::IndexMap;

use super::clauses::Guarded;
use super::expr::{Role, Want, make};
use super::raises::Raises;
use super::scope::ScopeKind;
use super::{Ctx, Home, broken};
use crate::diagnostics::{close, flow, names as report, types as wrong};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::typed::{
    Call, Effect, ErrorRef, Expr, ExprKind, LocalId, Mode, ResourceId, StepId, Target, WorkflowId,
};
use crate::types::{ErrorId, Type};

/// A named parameter.
pub(crate) type Param = (Arc<str>, Type);

/// How a call is written.
#[derive(Clone, Copy)]
pub(crate) struct How<'h> {
    pub(crate) awaits: Option<Span>,
    pub(crate) token: Option<&'h ast::Name>,
    pub(crate) clauses: &'h [ast::Clause],
    pub(crate) alias: Option<&'h ast::Name>,
    /// The whole expression, clauses and all.
    pub(crate) span: Span,
    /// The call alone.
    pub(crate) call: Span,
    /// `-> start f(x)` in a trigger or route.
    pub(crate) start: bool,
}

/// What is called, once it is known.
pub(crate) struct Callee {
    pub(crate) target: Target,
    /// For messages: `charge`, `orders.put`.
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) options: IndexMap<Arc<str>, Type>,
    pub(crate) mode: CallMode,
    /// Of the call's value; with a token it is what the token's holder sends.
    pub(crate) result: Type,
    pub(crate) throws: Vec<ErrorId>,
    pub(crate) raises: Raises,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallMode {
    Plain,
    Await,
    Token,
}

impl Ctx<'_> {
    /// A call with what is written around it: `await`, clauses, an alias.
    pub(crate) fn call_like(&mut self, expr: &ast::Expr, want: Want<'_>) -> Expr {
        let (inner, clauses): (&ast::Expr, &[ast::Clause]) = match &expr.kind {
            Ast::Guarded { call, clauses } => (call, clauses),
            _ => (expr, &[]),
        };
        let mut how = How {
            awaits: None,
            token: None,
            clauses,
            alias: None,
            span: expr.span,
            call: inner.span,
            start: false,
        };
        match &inner.kind {
            Ast::Map { .. }
            | Ast::Parallel { .. }
            | Ast::Transact(_)
            | Ast::Try { .. }
            | Ast::Saga { .. } => self.flow(inner, clauses, want),
            Ast::Await { token, call } => {
                how.awaits = Some(Span { end: inner.span.start + 5, ..inner.span });
                how.token = token.as_ref();
                let call = only_expression(call);
                how.call = call.span;
                match &call.kind {
                    Ast::Call { callee, arguments, .. } => self.call(callee, arguments, how, want),
                    Ast::Guarded { call: inner, clauses: own } if clauses.is_empty() => {
                        how.clauses = own;
                        how.call = inner.span;
                        match &inner.kind {
                            Ast::Call { callee, arguments, .. } => self.call(callee, arguments, how, want),
                            _ => self.no_call(inner, "await", want),
                        }
                    }
                    _ => self.no_call(call, "await", want),
                }
            }
            Ast::Call { callee, arguments, .. } => self.call(callee, arguments, how, want),
            Ast::Alias { base, .. } => {
                self.expr(base, None);
                self.report(flow::alias_without_call(inner.span));
                broken(inner.span)
            }
            _ => {
                let value = self.expr_want(inner, want);
                if let Some(clause) = clauses.first()
                    && !matches!(value.kind, ExprKind::Error)
                {
                    self.report(flow::clause_without_call(clause.span, inner.span));
                }
                value
            }
        }
    }

    fn no_call(&mut self, expr: &ast::Expr, word: &str, want: Want<'_>) -> Expr {
        let value = self.expr_want(expr, want);
        if !matches!(value.kind, ExprKind::Error) {
            self.report(flow::needs_call(expr.span, word));
        }
        broken(expr.span)
    }

    /// A trigger's or route's call.
    pub(crate) fn call_action(&mut self, action: &ast::Action) -> Expr {
        let expr = &action.call;
        let (inner, clauses): (&ast::Expr, &[ast::Clause]) = match &expr.kind {
            Ast::Guarded { call, clauses } => (call, clauses),
            _ => (expr, &[]),
        };
        let start = action.start.is_some();
        let how =
            How { awaits: None, token: None, clauses, alias: None, span: expr.span, call: inner.span, start };
        match &inner.kind {
            Ast::Call { callee, arguments, .. } => self.call(callee, arguments, how, Want::Value(None)),
            Ast::Missing => broken(inner.span),
            // Who asked says that it is no call.
            _ => self.expr(inner, None),
        }
    }

    fn call(
        &mut self,
        callee: &ast::Expr,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        let Some(token) = how.token else { return self.call_here(callee, arguments, how, want) };
        // Whatever becomes of the call, its token is a name.
        let bind = |ctx: &mut Self| {
            ctx.bind(token, Type::Unknown, false);
            ctx.call_here(callee, arguments, how, want)
        };
        self.scoped(ScopeKind::Block, bind).0
    }

    fn call_here(
        &mut self,
        callee: &ast::Expr,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        match &callee.kind {
            Ast::Name(name) => self.call_name(name, callee.span, arguments, how, want),
            Ast::Alias { base, alias } => {
                let how = How { alias: Some(alias), ..how };
                match &base.kind {
                    Ast::Name(name) => self.call_name(name, base.span, arguments, how, want),
                    _ => self.not_callable(callee, arguments),
                }
            }
            Ast::Field { base, optional, name } => {
                if let Some(path) = super::flow::dotted(callee)
                    && path.starts_with("aws.")
                    && !self.is_declared("aws")
                {
                    return self.aws_call(callee, arguments, how, want);
                }
                self.method_call(base, *optional, name, arguments, how, want)
            }
            Ast::Missing => {
                self.loose_arguments(arguments);
                broken(how.span)
            }
            _ => self.not_callable(callee, arguments),
        }
    }

    fn not_callable(&mut self, callee: &ast::Expr, arguments: &[ast::Argument]) -> Expr {
        let value = self.expr(callee, None);
        self.loose_arguments(arguments);
        if let Ast::Guarded { clauses, .. } = &callee.kind
            && let Some(last) = clauses.last()
        {
            self.report(wrong::clause_called(last.span));
            return broken(callee.span);
        }
        if !matches!(value.kind, ExprKind::Error) {
            let shown = self.show(&value.ty);
            self.report(wrong::not_callable(callee.span, &shown));
        }
        broken(callee.span)
    }

    /// Arguments of a call that can't be understood: looked at for their own mistakes only.
    pub(crate) fn loose_arguments(&mut self, arguments: &[ast::Argument]) {
        for argument in arguments {
            if !matches!(argument.value.kind, Ast::Lambda { .. }) {
                self.expr(&argument.value, None);
            }
        }
    }

    fn call_name(
        &mut self,
        name: &str,
        at: Span,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        if let Some(local) = self.find_local(name, at) {
            self.loose_arguments(arguments);
            let ty = self.local_type(local);
            if !ty.is_silent() {
                let shown = self.show(&ty);
                self.report(wrong::not_callable(at, &shown));
            }
            return broken(how.span);
        }
        match self.symbol(name, at) {
            Some(Symbol::Resource(id)) => match self.resource_callee(id, at, how) {
                Some(make) => self.task_call(make, arguments, how, want),
                None => {
                    self.loose_arguments(arguments);
                    broken(how.span)
                }
            },
            Some(Symbol::Workflow(id)) => match self.workflow_callee(id, how) {
                Some(callee) => self.task_call(callee, arguments, how, want),
                None => {
                    self.loose_arguments(arguments);
                    broken(how.span)
                }
            },
            Some(Symbol::Fn(id)) => self.fn_call(id, name, arguments, how),
            Some(Symbol::Step(id)) => self.step_call(id, name, arguments, how),
            Some(Symbol::Error(_)) => {
                self.loose_arguments(arguments);
                self.report(flow::error_without_fail(at, name));
                broken(how.span)
            }
            Some(symbol) if self.known_symbol(symbol) => {
                self.loose_arguments(arguments);
                self.report(wrong::not_callable_noun(at, name, symbol.noun()));
                broken(how.span)
            }
            Some(_) => {
                self.loose_arguments(arguments);
                broken(how.span)
            }
            None => self.call_builtin(name, at, arguments, how, want),
        }
    }

    fn call_builtin(
        &mut self,
        name: &str,
        at: Span,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        match name {
            "complete" | "reject" | "beat" => return self.token_call(name, arguments, how),
            "calls" => return self.calls(arguments, how.call),
            "transact" => {
                self.loose_arguments(arguments);
                self.report(wrong::transact_block(at));
                return broken(how.span);
            }
            _ => {}
        }
        if let Some(signatures) = crate::prelude::global(name) {
            self.pure_call(how, name);
            return self.global(signatures, at, arguments, want.ty(), how.call);
        }
        self.loose_arguments(arguments);
        if matches!(name, "pages" | "csv" | "jsonl" | "json" | "parquet" | "objects" | "manifest" | "results")
        {
            self.report(wrong::source_outside(at, name));
            return broken(how.span);
        }
        let close = self.close_callable(name);
        self.report(report::unknown_name(name, at, close.as_deref()));
        broken(how.span)
    }

    fn close_callable(&self, name: &str) -> Option<String> {
        let scope = self.resolved.scopes.get(self.body.file.0 as usize);
        let items = scope.into_iter().flat_map(|it| it.iter());
        let callable = items.filter(|(_, it)| {
            matches!(it.symbol, Symbol::Fn(_) | Symbol::Step(_) | Symbol::Workflow(_) | Symbol::Resource(_))
        });
        close(name, callable.map(|(name, _)| &**name).chain(crate::prelude::global_names()))
    }

    /// `await` and clauses stand behind calls of tasks only.
    pub(crate) fn pure_call(&mut self, how: How<'_>, name: &str) {
        if let Some(at) = how.awaits {
            self.report(flow::nothing_to_await(at, name, "it has its value at once"));
        }
        if let Some(clause) = how.clauses.first() {
            self.report(flow::clause_without_call(clause.span, how.call));
        }
        if let Some(alias) = how.alias {
            self.report(flow::no_alias(alias.span));
        }
    }

    fn fn_call(
        &mut self,
        id: crate::typed::FnId,
        name: &str,
        arguments: &[ast::Argument],
        how: How<'_>,
    ) -> Expr {
        self.pure_call(how, name);
        self.ensure_fn(id);
        let Some(function) = self.program.functions.get(id.index()) else { return broken(how.span) };
        let (params, result, own) = (function.params.clone(), function.result.clone(), function.body.effect);
        let at = self.resolved.functions.get(id.index()).copied();
        let signature = at.and_then(|it| self.item(it)).and_then(|it| match &it.kind {
            ast::ItemKind::Fn(decl) => Some(&decl.signature),
            _ => None,
        });
        let arguments = self.plain_arguments(&params, signature, arguments, name, how.call);
        let effect = arguments.iter().map(|it| it.effect).max().unwrap_or_default().max(own);
        make(ExprKind::Fn { function: id, arguments }, result, effect, how.call)
    }

    fn step_call(&mut self, id: StepId, name: &str, arguments: &[ast::Argument], how: How<'_>) -> Expr {
        if let Some(at) = how.awaits {
            self.report(flow::nothing_to_await(at, name, "a step runs to its end anyway"));
        }
        if let Some(clause) = how.clauses.first() {
            self.report(flow::clause_on_step(clause.span, name));
        }
        self.task(how.call, &format!("the step `{name}`"));
        self.ensure_step(id);
        let Some(step) = self.program.steps.get(id.index()) else { return broken(how.span) };
        let (params, result, throws) = (step.params.clone(), step.result.clone(), step.throws.clone());
        if self.body.home == (Home::Workflow { express: true })
            && let Some((what, span)) = self.standard_steps.get(&id).cloned()
        {
            self.report(flow::step_not_in_express(how.call, name, &what, span));
        } else if self.body.home == Home::Step
            && let Some(found) = self.standard_steps.get(&id).cloned()
        {
            self.standard_only.get_or_insert(found);
        }
        let at = self.resolved.steps.get(id.index()).copied();
        let signature = at.and_then(|it| self.item(it)).and_then(|it| match &it.kind {
            ast::ItemKind::Step(decl) => Some(&decl.signature),
            _ => None,
        });
        let arguments = self.plain_arguments(&params, signature, arguments, name, how.call);
        for error in throws {
            self.body.raises.add(error, how.call);
        }
        if let Some(own) = self.step_raises.get(&id).cloned() {
            self.body.raises.absorb(own);
        }
        if matches!(result, Type::Never) {
            self.body.facts.dead = true;
        }
        make(ExprKind::Step { step: id, arguments }, result, Effect::Task, how.call)
    }

    /// Arguments of a `fn` or `step`: as many as there are parameters without a default, by place or by name.
    fn plain_arguments(
        &mut self,
        params: &[LocalId],
        signature: Option<&ast::Signature>,
        arguments: &[ast::Argument],
        name: &str,
        span: Span,
    ) -> Vec<Expr> {
        let locals: Vec<(Arc<str>, Type, Span)> = params
            .iter()
            .filter_map(|id| self.program.locals.get(id.index()))
            .map(|it| (it.name.clone(), it.ty.clone(), it.span))
            .collect();
        let names: Vec<&str> = locals.iter().map(|(name, _, _)| &**name).collect();
        let mut places: Vec<Option<Expr>> = vec![None; locals.len()];
        let mut next = 0;
        let mut wrong_count = false;
        for argument in arguments {
            let index = match &argument.name {
                Some(option) => match names.iter().position(|it| *it == option.text) {
                    Some(index) => index,
                    None => {
                        self.expr(&argument.value, None);
                        self.no_option(option, &format!("`{name}`"), &names);
                        continue;
                    }
                },
                None => {
                    next += 1;
                    next - 1
                }
            };
            let value = match locals.get(index) {
                Some((param, ty, at)) => {
                    self.expr_as(&argument.value, ty, Role::new("parameter", param).at(*at))
                }
                None => {
                    self.expr(&argument.value, None);
                    wrong_count = true;
                    continue;
                }
            };
            if let Some(place) = places.get_mut(index) {
                *place = Some(value);
            }
        }
        let mut typed = Vec::with_capacity(places.len());
        for (index, place) in places.into_iter().enumerate() {
            let default = signature.and_then(|it| it.params.get(index)).and_then(|it| it.default.as_ref());
            match (place, default) {
                (Some(value), _) => typed.push(value),
                (None, Some(default)) => {
                    let ty = locals.get(index).map(|(_, ty, _)| ty.clone());
                    let reported = self.diagnostics.len();
                    typed.push(self.expr(default, ty.as_ref()));
                    self.diagnostics.truncate(reported);
                }
                (None, None) => {
                    wrong_count = true;
                    typed.push(broken(span));
                }
            }
        }
        if wrong_count {
            self.report(wrong::argument_count(span, name, &names, arguments.len()));
        }
        typed
    }

    // ------------------------------------------------------------ tasks

    /// The mode as written; what Express has not is reported.
    pub(crate) fn mode(&mut self, how: How<'_>) -> CallMode {
        let mode = match (how.awaits, how.token) {
            (Some(_), Some(_)) => CallMode::Token,
            (Some(_), None) => CallMode::Await,
            (None, _) => CallMode::Plain,
        };
        if mode != CallMode::Plain {
            let what = if mode == CallMode::Token { "`await token => …`" } else { "`await`" };
            self.needs_standard(how.awaits.unwrap_or(how.call), what);
        }
        mode
    }

    /// Reports what only Standard workflows have; in a step it is kept for its callers.
    pub(crate) fn needs_standard(&mut self, span: Span, what: &str) {
        match self.body.home {
            Home::Workflow { express: true } => self.report(flow::not_in_express(span, what)),
            Home::Step => {
                self.standard_only.get_or_insert((what.to_owned(), span));
            }
            Home::Workflow { express: false } | Home::Setting | Home::Fn | Home::Action => {}
            Home::Test | Home::Mock | Home::Kind => {}
        }
    }

    /// What a declared resource gives to a caller; `None` (with a report) where it can't be called.
    fn resource_callee(&mut self, id: ResourceId, at: Span, how: How<'_>) -> Option<Callee> {
        let resource = self.program.resources.get(id.index())?;
        let (name, kind) = (resource.name.to_string(), resource.kind.clone());
        let Some(signature) = resource.signature.clone() else {
            let kind = kind.as_deref().unwrap_or("resource").to_owned();
            let methods = self.kind_methods(&kind);
            self.report(wrong::resource_not_callable(at, &name, &kind, &methods));
            return None;
        };
        let kind = kind.as_deref().unwrap_or("function");
        let mut mode = self.mode(how);
        let mut raises = Raises { states: true, ..Raises::default() };
        let result = match (kind, mode) {
            (_, CallMode::Token) if kind == "activity" => {
                self.report(flow::no_token(
                    how.awaits.unwrap_or(at),
                    &name,
                    "an activity waits for its worker by itself",
                ));
                mode = CallMode::Plain;
                signature.result.clone()
            }
            ("function", CallMode::Await) => {
                self.report(flow::nothing_to_await(
                    how.awaits.unwrap_or(at),
                    &name,
                    "a function's call waits for its result anyway",
                ));
                signature.result.clone()
            }
            ("activity", CallMode::Await) => {
                self.report(flow::nothing_to_await(
                    how.awaits.unwrap_or(at),
                    &name,
                    "an activity's call waits for its worker anyway",
                ));
                signature.result.clone()
            }
            ("container", CallMode::Plain) => Type::Json,
            ("container", CallMode::Await) if !matches!(signature.result, Type::Null | Type::Unknown) => {
                self.report(flow::no_result_of_job(how.awaits.unwrap_or(at), &name));
                signature.result.clone()
            }
            _ => signature.result.clone(),
        };
        if kind == "activity" {
            self.needs_standard(how.call, "an activity");
        }
        if kind == "function" {
            raises.prefixes.insert("Lambda".into());
        }
        if kind == "container" {
            raises.prefixes.extend(self.service_prefixes("ecs", "runTask"));
        }
        // Without a token nobody hears of its errors by name: a job that failed is `States.TaskFailed`.
        let unheard = kind == "container" && !matches!(mode, CallMode::Token);
        let throws = if unheard { Vec::new() } else { signature.throws.clone() };
        let params = signature.param.into_iter().collect();
        Some(Callee {
            target: Target::Resource(id),
            name,
            params,
            options: IndexMap::new(),
            mode,
            result,
            throws,
            raises,
        })
    }

    pub(crate) fn workflow_param(&self, id: WorkflowId) -> Vec<Param> {
        let local = self.program.workflows.get(id.index()).and_then(|it| it.param);
        let local = local.and_then(|it| self.program.locals.get(it.index()));
        local.map(|it| (it.name.clone(), it.ty.clone())).into_iter().collect()
    }

    fn workflow_callee(&mut self, id: WorkflowId, how: How<'_>) -> Option<Callee> {
        let workflow = self.program.workflows.get(id.index())?;
        let (name, express) = (workflow.name.to_string(), workflow.express);
        let result = workflow.result.clone().unwrap_or(Type::Null);
        let throws = workflow.throws.clone();
        let mut mode = self.mode(how);
        let at = how.awaits.unwrap_or(how.call);
        let mut raises = Raises { states: true, ..Raises::default() };
        raises.prefixes.extend(["StepFunctions", "Sfn"].map(Arc::from));
        let tested = matches!(self.body.home, Home::Test);
        let runs = tested || (express && mode == CallMode::Plain && !how.start);
        let (result, throws) = match (express, mode) {
            (true, CallMode::Await) => {
                self.report(flow::nothing_to_await(
                    at,
                    &name,
                    "an Express workflow's call waits for its result anyway",
                ));
                (result, throws)
            }
            (true, CallMode::Token) => {
                self.report(flow::no_token(
                    at,
                    &name,
                    "Step Functions starts an Express workflow without handing on a token",
                ));
                mode = CallMode::Plain;
                (result, throws)
            }
            _ if tested => (Type::Run(Arc::new(result)), Vec::new()),
            (true, CallMode::Plain) if runs => (result, throws),
            (_, CallMode::Plain) => {
                let started = Type::record([("executionArn", Type::String), ("startDate", Type::Timestamp)]);
                (started, Vec::new())
            }
            (false, CallMode::Await) => {
                self.awaited.push((id, how.call));
                (result, throws)
            }
            (false, CallMode::Token) => (result, throws),
        };
        let options = IndexMap::from([(Arc::from("name"), Type::String)]);
        let params = self.workflow_param(id);
        Some(Callee { target: Target::Workflow(id), name, params, options, mode, result, throws, raises })
    }

    /// Checks the arguments and clauses of a call that needs a state, and makes it.
    pub(crate) fn task_call(
        &mut self,
        callee: Callee,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        let reported = self.diagnostics.len();
        self.task(how.call, &format!("the call of `{}`", callee.name));
        if self.diagnostics.len() > reported {
            // What it would give and take is of no account where it can't stand.
            self.loose_arguments(arguments);
            return broken(how.span);
        }
        let token = how.token;
        let result = self.token_result(&callee, want);
        let ((local, arguments, options), _) = self.scoped(ScopeKind::Block, |ctx| {
            let local = token.map(|name| ctx.bind(name, Type::Token(Arc::new(result.clone())), false));
            let (arguments, options) =
                ctx.arguments(arguments, &callee.params, &callee.options, &callee.name, how.call);
            (local, arguments, options)
        });
        let known = match &callee.target {
            Target::Resource(_) | Target::Workflow(_) => callee.result.clone(),
            _ => Type::Json,
        };
        let result = self.answer(local, result, known);
        self.finish_call(callee, (local, arguments, options), result, how, want)
    }

    /// What a callback gives is what its place wants; nobody else says it.
    pub(crate) fn token_result(&self, callee: &Callee, want: Want<'_>) -> Type {
        if callee.mode != CallMode::Token {
            return callee.result.clone();
        }
        // Where the token is sent may say it; see `answer`.
        want.ty().cloned().unwrap_or(Type::Unknown)
    }

    /// A token of nobody knows what, put where a `token of T` is wanted, is one of `T`.
    pub(crate) fn learn_token(&mut self, value: &Expr, wanted: &Type) {
        let (ExprKind::Local(id), Type::Token(of)) = (&value.kind, &value.ty) else { return };
        if !matches!(**of, Type::Unknown) {
            return;
        }
        let wanted = self.types().without_null(wanted);
        if let Type::Token(known) = self.types().resolve(&wanted)
            && !matches!(**known, Type::Unknown)
        {
            let ty = Type::Token(known.clone());
            if let Some(local) = self.program.locals.get_mut(id.index()) {
                local.ty = ty;
            }
        }
    }

    /// What the token's holder answers: what the place of the call wants, else what the token was sent as, else what the
    /// callee gives (JSON where that is nothing).
    pub(crate) fn answer(&mut self, token: Option<LocalId>, result: Type, known: Type) -> Type {
        let (Some(token), Type::Unknown) = (token, &result) else { return result };
        let answer = match self.local_type(token) {
            Type::Token(of) if !matches!(*of, Type::Unknown) => (*of).clone(),
            _ if matches!(known, Type::Null) => Type::Json,
            _ => known,
        };
        if let Some(local) = self.program.locals.get_mut(token.index()) {
            local.ty = Type::Token(Arc::new(answer.clone()));
        }
        answer
    }

    pub(crate) fn finish_call(
        &mut self,
        callee: Callee,
        (token, arguments, options): (Option<LocalId>, Vec<Expr>, IndexMap<String, Expr>),
        result: Type,
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        if let (CallMode::Token, Some(local), Some(name)) = (callee.mode, token, how.token)
            && !self.uses.contains(&local)
            && !arguments.iter().any(|it| matches!(it.kind, ExprKind::Error))
        {
            self.report(flow::token_not_sent(name.span, &name.text));
        }
        let mut raises = callee.raises;
        for error in &callee.throws {
            raises.add(*error, how.call);
        }
        raises.anything |= callee.mode == CallMode::Token;
        let shown = format!("`{}`", callee.name);
        let guarded = Guarded { what: &shown, raises, value: result.clone(), task: true, block: false };
        let hint = result.clone();
        let handler_want = match want {
            Want::Value(None) => Want::Value(Some(&hint)),
            other => other,
        };
        let dead = matches!(result, Type::Never);
        self.body.facts.dead |= dead;
        let (clauses, handlers) = self.clauses(how.clauses, guarded, handler_want);
        let ty = if matches!(want, Want::Effect) && !handlers.is_empty() {
            Type::Null
        } else {
            let mut joined = result.clone();
            for handler in &handlers {
                joined = self.types().join(&joined, handler);
            }
            joined
        };
        let mode = match (callee.mode, token) {
            (CallMode::Token, Some(local)) => Mode::Token(local),
            (CallMode::Await, _) => Mode::Await,
            (CallMode::Plain | CallMode::Token, _) => Mode::Plain,
        };
        if let Some(alias) = how.alias {
            self.aliased.push((callee.target.clone(), alias.clone()));
        }
        let call = Call {
            target: callee.target,
            mode,
            arguments,
            options,
            alias: how.alias.map(|it| it.text.as_str().into()),
            clauses,
            result,
            throws: callee.throws,
            span: how.call,
        };
        make(ExprKind::Call(Box::new(call)), ty, Effect::Task, how.span)
    }

    /// Checks positional arguments against parameters and named ones against options.
    pub(crate) fn arguments(
        &mut self,
        arguments: &[ast::Argument],
        params: &[Param],
        options: &IndexMap<Arc<str>, Type>,
        callee: &str,
        span: Span,
    ) -> (Vec<Expr>, IndexMap<String, Expr>) {
        let mut positional = Vec::new();
        let mut named = IndexMap::new();
        let known: Vec<&str> = options.keys().map(|it| &**it).collect();
        let mut count = 0;
        for argument in arguments {
            match &argument.name {
                Some(name) => {
                    let value = match options.get(name.text.as_str()) {
                        Some(ty) => {
                            let ty = ty.clone();
                            let value = self.expr_as(&argument.value, &ty, Role::new("option", &name.text));
                            if matches!(value.ty, Type::Duration) {
                                self.at_least(&value, 0.0, &name.text);
                            }
                            value
                        }
                        None => {
                            self.expr(&argument.value, None);
                            self.wrong_option(name, argument.value.span, callee, params, &known);
                            continue;
                        }
                    };
                    named.insert(name.text.clone(), value);
                }
                None => {
                    let role = params.get(count).map(|(name, ty)| (name.clone(), ty.clone()));
                    count += 1;
                    match role {
                        Some((name, ty)) => {
                            positional.push(self.expr_as(
                                &argument.value,
                                &ty,
                                Role::new("parameter", &name),
                            ));
                        }
                        None => {
                            self.expr(&argument.value, None);
                        }
                    }
                }
            }
        }
        if arguments
            .iter()
            .any(|it| it.name.as_ref().is_some_and(|name| params.iter().any(|(own, _)| **own == *name.text)))
        {
            // A value given by its parameter's name, which was said.
            return (positional, named);
        }
        let optional = |(_, ty): &&Param| !self.types().nullable(ty) && !matches!(ty, Type::Unknown);
        let least = params.iter().filter(optional).count();
        if count > params.len() || count < least {
            let names: Vec<&str> = params.iter().map(|(name, _)| &**name).collect();
            self.report(wrong::argument_count(span, callee, &names, count));
        }
        (positional, named)
    }

    fn wrong_option(
        &mut self,
        name: &ast::Name,
        value: Span,
        callee: &str,
        params: &[Param],
        known: &[&str],
    ) {
        let field = params
            .first()
            .and_then(|(_, ty)| self.types().record(ty))
            .is_some_and(|it| it.fields.contains_key(name.text.as_str()));
        let own = params.iter().any(|(it, _)| **it == *name.text);
        if own {
            let names: Vec<&str> = params.iter().map(|(it, _)| &**it).collect();
            self.report(wrong::parameter_by_name(name, value, &format!("{callee}({})", names.join(", "))));
        } else if field {
            self.report(wrong::option_is_payload(name, callee));
        } else {
            self.no_option(name, &format!("`{callee}`"), known);
        }
    }

    /// Reports an option that isn't one.
    pub(crate) fn no_option(&mut self, name: &ast::Name, of: &str, known: &[&str]) {
        let close = close(&name.text, known.iter().copied());
        self.report(report::unknown_option(name, of, known, close.as_deref()));
    }

    /// Reports an option without its name.
    pub(crate) fn unnamed_option(&mut self, argument: &ast::Argument, of: &str, known: &[&str]) {
        let value = self.expr(&argument.value, None);
        let meant = match value.ty {
            Type::Int => ["attempts", "concurrency"].into_iter().find(|it| known.contains(it)),
            Type::Duration => known.contains(&"every").then_some("every"),
            _ => None,
        };
        self.report(wrong::unnamed_option(argument.span, of, known, meant));
    }

    /// `complete(token, value)`, `reject(token, E("why"))`, `beat(token)`.
    fn token_call(&mut self, name: &str, arguments: &[ast::Argument], how: How<'_>) -> Expr {
        self.task(how.call, &format!("`{name}`"));
        let wanted: &[&str] = match name {
            "complete" => &["token", "value"],
            "reject" => &["token", "error"],
            _ => &["token"],
        };
        if arguments.len() != wanted.len() && !(name == "complete" && arguments.len() == 1) {
            self.loose_arguments(arguments);
            self.report(wrong::argument_count(how.call, name, wanted, arguments.len()));
            return broken(how.span);
        }
        let Some(first) = arguments.first() else { return broken(how.span) };
        let token = self.expr(&first.value, None);
        let of = match self.types().resolve(&token.ty) {
            Type::Token(of) => (**of).clone(),
            Type::Unknown | Type::Json | Type::String => Type::Unknown,
            _ => {
                let shown = self.show(&token.ty);
                self.report(wrong::wrong_argument(token.span, "parameter `token`", &shown, "a token"));
                Type::Unknown
            }
        };
        let mut typed = vec![token];
        let target = match (name, arguments.get(1)) {
            ("complete", Some(value)) => {
                typed.push(self.expr_as(&value.value, &of, Role::new("parameter", "value")));
                Target::Complete
            }
            ("reject", Some(error)) => match self.rejection(&error.value, &mut typed) {
                Some(error) => Target::Reject(error),
                None => return broken(how.span),
            },
            ("beat", _) => Target::Beat,
            _ => Target::Complete,
        };
        let mut raises = Raises { states: true, ..Raises::default() };
        raises.prefixes.extend(["Sfn", "StepFunctions"].map(Arc::from));
        let callee = Callee {
            target,
            name: name.to_owned(),
            params: Vec::new(),
            options: IndexMap::new(),
            mode: CallMode::Plain,
            result: Type::Null,
            throws: Vec::new(),
            raises,
        };
        self.finish_call(callee, (None, typed, IndexMap::new()), Type::Null, how, Want::Value(None))
    }

    /// The error of `reject`, written as in `fail`.
    fn rejection(&mut self, expr: &ast::Expr, typed: &mut Vec<Expr>) -> Option<crate::typed::ErrorRef> {
        let (name, arguments): (&ast::Expr, &[ast::Argument]) = match &expr.kind {
            Ast::Call { callee, arguments, .. } => (callee, arguments),
            _ => (expr, &[]),
        };
        let Some(text) = super::flow::dotted(name) else {
            self.expr(expr, None);
            self.report(flow::fail_what(expr.span));
            return None;
        };
        let written = ast::ErrorName { text, span: name.span };
        let error = self.error_ref(&written)?;
        let data = match &error {
            ErrorRef::Declared(id) => self.program.errors.get(id.0 as usize).and_then(|it| it.data.clone()),
            ErrorRef::Aws(_) | ErrorRef::All => None,
        };
        let (message, data) = self.failure_arguments(&written, arguments, data.as_ref(), expr.span);
        let nothing = || make(ExprKind::String("".into()), Type::String, Effect::Total, expr.span);
        typed.push(message.map_or_else(nothing, |it| *it));
        typed.extend(data.map(|it| *it));
        Some(error)
    }
}

/// `{ f(x) }` for `f(x)`: what an arrow's block holds, where it holds just one expression.
pub(super) fn only_expression(expr: &ast::Expr) -> &ast::Expr {
    if let Ast::Block { label: None, block } = &expr.kind
        && let [ast::Stmt { kind: ast::StmtKind::Expr(only), .. }] = block.statements.as_slice()
    {
        return only;
    }
    expr
}
