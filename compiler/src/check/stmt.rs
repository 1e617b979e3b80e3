//! Statements.

use std::sync::Arc;

use super::expr::{Role, Want, make};
use super::scope::ScopeKind;
use super::{Ctx, Home, broken};
use crate::diagnostics::{flow, types as wrong};
use crate::source::Span;
use crate::syntax::ast::{self, StmtKind as Ast};
use crate::typed::{Effect, Expr, ExprKind, ForSource, LocalId, PathStep, Stmt, StmtKind};
use crate::types::Type;

impl Ctx<'_> {
    /// Checks a statement and gives what running it can do.
    pub(crate) fn statement(&mut self, stmt: &ast::Stmt, out: &mut Vec<Stmt>) -> Effect {
        let name = self.state_name(&stmt.attributes);
        let docs: Option<Arc<str>> = stmt.docs.as_deref().map(Arc::from);
        let first = out.len();
        let effect = self.statement_here(stmt, out);
        if let Some(made) = out.get_mut(first) {
            made.docs = docs;
            made.name = name;
        }
        effect
    }

    fn statement_here(&mut self, stmt: &ast::Stmt, out: &mut Vec<Stmt>) -> Effect {
        let span = stmt.span;
        let (kind, effect) = match &stmt.kind {
            Ast::Error => return Effect::Total,
            Ast::Let { mutable, pattern, ty, value } => {
                return self.let_stmt(*mutable, pattern, ty.as_ref(), value, span, out);
            }
            Ast::Assign { target, op, value } => match self.assign(target, *op, value, span) {
                Some(made) => made,
                None => return Effect::Total,
            },
            Ast::Expr(expr) => {
                let reported = self.diagnostics.len();
                let value = self.expr_want(expr, Want::Effect);
                if self.diagnostics.len() == reported {
                    self.unused_value(&value);
                }
                let effect = value.effect;
                (StmtKind::Expr(value), effect)
            }
            Ast::While { label, condition, body } => self.while_stmt(label.as_ref(), condition, body, span),
            Ast::Repeat { label, options, body, until } => {
                self.repeat_stmt(label.as_ref(), options, body, until.as_ref(), span)
            }
            Ast::For { label, binder, index, items, body } => {
                self.for_stmt(label.as_ref(), (binder, index.as_ref()), items, body, span)
            }
            Ast::Wait { until, value } => self.wait(*until, value, span),
            Ast::Mock { target, params, parts } => self.mock(target, params, parts, span),
            Ast::Expect(expectation) => self.expect(expectation, span),
            Ast::Each { binder, items, body } => self.each(binder, items, body, span),
        };
        out.push(Stmt { kind, docs: None, name: None, span });
        effect
    }

    fn let_stmt(
        &mut self,
        mutable: bool,
        pattern: &ast::Pattern,
        ty: Option<&ast::TypeExpr>,
        value: &ast::Expr,
        span: Span,
        out: &mut Vec<Stmt>,
    ) -> Effect {
        let declared = ty.map(|it| (self.type_expr(it), it.span));
        let noun = if mutable { "variable" } else { "constant" };
        let name = match pattern {
            ast::Pattern::Name(name) => name.text.as_str(),
            ast::Pattern::Record(..) | ast::Pattern::Missing(_) => "",
        };
        let own = match pattern {
            ast::Pattern::Name(name) if !matches!(name.text.as_str(), "" | "_") => {
                let ty = declared.as_ref().map(|(ty, _)| ty.clone());
                super::clauses::OwnUndo::of(value, name, ty)
            }
            ast::Pattern::Name(_) | ast::Pattern::Record(..) | ast::Pattern::Missing(_) => None,
        };
        let outer = std::mem::replace(&mut self.body.own_undo, own);
        let value = match &declared {
            Some((ty, at)) => self.expr_as(value, ty, Role::new(noun, name).at(*at)),
            None => self.expr(value, None),
        };
        let effect = value.effect;
        let found = value.ty.clone();
        let ty = match &declared {
            Some((ty, _)) => ty.clone(),
            None => self.inferred(&value, mutable, name),
        };
        let push = |out: &mut Vec<Stmt>, local, value: Expr| {
            out.push(Stmt { kind: StmtKind::Let { local, value }, docs: None, name: None, span });
        };
        match pattern {
            ast::Pattern::Name(name) => {
                let local = self.bind(name, ty.clone(), mutable);
                self.remember(name, local, mutable);
                self.bound_own(outer, local);
                self.learn_value(local, &ty, &found);
                push(out, local, value);
                return effect;
            }
            ast::Pattern::Missing(at) => {
                let local = self.new_local("", ty, false, *at);
                push(out, local, value);
            }
            ast::Pattern::Record(names, at) => {
                let whole = self.new_local("", ty.clone(), false, *at);
                push(out, whole, value);
                for (field, bound) in names {
                    let read = make(ExprKind::Local(whole), ty.clone(), Effect::Total, field.span);
                    let part = self.field_of(read, false, field, field.span);
                    let part_type = if mutable { self.types().widen(&part.ty) } else { part.ty.clone() };
                    let local = self.bind(bound, part_type, mutable);
                    self.remember(bound, local, mutable);
                    push(out, local, part);
                }
            }
        }
        self.body.own_undo = outer;
        effect
    }

    /// For what is said of names that nobody uses; tests may name what they like.
    fn remember(&mut self, name: &ast::Name, local: LocalId, mutable: bool) {
        if !matches!(self.body.home, Home::Test | Home::Mock | Home::Kind) {
            self.bound.push(super::unused::Bound { local, name: name.clone(), mutable });
        }
    }

    fn inferred(&mut self, value: &Expr, mutable: bool, name: &str) -> Type {
        if mutable {
            let nothing = match &value.ty {
                Type::Null => Some("T?"),
                Type::List(item) if matches!(**item, Type::Never) => Some("T[]"),
                _ => None,
            };
            if let Some(hint) = nothing {
                self.report(wrong::variable_of_nothing(value.span, name, hint));
                return Type::Unknown;
            }
            return self.types().widen(&value.ty);
        }
        match &value.ty {
            Type::Never => Type::Unknown,
            other => other.clone(),
        }
    }

    /// A variable that may be `null` isn't, right after it got a value that can't be.
    fn learn_value(&mut self, local: LocalId, declared: &Type, value: &Type) {
        if self.types().nullable(declared) && !self.types().nullable(value) && !value.is_silent() {
            let read = make(ExprKind::Local(local), declared.clone(), Effect::Total, Span::default());
            if let Some(place) = super::facts::place(&read) {
                let ty = self.types().without_null(declared);
                self.body.facts.learn(place, ty);
            }
        }
    }

    // ------------------------------------------------------------ assignment

    fn assign(
        &mut self,
        target: &ast::Expr,
        op: Option<ast::BinaryOp>,
        value: &ast::Expr,
        span: Span,
    ) -> Option<(StmtKind, Effect)> {
        let Some((local, path, declared)) = self.assign_target(target) else {
            self.expr(value, None);
            return None;
        };
        let sum;
        let value = match op {
            None => value,
            Some(op) => {
                let (left, right) = (Box::new(target.clone()), Box::new(value.clone()));
                let kind = ast::ExprKind::Binary { op, op_span: target.span.tail(), left, right };
                sum = ast::Expr { kind, span };
                &sum
            }
        };
        let name = self.program.locals.get(local.index()).map_or_else(|| "".into(), |it| it.name.clone());
        let at = self.program.locals.get(local.index()).map_or(span, |it| it.span);
        let role =
            if path.is_empty() { Role::new("variable", &name).at(at) } else { Role::new("field of", &name) };
        let value = self.expr_as(value, &declared, role);
        self.pure_only(span, "an assignment");
        self.assigned.insert(local);
        self.body.facts.forget(local);
        if path.is_empty() {
            self.learn_value(local, &declared, &value.ty);
        }
        let effect = value.effect;
        Some((StmtKind::Assign { local, path, value }, effect))
    }

    /// The variable, the way into it, and the type that the place was declared with.
    fn assign_target(&mut self, target: &ast::Expr) -> Option<(LocalId, Vec<PathStep>, Type)> {
        match &target.kind {
            ast::ExprKind::Name(name) => {
                let Some(local) = self.find_local(name, target.span) else {
                    self.not_a_variable(name, target.span);
                    return None;
                };
                let (ty, mutable, declared) = match self.program.locals.get(local.index()) {
                    Some(it) => (it.ty.clone(), it.mutable, it.span),
                    None => return None,
                };
                if !mutable {
                    let own = self.bound.iter().any(|it| it.local == local);
                    self.report(flow::not_a_var(name, target.span, declared, own));
                    return None;
                }
                if let Some(what) = self.barrier(local) {
                    self.report(flow::read_only_inside(name, target.span, declared, what));
                    return None;
                }
                Some((local, Vec::new(), ty))
            }
            ast::ExprKind::Field { base, optional, name } => {
                let (local, mut path, _) = self.assign_target(base)?;
                let base = self.expr(base, None);
                if base.ty.is_silent() {
                    return None;
                }
                let read = self.field_of(base.clone(), *optional, name, target.span);
                if matches!(read.kind, ExprKind::Error) {
                    return None;
                }
                let declared = match self.types().resolve(&base.ty) {
                    Type::Record(record) => record.fields.get(name.text.as_str()).map(|it| it.ty.clone()),
                    Type::Dict(value) => Some((**value).clone()),
                    _ => None,
                };
                path.push(PathStep::Field(name.text.as_str().into()));
                Some((local, path, declared.unwrap_or(read.ty)))
            }
            ast::ExprKind::Index { base, index, .. } => {
                let (local, mut path, _) = self.assign_target(base)?;
                let whole = self.expr(base, None);
                let read = self.expr(target, None);
                if matches!(read.kind, ExprKind::Error) {
                    return None;
                }
                let index = self.expr(index, None);
                let declared = match self.types().resolve(&whole.ty) {
                    Type::List(item) => (**item).clone(),
                    Type::Dict(value) => (**value).clone(),
                    _ => read.ty.clone(),
                };
                path.push(match &index.kind {
                    ExprKind::String(text) => PathStep::Field(text.clone()),
                    _ => PathStep::Index(index),
                });
                Some((local, path, declared))
            }
            ast::ExprKind::Missing => None,
            _ => {
                self.report(flow::not_assignable(target.span));
                None
            }
        }
    }

    fn not_a_variable(&mut self, name: &str, span: Span) {
        let value = self.expr(&ast::Expr { kind: ast::ExprKind::Name(name.to_owned()), span }, None);
        if !matches!(value.kind, ExprKind::Error) {
            self.report(flow::not_assignable(span));
        }
    }

    // ------------------------------------------------------------ loops

    fn while_stmt(
        &mut self,
        label: Option<&ast::Name>,
        condition: &ast::Expr,
        body: &ast::Block,
        span: Span,
    ) -> (StmtKind, Effect) {
        self.pure_only(span, "a loop");
        let id = self.new_label();
        self.forget_variables();
        let condition = self.condition(condition, "the condition of `while`");
        let (yes, no) = (self.facts_of(&condition, true), self.facts_of(&condition, false));
        let ((checked, scope), _) = self.with_facts(yes, |ctx| {
            ctx.scoped(loop_scope(label, id), |ctx| ctx.open_block(body, Want::Effect))
        });
        self.forget_variables();
        let forever = matches!(condition.kind, ExprKind::Boolean(true));
        if !scope.left {
            self.body.facts.learn_all(no);
            self.body.facts.dead |= forever;
        }
        let effect = condition.effect.max(checked.effect).max(Effect::Task);
        (StmtKind::While { label: id, condition, body: checked.block }, effect)
    }

    fn repeat_stmt(
        &mut self,
        label: Option<&ast::Name>,
        options: &[ast::Argument],
        body: &ast::Block,
        until: Option<&ast::Expr>,
        span: Span,
    ) -> (StmtKind, Effect) {
        self.pure_only(span, "a loop");
        let id = self.new_label();
        self.forget_variables();
        let max = self.repeat_max(options);
        let before = self.body.facts.clone();
        let ((checked, until), scope) = self.scoped(loop_scope(label, id), |ctx| {
            let checked = ctx.open_block(body, Want::Effect);
            // `continue` comes to the condition as well.
            ctx.body.facts.dead = false;
            let until = until.map(|it| ctx.condition(it, "the condition of `until`"));
            (checked, until)
        });
        let facts = until.as_ref().map(|it| self.facts_of(it, true)).unwrap_or_default();
        if scope.left {
            self.body.facts = before;
            self.forget_variables();
        } else {
            self.body.facts.learn_all(facts);
        }
        self.body.facts.dead = until.is_none() && max.is_none() && !scope.left;
        (StmtKind::Repeat { label: id, max, body: checked.block, until }, Effect::Task)
    }

    fn repeat_max(&mut self, options: &[ast::Argument]) -> Option<Expr> {
        let mut max = None;
        for option in options {
            match option.name.as_ref() {
                Some(name) if name.text == "max" => {
                    let value = self.int(&option.value, "max");
                    self.at_least(&value, 1.0, "max");
                    max = Some(value);
                }
                Some(name) => self.no_option(name, "`repeat`", &["max"]),
                None => self.unnamed_option(option, "`repeat`", &["max"]),
            }
        }
        max
    }

    fn for_stmt(
        &mut self,
        label: Option<&ast::Name>,
        (binder, index): (&ast::Pattern, Option<&ast::Name>),
        items: &ast::Expr,
        body: &ast::Block,
        span: Span,
    ) -> (StmtKind, Effect) {
        self.pure_only(span, "a loop");
        let id = self.new_label();
        let (source, item_type) = self.for_source(items);
        self.forget_variables();
        let before = self.body.facts.clone();
        let ((item, index, block), _) = self.scoped(loop_scope(label, id), |ctx| {
            let index = index.map(|it| ctx.bind(it, Type::Int, false));
            let (item, prefix) = ctx.bind_item(binder, item_type);
            let mut checked = ctx.open_block(body, Want::Effect);
            checked.block.statements.splice(0..0, prefix);
            (item, index, checked.block)
        });
        self.body.facts = before;
        (StmtKind::For { label: id, item, index, source, body: block }, Effect::Task)
    }

    fn for_source(&mut self, items: &ast::Expr) -> (ForSource, Type) {
        if let Some(call) = pages_call(items)
            && !self.is_declared("pages")
        {
            return self.pages(call, items.span);
        }
        let list = self.expr(items, None);
        let item = self.item_type(&list, "for");
        (ForSource::List(list), item)
    }

    /// The type of a list's items; anything else is reported.
    pub(crate) fn item_type(&mut self, list: &Expr, word: &str) -> Type {
        match self.types().resolve(&list.ty) {
            Type::List(item) => (**item).clone(),
            Type::Unknown | Type::Never => Type::Unknown,
            _ => {
                let shown = self.show(&list.ty);
                let inner = self.types().without_null(&list.ty);
                let kind = match self.types().resolve(&inner) {
                    Type::List(_) => wrong::NotList::MayBeNull,
                    Type::Dict(_) | Type::Record(_) => wrong::NotList::Record,
                    Type::Json => wrong::NotList::Json,
                    Type::Int | Type::Number => wrong::NotList::Number,
                    _ => wrong::NotList::Other,
                };
                self.report(wrong::not_a_list(list.span, word, &shown, kind));
                Type::Unknown
            }
        }
    }

    /// Binds a loop's item; a record pattern becomes reads at the start of the body.
    pub(crate) fn bind_item(&mut self, binder: &ast::Pattern, ty: Type) -> (LocalId, Vec<Stmt>) {
        match binder {
            ast::Pattern::Name(name) => (self.bind(name, ty, false), Vec::new()),
            ast::Pattern::Missing(span) => (self.new_local("", ty, false, *span), Vec::new()),
            ast::Pattern::Record(names, span) => {
                let item = self.new_local("item", ty.clone(), false, *span);
                let mut reads = Vec::new();
                for (field, bound) in names {
                    let read = make(ExprKind::Local(item), ty.clone(), Effect::Total, field.span);
                    let value = self.field_of(read, false, field, field.span);
                    let local = self.bind(bound, value.ty.clone(), false);
                    let kind = StmtKind::Let { local, value };
                    reads.push(Stmt { kind, docs: None, name: None, span: field.span });
                }
                (item, reads)
            }
        }
    }

    // ------------------------------------------------------------ wait

    fn wait(&mut self, until: bool, value: &ast::Expr, span: Span) -> (StmtKind, Effect) {
        self.task(span, "`wait`");
        let value = if until {
            let value = self.expr(value, Some(&Type::Timestamp));
            if let ExprKind::String(text) = &value.kind
                && !super::expr::is_rfc3339(text)
            {
                self.report(wrong::bad_timestamp(value.span, text));
                broken(value.span)
            } else {
                self.fit(value, &Type::Timestamp, Role::new("the time of `wait until`", ""))
            }
        } else {
            let value = self.expr_as(value, &Type::Duration, Role::new("the time of `wait`", ""));
            self.check_duration(&value, "`wait`");
            value
        };
        (StmtKind::Wait { until, value }, Effect::Task)
    }

    /// AWS takes whole seconds; `audit` knows how many.
    pub(crate) fn check_duration(&mut self, value: &Expr, what: &str) {
        if let ExprKind::Duration(ms) = value.kind
            && ms > 1000
            && ms % 1000 != 0
        {
            self.report(flow::not_whole_seconds(value.span, what));
        }
    }

    /// Says that something which needs a state stands where there are none.
    pub(crate) fn task(&mut self, span: Span, what: &str) {
        if self.inside_lambda() {
            self.report(flow::task_in_lambda(span, what));
            return;
        }
        match self.body.home {
            Home::Workflow { .. } | Home::Step | Home::Test | Home::Mock | Home::Action | Home::Kind => {}
            Home::Fn => {
                let name = self.body.name.clone();
                self.report(flow::task_in_fn(span, what, &name));
            }
            Home::Setting => self.report(flow::task_in_setting(span, what)),
        }
    }

    /// Says that a statement which changes something stands in a `fn` or lambda.
    pub(crate) fn pure_only(&mut self, span: Span, what: &str) {
        if self.inside_lambda() || matches!(self.body.home, Home::Fn | Home::Setting) {
            self.report(flow::statement_in_pure(span, what));
        }
    }
}

fn loop_scope(label: Option<&ast::Name>, id: crate::typed::LabelId) -> ScopeKind {
    ScopeKind::Loop { label: label.map(|it| it.text.as_str().into()), id, loops: true }
}

/// The argument of `pages(…)`.
fn pages_call(items: &ast::Expr) -> Option<&ast::Expr> {
    let ast::ExprKind::Call { callee, arguments, .. } = &items.kind else { return None };
    match (&callee.kind, arguments.as_slice()) {
        (ast::ExprKind::Name(name), [one]) if name == "pages" => Some(&one.value),
        _ => None,
    }
}
