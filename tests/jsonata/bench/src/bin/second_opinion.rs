//! Three engines on one file of cases: npm's jsonata, whose outcome is in the file, this project's and jsonata-core.
//! `second_opinion CASES DOCUMENTS`
//!
//! Where two agree against the third, the third is probably wrong: the lists say which. jsonata-core follows a later
//! jsonata-js and its errors have neither place nor token, so of errors only the codes are compared.

#[path = "../../../../../jsonata/tests/common/suite.rs"]
#[allow(dead_code)]
mod suite;

use std::collections::BTreeMap;

use jsonata::Value;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;

/// What an engine made of an expression: JSON, `nothing` or an error's code.
type Outcome = String;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cases, documents] = arguments.as_slice() else { return Err("usage: second_opinion CASES DOCUMENTS".into()) };
    let (cases, documents) = (std::fs::read_to_string(cases)?, std::fs::read_to_string(documents)?);
    // jsonata-core recurses without growing its stack.
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(move || compare(&cases, &documents))?;
    thread.join().map_err(|_| "jsonata-core panicked outside of a case")?.map_err(Into::into)
}

fn compare(cases: &str, documents: &str) -> Result<(), String> {
    std::panic::set_hook(Box::new(|_| {}));
    let cases: Value = cases.parse().map_err(|it| format!("cases: {it}"))?;
    let documents: Value = documents.parse().map_err(|it| format!("documents: {it}"))?;
    let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases.as_array().into_iter().flatten() {
        let npm = expected(case);
        let ours = ours(case, &documents);
        let theirs = theirs(case, &documents);
        let verdict = match (ours == npm, theirs == npm, ours == theirs) {
            (true, true, _) => "all three agree",
            (true, false, _) => "jsonata-core alone differs",
            (false, true, _) => "ours alone differs",
            (false, false, true) => "npm alone differs",
            (false, false, false) => "all three differ",
        };
        *verdicts.entry(verdict).or_default() += 1;
        if ours != npm {
            let text = case.get("expr").and_then(Value::as_str).unwrap_or_default();
            println!("{verdict}: {text}\n  npm  {}\n  ours {}\n  core {}", short(&npm), short(&ours), short(&theirs));
        }
    }
    verdicts.iter().for_each(|(verdict, count)| println!("{count:>7} {verdict}"));
    Ok(())
}

fn short(outcome: &str) -> String {
    outcome.chars().take(200).collect()
}

fn expected(case: &Value) -> Outcome {
    match (case.get("code").and_then(Value::as_str), case.get("result")) {
        (Some(code), _) => code.to_owned(),
        (None, Some(result)) => result.to_string(),
        (None, None) => "nothing".to_owned(),
    }
}

fn ours(case: &Value, documents: &Value) -> Outcome {
    match suite::outcome_of(case, documents) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".to_owned(),
        Err(error) => error.code.to_owned(),
    }
}

fn theirs(case: &Value, documents: &Value) -> Outcome {
    std::panic::catch_unwind(|| evaluated(case, documents)).unwrap_or_else(|_| "panic".to_owned())
}

fn evaluated(case: &Value, documents: &Value) -> Outcome {
    let text = case.get("expr").and_then(Value::as_str).unwrap_or_default();
    let input = case.get("dataset").and_then(Value::as_str).and_then(|it| documents.get(it));
    let input: JValue = input.map_or(JValue::Undefined, |it| serde_json::Value::from(it).into());
    let coded = |message: &str| message.get(..5).map_or("error".to_owned(), |it| it.trim_end_matches(':').to_owned());
    let tree = match jsonata_core::parser::parse(text) {
        Ok(tree) => tree,
        Err(error) => return coded(&error.to_string()),
    };
    let mut context = Context::new();
    for (name, value) in case.get("bindings").and_then(Value::as_object).into_iter().flat_map(|it| it.iter()) {
        context.bind(name.to_string(), serde_json::Value::from(value).into());
    }
    let options = EvaluatorOptions { timeout_ms: Some(2000), ..EvaluatorOptions::default() };
    match Evaluator::with_options(context, options).evaluate(&tree, &input) {
        Ok(value) if value.is_undefined() => "nothing".to_owned(),
        // By way of our own reader, so that numbers look alike.
        Ok(value) => match serde_json::to_string(&value).ok().and_then(|it| it.parse::<Value>().ok()) {
            Some(value) => value.to_string(),
            None => "no JSON".to_owned(),
        },
        Err(error) => error.code().map_or_else(|| coded(error.message()), str::to_owned),
    }
}
