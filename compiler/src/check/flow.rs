//! Ways that part and leave: `map`, `parallel`, `try`, `saga`, `return`, `fail`, `break`.

use std::sync::Arc;

use indexmap::IndexMap;

use super::clauses::Guarded;
use super::expr::{Role, Want, make};
use super::raises::Raises;
use super::scope::{Jump, ScopeKind};
use super::{Ctx, Home, broken, reader};
use crate::diagnostics::{flow, names as report, types as wrong};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, Branches, ExprKind as Ast};
use crate::typed::{Block, Branch, Effect, Expr, ExprKind, Failure, Map, MapSource, RecordPart};
use crate::types::{FieldType, Record, Type, Types};

const MAP_OPTIONS: [&str; 7] =
    ["concurrency", "distributed", "tolerate", "batch", "label", "express", "results"];

impl Ctx<'_> {
    /// `map`, `parallel`, `try` and `saga` with the clauses behind them.
    pub(crate) fn flow(&mut self, expr: &ast::Expr, clauses: &[ast::Clause], want: Want<'_>) -> Expr {
        match &expr.kind {
            Ast::Map { options, binder, index, items, body } => {
                let head = MapHead { options, binder, index: index.as_ref(), items };
                self.map(&head, body, clauses, want, expr.span)
            }
            Ast::Parallel { options, branches } => self.parallel(options, branches, clauses, want, expr.span),
            Ast::Transact(requests) => self.transact(requests, clauses, want, expr.span),
            Ast::Try { body, clauses: own, finally } => {
                self.try_expr(body, own, finally.as_ref(), want, expr.span)
            }
            Ast::Saga { body, clauses: own } => self.saga(body, own, want, expr.span),
            _ => broken(expr.span),
        }
    }

    /// Runs a check with an account of its own of what can be raised.
    fn watched<R>(&mut self, check: impl FnOnce(&mut Self) -> R) -> (R, Raises) {
        let outer = std::mem::take(&mut self.body.raises);
        let result = check(self);
        (result, std::mem::replace(&mut self.body.raises, outer))
    }

    // ------------------------------------------------------------ map

    fn map(
        &mut self,
        head: &MapHead<'_>,
        body: &ast::Block,
        clauses: &[ast::Clause],
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        self.task(span, "`map`");
        let (source, item_type) = self.map_source(head.items);
        let mut options = self.map_options(head.options);
        let reads = !matches!(source, MapSource::List(_) | MapSource::Entries(_));
        let children = options.tolerate.is_some() || options.batch.is_some() || options.results.is_some();
        options.distributed |= reads || children || options.express || options.label.is_some();
        if options.distributed && self.body.home == (Home::Workflow { express: true }) {
            self.report(flow::not_in_express(span, "a distributed `map`"));
        }
        let wanted = want.ty().and_then(|it| list_item(self.types(), it));
        let value_want = match want {
            // Results are written even where nobody keeps the reference to them.
            Want::Effect if options.results.is_none() => Want::Effect,
            Want::Effect | Want::Value(_) => Want::Value(wanted.as_ref()),
        };
        let facts = self.body.facts.clone();
        let ((item, index, checked), raises) = self.watched(|ctx| {
            ctx.scoped(ScopeKind::AtOnce("map"), |ctx| {
                let index = head.index.map(|it| ctx.bind(it, Type::Int, false));
                let (item, prefix) = ctx.bind_item(head.binder, item_type);
                let mut checked = ctx.open_block(body, value_want);
                checked.block.statements.splice(0..0, prefix);
                (item, index, checked)
            })
            .0
        });
        self.body.facts = facts;
        let ty = self.map_type(&options, checked.ty, want);
        let raises = if options.distributed { self.of_children(raises) } else { raises };
        let guarded = Guarded { what: "the `map`", raises, value: ty.clone(), task: false, block: false };
        let (clauses, handlers) = self.clauses(clauses, guarded, want);
        let ty = self.branch_type(std::iter::once(&ty).chain(&handlers), want);
        let map = Map {
            source,
            item,
            index,
            body: checked.block,
            concurrency: options.concurrency,
            distributed: options.distributed,
            tolerate: options.tolerate,
            batch: options.batch,
            label: options.label,
            express: options.express,
            results: options.results,
            clauses,
            span,
        };
        make(ExprKind::Map(Box::new(map)), ty, Effect::Task, span)
    }

    /// A child's error doesn't keep its name: the map fails as a whole.
    fn of_children(&self, raises: Raises) -> Raises {
        Raises { declared: Vec::new(), states: true, ..raises }
    }

    fn map_type(&self, options: &MapOptions, body: Type, want: Want<'_>) -> Type {
        if matches!(want, Want::Effect) {
            return Type::Null;
        }
        if options.results.is_some() {
            return reader::reference();
        }
        if options.tolerate.is_some() {
            let failed = Type::record([("Error", Type::String), ("Cause", Type::String)]);
            return Type::list(self.types().union([body, failed]));
        }
        Type::list(body)
    }

    fn map_options(&mut self, written: &[ast::Argument]) -> MapOptions {
        let mut options = MapOptions::default();
        for option in written {
            let Some(name) = &option.name else {
                self.unnamed_option(option, "`map`", &MAP_OPTIONS);
                continue;
            };
            let value = &option.value;
            match name.text.as_str() {
                "concurrency" => options.concurrency = Some(self.whole(value, 0.0, "concurrency")),
                "distributed" => options.distributed = self.flag(value, "distributed"),
                "express" => options.express = self.flag(value, "express"),
                "tolerate" => {
                    let tolerate = self.expr_as(value, &Type::Number, Role::new("option", "tolerate"));
                    self.at_least(&tolerate, 0.0, "tolerate");
                    options.tolerate = Some(tolerate);
                }
                "batch" => options.batch = Some(self.whole(value, 1.0, "batch")),
                "label" => options.label = self.literal_text(value, "label"),
                "results" => options.results = self.results_place(value),
                _ => self.no_option(name, "`map`", &MAP_OPTIONS),
            }
        }
        options
    }

    fn whole(&mut self, value: &ast::Expr, least: f64, name: &str) -> Expr {
        let value = self.int(value, name);
        self.at_least(&value, least, name);
        value
    }

    /// A text that must be there when the app is built.
    pub(super) fn literal_text(&mut self, value: &ast::Expr, name: &str) -> Option<Arc<str>> {
        let value = self.expr_as(value, &Type::String, Role::new("option", name));
        match &value.kind {
            ExprKind::String(text) => return Some(text.clone()),
            ExprKind::Error => {}
            _ => self.report(wrong::must_be_literal(value.span, name)),
        }
        None
    }

    fn flag(&mut self, value: &ast::Expr, name: &str) -> bool {
        let value = self.expr_as(value, &Type::Boolean, Role::new("option", name));
        match value.kind {
            ExprKind::Boolean(on) => on,
            ExprKind::Error => false,
            _ => {
                self.report(wrong::must_be_literal(value.span, name));
                false
            }
        }
    }

    /// `bucket.at("prefix")`, or a bucket alone.
    fn results_place(&mut self, value: &ast::Expr) -> Option<(Expr, Expr)> {
        if let Ast::Call { callee, arguments, .. } = &value.kind
            && let Ast::Field { base, name, .. } = &callee.kind
            && name.text == "at"
            && let [prefix] = arguments.as_slice()
        {
            let bucket = self.bucket(base);
            let prefix =
                self.expr_as(&prefix.value, &Type::String, Role::new("the prefix of the results", ""));
            return Some((bucket, prefix));
        }
        let bucket = self.bucket(value);
        let none = make(ExprKind::String("".into()), Type::String, Effect::Total, value.span);
        Some((bucket, none))
    }

    // ------------------------------------------------------------ parallel

    fn parallel(
        &mut self,
        options: &[ast::Argument],
        branches: &Branches,
        clauses: &[ast::Clause],
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        for option in options {
            match &option.name {
                Some(name) => self.no_option(name, "`parallel`", &[]),
                None => self.unnamed_option(option, "`parallel`", &[]),
            }
        }
        self.task(span, "`parallel`");
        let before = self.body.facts.clone();
        let ((branches, ty, dead), raises) = self.watched(|ctx| match branches {
            Branches::Named(named) => ctx.named_branches(named, &before, want),
            Branches::Statements(block) => ctx.statement_branches(block, &before),
        });
        self.body.facts = before;
        self.body.facts.dead = dead;
        let guarded =
            Guarded { what: "the `parallel`", raises, value: ty.clone(), task: false, block: false };
        let (clauses, handlers) = self.clauses(clauses, guarded, want);
        let ty = if dead { Type::Never } else { ty };
        let ty = self.branch_type(std::iter::once(&ty).chain(&handlers), want);
        let kind = ExprKind::Parallel { branches, clauses: Box::new(clauses) };
        make(kind, ty, Effect::Task, span)
    }

    fn named_branches(
        &mut self,
        named: &[(ast::Name, ast::Block)],
        before: &super::facts::Facts,
        want: Want<'_>,
    ) -> (Vec<Branch>, Type, bool) {
        let mut branches = Vec::new();
        let mut record = Record::default();
        let mut dead = false;
        let mut places: std::collections::HashMap<&str, Span> = std::collections::HashMap::new();
        for (name, block) in named {
            if let Some(first) = places.insert(&name.text, name.span) {
                self.report(report::field_twice(&name.text, name.span, first));
            }
            self.body.facts = before.clone();
            let expected = want.ty().and_then(|it| self.types().record(it));
            let expected = expected.and_then(|it| it.fields.get(name.text.as_str())).map(|it| it.ty.clone());
            let want = Want::Value(expected.as_ref());
            let (checked, _) = self.scoped(ScopeKind::AtOnce("parallel"), |ctx| ctx.open_block(block, want));
            dead |= self.body.facts.dead;
            let key: Arc<str> = name.text.as_str().into();
            record.fields.insert(key.clone(), FieldType { ty: checked.ty, docs: None, required: false });
            branches.push(Branch { name: Some(key), body: checked.block });
        }
        (branches, Type::Record(Arc::new(record)), dead)
    }

    fn statement_branches(
        &mut self,
        block: &ast::Block,
        before: &super::facts::Facts,
    ) -> (Vec<Branch>, Type, bool) {
        let mut branches = Vec::new();
        let mut dead = false;
        for stmt in &block.statements {
            self.body.facts = before.clone();
            let (statements, _) = self.scoped(ScopeKind::AtOnce("parallel"), |ctx| {
                let mut statements = Vec::new();
                ctx.statement(stmt, &mut statements);
                statements
            });
            dead |= self.body.facts.dead;
            let body = Block { statements, span: stmt.span, ..Block::default() };
            branches.push(Branch { name: None, body });
        }
        (branches, Type::Null, dead)
    }

    // ------------------------------------------------------------ try, saga

    fn try_expr(
        &mut self,
        body: &ast::Block,
        clauses: &[ast::Clause],
        finally: Option<&ast::Block>,
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        if clauses.is_empty() && finally.is_none() {
            self.report(flow::bare_try(span));
        }
        let before = self.body.facts.clone();
        let (checked, raises) = self.watched(|ctx| ctx.block(body, want));
        let after = std::mem::replace(&mut self.body.facts, before);
        let dead = std::mem::replace(&mut self.body.facts.dead, false);
        let value = checked.ty.clone();
        let guarded = Guarded { what: "the `try` block", raises, value, task: false, block: true };
        let (clauses, handlers) = self.guarded_block(clauses, guarded, want, after);
        let ty = self.branch_type(std::iter::once(&checked.ty).chain(&handlers), want);
        let finally = finally.map(|block| {
            let facts = self.body.facts.clone();
            self.body.facts.dead = false;
            self.forget_variables();
            let checked = self.block(block, Want::Effect);
            let leaves = self.body.facts.dead;
            self.body.facts = facts;
            self.body.facts.dead |= leaves;
            checked.block
        });
        self.body.facts.dead |= dead;
        let effect =
            if clauses.catches.is_empty() && finally.is_none() { checked.effect } else { Effect::Task };
        make(ExprKind::Try { body: checked.block, clauses: Box::new(clauses), finally }, ty, effect, span)
    }

    /// Clauses of a block: its handlers start from what held before it, and meet what holds behind it.
    fn guarded_block(
        &mut self,
        clauses: &[ast::Clause],
        guarded: Guarded<'_>,
        want: Want<'_>,
        after: super::facts::Facts,
    ) -> (crate::typed::Clauses, Vec<Type>) {
        let before = self.body.facts.clone();
        self.body.facts.dead = true;
        let result = self.clauses(clauses, guarded, want);
        let handled = std::mem::replace(&mut self.body.facts, before);
        self.merge_facts(vec![after, handled]);
        result
    }

    fn saga(&mut self, body: &ast::Block, clauses: &[ast::Clause], want: Want<'_>, span: Span) -> Expr {
        let before = self.body.facts.clone();
        self.body.sagas += 1;
        let (checked, raises) = self.watched(|ctx| ctx.block(body, want));
        self.body.sagas -= 1;
        let after = std::mem::replace(&mut self.body.facts, before);
        let value = checked.ty.clone();
        let guarded = Guarded { what: "the `saga`", raises, value, task: false, block: true };
        let (clauses, handlers) = self.guarded_block(clauses, guarded, want, after);
        let ty = self.branch_type(std::iter::once(&checked.ty).chain(&handlers), want);
        make(ExprKind::Saga { body: checked.block, clauses: Box::new(clauses) }, ty, Effect::Task, span)
    }

    // ------------------------------------------------------------ leaving

    pub(crate) fn return_expr(&mut self, value: Option<&ast::Expr>, span: Span) -> Expr {
        let word = Span { end: span.start + 6, ..span };
        if let Some(what) = self.inside_at_once() {
            self.report(flow::jump_out(word, "return", what));
        } else if self.inside_lambda() || matches!(self.body.home, Home::Fn | Home::Setting) {
            self.report(flow::return_in_pure(word));
        } else if self.body.home == Home::Test {
            self.report(flow::return_outside(word));
        }
        let wanted = self.body.result.clone();
        let name = self.body.name.clone();
        let value = match (value, &wanted) {
            (Some(value), Some(Type::Null)) if self.body.home != Home::Mock => {
                let value = self.expr(value, None);
                if !value.ty.is_silent() && !matches!(value.ty, Type::Null) {
                    let shown = self.show(&self.types().widen(&value.ty));
                    self.report(flow::undeclared_result(value.span, &name, &shown));
                }
                Some(value)
            }
            (Some(value), Some(wanted)) => {
                Some(self.expr_as(value, wanted, Role::new("the result of", &name)))
            }
            (Some(value), None) => Some(self.expr(value, None)),
            (None, Some(wanted)) if !self.types().assignable(&Type::Null, wanted) => {
                let shown = self.show(wanted);
                self.report(flow::empty_return(word, &name, &shown));
                None
            }
            (None, _) => None,
        };
        self.body.returns.push(value.as_ref().map_or(Type::Null, |it| it.ty.clone()));
        self.body.facts.dead = true;
        make(ExprKind::Return(value.map(Box::new)), Type::Never, Effect::Task, span)
    }

    pub(crate) fn jump_expr(&mut self, label: Option<&ast::Name>, again: bool, span: Span) -> Expr {
        let word = if again { "continue" } else { "break" };
        let kind = match self.jump(label, again) {
            Jump::To(id) if again => ExprKind::Continue(id),
            Jump::To(id) => ExprKind::Break(id),
            Jump::Leaves(what) => {
                self.report(flow::jump_out(span, word, what));
                ExprKind::Error
            }
            Jump::Nowhere => {
                match label {
                    Some(label) => {
                        let close = self.close_label(&label.text);
                        self.report(report::unknown_label(label, close.as_deref()));
                    }
                    None => self.report(flow::jump_outside(span, word)),
                }
                ExprKind::Error
            }
        };
        self.body.facts.dead = true;
        make(kind, Type::Never, Effect::Task, span)
    }

    pub(crate) fn fail(&mut self, value: Option<&ast::Expr>, span: Span) -> Expr {
        self.task(span, "`fail`");
        let failure = match value {
            None => Failure::Bare,
            Some(value) => match self.failure(value) {
                Some(failure) => failure,
                None => Failure::Bare,
            },
        };
        self.body.facts.dead = true;
        make(ExprKind::Fail(failure), Type::Never, Effect::Task, span)
    }

    fn failure(&mut self, value: &ast::Expr) -> Option<Failure> {
        let (name, arguments): (&ast::Expr, &[ast::Argument]) = match &value.kind {
            Ast::Call { callee, arguments, .. } => (callee, arguments),
            _ => (value, &[]),
        };
        if let Ast::Name(local) = &name.kind
            && let Some(id) = self.find_local(local, name.span)
        {
            return self.again(id, value, arguments);
        }
        let name = match &name.kind {
            Ast::Literal(ast::Literal::String(text)) if arguments.is_empty() && is_prose(text) => {
                self.report(flow::fail_with_text(name.span, text));
                return None;
            }
            Ast::Template(_) if arguments.is_empty() => {
                self.expr(value, None);
                self.report(flow::fail_with_text(name.span, "…"));
                return None;
            }
            Ast::Literal(ast::Literal::String(text)) => {
                ast::ErrorName { text: text.clone(), span: name.span }
            }
            _ => match dotted(name) {
                Some(text) => ast::ErrorName { text, span: name.span },
                None => {
                    self.expr(value, None);
                    self.report(flow::fail_what(value.span));
                    return None;
                }
            },
        };
        let error = self.error_ref(&name)?;
        let data = match &error {
            crate::typed::ErrorRef::Declared(id) => {
                self.body.raises.add(*id, value.span);
                self.program.errors.get(id.0 as usize).and_then(|it| it.data.clone())
            }
            crate::typed::ErrorRef::Aws(_) | crate::typed::ErrorRef::All => None,
        };
        let (message, data) = self.failure_arguments(&name, arguments, data.as_ref(), value.span);
        Some(Failure::Raise { error, message, data })
    }

    fn again(
        &mut self,
        id: crate::typed::LocalId,
        value: &ast::Expr,
        arguments: &[ast::Argument],
    ) -> Option<Failure> {
        let value = match arguments {
            [] => self.expr(value, None),
            _ => broken(value.span),
        };
        match self.types().resolve(&self.local_type(id)) {
            Type::Error(_) => {
                let caught = self.caught.get(&id).cloned().unwrap_or_default();
                for error in caught.declared {
                    self.body.raises.add(error, value.span);
                }
                Some(Failure::Again(Box::new(value)))
            }
            Type::Unknown => None,
            _ => {
                self.report(flow::fail_what(value.span));
                None
            }
        }
    }

    pub(crate) fn failure_arguments(
        &mut self,
        error: &ast::ErrorName,
        arguments: &[ast::Argument],
        data: Option<&Type>,
        span: Span,
    ) -> (Option<Box<Expr>>, Option<Box<Expr>>) {
        let mut positional = arguments.iter().filter(|it| it.name.is_none());
        let message = positional.next().map(|it| {
            let role = Role::new("the message of", &error.text);
            Box::new(self.expr_as(&it.value, &Type::String, role))
        });
        let second = positional.next();
        if let Some(third) = positional.next() {
            let count = arguments.len();
            self.report(wrong::argument_count(third.span, &error.text, &["message", "data"], count));
        }
        let named: Vec<&ast::Argument> = arguments.iter().filter(|it| it.name.is_some()).collect();
        let Some(wanted) = data else {
            if let Some(extra) = second.or(named.first().copied()) {
                self.expr(&extra.value, None);
                self.report(flow::error_without_data(extra.span, &error.text));
            }
            return (message, None);
        };
        let role = Role::new("the data of", &error.text);
        let value = match second {
            Some(it) => self.expr_as(&it.value, wanted, role),
            None => {
                let fields = named.iter().filter_map(|it| {
                    let name = it.name.clone()?;
                    Some(ast::Field::Named {
                        name,
                        quoted: false,
                        value: it.value.clone(),
                        docs: None,
                        span: it.span,
                    })
                });
                let record = ast::Expr { kind: Ast::Record(fields.collect()), span };
                self.expr_as(&record, wanted, role)
            }
        };
        let empty = matches!(&value.kind, ExprKind::Record(parts) if parts.iter().all(|it| matches!(it, RecordPart::Spread(_))) && parts.is_empty());
        (message, (!empty).then(|| Box::new(value)))
    }

    /// `continue as fulfil(next)`
    pub(crate) fn continue_as(&mut self, call: &ast::Expr, span: Span) -> Expr {
        if let Some(what) = self.inside_at_once() {
            self.report(flow::jump_out(span, "continue as", what));
        }
        if !matches!(self.body.home, Home::Workflow { .. } | Home::Step) {
            self.report(flow::continue_as_outside(span));
        }
        let found = match &call.kind {
            Ast::Call { callee, arguments, .. } => match &callee.kind {
                Ast::Name(name) => match self.symbol(name, callee.span) {
                    Some(Symbol::Workflow(id)) => Some((id, arguments)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let Some((id, arguments)) = found else {
            self.expr(call, None);
            self.report(flow::continue_as_what(call.span));
            self.body.facts.dead = true;
            return make(ExprKind::Error, Type::Never, Effect::Task, span);
        };
        let name = self.body.name.clone();
        self.continued.push((name, span));
        let param = self.workflow_param(id);
        let callee = self.program.workflows.get(id.index()).map_or_else(|| "".into(), |it| it.name.clone());
        let (payload, _) = self.arguments(arguments, &param, &IndexMap::new(), &callee, call.span);
        self.body.facts.dead = true;
        let kind = ExprKind::ContinueAs { workflow: id, payload: payload.into_iter().next().map(Box::new) };
        make(kind, Type::Never, Effect::Task, span)
    }

    /// Who goes on in another execution has no result to give to somebody who waits.
    pub(crate) fn check_awaited(&mut self) {
        for (name, span) in std::mem::take(&mut self.continued) {
            let awaited = self
                .awaited
                .iter()
                .find(|(id, _)| self.program.workflows.get(id.index()).is_some_and(|it| it.name == name));
            if let Some((_, place)) = awaited {
                let place = *place;
                self.report(flow::awaited_continues(span, &name, place));
            }
        }
    }
}

struct MapHead<'m> {
    options: &'m [ast::Argument],
    binder: &'m ast::Pattern,
    index: Option<&'m ast::Name>,
    items: &'m ast::Expr,
}

#[derive(Default)]
struct MapOptions {
    concurrency: Option<Expr>,
    distributed: bool,
    tolerate: Option<Expr>,
    batch: Option<Expr>,
    label: Option<Arc<str>>,
    express: bool,
    results: Option<(Expr, Expr)>,
}

fn list_item(types: &Types, ty: &Type) -> Option<Type> {
    match types.resolve(ty) {
        Type::List(item) => Some((**item).clone()),
        Type::Optional(inner) => list_item(types, inner),
        _ => None,
    }
}

/// `States.Timeout` as an expression of fields.
pub(crate) fn dotted(expr: &ast::Expr) -> Option<String> {
    match &expr.kind {
        Ast::Name(name) => Some(name.clone()),
        Ast::Field { base, optional: false, name } => Some(format!("{}.{}", dotted(base)?, name.text)),
        _ => None,
    }
}

/// A text that says why rather than naming an error.
fn is_prose(text: &str) -> bool {
    text.contains(' ') || !text.starts_with(|c: char| c.is_ascii_uppercase())
}
