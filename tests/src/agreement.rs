//! Random programs, run as the naive machine and as the packed one, with the same answers and the same failures:
//! they must call the same, and end the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use compiler::output::BuildOptions;
use interpreter::{Call, Execution, Limits, Machine, Options, Reply, Services};
use jsonata::Value;

mod program;

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

/// Compares the machines of a program: its first workflow, with an input of the generator's form.
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
    let naive = compiler::build(&analysis, &BuildOptions { naive: true, ..BuildOptions::default() });
    let packed = compiler::build(&analysis, &BuildOptions::default());
    let (Some(a), Some(b)) = (naive.workflows.first(), packed.workflows.first()) else {
        let problems = naive.diagnostics.iter().chain(&packed.diagnostics);
        let problems: Vec<&String> = problems.map(|d| &d.message).collect();
        return Verdict::Differ(format!("{source}\nnot built: {problems:?}"));
    };
    let (mut total_naive, mut total_packed) = (0, 0);
    for round in 0..4 {
        let input = program::input(seed.wrapping_add(round));
        let one = run(&a.definition, &input, seed ^ round);
        let two = run(&b.definition, &input, seed ^ round);
        match (one, two) {
            (Ok(one), Ok(two)) if one.calls == two.calls && one.end == two.end => {
                if two.transitions > one.transitions {
                    return Verdict::Differ(format!(
                        "{source}\nround {round}: packed takes more transitions\n{one:?}\n{two:?}\n{:#}",
                        b.definition
                    ));
                }
                total_naive += one.transitions;
                total_packed += two.transitions;
            }
            (one, two) => {
                return Verdict::Differ(format!(
                    "{source}\nround {round}, input {input}\nnaive:  {one:#?}\npacked: {two:#?}\nNAIVE {:#}\nPACKED {:#}",
                    a.definition, b.definition
                ));
            }
        }
    }
    Verdict::Agree { naive: total_naive, packed: total_packed }
}

fn run(definition: &serde_json::Value, input: &serde_json::Value, seed: u64) -> Result<Run, String> {
    let text = definition.to_string();
    let read = asl::read(&text, asl::Format::Json);
    let machine = read.machine.ok_or_else(|| format!("not read: {:?}", read.diagnostics))?;
    let machine = Machine::compile(&machine).map_err(|error| format!("not compiled: {error:?}"))?;
    let limits = Limits { transitions: Some(3_000), ..Limits::default() };
    let options = Options { limits, seed: 1, ..Options::default() };
    let mut services = Answers { seed, calls: Vec::new(), seen: BTreeMap::new() };
    let outcome = Execution::new(&machine, Value::from(input), options).run(&mut services);
    let end = match (&outcome.output, &outcome.error) {
        (Some(output), _) => format!("gave {output}"),
        (None, error) => format!("failed {}", error.as_deref().unwrap_or("")),
    };
    // Branches run at once: their order is nobody's promise.
    services.calls.sort();
    Ok(Run { calls: services.calls, end, transitions: outcome.transitions })
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
        let name = arguments.get("FunctionName").map(ToString::to_string).unwrap_or_default();
        let key = format!("{name} {}", arguments.get("Payload").map(ToString::to_string).unwrap_or_default());
        let count = self.seen.entry(key.clone()).or_insert(0);
        *count += 1;
        let chance = program::mix(self.seed, &format!("{key} {count}"));
        self.calls.push(format!("{key} #{count}"));
        match chance % (8 + self.seed % 4 * 12) {
            0 => Reply::failure("E0", r#"{"errorMessage":"no luck","errorType":"E0"}"#),
            1 => Reply::failure("E1", "plain"),
            2 => Reply::failure("Lambda.Unknown", ""),
            _ => {
                let number = Value::from(i64::try_from(chance / 16 % 7).unwrap_or(0) - 1);
                let payload = if name.contains("g") { Value::from(chance & 32 == 0) } else { number };
                let answer = serde_json::json!({ "Payload": serde_json::from_str::<serde_json::Value>(&payload.to_string()).unwrap_or_default() });
                Reply::success(Value::from(&answer))
            }
        }
    }
}

/// Kept small so that a failing seed can be looked at.
pub fn source_of(seed: u64) -> Arc<str> {
    program::generate(seed).into()
}
