//! What a build gives.

use serde_json::Value;

use crate::diagnostics::Diagnostic;
use crate::source::Span;

/// How to build. The default is what `flow build` does without options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    pub target: Target,
    pub format: Format,
    /// One statement, one state: skips `pack`.
    pub naive: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    #[default]
    Sam,
    CloudFormation,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Yaml,
    Json,
}

/// Everything a build makes; byte-identical from the same source.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// In the order to list them: the template first.
    pub files: Vec<OutputFile>,
    pub workflows: Vec<BuiltWorkflow>,
    /// What only the packed machine shows (limits after packing).
    pub diagnostics: Vec<Diagnostic>,
}

/// A file of the output folder.
#[derive(Clone, Debug)]
pub struct OutputFile {
    /// `/`-separated, relative to the output folder.
    pub path: String,
    pub text: String,
}

/// A state machine as deployed.
#[derive(Clone, Debug)]
pub struct BuiltWorkflow {
    pub name: String,
    pub express: bool,
    /// The ASL definition; deploy-time values stand in it as `${Name}`.
    pub definition: Value,
    /// Where each state, Choice rule and Catcher comes from, by JSON pointer into `definition`
    /// (`/States/charge`, `/States/check/Choices/0`), in the definition's order.
    pub places: Vec<Place>,
    /// Each state and why it is there, in the definition's order.
    pub reasons: Vec<Reason>,
    /// Deploy-time names in the definition (`${Name}`) with what they stand for: `charge.arn`, `param stage`.
    pub substitutions: Vec<(String, String)>,
}

/// A line of `flow build --explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub state: String,
    /// `Task`, `Choice`, …
    pub kind: &'static str,
    pub why: String,
    /// How deep in Map and Parallel states it lies; 0 at the top.
    pub depth: usize,
}

/// A piece of a definition and the source it comes from.
#[derive(Clone, Debug)]
pub struct Place {
    pub pointer: String,
    pub span: Span,
    /// What a drawing says there: the source text of a Choice rule's condition, else nothing.
    pub caption: Option<String>,
}
