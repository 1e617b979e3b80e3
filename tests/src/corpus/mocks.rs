//! Answers made from the models of AWS's APIs.

use std::sync::Arc;

use interpreter::{Call, Reply, ServiceError, Services};
use jsonata::Value;
use models::{Pattern, Shape, ShapeRef};
use serde_json::{Value as Json, json};

use super::definition::Definition;
use super::world::{ID, World};

/// How deep an answer goes before a run asks for more.
const DEPTH: usize = 4;

/// Answers every call with what the world has for its state, made when first asked.
pub(super) struct Answers<'w> {
    pub(super) world: &'w mut World,
    pub(super) definition: &'w Definition,
}

impl Services for Answers<'_> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let key = format!("answer of {}", call.state);
        if !self.world.sources.contains_key(&key) {
            let made = answer(call.arn, self.world);
            self.world.sources.insert(key.clone(), made);
        }
        let answer = self.world.sources.get(&key).map_or(Value::Null, Value::from);
        Reply::Done { after: 1_000, result: Ok(answer) }
    }

    fn object(&mut self, call: &Call<'_>) -> Result<Arc<[u8]>, ServiceError> {
        let key = format!("file of {}", call.state);
        if !self.world.sources.contains_key(&key) {
            let item = self.world.object();
            self.world.sources.insert(key.clone(), json!([item]));
        }
        let items = self.world.sources.get(&key).and_then(Json::as_array).cloned().unwrap_or_default();
        let config =
            self.definition.state(call.state).and_then(|it| it.json.pointer("/ItemReader/ReaderConfig"));
        let text = file(config.unwrap_or(&Json::Null), &items, call.arguments);
        Ok(text.as_bytes().into())
    }
}

/// The items as a file of the type that the reader wants.
fn file(config: &Json, items: &[Json], arguments: &Value) -> String {
    match config.get("InputType").and_then(Json::as_str) {
        Some("CSV") => csv(config, items),
        Some("JSONL") => items.iter().map(|it| format!("{it}\n")).collect(),
        Some("MANIFEST") if arguments.get("Key").and_then(Value::as_str) == Some("inventory.csv") => {
            "\"bucket\",\"key\",\"1\"\n".to_owned()
        }
        Some("MANIFEST") => json!({
            "sourceBucket": "bucket", "destinationBucket": "arn:aws:s3:::bucket", "fileFormat": "CSV",
            "fileSchema": "Bucket, Key, Size", "files": [{ "key": "inventory.csv", "size": 1 }],
        })
        .to_string(),
        _ => match config.get("ItemsPointer").and_then(Json::as_str) {
            Some(pointer) => pointer.rsplit('/').fold(Json::from(items), |inner, key| match key {
                "" => inner,
                key => json!({ key: inner }),
            }),
            None => Json::from(items),
        }
        .to_string(),
    }
}

fn csv(config: &Json, items: &[Json]) -> String {
    let delimiter = match config.get("CSVDelimiter").and_then(Json::as_str) {
        Some("PIPE") => "|",
        Some("SEMICOLON") => ";",
        Some("SPACE") => " ",
        Some("TAB") => "\t",
        _ => ",",
    };
    let given = config.get("CSVHeaders").and_then(Json::as_array);
    let first = items.first().and_then(Json::as_object);
    let columns: Vec<&str> = match given {
        Some(given) => given.iter().filter_map(Json::as_str).collect(),
        None => first.into_iter().flat_map(|it| it.keys()).map(String::as_str).collect(),
    };
    let cell = |column: &&str| match first.and_then(|it| it.get(*column)) {
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "x".to_owned(),
    };
    let row = columns.iter().map(cell).collect::<Vec<_>>().join(delimiter);
    match given {
        Some(_) => format!("{row}\n"),
        None => format!("{}\n{row}\n", columns.join(delimiter)),
    }
}

fn answer(arn: &str, world: &mut World) -> Json {
    let shape = models::resource(arn).and_then(|it| {
        let action = models::find(it.service, it.action, it.flavor)?;
        // With a token anything may come.
        action.result(it.pattern.ok().filter(|it| *it != Pattern::Token)?)
    });
    match shape {
        Some(shape) => instance(&shape, DEPTH, world),
        None => world.object(),
    }
}

/// A value of a shape: all members, one item of each list.
fn instance(shape: &ShapeRef, depth: usize, world: &mut World) -> Json {
    match shape.shape() {
        // Also of an enumeration: text like no other can be followed to where a Choice asks for a value.
        Shape::String { .. } => world.text(),
        Shape::Int | Shape::Number => json!(shape.bounds().least.map_or(1.0, |it| it.max(1.0)) as i64),
        Shape::Boolean => json!(true),
        Shape::Timestamp => json!("2026-01-01T00:00:00Z"),
        Shape::Bytes => json!("eA=="),
        Shape::Json => world.object(),
        Shape::List(item) if depth > 0 => json!([instance(&item, depth - 1, world)]),
        Shape::Map(value) if depth > 0 => {
            let mut object = world.object();
            object["key"] = instance(&value, depth - 1, world);
            object
        }
        Shape::Record(record) if depth > 0 => {
            let mut object = world.object();
            for member in record.members.iter().filter(|it| it.name != ID) {
                object[member.name] = instance(&member.shape, depth - 1, world);
            }
            object
        }
        Shape::List(_) => json!([]),
        Shape::Map(_) | Shape::Record(_) => world.object(),
    }
}
