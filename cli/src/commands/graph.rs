use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use compiler::output::BuiltWorkflow;

use super::Outcome;
use crate::disk::Disk;
use crate::{disk, report};

/// Draw a workflow
#[derive(Args)]
#[command(after_help = "Examples:
  flow graph shop fulfil > fulfil.svg
  flow graph --format mermaid    for Markdown, as GitHub draws it")]
pub(crate) struct Graph {
    /// A .flow file or a folder; or the workflow, where the app is in this folder
    path: Option<PathBuf>,
    /// Its name; may be left out where there is only one
    workflow: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The definition before states are merged
    #[arg(long)]
    naive: bool,
}

/// What the source says at a Choice rule, in place of its JSONata.
struct Captions<'a>(&'a BuiltWorkflow);

impl graph::Captions for Captions<'_> {
    fn caption(&self, pointer: &str) -> Option<String> {
        self.0.places.iter().find(|place| place.pointer == pointer)?.caption.clone()
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Svg,
    Mermaid,
    Dot,
}

/// The drawing of a workflow.
pub(super) fn svg(workflow: &BuiltWorkflow) -> String {
    graph::svg(&chart(workflow), &workflow.name)
}

fn chart(workflow: &BuiltWorkflow) -> graph::Chart {
    graph::chart(&workflow.definition, &Captions(workflow))
}

impl Graph {
    pub(crate) fn run(self) -> Outcome {
        let (path, workflow) = self.target();
        let disk = Disk::open(&path)?;
        let analysis = compiler::analyze(&disk, &disk.entry, &disk.name());
        let options =
            compiler::output::BuildOptions { naive: self.naive, ..compiler::output::BuildOptions::default() };
        let built = compiler::build(&analysis, &options);
        let diagnostics: Vec<_> = analysis.diagnostics.iter().chain(&built.diagnostics).cloned().collect();
        if diagnostics.iter().any(|d| d.is_error()) {
            report::diagnostics(&diagnostics, &analysis.sources, report::Format::Text);
            return Ok(ExitCode::from(1));
        }
        let names: Vec<&str> = built.workflows.iter().map(|w| w.name.as_str()).collect();
        let chosen = match &workflow {
            Some(name) => built.workflows.iter().find(|w| w.name == *name),
            None if built.workflows.len() == 1 => built.workflows.first(),
            None => None,
        };
        let Some(chosen) = chosen else {
            let wanted = workflow.map_or_else(
                || "name a workflow".to_owned(),
                |name| format!("there is no workflow `{name}`"),
            );
            let known = if names.is_empty() {
                "this app has none".to_owned()
            } else {
                format!("there are: {}", names.join(", "))
            };
            return Err(format!("{wanted}; {known}"));
        };
        report::print_all(&match self.format {
            Format::Svg => svg(chosen),
            Format::Mermaid => graph::mermaid(&chart(chosen)),
            Format::Dot => graph::dot(&chart(chosen), &chosen.name),
        });
        Ok(ExitCode::SUCCESS)
    }

    /// `flow graph fulfil` means the workflow of the app in this folder, unless there is such a path.
    fn target(&self) -> (PathBuf, Option<String>) {
        match (&self.path, &self.workflow) {
            (Some(path), None) if !path.exists() => (PathBuf::from("."), Some(disk::show(path))),
            (Some(path), workflow) => (path.clone(), workflow.clone()),
            (None, workflow) => (PathBuf::from("."), workflow.clone()),
        }
    }
}
