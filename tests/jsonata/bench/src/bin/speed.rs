//! Operations a second of this project's JSONata and of jsonata-core: `jsonata-bench bench.json`.
//!
//! The file is a list of `{name, expr, data, bindings}`. Expressions are parsed once and data is read beforehand.

use std::time::{Duration, Instant};

use jsonata::{Bindings, Dialect, Environment, Expression, Value};
use jsonata_core::evaluator::{Context, Evaluator};
use jsonata_core::value::JValue;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: jsonata-bench BENCH.json")?;
    let cases: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    println!("{:<28} {:>14} {:>14} {:>7}", "", "ours ops/s", "jsonata-core", "ratio");
    for case in cases.as_array().into_iter().flatten() {
        let ours = ours(case)?;
        let theirs = theirs(case)?;
        let name = case["name"].as_str().unwrap_or_default();
        println!("{name:<28} {ours:>14.1} {theirs:>14.1} {:>6.1}x", ours / theirs);
    }
    Ok(())
}

/// The best of five half seconds: what the machine can do when it is left alone.
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

fn ours(case: &serde_json::Value) -> Result<f64, Box<dyn std::error::Error>> {
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

fn theirs(case: &serde_json::Value) -> Result<f64, Box<dyn std::error::Error>> {
    let tree = jsonata_core::parser::parse(case["expr"].as_str().unwrap_or_default())?;
    let data: JValue = case["data"].clone().into();
    let bindings: Vec<(String, JValue)> = match &case["bindings"] {
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, it)| (name.clone(), it.clone().into())).collect()
        }
        _ => Vec::new(),
    };
    Ok(best(|| {
        let mut context = Context::new();
        for (name, value) in &bindings {
            context.bind(name.clone(), value.clone());
        }
        let result = Evaluator::with_context(context).evaluate(&tree, &data);
        std::hint::black_box(&result);
    }))
}
