//! Queues and streams: a pipe with a template, or for a function that takes AWS's own batch an event source mapping.

use serde_json::{Map, Value as Json, json};

use super::{Goal, Wire, object};
use crate::emit::evaluate::{Result, fail};
use crate::emit::iam::Policy;
use crate::emit::template::Resource;
use crate::emit::value::Value;

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
            wire.payload = item.clone();
            pipe(wire)
        }
        Goal::Workflow(_) => pipe(wire),
    }
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
    if !wire.is_raw() {
        let mark = |_: &str, path: &str| format!("<$.{path}>");
        target.insert("InputTemplate".into(), wire.payload_with(&mark)?.text());
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
    let mut properties = object(wire.json("mapping")?);
    properties.insert("EventSourceArn".into(), wire.json("source")?);
    properties.insert("FunctionName".into(), wire.target_arn()?);
    match criteria(wire)? {
        Json::Null => {}
        criteria => drop(properties.insert("FilterCriteria".into(), criteria)),
    }
    let mut entry = Resource::new("AWS::Lambda::EventSourceMapping", Json::Object(properties));
    if let Some(policy) = reader(wire)? {
        entry.depends_on.push(policy);
    }
    wire.template.add(&wire.deployment.ids, &wire.label, entry);
    Ok(())
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
