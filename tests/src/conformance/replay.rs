//! Recorded task results as services.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use interpreter::{Call, Reply, ServiceError, Services};
use jsonata::Value;
use serde_json::Value as Json;

/// Answers each state's calls with what was recorded for it, in order.
pub(super) struct Replay {
    answers: HashMap<String, VecDeque<Reply>>,
    objects: Vec<(String, String, String)>,
    deleted_activity: bool,
    worker: Option<String>,
    /// Child executions of distributed maps are not in the recordings: their functions echo, as the tests' did.
    recorded: HashSet<String>,
}

impl Replay {
    pub(super) fn of(case: &Json) -> Replay {
        let mut replay = Replay {
            answers: HashMap::new(),
            objects: Vec::new(),
            deleted_activity: calls(case).any(|it| it == "delete_activity"),
            worker: None,
            recorded: HashSet::new(),
        };
        let history = case.pointer("/expected/history").and_then(Json::as_array);
        replay.worker = history.into_iter().flatten().find_map(|it| {
            it.pointer("/activityStartedEventDetails/workerName").and_then(Json::as_str).map(str::to_owned)
        });
        for result in case.get("task_results").and_then(Json::as_array).into_iter().flatten() {
            replay.add(result);
        }
        for object in case.get("s3_objects").and_then(Json::as_array).into_iter().flatten() {
            let text = |name: &str| object.get(name).map(as_text).unwrap_or_default();
            replay.objects.push((text("Bucket"), text("Key"), text("Body")));
        }
        replay
    }

    fn add(&mut self, result: &Json) {
        let text = |name: &str| result.get(name).and_then(Json::as_str).unwrap_or_default();
        let kind = text("type");
        if kind.starts_with("MapRun") {
            return;
        }
        let state = text("state").to_owned();
        self.recorded.insert(state.clone());
        let queue = self.answers.entry(state).or_default();
        let output = || output(result.get("output"));
        if kind.ends_with("Submitted") {
            queue.push_back(Reply::Submitted { after: 0, output: output(), then: None });
            return;
        }
        let ended = if kind.ends_with("Succeeded") {
            Some(Ok(output()))
        } else if kind.ends_with("Failed") {
            let text = |name: &str| result.get(name).map(|it| Arc::from(as_text(it)));
            Some(Err(ServiceError { error: text("error"), cause: text("cause") }))
        } else {
            None
        };
        match (queue.back_mut(), ended) {
            (Some(Reply::Submitted { then: then @ None, .. }), Some(result)) => *then = Some((1, result)),
            (Some(Reply::Submitted { then: None, .. }), None) => {}
            (_, Some(result)) => queue.push_back(Reply::Done { after: 0, result }),
            (_, None) => queue.push_back(Reply::Never),
        }
    }

    fn body(&self, key: &str) -> Option<&str> {
        self.objects.iter().find(|(_, it, _)| it == key).map(|(_, _, body)| body.as_str())
    }

    fn list(&self, prefix: &str) -> Value {
        let objects = self.objects.iter().filter(|(_, key, _)| key.starts_with(prefix));
        let contents = objects.map(|(_, key, body)| {
            Value::object([
                ("Etag", Value::from(format!("\"{}\"", md5(body)))),
                ("Key", Value::from(key.as_str())),
                ("LastModified", Value::from(0)),
                ("Size", Value::from(body.len())),
                ("StorageClass", Value::from("STANDARD")),
            ])
        });
        Value::object([("Contents", Value::array(contents))])
    }
}

impl Services for Replay {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let argument = |name: &str| call.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        if call.arn.ends_with(":activity:deleted")
            || (self.deleted_activity && call.arn.contains(":activity:"))
        {
            return Reply::Refused(interpreter::errors::no_activity(call.arn));
        }
        // Where the events were sorted the state is not known: such answers are for whoever asks.
        let states = [call.state, ""];
        if let Some(answer) = states.iter().find_map(|it| self.answers.get_mut(*it)?.pop_front()) {
            return match (answer, call.arn.contains(":activity:")) {
                (Reply::Done { result, .. }, true) => Reply::Submitted {
                    after: 0,
                    output: Value::from(self.worker.clone()),
                    then: Some((1, result)),
                },
                (answer, _) => answer,
            };
        }
        if call.arn.ends_with("s3:getObject") && !self.objects.is_empty() {
            return match self.body(argument("Key")) {
                Some(body) => Reply::success(Value::object([("Body", Value::from(body))])),
                None => Reply::failure("S3.NoSuchKeyException", "The specified key does not exist."),
            };
        }
        if call.arn.ends_with("s3:listObjectsV2") && !self.objects.is_empty() {
            return Reply::success(self.list(argument("Prefix")));
        }
        if call.arn.ends_with("s3:putObject") {
            return Reply::success(Value::object::<&str>([]));
        }
        if self.recorded.contains(call.state) {
            return Reply::failure("Replay", "the state was called more often than recorded");
        }
        Reply::success(call.arguments.clone())
    }
}

/// S3's entity tag of a small object.
fn md5(body: &str) -> String {
    let hash = interpreter::intrinsics::parse("States.Hash($, 'MD5')")
        .ok()
        .and_then(|it| it.evaluate(&Value::from(body), &mut interpreter::random::Random::new(0)).ok());
    hash.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn calls(case: &Json) -> impl Iterator<Item = &str> {
    case.pointer("/notes/test_also_calls")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
}

/// Text as AWS gave it: the recordings hold JSON objects parsed.
fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An output: text that is JSON is that JSON.
fn output(value: Option<&Json>) -> Value {
    match value {
        None => Value::Null,
        Some(Json::String(text)) => text.parse().unwrap_or_else(|_| Value::from(text.as_str())),
        Some(json) => Value::from(json),
    }
}
