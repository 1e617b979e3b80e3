//! How values travel: what a callee was sent, and what the service says when the callee has answered.

use std::sync::Arc;

use interpreter::{Outcome, ServiceError, Status, clock};
use jsonata::{Object, Value};
use serde_json::json;

use crate::app::{Callee, Copy};
use crate::dynamo;

/// A record.
pub(crate) fn record<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::object(members)
}

/// JSON in text.
pub(crate) fn parsed(text: &str) -> Value {
    text.parse().unwrap_or_else(|_| Value::from(text))
}

/// A payload or an input as it arrives: text is the JSON text of it.
pub(crate) fn sent(value: Value) -> Value {
    match &value {
        Value::String(text) => parsed(text),
        _ => value,
    }
}

/// What lies at a path of members' names and items' numbers.
pub(crate) fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match value {
        Value::Array(_) => value.at(step.parse().ok()?),
        _ => value.get(step),
    })
}

/// What the parameters of a mock stand for in a call.
pub(crate) fn params(callee: &Callee, places: &[Option<Copy>], arguments: &Value) -> Vec<Value> {
    let field = |name: &str| arguments.get(name).cloned().unwrap_or(Value::Null);
    match callee {
        Callee::Function(_) => vec![sent(field("Payload"))],
        Callee::Workflow(_) => vec![sent(field("Input"))],
        Callee::Container(_) => vec![container_input(arguments)],
        Callee::Activity(_) | Callee::Aws { .. } => vec![arguments.clone()],
        Callee::Method { service, action, .. } if service == "dynamodb" => dynamo::asked(action, arguments),
        Callee::Method { resource, .. } => {
            let url = crate::app::address("connection", resource, "url");
            places.iter().map(|place| param(place.as_ref(), arguments, &url)).collect()
        }
    }
}

/// `url`: the resource's own, which a path is told without.
fn param(place: Option<&Copy>, arguments: &Value, url: &str) -> Value {
    let found = place.and_then(|it| Some((it, at(arguments, &it.from)?)));
    match found {
        Some((place, value)) if place.json => value.as_str().map_or(value.clone(), parsed),
        Some((_, Value::String(text))) => Value::from(text.strip_prefix(url).unwrap_or(text)),
        Some((_, value)) => value.clone(),
        None => Value::Null,
    }
}

/// A container gets its payload in its environment.
fn container_input(arguments: &Value) -> Value {
    let path = ["Overrides", "ContainerOverrides", "0", "Environment"].map(str::to_owned);
    let variables = at(arguments, &path).and_then(Value::as_array);
    let input = variables
        .into_iter()
        .flat_map(|it| it.as_slice())
        .find(|it| it.get("Name").and_then(Value::as_str) == Some("FLOW_INPUT"));
    input.and_then(|it| it.get("Value")).and_then(Value::as_str).map_or(Value::Null, parsed)
}

/// What the service answers where a callee gave a value.
pub(crate) fn answer(callee: &Callee, places: &[Copy], value: Value, arguments: &Value) -> Value {
    match callee {
        Callee::Function(_) => record([
            ("ExecutedVersion", Value::from("$LATEST")),
            ("Payload", value),
            ("StatusCode", Value::from(200)),
        ]),
        Callee::Workflow(_) | Callee::Container(_) | Callee::Activity(_) | Callee::Aws { .. } => value,
        Callee::Method { service, action, .. } if service == "dynamodb" => {
            dynamo::answered(action, value, arguments)
        }
        Callee::Method { .. } if value.is_null() && places.iter().all(|it| it.to.is_empty()) => record([]),
        Callee::Method { .. } => {
            let mut answer = record([]);
            for place in places {
                if let Some(part) = at(&value, &place.from) {
                    let part = if place.json { Value::from(part.to_string()) } else { part.clone() };
                    put(&mut answer, &place.to, part);
                }
            }
            answer
        }
    }
}

/// Puts a value where a path says; records are made on the way.
fn put(whole: &mut Value, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *whole = value;
        return;
    };
    if !whole.is_object() {
        *whole = record([]);
    }
    if let Value::Object(members) = whole {
        if members.get(name).is_none() {
            members.insert(name.as_str(), Value::Null);
        }
        if let Some(inner) = members.get_mut(name) {
            put(inner, rest, value);
        }
    }
}

/// An error as the callee's kind reports it: of a function's own, AWS makes JSON (Developer Guide, "Function
/// errors").
pub(crate) fn failed(callee: &Callee, error: Option<Arc<str>>, cause: Option<Arc<str>>) -> ServiceError {
    let own = error.as_deref().is_some_and(|it| !it.contains('.'));
    let (Callee::Function(_), true) = (callee, own) else { return ServiceError { error, cause } };
    let cause = cause.unwrap_or_else(|| "".into());
    // An error with data carries JSON in its text: Lambda hands on nothing else of an exception.
    let mut members = Object::from_iter([("errorMessage", Value::from(&*cause))]);
    members.insert("errorType", Value::from(error.as_deref().unwrap_or_default()));
    members.insert("requestId", Value::from("00000000-0000-4000-8000-000000000000"));
    members.insert("stackTrace", Value::array([]));
    ServiceError { error, cause: Some(Value::Object(members).to_string().into()) }
}

/// A run as the API DescribeExecution tells it. `text`: payloads are text. `sync`: StartSyncExecution tells it.
pub(crate) fn description(
    machine: &str,
    outcome: &Outcome,
    input: &Value,
    start: i64,
    (text, sync): (bool, bool),
) -> Value {
    let payload = |value: &Value| if text { Value::from(value.to_string()) } else { value.clone() };
    let arn = outcome.arn.clone();
    let mut members = Object::new();
    if let Some(cause) = &outcome.cause {
        members.insert("Cause", Value::from(&**cause));
    }
    if let Some(error) =
        outcome.error.as_deref().or((outcome.status == Status::TimedOut).then_some("States.Timeout"))
    {
        members.insert("Error", Value::from(error));
    }
    members.insert("ExecutionArn", Value::from(&*arn));
    members.insert("Input", payload(input));
    members.insert("InputDetails", record([("Included", Value::from(true))]));
    members.insert("Name", Value::from(arn.rsplit(':').next().unwrap_or_default()));
    if let Some(output) = &outcome.output {
        members.insert("Output", payload(output));
        members.insert("OutputDetails", record([("Included", Value::from(true))]));
    }
    members.insert("StartDate", Value::from(start));
    members.insert("StateMachineArn", Value::from(machine));
    let status = match outcome.status {
        Status::Succeeded => "SUCCEEDED",
        // StartSyncExecution has a status of its own for it; where a parent waits, AWS tells of a failure.
        Status::TimedOut if sync => "TIMED_OUT",
        _ => "FAILED",
    };
    members.insert("Status", Value::from(status));
    members.insert("StopDate", Value::from(start + outcome.elapsed));
    Value::Object(members)
}

/// A run as a test sees it.
pub(crate) fn run(outcome: &Outcome, cost: f64) -> Value {
    let text = |it: &Option<Arc<str>>| it.as_deref().map_or(Value::Null, Value::from);
    record([
        ("status", Value::from(outcome.status.name())),
        ("output", outcome.output.clone().unwrap_or(Value::Null)),
        ("error", text(&outcome.error)),
        ("cause", text(&outcome.cause)),
        ("transitions", Value::from(outcome.transitions)),
        ("elapsed", Value::from(outcome.elapsed)),
        ("cost", Value::from(cost)),
        ("states", Value::array(entered(outcome).into_iter().map(|it| Value::from(&*it)))),
        ("arn", Value::from(&*outcome.arn)),
    ])
}

/// The states entered, in order.
pub(crate) fn entered(outcome: &Outcome) -> Vec<Arc<str>> {
    let names = outcome.history.iter().filter_map(|it| match &it.details {
        interpreter::history::Details::Entered { name, .. } => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// The cause of the failure of a nested run.
pub(crate) fn nested_failure(machine: &str, outcome: &Outcome, input: &Value, start: i64) -> ServiceError {
    let cause = description(machine, outcome, input, start, (true, false)).to_string();
    ServiceError::new("States.TaskFailed", cause)
}

/// What StartExecution answers.
pub(crate) fn started(arn: &str, now: i64) -> Value {
    Value::from(json!({ "ExecutionArn": arn, "StartDate": clock::format(now) }))
}
