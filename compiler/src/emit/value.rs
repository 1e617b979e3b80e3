//! What an expression comes to at compile time: JSON with holes for what only the deployment knows.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::typed::{LocalId, ResourceId, WorkflowId};
use crate::types::Type;

/// A value at compile time.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Number(serde_json::Number),
    Text(String),
    /// Milliseconds.
    Duration(u64),
    /// Bytes.
    Size(u64),
    Percent(f64),
    List(Vec<Value>),
    Record(IndexMap<String, Value>),
    /// An intrinsic function of CloudFormation that gives text, a number or a list.
    Deploy(Json),
    /// A boolean that the deployment knows.
    Condition(Condition),
    /// One of two, by a condition of the deployment.
    Choice(Condition, Box<Value>, Box<Value>),
    /// Text put together from parts, one of them a hole.
    Concat(Vec<Value>),
    /// Known at run time only: a piece of an event or a request.
    Hole(Hole),
    /// A CloudFormation resource, by logical id.
    Handle(String),
    Resource(ResourceId),
    Workflow(WorkflowId),
    Api(Arc<str>),
}

/// `event.detail.key`
#[derive(Clone, Debug, PartialEq)]
pub struct Hole {
    pub root: LocalId,
    pub path: Vec<String>,
    pub ty: Type,
}

/// A condition over parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    Named(Arc<str>),
    Equals(Json, Json),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

impl Value {
    pub fn text(text: impl Into<String>) -> Value {
        Value::Text(text.into())
    }

    pub fn reference(id: &str) -> Value {
        Value::Deploy(json!({ "Ref": id }))
    }

    pub fn attribute(id: &str, name: &str) -> Value {
        Value::Deploy(json!({ "Fn::GetAtt": [id, name] }))
    }

    pub fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
        Value::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Record(fields) => fields.get(name).filter(|it| !it.is_null()),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_list(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(number) => number.as_f64(),
            Value::Percent(number) => Some(*number),
            _ => None,
        }
    }

    /// Seconds of a duration, rounded up.
    pub fn seconds(&self) -> Option<u64> {
        match self {
            Value::Duration(millis) => Some(millis.div_ceil(1000)),
            Value::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    pub fn from_f64(number: f64) -> Value {
        let whole = number.fract() == 0.0 && number.abs() < 9e15;
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the test before")]
        let number = if whole { Some((number as i64).into()) } else { serde_json::Number::from_f64(number) };
        number.map_or(Value::Null, Value::Number)
    }

    pub fn from_json(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(it) => Value::Boolean(*it),
            Json::Number(it) => Value::Number(it.clone()),
            Json::String(it) => Value::Text(it.clone()),
            Json::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            Json::Object(fields) => {
                Value::Record(fields.iter().map(|(k, v)| (k.clone(), Value::from_json(v))).collect())
            }
        }
    }
}

/// Whole mebibytes, however the size was written: CloudFormation counts `256MB` of memory as 256.
pub fn mebibytes(bytes: u64) -> u64 {
    const MIB: u64 = 1 << 20;
    if !bytes.is_multiple_of(MIB) && bytes.is_multiple_of(1_000_000) {
        return bytes / 1_000_000;
    }
    bytes.div_ceil(MIB)
}

/// Text that stands in `Fn::Sub` as it is.
fn escaped(text: &str) -> String {
    text.replace("${", "${!")
}

/// Joins texts and intrinsics into one value that CloudFormation puts together.
pub fn concat(parts: &[Json]) -> Json {
    if parts.iter().all(Json::is_string) {
        return Json::String(parts.iter().filter_map(Json::as_str).collect());
    }
    if let [only] = parts {
        return only.clone();
    }
    let mut text = String::new();
    let mut variables = serde_json::Map::new();
    for part in parts {
        match hole(part) {
            Some(inside) => text.push_str(&inside),
            None => {
                let name = format!("Part{}", variables.len() + 1);
                text.push_str(&format!("${{{name}}}"));
                variables.insert(name, part.clone());
            }
        }
    }
    if variables.is_empty() { json!({ "Fn::Sub": text }) } else { json!({ "Fn::Sub": [text, variables] }) }
}

/// A part as `Fn::Sub` writes it inside its text.
fn hole(part: &Json) -> Option<String> {
    if let Some(text) = part.as_str() {
        return Some(escaped(text));
    }
    if let Some(id) = part.get("Ref").and_then(Json::as_str) {
        return Some(format!("${{{id}}}"));
    }
    if let Some([id, name]) = part.get("Fn::GetAtt").and_then(Json::as_array).map(Vec::as_slice) {
        return Some(format!("${{{}.{}}}", id.as_str()?, name.as_str()?));
    }
    part.get("Fn::Sub").and_then(Json::as_str).map(str::to_owned)
}
