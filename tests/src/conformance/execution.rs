//! Cases of kind `exec`: a definition, an input, and what AWS answered.

use asl::Format;
use interpreter::{Era, Execution, Kind, Machine, Names, Options, Outcome, Status};
use jsonata::Value;
use serde_json::Value as Json;

use super::compare::difference;
use super::replay::Replay;

/// Stands in for `activity_arn`, which the recordings put for the ARN.
const ACTIVITY: &str = "arn:aws:states:us-east-1:111111111111:activity:activity";

pub(super) fn check(case: &Json) -> Result<(), String> {
    let outcome = run(case)?;
    let expected = case.get("expected").ok_or("the case expects nothing")?;
    let incomplete = case.pointer("/notes/history_incomplete").is_some();
    if !incomplete {
        check_outcome(expected, &outcome)?;
    }
    check_history(case, expected, &outcome, incomplete)
}

fn run(case: &Json) -> Result<Outcome, String> {
    let definition = case.get("definition").ok_or("the case has no definition")?;
    let text = match definition {
        Json::String(text) => text.clone(),
        json => json.to_string(),
    };
    let text = text.replace("\"activity_arn\"", &format!("\"{ACTIVITY}\""));
    let read = asl::read(&text, Format::Json);
    let machine =
        read.machine.ok_or_else(|| format!("the definition could not be read: {:?}", read.diagnostics))?;
    let machine = Machine::compile(&machine).map_err(|error| format!("compile: {error}"))?;
    let input = Value::from(case.get("input").unwrap_or(&Json::Null));
    let kind = match case.get("kind").and_then(Json::as_str) {
        Some("express_sync") => Kind::ExpressSync,
        Some("express_async") => Kind::ExpressAsync,
        _ => Kind::Standard,
    };
    let names = Names {
        account: "111111111111".to_owned(),
        role: "arn:aws:iam::111111111111:role/role".to_owned(),
        ..Names::default()
    };
    let start = recorded(case);
    let era = start.map_or(Era::NOW, Era::at);
    let options = Options { kind, names, era, ..Options::default() };
    let options = Options { start: start.unwrap_or(options.start), ..options };
    let execution = Execution::new(&machine, input, options);
    let services = &mut Replay::of(case);
    if case.pointer("/expected/status").and_then(Json::as_str) == Some("ABORTED") {
        return Ok(stopped(case, execution, services));
    }
    Ok(execution.run(services))
}

/// The test stopped the execution while it waited.
fn stopped(case: &Json, mut execution: Execution, services: &mut Replay) -> Outcome {
    while !execution.is_idle() && execution.status() == Status::Running {
        execution.step(services);
    }
    let text = |name: &str| case.pointer(name).and_then(Json::as_str).map(std::sync::Arc::from);
    execution.stop(text("/expected/error"), text("/expected/cause"));
    execution.into_outcome()
}

/// When the case was recorded: `18-11-2024, 14:53:25`.
fn recorded(case: &Json) -> Option<i64> {
    let text = case.get("recorded")?.as_str()?;
    let (date, time) = text.split_once(", ")?;
    let parts: Vec<&str> = date.split('-').collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let nanos = interpreter::clock::parse(&format!("{year}-{month}-{day}T{time}Z"))?;
    i64::try_from(nanos / 1_000_000).ok()
}

fn check_outcome(expected: &Json, outcome: &Outcome) -> Result<(), String> {
    let status = expected.get("status").and_then(Json::as_str).unwrap_or_default();
    if status != outcome.status.name() {
        return Err(format!(
            "status: expected {status}, got {} ({:?}: {:?})",
            outcome.status.name(),
            outcome.error,
            outcome.cause
        ));
    }
    if outcome.status == Status::Succeeded {
        let output = outcome.output.as_ref().map_or(Json::Null, |it| Json::from(it.to_string()));
        let recorded =
            expected.get("output_recorded").or_else(|| expected.get("output")).unwrap_or(&Json::Null);
        return differs("output", recorded, &output);
    }
    let text = |it: &Option<std::sync::Arc<str>>| it.as_deref().map_or(Json::Null, |it| Json::from(hide(it)));
    differs("error", expected.get("error").unwrap_or(&Json::Null), &text(&outcome.error))?;
    differs("cause", expected.get("cause").unwrap_or(&Json::Null), &text(&outcome.cause))
}

fn hide(text: &str) -> String {
    text.replace(ACTIVITY, "activity_arn")
}

fn differs(what: &str, expected: &Json, got: &Json) -> Result<(), String> {
    difference(expected, got).map_or(Ok(()), |it| Err(format!("{what} {it}")))
}

fn check_history(case: &Json, expected: &Json, outcome: &Outcome, prefix: bool) -> Result<(), String> {
    let Some(recorded) = expected.get("history").and_then(Json::as_array) else { return Ok(()) };
    let mut made: Vec<Json> = outcome.history.iter().map(|it| event(it.to_json())).collect();
    if case.pointer("/notes/parallel_events_sorted_ids_zeroed").is_some() {
        return check_unordered(recorded, &made);
    }
    if prefix {
        made.truncate(recorded.len());
    }
    // Some were asked for in reverse order.
    let mut recorded = recorded.clone();
    recorded.sort_by_key(|it| it["id"].as_u64());
    for (at, (one, other)) in recorded.iter().zip(&made).enumerate() {
        differs(&format!("event {}", at + 1), &event(one.clone()), other)?;
    }
    if recorded.len() != made.len() {
        let types = |all: &[Json]| all.iter().map(|it| it["type"].to_string()).collect::<Vec<_>>().join(" ");
        return Err(format!(
            "history: expected {} events, got {}: {}",
            recorded.len(),
            made.len(),
            types(&made)
        ));
    }
    Ok(())
}

fn event(mut event: Json) -> Json {
    if let Some(members) = event.as_object_mut() {
        members.remove("timestamp");
        for details in members.values_mut().filter_map(Json::as_object_mut) {
            if let Some(cause) = details.get_mut("cause")
                && let Some(text) = cause.as_str()
            {
                *cause = Json::from(hide(text));
            }
        }
    }
    event
}

/// The events of a Parallel were sorted, their ids are gone, and its own end is left out: they are compared as a set.
fn check_unordered(recorded: &[Json], made: &[Json]) -> Result<(), String> {
    let stands_alone = |it: &&Json| it["id"].is_number();
    for one in recorded.iter().filter(stands_alone) {
        let other = made.iter().find(|it| it["id"] == one["id"]);
        differs(&format!("event {}", one["id"]), &event(one.clone()), other.unwrap_or(&Json::Null))?;
    }
    let mut rest: Vec<Json> = made
        .iter()
        .filter(|it| !recorded.iter().any(|one| one["id"] == it["id"]))
        .filter(|it| !matches!(it["type"].as_str(), Some("ParallelStateSucceeded" | "ParallelStateFailed")))
        .map(|it| unnumbered(it.clone()))
        .collect();
    for one in recorded.iter().filter(|it| !stands_alone(it)) {
        let one = unnumbered(event(one.clone()));
        let Some(at) = rest.iter().position(|it| difference(&one, it).is_none()) else {
            return Err(format!("history: no event like {one} in {rest:?}"));
        };
        rest.remove(at);
    }
    match rest.first() {
        Some(extra) if extra["type"] != "ParallelStateExited" => {
            Err(format!("history: not expected: {extra}"))
        }
        _ => Ok(()),
    }
}

fn unnumbered(mut event: Json) -> Json {
    if let Some(members) = event.as_object_mut() {
        members.remove("id");
        members.remove("previousEventId");
    }
    event
}
