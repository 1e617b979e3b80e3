//! Times: EventBridge Scheduler.

use serde_json::json;

use super::{Wire, object};
use crate::emit::evaluate::Result;
use crate::emit::iam::Policy;
use crate::emit::value::Value;

pub(super) fn emit(wire: &mut Wire<'_, '_>) -> Result<()> {
    let input = wire.payload_with(&|_, path| format!("\"{path}\""))?.text();
    let window = match wire.carrier.get("window").and_then(Value::seconds) {
        Some(seconds) => json!({ "Mode": "FLEXIBLE", "MaximumWindowInMinutes": seconds.div_ceil(60).max(1) }),
        None => json!({ "Mode": "OFF" }),
    };
    let failed = wire.json("failed")?;
    let mut also = Policy::default();
    if !failed.is_null() {
        also.allow(&["sqs:SendMessage"], vec![failed.clone()]);
    }
    let role = wire.role("scheduler.amazonaws.com", also)?;
    let mut target = object(json!({ "Arn": wire.target_arn()?, "RoleArn": role, "Input": input }));
    if let Some(policy) = wire.retry_policy()? {
        target.insert("RetryPolicy".into(), policy);
    }
    if !failed.is_null() {
        target.insert("DeadLetterConfig".into(), json!({ "Arn": failed }));
    }
    let properties = json!({
        "ScheduleExpression": wire.json("expression")?,
        "ScheduleExpressionTimezone": wire.json("timezone")?,
        "FlexibleTimeWindow": window,
        "Target": target,
    });
    wire.add("", "AWS::Scheduler::Schedule", properties);
    Ok(())
}
