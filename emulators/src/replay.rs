//! Answers tasks with what a recorded execution got.

use std::collections::HashMap;
use std::sync::Arc;

use interpreter::{Call, Reply, ServiceError, Services, clock};
use jsonata::Value;
use serde_json::Value as Json;

/// The answers of an execution's history, by state.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    states: HashMap<String, Vec<Recorded>>,
    input: Option<Value>,
}

#[derive(Clone, Debug)]
struct Recorded {
    /// What was asked, to tell iterations apart.
    arguments: Value,
    /// `None`: no answer ever came.
    end: Option<(u64, Result<Value, ServiceError>)>,
}

/// What is known of an event while the history is read.
struct Seen {
    state: Option<String>,
    /// The task that it belongs to: index in the state's list, and when it was asked.
    task: Option<(usize, i64)>,
}

impl Replay {
    /// Reads what `aws stepfunctions get-execution-history` gives, or a bare list of events.
    ///
    /// # Errors
    /// Where the text is no such thing.
    pub fn parse(text: &str) -> Result<Replay, String> {
        let file: Json = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let events = file.get("events").unwrap_or(&file);
        let events = events.as_array().ok_or("a history is an object with a list `events`")?;
        let mut sorted: Vec<&Json> = events.iter().collect();
        sorted.sort_by_key(|it| it.get("id").and_then(Json::as_u64));
        let mut replay = Replay::default();
        let mut seen = HashMap::new();
        for event in sorted {
            let id = event.get("id").and_then(Json::as_u64).ok_or("an event has no `id`")?;
            let fact = replay.event(event, &seen);
            seen.insert(id, fact);
        }
        Ok(replay)
    }

    /// The input that the execution was started with.
    pub fn input(&self) -> Option<&Value> {
        self.input.as_ref()
    }

    fn event(&mut self, event: &Json, seen: &HashMap<u64, Seen>) -> Seen {
        let kind = event.get("type").and_then(Json::as_str).unwrap_or_default();
        let previous = event.get("previousEventId").and_then(Json::as_u64).and_then(|it| seen.get(&it));
        let details = details(event);
        let time = time(event);
        if kind == "ExecutionStarted" {
            self.input = details.and_then(|it| it.get("input")).map(payload);
        }
        if kind.ends_with("StateEntered") {
            let name = details.and_then(|it| it.get("name")).and_then(Json::as_str);
            return Seen { state: name.map(str::to_owned), task: None };
        }
        let state = previous.and_then(|it| it.state.clone());
        let mut task = previous.and_then(|it| it.task);
        let Some(name) = &state else { return Seen { state, task } };
        if matches!(kind, "TaskScheduled" | "LambdaFunctionScheduled" | "ActivityScheduled") {
            let asked = details.and_then(|it| it.get("parameters").or_else(|| it.get("input")));
            let all = self.states.entry(name.clone()).or_default();
            all.push(Recorded { arguments: asked.map_or(Value::Null, payload), end: None });
            task = Some((all.len() - 1, time));
        } else if let (Some(end), Some((index, asked))) = (end_of(kind, details), task)
            && let Some(recorded) = self.states.get_mut(name).and_then(|it| it.get_mut(index))
        {
            recorded.end = Some((u64::try_from(time - asked).unwrap_or(0), end));
        }
        Seen { state, task }
    }

    /// The first answer to the same question, else the first that is left.
    fn next(&mut self, call: &Call<'_>) -> Option<Recorded> {
        let left = self.states.get_mut(call.state)?;
        let same = left.iter().position(|it| it.arguments == *call.arguments);
        (!left.is_empty()).then(|| left.remove(same.unwrap_or(0)))
    }
}

/// The result that an event brings, if it ends a task by an answer.
fn end_of(kind: &str, details: Option<&Json>) -> Option<Result<Value, ServiceError>> {
    match kind {
        "TaskSucceeded" | "LambdaFunctionSucceeded" | "ActivitySucceeded" => {
            Some(Ok(details.and_then(|it| it.get("output")).map_or(Value::Null, payload)))
        }
        "TaskFailed"
        | "LambdaFunctionFailed"
        | "ActivityFailed"
        | "TaskStartFailed"
        | "TaskSubmitFailed"
        | "LambdaFunctionScheduleFailed"
        | "LambdaFunctionStartFailed"
        | "ActivityScheduleFailed" => {
            let text = |name: &str| details.and_then(|it| it.get(name)).and_then(Json::as_str).map(Arc::from);
            Some(Err(ServiceError { error: text("error"), cause: text("cause") }))
        }
        _ => None,
    }
}

/// The member `…EventDetails`.
fn details(event: &Json) -> Option<&Json> {
    event.as_object()?.iter().find(|(name, _)| name.ends_with("EventDetails")).map(|(_, it)| it)
}

/// Payloads are JSON in text.
fn payload(value: &Json) -> Value {
    match value.as_str() {
        Some(text) => text.parse().unwrap_or_else(|_| Value::from(text)),
        None => Value::from(value),
    }
}

/// Milliseconds; the CLI writes seconds or ISO 8601.
fn time(event: &Json) -> i64 {
    match event.get("timestamp") {
        Some(Json::String(text)) => {
            clock::parse(text).and_then(|it| i64::try_from(it / 1_000_000).ok()).unwrap_or(0)
        }
        Some(Json::Number(seconds)) => seconds.as_f64().map_or(0, |it| (it * 1000.0) as i64),
        _ => 0,
    }
}

impl Services for Replay {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        match self.next(call) {
            Some(Recorded { end: Some((after, result)), .. }) => crate::answer(call, after, result),
            Some(Recorded { end: None, .. }) => Reply::Never,
            None => Reply::Refused(format!(
                "the recorded history has no (further) call by the state {} ({})",
                call.state, call.arn
            )),
        }
    }
}
