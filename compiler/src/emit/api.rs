//! APIs → OpenAPI documents and what serves them.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::deploy::{Deployment, Problems, When, first_line};
use super::evaluate::{Result, Scope, fail};
use super::iam::{Policy, role};
use super::ids::pascal;
use super::schema::Schemas;
use super::template::{Resource, Template, pretty, reference};
use super::value::Value;
use crate::output::OutputFile;
use crate::typed::resource::{Api, Route};
use crate::types::Type;

mod auth;
mod domain;
mod http;
mod items;
mod rest;
mod vtl;

pub(super) use items::letter;

/// Adds every API; gives an OpenAPI document each.
pub(super) fn emit<'a>(
    deployment: &Deployment<'a>,
    template: &mut Template,
    problems: &mut Problems,
) -> Vec<OutputFile> {
    let mut files = Vec::new();
    for api in &deployment.program.apis {
        let Some(when) = problems.note(deployment.condition_of(&api.attributes)) else { continue };
        if when == When::Never {
            continue;
        }
        let condition = super::resources::condition(deployment, &when);
        let mut writer = Writer {
            deployment,
            api,
            http: api.attributes.iter().any(|it| &*it.name == "http"),
            schemas: Schemas::default(),
            policy: Policy::default(),
            role: deployment.ids.claim(&format!("{}Role", deployment.api_id(&api.name))),
        };
        let Some(document) = writer.document(problems) else { continue };
        files.push(OutputFile {
            path: format!("{}.openapi.json", api.name),
            text: pretty(&without_extensions(&document)),
        });
        writer.resources(document, condition, template, problems);
    }
    files
}

/// One API on its way.
struct Writer<'d, 'a> {
    deployment: &'d Deployment<'a>,
    api: &'a Api,
    http: bool,
    schemas: Schemas,
    /// What its role may do.
    policy: Policy,
    role: String,
}

impl Deployment<'_> {
    /// What stands behind the host: REST APIs have a stage in their URLs.
    pub(super) fn api_stage_path(&self, name: &str) -> String {
        let Some(api) = self.program.apis.iter().find(|it| *it.name == *name) else { return String::new() };
        if api.attributes.iter().any(|it| &*it.name == "http") {
            return String::new();
        }
        format!("/{}", stage(self, api))
    }
}

fn stage(deployment: &Deployment<'_>, api: &Api) -> String {
    let given = api.settings.get("stage").map(|it| &it.kind);
    let _ = deployment;
    match given {
        Some(crate::typed::ExprKind::String(name)) => name.to_string(),
        _ => "live".to_owned(),
    }
}

impl<'a> Writer<'_, 'a> {
    fn setting(&self, settings: &'a IndexMap<String, crate::typed::Expr>, name: &str) -> Result {
        self.deployment.setting(settings, name)
    }

    fn document(&mut self, problems: &mut Problems) -> Option<Json> {
        let mut paths: Map<String, Json> = Map::new();
        for route in &self.api.routes {
            let operation = if self.http { self.http_operation(route) } else { self.rest_operation(route) };
            let Some(operation) = problems.note(operation) else { continue };
            let method = match &*route.method {
                "ANY" => "x-amazon-apigateway-any-method".to_owned(),
                other => other.to_lowercase(),
            };
            let path = paths.entry(route.path.to_string()).or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                path.insert(method, operation);
            }
        }
        let cors = problems.note(self.origins())?;
        if let (Some(origins), false) = (&cors, self.http) {
            for path in paths.values_mut().filter_map(Json::as_object_mut) {
                let methods = methods(path);
                path.entry("options").or_insert_with(|| preflight(origins, &methods));
            }
        }
        let title = problems.note(self.setting(&self.api.settings, "name"))?;
        let title = title.as_text().unwrap_or(&self.api.name).to_owned();
        let mut info = json!({ "title": title, "version": "1.0" });
        if let (Some(docs), Some(fields)) = (&self.api.docs, info.as_object_mut()) {
            fields.insert("description".into(), docs.as_ref().into());
        }
        let mut document = json!({ "openapi": "3.0.1", "info": info, "paths": paths });
        let fields = document.as_object_mut()?;
        if self.http {
            if let Some(origins) = cors {
                fields.insert("x-amazon-apigateway-cors".into(), http::cors(&origins));
            }
        } else {
            rest::document_extensions(fields, cors.as_deref());
        }
        let mut components = Map::new();
        let schemas = std::mem::take(&mut self.schemas.all);
        if !schemas.is_empty() {
            components.insert("schemas".into(), Json::Object(schemas.into_iter().collect()));
        }
        if let Some(schemes) = problems.note(self.security_schemes()).filter(|it| !it.is_empty()) {
            components.insert("securitySchemes".into(), Json::Object(schemes));
        }
        if !components.is_empty() {
            fields.insert("components".into(), Json::Object(components));
        }
        Some(document)
    }

    /// `cors: true` or a list of origins.
    fn origins(&self) -> Result<Option<Vec<String>>> {
        Ok(match self.setting(&self.api.settings, "cors")? {
            Value::Boolean(true) => Some(vec!["*".to_owned()]),
            Value::List(origins) => {
                let text = |it: &Value| match it.as_text() {
                    Some(text) => Ok(text.to_owned()),
                    None => {
                        fail(self.api.name_span, "an origin of `cors` must be known when the app is built")
                    }
                };
                Some(origins.iter().map(text).collect::<Result<_>>()?)
            }
            _ => None,
        })
    }

    /// The setting of the route, else of the API.
    fn of_route(&self, route: &'a Route, name: &str) -> Result {
        match self.setting(&route.settings, name)? {
            Value::Null => self.setting(&self.api.settings, name),
            given => Ok(given),
        }
    }

    /// Parameters of the path and the query, and the body, as OpenAPI lists them.
    fn parameters(&mut self, route: &'a Route, operation: &mut Map<String, Json>) {
        let types = &self.deployment.program.types;
        let local = |id: crate::typed::LocalId| self.deployment.program.locals.get(id.index());
        let mut parameters = Vec::new();
        for id in &route.path_params {
            let Some(local) = local(*id) else { continue };
            let schema = self.schemas.of(types, &local.ty);
            parameters
                .push(json!({ "name": &*local.name, "in": "path", "required": true, "schema": schema }));
        }
        for id in route.params.iter().filter(|it| !route.path_params.contains(it)) {
            let Some(local) = local(*id) else { continue };
            if &*local.name == "body" {
                let name = format!("{}{}Body", pascal(&route.method.to_lowercase()), pascal(&route.path));
                let schema = self.schemas.named(types, &local.ty, &name);
                let content = json!({ "application/json": { "schema": schema } });
                operation.insert("requestBody".into(), json!({ "required": true, "content": content }));
                continue;
            }
            let (ty, required) = match types.resolve(&local.ty) {
                Type::Optional(inner) => (&**inner, false),
                _ => (&local.ty, true),
            };
            let schema = self.schemas.of(types, ty);
            parameters
                .push(json!({ "name": &*local.name, "in": "query", "required": required, "schema": schema }));
        }
        if !parameters.is_empty() {
            operation.insert("parameters".into(), parameters.into());
        }
    }

    /// What stands before the integration.
    fn operation(&mut self, route: &'a Route) -> Result<Map<String, Json>> {
        let mut operation = Map::new();
        if let Some(docs) = &route.docs {
            operation.insert("summary".into(), first_line(docs).into());
        }
        self.parameters(route, &mut operation);
        if let Some(security) = self.security(route)? {
            operation.insert("security".into(), security);
        }
        if self.http && self.is_iam(route)? {
            operation.insert("x-amazon-apigateway-auth".into(), json!({ "type": "AWS_IAM" }));
        }
        Ok(operation)
    }

    /// The action's argument, with holes where the request stands.
    fn arguments(&self, route: &'a Route) -> Result<(Scope<'a>, vtl::Names)> {
        let mut scope = Scope::default();
        let mut names = vtl::Names::default();
        let all = route.path_params.iter().chain(&route.params).chain([&route.request]);
        for id in all {
            let Some(local) = self.deployment.program.locals.get(id.index()) else { continue };
            let from = match &*local.name {
                _ if *id == route.request => vtl::From::Request,
                "body" if !route.path_params.contains(id) => vtl::From::Body,
                _ => vtl::From::Parameter,
            };
            let hole = super::value::Hole { root: *id, path: Vec::new(), ty: local.ty.clone() };
            scope.bind(*id, super::evaluate::Binding::Value(Value::Hole(hole)));
            names.all.push((*id, local.name.to_string(), Some(from)));
        }
        Ok((scope, names))
    }

    fn resources(
        self,
        document: Json,
        condition: Option<String>,
        template: &mut Template,
        problems: &mut Problems,
    ) {
        let id = self.deployment.api_id(&self.api.name);
        let Some(tags) = problems.note(self.deployment.json(&self.deployment.tags(None), self.api.span))
        else {
            return;
        };
        if !self.policy.is_empty() {
            let role = role("apigateway.amazonaws.com", &self.policy, &tags);
            let role = Resource::new("AWS::IAM::Role", role).when(condition.clone());
            template.resources.insert(self.role.clone(), role);
        }
        let result = if self.http {
            self.http_resources(&id, document, condition.clone(), &tags, template)
        } else {
            self.rest_resources(&id, document, condition.clone(), &tags, template)
        };
        if let Some(stage) = problems.note(result) {
            problems.note(self.domain(&id, &stage, condition, &tags, template));
        }
    }
}

/// The methods of a path, for CORS.
fn methods(path: &Map<String, Json>) -> String {
    let all: Vec<String> = path
        .keys()
        .map(|it| if it.starts_with("x-") { "*".to_owned() } else { it.to_uppercase() })
        .chain(["OPTIONS".to_owned()])
        .collect();
    all.join(",")
}

/// Answers browsers who ask before they call.
fn preflight(origins: &[String], methods: &str) -> Json {
    let header = |name: &str| format!("method.response.header.Access-Control-Allow-{name}");
    let mut answer = json!({
        "statusCode": "204",
        "responseParameters": {
            header("Headers"): "'Authorization,Content-Type,X-Api-Key'",
            header("Methods"): format!("'{methods}'"),
            header("Origin"): format!("'{}'", rest::first(origins)),
        },
    });
    let echo = rest::echo(origins);
    if let (false, Some(fields)) = (echo.is_empty(), answer.as_object_mut()) {
        fields.insert("responseTemplates".into(), json!({ "application/json": echo }));
    }
    let schema = json!({ "schema": { "type": "string" } });
    json!({
        "responses": {
            "204": {
                "description": "CORS",
                "headers": {
                    "Access-Control-Allow-Headers": schema,
                    "Access-Control-Allow-Methods": schema,
                    "Access-Control-Allow-Origin": schema,
                },
            },
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": { "application/json": "{\"statusCode\": 204}" },
            "responses": { "default": answer },
        },
    })
}

/// The document for clients: without what only API Gateway reads.
fn without_extensions(document: &Json) -> Json {
    match document {
        Json::Object(fields) => {
            if let Some(schema) = super::schema::for_clients(document) {
                return without_extensions(&schema);
            }
            let kept = fields.iter().filter(|(name, _)| !name.starts_with("x-amazon-apigateway"));
            Json::Object(kept.map(|(name, it)| (name.clone(), without_extensions(it))).collect())
        }
        Json::Array(items) => Json::Array(items.iter().map(without_extensions).collect()),
        other => other.clone(),
    }
}

/// A short fingerprint of a document (FNV-1a): a deployment is a snapshot, so a changed API needs a new one.
pub(super) fn fingerprint(document: &Json) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in document.to_string().bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{:010x}", hash >> 24)
}

fn ref_to(id: &str) -> Json {
    reference(id)
}
