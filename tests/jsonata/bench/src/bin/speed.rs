//! Operations a second of this project's JSONata beside npm's and jsonata-core: `speed bench.json NPM`.
//!
//! The first file is a list of `{name, expr, data, bindings}`, the second what npm's engine reached, a line
//! `{"bench": name, "ops": number}` each. Expressions are parsed once and data is read beforehand.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jsonata::{Bindings, Dialect, Environment, Expression, Value};
use jsonata_core::evaluator::{Context, Evaluator};
use jsonata_core::value::JValue;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cases, npm] = arguments.as_slice() else { return Err("usage: speed BENCH.json NPM.jsonl".into()) };
    let cases: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(cases)?)?;
    let npm = npm_results(&std::fs::read_to_string(npm)?)?;
    println!("{:<28} {:>13} {:>13} {:>13} {:>8} {:>8}", "", "ours ops/s", "npm", "jsonata-core", "x npm", "x core");
    for case in cases.as_array().into_iter().flatten() {
        let (ours, theirs) = (ours(case)?, theirs(case)?);
        let name = case["name"].as_str().unwrap_or_default();
        let npm = npm.get(name).copied().unwrap_or(f64::NAN);
        let (to_npm, to_core) = (ours / npm, ours / theirs);
        println!("{name:<28} {ours:>13.1} {npm:>13.1} {theirs:>13.1} {to_npm:>7.1}x {to_core:>7.1}x");
    }
    Ok(())
}

fn npm_results(lines: &str) -> Outcome<HashMap<String, f64>> {
    let read = |line: &str| {
        let it: serde_json::Value = serde_json::from_str(line)?;
        Ok((it["bench"].as_str().unwrap_or_default().to_owned(), it["ops"].as_f64().unwrap_or(f64::NAN)))
    };
    lines.lines().filter(|it| !it.trim().is_empty()).map(read).collect()
}

/// The best of five: what the machine can do when it is left alone.
fn best(mut operation: impl FnMut()) -> f64 {
    let mut best = 0.0_f64;
    for _ in 0..5 {
        let start = Instant::now();
        let mut count = 0;
        while start.elapsed() < Duration::from_millis(400) {
            operation();
            count += 1;
        }
        best = best.max(f64::from(count) / start.elapsed().as_secs_f64());
    }
    best
}

fn ours(case: &serde_json::Value) -> Outcome<f64> {
    let expression = Expression::parse(case["expr"].as_str().unwrap_or_default(), Dialect::Standard)?;
    let data = Value::from(&case["data"]);
    let bindings: Bindings = match Value::from(&case["bindings"]) {
        Value::Object(members) => members.into(),
        _ => Bindings::new(),
    };
    let environment = Environment::default();
    expression.evaluate(&data, &bindings, &environment)?;
    Ok(best(|| {
        let result = expression.evaluate(&data, &bindings, &environment);
        std::hint::black_box(&result);
    }))
}

/// The faster of its two ways: compiled to bytecode, which takes no variables, or walking the tree.
fn theirs(case: &serde_json::Value) -> Outcome<f64> {
    let text = case["expr"].as_str().unwrap_or_default();
    let data: JValue = case["data"].clone().into();
    let bindings: Vec<(String, JValue)> = match &case["bindings"] {
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, it)| (name.clone(), it.clone().into())).collect()
        }
        _ => Vec::new(),
    };
    let tree = jsonata_core::parser::parse(text)?;
    let walking = best(|| {
        let mut context = Context::new();
        for (name, value) in &bindings {
            context.bind(name.clone(), value.clone());
        }
        let result = Evaluator::with_context(context).evaluate(&tree, &data);
        std::hint::black_box(&result);
    });
    if !bindings.is_empty() {
        return Ok(walking);
    }
    let compiled = jsonata_core::Expression::compile(text)?;
    let compiled = best(|| {
        let result = compiled.evaluate(&data);
        std::hint::black_box(&result);
    });
    Ok(walking.max(compiled))
}
