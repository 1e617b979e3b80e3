//! Runs real definitions along some path, with answers made up from the models of AWS's APIs and from what the states read.
//!
//! ```text
//! world        the input and the answers; they grow by what a run lacks
//! mocks        answers from the models of AWS's APIs
//! run          one run, recorded
//! repair       reads from AWS's error texts what was missing, and puts it where the value came from
//! steer        leads a Choice elsewhere: nearer to an end, or where it has not been
//! ```

use std::collections::BTreeSet;
use std::path::Path;

use interpreter::{Kind, Machine, Status};
use serde_json::Value as Json;

mod definition;
mod mocks;
mod query;
mod repair;
mod run;
mod steer;
mod world;

use definition::Definition;
use repair::Failure;
use run::Run;
use world::World;

/// Runs tried for one definition.
const TRIES: usize = 200;

/// How it went with one definition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// It succeeded.
    End,
    /// It came to a Fail state, and nowhere else.
    Fail(String),
    /// It could not be run to an end.
    Reason(Reason, String),
}

/// Why a definition was not run to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// AWS refuses it.
    Refused,
    /// It cannot be run before its substitutions are made.
    Open,
    /// A state reads what no state before it gives, or fails otherwise.
    Reads,
    /// It goes on longer than is waited for: loops, or very many items.
    Unbounded,
}

/// The definitions of kind `workflow` and `doc` in a folder, with how each went.
///
/// # Errors
/// Where the folder cannot be read.
pub fn run_all(folder: &Path) -> Result<Vec<(String, Ending)>, String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|it| it.to_string())? {
        let path = entry.map_err(|it| it.to_string())?.path();
        let text = std::fs::read_to_string(&path).map_err(|it| it.to_string())?;
        let record: Json = text.parse().map_err(|it| format!("{}: {it}", path.display()))?;
        if record.get("kind").is_some_and(|it| it == "workflow" || it == "doc") {
            let id = record.get("id").and_then(Json::as_str).unwrap_or_default();
            all.push((id.to_owned(), run_one(&record)));
        }
    }
    all.sort();
    Ok(all)
}

/// Reads, validates and runs one record of the corpus.
pub fn run_one(record: &Json) -> Ending {
    let root = record.get("definition").cloned().unwrap_or_default();
    let text = root.as_str().map_or_else(|| root.to_string(), str::to_owned);
    let express = record.get("type").is_some_and(|it| it == "EXPRESS");
    let read = asl::read(&text, asl::Format::Json);
    let options = asl::Options {
        machine_type: if express { asl::MachineType::Express } else { asl::MachineType::Standard },
        substitutions: true,
    };
    let findings = read.document.as_ref().map(|it| asl::validate(it, &options));
    let errors: Vec<String> = findings
        .unwrap_or(read.diagnostics)
        .iter()
        .filter(|it| it.is_error())
        .map(asl::Diagnostic::summary)
        .collect();
    if let Some(first) = errors.first() {
        return Ending::Reason(Reason::Refused, first.clone());
    }
    let compiled = read.machine.ok_or_else(|| "no model".to_owned());
    match compiled.and_then(|it| Machine::compile(&it).map_err(|it| it.to_string())) {
        Ok(machine) => {
            let kind = if express { Kind::ExpressSync } else { Kind::Standard };
            search(&machine, &Definition::of(&root), record.get("sample_input"), kind)
        }
        Err(error) => Ending::Reason(Reason::Open, error),
    }
}

/// Runs, gives what was missing, leads elsewhere, and runs again.
fn search(machine: &Machine, definition: &Definition, sample: Option<&Json>, kind: Kind) -> Ending {
    let mut world = World::default();
    let input = match sample.filter(|it| !it.is_null()) {
        Some(sample) => {
            let mut input = sample.clone();
            world.tag(&mut input);
            input
        }
        None => world.object(),
    };
    world.sources.insert("input".to_owned(), input);
    let mut tried = BTreeSet::new();
    let mut worst = Ending::Reason(Reason::Unbounded, "after all tries".to_owned());
    for _ in 0..TRIES {
        let run = run::run(machine, definition, &mut world, kind);
        if run.status == Status::Succeeded {
            return Ending::End;
        }
        let failure = Failure::of(&run, &world);
        if failure.as_ref().is_some_and(|it| repair::repair(it, definition, &mut world)) {
            continue;
        }
        let ending = ending(&run, failure.is_some());
        // A Fail state is an end too, if no better one is found.
        worst = if matches!(worst, Ending::Fail(_)) { worst } else { ending };
        if !elsewhere(&run, definition, &mut world, &mut tried) {
            break;
        }
    }
    worst
}

/// Leads the last Choice that can be led elsewhere to a way not tried yet.
fn elsewhere(
    run: &Run,
    definition: &Definition,
    world: &mut World,
    tried: &mut BTreeSet<(String, String)>,
) -> bool {
    for choice in run.choices.iter().rev() {
        for target in steer::targets(&choice.state, definition) {
            if choice.taken.as_ref() == Some(&target)
                || tried.contains(&(choice.state.clone(), target.clone()))
            {
                continue;
            }
            tried.insert((choice.state.clone(), target.clone()));
            if steer::lead(choice, &target, definition, world) {
                return true;
            }
        }
    }
    false
}

fn ending(run: &Run, in_state: bool) -> Ending {
    let last = run.events.iter().rev().find_map(run::entered).map(|it| it.0).unwrap_or_default();
    let what = format!("{} {}", run.error, run.cause.chars().take(300).collect::<String>());
    let what = what.trim().to_owned();
    let in_fail = run.events.iter().rev().find(|it| run::entered(it).is_some());
    match run.error.as_str() {
        "States.Runtime"
            if run.cause.contains("entered more states")
                || run.cause.contains("number of history events") =>
        {
            Ending::Reason(Reason::Unbounded, last)
        }
        _ if in_fail.is_some_and(|it| it.kind.name() == "FailStateEntered") && !in_state => {
            Ending::Fail(last)
        }
        _ => Ending::Reason(Reason::Reads, what),
    }
}
