//! What goes to the terminal: diagnostics in the format asked for, and nothing in colour where it does not belong.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use compiler::diagnostics::{Diagnostic, render};
use compiler::source::Source;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Frames with source lines, in colour on a terminal.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// SARIF 2.1.0, for code review tools.
    Sarif,
}

/// Prints diagnostics: text to standard error, JSON and SARIF to standard output.
pub(crate) fn diagnostics(diagnostics: &[Diagnostic], sources: &[Source], format: Format) {
    match format {
        Format::Text => {
            eprint_all(&render::text(diagnostics, sources, color(std::io::stderr().is_terminal())))
        }
        Format::Json => print_all(&pretty(&render::json(diagnostics, sources))),
        Format::Sarif => print_all(&pretty(&render::sarif(diagnostics, sources, env!("CARGO_PKG_VERSION")))),
    }
}

/// 1 where there is an error among them.
pub(crate) fn exit(diagnostics: &[Diagnostic]) -> ExitCode {
    ExitCode::from(u8::from(diagnostics.iter().any(Diagnostic::is_error)))
}

/// <https://no-color.org>: any value that is not empty turns colours off.
pub(crate) fn color(terminal: bool) -> bool {
    let off = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    terminal && !off && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

pub(crate) fn failure(message: &str) {
    eprint_all(&format!("error: {message}\n"));
}

/// Prints to standard output. A reader that went away (`flow … | head`) is no error.
pub(crate) fn print_all(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Prints to standard error.
pub(crate) fn eprint_all(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

pub(crate) fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).map(|text| text + "\n").unwrap_or_default()
}
