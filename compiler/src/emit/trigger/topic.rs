//! Topics: a subscription for functions that take AWS's own event; a queue and a pipe for all else, since no topic
//! starts a workflow.

use serde_json::json;

use super::{Goal, Wire, reference_to};
use crate::emit::evaluate::Result;
use crate::emit::template::arn;
use crate::emit::value::Value;

pub(super) fn emit(wire: &mut Wire<'_, '_>) -> Result<()> {
    if matches!(wire.target, Goal::Function(_)) && wire.is_raw() {
        return direct(wire);
    }
    let topic = wire.json("source")?;
    let queue = wire.add("Queue", "AWS::SQS::Queue", json!({ "SqsManagedSseEnabled": true }));
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Service": "sns.amazonaws.com" },
        "Action": "sqs:SendMessage",
        "Resource": arn(&queue),
        "Condition": { "ArnEquals": { "aws:SourceArn": topic } },
    });
    let policy = json!({
        "Queues": [reference_to(&queue)],
        "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] },
    });
    wire.add("QueuePolicy", "AWS::SQS::QueuePolicy", policy);
    let mut subscription = json!({
        "TopicArn": topic,
        "Protocol": "sqs",
        "Endpoint": arn(&queue),
        "RawMessageDelivery": true,
    });
    filter(wire, &mut subscription)?;
    wire.add("Subscription", "AWS::SNS::Subscription", subscription);
    // From here on it is a queue's message; the filter is the subscription's.
    let Value::Record(fields) = &mut wire.carrier else { return Ok(()) };
    let text = |it: &str| Value::text(it);
    fields.insert("source".into(), Value::attribute(&queue, "Arn"));
    fields.insert("pattern".into(), Value::Null);
    let batch = Value::record([("BatchSize", Value::Number(1.into()))]);
    fields.insert("pipe".into(), Value::record([("SqsQueueParameters", batch)]));
    let actions = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
    fields.insert("actions".into(), Value::List(actions.map(text).into()));
    super::poll::emit(wire)
}

fn filter(wire: &Wire<'_, '_>, subscription: &mut serde_json::Value) -> Result<()> {
    let pattern = wire.json("pattern")?;
    if let (false, Some(fields)) = (pattern.is_null(), subscription.as_object_mut()) {
        fields.insert("FilterPolicy".into(), pattern);
        fields.insert("FilterPolicyScope".into(), "MessageBody".into());
    }
    Ok(())
}

fn direct(wire: &mut Wire<'_, '_>) -> Result<()> {
    let topic = wire.json("source")?;
    let mut subscription = json!({ "TopicArn": topic, "Protocol": "lambda", "Endpoint": wire.target_arn()? });
    filter(wire, &mut subscription)?;
    wire.add("", "AWS::SNS::Subscription", subscription);
    wire.permission("sns.amazonaws.com", topic)
}
