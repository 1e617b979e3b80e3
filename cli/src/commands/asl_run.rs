use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use emulators::Unmocked;
use interpreter::mocks::MockConfig;
use interpreter::replay::Replay;
use interpreter::{Execution, Kind, Machine, Names, Options, Services, Status};
use jsonata::Value;
use serde_json::{Value as Json, json};

use super::Outcome;
use crate::{disk, report, timeline, values};

/// Run a state machine offline, on a virtual clock
#[derive(Args)]
#[command(after_help = "Examples:
  flow asl run order.asl.json --input '{\"id\": 1}' --mocks MockConfigFile.json#HappyPath
  flow asl run order.asl.yaml --input @event.json --trace
  flow asl run order.asl.json --replay history.json     what an execution's recorded answers lead to now

The mocks are those of Step Functions Local; a state that is not mocked fails and says what to write.
The output goes to standard output, all else to standard error.
Exit codes: 0 the execution succeeded, 1 it did not, 2 wrong use.")]
pub(crate) struct Run {
    /// `.yaml` and `.yml` are YAML, all else JSON
    file: PathBuf,
    #[command(flatten)]
    how: How,
    /// A recorded history (`aws stepfunctions get-execution-history`) that answers the tasks
    #[arg(long, value_name = "FILE", conflicts_with = "mocks")]
    replay: Option<PathBuf>,
    /// As an Express workflow
    #[arg(long)]
    express: bool,
}

/// What every way to run a machine takes.
#[derive(Args)]
pub(crate) struct How {
    /// The input: JSON, or @FILE (@- is standard input); {} where it is left out
    #[arg(long, value_name = "JSON|@FILE")]
    pub(crate) input: Option<String>,
    /// A file of mocked answers (MockConfigFile.json) and the test case in it
    #[arg(long, value_name = "FILE#CASE")]
    pub(crate) mocks: Option<String>,
    /// Write the history of the execution, as AWS's API gives it
    #[arg(long, value_name = "FILE")]
    history: Option<PathBuf>,
    /// Print what happened when, and what it did to the data
    #[arg(long)]
    trace: bool,
    /// Where random numbers and ids come from: the same seed, the same run
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Run {
    pub(crate) fn run(self) -> Outcome {
        let text = disk::read(&self.file)?;
        let name = machine_name(&self.file);
        let (kind, machine_type) = match self.express {
            true => (Kind::ExpressSync, asl::MachineType::Express),
            false => (Kind::Standard, asl::MachineType::Standard),
        };
        let machine = compile(&text, asl::Format::of_file_name(&self.file.to_string_lossy()), machine_type)?;
        let how = &self.how;
        let Some(path) = &self.replay else {
            return with_mocks(how.mocks.as_deref(), &name, &machine, |services| {
                how.execute(&machine, &name, kind, services, None, &|_| None).map(|(code, _)| code)
            });
        };
        let text = disk::read(path)?;
        let mut replay = Replay::parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let recorded = replay.input();
        let (code, outcome) = how.execute(&machine, &name, kind, &mut replay, Some(recorded), &|_| None)?;
        match replay.divergence(&outcome.history) {
            Some(divergence) => report::eprint_all(&format!("differs from the recording: {divergence}\n")),
            None => report::eprint_all("runs as recorded\n"),
        }
        Ok(code)
    }
}

impl How {
    /// Runs a machine and reports on it.
    pub(crate) fn execute(
        &self,
        machine: &Machine,
        name: &str,
        kind: Kind,
        services: &mut dyn Services,
        recorded: Option<Value>,
        places: timeline::Places<'_>,
    ) -> Result<(ExitCode, interpreter::Outcome), String> {
        let input = match &self.input {
            Some(argument) => values::json(argument)?,
            None => recorded.unwrap_or_else(|| Value::object::<&str>([])),
        };
        let names = Names { machine: name.to_owned(), ..Names::default() };
        let options = Options { kind, names, seed: self.seed, ..Options::default() };
        let outcome = Execution::new(machine, input, options).run(services);
        if let Some(path) = &self.history {
            let events: Vec<Json> = outcome.history.iter().map(|it| it.to_json()).collect();
            let text = report::pretty(&json!({ "events": events }));
            std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        if self.trace {
            report::eprint_all(&timeline::render(&outcome, places));
        }
        if let Some(output) = &outcome.output {
            report::print_all(&values::pretty(output));
        }
        if self.trace || outcome.status != Status::Succeeded {
            report::eprint_all(&timeline::verdict(&outcome));
        }
        Ok((ExitCode::from(u8::from(outcome.status != Status::Succeeded)), outcome))
    }
}

/// The test case of a file of mocks.
pub(crate) struct Mocked {
    config: MockConfig,
    /// The machine in the file that the case is of.
    owner: String,
    case: String,
}

impl Mocked {
    /// The mocks of `FILE#CASE`: those of the machine of that name, else of any in the file.
    pub(crate) fn read(argument: &str, machine: &str) -> Result<Mocked, String> {
        let Some((file, case)) = argument.rsplit_once('#') else {
            return Err(format!("--mocks takes a file and a test case: {argument}#CASE"));
        };
        let text = disk::read(Path::new(file))?;
        let config = MockConfig::parse(&text).map_err(|error| format!("{file}: {error}"))?;
        let cases = config.cases();
        let of_case = |it: &&(&str, &str)| it.1 == case;
        let found =
            cases.iter().filter(of_case).find(|it| it.0 == machine).or_else(|| cases.iter().find(of_case));
        let Some((owner, _)) = found else {
            let known: Vec<String> =
                cases.iter().map(|(machine, case)| format!("{machine}#{case}")).collect();
            return Err(match known.as_slice() {
                [] => format!("{file} has no test cases"),
                known => format!("{file} has no test case `{case}`; it has: {}", known.join(", ")),
            });
        };
        let (owner, case) = ((*owner).to_owned(), case.to_owned());
        Ok(Mocked { config, owner, case })
    }

    /// A state that is mocked and not there was misspelt.
    fn fits(&self, machine: &Machine) -> Result<(), String> {
        let states: Vec<&str> = machine.states().map(|it| it.0).collect();
        let mocked = self.config.states(&self.owner, &self.case);
        match mocked.iter().find(|it| !states.contains(it)) {
            None => Ok(()),
            Some(unknown) => Err(format!(
                "test case `{}` mocks `{unknown}`, which is no state of the machine; its states are `{}`",
                self.case,
                states.join("`, `")
            )),
        }
    }

    /// Runs with these mocks; `rest` answers what they don't.
    pub(crate) fn run<R>(
        &self,
        rest: &mut dyn Services,
        run: impl FnOnce(&mut dyn Services) -> R,
    ) -> Result<R, String> {
        match self.config.services(&self.owner, &self.case, rest) {
            Some(mut services) => Ok(run(&mut services)),
            None => Err(format!("there is no test case `{}`", self.case)),
        }
    }

    /// What is said where nothing answers.
    pub(crate) fn unmocked(mocked: Option<&Mocked>, machine: &str) -> Unmocked {
        match mocked {
            Some(it) => Unmocked { machine: it.owner.clone(), case: it.case.clone() },
            None => Unmocked { machine: machine.to_owned(), case: "Test".to_owned() },
        }
    }
}

/// Runs with the mocks of `FILE#CASE`; what they don't answer fails.
fn with_mocks(
    argument: Option<&str>,
    name: &str,
    machine: &Machine,
    run: impl FnOnce(&mut dyn Services) -> Outcome,
) -> Outcome {
    let mocked = argument.map(|it| Mocked::read(it, name)).transpose()?;
    mocked.as_ref().map_or(Ok(()), |it| it.fits(machine))?;
    let mut rest = Mocked::unmocked(mocked.as_ref(), name);
    match &mocked {
        Some(mocked) => mocked.run(&mut rest, run)?,
        None => run(&mut rest),
    }
}

/// A definition's text as a machine to run. What AWS would refuse runs as far as it can, and is told.
fn compile(text: &str, format: asl::Format, machine_type: asl::MachineType) -> Result<Machine, String> {
    let read = asl::read(text, format);
    let found = match &read.document {
        Some(document) => asl::validate(document, &asl::Options { machine_type, ..asl::Options::default() }),
        None => read.diagnostics,
    };
    let refusal = found.iter().find(|it| it.is_error()).map(asl::Diagnostic::summary);
    let Some(machine) = read.machine else {
        let why = refusal.map_or_else(String::new, |it| format!(": {it}"));
        return Err(format!("this is no state machine{why}; `flow asl validate` shows the place"));
    };
    let next = "`flow asl validate` shows the place";
    let compiled = Machine::compile(&machine).map_err(|error| match &refusal {
        Some(why) => format!("this cannot run: {why}; {next}"),
        None => format!("this cannot run: {error}"),
    })?;
    if let Some(why) = refusal {
        report::eprint_all(&format!("warning: AWS refuses this definition: {why}; {next}\n"));
    }
    Ok(compiled)
}

/// `order.asl.json` → `order`
fn machine_name(path: &Path) -> String {
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').next().filter(|it| !it.is_empty()).unwrap_or("StateMachine").to_owned()
}
