//! Random programs, run as the naive machine and as the packed one, with the same answers and the same failures:
//! they must call the same, and end the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use compiler::output::BuildOptions;
use interpreter::{Call, Execution, Limits, Machine, Options, Reply, Services};
use jsonata::Value;

mod program;

/// Transitions after which a run is cut off.
const LONGEST: u64 = 3_000;

/// What came of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both ran alike; the transitions of the naive machine and of the packed one.
    Agree { naive: u64, packed: u64 },
    /// The checker refused the program.
    Refused(Vec<String>),
    /// They differ: the program and both runs.
    Differ(String),
}

/// A run, as far as it can be seen from outside.
#[derive(Debug)]
struct Run {
    calls: Vec<String>,
    end: String,
    transitions: u64,
}

/// Generates the program of a seed and compares its machines over a few inputs and series of failures.
pub fn compare(seed: u64) -> Verdict {
    let source = program::generate(seed);
    compare_source(&source, seed)
}

/// Compares the machines of a program: its workflow `main`, with an input of the generator's form.
pub fn compare_source(source: &str, seed: u64) -> Verdict {
    let sources = BTreeMap::from([("main.flow".to_owned(), source.to_owned())]);
    let analysis = compiler::analyze(&sources, "main.flow", "random");
    let errors: Vec<String> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .map(|d| format!("{} {} {:?}", d.code, d.message, d.span()))
        .collect();
    if !errors.is_empty() {
        return Verdict::Refused(errors);
    }
    let define = |naive| {
        let options = BuildOptions { naive, ..BuildOptions::default() };
        compiler::define(&analysis, "main", &options)
    };
    let (naive, packed) = (define(true), define(false));
    let (Some(a), Some(b)) = (naive.value, packed.value) else {
        let problems = naive.diagnostics.iter().chain(&packed.diagnostics);
        let problems: Vec<&String> = problems.map(|d| &d.message).collect();
        return Verdict::Differ(format!("{source}\nnot built: {problems:?}"));
    };
    let (naive, packed) = match (machine(&a.definition), machine(&b.definition)) {
        (Ok(naive), Ok(packed)) => (naive, packed),
        (naive, packed) => {
            let problems = [naive.err(), packed.err()];
            return Verdict::Differ(format!(
                "{source}\n{problems:?}\nNAIVE {:#}\nPACKED {:#}",
                a.definition, b.definition
            ));
        }
    };
    let (mut total_naive, mut total_packed) = (0, 0);
    for round in 0..4 {
        let input = program::input(seed.wrapping_add(round));
        // Branches run at once: their order is nobody's promise.
        let sort = at_once(&a.definition) || at_once(&b.definition);
        let one = run(&naive, &input, seed ^ round, sort);
        let two = run(&packed, &input, seed ^ round, sort);
        // A loop that does not end within the bound is cut off at another place in each.
        if one.transitions >= LONGEST {
            continue;
        }
        if one.calls != two.calls || one.end != two.end {
            return Verdict::Differ(format!(
                "{source}\nround {round}, input {input}\nnaive:  {one:#?}\npacked: {two:#?}\nNAIVE {:#}\nPACKED {:#}",
                a.definition, b.definition
            ));
        }
        if two.transitions > one.transitions {
            return Verdict::Differ(format!(
                "{source}\nround {round}: packed takes more transitions\n{one:?}\n{two:?}\n{:#}",
                b.definition
            ));
        }
        total_naive += one.transitions;
        total_packed += two.transitions;
    }
    Verdict::Agree { naive: total_naive, packed: total_packed }
}

fn machine(definition: &serde_json::Value) -> Result<Machine, String> {
    let read = asl::read(&definition.to_string(), asl::Format::Json);
    let machine = read.machine.ok_or_else(|| format!("not read: {:?}", read.diagnostics))?;
    Machine::compile(&machine).map_err(|error| format!("not compiled: {error:?}"))
}

fn run(machine: &Machine, input: &serde_json::Value, seed: u64, sort: bool) -> Run {
    let limits = Limits { transitions: Some(LONGEST), ..Limits::default() };
    let options = Options { limits, seed: 1, ..Options::default() };
    let mut services = Answers { seed, calls: Vec::new(), seen: BTreeMap::new() };
    let outcome = Execution::new(machine, Value::from(input), options).run(&mut services);
    let end = match (&outcome.output, &outcome.error) {
        (Some(output), _) => format!("gave {output}"),
        (None, error) => format!("failed {}", error.as_deref().unwrap_or("")),
    };
    let all = services.calls.concat() + &end;
    let mut calls: Vec<String> = services.calls.iter().map(|call| without_uuids(call, &all)).collect();
    if sort {
        calls.sort();
    }
    Run { calls, end: without_uuids(&end, &all), transitions: outcome.transitions }
}

/// Each uuid replaced by how often it is seen in a whole run: the two machines draw others, but as many.
fn without_uuids(text: &str, run: &str) -> String {
    uuids(text).into_iter().fold(text.to_owned(), |text, uuid| {
        text.replace(uuid, &format!("uuid seen {} times", run.matches(uuid).count()))
    })
}

fn uuids(text: &str) -> Vec<&str> {
    let is_uuid = |piece: &&str| {
        let dashes = piece.char_indices().filter(|(_, c)| *c == '-').map(|(at, _)| at);
        piece.chars().all(|c| c == '-' || c.is_ascii_hexdigit()) && dashes.eq([8, 13, 18, 23])
    };
    text.char_indices().filter_map(|(at, _)| text.get(at..at + 36)).filter(is_uuid).collect()
}

fn at_once(definition: &serde_json::Value) -> bool {
    let text = definition.to_string();
    text.contains(r#""Type":"Map""#) || text.contains(r#""Type":"Parallel""#)
}

/// Answers that depend on nothing but the call, how often it came, and the seed.
struct Answers {
    seed: u64,
    calls: Vec<String>,
    seen: BTreeMap<String, u64>,
}

impl Services for Answers {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let arguments = call.arguments;
        let what = |name: &str| arguments.get(name).map(ToString::to_string).unwrap_or_default();
        let key = match call.arn.rsplit(":::").next().unwrap_or_default() {
            "lambda:invoke" => format!("{} {}", what("FunctionName"), what("Payload")),
            other => format!("{other} {arguments}"),
        };
        // Tokens differ from run to run.
        let key = call.token.map_or_else(|| key.clone(), |token| key.replace(token, "token"));
        let drawn = uuids(&key).into_iter().fold(key.clone(), |key, uuid| key.replace(uuid, "uuid"));
        let count = self.seen.entry(drawn.clone()).or_insert(0);
        *count += 1;
        let chance = program::mix(self.seed, &format!("{drawn} {count}"));
        self.calls.push(format!("{key} #{count}"));
        let failure = match chance % (8 + self.seed % 4 * 12) {
            0 => Some(("E0", r#"{"errorMessage":"no luck","errorType":"E0"}"#)),
            1 => Some(("E1", "plain")),
            2 => Some(("Lambda.Unknown", "")),
            _ => None,
        };
        let number = i64::try_from(chance / 16 % 7).unwrap_or(0) - 1;
        answer(call, failure, number, chance & 32 == 0)
    }
}

/// What a service would say, in its own form.
fn answer(call: &Call<'_>, failure: Option<(&str, &str)>, number: i64, yes: bool) -> Reply {
    let done = |value: serde_json::Value| Reply::success(Value::from(&value));
    let name = call.arguments.get("FunctionName").map(ToString::to_string).unwrap_or_default();
    let action = call.arn.rsplit(":::").next().unwrap_or_default();
    let nested =
        |error: &str, cause: &str| serde_json::json!({ "Error": error, "Cause": cause, "Status": "FAILED" });
    match (action, failure) {
        ("lambda:invoke", None) if name.contains('g') => done(serde_json::json!({ "Payload": yes })),
        ("lambda:invoke", None) => done(serde_json::json!({ "Payload": number })),
        ("states:startExecution.sync:2", None) => done(serde_json::json!({ "Output": number })),
        ("states:startExecution.sync:2", Some((error, cause))) => {
            Reply::failure("States.TaskFailed", nested(error, cause).to_string())
        }
        ("aws-sdk:sfn:startSyncExecution", None) => {
            done(serde_json::json!({ "Status": "SUCCEEDED", "Output": number.to_string() }))
        }
        ("aws-sdk:sfn:startSyncExecution", Some((error, cause))) => done(nested(error, cause)),
        ("aws-sdk:dynamodb:getItem", None) if yes => done(serde_json::json!({})),
        ("aws-sdk:dynamodb:getItem", None) => {
            let item = serde_json::json!({ "id": { "S": "k" }, "n": { "N": number.to_string() } });
            done(serde_json::json!({ "Item": item }))
        }
        (action, None) if action.ends_with(".waitForTaskToken") && yes => Reply::Never,
        (action, failure) if action.ends_with(".waitForTaskToken") => {
            let end = match failure {
                None => Ok(Value::from(number)),
                Some((error, cause)) => Err(interpreter::ServiceError::new(error, cause)),
            };
            Reply::Submitted { after: 0, output: Value::from(&serde_json::json!({})), then: Some((5, end)) }
        }
        (_, None) => done(serde_json::json!({})),
        (action, Some(("E0", _))) if action.contains("dynamodb") => {
            Reply::failure("DynamoDb.ConditionalCheckFailedException", "The conditional request failed")
        }
        (_, Some((error, cause))) => Reply::failure(error, cause),
    }
}

/// Kept small so that a failing seed can be looked at.
pub fn source_of(seed: u64) -> Arc<str> {
    program::generate(seed).into()
}
