//! `cargo run --release -p interpreter --example speed [PART OF A NAME]`: how long runs take, in microseconds.

use std::time::Instant;

use interpreter::{Execution, Limits, Machine, NoServices, Options, Recording, Status};
use jsonata::Value;
use serde_json::{Value as Json, json};

fn chain(length: usize) -> Json {
    let state = |at: usize| match at + 1 < length {
        true => json!({ "Type": "Pass", "Next": format!("S{}", at + 1) }),
        false => json!({ "Type": "Pass", "End": true }),
    };
    let states: serde_json::Map<String, Json> = (0..length).map(|at| (format!("S{at}"), state(at))).collect();
    json!({ "StartAt": "S0", "States": states })
}

fn map() -> Json {
    json!({ "StartAt": "M", "States": { "M": { "Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {
        "ProcessorConfig": { "Mode": "INLINE" }, "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } } } })
}

fn turns() -> Json {
    json!({ "StartAt": "I", "States": {
        "I": { "Type": "Pass", "Result": { "n": 0 }, "Next": "C" },
        "C": { "Type": "Choice", "Default": "A",
               "Choices": [{ "Variable": "$.n", "NumericGreaterThanEquals": 1000, "Next": "E" }] },
        "A": { "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.n, 1)" }, "Next": "C" },
        "E": { "Type": "Succeed" } } })
}

fn jsonata_turns() -> Json {
    json!({ "QueryLanguage": "JSONata", "StartAt": "I", "States": {
        "I": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "C" },
        "C": { "Type": "Choice", "Default": "A", "Choices": [{ "Condition": "{% $n >= 1000 %}", "Next": "E" }] },
        "A": { "Type": "Pass", "Assign": { "n": "{% $n + 1 %}" }, "Next": "C" },
        "E": { "Type": "Succeed", "Output": "{% $n %}" } } })
}

/// A definition and an input, and how it is run.
struct Workload {
    name: String,
    definition: Json,
    /// Numbers in `items` of the input.
    items: usize,
    recording: bool,
    limited: bool,
}

fn workloads() -> Vec<Workload> {
    let mut all = Vec::new();
    for recording in [true, false] {
        let kept = if recording { "history kept" } else { "history off" };
        let mut add = |name: &str, definition: Json, items: usize| {
            let name = format!("{name}, {kept}");
            all.push(Workload { name, definition, items, recording, limited: true });
        };
        add("Pass chain of 1 state", chain(1), 0);
        add("Pass chain of 100 states", chain(100), 0);
        add("inline Map over 1000 items", map(), 1000);
        add("Choice + MathAdd loop of 1000 turns", turns(), 0);
        add("Choice + Assign loop in JSONata of 1000 turns", jsonata_turns(), 0);
    }
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let name = format!("inline Map over {count} items, quotas lifted");
        all.push(Workload { name, definition: map(), items: count, recording: false, limited: false });
    }
    all
}

fn options(recording: bool, limited: bool) -> Options {
    let limits = match limited {
        true => Limits::default(),
        false => Limits { history: None, payload: None, ..Limits::default() },
    };
    Options {
        recording: if recording { Recording::Keep } else { Recording::Off },
        limits,
        ..Options::default()
    }
}

/// Median microseconds of one run.
fn measure(work: &Workload) -> Result<f64, String> {
    let read = asl::read(&work.definition.to_string(), asl::Format::Json);
    let machine = read.machine.ok_or("no machine")?;
    let machine = Machine::compile(&machine).map_err(|error| error.to_string())?;
    let items = Value::array((0..work.items).map(Value::from));
    let input = Value::object([("items", items)]);
    let mut times = Vec::new();
    for _ in 0..if work.limited { 30 } else { 3 } {
        let start = Instant::now();
        let options = options(work.recording, work.limited);
        let outcome = Execution::new(&machine, input.clone(), options).run(&mut NoServices);
        times.push(start.elapsed().as_secs_f64() * 1e6);
        if outcome.status != Status::Succeeded {
            return Err(format!("{}: {:?} {:?}", work.name, outcome.error, outcome.cause));
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(times.get(times.len() / 2).copied().unwrap_or(0.0))
}

fn main() -> Result<(), String> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for work in workloads().into_iter().filter(|it| it.name.contains(&wanted)) {
        println!("{:<64} {:>12.1} us", work.name, measure(&work)?);
    }
    Ok(())
}
