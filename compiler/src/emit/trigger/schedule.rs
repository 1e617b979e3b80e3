//! Times: EventBridge Scheduler.

use serde_json::json;

use super::Wire;
use crate::emit::evaluate::Result;
use crate::emit::iam::Policy;
use crate::emit::value::Value;

pub(super) fn emit(wire: &mut Wire<'_, '_>) -> Result<()> {
    let input = wire.payload_with(&|_, path| format!("\"{path}\""))?.text();
    let window = match wire.carrier.get("window").and_then(Value::seconds) {
        Some(seconds) => json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": seconds.div_ceil(60).max(1) }),
        None => json!({ "Mode": "OFF" }),
    };
    let role = wire.role("scheduler.amazonaws.com", Policy::default())?;
    let properties = json!({
        "ScheduleExpression": wire.json("expression")?,
        "ScheduleExpressionTimezone": wire.json("timezone")?,
        "FlexibleTimeWindow": window,
        "Target": { "Arn": wire.target_arn()?, "RoleArn": role, "Input": input },
    });
    wire.add("", "AWS::Scheduler::Schedule", properties);
    Ok(())
}
