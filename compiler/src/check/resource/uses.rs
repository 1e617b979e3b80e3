//! `uses: [orders.get, alerts, fulfil, complete, aws.s3.listBuckets]`: what a function's code may do.

use crate::check::Ctx;
use crate::diagnostics::{close, resources as report};
use crate::resolve::Symbol;
use crate::source::FileId;
use crate::syntax::ast::{Element, Expr, ExprKind, Name};
use crate::typed::resource::{Use, UseTarget};
use crate::typed::{Definition, Reference, ResourceId};

pub(super) fn uses(ctx: &mut Ctx<'_>, file: FileId, value: &Expr) -> Vec<Use> {
    let ExprKind::List(elements) = &value.kind else {
        ctx.report(report::uses_no_list(value.span));
        return Vec::new();
    };
    let mut all = Vec::new();
    for element in elements {
        let item = match element {
            Element::Item(item) => item,
            Element::Spread(_, span) => {
                ctx.report(report::not_usable(*span));
                continue;
            }
        };
        if let Some(target) = target(ctx, file, item) {
            all.push(Use { target, span: item.span });
        }
    }
    all
}

fn target(ctx: &mut Ctx<'_>, file: FileId, item: &Expr) -> Option<UseTarget> {
    match &item.kind {
        ExprKind::Missing => None,
        ExprKind::Name(name) if matches!(name.as_str(), "complete" | "reject" | "beat") => {
            Some(UseTarget::Token)
        }
        ExprKind::Name(name) => match symbol(ctx, file, name, item)? {
            Symbol::Resource(id) => Some(UseTarget::Resource(id)),
            Symbol::Workflow(id) => Some(UseTarget::Workflow(id)),
            _ => wrong(ctx, item),
        },
        ExprKind::Field { base, name, .. } => match &base.kind {
            ExprKind::Name(resource) => match symbol(ctx, file, resource, base)? {
                Symbol::Resource(id) => method(ctx, id, name),
                _ => wrong(ctx, item),
            },
            ExprKind::Field { base: root, name: service, .. } if is_aws(root) => action(ctx, service, name),
            _ => wrong(ctx, item),
        },
        _ => wrong(ctx, item),
    }
}

fn wrong(ctx: &mut Ctx<'_>, item: &Expr) -> Option<UseTarget> {
    ctx.report(report::not_usable(item.span));
    None
}

fn is_aws(root: &Expr) -> bool {
    match &root.kind {
        ExprKind::Name(name) => name == "aws",
        ExprKind::Field { base, name, .. } => name.text == "sdk" && is_aws(base),
        _ => false,
    }
}

fn symbol(ctx: &mut Ctx<'_>, file: FileId, name: &str, at: &Expr) -> Option<Symbol> {
    match ctx.resolved.lookup(file, name) {
        Some(found) => {
            ctx.program.references.push(Reference { span: at.span, to: Definition::Item(found.span) });
            Some(found.symbol)
        }
        None => {
            let names = ctx.resolved.scopes.get(file.0 as usize);
            let close = close(name, names.into_iter().flat_map(|it| it.keys().map(|it| &**it)));
            ctx.report(crate::diagnostics::names::unknown_name(name, at.span, close.as_deref()));
            None
        }
    }
}

fn method(ctx: &mut Ctx<'_>, id: ResourceId, name: &Name) -> Option<UseTarget> {
    let kind = ctx.program.resources.get(id.index())?.kind.clone()?;
    let known = ctx.program.kinds.kinds.get(&kind)?;
    if known.methods.contains_key(name.text.as_str()) {
        return Some(UseTarget::Method(id, name.text.as_str().into()));
    }
    let close = close(&name.text, known.methods.keys().map(|it| &**it));
    let all: Vec<String> = known.methods.keys().map(ToString::to_string).collect();
    ctx.report(report::unknown_method(name, &kind, close.as_deref(), &all));
    None
}

fn action(ctx: &mut Ctx<'_>, service: &Name, action: &Name) -> Option<UseTarget> {
    match crate::aws::action(&service.text, &action.text, crate::aws::Flavor::Sdk) {
        crate::aws::Lookup::Found(_) => Some(UseTarget::Aws {
            service: service.text.as_str().into(),
            action: action.text.as_str().into(),
        }),
        crate::aws::Lookup::NoService { close } => {
            ctx.report(report::unknown_service(service, close.first().copied()));
            None
        }
        crate::aws::Lookup::NoAction { close, .. } => {
            ctx.report(report::unknown_action(action, &service.text, close.first().copied()));
            None
        }
    }
}
