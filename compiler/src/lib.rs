//! The Flow compiler: text in; trees, files and diagnostics out. It does no IO.
//!
//! ```text
//!  text ──parse──▶ ast ──resolve──▶ symbols ──check──▶ typed tree ──limits──┐
//!                                                                          │  (only without errors)
//!  files ◀──emit── machine ◀──limits── machine ◀──pack── naive machine ◀──lower
//! ```
//!
//! Each step is one function in the module of its name and may look at the trees at its two ends, never at a later
//! step. Everything up to `check` takes any input and gives a value and diagnostics; only `lower` and what
//! follows demand a program without errors.

pub mod audit;
pub mod aws;
pub mod diagnostics;
pub mod emit;
pub mod lower;
pub mod machine;
pub mod output;
pub mod source;
pub mod syntax;
pub mod typed;
pub mod types;

use diagnostics::Diagnostic;
use source::{FileId, Source, Sources};
use syntax::ast;
use typed::Program;

/// Everything the front end finds out about a program.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// By [`FileId`]; the entry first.
    pub sources: Vec<Source>,
    pub files: Vec<ast::File>,
    pub program: Program,
    /// File by file, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads, parses and checks a program from its entry file. Never fails: what is wrong is in the diagnostics.
///
/// `app`: the app's name where no `app` declaration gives one.
pub fn analyze(sources: &dyn Sources, entry: &str, app: &str) -> Analysis {
    let _ = app;
    let text = sources.read(entry).unwrap_or_default();
    let parsed = syntax::parse(FileId(0), &text);
    let source = Source::new(FileId(0), entry, text);
    Analysis {
        sources: vec![source],
        files: vec![parsed.file],
        program: Program::default(),
        diagnostics: parsed.diagnostics,
    }
}
