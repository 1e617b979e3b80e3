//! A recorded history as services: what the tasks answered then, they answer now.
//!
//! [`Replay`] says the first place where the definition, as it is now, behaves differently.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use jsonata::Value;
use serde_json::Value as Json;

use crate::clock;
use crate::history::Event;
use crate::services::{Call, Reply, ServiceError, Services};

/// A recorded history.
#[derive(Debug)]
pub struct Replay {
    events: Vec<Json>,
    calls: HashMap<Place, VecDeque<Recorded>>,
    divergence: Option<Divergence>,
}

/// A state and the iterations around it.
type Place = (String, Vec<(String, u64)>);

#[derive(Clone, Debug)]
struct Recorded {
    event: u64,
    arguments: Option<Value>,
    reply: Reply,
}

/// The first difference between a recording and a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The recorded event, if there is one.
    pub event: Option<u64>,
    /// The state.
    pub state: String,
    /// What is different.
    pub message: String,
}

impl fmt::Display for Divergence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            Some(event) => write!(out, "state {:?}, recorded event {event}: {}", self.state, self.message),
            None => write!(out, "state {:?}: {}", self.state, self.message),
        }
    }
}

/// The events of a history by their ids.
struct Chain<'e> {
    by_id: HashMap<u64, &'e Json>,
}

fn number(event: &Json, name: &str) -> u64 {
    event.get(name).and_then(Json::as_u64).unwrap_or(0)
}

fn kind(event: &Json) -> &str {
    event.get("type").and_then(Json::as_str).unwrap_or_default()
}

/// The member that holds the details of an event.
fn details(event: &Json) -> &Json {
    let found = event.as_object().and_then(|it| it.iter().find(|(name, _)| name.ends_with("EventDetails")));
    found.map_or(&Json::Null, |(_, details)| details)
}

/// Milliseconds, from ISO 8601 text or epoch seconds.
fn time(event: &Json) -> i64 {
    match event.get("timestamp") {
        Some(Json::String(text)) => {
            let nanos = clock::parse(text).unwrap_or(0);
            i64::try_from(nanos / 1_000_000).unwrap_or(0)
        }
        Some(Json::Number(seconds)) => (seconds.as_f64().unwrap_or(0.0) * 1000.0) as i64,
        _ => 0,
    }
}

/// A payload: JSON text, or the value itself where a tool has parsed it.
fn payload(json: &Json) -> Value {
    match json {
        Json::String(text) => text.parse().unwrap_or_else(|_| Value::from(text.as_str())),
        json => Value::from(json),
    }
}

impl Chain<'_> {
    /// The events before this one, nearest first.
    fn before(&self, event: &Json) -> impl Iterator<Item = &Json> {
        let mut at = number(event, "previousEventId");
        let mut left = self.by_id.len();
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let event = self.by_id.get(&at).copied()?;
            at = number(event, "previousEventId");
            Some(event)
        })
    }

    fn place(&self, scheduled: &Json) -> Option<Place> {
        let mut state = None;
        let mut iterations = Vec::new();
        for event in self.before(scheduled) {
            let name = details(event).get("name").and_then(Json::as_str);
            match (kind(event), name) {
                ("MapIterationStarted", Some(name)) => {
                    iterations.push((name.to_owned(), number(details(event), "index")));
                }
                (kind, Some(name)) if state.is_none() && kind.ends_with("StateEntered") => {
                    state = Some(name.to_owned());
                }
                _ => {}
            }
        }
        iterations.reverse();
        // An iteration follows the one before it; only the nearest of each map counts.
        let mut seen = std::collections::HashSet::new();
        let mut nearest: Vec<_> =
            iterations.into_iter().rev().filter(|(map, _)| seen.insert(map.clone())).collect();
        nearest.reverse();
        Some((state?, nearest))
    }
}

impl Replay {
    /// Reads a history: what `GetExecutionHistory` answers, or its list of events.
    ///
    /// # Errors
    /// Where the text is no such JSON.
    pub fn parse(text: &str) -> Result<Replay, String> {
        let json: Json =
            serde_json::from_str(text).map_err(|error| format!("the history is no JSON: {error}"))?;
        let list = json.get("events").unwrap_or(&json);
        let events = list.as_array().ok_or("the history holds no list of events")?;
        let mut events = events.clone();
        events.sort_by_key(|it| number(it, "id"));
        let calls = calls(&events);
        Ok(Replay { events, calls, divergence: None })
    }

    /// The input of the recorded execution.
    pub fn input(&self) -> Value {
        let started = self.events.iter().find(|it| kind(it) == "ExecutionStarted");
        started.and_then(|it| details(it).get("input")).map_or_else(crate::value::empty, payload)
    }

    /// The first difference: one met while the tasks were answered, else the first event that is another.
    pub fn divergence(&self, history: &[Event]) -> Option<Divergence> {
        if self.divergence.is_some() {
            return self.divergence.clone();
        }
        let made: Vec<Json> = history.iter().map(Event::to_json).collect();
        let mut pairs = self.events.iter().zip(&made);
        if let Some(found) = pairs.find_map(|(one, other)| self.compare(one, other)) {
            return Some(found);
        }
        let extra = made.get(self.events.len());
        let missing = self.events.get(made.len());
        let (event, message) = match (extra, missing) {
            (Some(extra), _) => (None, format!("there is one more event: {}", kind(extra))),
            (None, Some(missing)) => {
                (Some(number(missing, "id")), format!("the recording goes on with {}", kind(missing)))
            }
            (None, None) => return None,
        };
        let state = self.state_of(missing.or(extra).unwrap_or(&Json::Null));
        Some(Divergence { event, state, message })
    }

    fn state_of(&self, event: &Json) -> String {
        let by_id = self.events.iter().map(|it| (number(it, "id"), it)).collect();
        let name = |it: &Json| details(it).get("name").and_then(Json::as_str).map(str::to_owned);
        name(event).or_else(|| Chain { by_id }.before(event).find_map(name)).unwrap_or_default()
    }

    fn compare(&self, recorded: &Json, made: &Json) -> Option<Divergence> {
        let event = Some(number(recorded, "id"));
        let differ = |message: String| Some(Divergence { event, state: self.state_of(recorded), message });
        if kind(recorded) != kind(made) {
            return differ(format!("was {}, is {}", kind(recorded), kind(made)));
        }
        for field in ["name", "input", "output", "error", "cause", "parameters"] {
            let (one, other) = (details(recorded).get(field), details(made).get(field));
            let (one, other) = (one.map(payload), other.map(payload));
            if one != other {
                let show =
                    |it: &Option<Value>| it.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
                return differ(format!("{field} was {}, is {}", show(&one), show(&other)));
            }
        }
        None
    }

    fn diverge(&mut self, event: Option<u64>, state: &str, message: String) {
        if self.divergence.is_none() {
            self.divergence = Some(Divergence { event, state: state.to_owned(), message });
        }
    }
}

fn calls(events: &[Json]) -> HashMap<Place, VecDeque<Recorded>> {
    let chain = Chain { by_id: events.iter().map(|it| (number(it, "id"), it)).collect() };
    let mut calls: HashMap<Place, VecDeque<Recorded>> = HashMap::new();
    let mut scheduled: HashMap<u64, Recorded> = HashMap::new();
    let mut order = Vec::new();
    for event in events {
        let name = kind(event);
        if let "TaskScheduled" | "LambdaFunctionScheduled" | "ActivityScheduled" = name {
            let arguments =
                details(event).get("parameters").or_else(|| details(event).get("input")).map(payload);
            let id = number(event, "id");
            order.push((id, chain.place(event)));
            scheduled.insert(id, Recorded { event: id, arguments, reply: Reply::Never });
            continue;
        }
        let is_answer = ["Task", "LambdaFunction", "Activity"].iter().any(|it| name.starts_with(it))
            && ["Submitted", "Succeeded", "Failed", "TimedOut"].iter().any(|it| name.ends_with(it));
        let started = name == "ActivityStarted";
        let request = chain.before(event).find(|it| kind(it).ends_with("Scheduled"));
        if let (true, Some(request)) = (is_answer || started, request)
            && let Some(recorded) = scheduled.get_mut(&number(request, "id"))
        {
            answer(recorded, event, u64::try_from(time(event) - time(request)).unwrap_or(0));
        }
    }
    for (id, place) in order {
        if let (Some(place), Some(recorded)) = (place, scheduled.remove(&id)) {
            calls.entry(place).or_default().push_back(recorded);
        }
    }
    calls
}

fn answer(recorded: &mut Recorded, event: &Json, after: u64) {
    let name = kind(event);
    let output = || details(event).get("output").map_or(Value::Null, payload);
    if name.ends_with("Submitted") || name == "ActivityStarted" {
        let output = match details(event).get("workerName") {
            Some(worker) => Value::from(worker),
            None => output(),
        };
        recorded.reply = Reply::Submitted { after, output, then: None };
        return;
    }
    let text = |name: &str| {
        let it = details(event).get(name)?;
        Some(Arc::from(it.as_str().map_or_else(|| it.to_string(), str::to_owned)))
    };
    let result = match name {
        // The timeout comes by itself, from the definition's own seconds.
        _ if name.ends_with("TimedOut") => return,
        _ if name.ends_with("Succeeded") => Ok(output()),
        _ => Err(ServiceError { error: text("error"), cause: text("cause") }),
    };
    match &mut recorded.reply {
        Reply::Submitted { after: submitted, then, .. } => {
            *then = Some((after.saturating_sub(*submitted), result))
        }
        reply => *reply = Reply::Done { after, result },
    }
}

impl Services for Replay {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let iterations = call.iterations.iter().map(|(map, index)| (map.to_string(), *index)).collect();
        let place = (call.state.to_owned(), iterations);
        let Some(recorded) = self.calls.get_mut(&place).and_then(VecDeque::pop_front) else {
            let message = "calls a service where the recording has no call".to_owned();
            self.diverge(None, call.state, message.clone());
            return Reply::failure("Replay", message);
        };
        // A task token is another each time.
        if call.token.is_none() && recorded.arguments.as_ref().is_some_and(|it| it != call.arguments) {
            let was = recorded.arguments.as_ref().map_or_else(String::new, Value::to_string);
            self.diverge(
                Some(recorded.event),
                call.state,
                format!("arguments were {was}, are {}", call.arguments),
            );
        }
        recorded.reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Execution, Machine, Options, Outcome};

    const DEFINITION: &str = r#"{"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
                 "Retry": [{"ErrorEquals": ["Busy"]}], "Next": "Done"},
        "Done": {"Type": "Pass", "Parameters": {"got.$": "$.Payload"}, "End": true}}}"#;

    /// Busy once, then 7.
    struct Function(u32);

    impl Services for Function {
        fn call(&mut self, _: &Call<'_>) -> Reply {
            self.0 += 1;
            match self.0 {
                1 => Reply::failure("Busy", "later"),
                _ => Reply::success(crate::value::object([("Payload", Value::from(7))])),
            }
        }
    }

    fn run(definition: &str, services: &mut dyn Services) -> Outcome {
        let machine = asl::read(definition, asl::Format::Json).machine.expect("a machine");
        let machine = Machine::compile(&machine).expect("compiles");
        Execution::new(&machine, crate::value::empty(), Options::default()).run(services)
    }

    fn recording() -> String {
        let events: Vec<Json> =
            run(DEFINITION, &mut Function(0)).history.iter().map(Event::to_json).collect();
        serde_json::json!({ "events": events }).to_string()
    }

    #[test]
    fn a_recording_replays_without_a_difference() {
        let mut replay = Replay::parse(&recording()).expect("reads");
        let outcome = run(DEFINITION, &mut replay);
        assert_eq!(replay.divergence(&outcome.history), None);
    }

    #[test]
    fn the_first_difference_is_told() {
        let mut replay = Replay::parse(&recording()).expect("reads");
        let outcome = run(&DEFINITION.replace("\"f\"", "\"g\""), &mut replay);
        let found = replay.divergence(&outcome.history).expect("a difference");
        assert_eq!(
            found.to_string(),
            "state \"Call\", recorded event 3: arguments were {\"FunctionName\":\"f\"}, are {\"FunctionName\":\"g\"}"
        );
        let mut replay = Replay::parse(&recording()).expect("reads");
        let outcome = run(&DEFINITION.replace("got.$", "had.$"), &mut replay);
        let found = replay.divergence(&outcome.history).expect("a difference");
        assert_eq!((found.event, found.state.as_str()), (Some(11), "Done"));
    }
}
