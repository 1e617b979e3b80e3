//! `api storefront { POST "/orders" (body: Order) -> start fulfil(body) }`

use indexmap::IndexMap;

use super::app::settings_of;
use super::trigger;
use crate::check::attributes::On;
use crate::check::{Body, Ctx, Home};
use crate::diagnostics::resources as report;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ItemKind};
use crate::typed::resource::{Action, Route};
use crate::typed::{ExprKind, LocalId, Target};
use crate::types::Type;

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"];

pub(super) fn apis(ctx: &mut Ctx<'_>) {
    for (index, at) in ctx.resolved.apis.iter().enumerate() {
        let Some(item) = ctx.item(*at) else { continue };
        let ItemKind::Api(decl) = &item.kind else { continue };
        let body = Body::new(at.file, Home::Setting);
        let (attributes, _) = ctx.in_body(body, |ctx| ctx.attributes(&item.attributes, On::Api));
        let http = attributes.iter().any(|it| &*it.name == "http");
        let settings = settings_of(ctx, at.file, &decl.settings, "api", &api_settings());
        let mut routes: Vec<Route> = Vec::new();
        for written in &decl.routes {
            let route = route(ctx, at.file, written, http);
            let same =
                routes.iter().find(|it| it.method == route.method && shape(&it.path) == shape(&route.path));
            if let Some(first) = same {
                ctx.report(report::route_twice(written.path.span, first.span));
            }
            routes.push(route);
        }
        if let Some(api) = ctx.program.apis.get_mut(index) {
            (api.attributes, api.settings, api.routes) = (attributes, settings, routes);
        }
    }
}

/// `/orders/{id}` and `/orders/{order}` are the same path to API Gateway.
fn shape(path: &str) -> String {
    path.split('/').map(|it| if it.starts_with('{') { "{}" } else { it }).collect::<Vec<_>>().join("/")
}

fn api_settings() -> Vec<(&'static str, Type)> {
    let throttle = Type::record([("rate", Type::Number), ("burst", Type::Int)]);
    vec![
        ("name", Type::String),
        ("stage", Type::String),
        ("cors", Type::Union(vec![Type::Boolean, Type::list(Type::String)].into())),
        ("auth", auth()),
        ("throttle", throttle),
        ("apiKey", Type::Boolean),
        ("plan", plan()),
        ("trace", Type::Boolean),
        ("logs", Type::Int),
        ("domain", domain()),
    ]
}

/// What a key may ask for: so many requests a second, and in all.
fn plan() -> Type {
    let per = ["day", "week", "month"].map(Type::text);
    Type::record([
        ("rate", Type::Number.optional()),
        ("burst", Type::Int.optional()),
        ("quota", Type::Int.optional()),
        ("per", Type::Union(per.to_vec().into()).optional()),
    ])
}

/// A name of one's own: its certificate's ARN, and the id of the hosted zone that is to hold it.
fn domain() -> Type {
    Type::record([("name", Type::String), ("certificate", Type::String), ("zone", Type::String.optional())])
}

/// `iam`, `none`, the ARN of a user pool or of a function that decides, or who signs tokens.
fn auth() -> Type {
    let pool = Type::record([("users", Type::String)]);
    let function = Type::record([
        ("function", Type::String),
        ("header", Type::String.optional()),
        ("cache", Type::Duration.optional()),
    ]);
    let jwt = Type::record([(
        "jwt",
        Type::record([("issuer", Type::String), ("audience", Type::list(Type::String))]),
    )]);
    Type::Union(vec![Type::text("none"), Type::text("iam"), pool, function, jwt].into())
}

fn route_settings() -> Vec<(&'static str, Type)> {
    vec![("auth", auth()), ("apiKey", Type::Boolean), ("status", Type::Int)]
}

fn route(ctx: &mut Ctx<'_>, file: FileId, route: &ast::Route, http: bool) -> Route {
    let method = route.method.text.to_uppercase();
    if !METHODS.contains(&method.as_str()) {
        ctx.report(report::unknown_http_method(&route.method, &METHODS));
    }
    let names = path_names(ctx, &route.path);
    let body = Body::new(file, Home::Action);
    let ((request, path_params, params, action), _) = ctx.in_body(body, |ctx| {
        let request = ast::Name { text: "request".to_owned(), span: route.method.span };
        let request = trigger::bound(ctx, &request, Type::Json);
        let (path_params, params) = bind(ctx, route, &names, &method);
        (request, path_params, params, trigger::action(ctx, &route.action))
    });
    check_action(ctx, &action, http);
    let settings = settings_of(ctx, file, &route.settings, "route", &route_settings());
    let attributes_body = Body::new(file, Home::Setting);
    let (attributes, _) = ctx.in_body(attributes_body, |ctx| ctx.attributes(&route.attributes, On::Route));
    Route {
        method: method.into(),
        path: route.path.text.as_str().into(),
        docs: route.docs.as_deref().map(Into::into),
        attributes,
        path_params,
        params,
        request,
        action,
        settings,
        span: route.span,
    }
}

/// The names in braces of a path.
fn path_names(ctx: &mut Ctx<'_>, path: &ast::Name) -> Vec<String> {
    if !path.text.starts_with('/') {
        ctx.report(report::path_without_slash(path.span));
    }
    let mut names = Vec::new();
    for step in path.text.split('/').filter(|it| it.contains(['{', '}'])) {
        let name =
            step.strip_prefix('{').and_then(|it| it.strip_suffix('}')).map(|it| it.trim_end_matches('+'));
        match name.filter(|it| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')) {
            Some(name) if !names.iter().any(|it| it == name) => names.push(name.to_owned()),
            Some(name) => ctx.report(report::path_name_twice(name, path.span)),
            None => ctx.report(report::bad_path_step(step, path.span)),
        }
    }
    names
}

/// Path parameters are strings unless declared otherwise; `body` is the body; all else comes from the query.
fn bind(
    ctx: &mut Ctx<'_>,
    route: &ast::Route,
    names: &[String],
    method: &str,
) -> (Vec<LocalId>, Vec<LocalId>) {
    let mut of_path: IndexMap<String, LocalId> = IndexMap::new();
    let mut params = Vec::new();
    for param in &route.params {
        let ty = ctx.param_type(param);
        let name = param.name.text.as_str();
        if name == "body" {
            if matches!(method, "GET" | "HEAD" | "DELETE") {
                ctx.report(report::body_without_method(param.span, method));
            }
        } else if !is_flat(ctx, &ty) {
            let shown = ctx.show(&ty);
            ctx.report(report::flat_parameter(param.span, name, &shown));
        }
        let local = trigger::bound(ctx, &param.name, ty);
        if names.iter().any(|it| it == name) {
            of_path.insert(name.to_owned(), local);
        }
        params.push(local);
    }
    let all = names.iter().map(|name| match of_path.get(name) {
        Some(local) => *local,
        None => {
            let name = ast::Name { text: name.clone(), span: route.path.span };
            trigger::bound(ctx, &name, Type::String)
        }
    });
    (all.collect(), params)
}

/// Whether it can stand in a path or query.
fn is_flat(ctx: &Ctx<'_>, ty: &Type) -> bool {
    match ctx.types().resolve(ty) {
        Type::String | Type::Int | Type::Number | Type::Boolean | Type::Timestamp | Type::Unknown => true,
        Type::Literal(_) | Type::Token(_) => true,
        Type::Union(members) => members.iter().all(|it| is_flat(ctx, it)),
        Type::Optional(inner) => is_flat(ctx, inner),
        _ => false,
    }
}

fn check_action(ctx: &mut Ctx<'_>, action: &Action, http: bool) {
    let call = match &action.call.kind {
        ExprKind::Call(call) => call,
        ExprKind::Error => return,
        _ => {
            ctx.report(report::action_no_call(action.span));
            return;
        }
    };
    let span: Span = action.span;
    let is_function = |id: crate::typed::ResourceId| {
        ctx.program.resources.get(id.index()).and_then(|it| it.kind.as_deref()) == Some("function")
    };
    match &call.target {
        Target::Workflow(id) => {
            let workflow = ctx.program.workflows.get(id.index());
            let express = workflow.is_some_and(|it| it.express);
            let name = workflow.map(|it| it.name.to_string()).unwrap_or_default();
            if !action.start && !express {
                ctx.report(report::start_missing(span, &name));
            } else if http && !action.start {
                ctx.report(report::http_action(span, "an Express workflow that answers"));
            }
        }
        Target::Resource(id) if is_function(*id) => {}
        Target::Resource(_) => ctx.report(report::route_target(span)),
        Target::Method { kind, method, .. } => {
            let kind = kind.to_string();
            if http {
                ctx.report(report::http_action(span, &format!("a {kind}")));
            } else if !answers(&kind, method) {
                ctx.report(report::route_method(span, &kind, method));
            }
        }
        Target::Complete | Target::Reject(_) | Target::Beat => {
            if http {
                ctx.report(report::http_action(span, "a task token"));
            }
        }
        Target::Aws { .. } => ctx.report(report::route_target(span)),
    }
}

/// What API Gateway can call by itself.
fn answers(kind: &str, method: &str) -> bool {
    matches!(
        (kind, method),
        ("table", "get" | "put" | "delete") | ("queue", "send") | ("topic", "publish") | ("bus", "emit")
    )
}
