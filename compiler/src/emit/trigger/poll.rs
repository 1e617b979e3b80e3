//! Queues and streams: a pipe with a template, or for a function that takes AWS's own batch an event source mapping.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::{Goal, Wire, object};
use crate::emit::evaluate::{Result, Topic, fail};
use crate::emit::iam::Policy;
use crate::emit::template::Resource;
use crate::emit::value::{Value, concat};
use crate::typed::WorkflowId;
use crate::typed::delivery::WRAPPED;
use crate::types::Type;

pub(super) fn emit(wire: &mut Wire<'_, '_>) -> Result<()> {
    match wire.target {
        Goal::Function(_) if wire.is_raw() => mapping(wire),
        Goal::Function(_) => {
            // A pipe hands a function the list of a batch.
            let Value::List(items) = &wire.payload else {
                let why =
                    "a function gets the events of a queue or stream as a list: write `[…]`, or `event.raw`";
                return fail(wire.trigger.action.span, why);
            };
            let [item] = items.as_slice() else {
                return fail(wire.trigger.action.span, "the list holds one item: what becomes of each event");
            };
            wire.payload = item_of(wire, item)?;
            pipe(wire)
        }
        Goal::Workflow(id) => {
            told_apart(wire, id)?;
            pipe(wire)
        }
    }
}

/// A record looks the same in DynamoDB's form and without it.
fn told_apart(wire: &Wire<'_, '_>, id: WorkflowId) -> Result<()> {
    let types = &wire.deployment.program.types;
    let is_record = |ty: &Type| match types.resolve(ty) {
        Type::Optional(inner) => matches!(types.resolve(inner), Type::Record(_) | Type::Dict(_) | Type::Json),
        other => matches!(other, Type::Record(_) | Type::Dict(_) | Type::Json),
    };
    let delivery = wire.deployment.program.delivery(id);
    match delivery.images.iter().find(|it| it.mixed && is_record(&it.ty)) {
        None => Ok(()),
        Some(image) => fail(
            wire.trigger.action.span,
            format!(
                "one trigger of this workflow hands over `{}` of a table's stream, in DynamoDB's form, and another one does not: start two workflows",
                if image.path.is_empty() { "an item".to_owned() } else { image.path.join(".") }
            ),
        ),
    }
}

/// What a function gets for an event. A template that is one path and nothing else gives no JSON, so a record goes over
/// field by field.
fn item_of(wire: &Wire<'_, '_>, item: &Value) -> Result {
    let Value::Hole(hole) = item else { return Ok(item.clone()) };
    let types = &wire.deployment.program.types;
    let why = "a pipe can't hand over a piece of an event by itself: name its fields, `[{ id: event.body.id }]`, or take `event.raw`";
    let Type::Record(record) = types.resolve(&hole.ty) else {
        return fail(wire.trigger.action.span, why);
    };
    let mut fields = IndexMap::new();
    for (name, field) in &record.fields {
        if matches!(types.resolve(&field.ty), Type::Optional(_)) {
            return fail(wire.trigger.action.span, why);
        }
        let mut inner = hole.clone();
        inner.path.push(name.to_string());
        inner.ty = field.ty.clone();
        fields.insert(name.to_string(), Value::Hole(inner));
    }
    Ok(Value::Record(fields))
}

/// The pipe's `InputTemplate`; none where the target takes the event as it is.
fn template(wire: &Wire<'_, '_>) -> Result<Option<Json>> {
    let wrapped = match wire.target {
        Goal::Workflow(id) => wire.deployment.program.delivery(id).wrapped,
        Goal::Function(_) => false,
    };
    let text = match (wire.is_raw(), wrapped) {
        (true, false) => return Ok(None),
        (true, true) => "<aws.pipes.event.json>".into(),
        (false, _) => wire.payload_with(&|_, path| format!("<$.{path}>"))?.text(),
    };
    let text = if wrapped { concat(&[format!("{{\"{WRAPPED}\":").into(), text, "}".into()]) } else { text };
    Ok(Some(text))
}

/// The actions that reading the source takes.
pub(super) fn source_policy(wire: &Wire<'_, '_>) -> Result<Policy> {
    let mut policy = Policy::default();
    let actions: Vec<&str> = wire
        .carrier
        .get("actions")
        .map(Value::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_text)
        .collect();
    policy.allow(&actions, vec![wire.json("source")?]);
    let failed = wire.json("failed")?;
    if !failed.is_null() {
        policy.allow(&["sns:Publish", "sqs:SendMessage"], vec![failed]);
    }
    Ok(policy)
}

fn criteria(wire: &Wire<'_, '_>) -> Result<Json> {
    let mut pattern = wire.json("pattern")?;
    super::pattern::add_condition(wire, &mut pattern)?;
    if pattern.is_null() {
        return Ok(Json::Null);
    }
    Ok(json!({ "Filters": [{ "Pattern": pattern.to_string() }] }))
}

pub(super) fn pipe(wire: &mut Wire<'_, '_>) -> Result<()> {
    let policy = source_policy(wire)?;
    let role = wire.role("pipes.amazonaws.com", policy)?;
    let mut source = object(wire.json("pipe")?);
    match criteria(wire)? {
        Json::Null => {}
        criteria => drop(source.insert("FilterCriteria".into(), criteria)),
    }
    let mut target = Map::new();
    if let Some(template) = template(wire)? {
        target.insert("InputTemplate".into(), template);
    }
    // Standard workflows can only be started; a function's failure must be seen, so that the event is tried again.
    let (key, invocation) = match wire.target {
        Goal::Workflow(_) => ("StepFunctionStateMachineParameters", "FIRE_AND_FORGET"),
        Goal::Function(_) => ("LambdaFunctionParameters", "REQUEST_RESPONSE"),
    };
    target.insert(key.into(), json!({ "InvocationType": invocation }));
    let properties = json!({
        "Source": wire.json("source")?,
        "SourceParameters": source,
        "Target": wire.target_arn()?,
        "TargetParameters": target,
        "RoleArn": role,
    });
    wire.add("", "AWS::Pipes::Pipe", properties);
    Ok(())
}

/// Lambda polls by itself, with the function's own role.
fn mapping(wire: &mut Wire<'_, '_>) -> Result<()> {
    stays_hidden(wire)?;
    let mut properties = object(wire.json("mapping")?);
    properties.insert("EventSourceArn".into(), wire.json("source")?);
    properties.insert("FunctionName".into(), wire.target_arn()?);
    match criteria(wire)? {
        Json::Null => {}
        criteria => drop(properties.insert("FilterCriteria".into(), criteria)),
    }
    let mut entry = Resource::new("AWS::Lambda::EventSourceMapping", Json::Object(properties));
    entry.condition = wire.condition.clone();
    if let Some(policy) = reader(wire)? {
        entry.depends_on.push(policy);
    }
    wire.template.add(&wire.deployment.ids, &wire.label, entry);
    Ok(())
}

/// Lambda refuses a queue whose messages come back while the function still works on them.
fn stays_hidden(wire: &Wire<'_, '_>) -> Result<()> {
    let Goal::Function(id) = wire.target else { return Ok(()) };
    let hidden = wire.carrier.get("visibility").and_then(Value::seconds);
    let settings = wire.deployment.resource(id).map(|it| &it.settings);
    let timeout = settings.map_or(Ok(Value::Null), |it| wire.deployment.setting(it, "timeout"))?;
    match (hidden, timeout.seconds()) {
        (Some(hidden), Some(timeout)) if hidden < timeout => fail(
            wire.trigger.span,
            format!(
                "the queue hides a message for {hidden} s, and the function may take {timeout} s: AWS advises a `visibility` of six times the timeout"
            ),
        )
        .map_err(|it| it.of(Topic::Hidden)),
        _ => Ok(()),
    }
}

/// What lets the function's role read the source; the mapping is refused without it.
fn reader(wire: &mut Wire<'_, '_>) -> Result<Option<String>> {
    let Goal::Function(id) = wire.target else { return Ok(None) };
    let role = wire.deployment.part_id(id, "own").to_owned();
    if !wire.template.resources.contains_key(&role) {
        return Ok(None);
    }
    let policy = source_policy(wire)?;
    let properties = json!({
        "PolicyName": "source",
        "PolicyDocument": policy.document(),
        "Roles": [super::reference_to(&role)],
    });
    Ok(Some(wire.add("Policy", "AWS::IAM::Policy", properties)))
}
