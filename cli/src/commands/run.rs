use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use cli::testing::span_of;
use interpreter::Kind;

use super::Outcome;
use super::asl_run::{How, compile, with_mocks};
use crate::disk::Disk;
use crate::report;

/// Run a workflow offline, on a virtual clock
#[derive(Args)]
#[command(after_help = "Examples:
  flow run shop fulfil --input @order.json --mocks mocks.json#HappyPath --trace
  flow run fulfil --input '{\"id\": 1}'           of the app in this folder

What runs is the compiled state machine; deploy-time values stand in it by their names. --trace shows the lines of
the source. The mocks are those of Step Functions Local, by the names of the states.
Exit codes: 0 the execution succeeded, 1 it did not or the program has errors, 2 wrong use.")]
pub(crate) struct Run {
    /// A .flow file or a folder; or the workflow, where the app is in this folder
    path: PathBuf,
    /// Its name; may be left out where there is only one
    workflow: Option<String>,
    #[command(flatten)]
    how: How,
    /// Run the definition before states are merged
    #[arg(long)]
    naive: bool,
}

impl Run {
    pub(crate) fn run(self) -> Outcome {
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
            return Err(format!("name one of its workflows: {}", names.join(", ")));
        };
        let mut text = workflow.definition.to_string();
        for (name, stands_for) in &workflow.substitutions {
            text = text.replace(&format!("${{{name}}}"), stands_for);
        }
        let machine = compile(&text, asl::Format::Json)?;
        let place = |state: &str| {
            let span = span_of(&workflow.places, state)?;
            let source = analysis.sources.get(span.file.0 as usize)?;
            Some(format!("{}:{}", source.path, source.line_column(span.start).0))
        };
        let kind = if workflow.express { Kind::ExpressSync } else { Kind::Standard };
        with_mocks(self.how.mocks.as_deref(), &workflow.name, |services| {
            self.how.execute(&machine, &workflow.name, kind, services, None, &place).map(|(code, _)| code)
        })
    }
}
