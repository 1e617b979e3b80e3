//! `on source(filters) as event when … -> …`

use std::sync::Arc;

use indexmap::IndexMap;

use crate::check::attributes::On;
use crate::check::declare::arc;
use crate::check::expr::Role;
use crate::check::{Body, Ctx, Home};
use crate::diagnostics::{close, resources as report};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ExprKind as Ast, ItemKind};
use crate::typed::resource::{Action, Trigger};
use crate::typed::{Expr, ExprKind, LocalId, ResourceId, Target};
use crate::types::Type;

pub(super) fn triggers(ctx: &mut Ctx<'_>) {
    for (at, item) in ctx.resolved.items() {
        let ItemKind::On(decl) = &item.kind else { continue };
        if let Some(trigger) = trigger(ctx, at.file, item, decl) {
            ctx.program.triggers.push(trigger);
        }
    }
}

/// What a trigger waits for.
struct Source<'a> {
    resource: Option<ResourceId>,
    event: Arc<str>,
    kind: Arc<str>,
    /// The event's name in its kind.
    member: Arc<str>,
    arguments: &'a [ast::Argument],
    span: Span,
}

fn trigger(ctx: &mut Ctx<'_>, file: FileId, item: &ast::Item, decl: &ast::OnDecl) -> Option<Trigger> {
    let source = source(ctx, file, &decl.source);
    let event = source.as_ref().and_then(|it| event_type(ctx, it));
    let slip =
        source.as_ref().filter(|_| decl.event.is_none()).and_then(|it| named_in_parentheses(ctx, file, it));
    let filters = match (&source, &slip) {
        (Some(source), None) => filters(ctx, file, source),
        _ => IndexMap::new(),
    };
    let mut binder = None;
    let body = Body::new(file, Home::Action);
    let ((when, action), _) = ctx.in_body(body, |ctx| {
        if let Some(name) = decl.event.as_ref().or(slip.as_ref()) {
            binder = Some(ctx.bind(name, event.clone().unwrap_or(Type::Unknown), false));
        }
        let role = Role::new("condition", "");
        let when = decl.when.as_ref().map(|it| ctx.expr_as(it, &Type::Boolean, role));
        let facts = when.as_ref().map(|it| ctx.facts_of(it, true)).unwrap_or_default();
        let (action, _) = ctx.with_facts(facts, |ctx| action(ctx, &decl.action));
        (when, action)
    });
    let body = Body::new(file, Home::Setting);
    let (attributes, _) = ctx.in_body(body, |ctx| ctx.attributes(&item.attributes, On::Trigger));
    let source = source?;
    check_action(ctx, &action);
    Some(Trigger {
        source: source.resource,
        event: source.event,
        filters,
        binder,
        when,
        action,
        settings: IndexMap::new(),
        attributes,
        span: item.span,
    })
}

/// The call of a trigger or route.
pub(super) fn action(ctx: &mut Ctx<'_>, action: &ast::Action) -> Action {
    let call = ctx.call_action(action);
    let span = action.start.map_or(call.span, |start| start.to(call.span));
    Action { start: action.start.is_some(), call, span }
}

fn check_action(ctx: &mut Ctx<'_>, action: &Action) {
    let ExprKind::Call(call) = &action.call.kind else {
        if !matches!(action.call.kind, ExprKind::Error) {
            ctx.report(report::action_no_call(action.span));
        }
        return;
    };
    match &call.target {
        Target::Workflow(id) => {
            let name = ctx.program.workflows.get(id.index()).map(|it| it.name.clone());
            if !action.start {
                ctx.report(report::start_missing(action.span, name.as_deref().unwrap_or_default()));
            }
        }
        Target::Resource(id) => {
            let kind = ctx.program.resources.get(id.index()).and_then(|it| it.kind.clone());
            if kind.as_deref() != Some("function") {
                ctx.report(report::trigger_target(action.span, kind.as_deref().unwrap_or("resource")));
            }
        }
        Target::Aws { .. } | Target::Method { .. } => {
            ctx.report(report::trigger_target(action.span, "call"));
        }
        Target::Complete | Target::Reject(_) | Target::Beat => {
            ctx.report(report::trigger_target(action.span, "task token"));
        }
    }
}

/// `invoices.created(…)`, `schedule("…")`, `bus.event(…)`
fn source<'a>(ctx: &mut Ctx<'_>, file: FileId, expr: &'a ast::Expr) -> Option<Source<'a>> {
    let (callee, arguments) = match &expr.kind {
        Ast::Call { callee, arguments, .. } => (&**callee, arguments.as_slice()),
        _ => (expr, &[][..]),
    };
    match &callee.kind {
        Ast::Missing => None,
        Ast::Name(name) if name == "schedule" && ctx.resolved.lookup(file, name).is_none() => Some(Source {
            resource: None,
            event: "schedule".into(),
            kind: "schedule".into(),
            member: "tick".into(),
            arguments,
            span: callee.span,
        }),
        Ast::Field { base, name, .. } => match &base.kind {
            Ast::Name(root) if root == "bus" && ctx.resolved.lookup(file, root).is_none() => Some(Source {
                resource: None,
                event: arc(name),
                kind: "bus".into(),
                member: arc(name),
                arguments,
                span: name.span,
            }),
            Ast::Name(_) => of_resource(ctx, file, base, name, arguments),
            _ => {
                ctx.report(report::no_source(callee.span));
                None
            }
        },
        _ => {
            ctx.report(report::no_source(callee.span));
            None
        }
    }
}

fn of_resource<'a>(
    ctx: &mut Ctx<'_>,
    file: FileId,
    base: &ast::Expr,
    event: &ast::Name,
    arguments: &'a [ast::Argument],
) -> Option<Source<'a>> {
    let value = ctx.free_value(file, base);
    let resource = match value.kind {
        ExprKind::Resource(id) => id,
        ExprKind::Error => return None,
        _ => {
            ctx.report(report::no_source(base.span));
            return None;
        }
    };
    let kind = ctx.program.resources.get(resource.index())?.kind.clone();
    let Some(kind) = kind else {
        ctx.report(report::no_events("resource", base.span));
        return None;
    };
    Some(Source {
        resource: Some(resource),
        event: arc(event),
        member: arc(event),
        kind,
        arguments,
        span: event.span,
    })
}

/// The type of the event, with the resource's own type in it; reports an event that the kind doesn't have.
fn event_type(ctx: &mut Ctx<'_>, source: &Source<'_>) -> Option<Type> {
    let kind = ctx.program.kinds.kinds.get(&source.kind)?;
    let Some(event) = kind.events.get(&source.member) else {
        let names: Vec<String> = kind.events.keys().map(ToString::to_string).collect();
        let close = close(&source.member, names.iter().map(String::as_str));
        ctx.report(report::unknown_event(
            &source.member,
            source.span,
            &source.kind,
            close.as_deref(),
            &names,
        ));
        return None;
    };
    let of =
        source.resource.and_then(|it| ctx.program.resources.get(it.index())).and_then(|it| it.of.clone());
    Some(event.ty.with_of(&of.unwrap_or(Type::Json)))
}

/// What a filter may be: its name and type.
fn known_filters(ctx: &Ctx<'_>, source: &Source<'_>) -> Vec<(Arc<str>, Type)> {
    let Some(kind) = ctx.program.kinds.kinds.get(&source.kind) else { return Vec::new() };
    let Some(event) = kind.events.get(&source.member) else { return Vec::new() };
    // A schedule of its own has no declaration: the settings of its kind stand in the parentheses.
    let settings = kind.settings.iter().filter(|_| source.resource.is_none() && &*source.kind == "schedule");
    let settings = settings.map(|(name, it)| (name.clone(), it.ty.clone()));
    settings.chain(event.filters.iter().map(|(name, it)| (name.clone(), it.ty.clone()))).collect()
}

fn filters(ctx: &mut Ctx<'_>, file: FileId, source: &Source<'_>) -> IndexMap<String, Expr> {
    let known = known_filters(ctx, source);
    let mut given = IndexMap::new();
    for (at, argument) in source.arguments.iter().enumerate() {
        let wanted = match &argument.name {
            Some(name) => known.iter().find(|(it, _)| **it == *name.text),
            None => known.get(at),
        };
        let Some((name, ty)) = wanted else {
            let close =
                argument.name.as_ref().and_then(|it| close(&it.text, known.iter().map(|(it, _)| &**it)));
            let names: Vec<String> = known.iter().map(|(it, _)| it.to_string()).collect();
            ctx.report(report::unknown_filter(argument, &source.member, close.as_deref(), &names));
            ctx.free_value(file, &argument.value);
            continue;
        };
        let at = &*source.kind == "schedule" && &**name == "at";
        if let (true, Ast::Duration(milliseconds)) = (at, &argument.value.kind) {
            ctx.report(report::schedule_as_time(argument.value.span, &rate(*milliseconds)));
            continue;
        }
        let value = ctx.setting_value(file, &argument.value, &ty.clone().optional(), name);
        if at {
            super::bounds::schedule(ctx, &value);
        }
        given.insert(name.to_string(), value);
    }
    given
}

/// `on jobs.message(event) -> …`: the name that the event was meant to get.
fn named_in_parentheses(ctx: &mut Ctx<'_>, file: FileId, source: &Source<'_>) -> Option<ast::Name> {
    let [ast::Argument { name: None, value, .. }] = source.arguments else { return None };
    let Ast::Name(text) = &value.kind else { return None };
    if ctx.resolved.lookup(file, text).is_some() {
        return None;
    }
    let name = ast::Name { text: text.clone(), span: value.span };
    ctx.report(report::event_in_parentheses(&name, &source.member));
    Some(name)
}

/// `"rate(1 day)"` of a duration.
fn rate(milliseconds: u64) -> String {
    let minutes = (milliseconds / 60_000).max(1);
    let (count, unit) = match minutes {
        _ if minutes.is_multiple_of(1440) => (minutes / 1440, "day"),
        _ if minutes.is_multiple_of(60) => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("\"rate({count} {unit}{})\"", if count == 1 { "" } else { "s" })
}

/// A local of an action, for routes.
pub(super) fn bound(ctx: &mut Ctx<'_>, name: &ast::Name, ty: Type) -> LocalId {
    ctx.bind(name, ty, false)
}
