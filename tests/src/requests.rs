//! Whether AWS's API takes what a state machine sends: every argument against the shape that the API's model gives.

use jsonata::Value;
use models::{Record, Shape, ShapeRef};

/// What the API would refuse in a request, each with its place.
pub fn problems(resource: &str, arguments: &Value) -> Vec<String> {
    // What readers and writers of maps ask; no task can.
    let resource = &resource.replace("states:::s3:", "states:::aws-sdk:s3:");
    let Some(integration) = models::resource(resource) else { return Vec::new() };
    let Some(action) = models::find(integration.service, integration.action, integration.flavor) else {
        return vec![format!("there is no {resource}")];
    };
    let mut found = Vec::new();
    if integration.pattern.is_err() {
        found.push(format!("there is no {resource}"));
    }
    if let Some(shape) = action.arguments() {
        walk(shape, arguments, "", &mut found);
    }
    found
}

fn walk(shape: ShapeRef, value: &Value, place: &str, found: &mut Vec<String>) {
    let wrong = |what: &str| format!("{place} must be {what}: {value}");
    match shape.shape() {
        Shape::Json => {}
        Shape::String { values } => match value.as_str() {
            Some(text) if !values.is_empty() && !values.contains(&text) => {
                found.push(wrong(&format!("one of {}", values.join(", "))));
            }
            Some(_) => {}
            None => found.push(wrong("text")),
        },
        Shape::Int if value.as_i64().is_none() => found.push(wrong("a whole number")),
        Shape::Number if !value.is_number() => found.push(wrong("a number")),
        Shape::Boolean if value.as_bool().is_none() => found.push(wrong("true or false")),
        Shape::Timestamp | Shape::Bytes if value.as_str().is_none() => found.push(wrong("text")),
        Shape::Int | Shape::Number | Shape::Boolean | Shape::Timestamp | Shape::Bytes => {}
        Shape::List(item) => match value.as_array() {
            Some(items) => {
                for (i, it) in items.as_slice().iter().enumerate() {
                    walk(item, it, &format!("{place}[{i}]"), found);
                }
            }
            None => found.push(wrong("a list")),
        },
        Shape::Map(item) => match value.as_object() {
            Some(members) => {
                members.iter().for_each(|(name, it)| walk(item, it, &format!("{place}.{name}"), found));
            }
            None => found.push(wrong("a record")),
        },
        Shape::Record(record) => record_of(&record, value, place, found),
    }
}

fn record_of(record: &Record, value: &Value, place: &str, found: &mut Vec<String>) {
    let Some(members) = value.as_object() else {
        found.push(format!("{place} must be a record: {value}"));
        return;
    };
    for (name, it) in members.iter() {
        match record.member(name) {
            Some(member) => walk(member.shape, it, &format!("{place}.{name}"), found),
            None => found.push(format!("{place}.{name}: {} has no such member", record.name)),
        }
    }
    for member in record.members.iter().filter(|it| it.required) {
        if members.get(member.name).is_none() {
            found.push(format!("{place}.{} is missing", member.name));
        }
    }
    // A union: one member says what the value is.
    if record.name == "AttributeValue" && members.len() != 1 {
        found.push(format!("{place} must have one type: {value}"));
    }
}
