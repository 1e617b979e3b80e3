//! Payload templates, compiled: what has to be evaluated is parsed once, the rest is a shared value.

use std::sync::Arc;

use asl::model::QueryLanguage;
use jsonata::{Dialect, Expression, Value};
use serde_json::Value as Json;

use crate::compile::CompileError;
use crate::errors::{self, Failure};
use crate::intrinsics::{self, Call, CallError};
use crate::jsonpath::{self, Path, Root, Roots, Step};
use crate::random::java_order;
use crate::scene::Scene;
use crate::value;

/// A template of either language.
#[derive(Clone, Debug)]
pub(crate) enum Template {
    /// Nothing to evaluate.
    Constant(Value),
    /// `"name.$": "…"` (JSONPath).
    Query(Query),
    /// `"{% … %}"` (JSONata).
    Expression(Jsonata),
    /// An object: its members in the order AWS writes them.
    Object(Vec<(Arc<str>, Template)>),
    /// An array.
    Array(Vec<Template>),
}

/// A path or an intrinsic call.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) text: Arc<str>,
    /// The field that holds it, `.$` included: part of AWS's error text.
    pub(crate) field: Arc<str>,
    pub(crate) kind: QueryKind,
}

#[derive(Clone, Debug)]
pub(crate) enum QueryKind {
    Path(Path),
    Call(Call),
}

/// A JSONata expression and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Jsonata {
    pub(crate) expression: Expression,
    /// The field, such as `Arguments/Payload`.
    pub(crate) field: Arc<str>,
    /// Whether it may look at `$states.context`, which costs something to make.
    pub(crate) context: bool,
}

impl Query {
    pub(crate) fn compile(text: &str, field: &str, pointer: &str) -> Result<Query, CompileError> {
        let error = |it: jsonpath::SyntaxError| CompileError::new(pointer, format!("{text}: {it}"));
        let kind = if intrinsics::is_call(text) {
            QueryKind::Call(intrinsics::parse(text.trim()).map_err(error)?)
        } else {
            QueryKind::Path(jsonpath::parse(text).map_err(error)?)
        };
        Ok(Query { text: text.into(), field: field.into(), kind })
    }

    /// As a member of a payload template.
    pub(crate) fn evaluate(&self, scene: &mut Scene<'_>) -> Result<Value, Failure> {
        match &self.kind {
            QueryKind::Path(path) if path.reads_nothing(scene.input) => {
                Err(Failure::runtime(errors::NULL_INPUT).own())
            }
            QueryKind::Path(path) => match path.find(scene) {
                Ok(found) => Ok(found),
                // Recorded: an index beyond the end gives null here, though not in `InputPath`.
                Err(why)
                    if matches!(path.steps.last(), Some(Step::Index(_))) && why.starts_with("No results") =>
                {
                    Ok(Value::Null)
                }
                Err(_) => {
                    let looked_into = match path.root {
                        Root::Context => scene.context(),
                        Root::Input | Root::Variable(_) | Root::Current => scene.input.clone(),
                    };
                    let cause = errors::path_not_found(&self.text, &self.field, &looked_into);
                    Err(Failure::runtime(cause).own())
                }
            },
            QueryKind::Call(call) => {
                let mut random = scene.random.clone();
                let result = call.evaluate(scene, &mut random);
                *scene.random = random;
                result.map_err(|error| self.refused(error))
            }
        }
    }

    /// As `InputPath`, `OutputPath`, `ItemsPath`, …: what finds nothing is told in another way.
    pub(crate) fn select(&self, scene: &mut Scene<'_>) -> Result<Value, Failure> {
        match &self.kind {
            QueryKind::Path(path) if path.is_whole_input() => Ok(scene.input.clone()),
            QueryKind::Path(path) if path.reads_nothing(scene.input) => {
                Err(Failure::runtime(errors::NULL_INPUT).own())
            }
            QueryKind::Path(path) => {
                path.find(scene).map_err(|why| Failure::runtime(errors::invalid_path(&self.text, &why)).own())
            }
            QueryKind::Call(_) => self.evaluate(scene),
        }
    }

    fn refused(&self, error: CallError) -> Failure {
        let cause = |why: String| format!("The function '{}' had the following error: {why}", self.text);
        match error {
            CallError::Missing(why) => Failure::runtime(cause(why)).own(),
            CallError::Refused(why) => Failure::new(errors::INTRINSIC_FAILURE, cause(why)).own(),
        }
    }
}

impl Jsonata {
    pub(crate) fn compile(source: &str, field: &str, pointer: &str) -> Result<Jsonata, CompileError> {
        let expression = Expression::parse(source, Dialect::Aws)
            .map_err(|it| CompileError::new(pointer, format!("{source}: {it}")))?;
        Ok(Jsonata { expression, field: field.into(), context: mentions_context(source) })
    }

    pub(crate) fn evaluate(&self, scene: &mut Scene<'_>) -> Result<Value, Failure> {
        let bindings = scene.bindings(self.context);
        let source = self.expression.source();
        match self.expression.evaluate(&Value::Undefined, &bindings, scene.environment) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(Failure::evaluation(&self.field, errors::jsonata_nothing(source, &self.field))),
            Err(error) => {
                let cause = errors::jsonata_threw(source, &self.field, &error);
                Err(Failure::evaluation(&self.field, cause))
            }
        }
    }

    /// The failure of a result that is not what the field wants.
    pub(crate) fn wrong_type(&self, expected: &str, got: &Value) -> Failure {
        let source = self.expression.source();
        Failure::evaluation(&self.field, errors::jsonata_type(source, &self.field, expected, got))
    }
}

/// Whether an expression may need `$states.context`: unless each `$states` is followed by another member.
fn mentions_context(source: &str) -> bool {
    source.split("$states").skip(1).any(|after| {
        let member = after.trim_start().strip_prefix('.').map(str::trim_start).unwrap_or("");
        !["input", "result", "errorOutput"].iter().any(|it| member.starts_with(it))
    })
}

impl Template {
    /// Compiles a template; `field` names it in error texts, `pointer` in compile errors.
    pub(crate) fn compile(
        json: &Json,
        language: QueryLanguage,
        field: &str,
        pointer: &str,
    ) -> Result<Template, CompileError> {
        match language {
            QueryLanguage::JsonPath => jsonpath_template(json, pointer),
            QueryLanguage::Jsonata => jsonata_template(json, field, pointer),
        }
    }

    pub(crate) fn evaluate(&self, scene: &mut Scene<'_>) -> Result<Value, Failure> {
        match self {
            Template::Constant(value) => Ok(value.clone()),
            Template::Query(query) => query.evaluate(scene),
            Template::Expression(expression) => expression.evaluate(scene),
            Template::Object(members) => {
                let mut all = Vec::with_capacity(members.len());
                for (name, template) in members {
                    all.push((name.clone(), template.evaluate(scene)?));
                }
                Ok(Value::object(all))
            }
            Template::Array(items) => {
                let all: Result<Vec<Value>, Failure> = items.iter().map(|it| it.evaluate(scene)).collect();
                all.map(Value::from)
            }
        }
    }
}

fn jsonpath_template(json: &Json, pointer: &str) -> Result<Template, CompileError> {
    match json {
        Json::Object(members) => {
            let mut fixed = Vec::new();
            let mut queries = Vec::new();
            for (name, value) in members {
                match (name.strip_suffix(".$"), value) {
                    (Some(bare), Json::String(text)) => {
                        queries.push((bare.into(), Template::Query(Query::compile(text, name, pointer)?)));
                    }
                    _ => fixed.push((Arc::from(name.as_str()), jsonpath_template(value, pointer)?)),
                }
            }
            java_order(&mut queries);
            fixed.extend(queries);
            Ok(object(fixed))
        }
        Json::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(|it| jsonpath_template(it, pointer)).collect();
            items.map(array)
        }
        json => Ok(Template::Constant(Value::from(json))),
    }
}

fn jsonata_template(json: &Json, field: &str, pointer: &str) -> Result<Template, CompileError> {
    match json {
        Json::String(text) => match expression(text) {
            Some(source) => Jsonata::compile(source, field, pointer).map(Template::Expression),
            None => Ok(Template::Constant(Value::from(text.as_str()))),
        },
        Json::Object(members) => {
            let members: Result<Vec<_>, CompileError> = members
                .iter()
                .map(|(name, it)| {
                    Ok((name.as_str().into(), jsonata_template(it, &format!("{field}/{name}"), pointer)?))
                })
                .collect();
            members.map(object)
        }
        Json::Array(items) => {
            let items: Result<Vec<_>, _> = items
                .iter()
                .enumerate()
                .map(|(at, it)| jsonata_template(it, &format!("{field}[{at}]"), pointer))
                .collect();
            items.map(array)
        }
        json => Ok(Template::Constant(Value::from(json))),
    }
}

/// The text between `{%` and `%}`.
pub(crate) fn expression(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
}

fn object(members: Vec<(Arc<str>, Template)>) -> Template {
    match members.iter().all(|(_, it)| matches!(it, Template::Constant(_))) {
        true => Template::Constant(Value::object(members.into_iter().map(|(name, it)| (name, constant(it))))),
        false => Template::Object(members),
    }
}

fn array(items: Vec<Template>) -> Template {
    match items.iter().all(|it| matches!(it, Template::Constant(_))) {
        true => Template::Constant(Value::array(items.into_iter().map(constant))),
        false => Template::Array(items),
    }
}

fn constant(template: Template) -> Value {
    match template {
        Template::Constant(value) => value,
        Template::Query(_) | Template::Expression(_) | Template::Object(_) | Template::Array(_) => {
            value::empty()
        }
    }
}
