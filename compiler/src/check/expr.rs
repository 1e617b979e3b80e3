//! Expressions. Each is checked against the type that its place wants, where there is one, so that a mistake is
//! reported where it was made and not where it shows.

use std::sync::Arc;

use super::facts::place;
use super::{Ctx, Home, broken};
use crate::diagnostics::{Diagnostic, close, names as report, types as wrong};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind as Ast, Literal, TemplatePart};
use crate::typed::{Builtin, ContextField, Definition, Effect, ErrorField, Expr, ExprKind, Reference};
use crate::types::{LiteralType, Problem, Type};

/// Trees are as deep as the parser lets them be; each level gets a stack of its own where little is left.
pub(crate) const RED_ZONE: usize = 192 << 10;
pub(crate) const STACK: usize = 2 << 20;

/// What an expression is there for.
#[derive(Clone, Copy)]
pub(crate) enum Want<'t> {
    /// For its value, of that type if one is known.
    Value(Option<&'t Type>),
    /// For what it does; its value is dropped.
    Effect,
}

impl<'t> Want<'t> {
    pub(crate) fn ty(self) -> Option<&'t Type> {
        match self {
            Want::Value(ty) => ty,
            Want::Effect => None,
        }
    }
}

pub(crate) use crate::diagnostics::types::Role;

pub(crate) fn make(kind: ExprKind, ty: Type, effect: Effect, span: Span) -> Expr {
    Expr { kind, ty, effect, span }
}

impl Ctx<'_> {
    /// Checks an expression; `expected` guides inference and promises nothing.
    pub(crate) fn expr(&mut self, expr: &ast::Expr, expected: Option<&Type>) -> Expr {
        self.expr_want(expr, Want::Value(expected))
    }

    /// Checks an expression whose value must fit `wanted`.
    pub(crate) fn expr_as(&mut self, expr: &ast::Expr, wanted: &Type, role: Role<'_>) -> Expr {
        let mut value = self.expr(expr, Some(wanted));
        if let Some(name) = lone_name(expr)
            && self.has_field(wanted, name)
            && self.types().mismatch(&value.ty, wanted).is_some()
        {
            let shown = self.show(wanted);
            self.report(wrong::block_for_record(expr.span, name, &shown, role));
            value.ty = wanted.clone();
            return value;
        }
        self.fit(value, wanted, role)
    }

    fn has_field(&self, ty: &Type, name: &str) -> bool {
        let present = self.types().without_null(ty);
        matches!(self.types().resolve(&present), Type::Record(record) if record.fields.contains_key(name))
    }

    /// Reports a value that doesn't fit; then it counts as fitting, so that nothing else is said of it.
    pub(crate) fn fit(&mut self, mut value: Expr, wanted: &Type, role: Role<'_>) -> Expr {
        self.learn_token(&value, wanted);
        let Some(mismatch) = self.types().mismatch(&value.ty, wanted) else { return value };
        if let Some(ty) = self.literal_fits(&value, wanted) {
            value.ty = ty;
            return value;
        }
        let types = &self.program.types;
        let diagnostic = match &mismatch.problem {
            Problem::MissingField { name, wanted: missing, of } if mismatch.path.is_empty() => {
                let mut lacking = types.lacking(&value.ty, of);
                if lacking.is_empty() {
                    lacking.push((name.clone(), missing.clone()));
                }
                if self.meant_by_others(&value, lacking.len()) {
                    value.ty = wanted.clone();
                    return value;
                }
                let lacking: Vec<_> = lacking.into_iter().map(|(name, ty)| (name, types.show(&ty))).collect();
                wrong::missing_fields(value.span, &lacking, &types.show(of), role)
            }
            Problem::MayBeNull { .. } if mismatch.path.is_empty() => {
                wrong::may_be_missing(value.span, &types.show(&value.ty), &types.show(wanted), role)
            }
            _ => wrong::mismatch(types, &value, wanted, &mismatch, role),
        };
        let diagnostic = match self.field_that_fits(&value, wanted) {
            Some(name) if diagnostic.fix.is_none() => wrong::field_meant(diagnostic, value.span, &name),
            _ => diagnostic,
        };
        self.report(diagnostic);
        value.ty = wanted.clone();
        value
    }

    /// The one field of a record that fits where the record does not.
    fn field_that_fits(&self, value: &Expr, wanted: &Type) -> Option<Arc<str>> {
        let named = matches!(value.kind, ExprKind::Local(_) | ExprKind::Field { .. });
        let record = self.types().record(&value.ty).filter(|_| named)?;
        let open = |ty: &Type| matches!(self.types().resolve(ty), Type::Json | Type::Unknown | Type::Never);
        let fits = |ty: &Type| !open(ty) && !open(wanted) && self.types().assignable(ty, wanted);
        let mut fitting = record.fields.iter().filter(|(_, field)| fits(&field.ty));
        match (fitting.next(), fitting.next()) {
            (Some((name, _)), None) => Some(name.clone()),
            _ => None,
        }
    }

    /// Whether a record has as many fields that nobody knows as it lacks: most likely one was meant by the other, and
    /// what is there instead was said already.
    fn meant_by_others(&self, value: &Expr, lacking: usize) -> bool {
        if !matches!(value.kind, ExprKind::Record(_)) {
            return false;
        }
        let inside = |it: &&Diagnostic| {
            let at = it.span();
            at.file == value.span.file && value.span.start <= at.start && at.end <= value.span.end
        };
        let said = self.diagnostics.iter().rev().take_while(inside);
        said.filter(|it| matches!(it.code.0, "F0213" | "F0613") && it.fix.is_none()).count() >= lacking
    }

    /// Text that is written right there may stand for a timestamp or for bytes.
    fn literal_fits(&self, value: &Expr, wanted: &Type) -> Option<Type> {
        let ExprKind::String(text) = &value.kind else { return None };
        let inner = self.types().without_null(wanted);
        match self.types().resolve(&inner) {
            Type::Timestamp if is_rfc3339(text) => Some(Type::Timestamp),
            Type::Bytes if is_base64(text) => Some(Type::Bytes),
            _ => None,
        }
    }

    pub(crate) fn expr_want(&mut self, expr: &ast::Expr, want: Want<'_>) -> Expr {
        stacker::maybe_grow(RED_ZONE, STACK, || self.expr_here(expr, want))
    }

    fn expr_here(&mut self, expr: &ast::Expr, want: Want<'_>) -> Expr {
        let span = expr.span;
        let expected = want.ty();
        match &expr.kind {
            Ast::Missing => broken(span),
            Ast::Literal(literal) => self.literal(literal, expected, span),
            Ast::Template(parts) => self.template(parts, span),
            Ast::Duration(ms) => make(ExprKind::Duration(*ms), Type::Duration, Effect::Total, span),
            Ast::Size(bytes) => make(ExprKind::Size(*bytes), Type::Size, Effect::Total, span),
            Ast::Percent(percent) => make(ExprKind::Percent(*percent), Type::Number, Effect::Total, span),
            Ast::Name(name) => self.name(name, span),
            Ast::List(elements) => self.list(elements, expected, span),
            Ast::Record(fields) => self.record(fields, expected, span),
            Ast::Range(from, to) => self.range(from, to, span),
            Ast::Field { base, optional, name } => self.field(base, *optional, name, span),
            Ast::Index { base, optional, index } => self.index(base, *optional, index, span),
            Ast::Slice { base, from, to } => self.slice(base, from.as_deref(), to.as_deref(), span),
            Ast::Call { .. } | Ast::Alias { .. } | Ast::Await { .. } | Ast::Guarded { .. } => {
                self.call_like(expr, want)
            }
            Ast::Lambda { .. } => {
                self.report(wrong::stray_lambda(span));
                broken(span)
            }
            Ast::Unary { op, operand } => self.unary(*op, operand, span),
            Ast::Binary { op, op_span, left, right } => {
                self.binary(*op, *op_span, left, right, expected, span)
            }
            Ast::Cast { value, ty } => self.cast(value, ty, span),
            Ast::If { condition, then, otherwise } => {
                self.if_expr(condition, then, otherwise.as_deref(), want, span)
            }
            Ast::Match { value, arms } => self.match_expr(value, arms, want, span),
            Ast::Block { label, block } => self.block_expr(label.as_ref(), block, want, span),
            Ast::Map { .. }
            | Ast::Parallel { .. }
            | Ast::Transact(_)
            | Ast::Try { .. }
            | Ast::Saga { .. } => self.flow(expr, &[], want),
            Ast::Return(value) => self.return_expr(value.as_deref(), span),
            Ast::Fail(value) => self.fail(value.as_deref(), span),
            Ast::Break(label) => self.jump_expr(label.as_ref(), false, span),
            Ast::Continue(label) => self.jump_expr(label.as_ref(), true, span),
            Ast::ContinueAs(call) => self.continue_as(call, span),
        }
    }

    pub(crate) fn literal(&mut self, literal: &Literal, expected: Option<&Type>, span: Span) -> Expr {
        let (kind, ty) = match literal {
            Literal::Null => (ExprKind::Null, Type::Null),
            Literal::Boolean(value) => {
                let ty = Type::Literal(LiteralType::Boolean(*value));
                let ty = if self.wants_literal(expected, &ty) { ty } else { Type::Boolean };
                (ExprKind::Boolean(*value), ty)
            }
            Literal::Number(text) => {
                let plain = if text.contains(['.', 'e', 'E']) { Type::Number } else { Type::Int };
                let number = text.parse().map(|it| Type::Literal(LiteralType::Number(it)));
                let ty = number.ok().filter(|it| self.wants_literal(expected, it)).unwrap_or(plain);
                (ExprKind::Number(text.as_str().into()), ty)
            }
            Literal::String(text) => (ExprKind::String(text.as_str().into()), Type::text(text)),
        };
        make(kind, ty, Effect::Total, span)
    }

    /// Whether a literal of that kind is among what is expected, so that it should keep its own type.
    fn wants_literal(&self, expected: Option<&Type>, literal: &Type) -> bool {
        let Some(expected) = expected else { return false };
        match self.types().resolve(expected) {
            Type::Literal(it) => match literal {
                Type::Literal(own) => std::mem::discriminant(it) == std::mem::discriminant(own),
                _ => false,
            },
            Type::Union(members) => members.iter().any(|it| self.wants_literal(Some(it), literal)),
            Type::Optional(inner) => self.wants_literal(Some(inner), literal),
            _ => false,
        }
    }

    fn template(&mut self, parts: &[TemplatePart], span: Span) -> Expr {
        let mut effect = Effect::Total;
        let mut typed = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                TemplatePart::Text(text, span) => {
                    typed.push(make(
                        ExprKind::String(text.as_str().into()),
                        Type::String,
                        Effect::Total,
                        *span,
                    ));
                }
                TemplatePart::Hole(hole) => {
                    let value = self.expr(hole, None);
                    effect = effect.max(value.effect);
                    self.check_hole(&value);
                    typed.push(value);
                }
            }
        }
        make(ExprKind::Template(typed), Type::String, effect, span)
    }

    fn check_hole(&mut self, value: &Expr) {
        let inner = self.types().without_null(&value.ty);
        if self.types().nullable(&value.ty) {
            let shown = self.show(&value.ty);
            self.report(wrong::missing_in_text(value.span, &shown));
        } else if !self.is_text_like(&inner) {
            let shown = self.show(&value.ty);
            self.report(wrong::not_text(value.span, &shown, self.types().resolve(&inner)));
        }
    }

    /// Whether the value has one obvious form as text.
    pub(crate) fn is_text_like(&self, ty: &Type) -> bool {
        match self.types().resolve(ty) {
            Type::Unknown | Type::Never | Type::String | Type::Int | Type::Number | Type::Boolean => true,
            Type::Timestamp | Type::Bytes | Type::Token(_) | Type::Literal(_) => true,
            Type::Union(members) => members.iter().all(|it| self.is_text_like(it)),
            Type::Null | Type::Duration | Type::Size | Type::Json | Type::Record(_) | Type::List(_) => false,
            Type::Dict(_) | Type::Optional(_) | Type::Named(_) | Type::Resource { .. } => false,
            Type::Error(_) | Type::Run(_) => false,
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Expr {
        if let Some(id) = self.find_local(name, span) {
            self.uses.insert(id);
            let value = make(ExprKind::Local(id), self.local_type(id), Effect::Total, span);
            return self.narrowed(value);
        }
        let Some(symbol) = self.symbol(name, span) else { return self.unknown_name(name, span) };
        let (kind, ty) = match symbol {
            Symbol::Param(id) => {
                let ty = self.program.params.get(id.index()).map_or(Type::Unknown, |it| it.ty.clone());
                (ExprKind::Param(id), ty)
            }
            Symbol::Const(id) => {
                let ty = self.ensure_const(id);
                return self.narrowed(make(ExprKind::Const(id), ty, Effect::Total, span));
            }
            Symbol::Resource(id) => (ExprKind::Resource(id), self.resource_type(id)),
            Symbol::Workflow(id) => {
                (ExprKind::Workflow(id), Type::Resource { kind: "workflow".into(), of: None })
            }
            Symbol::Api(_) => (ExprKind::Api(name.into()), Type::Resource { kind: "api".into(), of: None }),
            Symbol::Condition(_) => (ExprKind::Condition(name.into()), Type::Boolean),
            Symbol::Type(_) | Symbol::Error(_) | Symbol::Fn(_) | Symbol::Step(_) | Symbol::Policy(_) => {
                self.report(report::not_a_value(name, symbol.noun(), span));
                return broken(span);
            }
        };
        make(kind, ty, Effect::Total, span)
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Expr {
        if crate::prelude::global(name).is_some() {
            self.report(report::not_a_value(name, "function", span));
        } else if matches!(name, "aws" | "execution" | "stateMachine" | "state" | "stack") {
            self.report(wrong::namespace_alone(name, span));
        } else {
            let close = self.close_value(name);
            self.report(report::unknown_name(name, span, close.as_deref()));
        }
        broken(span)
    }

    /// The value with the type that tests have shown for its place.
    fn narrowed(&self, mut value: Expr) -> Expr {
        if let Some(ty) = place(&value).and_then(|it| self.body.facts.get(&it)) {
            value.ty = ty.clone();
        }
        value
    }

    fn range(&mut self, from: &ast::Expr, to: &ast::Expr, span: Span) -> Expr {
        let from = self.expr_as(from, &Type::Int, Role::new("the start of a range", ""));
        let to = self.expr_as(to, &Type::Int, Role::new("the end of a range", ""));
        let effect = from.effect.max(to.effect);
        let kind = ExprKind::Range { from: Box::new(from), to: Box::new(to) };
        make(kind, Type::list(Type::Int), effect, span)
    }

    fn field(&mut self, base: &ast::Expr, optional: bool, name: &ast::Name, span: Span) -> Expr {
        if let Ast::Name(root) = &base.kind
            && let Some(value) = self.context_field(root, base.span, name, span)
        {
            return value;
        }
        let base = self.expr(base, None);
        self.field_of(base, optional, name, span)
    }

    /// `execution.id` and the like.
    fn context_field(&mut self, root: &str, root_span: Span, name: &ast::Name, span: Span) -> Option<Expr> {
        let known = context_fields(root)?;
        if self.is_declared(root) {
            return None;
        }
        let Some((_, field, ty)) = known.iter().find(|(it, _, _)| *it == name.text) else {
            let names: Vec<&str> = known.iter().map(|(it, _, _)| *it).collect();
            let close = close(&name.text, names.iter().copied());
            self.report(report::unknown_field(name, root, &names, close.as_deref()));
            return Some(broken(span));
        };
        // What the deployment knows may stand anywhere.
        let inside = matches!(self.body.home, Home::Workflow { .. } | Home::Step | Home::Kind | Home::Fn);
        if root != "stack" && !inside {
            self.report(wrong::context_outside(root, root_span));
        }
        Some(make(ExprKind::Context(*field), ty.clone(), Effect::Total, span))
    }

    /// Whether the program itself declares that name, so that it hides a built-in one.
    pub(crate) fn is_declared(&self, name: &str) -> bool {
        self.body.scopes.iter().any(|it| it.names.contains_key(name))
            || self.resolved.lookup(self.body.file, name).is_some()
    }

    /// Reads a field of a value that is checked already.
    pub(crate) fn field_of(&mut self, base: Expr, optional: bool, name: &ast::Name, span: Span) -> Expr {
        if base.ty.is_silent() || name.text.is_empty() {
            return broken(span);
        }
        let nullable = self.types().nullable(&base.ty);
        let inner = self.types().without_null(&base.ty);
        // In a test what is missing fails the expectation, which says so.
        if nullable && !optional && self.body.home != Home::Test {
            let shown = self.show(&base.ty);
            self.report(wrong::missing_base(&base, name.span, &shown, &format!(".{}", name.text)));
            return broken(span);
        }
        let Some((kind, ty)) = self.field_type(&base, &inner, name) else { return broken(span) };
        let effect = base.effect;
        let ty = if nullable { ty.optional() } else { ty };
        let kind = match kind {
            FieldKind::Field => {
                ExprKind::Field { base: Box::new(base), name: name.text.as_str().into(), optional: nullable }
            }
            FieldKind::Key => {
                let key =
                    make(ExprKind::String(name.text.as_str().into()), Type::String, Effect::Total, name.span);
                ExprKind::Index { base: Box::new(base), index: Box::new(key), optional: nullable }
            }
            FieldKind::Attribute => {
                ExprKind::Attribute { base: Box::new(base), name: name.text.as_str().into() }
            }
            FieldKind::Error(field) => ExprKind::ErrorField { error: Box::new(base), field },
            FieldKind::Builtin(function) => ExprKind::Builtin { function, arguments: vec![base] },
        };
        self.narrowed(make(kind, ty, effect, span))
    }

    fn field_type(&mut self, base: &Expr, of: &Type, name: &ast::Name) -> Option<(FieldKind, Type)> {
        let ty = self.types().resolve(of).clone();
        match &ty {
            Type::Record(record) => {
                if let Some(field) = record.fields.get(name.text.as_str()) {
                    let to = Definition::Field { of: of.clone(), name: name.text.as_str().into() };
                    self.program.references.push(Reference { span: name.span, to });
                    return Some((FieldKind::Field, field.ty.clone()));
                }
                self.no_field(of, name, record.fields.keys().map(|it| &**it).collect());
                None
            }
            Type::Json => Some((FieldKind::Field, Type::Json)),
            Type::Dict(value) => Some((FieldKind::Key, (**value).clone().optional())),
            Type::Union(members) => self.field_of_union(base, of, members, name),
            Type::Error(_) => self.error_field(base, name),
            Type::Resource { kind, .. } => {
                let found = self.attribute_type(base, kind, name);
                found.map(|ty| (FieldKind::Attribute, ty))
            }
            Type::Run(output) => self.run_field(output, name).map(|ty| (FieldKind::Field, ty)),
            Type::List(_) | Type::String | Type::Literal(LiteralType::String(_)) if name.text == "length" => {
                Some((FieldKind::Builtin(Builtin::Length), Type::Int))
            }
            Type::Unknown | Type::Never => None,
            _ => {
                self.no_field(of, name, Vec::new());
                None
            }
        }
    }

    fn no_field(&mut self, of: &Type, name: &ast::Name, fields: Vec<&str>) {
        let shown = self.show(of);
        if self.has_method(of, &name.text) {
            self.report(wrong::method_without_call(name, &shown));
            return;
        }
        let counts = matches!(&*name.text, "size" | "len" | "count" | "Length" | "lenght");
        let counted = matches!(self.types().resolve(of), Type::List(_) | Type::String);
        let close = match counts && counted {
            true => Some("length".to_owned()),
            false => close(&name.text, fields.iter().copied()),
        };
        let mut it = report::unknown_field(name, &shown, &fields, close.as_deref());
        if let Type::List(item) = self.types().resolve(of)
            && self.has_field(item, &name.text)
        {
            let name = &name.text;
            it = it.help(format!(
                "its items have it: `xs[0].{name}`, or all of them with `xs.map(x => x.{name})`"
            ));
        }
        self.report(it);
    }

    /// A field of a union must be in every member.
    fn field_of_union(
        &mut self,
        base: &Expr,
        of: &Type,
        members: &Arc<Vec<Type>>,
        name: &ast::Name,
    ) -> Option<(FieldKind, Type)> {
        let mut joined = Type::Never;
        let mut lacking = Vec::new();
        let mut fields: Vec<Arc<str>> = Vec::new();
        for member in members.iter() {
            let found = match self.types().resolve(member) {
                Type::Record(record) => {
                    fields.extend(record.fields.keys().cloned());
                    record.fields.get(name.text.as_str()).map(|it| it.ty.clone())
                }
                Type::Json | Type::Unknown => Some(Type::Json),
                Type::Resource { .. } => {
                    let kind = self.types().resolve(member).clone();
                    let Type::Resource { kind, .. } = kind else { return None };
                    let ty = self.attribute_type(base, &kind, name)?;
                    joined = self.types().join(&joined, &ty);
                    continue;
                }
                _ => None,
            };
            match found {
                Some(ty) => joined = self.types().join(&joined, &ty),
                None => lacking.push(self.show(member)),
            }
        }
        if matches!(members.first().map(|it| self.types().resolve(it)), Some(Type::Resource { .. })) {
            return Some((FieldKind::Attribute, joined));
        }
        if lacking.is_empty() {
            return Some((FieldKind::Field, joined));
        }
        let shown = self.show(of);
        if lacking.len() == members.len() {
            let close = close(&name.text, fields.iter().map(|it| &**it));
            self.report(report::unknown_field(name, &shown, &[], close.as_deref()));
        } else {
            self.report(wrong::field_of_some(name, &shown, &lacking));
        }
        None
    }

    fn error_field(&mut self, base: &Expr, name: &ast::Name) -> Option<(FieldKind, Type)> {
        let (field, ty) = match name.text.as_str() {
            "name" | "Error" => (ErrorField::Name, Type::String),
            "message" => (ErrorField::Message, Type::String),
            "cause" | "Cause" => (ErrorField::Cause, Type::String),
            "data" => (ErrorField::Data, self.error_data(&base.ty)),
            other => {
                let names = ["name", "message", "cause", "data"];
                let close = close(other, names);
                self.report(report::unknown_field(name, "error", &names, close.as_deref()));
                return None;
            }
        };
        Some((FieldKind::Error(field), ty))
    }

    fn error_data(&self, ty: &Type) -> Type {
        let Type::Error(ids) = ty else { return Type::Json };
        let data = ids.iter().map(|id| self.program.errors.get(id.0 as usize).and_then(|it| it.data.clone()));
        let data: Vec<Type> = data.map(|it| it.unwrap_or(Type::Null)).collect();
        if data.is_empty() { Type::Json } else { self.types().union(data) }
    }

    fn index(&mut self, base: &ast::Expr, optional: bool, index: &ast::Expr, span: Span) -> Expr {
        let base = self.expr(base, None);
        if let Ast::Literal(Literal::String(name)) = &index.kind {
            let inner = self.types().without_null(&base.ty);
            if !matches!(self.types().resolve(&inner), Type::Dict(_) | Type::List(_)) {
                return self.field_of(
                    base,
                    optional,
                    &ast::Name { text: name.clone(), span: index.span },
                    span,
                );
            }
        }
        if base.ty.is_silent() {
            self.expr(index, None);
            return broken(span);
        }
        let nullable = self.types().nullable(&base.ty);
        if nullable && !optional && self.body.home != Home::Test {
            let shown = self.show(&base.ty);
            self.report(wrong::missing_base(&base, index.span, &shown, "[…]"));
            self.expr(index, None);
            return broken(span);
        }
        let inner = self.types().without_null(&base.ty);
        let inner = self.types().resolve(&inner).clone();
        let (index, ty) = match &inner {
            Type::List(item) => {
                (self.expr_as(index, &Type::Int, Role::new("the index of a list", "")), (**item).clone())
            }
            Type::Dict(value) => {
                (self.expr_as(index, &Type::String, Role::new("the key of a dict", "")), (**value).clone())
            }
            Type::Json => (self.expr(index, None), Type::Json),
            Type::Record(_) => {
                let key = self.expr(index, None);
                self.report(wrong::computed_field(key.span));
                return broken(span);
            }
            _ => {
                self.expr(index, None);
                let shown = self.show(&base.ty);
                self.report(wrong::not_indexable(base.span, &shown));
                return broken(span);
            }
        };
        let effect = base.effect.max(index.effect);
        let kind = ExprKind::Index { base: Box::new(base), index: Box::new(index), optional: nullable };
        make(kind, ty.optional(), effect, span)
    }

    fn slice(
        &mut self,
        base: &ast::Expr,
        from: Option<&ast::Expr>,
        to: Option<&ast::Expr>,
        span: Span,
    ) -> Expr {
        let base = self.expr(base, None);
        let mut bound = |it: Option<&ast::Expr>| {
            it.map(|it| Box::new(self.expr_as(it, &Type::Int, Role::new("the bound of a slice", ""))))
        };
        let (from, to) = (bound(from), bound(to));
        let effects = [Some(&base), from.as_deref(), to.as_deref()];
        let effect = effects.iter().flatten().map(|it| it.effect).max().unwrap_or_default();
        let ty = match self.types().resolve(&base.ty) {
            Type::List(_) => base.ty.clone(),
            Type::String | Type::Literal(LiteralType::String(_)) => Type::String,
            Type::Json | Type::Unknown | Type::Never => Type::Json,
            Type::Optional(_) => {
                let shown = self.show(&base.ty);
                self.report(wrong::missing_base(&base, span, &shown, "[…]"));
                return broken(span);
            }
            _ => {
                let shown = self.show(&base.ty);
                self.report(wrong::not_indexable(base.span, &shown));
                return broken(span);
            }
        };
        make(ExprKind::Slice { base: Box::new(base), from, to }, ty, effect, span)
    }

    fn cast(&mut self, value: &ast::Expr, ty: &ast::TypeExpr, span: Span) -> Expr {
        let wanted = self.type_expr(ty);
        let value = self.expr(value, None);
        let effect = value.effect;
        if !value.ty.is_silent() && !self.types().overlap(&value.ty, &wanted) {
            let (from, to) = (self.show(&value.ty), self.show(&wanted));
            self.report(wrong::impossible_cast(span, &from, &to));
        }
        make(ExprKind::Cast(Box::new(value)), wanted, effect, span)
    }
}

/// How a field is read.
enum FieldKind {
    Field,
    Key,
    Attribute,
    Error(ErrorField),
    Builtin(Builtin),
}

/// The execution's own facts.
fn context_fields(root: &str) -> Option<&'static [(&'static str, ContextField, Type)]> {
    use ContextField as C;
    const EXECUTION: &[(&str, ContextField, Type)] = &[
        ("id", C::ExecutionId, Type::String),
        ("name", C::ExecutionName, Type::String),
        ("startTime", C::ExecutionStartTime, Type::Timestamp),
        ("input", C::ExecutionInput, Type::Json),
    ];
    const MACHINE: &[(&str, ContextField, Type)] =
        &[("id", C::StateMachineId, Type::String), ("name", C::StateMachineName, Type::String)];
    const STATE: &[(&str, ContextField, Type)] = &[
        ("name", C::StateName, Type::String),
        ("enteredTime", C::StateEnteredTime, Type::Timestamp),
        ("retryCount", C::StateRetryCount, Type::Int),
    ];
    const STACK: &[(&str, ContextField, Type)] = &[
        ("region", C::Region, Type::String),
        ("account", C::Account, Type::String),
        ("partition", C::Partition, Type::String),
        ("urlSuffix", C::UrlSuffix, Type::String),
        ("id", C::StackId, Type::String),
        ("name", C::StackName, Type::String),
    ];
    Some(match root {
        "stack" => STACK,
        "execution" => EXECUTION,
        "stateMachine" => MACHINE,
        "state" => STATE,
        _ => return None,
    })
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/'))
}

/// `2026-11-21T09:00:00Z`, the only form that a `Wait` takes: RFC 3339 with `T` and a zone.
pub(crate) fn is_rfc3339(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let fits = |(byte, want): (&u8, &u8)| if *want == b'd' { byte.is_ascii_digit() } else { byte == want };
    if bytes.len() <= shape.len() || !bytes.iter().zip(shape).all(fits) {
        return false;
    }
    let rest = text.get(shape.len()..).unwrap_or("");
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|it| it.parse::<u32>().ok());
    let sane = number(5..7).is_some_and(|it| (1..=12).contains(&it))
        && number(8..10).is_some_and(|it| (1..=31).contains(&it))
        && number(11..13).is_some_and(|it| it < 24)
        && number(14..16).is_some_and(|it| it < 60);
    let offset = zone.len() == 6
        && zone.starts_with(['+', '-'])
        && zone.bytes().enumerate().skip(1).all(|(i, b)| if i == 3 { b == b':' } else { b.is_ascii_digit() });
    sane && (zone == "Z" || offset)
}

/// `{ name }`, which is a block.
fn lone_name(expr: &ast::Expr) -> Option<&str> {
    let Ast::Block { label: None, block } = &expr.kind else { return None };
    match block.statements.as_slice() {
        [ast::Stmt { kind: ast::StmtKind::Expr(ast::Expr { kind: Ast::Name(name), .. }), .. }] => Some(name),
        _ => None,
    }
}
