//! What pipes hand over: every input template is filled in as EventBridge does it, from an event that the source's type
//! allows, and held against the type of what it goes to (EventBridge User Guide, "Amazon EventBridge Pipes input
//! transformation" and "Implicit body data parsing").

use compiler::Analysis;
use compiler::typed::delivery::{Image, WRAPPED};
use compiler::typed::resource::Trigger;
use compiler::typed::{ExprKind, Program, Target as Callee};
use compiler::types::{LiteralType, Type, Types};
use serde_json::{Map, Value, json};

use crate::template::{Made, made};

/// Every pipe of an app, in the order of its triggers.
fn pipes(analysis: &Analysis) -> Vec<Made> {
    made(analysis, &["AWS::Pipes::Pipe"])
}

/// One line a trigger's carrier: `PlacedMessageToFulfil: {"payload":<$.body>} if {"body":{"total":[…]}}`.
pub fn shown(analysis: &Analysis) -> String {
    let of = ["AWS::Pipes::Pipe", "AWS::Lambda::EventSourceMapping", "AWS::Events::Rule"];
    let line = |it: Made| {
        let text = |path: &str| {
            it.properties.pointer(path).map(|it| it.as_str().map_or(it.to_string(), str::to_owned))
        };
        let sent = [
            "/TargetParameters/InputTemplate",
            "/Targets/0/InputTransformer/InputTemplate",
            "/Targets/0/InputPath",
        ];
        let sent = sent.iter().find_map(|it| text(it)).unwrap_or_else(|| "the event".to_owned());
        let patterns = [
            "/SourceParameters/FilterCriteria/Filters/0/Pattern",
            "/FilterCriteria/Filters/0/Pattern",
            "/EventPattern",
        ];
        let pattern = patterns.iter().find_map(|it| text(it)).map_or(String::new(), |it| format!(" if {it}"));
        format!("{}: {sent}{pattern}\n", it.label)
    };
    made(analysis, &of).into_iter().map(line).collect()
}

/// What is wrong with what the pipes hand over.
pub fn problems(analysis: &Analysis) -> Vec<String> {
    let program = &analysis.program;
    let triggers: Vec<&Trigger> = program.triggers.iter().filter(|it| has_pipe(program, it)).collect();
    let pipes = pipes(analysis);
    if triggers.len() != pipes.len() {
        return vec![format!("{} triggers want a pipe, and there are {}", triggers.len(), pipes.len())];
    }
    let wrong = |(trigger, pipe): (&&Trigger, &Made)| {
        handed(program, trigger, pipe).err().map(|why| format!("{}: {why}", pipe.label))
    };
    triggers.iter().zip(&pipes).filter_map(wrong).collect()
}

fn callee(trigger: &Trigger) -> Option<&Callee> {
    match &trigger.action.call.kind {
        ExprKind::Call(call) => Some(&call.target),
        _ => None,
    }
}

/// A function that takes AWS's own event is called by Lambda's poller, or by the topic.
fn has_pipe(program: &Program, trigger: &Trigger) -> bool {
    let raw = match &trigger.action.call.kind {
        ExprKind::Call(call) => matches!(
            call.arguments.first().map(|it| &it.kind),
            Some(ExprKind::Field { name, .. }) if &**name == "raw"
        ),
        _ => false,
    };
    let polled = matches!(kind(program, trigger).as_deref(), Some("queue" | "stream" | "table" | "topic"));
    polled && !(raw && matches!(callee(trigger), Some(Callee::Resource(_))))
}

fn kind(program: &Program, trigger: &Trigger) -> Option<String> {
    Some(program.resources.get(trigger.source?.index())?.kind.as_ref()?.to_string())
}

fn handed(program: &Program, trigger: &Trigger, pipe: &Made) -> Result<(), String> {
    let types = &program.types;
    let resource = trigger.source.and_then(|it| program.resources.get(it.index())).ok_or("no source")?;
    let of = resource.of.clone().unwrap_or(Type::Json);
    let event = event(types, kind(program, trigger).as_deref().unwrap_or_default(), &of);
    let Some(template) = pipe.properties.pointer("/TargetParameters/InputTemplate") else { return Ok(()) };
    let template = plain(template);
    let sent = render(&template, &event).map_err(|why| format!("{why}: {template}"))?;
    match callee(trigger) {
        Some(Callee::Workflow(id)) => {
            let Some(workflow) = program.workflows.get(id.index()) else { return Ok(()) };
            let Some(param) = workflow.param.and_then(|it| program.locals.get(it.index())) else {
                return Ok(());
            };
            let delivery = program.delivery(*id);
            let payload = if delivery.wrapped { sent.get(WRAPPED).cloned() } else { Some(sent) };
            let payload = payload.ok_or_else(|| format!("no `{WRAPPED}` in {template}"))?;
            let payload = without_images(payload, &delivery.images, 0)?;
            fits(types, &param.ty, &payload, "")
        }
        Some(Callee::Resource(id)) => {
            let signature = program.resources.get(id.index()).and_then(|it| it.signature.as_ref());
            let param = signature.and_then(|it| it.param.as_ref()).map(|it| types.resolve(&it.1));
            match param {
                Some(Type::List(item)) => fits(types, item, &sent, "[0]"),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// A template's text, with something in the places that CloudFormation fills in.
fn plain(template: &Value) -> String {
    let text =
        template.as_str().or_else(|| template.get("Fn::Sub").and_then(Value::as_str)).unwrap_or_default();
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (_, after) = after.split_once('}').unwrap_or(("", ""));
        out.push_str(before);
        out.push('x');
        rest = after;
    }
    out + rest
}

/// Fills a template in.
fn render(template: &str, event: &Value) -> Result<Value, String> {
    if let Some(path) = template.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
        return match at(event, path)? {
            // "the quotes within the original source payload are removed": what arrives is no JSON.
            value if value.is_object() || value.is_array() => {
                Err("one path and nothing else gives no JSON".to_owned())
            }
            value => Ok(value),
        };
    }
    let mut out = String::new();
    let (mut quoted, mut escaped) = (false, false);
    let mut rest = template;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '<'
            && let Some((path, after)) = rest.split_once('>')
        {
            let value = at(event, path)?;
            match (quoted, value.as_str()) {
                (true, Some(text)) => out.push_str(text),
                _ => out.push_str(&value.to_string()),
            }
            rest = after;
            continue;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    serde_json::from_str(&out).map_err(|error| format!("no JSON ({error})"))
}

fn at(event: &Value, path: &str) -> Result<Value, String> {
    if path == "aws.pipes.event.json" {
        return Ok(event.clone());
    }
    let steps = path.strip_prefix("$.").ok_or_else(|| format!("`{path}` is no path"))?;
    let found = steps.split('.').try_fold(event, |value, step| value.get(step));
    found.cloned().ok_or_else(|| format!("nothing stands at `{path}`"))
}

/// What the source sends, after the implicit parsing of bodies.
fn event(types: &Types, kind: &str, of: &Type) -> Value {
    let value = sample(types, of, 0);
    match kind {
        "queue" | "topic" => json!({ "messageId": "m-1", "receiptHandle": "r-1", "body": value }),
        "stream" => json!({ "data": value, "partitionKey": "k", "sequenceNumber": "1" }),
        _ => {
            let image = marshalled(types, of, &value);
            let image = image.get("M").cloned().unwrap_or_default();
            let images = json!({ "NewImage": image, "OldImage": image });
            json!({ "eventID": "e-1", "eventName": "MODIFY", "dynamodb": images })
        }
    }
}

/// A value with all its fields; records that hold themselves end.
fn sample(types: &Types, ty: &Type, depth: u32) -> Value {
    match types.resolve(ty) {
        Type::Literal(LiteralType::String(text)) => text.as_ref().into(),
        Type::Literal(LiteralType::Number(it)) => json!(it),
        Type::Literal(LiteralType::Boolean(it)) => (*it).into(),
        Type::Int => 7.into(),
        Type::Number | Type::Duration | Type::Size => json!(1.5),
        Type::Boolean => true.into(),
        Type::Timestamp => "2026-01-02T03:04:05Z".into(),
        Type::String | Type::Bytes | Type::Token(_) => "text".into(),
        Type::Record(record) => {
            let field = |(name, it): (&std::sync::Arc<str>, &compiler::types::FieldType)| {
                (name.to_string(), sample(types, &it.ty, depth + 1))
            };
            Value::Object(record.fields.iter().map(field).collect())
        }
        Type::List(_) | Type::Optional(_) if depth > 6 => match types.resolve(ty) {
            Type::List(_) => json!([]),
            _ => Value::Null,
        },
        Type::List(item) => json!([sample(types, item, depth + 1)]),
        Type::Dict(item) => json!({ "key": sample(types, item, depth + 1) }),
        Type::Optional(inner) => sample(types, inner, depth + 1),
        Type::Union(members) => members.first().map_or(Value::Null, |it| sample(types, it, depth)),
        _ => json!({ "any": [1] }),
    }
}

/// DynamoDB's form.
fn marshalled(types: &Types, ty: &Type, value: &Value) -> Value {
    let inner = match types.resolve(ty) {
        Type::Optional(inner) => inner,
        other => other,
    };
    let fields = |value: &Value, ty: &dyn Fn(&str) -> Type| -> Map<String, Value> {
        let all = value.as_object().into_iter().flatten().filter(|(_, it)| !it.is_null());
        all.map(|(name, it)| (name.clone(), marshalled(types, &ty(name), it))).collect()
    };
    match (types.resolve(inner), value) {
        (Type::Record(record), _) => {
            let of = |name: &str| record.fields.get(name).map_or(Type::Json, |it| it.ty.clone());
            json!({ "M": fields(value, &of) })
        }
        (Type::Dict(item), _) => json!({ "M": fields(value, &|_| item.as_ref().clone()) }),
        (Type::List(item), Value::Array(items)) => {
            json!({ "L": items.iter().map(|it| marshalled(types, item, it)).collect::<Vec<_>>() })
        }
        (_, Value::Number(it)) => json!({ "N": it.to_string() }),
        (_, Value::Bool(it)) => json!({ "BOOL": it }),
        (_, Value::Object(_)) => json!({ "M": fields(value, &|_| Type::Json) }),
        (_, Value::Array(items)) => {
            json!({ "L": items.iter().map(|it| marshalled(types, &Type::Json, it)).collect::<Vec<_>>() })
        }
        (_, Value::Null) => json!({ "NULL": true }),
        (_, Value::String(it)) => json!({ "S": it }),
    }
}

/// The payload with DynamoDB's form taken off where the workflow does so.
fn without_images(value: Value, images: &[Image], depth: usize) -> Result<Value, String> {
    if let Some(image) = images.iter().find(|it| it.path.len() == depth) {
        if image.mixed && !value.is_object() {
            return Ok(value);
        }
        let value = if image.item { json!({ "M": value }) } else { value };
        return unmarshalled(&value);
    }
    let Value::Object(fields) = value else { return Ok(value) };
    let mut out = Map::new();
    for (name, it) in fields {
        let inside: Vec<Image> = images
            .iter()
            .filter(|image| image.path.get(depth).is_some_and(|it| **it == *name))
            .cloned()
            .collect();
        let it = if inside.is_empty() { it } else { without_images(it, &inside, depth + 1)? };
        out.insert(name, it);
    }
    Ok(Value::Object(out))
}

fn unmarshalled(value: &Value) -> Result<Value, String> {
    let wrong = || format!("no DynamoDB value: {value}");
    let fields = value.as_object().filter(|it| it.len() == 1).ok_or_else(wrong)?;
    let (letter, inner) = fields.iter().next().ok_or_else(wrong)?;
    Ok(match (letter.as_str(), inner) {
        ("N", Value::String(text)) => serde_json::from_str(text).map_err(|_| wrong())?,
        ("NULL", _) => Value::Null,
        ("M", Value::Object(all)) => {
            let all = all.iter().map(|(name, it)| Ok((name.clone(), unmarshalled(it)?)));
            Value::Object(all.collect::<Result<_, String>>()?)
        }
        ("L", Value::Array(all)) => all.iter().map(unmarshalled).collect::<Result<_, String>>()?,
        ("S" | "B" | "BOOL", inner) => inner.clone(),
        _ => return Err(wrong()),
    })
}

/// Whether a value is of a type.
fn fits(types: &Types, ty: &Type, value: &Value, place: &str) -> Result<(), String> {
    let wrong = || format!("{place} must be {}, and is {value}", types.show(ty));
    let ok = match types.resolve(ty) {
        Type::String | Type::Timestamp | Type::Bytes | Type::Token(_) => value.is_string(),
        Type::Int => value.is_i64(),
        Type::Number | Type::Duration | Type::Size => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Null => value.is_null(),
        Type::Literal(_) => *value == sample(types, ty, 0),
        Type::Optional(inner) => {
            return if value.is_null() { Ok(()) } else { fits(types, inner, value, place) };
        }
        Type::Union(members) => members.iter().any(|it| fits(types, it, value, place).is_ok()),
        Type::Record(record) => {
            let fields = value.as_object().ok_or_else(wrong)?;
            for (name, field) in &record.fields {
                let inner = fields.get(&**name).unwrap_or(&Value::Null);
                fits(types, &field.ty, inner, &format!("{place}.{name}"))?;
            }
            true
        }
        Type::List(item) => {
            let items = value.as_array().ok_or_else(wrong)?;
            items.iter().try_for_each(|it| fits(types, item, it, &format!("{place}[]")))?;
            true
        }
        Type::Dict(item) => {
            let fields = value.as_object().ok_or_else(wrong)?;
            fields.values().try_for_each(|it| fits(types, item, it, &format!("{place}.*")))?;
            true
        }
        _ => true,
    };
    if ok { Ok(()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in() {
        let event = json!({ "body": { "id": "a", "n": 1 }, "messageId": "m" });
        let rendered = |template: &str| render(template, &event);
        assert_eq!(rendered("{\"id\":<$.body.id>,\"n\":<$.body.n>}"), Ok(json!({ "id": "a", "n": 1 })));
        assert_eq!(rendered("{\"text\":\"<$.body.id>: <$.body.n>\"}"), Ok(json!({ "text": "a: 1" })));
        assert_eq!(rendered("{\"payload\":<$.body>}"), Ok(json!({ "payload": { "id": "a", "n": 1 } })));
        assert_eq!(rendered("<$.messageId>"), Ok(json!("m")));
        assert!(rendered("<$.body>").is_err());
        assert!(rendered("{\"id\":<$.body.other>}").is_err());
    }
}
