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
pub mod check;
pub mod diagnostics;
pub mod emit;
pub mod lower;
pub mod machine;
pub mod output;
pub mod pack;
pub mod prelude;
pub mod resolve;
pub mod source;
pub mod syntax;
mod testing;
pub mod typed;
pub mod types;

pub use testing::tests;

use diagnostics::Diagnostic;
use output::{BuildOptions, Built, BuiltWorkflow, Reason};
use source::{FileId, Source, Sources, Span};
use syntax::ast;
use typed::{Program, WorkflowId};

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
    let resolved = resolve::resolve(entry, sources);
    let checked = check::check(&resolved.value);
    let mut program = checked.value;
    if program.app.name.is_empty() {
        app.clone_into(&mut program.app.name);
    }
    let mut diagnostics = resolved.diagnostics;
    let mut found = checked.diagnostics;
    found.extend(audit::audit(&program));
    diagnostics::drop_consequences(&diagnostics, &mut found, &resolved.value.sources);
    diagnostics.extend(found);
    diagnostics.sort_by_key(|it| (it.span().file, it.span().start));
    Analysis { sources: resolved.value.sources, files: resolved.value.files, program, diagnostics }
}

/// A file of the standard library, for those who follow a name into it.
pub fn library_source(file: FileId) -> Option<&'static Source> {
    check::library_source(file)
}

/// The names of the kinds of resources that the standard library declares.
pub fn library_kinds() -> impl Iterator<Item = &'static str> {
    check::library_kinds()
}

/// Compiles a program without errors to its files. Where the analysis found an error nothing is built.
pub fn build(analysis: &Analysis, options: &BuildOptions) -> Built {
    let mut built = Built::default();
    if analysis.diagnostics.iter().any(Diagnostic::is_error) {
        return built;
    }
    let program = &analysis.program;
    let text = |span: Span| {
        let source = analysis.sources.get(span.file.0 as usize)?;
        Some(source.slice(span).to_owned()).filter(|text| !text.is_empty())
    };
    let mut definitions = Vec::new();
    for (index, workflow) in (0..).zip(&program.workflows) {
        match lower::lower(program, WorkflowId(index), &text) {
            Ok(naive) => {
                let machine = if options.naive { naive } else { pack::pack(naive) };
                definitions.push(emit::asl::emit(&machine, program));
            }
            Err(problems) => built.diagnostics.extend(problems),
        }
        let Some(definition) = definitions.last() else { continue };
        built.workflows.push(BuiltWorkflow {
            name: workflow.name.to_string(),
            express: workflow.express,
            definition: definition.value.clone(),
            places: definition.places.clone(),
            reasons: definition.states.iter().map(reason).collect(),
            substitutions: definition
                .substitutions
                .iter()
                .map(|(name, it)| (name.clone(), it.show(program)))
                .collect(),
        });
    }
    if built.diagnostics.iter().any(Diagnostic::is_error) {
        return Built { diagnostics: built.diagnostics, ..Built::default() };
    }
    let emitted = emit::app::emit(program, &definitions, *options);
    built.diagnostics.extend(emitted.problems.iter().map(diagnostics::build::not_known_at_deployment));
    built.files = emitted.files;
    built.files.push(emit::source_map::emit(&built.workflows, &analysis.sources));
    built
}

fn reason(state: &emit::asl::Explained) -> Reason {
    Reason { state: state.name.clone(), kind: state.kind, why: state.why.clone(), depth: state.depth }
}

/// The text in the one style, or what is wrong with it: a file with mistakes is not touched.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = syntax::parse(FileId(0), text);
    syntax::print(&parsed, text).ok_or(parsed.diagnostics)
}
