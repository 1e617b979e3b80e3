//! Events of EventBridge: a rule with a pattern.

use serde_json::{Map, Value as Json, json};

use super::{Goal, Wire, object};
use crate::emit::evaluate::Result;
use crate::emit::iam::Policy;
use crate::emit::template::arn;

pub(super) fn emit(wire: &mut Wire<'_, '_>) -> Result<()> {
    let mut target = object(json!({ "Id": "target", "Arn": wire.target_arn()? }));
    input(wire, &mut target)?;
    if matches!(wire.target, Goal::Workflow(_)) {
        target.insert("RoleArn".into(), wire.role("events.amazonaws.com", Policy::default())?);
    }
    let mut pattern = wire.json("pattern")?;
    super::pattern::add_condition(wire, &mut pattern)?;
    let properties = json!({
        "EventBusName": wire.json("bus")?,
        "EventPattern": pattern,
        "Targets": [target],
    });
    let rule = wire.add("", "AWS::Events::Rule", properties);
    match wire.target {
        Goal::Function(_) => wire.permission("events.amazonaws.com", arn(&rule)),
        Goal::Workflow(_) => Ok(()),
    }
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
