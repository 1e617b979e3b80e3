use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use compiler::diagnostics::Diagnostic;
use compiler::output::{BuildOptions, BuiltWorkflow, Partition};

use super::Outcome;
use crate::disk::Disk;
use crate::output;
use crate::report;

/// The file by which a folder is known to be ours.
const MARKER: &str = "source-map.json";

/// Compile an app to a template with its state machines
#[derive(Args)]
#[command(after_help = "Examples:
  flow build
  flow build shop --target cloudformation --format json --out dist
  flow build --graph             a drawing of each workflow beside it
  flow build --explain           each state, why it is there, and what a run costs")]
pub(crate) struct Build {
    #[arg(default_value = ".")]
    path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    target: Target,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Where the files go; made anew each time
    #[arg(long, default_value = "build")]
    out: PathBuf,
    /// Say of each state why it is there, and what a run costs
    #[arg(long)]
    explain: bool,
    /// Draw each workflow too, as SVG
    #[arg(long)]
    graph: bool,
    /// One statement, one state: the definition before states are merged
    #[arg(long)]
    naive: bool,
    /// Where the app is going to be deployed: `aws-cn` in China, `aws-us-gov` in GovCloud
    #[arg(long, default_value = "aws", value_parser = partitions())]
    partition: String,
}

fn partitions() -> clap::builder::PossibleValuesParser {
    Partition::ALL.map(Partition::name).into()
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Target {
    #[default]
    Sam,
    Cloudformation,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Format {
    #[default]
    Yaml,
    Json,
}

impl Build {
    pub(crate) fn run(self) -> Outcome {
        let disk = Disk::open(&self.path)?;
        let analysis = compiler::analyze(&disk, &disk.entry, &disk.name());
        let options = BuildOptions {
            target: match self.target {
                Target::Sam => compiler::output::Target::Sam,
                Target::Cloudformation => compiler::output::Target::CloudFormation,
            },
            format: match self.format {
                Format::Yaml => compiler::output::Format::Yaml,
                Format::Json => compiler::output::Format::Json,
            },
            naive: self.naive,
            partition: Partition::ALL.into_iter().find(|it| it.name() == self.partition).unwrap_or_default(),
        };
        let built = compiler::build(&analysis, &options);
        let diagnostics: Vec<Diagnostic> =
            analysis.diagnostics.iter().chain(&built.diagnostics).cloned().collect();
        report::diagnostics(&diagnostics, &analysis.sources, report::Format::Text);
        if diagnostics.iter().any(Diagnostic::is_error) {
            let summary = compiler::diagnostics::render::summary(&diagnostics).unwrap_or_default();
            report::eprint_all(&format!("{summary}; nothing was written\n"));
            return Ok(ExitCode::from(1));
        }
        let mut files: Vec<_> =
            built.files.into_iter().map(|file| (file.path, file.text.into_bytes())).collect();
        if self.graph {
            let drawing =
                |it: &BuiltWorkflow| (format!("{}.svg", it.name), super::graph::svg(it).into_bytes());
            files.extend(built.workflows.iter().map(drawing));
        }
        output::write_folder(&self.out, &files, MARKER)?;
        let width = files.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
        for (path, bytes) in &files {
            let size = format!("{:.1} KB", bytes.len() as f64 / 1024.0);
            report::print_all(&format!("{}/{path:width$} {size:>10}\n", crate::disk::show(&self.out)));
        }
        if self.explain {
            built.workflows.iter().for_each(|workflow| report::print_all(&explanation(workflow)));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Dollars a thousand state transitions of a Standard workflow, us-east-1: <https://aws.amazon.com/step-functions/pricing/>.
const PRICE: f64 = 0.025;

/// A table of the states and why each is there.
fn explanation(workflow: &BuiltWorkflow) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_BORDERS_ONLY).set_header([
        "state",
        "type",
        "why it is there",
    ]);
    for reason in &workflow.reasons {
        let name = format!("{}{}", "  ".repeat(reason.depth), reason.state);
        table.add_row([name.as_str(), reason.kind, reason.why.as_str()]);
    }
    let count = workflow.reasons.len();
    let bill = if workflow.express {
        "billed by the request and its duration".to_owned()
    } else {
        let most = PRICE * count as f64 / 1000.0;
        format!("each state entered costs ${:.6}; all of them once: ${most:.6}", PRICE / 1000.0)
    };
    format!("\n{}: {count} states; {bill}\n{table}\n", workflow.name)
}
