//! What the whole template shares: logical ids, conditions, and the values of resources' attributes.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::conditions::Conditions;
use super::evaluate::{Binding, Depth, Result, Scope, Unknown, fail};
use super::ids::{Ids, pascal};
use super::value::{Condition, Value, mebibytes};
use crate::machine::expr::Deploy;
use crate::source::Span;
use crate::typed::resource::{Kind, Resource};
use crate::typed::{Expr, ExprKind, Program, ResourceId, WorkflowId};
use crate::types::{FieldType, LiteralType, Type};

/// One app on its way into a template.
pub struct Deployment<'a> {
    pub program: &'a Program,
    pub conditions: Conditions,
    pub(super) depth: Depth,
    pub(super) ids: Ids,
    params: HashMap<Arc<str>, String>,
    resources: Vec<String>,
    parts: Vec<HashMap<Arc<str>, String>>,
    workflows: Vec<String>,
    apis: HashMap<Arc<str>, String>,
}

impl<'a> Deployment<'a> {
    pub fn new(program: &'a Program) -> Self {
        let ids = Ids::default();
        let claim = |name: &str| ids.claim(&pascal(name));
        let params = program.params.iter().map(|it| (it.name.clone(), claim(&it.name))).collect();
        let resources: Vec<String> = program.resources.iter().map(|it| claim(&it.name)).collect();
        let workflows = program.workflows.iter().map(|it| claim(&it.name)).collect();
        let apis = program.apis.iter().map(|it| (it.name.clone(), claim(&it.name))).collect();
        let parts =
            program.resources.iter().zip(&resources).map(|(it, id)| parts(program, it, id, &ids)).collect();
        let conditions = Conditions::default();
        Deployment {
            program,
            conditions,
            depth: Depth::default(),
            ids,
            params,
            resources,
            parts,
            workflows,
            apis,
        }
    }

    pub fn parameter_id(&self, name: &str) -> String {
        self.params.get(name).cloned().unwrap_or_else(|| pascal(name))
    }

    pub fn workflow_id(&self, id: WorkflowId) -> &str {
        self.workflows.get(id.index()).map_or("Workflow", String::as_str)
    }

    pub fn api_id(&self, name: &str) -> String {
        self.apis.get(name).cloned().unwrap_or_else(|| pascal(name))
    }

    pub fn resource_id(&self, id: ResourceId) -> &str {
        self.resources.get(id.index()).map_or("Resource", String::as_str)
    }

    pub fn resource(&self, id: ResourceId) -> Option<&'a Resource> {
        self.program.resources.get(id.index())
    }

    pub fn kind(&self, resource: &Resource) -> Option<&'a Kind> {
        self.program.kinds.kinds.get(resource.kind.as_ref()?)
    }

    /// The logical id of one of the CloudFormation resources that `id` becomes.
    pub fn part_id(&self, id: ResourceId, part: &str) -> &str {
        let known = self.parts.get(id.index()).and_then(|it| it.get(part));
        known.map_or_else(|| self.resource_id(id), String::as_str)
    }

    /// What the kind's expressions see for this resource.
    pub fn scope(&self, id: ResourceId) -> Scope<'a> {
        let mut scope = Scope::default();
        let Some(resource) = self.resource(id) else { return scope };
        let Some(kind) = self.kind(resource) else { return scope };
        for (name, setting) in &kind.settings {
            let binding = match (resource.settings.get(&**name), &setting.default) {
                (Some(given), _) => Binding::Later(given),
                (None, Some(default)) => Binding::Default(default),
                (None, None) => Binding::Value(Value::Null),
            };
            scope.bind(setting.local, binding);
        }
        for (name, part) in &kind.parts {
            scope.bind(part.local, Binding::Value(Value::Handle(self.part_id(id, name).to_owned())));
        }
        let names = &kind.scope;
        scope.bind(names.this, Binding::Value(Value::Resource(id)));
        scope.bind(names.tags, Binding::Value(self.tags(Some(resource))));
        let description = resource.docs.as_ref().map_or(Value::Null, |it| Value::text(first_line(it)));
        scope.bind(names.description, Binding::Value(description));
        let alias = resource.attributes.iter().find(|it| &*it.name == "alias");
        let alias = alias.and_then(|it| it.arguments.get("0"));
        scope.bind(names.alias, alias.map_or(Binding::Value(Value::Null), Binding::Later));
        scope.bind(names.label, Binding::Value(Value::text(self.resource_id(id))));
        scope.bind(names.fields, Binding::Value(self.key_types(resource)));
        scope.bind(names.permissions, Binding::Permissions(id));
        let existing = resource.existing.as_ref();
        let text = existing.and_then(|it| self.eval(it, &Scope::default()).ok());
        let text = text.as_ref().and_then(Value::as_text);
        let named = text.is_some_and(|it| !it.starts_with("arn:"));
        let located = text.is_some_and(|it| it.starts_with("arn:"));
        let addressed = text.is_some_and(|it| it.starts_with("https://"));
        scope.bind(names.named, Binding::Value(Value::Boolean(named)));
        scope.bind(names.located, Binding::Value(Value::Boolean(located)));
        scope.bind(names.addressed, Binding::Value(Value::Boolean(addressed)));
        scope.bind(names.existing, existing.map_or(Binding::Value(Value::Null), Binding::Later));
        scope
    }

    /// What DynamoDB calls the types of a record's fields, where they can be keys.
    fn key_types(&self, resource: &Resource) -> Value {
        let types = &self.program.types;
        let Some(Type::Record(record)) = resource.of.as_ref().map(|it| types.resolve(it)) else {
            return Value::Null;
        };
        let letter = |ty: &Type| match types.resolve(ty) {
            Type::Int | Type::Number => "N",
            Type::Literal(LiteralType::Number(_)) => "N",
            Type::Bytes => "B",
            _ => "S",
        };
        let field = |(name, field): (&Arc<str>, &FieldType)| {
            let ty = match types.resolve(&field.ty) {
                Type::Optional(inner) => inner,
                other => other,
            };
            (name.to_string(), Value::text(letter(ty)))
        };
        Value::Record(record.fields.iter().map(field).collect())
    }

    /// The app's tags and the resource's own, as `[{ Key, Value }]`; null where there are none.
    pub fn tags(&self, resource: Option<&'a Resource>) -> Value {
        let of = |settings: &'a IndexMap<String, Expr>| match settings.get("tags") {
            Some(tags) => self.eval(tags, &Scope::default()).unwrap_or(Value::Null),
            None => Value::Null,
        };
        let mut all = IndexMap::new();
        for tags in [Some(of(&self.program.app.settings)), resource.map(|it| of(&it.settings))] {
            if let Some(Value::Record(tags)) = tags {
                all.extend(tags);
            }
        }
        if all.is_empty() {
            return Value::Null;
        }
        let tag = |(key, value)| Value::record([("Key", Value::Text(key)), ("Value", value)]);
        Value::List(all.into_iter().map(tag).collect())
    }

    /// `orders.arn`
    pub fn attribute(&self, base: &Value, name: &str, span: Span) -> Result {
        match base {
            Value::Resource(id) => self.resource_attribute(*id, name, span),
            Value::Workflow(id) => Ok(match name {
                "name" => Value::attribute(self.workflow_id(*id), "Name"),
                _ => Value::reference(self.workflow_id(*id)),
            }),
            Value::Api(api) => Ok(self.api_attribute(api, name)),
            Value::Null => Ok(Value::Null),
            _ => fail(span, "which resource it is isn't known before the run"),
        }
    }

    fn api_attribute(&self, api: &str, name: &str) -> Value {
        let id = self.api_id(api);
        match name {
            "id" => Value::reference(&id),
            _ => {
                let url = format!("https://${{{id}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}");
                Value::Deploy(json!({ "Fn::Sub": format!("{url}{}", self.api_stage_path(api)) }))
            }
        }
    }

    fn resource_attribute(&self, id: ResourceId, name: &str, span: Span) -> Result {
        let Some(resource) = self.resource(id) else { return Ok(Value::Null) };
        let Some(kind) = self.kind(resource) else {
            let handle = self.resource_id(id);
            return Ok(if name == "ref" { Value::reference(handle) } else { Value::attribute(handle, name) });
        };
        let Some(attribute) = kind.values.get(name) else {
            return fail(span, format!("a {} has no `{name}`", kind.name));
        };
        if resource.existing.is_none() {
            return self.eval(&attribute.value, &self.scope(id));
        }
        match &attribute.existing {
            Some(value) => self.eval(value, &self.scope(id)),
            None => fail(span, format!("`{name}` of an existing {} isn't known", kind.name)),
        }
    }

    /// The value of what a definition leaves to the deployment.
    pub fn deployed(&self, deploy: &Deploy, span: Span) -> Result {
        match deploy {
            Deploy::Resource(id, name) => self.attribute(&Value::Resource(*id), name, span),
            Deploy::Workflow(id, name) => self.attribute(&Value::Workflow(*id), name, span),
            Deploy::Api(api, name) => self.attribute(&Value::Api(api.clone()), name, span),
            Deploy::Param(id, _) => {
                let name = self.program.params.get(id.index()).map_or("", |it| &it.name);
                Ok(Value::reference(&self.parameter_id(name)))
            }
            Deploy::Condition(name) => Ok(Value::Condition(Condition::Named(name.clone()))),
            Deploy::Stack(name) => Ok(Value::reference(name)),
        }
    }

    /// As CloudFormation reads it in a property. Null fields and items are left out.
    pub fn json(&self, value: &Value, span: Span) -> Result<Json> {
        Ok(match value {
            Value::Null => Json::Null,
            Value::Boolean(it) => Json::Bool(*it),
            Value::Number(it) => Json::Number(it.clone()),
            Value::Text(it) => Json::String(it.clone()),
            Value::Duration(millis) => Json::from(millis.div_ceil(1000)),
            Value::Size(bytes) => Json::from(mebibytes(*bytes)),
            Value::Percent(_) => value.as_f64().map_or(Json::Null, |it| match Value::from_f64(it) {
                Value::Number(it) => Json::Number(it),
                _ => Json::Null,
            }),
            Value::List(items) => {
                let items = items.iter().filter(|it| !it.is_null());
                Json::Array(items.map(|it| self.json(it, span)).collect::<Result<_>>()?)
            }
            Value::Record(fields) => {
                let mut map = Map::new();
                for (name, value) in fields {
                    match self.json(value, span)? {
                        Json::Null => {}
                        value => drop(map.insert(name.clone(), value)),
                    }
                }
                Json::Object(map)
            }
            Value::Deploy(json) => json.clone(),
            Value::Condition(condition) => {
                json!({ "Fn::If": [self.conditions.name(condition), true, false] })
            }
            Value::Choice(condition, yes, no) => self.choice(condition, yes, no, span)?,
            Value::Handle(id) => json!({ "Ref": id }),
            Value::Resource(_) | Value::Workflow(_) | Value::Api(_) => {
                return fail(span, "a resource isn't text: name an attribute such as `.arn`");
            }
            Value::Concat(_) | Value::Hole(_) => return fail(span, "it is known only while a workflow runs"),
        })
    }

    fn choice(&self, condition: &Condition, yes: &Value, no: &Value, span: Span) -> Result<Json> {
        let side = |value: &Value| {
            Ok(match self.json(value, span)? {
                Json::Null => json!({ "Ref": "AWS::NoValue" }),
                value => value,
            })
        };
        let (yes, no) = (side(yes)?, side(no)?);
        Ok(match condition {
            Condition::Not(inner) => json!({ "Fn::If": [self.conditions.name(inner), no, yes] }),
            _ => json!({ "Fn::If": [self.conditions.name(condition), yes, no] }),
        })
    }

    /// Evaluates where no local is in scope, as CloudFormation reads it.
    pub fn constant(&self, expr: &'a Expr) -> Result<Json> {
        self.json(&self.eval(expr, &Scope::default())?, expr.span)
    }

    /// A setting evaluated where no local is in scope; null where it isn't given.
    pub fn setting(&self, settings: &'a IndexMap<String, Expr>, name: &str) -> Result {
        settings.get(name).map_or(Ok(Value::Null), |it| self.eval(it, &Scope::default()))
    }

    /// The condition that an attribute `@condition(…)` gives.
    pub fn condition_of(&self, attributes: &'a [crate::typed::Attribute]) -> Result<When> {
        let Some(attribute) = attributes.iter().find(|it| &*it.name == "condition") else {
            return Ok(When::Always);
        };
        let Some(expr) = attribute.arguments.get("0") else { return Ok(When::Always) };
        self.when(expr, &Scope::default())
    }

    /// Whether something is there, as a boolean expression says.
    pub fn when(&self, expr: &'a Expr, scope: &Scope<'a>) -> Result<When> {
        if let ExprKind::Condition(name) = &expr.kind {
            return Ok(When::If(Condition::Named(name.clone())));
        }
        Ok(match self.eval(expr, scope)? {
            Value::Boolean(false) | Value::Null => When::Never,
            Value::Condition(it) => When::If(it),
            _ => When::Always,
        })
    }
}

/// The logical ids of a resource's parts: the first has the resource's own.
fn parts(program: &Program, resource: &Resource, own: &str, ids: &Ids) -> HashMap<Arc<str>, String> {
    let kind = resource.kind.as_ref().and_then(|it| program.kinds.kinds.get(it));
    let names = kind.into_iter().flat_map(|it| it.parts.keys()).enumerate();
    let id = |at: usize, name: &str| {
        if at == 0 { own.to_owned() } else { ids.claim(&format!("{own}{}", pascal(name))) }
    };
    names.map(|(at, name)| (name.clone(), id(at, name))).collect()
}

/// Whether a resource is there.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    Always,
    Never,
    If(Condition),
}

impl When {
    #[must_use]
    pub fn and(self, other: When) -> When {
        match (self, other) {
            (When::Never, _) | (_, When::Never) => When::Never,
            (When::Always, it) | (it, When::Always) => it,
            (When::If(a), When::If(b)) => When::If(Condition::And(Box::new(a), Box::new(b))),
        }
    }
}

/// The first paragraph of a doc comment on one line, as long as AWS's descriptions may be.
pub fn first_line(docs: &str) -> String {
    let first = docs.split("\n\n").next().unwrap_or_default();
    let line = first.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(256).collect()
}

/// Collects what went wrong, so that one broken value doesn't hide the next.
#[derive(Debug, Default)]
pub struct Problems {
    pub all: Vec<Unknown>,
}

impl Problems {
    /// The value, or none with the problem noted.
    pub fn note<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(unknown) => {
                if !self.all.contains(&unknown) {
                    self.all.push(unknown);
                }
                None
            }
        }
    }
}
