//! The Flow compiler: text in; trees, files and diagnostics out. It does no IO.
//!
//! ```text
//!  text ──parse──▶ ast ──resolve──▶ symbols ──check──▶ typed tree ──limits──┐
//!                                                                          │  (only without errors)
//!  files ◀──limits── files and definitions ◀──emit── machine ◀──pack── naive machine ◀──lower
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
pub mod limits;
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

use diagnostics::{Checked, Diagnostic};
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
    diagnostics::drop_noise(&mut diagnostics);
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
    let program = &analysis.program;
    let (mut definitions, mut diagnostics) = compile(analysis, options.naive);
    for definition in &mut definitions {
        emit::partition::put(&mut definition.value, options.partition);
    }
    let failed = |found: &[Diagnostic]| found.iter().any(Diagnostic::is_error);
    if failed(&analysis.diagnostics) || failed(&diagnostics) {
        return Built { diagnostics, ..Built::default() };
    }
    let emitted = emit::app::emit(program, &definitions, options.target);
    diagnostics.extend(of_template(&emitted));
    let mut files = emit::app::print(emitted, program, &definitions, options.format);
    let workflows: Vec<BuiltWorkflow> =
        program.workflows.iter().zip(definitions).map(|(of, it)| built(of, it, program)).collect();
    files.push(emit::source_map::emit(&workflows, &analysis.sources));
    Built { files, workflows, diagnostics }
}

/// The definition of one workflow and its substitutions, without the template around them: what [`build`] gives of
/// it, faster. None where there is no such workflow, or where something is wrong, which the diagnostics tell.
pub fn define(analysis: &Analysis, workflow: &str, options: &BuildOptions) -> Checked<Option<BuiltWorkflow>> {
    let program = &analysis.program;
    let named = (0..).map(WorkflowId).zip(&program.workflows).find(|(_, it)| &*it.name == workflow);
    let Some((id, of)) = named.filter(|_| !analysis.diagnostics.iter().any(Diagnostic::is_error)) else {
        return Checked { value: None, diagnostics: Vec::new() };
    };
    let Checked { value: mut definition, diagnostics } = compile_one(analysis, id, options.naive);
    emit::partition::put(&mut definition.value, options.partition);
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    Checked { value: (!failed).then(|| built(of, definition, program)), diagnostics }
}

/// Workflows up to which `verify` packs and measures each: an app of that size is looked at while it is typed.
const MANY: usize = 64;

/// What only a build finds out: constructs without a form on AWS, settings that nobody knows at the deployment,
/// and all that is too large. Nothing where the analysis found an error. Of an app with more than 64 workflows the
/// constructs alone are looked at; sizes are left to the build.
pub fn verify(analysis: &Analysis) -> Vec<Diagnostic> {
    if analysis.diagnostics.iter().any(Diagnostic::is_error) {
        return Vec::new();
    }
    let workflows = analysis.program.workflows.len();
    if workflows > MANY {
        let lowered = (0..).map(WorkflowId).take(workflows).filter_map(|id| lower_one(analysis, id).err());
        return lowered.flatten().collect();
    }
    let (definitions, mut diagnostics) = compile(analysis, false);
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let emitted = emit::app::emit(&analysis.program, &definitions, output::Target::default());
        diagnostics.extend(of_template(&emitted));
    }
    diagnostics
}

fn of_template(emitted: &emit::app::Emitted) -> Vec<Diagnostic> {
    let unknown = emitted.problems.iter().map(diagnostics::build::not_known_at_deployment);
    unknown.chain(limits::of_app(emitted)).collect()
}

/// The definition of each workflow, and what is wrong with them. None where the analysis found an error.
fn compile(analysis: &Analysis, naive: bool) -> (Vec<emit::asl::Definition>, Vec<Diagnostic>) {
    if analysis.diagnostics.iter().any(Diagnostic::is_error) {
        return (Vec::new(), Vec::new());
    }
    let ids = (0..).map(WorkflowId).take(analysis.program.workflows.len());
    let (definitions, diagnostics): (Vec<_>, Vec<_>) =
        ids.map(|id| compile_one(analysis, id, naive)).map(|it| (it.value, it.diagnostics)).unzip();
    (definitions, diagnostics.into_iter().flatten().collect())
}

/// The naive machine of a workflow.
fn lower_one(analysis: &Analysis, id: WorkflowId) -> Result<machine::Machine, Vec<Diagnostic>> {
    let text = |span: Span| {
        let source = analysis.sources.get(span.file.0 as usize)?;
        Some(source.slice(span).to_owned()).filter(|text| !text.is_empty())
    };
    lower::lower(&analysis.program, id, &text, lower::Casts::Trusted)
}

fn compile_one(analysis: &Analysis, id: WorkflowId, naive: bool) -> Checked<emit::asl::Definition> {
    let program = &analysis.program;
    let nothing = |diagnostics| Checked { value: emit::asl::Definition::default(), diagnostics };
    let Some(workflow) = program.workflows.get(id.index()) else { return nothing(Vec::new()) };
    let lowered = lower_one(analysis, id).and_then(|machine| limits::of_naive(workflow, machine));
    let machine = match lowered {
        Ok(machine) if naive => machine,
        Ok(machine) => pack::pack(machine),
        Err(diagnostics) => return nothing(diagnostics),
    };
    let value = emit::asl::emit(&machine, program);
    let diagnostics = limits::of_workflow(workflow, &machine, &value);
    Checked { value, diagnostics }
}

fn built(workflow: &typed::Workflow, definition: emit::asl::Definition, program: &Program) -> BuiltWorkflow {
    BuiltWorkflow {
        name: workflow.name.to_string(),
        express: workflow.express,
        reasons: definition.states.iter().map(reason).collect(),
        substitutions: definition
            .substitutions
            .iter()
            .map(|(name, it)| (name.clone(), it.show(program)))
            .collect(),
        definition: definition.value,
        places: definition.places,
    }
}

fn reason(state: &emit::asl::Explained) -> Reason {
    Reason { state: state.name.clone(), kind: state.kind, why: state.why.clone(), depth: state.depth }
}

/// The text in the one style, or what is wrong with it: a file with mistakes is not touched.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = syntax::parse(FileId(0), text);
    syntax::print(&parsed, text).ok_or(parsed.diagnostics)
}
