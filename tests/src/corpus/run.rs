//! One run, and what was seen of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use interpreter::history::{Details, Event, EventType, Sink};
use interpreter::{Execution, Kind, Limits, Machine, Options, Recording, Status};
use jsonata::Value;
use serde_json::Value as Json;

use super::definition::Definition;
use super::mocks::Answers;
use super::world::World;

/// States entered, children's included, before a run counts as endless.
const TRANSITIONS: u64 = 2_000;

/// What a run did.
pub(super) struct Run {
    pub(super) status: Status,
    /// Error and cause, of the run or of the child execution that failed it.
    pub(super) error: String,
    pub(super) cause: String,
    /// The events of the execution that failed, or of the whole run's own.
    pub(super) events: Vec<Event>,
    /// The states with a choice that were left, with their input and where they led, in order.
    pub(super) choices: Vec<Choice>,
}

/// A Choice state, and what it took.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) state: String,
    pub(super) input: Json,
    pub(super) variables: BTreeMap<String, Json>,
    pub(super) taken: Option<String>,
}

#[derive(Clone, Default)]
struct Record(Arc<Mutex<Vec<(String, Event)>>>);

impl Sink for Record {
    fn record(&mut self, execution: &str, event: &Event) {
        if let Ok(mut events) = self.0.lock() {
            events.push((execution.to_owned(), event.clone()));
        }
    }
}

pub(super) fn run(machine: &Machine, definition: &Definition, world: &mut World, kind: Kind) -> Run {
    let record = Record::default();
    let limits =
        Limits { transitions: Some(TRANSITIONS), payload: None, express_seconds: None, ..Limits::default() };
    let recording = Recording::To(Box::new(record.clone()));
    let options = Options { kind, limits, recording, ..Options::default() };
    let input = world.sources.get("input").map_or(Value::Null, Value::from);
    let outcome = Execution::new(machine, input, options).run(&mut Answers { world, definition });
    let all = record.0.lock().map(|it| it.clone()).unwrap_or_default();
    let failed = |it: &&(String, Event)| it.1.kind == EventType::ExecutionFailed;
    let culprit = all.iter().find(failed).map_or_else(|| outcome.arn.to_string(), |it| it.0.clone());
    let (mut error, mut cause) = (outcome.error.as_deref(), outcome.cause.as_deref());
    if let Some((_, Event { details: Details::Failure(own, why), .. })) = all.iter().find(failed) {
        (error, cause) = (own.as_deref(), why.as_deref());
    }
    Run {
        status: outcome.status,
        error: error.unwrap_or_default().to_owned(),
        cause: cause.unwrap_or_default().to_owned(),
        choices: choices(&all),
        events: all.into_iter().filter(|it| it.0 == culprit).map(|it| it.1).collect(),
    }
}

fn choices(all: &[(String, Event)]) -> Vec<Choice> {
    let mut found = Vec::new();
    for (at, (execution, event)) in all.iter().enumerate() {
        let (EventType::ChoiceStateEntered, Details::Entered { name, input }) = (event.kind, &event.details)
        else {
            continue;
        };
        let own = || all.iter().skip(at + 1).filter(|it| it.0 == *execution);
        let exit = own().find(|it| it.1.kind == EventType::ChoiceStateExited && it.1.previous == event.id);
        let taken = exit.and_then(|exit| own().find(|it| it.1.previous == exit.1.id));
        let before = all.iter().take(at).filter(|it| it.0 == *execution).map(|it| &it.1);
        found.push(Choice {
            state: name.to_string(),
            input: to_json(input),
            variables: variables(before),
            taken: taken.and_then(|it| entered(&it.1)).map(|(name, _)| name),
        });
    }
    found
}

/// The state that an event enters, and its input.
pub(super) fn entered(event: &Event) -> Option<(String, Json)> {
    match &event.details {
        Details::Entered { name, input } => Some((name.to_string(), to_json(input))),
        _ => None,
    }
}

/// The variables after these events; of branches that ran beside each other, all.
pub(super) fn variables<'e>(events: impl Iterator<Item = &'e Event>) -> BTreeMap<String, Json> {
    let mut all = BTreeMap::new();
    for event in events {
        if let Details::Exited { assigned: Some(assigned), .. } = &event.details {
            all.extend(assigned.iter().map(|(name, value)| (name.to_string(), to_json(value))));
        }
    }
    all
}

pub(super) fn to_json(value: &Value) -> Json {
    value.to_string().parse().unwrap_or_default()
}
