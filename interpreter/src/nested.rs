//! Nested executions: what `states:startExecution` gives a Task, from the outcome of the execution it started.
//!
//! For implementations of [`crate::Services`] that run machines themselves.

use std::sync::Arc;

use jsonata::{Object, Value};

use crate::clock::Millis;
use crate::errors;
use crate::options::{Outcome, Status};
use crate::services::ServiceError;
use crate::value;

/// The response of StartExecution: `TaskSubmitted` of `.sync`, the whole result without.
pub fn accepted(arn: &str, start: Millis) -> Value {
    value::object([("ExecutionArn", Value::from(arn)), ("StartDate", Value::from(start))])
}

/// An execution that was started.
#[derive(Clone, Copy, Debug)]
pub struct Started<'s> {
    /// Its name.
    pub name: &'s str,
    /// The machine's ARN.
    pub machine: &'s str,
    /// Its input.
    pub input: &'s Value,
    /// When it started.
    pub start: Millis,
}

/// The result of `startExecution.sync` (`parsed`: of `.sync:2`, which gives input and output as JSON and not as text).
///
/// # Errors
/// `States.TaskFailed`, whatever the execution's own error was; the cause is JSON text that tells it.
pub fn synchronous(started: &Started<'_>, outcome: &Outcome, parsed: bool) -> Result<Value, ServiceError> {
    let shown = |it: &Value| if parsed { it.clone() } else { Value::from(it.to_string()) };
    let included = || value::object([("Included", Value::from(true))]);
    let mut out = Object::new();
    let mut put = |name: &str, it: Option<Value>| {
        if let Some(it) = it {
            out.insert(name, it);
        }
    };
    let text = |it: &Option<Arc<str>>| it.clone().map(Value::from);
    let succeeded = outcome.status == Status::Succeeded;
    put("Cause", text(&outcome.cause));
    put("Error", text(&outcome.error));
    put("ExecutionArn", Some(Value::from(outcome.arn.clone())));
    put("Input", Some(shown(started.input)));
    put("InputDetails", Some(included()));
    put("Name", Some(Value::from(started.name)));
    if let Some(output) = &outcome.output {
        put("Output", Some(shown(output)));
        put("OutputDetails", Some(included()));
    }
    put("RedriveCount", Some(Value::from(0)));
    if succeeded {
        put("RedriveStatus", Some(Value::from("NOT_REDRIVABLE")));
        put("RedriveStatusReason", Some(Value::from("Execution is SUCCEEDED and cannot be redriven")));
    } else {
        put("RedriveStatus", Some(Value::from("REDRIVABLE")));
    }
    put("StartDate", Some(Value::from(started.start)));
    put("StateMachineArn", Some(Value::from(started.machine)));
    put("Status", Some(Value::from(outcome.status.name())));
    put("StopDate", Some(Value::from(started.start.saturating_add(outcome.elapsed))));
    let out = Value::Object(out);
    if succeeded {
        return Ok(out);
    }
    Err(ServiceError::new(errors::TASK_FAILED, out.to_string()))
}
