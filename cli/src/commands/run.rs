use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use cli::testing::{self, span_of};
use compiler::typed::Program;
use emulators::{Answer, Answers, Data};
use interpreter::clock::Millis;
use interpreter::{Call, Callback, Kind, Reply, Services};

use super::Outcome;
use super::asl_run::{How, Mocked};
use crate::disk::Disk;
use crate::handlers::Processes;
use crate::{report, values};

/// Run a workflow offline, on a virtual clock
#[derive(Args)]
#[command(after_help = "Examples:
  flow run shop fulfil --input @order.json --mocks mocks.json#HappyPath --trace
  flow run fulfil --input '{\"id\": 1}'           of the app in this folder
  flow run shop fulfil --data data.json           with {\"orders\": [{\"id\": \"1\"}], \"files\": {\"a.csv\": \"x\\n1\"}}

What runs is the compiled state machine, with the services that tests have: tables, buckets, queues, topics, streams, buses
and secrets in memory (empty, or as --data has them: a table's items, a bucket's objects by their keys, a secret's value),
functions' handlers where Python or Node is installed, the app's other workflows.
--mocks (those of Step Functions Local, by the names of the states) come before all of them. Who answered which state is
told at the end; a call that nothing answers fails and says what to write. --trace shows the lines of the source.
Exit codes: 0 the execution succeeded, 1 it did not or the program has errors, 2 wrong use.")]
pub(crate) struct Run {
    /// A .flow file or a folder; or the workflow, where the app is in this folder
    path: PathBuf,
    /// Its name; may be left out where there is only one
    workflow: Option<String>,
    #[command(flatten)]
    how: How,
    /// What tables, buckets and secrets hold at the start: a JSON object of their names
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Run the definition before states are merged
    #[arg(long)]
    naive: bool,
}

impl Run {
    pub(crate) fn run(mut self) -> Outcome {
        let given = self.path.to_string_lossy().into_owned();
        let (path, wanted) = match (&self.workflow, self.path.exists()) {
            (None, false) => (PathBuf::from("."), Some(given)),
            (workflow, _) => (self.path.clone(), workflow.clone()),
        };
        let disk = Disk::open(&path)?;
        let analysis = compiler::analyze(&disk, &disk.entry, &disk.name());
        let built = compiler::tests(&analysis, self.naive);
        let diagnostics: Vec<_> = analysis.diagnostics.iter().chain(&built.diagnostics).cloned().collect();
        if diagnostics.iter().any(|it| it.is_error()) {
            report::diagnostics(&diagnostics, &analysis.sources, report::Format::Text);
            return Ok(ExitCode::from(1));
        }
        let chosen = match &wanted {
            Some(name) => built.workflows.iter().find(|it| it.name == *name),
            None if built.workflows.len() == 1 => built.workflows.first(),
            None => None,
        };
        let Some(workflow) = chosen else {
            let names: Vec<&str> = built.workflows.iter().map(|it| it.name.as_str()).collect();
            return Err(match wanted {
                Some(name) => format!("there is no workflow `{name}`; there are: {}", names.join(", ")),
                None if names.is_empty() => "there is no workflow in this app".to_owned(),
                None => format!("name one of its workflows: {}", names.join(", ")),
            });
        };
        // Read once: it may be standard input.
        if let Some(argument) = &self.how.input {
            self.how.input = Some(values::json(argument)?.to_string());
        }
        fits(&analysis.program, &workflow.name, self.how.input.as_deref().unwrap_or("{}"))?;
        let app = testing::app(&built, &analysis.program)?;
        let data = self.data.as_deref().map(|it| data(&app, it)).transpose()?.unwrap_or_default();
        let handlers = Processes::new(&disk, &built, &app, &analysis.program)?;
        let Some(machine) = app.machine_of(&workflow.name) else {
            return Err(format!("`{}` can't be run", workflow.name));
        };
        let mocked = self.how.mocks.as_deref().map(|it| Mocked::read(it, &workflow.name)).transpose()?;
        let place = |state: &str| {
            let span = span_of(&workflow.places, state)?;
            let source = analysis.sources.get(span.file.0 as usize)?;
            Some(format!("{}:{}", source.path, source.line_column(span.start).0))
        };
        let kind = if workflow.express { Kind::ExpressSync } else { Kind::Standard };
        let answers = Answers::default();
        let unmocked = Mocked::unmocked(mocked.as_ref(), &workflow.name);
        let execute = |services: &mut dyn Services| {
            let how = &self.how;
            how.execute(machine, &workflow.name, kind, services, None, &place).map(|(code, _)| code)
        };
        let (code, later) = emulators::alone(
            &app,
            &workflow.name,
            &handlers,
            (answers.clone(), unmocked, data),
            |services| match &mocked {
                Some(mocked) => {
                    mocked.run(services, |inner| execute(&mut Heard { inner, answers: answers.clone() }))?
                }
                None => execute(services),
            },
        );
        let code = code?;
        report::eprint_all(&told(&answers.borrow()));
        later.iter().for_each(|it| report::eprint_all(&format!("what was started failed: {it}\n")));
        Ok(if later.is_empty() { code } else { ExitCode::from(1) })
    }
}

/// Whether the input is of the type that the workflow takes.
fn fits(program: &Program, workflow: &str, input: &str) -> Result<(), String> {
    let declared = program.workflows.iter().find(|it| *it.name == *workflow);
    let Some(param) = declared.and_then(|it| it.param).and_then(|it| program.locals.get(it.index())) else {
        return Ok(());
    };
    let input = serde_json::from_str(input).map_err(|error| error.to_string())?;
    match program.types.misfit(&param.ty, &input) {
        None => Ok(()),
        Some(why) => Err(format!(
            "`{workflow}` takes `{}`, and the input is another: {why}; --input takes JSON, or @FILE",
            program.types.show(&param.ty)
        )),
    }
}

fn data(app: &emulators::App, path: &Path) -> Result<Data, String> {
    let told = |error: String| format!("{}: {error}", path.display());
    let json = crate::disk::read(path)?.parse::<jsonata::Value>().map_err(|error| told(error.to_string()))?;
    Data::read(app, &json).map_err(told)
}

/// Notes which calls a mock answered: those that nobody behind it was asked.
struct Heard<'s> {
    inner: &'s mut dyn Services,
    answers: Answers,
}

impl Services for Heard<'_> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let before = self.answers.borrow().len();
        let reply = self.inner.call(call);
        if self.answers.borrow().len() == before && !matches!(reply, Reply::Refused(_)) {
            let answer = Answer { workflow: None, state: call.state.to_owned(), by: "a mock".to_owned() };
            self.answers.borrow_mut().push(answer);
        }
        reply
    }

    fn callbacks(&mut self, now: Millis) -> Vec<Callback> {
        self.inner.callbacks(now)
    }

    fn next_callback(&self) -> Option<Millis> {
        self.inner.next_callback()
    }
}

/// Who answered which state, each told once.
fn told(answers: &[Answer]) -> String {
    let mut lines: Vec<(String, &str, u64)> = Vec::new();
    for answer in answers {
        let state = match &answer.workflow {
            Some(workflow) => format!("{workflow}: {}", answer.state),
            None => answer.state.clone(),
        };
        match lines.iter_mut().find(|it| it.0 == state && it.1 == answer.by) {
            Some(known) => known.2 += 1,
            None => lines.push((state, &answer.by, 1)),
        }
    }
    let width = lines.iter().map(|it| it.0.chars().count()).max().unwrap_or(0);
    let times = |count: u64| if count > 1 { format!(" ({count} times)") } else { String::new() };
    let line = |(state, by, count): &(String, &str, u64)| {
        format!("{state:width$}  answered by {by}{}\n", times(*count))
    };
    lines.iter().map(line).collect()
}
