use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use compiler::diagnostics::{Diagnostic, render};
use compiler::source::{FileId, Source, Span};

use super::Outcome;
use crate::report::{self, Format};

/// What a line of source may have and still be read.
const LONGEST_LINE: usize = 200;

/// Say what is wrong with state machine definitions, before AWS does and beyond it
#[derive(Args)]
#[command(after_help = "Examples:
  flow asl validate statemachine.asl.json
  flow asl validate workflows/*.yaml --type express
  flow asl validate --format sarif definition.json > asl.sarif
  aws stepfunctions describe-state-machine … --query definition --output text | flow asl validate -

Errors are what CreateStateMachine refuses, in its own words and under its own codes, and expressions
that fail whenever they run. Warnings are what it accepts and should not be there.
Exit codes: 0 no errors, 1 errors, 2 wrong use.")]
pub(crate) struct Validate {
    /// Definitions; `.yaml` and `.yml` are YAML, all else JSON; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// What kind of state machine the definitions are for
    #[arg(long = "type", value_enum, default_value_t)]
    machine_type: MachineType,
    /// Take `${Name}` and CloudFormation's functions for what they are, as AWS does
    #[arg(long)]
    no_substitutions: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MachineType {
    #[default]
    Standard,
    Express,
}

impl Validate {
    pub(crate) fn run(self) -> Outcome {
        let options = asl::Options {
            machine_type: match self.machine_type {
                MachineType::Standard => asl::MachineType::Standard,
                MachineType::Express => asl::MachineType::Express,
            },
            substitutions: !self.no_substitutions,
        };
        let mut sources = Vec::new();
        let mut diagnostics = Vec::new();
        for (id, path) in (0..).map(FileId).zip(&self.files) {
            let name = path.to_string_lossy();
            let format = asl::Format::of_file_name(&name);
            let mut text = read(path)?;
            let mut found = findings(&text, format, &options);
            if self.format == Format::Text
                && let Some(laid_out) = laid_out(&text, format)
            {
                let again = findings(&laid_out, format, &options);
                // Laying out may lose what is wrong: a key twice.
                if again.len() == found.len() {
                    (text, found) = (laid_out, again);
                }
            }
            diagnostics.extend(found.into_iter().map(|it| convert(it, id)));
            sources.push(Source::new(id, name.as_ref(), text));
        }
        report::diagnostics(&diagnostics, &sources, self.format);
        if self.format == Format::Text {
            let verdict = render::summary(&diagnostics);
            report::eprint_all(&format!("{}\n", verdict.unwrap_or_else(|| "no errors".to_owned())));
        }
        Ok(report::exit(&diagnostics))
    }
}

fn read(path: &Path) -> Result<String, String> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let result = std::io::stdin().read_to_end(&mut bytes);
        result.map_err(|error| format!("standard input: {error}"))?;
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    crate::disk::read(path)
}

/// JSON on one long line, as `aws … --query definition` gives it, on several: a frame shows a line.
fn laid_out(text: &str, format: asl::Format) -> Option<String> {
    let is_long = format == asl::Format::Json && text.lines().any(|it| it.len() > LONGEST_LINE);
    let value: serde_json::Value = is_long.then(|| serde_json::from_str(text).ok()).flatten()?;
    serde_json::to_string_pretty(&value).ok()
}

fn findings(text: &str, format: asl::Format, options: &asl::Options) -> Vec<asl::Diagnostic> {
    let read = asl::read(text, format);
    match read.document {
        Some(document) => asl::validate(&document, options),
        None => read.diagnostics,
    }
}

/// As the compiler's own diagnostics, so that they are drawn alike. The place as AWS writes it is a note.
fn convert(found: asl::Diagnostic, file: FileId) -> Diagnostic {
    let span = found.span.unwrap_or_default();
    let span = Span::new(file, span.start, span.end);
    let mut diagnostic = match found.severity {
        asl::Severity::Error => Diagnostic::error(found.code, span, found.message),
        asl::Severity::Warning => Diagnostic::warning(found.code, span, found.message),
    };
    // A place in the text's own terms says nothing that the frame does not.
    let location = found.location.filter(|it| it.starts_with('/'));
    diagnostic.notes.extend(location.map(|it| format!("at {it}")));
    diagnostic.help = found.help;
    diagnostic
}
