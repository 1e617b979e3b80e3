//! Events of EventBridge: a rule with a pattern.

use serde_json::{Map, Value as Json, json};

use super::{Goal, Wire, object, reference_to};
use crate::emit::evaluate::Result;
use crate::emit::iam::Policy;
use crate::emit::template::{Resource, arn};

pub(super) fn emit(wire: &mut Wire<'_, '_>) -> Result<()> {
    let mut target = object(json!({ "Id": "target", "Arn": wire.target_arn()? }));
    input(wire, &mut target)?;
    if matches!(wire.target, Goal::Workflow(_)) {
        target.insert("RoleArn".into(), wire.role("events.amazonaws.com", Policy::default())?);
    }
    if let Some(policy) = wire.retry_policy()? {
        target.insert("RetryPolicy".into(), policy);
    }
    let failed = wire.json("failed")?;
    if !failed.is_null() {
        target.insert("DeadLetterConfig".into(), json!({ "Arn": failed }));
    }
    let mut pattern = wire.json("pattern")?;
    super::pattern::add_condition(wire, &mut pattern)?;
    let properties = json!({
        "EventBusName": wire.json("bus")?,
        "EventPattern": pattern,
        "Targets": [target],
    });
    let rule = wire.add("", "AWS::Events::Rule", properties);
    let_in(wire, &failed, &rule);
    match wire.target {
        Goal::Function(_) => wire.permission("events.amazonaws.com", arn(&rule)),
        Goal::Workflow(_) => Ok(()),
    }
}

/// EventBridge puts dead letters into a queue without a role: the queue must let it, and it has one policy for all rules.
fn let_in(wire: &mut Wire<'_, '_>, queue: &Json, rule: &str) {
    let Some(queue) = queue.pointer("/Fn::GetAtt/0").and_then(Json::as_str) else { return };
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "events.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": arn(queue),
        "Condition": { "ArnEquals": { "aws:SourceArn": [arn(rule)] } },
    });
    let id = format!("{queue}DeadLetters");
    let known = wire.template.resources.get_mut(&id).and_then(|it| it.properties.get_mut("PolicyDocument"));
    let rules = known.and_then(|it| it.pointer_mut("/Statement/0/Condition/ArnEquals/aws:SourceArn"));
    if let Some(Json::Array(rules)) = rules {
        rules.push(arn(rule));
        return;
    }
    let policy = json!({
        "Queues": [reference_to(queue)],
        "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] },
    });
    wire.template.resources.insert(id, Resource::new("AWS::SQS::QueuePolicy", policy));
}

/// Constant input, a piece of the event, or a template.
fn input(wire: &Wire<'_, '_>, target: &mut Map<String, Json>) -> Result<()> {
    if wire.is_raw() {
        return Ok(());
    }
    let payload = wire.payload_with(&|name, _| format!("<{name}>"))?;
    let text = payload.text();
    if payload.holes.is_empty() {
        target.insert("Input".into(), text);
        return Ok(());
    }
    let paths: Map<String, Json> = payload
        .holes
        .iter()
        .map(|(name, path)| (name.clone(), format!("$.{path}").trim_end_matches('.').into()))
        .collect();
    if let [(name, path)] = paths.iter().collect::<Vec<_>>().as_slice()
        && text.as_str() == Some(&format!("<{name}>"))
    {
        target.insert("InputPath".into(), (*path).clone());
        return Ok(());
    }
    target.insert("InputTransformer".into(), json!({ "InputPathsMap": paths, "InputTemplate": text }));
    Ok(())
}
