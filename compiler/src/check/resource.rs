//! Resources, APIs, triggers and what else is known when the app is deployed: kinds first, then what is declared of
//! them, then every setting.

use std::collections::HashSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::attributes::On;
use super::declare::{arc, docs};
use super::{Body, Ctx, Home};
use crate::diagnostics::{close, resources as report};
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ItemKind};
use crate::typed::resource::{Api, Resource, Signature};
use crate::typed::{self, ResourceId};
use crate::types::Type;

mod api;
mod app;
mod bounds;
mod kinds;
pub(super) mod retry;
mod settings;
pub(crate) mod standard;
mod trigger;
mod uses;
mod words;

/// Kinds, and what every other body may ask of resources, APIs and conditions.
pub(super) fn declare(ctx: &mut Ctx<'_>) {
    kinds::declare(ctx);
    for index in 0..ctx.resolved.resources.len() {
        declare_resource(ctx, index);
    }
    for at in &ctx.resolved.apis {
        let Some(item) = ctx.item(*at) else { continue };
        let ItemKind::Api(decl) = &item.kind else { continue };
        ctx.program.apis.push(Api {
            name: arc(&decl.name),
            docs: docs(item),
            attributes: Vec::new(),
            settings: IndexMap::new(),
            routes: Vec::new(),
            name_span: decl.name.span,
            span: item.span,
        });
    }
    for at in &ctx.resolved.conditions {
        let Some(ItemKind::Condition(decl)) = ctx.item(*at).map(|it| &it.kind) else { continue };
        let value = super::broken(decl.value.span);
        ctx.program.conditions.push(typed::Condition { name: arc(&decl.name), value, span: decl.name.span });
    }
}

/// Everything with expressions in it.
pub(super) fn bodies(ctx: &mut Ctx<'_>) {
    for index in 0..ctx.resolved.resources.len() {
        settings::resource(ctx, index);
    }
    app::app(ctx);
    app::params(ctx);
    app::conditions(ctx);
    api::apis(ctx);
    trigger::triggers(ctx);
    app::outputs(ctx);
    without_attributes(ctx);
}

/// Attributes on what takes none.
fn without_attributes(ctx: &mut Ctx<'_>) {
    for (at, item) in ctx.resolved.items() {
        let noun = match &item.kind {
            ItemKind::App(_) => "the app",
            ItemKind::Param(_) => "a parameter",
            ItemKind::Type(_) => "a type",
            ItemKind::ErrorDecl(_) => "an error",
            ItemKind::Fn(_) => "a `fn`",
            ItemKind::Step(_) => "a step",
            ItemKind::Policy(_) => "a policy",
            ItemKind::Const(_) => "a constant",
            ItemKind::Condition(_) => "a condition",
            ItemKind::Test(_) => "a test",
            ItemKind::Import(_) => "an import",
            ItemKind::Resource(_) | ItemKind::RawResource(_) | ItemKind::Workflow(_) => continue,
            ItemKind::Api(_) | ItemKind::On(_) | ItemKind::Output(_) => continue,
            ItemKind::Kind(_) | ItemKind::Error => continue,
        };
        let body = Body::new(at.file, Home::Setting);
        ctx.in_body(body, |ctx| ctx.attributes(&item.attributes, On::Other(noun)));
    }
}

fn declare_resource(ctx: &mut Ctx<'_>, index: usize) {
    let Some(at) = ctx.resolved.resources.get(index).copied() else { return };
    let Some(item) = ctx.item(at) else { return };
    let mut resource = Resource {
        name: "".into(),
        kind: None,
        cfn_type: None,
        docs: docs(item),
        attributes: Vec::new(),
        signature: None,
        of: None,
        settings: IndexMap::new(),
        existing: None,
        cfn: None,
        uses: Vec::new(),
        retry: None,
        name_span: item.span,
        span: item.span,
    };
    match &item.kind {
        ItemKind::Resource(decl) => {
            resource.name = arc(&decl.name);
            resource.name_span = decl.name.span;
            resource.kind = Some(arc(&decl.kind));
            let body = Body::new(at.file, Home::Setting);
            let ((), _) = ctx.in_body(body, |ctx| shape(ctx, decl, &mut resource));
        }
        ItemKind::RawResource(decl) => {
            resource.name = arc(&decl.name);
            resource.name_span = decl.name.span;
            resource.cfn_type = Some(arc(&decl.cfn_type));
        }
        _ => {}
    }
    ctx.program.resources.push(resource);
}

/// Kind, signature and `of`.
fn shape(ctx: &mut Ctx<'_>, decl: &ast::ResourceDecl, resource: &mut Resource) {
    let Some(kind) = ctx.program.kinds.kinds.get(decl.kind.text.as_str()) else {
        let names = ctx.kind_names();
        const WORDS: [&str; 9] =
            ["workflow", "step", "type", "error", "policy", "param", "output", "condition", "resource"];
        let close = close(&decl.kind.text, names.iter().map(|it| &**it).chain(WORDS));
        ctx.report(report::unknown_kind(&decl.kind, close.as_deref()));
        resource.of = decl.of.as_ref().map(|it| ctx.type_expr(it));
        return;
    };
    let (callable, generic, wants_record) = (kind.callable, kind.generic, kind.name.as_ref() == "table");
    if callable {
        let noun = decl.kind.text.as_str();
        let param = ctx.payload(&decl.signature, noun).map(|(name, ty)| (arc(&name), ty));
        let result = decl.signature.result.as_ref().map_or(Type::Null, |it| ctx.type_expr(it));
        let throws = ctx.throws(&decl.signature);
        resource.signature = Some(Signature { param, result, throws });
    } else if decl.signature.written {
        ctx.report(report::not_callable(&decl.kind, decl.signature.span));
    }
    resource.of = match (&decl.of, generic) {
        (Some(of), true) => Some(ctx.type_expr(of)),
        (Some(of), false) => {
            ctx.type_expr(of);
            ctx.report(report::not_generic(&decl.kind.text, of.span));
            None
        }
        (None, true) if wants_record => {
            ctx.report(report::of_missing(&decl.kind.text, &decl.name));
            Some(Type::Unknown)
        }
        (None, true) => Some(Type::Json),
        (None, false) => None,
    };
    if wants_record && let Some(of) = &resource.of {
        let record = matches!(ctx.types().resolve(of), Type::Record(_) | Type::Unknown);
        if !record && let Some(written) = &decl.of {
            let shown = ctx.show(of);
            ctx.report(report::of_no_record(&decl.kind.text, &shown, written.span));
        }
    }
}

impl<'a> Ctx<'a> {
    pub(crate) fn is_kind(&self, name: &str) -> bool {
        self.program.kinds.kinds.contains_key(name)
    }

    pub(crate) fn kind_names(&self) -> Vec<Arc<str>> {
        let declared =
            self.program.kinds.kinds.keys().filter(|it| !standard::names().any(|name| name == &***it));
        standard::names().map(Arc::from).chain(declared.cloned()).collect()
    }

    /// A declared resource as a value of its kind.
    pub(crate) fn resource_type(&self, id: ResourceId) -> Type {
        let Some(resource) = self.program.resources.get(id.index()) else { return Type::Unknown };
        match &resource.kind {
            Some(kind) if self.is_kind(kind) => {
                Type::Resource { kind: kind.clone(), of: resource.of.clone().map(Arc::new) }
            }
            Some(_) => Type::Unknown,
            None => Type::Resource { kind: "resource".into(), of: None },
        }
    }

    /// The declaration of a kind, and the file that it stands in.
    pub(crate) fn kind_decl(&self, name: &str) -> Option<(FileId, &'a ast::KindDecl, &'a ast::Item)> {
        let wanted = HashSet::from([name]);
        // Not an identity: it shortens the items' lifetime to that of the program's own.
        #[allow(clippy::map_identity)]
        let standard = standard::items(&wanted).map(|(file, item)| (file, item));
        let own = self.resolved.items().map(|(at, item)| (at.file, item));
        let decl = |(file, item): (FileId, &'a ast::Item)| match &item.kind {
            ItemKind::Kind(decl) if decl.name.text == name => Some((file, decl, item)),
            _ => None,
        };
        standard.filter_map(decl).next().or_else(|| own.filter_map(decl).next())
    }

    /// A named value whose place is a setting, in a body of its own.
    fn setting_value(&mut self, file: FileId, value: &ast::Expr, ty: &Type, name: &str) -> typed::Expr {
        if let (Type::Unknown, ast::ExprKind::Name(_)) = (self.types().resolve(ty), &value.kind) {
            // A word of a type that could not be made out.
            return super::broken(value.span);
        }
        let value = words::with_words(self, file, value, ty);
        let body = Body::new(file, Home::Setting);
        let role = super::expr::Role::new("setting", name);
        self.in_body(body, |ctx| ctx.expr_as(&value, ty, role)).0
    }

    /// A value of whatever type.
    fn free_value(&mut self, file: FileId, value: &ast::Expr) -> typed::Expr {
        let body = Body::new(file, Home::Setting);
        self.in_body(body, |ctx| ctx.expr(value, None)).0
    }
}

/// Settings by name; reports what is written twice, and what is no `name: value`.
fn by_name<'a>(ctx: &mut Ctx<'_>, fields: &'a [ast::Field]) -> Vec<(&'a ast::Name, &'a ast::Expr)> {
    let mut all: Vec<(&ast::Name, &ast::Expr)> = Vec::new();
    for field in fields {
        match field {
            ast::Field::Named { name, value, .. } => match all.iter().find(|(it, _)| it.text == name.text) {
                Some((first, _)) => ctx.report(report::setting_twice(name, first.span)),
                None => all.push((name, value)),
            },
            ast::Field::Shorthand(name) => ctx.report(report::setting_without_value(name)),
            ast::Field::Spread(_, span) => ctx.report(report::spread_in_settings(*span)),
            ast::Field::Error(_) => {}
        }
    }
    all
}

/// A record of settings as one expression.
fn as_record(fields: &[ast::Field], span: Span) -> ast::Expr {
    ast::Expr { kind: ast::ExprKind::Record(fields.to_vec()), span }
}
