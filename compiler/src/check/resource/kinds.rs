//! `kind queue of T { … }` → [`Kind`]: first what others may ask of it, then its expressions.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{as_record, standard};
use crate::check::declare::{arc, docs};
use crate::check::expr::Role;
use crate::check::{Body, Ctx, Home, broken};
use crate::diagnostics::resources as report;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ItemKind, KindDecl, KindMember};
use crate::typed::resource::{
    AttributeValue, Event, EventFilter, Grant, Kind, KindScope, Method, MethodBody, Part, Setting,
};
use crate::typed::{Expr, LocalId};
use crate::types::{Type, TypeId};

/// Every kind of the standard library that the program names, and every one that it declares.
pub(super) fn declare<'a>(ctx: &mut Ctx<'a>) {
    let mut all: Vec<(FileId, &'a ast::Item)> = Vec::new();
    for (file, item) in standard::items(&standard::named(&ctx.resolved.sources)) {
        all.push((file, item));
    }
    all.extend(ctx.resolved.items().map(|(at, item)| (at.file, item)));
    all.retain(|(_, item)| match &item.kind {
        ItemKind::Kind(decl) => name(ctx, item, decl),
        _ => false,
    });
    for (file, item) in &all {
        if let ItemKind::Kind(decl) = &item.kind {
            with_t(ctx, decl, |ctx| surface(ctx, *file, decl));
        }
    }
    for (file, item) in &all {
        if let ItemKind::Kind(decl) = &item.kind {
            with_t(ctx, decl, |ctx| inside(ctx, *file, decl));
        }
    }
}

/// `T` stands for the resource's own type.
fn with_t(ctx: &mut Ctx<'_>, decl: &KindDecl, check: impl FnOnce(&mut Ctx<'_>)) {
    if let Some(of) = &decl.of {
        ctx.type_params.push((arc(of), Type::Named(TypeId::OF)));
    }
    check(ctx);
    if decl.of.is_some() {
        ctx.type_params.pop();
    }
}

/// Whether the kind is new.
fn name(ctx: &mut Ctx<'_>, item: &ast::Item, decl: &KindDecl) -> bool {
    if let Some(known) = ctx.program.kinds.kinds.get(decl.name.text.as_str()) {
        let first = known.span;
        ctx.report(report::kind_twice(&decl.name, (!standard::is_standard(first)).then_some(first)));
        return false;
    }
    let mut local = |name: &str, ty: Type| ctx.new_local(name, ty, false, decl.name.span);
    let of = decl.of.as_ref().map(|_| Arc::new(Type::Named(TypeId::OF)));
    let tag = Type::record([("Key", Type::String), ("Value", Type::String)]);
    let scope = KindScope {
        this: local("this", Type::Resource { kind: arc(&decl.name), of }),
        existing: local("existing", Type::String),
        named: local("named", Type::Boolean),
        addressed: local("addressed", Type::Boolean),
        located: local("located", Type::Boolean),
        tags: local("tags", Type::list(tag).optional()),
        description: local("description", Type::String.optional()),
        alias: local("alias", Type::String.optional()),
        label: local("label", Type::String),
        permissions: local("permissions", Type::list(Type::Json)),
        fields: local("fields", Type::dict(Type::String)),
    };
    let kind = Kind {
        name: arc(&decl.name),
        docs: docs(item),
        generic: decl.of.is_some(),
        callable: item.attributes.iter().any(|it| it.name.text == "callable"),
        settings: IndexMap::new(),
        methods: IndexMap::new(),
        attributes: IndexMap::new(),
        values: IndexMap::new(),
        parts: IndexMap::new(),
        events: IndexMap::new(),
        grants: Vec::new(),
        scope,
        span: decl.name.span,
    };
    ctx.program.kinds.kinds.insert(arc(&decl.name), kind);
    true
}

fn edit(ctx: &mut Ctx<'_>, decl: &KindDecl, change: impl FnOnce(&mut Kind)) {
    if let Some(kind) = ctx.program.kinds.kinds.get_mut(decl.name.text.as_str()) {
        change(kind);
    }
}

/// Names and types of the members.
fn surface(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl) {
    for member in &decl.members {
        let body = Body::new(file, Home::Setting);
        let ((), _) = ctx.in_body(body, |ctx| match member.word.text.as_str() {
            "setting" => setting(ctx, decl, member),
            "resource" => part(ctx, file, decl, member),
            "attribute" => attribute(ctx, decl, member),
            "method" => method(ctx, decl, member),
            "event" => event(ctx, decl, member),
            "grant" => grant(ctx, decl, member),
            _ => ctx.report(report::unknown_member(&member.word)),
        });
    }
}

fn member_docs(member: &KindMember) -> Option<Arc<str>> {
    member.docs.as_deref().map(Arc::from)
}

fn member_type(ctx: &mut Ctx<'_>, member: &KindMember) -> Type {
    match &member.ty {
        Some(ty) => ctx.type_expr(ty),
        None => {
            ctx.report(report::member_without_type(member));
            Type::Unknown
        }
    }
}

fn setting(ctx: &mut Ctx<'_>, decl: &KindDecl, member: &KindMember) {
    let ty = member_type(ctx, member);
    let required = member.value.is_none() && !ctx.types().nullable(&ty);
    let local = ctx.new_local(&member.name.text, ty.clone(), false, member.name.span);
    let default = member.value.as_ref().map(|it| broken(it.span));
    let setting = Setting { ty, default, required, docs: member_docs(member), local, span: member.name.span };
    edit(ctx, decl, |kind| drop(kind.settings.insert(arc(&member.name), setting)));
}

fn part(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl, member: &KindMember) {
    let Some(cfn_type) = &member.cfn_type else {
        ctx.report(report::member_without_type(member));
        return;
    };
    let ty = handle_type(ctx, file, decl, &member.name.text);
    let local = ctx.new_local(&member.name.text, ty, false, member.name.span);
    let part = Part {
        cfn_type: arc(cfn_type),
        local,
        properties: broken(member.span),
        when: None,
        after: after(member),
        span: member.name.span,
    };
    edit(ctx, decl, |kind| drop(kind.parts.insert(arc(&member.name), part)));
}

/// The names in `@after(…)`.
fn after(member: &KindMember) -> Vec<Arc<str>> {
    let attributes = member.attributes.iter().filter(|it| it.name.text == "after");
    let names = attributes.flat_map(|it| &it.arguments).filter_map(|it| match &it.value.kind {
        ast::ExprKind::Name(name) => Some(name.as_str().into()),
        _ => None,
    });
    names.collect()
}

/// A handle has the attributes that the kind reads from it; CloudFormation's schema says which there are.
fn handle_type(ctx: &Ctx<'_>, file: FileId, decl: &KindDecl, name: &str) -> Type {
    let source = standard::source(file).or_else(|| ctx.resolved.sources.get(file.0 as usize));
    let span = decl.members.iter().map(|it| it.span).reduce(Span::to);
    let text = source.zip(span).map_or("", |(source, span)| source.slice(span));
    let mut fields = vec![("ref", Type::String)];
    let wanted = format!("{name}.");
    for (at, _) in text.match_indices(&wanted) {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        if before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == '.') {
            continue;
        }
        let rest = text.get(at + wanted.len()..).unwrap_or_default();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        if let Some(field) = rest.get(..end).filter(|it| !it.is_empty()) {
            fields.push((field, Type::String));
        }
    }
    Type::record(fields)
}

fn attribute(ctx: &mut Ctx<'_>, decl: &KindDecl, member: &KindMember) {
    let ty = member_type(ctx, member);
    edit(ctx, decl, |kind| drop(kind.attributes.insert(arc(&member.name), ty)));
}

fn method(ctx: &mut Ctx<'_>, decl: &KindDecl, member: &KindMember) {
    let mut params = Vec::new();
    let mut options = IndexMap::new();
    for param in &member.signature.params {
        let ty = ctx.param_type(param);
        if ctx.types().nullable(&ty) && !matches!(ctx.types().resolve(&ty), Type::Json | Type::Null) {
            options.insert(arc(&param.name), ty);
        } else if is_optional(param) {
            options.insert(arc(&param.name), Type::Json);
        } else {
            params.push((arc(&param.name), ty));
        }
    }
    let result = member.signature.result.as_ref().map_or(Type::Null, |it| ctx.type_expr(it));
    let method =
        Method { params, options, result, body: None, docs: member_docs(member), span: member.name.span };
    edit(ctx, decl, |kind| drop(kind.methods.insert(arc(&member.name), method)));
}

/// `json?` is `json`, but says that the argument may be left out.
fn is_optional(param: &ast::Param) -> bool {
    param.ty.as_ref().is_some_and(|it| matches!(it.kind, ast::TypeKind::Optional(_)))
}

fn event(ctx: &mut Ctx<'_>, decl: &KindDecl, member: &KindMember) {
    let mut filters = IndexMap::new();
    for param in &member.signature.params {
        let ty = ctx.param_type(param);
        let local = ctx.new_local(&param.name.text, ty.clone(), false, param.name.span);
        let default = param.default.as_ref().map(|it| broken(it.span));
        filters.insert(arc(&param.name), EventFilter { ty, default, local });
    }
    let ty = member.signature.result.as_ref().map_or(Type::Json, |it| ctx.type_expr(it));
    let event = Event {
        filters,
        ty,
        carrier: broken(member.span),
        docs: member_docs(member),
        span: member.name.span,
    };
    edit(ctx, decl, |kind| drop(kind.events.insert(arc(&member.name), event)));
}

fn grant(ctx: &mut Ctx<'_>, decl: &KindDecl, member: &KindMember) {
    let of = member.signature.params.iter().map(|it| arc(&it.name)).collect();
    let grant =
        Grant { name: arc(&member.name), of, value: broken(member.span), when: None, span: member.name.span };
    edit(ctx, decl, |kind| kind.grants.push(grant));
}

/// The expressions of the members.
fn inside(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl) {
    let mut grants = 0;
    for member in &decl.members {
        let name = member.name.text.as_str();
        match member.word.text.as_str() {
            "setting" => {
                if let Some(default) = &member.value {
                    let ty = kind(ctx, decl).and_then(|it| it.settings.get(name)).map(|it| it.ty.clone());
                    let ty = ty.unwrap_or(Type::Unknown);
                    let value = in_kind(ctx, file, decl, &[], |ctx| {
                        let default = super::words::with_words(ctx, file, default, &ty);
                        ctx.expr_as(&default, &ty, Role::new("default", name))
                    });
                    edit(ctx, decl, |kind| {
                        if let Some(it) = kind.settings.get_mut(name) {
                            it.default = Some(value);
                        }
                    });
                }
            }
            "resource" => {
                let properties = as_record(member.body.as_deref().unwrap_or_default(), member.span);
                let properties = in_kind(ctx, file, decl, &[], |ctx| ctx.expr(&properties, None));
                let when = condition(ctx, file, decl, member);
                edit(ctx, decl, |kind| {
                    if let Some(it) = kind.parts.get_mut(name) {
                        (it.properties, it.when) = (properties, when);
                    }
                });
            }
            "attribute" => attribute_value(ctx, file, decl, member),
            "method" => method_body(ctx, file, decl, member),
            "event" => event_carrier(ctx, file, decl, member),
            "grant" => {
                let Some(value) = &member.value else { continue };
                let list = || Type::list(Type::String);
                let ty = Type::record([("actions", list()), ("resources", list())]);
                let value =
                    in_kind(ctx, file, decl, &[], |ctx| ctx.expr_as(value, &ty, Role::new("grant", name)));
                let when = condition(ctx, file, decl, member);
                edit(ctx, decl, |kind| {
                    if let Some(it) = kind.grants.get_mut(grants) {
                        (it.value, it.when) = (value, when);
                    }
                });
                grants += 1;
            }
            _ => {}
        }
    }
}

fn kind<'c>(ctx: &'c Ctx<'_>, decl: &KindDecl) -> Option<&'c Kind> {
    ctx.program.kinds.kinds.get(decl.name.text.as_str())
}

fn condition(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl, member: &KindMember) -> Option<Expr> {
    let when = member.when.as_ref()?;
    Some(in_kind(ctx, file, decl, &[], |ctx| ctx.expr_as(when, &Type::Boolean, Role::new("condition", ""))))
}

/// Checks where the kind's names are in scope, and `more` over them.
fn in_kind(
    ctx: &mut Ctx<'_>,
    file: FileId,
    decl: &KindDecl,
    more: &[(ast::Name, LocalId)],
    check: impl FnOnce(&mut Ctx<'_>) -> Expr,
) -> Expr {
    let mut names: Vec<(Arc<str>, LocalId)> = Vec::new();
    if let Some(kind) = kind(ctx, decl) {
        let scope = &kind.scope;
        let own = [
            ("existing", scope.existing),
            ("named", scope.named),
            ("addressed", scope.addressed),
            ("located", scope.located),
            ("tags", scope.tags),
            ("description", scope.description),
            ("alias", scope.alias),
            ("label", scope.label),
            ("permissions", scope.permissions),
            ("fields", scope.fields),
            ("this", scope.this),
        ];
        names.extend(own.map(|(name, local)| (name.into(), local)));
        names.extend(kind.parts.iter().map(|(name, part)| (name.clone(), part.local)));
        names.extend(kind.settings.iter().map(|(name, setting)| (name.clone(), setting.local)));
    }
    names.extend(more.iter().map(|(name, local)| (arc(name), *local)));
    let mut body = Body::new(file, Home::Kind);
    if let Some(scope) = body.scopes.last_mut() {
        scope.names.extend(names);
    }
    ctx.in_body(body, check).0
}

fn attribute_value(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl, member: &KindMember) {
    let name = member.name.text.as_str();
    let ty = kind(ctx, decl).and_then(|it| it.attributes.get(name)).cloned().unwrap_or(Type::Unknown);
    let Some(value) = &member.value else {
        ctx.report(report::member_without_value(member));
        return;
    };
    // Of a resource that isn't there the attribute is never asked for.
    let value = in_kind(ctx, file, decl, &[], |ctx| ctx.expr_as(value, &ty, Role::new("attribute", name)));
    let existing = member.body.iter().flatten().find_map(|field| match field {
        ast::Field::Named { name, value, .. } if name.text == "existing" => Some(value),
        _ => None,
    });
    let existing = existing
        .map(|it| in_kind(ctx, file, decl, &[], |ctx| ctx.expr_as(it, &ty, Role::new("attribute", name))));
    let value = AttributeValue { value, existing, docs: member_docs(member), span: member.name.span };
    edit(ctx, decl, |kind| drop(kind.values.insert(arc(&member.name), value)));
}

fn method_body(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl, member: &KindMember) {
    let Some(value) = &member.value else { return };
    let Some(kind) = kind(ctx, decl) else { return };
    let this = kind.scope.this;
    let Some(method) = kind.methods.get(member.name.text.as_str()) else { return };
    let positional = method.params.iter().map(|(name, ty)| (name.clone(), ty.clone()));
    let optional = method.options.iter().map(|(name, ty)| (name.clone(), ty.clone()));
    let all: Vec<(Arc<str>, Type)> = positional.chain(optional).collect();
    let (mut more, mut params) = (Vec::new(), Vec::new());
    for (name, ty) in all {
        let written = member.signature.params.iter().find(|it| it.name.text == *name);
        let Some(written) = written.map(|it| it.name.clone()) else { continue };
        let local = ctx.new_local(&name, ty, false, written.span);
        params.push(local);
        more.push((written, local));
    }
    let declared = member.signature.result.is_some().then(|| method_result(ctx, decl, member));
    let value = in_kind(ctx, file, decl, &more, |ctx| match &declared {
        Some(ty) => ctx.expr_as(value, ty, Role::new("the result of", &member.name.text)),
        None => ctx.expr(value, None),
    });
    edit(ctx, decl, |kind| {
        if let Some(method) = kind.methods.get_mut(member.name.text.as_str()) {
            if declared.is_none() {
                method.result = value.ty.clone();
            }
            method.body = Some(MethodBody { this, params, value });
        }
    });
}

fn method_result(ctx: &Ctx<'_>, decl: &KindDecl, member: &KindMember) -> Type {
    let method = kind(ctx, decl).and_then(|it| it.methods.get(member.name.text.as_str()));
    method.map_or(Type::Unknown, |it| it.result.clone())
}

fn event_carrier(ctx: &mut Ctx<'_>, file: FileId, decl: &KindDecl, member: &KindMember) {
    let name = member.name.text.as_str();
    let Some(event) = kind(ctx, decl).and_then(|it| it.events.get(name)) else { return };
    let locals: Vec<LocalId> = event.filters.values().map(|it| it.local).collect();
    let types: Vec<Type> = event.filters.values().map(|it| it.ty.clone()).collect();
    let mut defaults = Vec::new();
    for (param, ty) in member.signature.params.iter().zip(&types) {
        defaults.push(param.default.as_ref().map(|it| {
            let it = super::words::with_words(ctx, file, it, ty);
            in_kind(ctx, file, decl, &[], |ctx| ctx.expr_as(&it, ty, Role::new("default", &param.name.text)))
        }));
    }
    let names = member.signature.params.iter().map(|it| it.name.clone());
    let more: Vec<(ast::Name, LocalId)> = names.zip(locals).collect();
    let carrier = as_record(member.body.as_deref().unwrap_or_default(), member.span);
    let carrier = in_kind(ctx, file, decl, &more, |ctx| ctx.expr(&carrier, None));
    edit(ctx, decl, |kind| {
        if let Some(event) = kind.events.get_mut(name) {
            event.carrier = carrier;
            for (filter, default) in event.filters.values_mut().zip(defaults) {
                filter.default = default;
            }
        }
    });
}
