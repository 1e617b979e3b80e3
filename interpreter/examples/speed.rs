//! `cargo run --release -p interpreter --example speed`: how long runs take, in microseconds.

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

fn measure(
    name: &str,
    definition: &Json,
    input: &Json,
    recording: bool,
    limited: bool,
) -> Result<(), String> {
    let read = asl::read(&definition.to_string(), asl::Format::Json);
    let machine = read.machine.ok_or("no machine")?;
    let machine = Machine::compile(&machine).map_err(|error| error.to_string())?;
    let input = Value::from(input);
    let mut times = Vec::new();
    for _ in 0..if limited { 30 } else { 3 } {
        let start = Instant::now();
        let outcome =
            Execution::new(&machine, input.clone(), options(recording, limited)).run(&mut NoServices);
        times.push(start.elapsed().as_secs_f64() * 1e6);
        if outcome.status != Status::Succeeded {
            return Err(format!("{name}: {:?} {:?}", outcome.error, outcome.cause));
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(0.0);
    println!("{name:<48} {median:>12.1} us");
    Ok(())
}

fn main() -> Result<(), String> {
    let items = |count: usize| json!({ "items": (0..count).collect::<Vec<_>>() });
    for recording in [true, false] {
        println!("history {}", if recording { "kept" } else { "off" });
        measure("Pass chain, 1 state", &chain(1), &json!({}), recording, true)?;
        measure("Pass chain, 100 states", &chain(100), &json!({}), recording, true)?;
        measure("inline Map, 1000 items of 1 Pass", &map(), &items(1000), recording, true)?;
        measure("Choice + MathAdd loop, 1000 turns", &turns(), &json!({}), recording, true)?;
        measure(
            "Choice + Assign loop in JSONata, 1000 turns",
            &jsonata_turns(),
            &json!({}),
            recording,
            true,
        )?;
    }
    for count in [10_000, 100_000, 1_000_000] {
        measure(&format!("inline Map, {count} items, history off"), &map(), &items(count), false, false)?;
    }
    Ok(())
}
