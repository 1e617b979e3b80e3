//! Settings of the app, parameters, conditions and outputs.

use indexmap::IndexMap;

use super::by_name;
use crate::check::attributes::On;
use crate::check::declare::{arc, docs};
use crate::check::expr::Role;
use crate::check::{Body, Ctx, Home};
use crate::diagnostics::{close, resources as report};
use crate::source::FileId;
use crate::syntax::ast::{self, ItemKind};
use crate::typed::{self, Expr, ExprKind};
use crate::types::Type;

type Known<'k> = &'k [(&'k str, Type)];

/// Settings of something that isn't of a kind.
fn settings(
    ctx: &mut Ctx<'_>,
    file: FileId,
    fields: &[ast::Field],
    what: &str,
    known: Known<'_>,
) -> IndexMap<String, Expr> {
    let mut all = IndexMap::new();
    for (name, value) in by_name(ctx, fields) {
        match known.iter().find(|(it, _)| *it == name.text) {
            Some((_, ty)) => {
                let value = ctx.setting_value(file, value, ty, &name.text);
                all.insert(name.text.clone(), value);
            }
            None => {
                let names: Vec<&str> = known.iter().map(|(it, _)| *it).collect();
                let close = close(&name.text, names.iter().copied());
                ctx.report(report::unknown_setting(name, what, &names, close.as_deref(), false));
                ctx.free_value(file, value);
            }
        }
    }
    all
}

/// The same for APIs and routes.
pub(super) fn settings_of(
    ctx: &mut Ctx<'_>,
    file: FileId,
    fields: &[ast::Field],
    what: &str,
    known: Known<'_>,
) -> IndexMap<String, Expr> {
    settings(ctx, file, fields, what, known)
}

pub(super) fn app(ctx: &mut Ctx<'_>) {
    let known = [("tags", Type::dict(Type::String)), ("retry", Type::Json)];
    let mut first: Option<typed::App> = None;
    for (at, item) in ctx.resolved.items() {
        let ItemKind::App(decl) = &item.kind else { continue };
        let is_retry = |it: &ast::Field| matches!(it, ast::Field::Named { name, .. } if name.text == "retry");
        let (retries, others): (Vec<_>, Vec<_>) = decl.settings.iter().cloned().partition(is_retry);
        let settings = settings(ctx, at.file, &others, "app", &known);
        let retry = by_name(ctx, &retries).first().map(|(_, value)| (*value).clone());
        let retry = retry.and_then(|it| super::retry::default_retry(ctx, at.file, &it));
        if let Some(first) = &first {
            ctx.report(report::second_app(&decl.name, first.span));
            continue;
        }
        ctx.program.app.settings = settings;
        ctx.program.app.retry = retry;
        first = Some(ctx.program.app.clone());
    }
}

pub(super) fn params(ctx: &mut Ctx<'_>) {
    for (index, at) in ctx.resolved.params.iter().enumerate() {
        let Some(ItemKind::Param(decl)) = ctx.item(*at).map(|it| &it.kind) else { continue };
        let known = [
            ("description", Type::String),
            ("pattern", Type::String),
            ("secret", Type::Boolean),
            ("min", Type::Number),
            ("max", Type::Number),
            ("type", Type::String),
        ];
        let settings = settings(ctx, at.file, &decl.settings, "param", &known);
        let ty = ctx.program.params.get(index).map_or(Type::Unknown, |it| it.ty.clone());
        if !deployable(ctx, &ty) {
            let shown = ctx.show(&ty);
            let span = decl.ty.as_ref().map_or(decl.name.span, |it| it.span);
            ctx.report(report::param_type(&shown, span));
        }
        if let Some(it) = ctx.program.params.get_mut(index) {
            it.settings = settings;
        }
    }
}

/// Whether CloudFormation has parameters of this type: text, numbers, booleans, a choice of them, lists.
fn deployable(ctx: &Ctx<'_>, ty: &Type) -> bool {
    match ctx.types().resolve(ty) {
        Type::String | Type::Int | Type::Number | Type::Boolean | Type::Unknown | Type::Literal(_) => true,
        Type::Duration | Type::Size => true,
        Type::List(item) => matches!(ctx.types().resolve(item), Type::String | Type::Int | Type::Number),
        Type::Union(members) => members.iter().all(|it| matches!(ctx.types().resolve(it), Type::Literal(_))),
        _ => false,
    }
}

pub(super) fn conditions(ctx: &mut Ctx<'_>) {
    for (index, at) in ctx.resolved.conditions.iter().enumerate() {
        let Some(ItemKind::Condition(decl)) = ctx.item(*at).map(|it| &it.kind) else { continue };
        let body = Body::new(at.file, Home::Setting);
        let role = Role::new("condition", &decl.name.text);
        let (value, _) = ctx.in_body(body, |ctx| ctx.expr_as(&decl.value, &Type::Boolean, role));
        if let Some(it) = ctx.program.conditions.get_mut(index) {
            it.value = value;
        }
    }
}

pub(super) fn outputs(ctx: &mut Ctx<'_>) {
    let mut names: Vec<(String, crate::source::Span)> = Vec::new();
    for (at, item) in ctx.resolved.items() {
        let ItemKind::Output(decl) = &item.kind else { continue };
        if let Some((_, first)) = names.iter().find(|(it, _)| *it == decl.name.text) {
            ctx.report(report::output_twice(&decl.name, *first));
        }
        names.push((decl.name.text.clone(), decl.name.span));
        let value = ctx.free_value(at.file, &decl.value);
        if matches!(value.kind, ExprKind::Resource(_) | ExprKind::Workflow(_) | ExprKind::Api(_)) {
            ctx.report(report::output_of_resource(value.span));
        }
        let known = [("export", Type::String), ("description", Type::String)];
        let settings = settings(ctx, at.file, &decl.settings, "output", &known);
        let body = Body::new(at.file, Home::Setting);
        let (attributes, _) = ctx.in_body(body, |ctx| ctx.attributes(&item.attributes, On::Output));
        let (name, docs, span) = (arc(&decl.name), docs(item), decl.name.span);
        ctx.program.outputs.push(typed::Output { name, value, settings, attributes, docs, span });
    }
}
