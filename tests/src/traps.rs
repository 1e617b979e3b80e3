//! Small programs that AWS's or JSONata's rules make easy to lower wrongly. Each is run as the naive machine and as the
//! packed one: same calls, in this order, and the same end.

use std::collections::BTreeMap;

use compiler::output::BuildOptions;
use interpreter::{Call, Execution, Machine, Options, Reply, Services};
use jsonata::Value;
use serde_json::Value as Json;

/// A program and what it must do.
#[derive(Clone, Debug)]
pub struct Trap {
    /// The trap's letter and number, and what it is about.
    pub name: &'static str,
    /// The body of a workflow over `input: Input`; the functions `f g h` take and give JSON and raise `E0` and `E1`.
    pub body: &'static str,
    pub input: &'static str,
    /// What functions answer, call by call (the last again and again): JSON, or `!Error cause`. Default: `null`.
    pub answers: &'static [(&'static str, &'static [&'static str])],
    /// `f {"a":1}`
    pub calls: &'static [&'static str],
    /// `gave …` or `failed Error: cause`; a `*` at the end stands for the rest.
    pub end: &'static str,
    /// States that the packed machine enters.
    pub transitions: Option<u64>,
}

const HEAD: &str = "error E0
error E1

type Input = { n: int, s: string, flag: boolean, xs: int[], note: string?, data: json }

function f(x: json) -> json throws E0, E1 { existing: \"f\" }
function g(x: json) -> json throws E0, E1 { existing: \"g\" }
function h(x: json) -> json throws E0, E1 { existing: \"h\" }

";

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub calls: Vec<String>,
    pub end: String,
    pub transitions: u64,
}

/// The whole program of a trap.
pub fn source(trap: &Trap) -> String {
    format!("{HEAD}workflow main(input: Input) -> json throws E0, E1 {{\n{}\n}}\n", trap.body)
}

/// Runs a trap both ways: naive, then packed.
///
/// # Errors
/// Where it does not compile.
pub fn run(trap: &Trap) -> Result<[Run; 2], String> {
    let text = source(trap);
    let sources = BTreeMap::from([("main.flow".to_owned(), text)]);
    let analysis = compiler::analyze(&sources, "main.flow", "trap");
    let errors: Vec<String> = analysis
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .map(|d| format!("{} {}", d.code, d.message))
        .collect();
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    let one = |naive: bool| {
        let built = compiler::build(&analysis, &BuildOptions { naive, ..BuildOptions::default() });
        let workflow =
            built.workflows.first().ok_or_else(|| format!("not built: {:?}", built.diagnostics))?;
        execute(&workflow.definition, trap).map_err(|error| format!("{error}\n{:#}", workflow.definition))
    };
    Ok([one(true)?, one(false)?])
}

fn execute(definition: &Json, trap: &Trap) -> Result<Run, String> {
    let read = asl::read(&definition.to_string(), asl::Format::Json);
    let machine = read.machine.ok_or("not a definition")?;
    let machine = Machine::compile(&machine).map_err(|error| format!("{error:?}"))?;
    let input: Json = serde_json::from_str(trap.input).map_err(|error| error.to_string())?;
    let mut services = Scripted { trap, calls: Vec::new(), seen: BTreeMap::new() };
    let outcome = Execution::new(&machine, Value::from(&input), Options::default()).run(&mut services);
    let end = match (&outcome.output, &outcome.error) {
        (Some(output), _) => format!("gave {output}"),
        (None, error) => {
            format!("failed {}: {}", error.as_deref().unwrap_or(""), outcome.cause.as_deref().unwrap_or(""))
        }
    };
    Ok(Run { calls: services.calls, end, transitions: outcome.transitions })
}

struct Scripted<'a> {
    trap: &'a Trap,
    calls: Vec<String>,
    seen: BTreeMap<String, usize>,
}

impl Services for Scripted<'_> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let arguments: Json = serde_json::from_str(&call.arguments.to_string()).unwrap_or_default();
        let arn = arguments.get("FunctionName").and_then(Json::as_str).unwrap_or_default();
        let name = arn.trim_start_matches("${").trim_end_matches("Arn}").to_owned();
        let payload = match arguments.get("Payload") {
            // Sent as JSON text, as what is neither object nor list must be.
            Some(Json::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            sent => sent.cloned().unwrap_or_default(),
        };
        self.calls.push(format!("{name} {payload}"));
        let count = self.seen.entry(name.clone()).or_insert(0);
        let script =
            self.trap.answers.iter().find(|(function, _)| *function == name).map_or(&[][..], |(_, all)| all);
        let answer = script.get(*count).or(script.last()).copied().unwrap_or("null");
        *count += 1;
        if let Some(error) = answer.strip_prefix('!') {
            let (error, cause) = error.split_once(' ').unwrap_or((error, ""));
            return Reply::failure(error, cause);
        }
        let payload: Json = serde_json::from_str(answer).unwrap_or_default();
        Reply::success(Value::from(&serde_json::json!({ "Payload": payload })))
    }
}

/// Whether a text is as expected, which may end in `*`.
pub fn fits(expected: &str, found: &str) -> bool {
    match expected.strip_suffix('*') {
        Some(start) => found.starts_with(start),
        None => expected == found,
    }
}
