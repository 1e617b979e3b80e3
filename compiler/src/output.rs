//! What a build gives.

use std::collections::BTreeMap;

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
    /// Where the app is going to be deployed.
    pub partition: Partition,
}

/// The parts of AWS that know nothing of each other. CloudFormation fills it in wherever it can; the ARNs of Step Functions'
/// integrations are part of a definition's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Partition {
    #[default]
    Aws,
    AwsCn,
    AwsUsGov,
    AwsEusc,
    AwsIso,
    AwsIsoB,
    AwsIsoE,
    AwsIsoF,
}

impl Partition {
    pub const ALL: [Partition; 8] = [
        Partition::Aws,
        Partition::AwsCn,
        Partition::AwsUsGov,
        Partition::AwsEusc,
        Partition::AwsIso,
        Partition::AwsIsoB,
        Partition::AwsIsoE,
        Partition::AwsIsoF,
    ];

    /// As ARNs have it: `aws-cn`.
    pub fn name(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::AwsCn => "aws-cn",
            Partition::AwsUsGov => "aws-us-gov",
            Partition::AwsEusc => "aws-eusc",
            Partition::AwsIso => "aws-iso",
            Partition::AwsIsoB => "aws-iso-b",
            Partition::AwsIsoE => "aws-iso-e",
            Partition::AwsIsoF => "aws-iso-f",
        }
    }
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

/// What local runs say where an `as` says of a value what is not so.
pub const BROKEN_PROMISE: &str = " promises what is not so: ";

/// What `flow test` runs.
#[derive(Clone, Debug, Default)]
pub struct BuiltTests {
    pub workflows: Vec<BuiltWorkflow>,
    pub tests: Vec<BuiltTest>,
    pub resources: Vec<TestResource>,
    /// Defaults of the app's parameters.
    pub values: BTreeMap<String, String>,
    /// Of lowering.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a service in memory must know of a resource.
#[derive(Clone, Debug, Default)]
pub struct TestResource {
    pub name: String,
    /// `table`, `queue`, …; empty for a raw resource.
    pub kind: String,
    /// The name of its payload, for what can be called.
    pub param: Option<String>,
    /// Of a table: its keys.
    pub key: Option<String>,
    pub sort: Option<String>,
    /// Name → key and sort key.
    pub indexes: BTreeMap<String, (String, Option<String>)>,
    /// Of a queue or topic: it keeps the order and delivers once.
    pub fifo: bool,
    /// Of a queue or topic: its messages are written as JSON text.
    pub written: bool,
    pub function: Option<TestFunction>,
}

/// How a function's handler is run.
#[derive(Clone, Debug, Default)]
pub struct TestFunction {
    /// Folder, relative to the file that declares it.
    pub code: String,
    /// Logical path of that file.
    pub file: String,
    pub runtime: String,
    pub handler: String,
    /// Milliseconds.
    pub timeout: u64,
    /// Environment variables that are known before deployment: text, or what it stands for (`orders.name`).
    pub env: Vec<(String, TestValue)>,
}

#[derive(Clone, Debug)]
pub enum TestValue {
    Text(String),
    /// An attribute of a resource or a parameter.
    Deployed(String),
}

/// A `test` block, compiled: run by the interpreter, with a test runner that answers the tasks of the service
/// `flow` (`lower/test.rs` lists them).
#[derive(Clone, Debug)]
pub struct BuiltTest {
    pub title: String,
    pub span: Span,
    pub machine: BuiltMachine,
    pub mocks: Vec<BuiltMock>,
    /// What `flow:calls` counts.
    pub callees: Vec<Callee>,
    /// The expectations of `flow:expect`, without the word.
    pub expects: Vec<Span>,
    /// It reads how runs ended: a failed one is no surprise.
    pub reads_failures: bool,
}

/// A definition of a test's.
#[derive(Clone, Debug)]
pub struct BuiltMachine {
    pub definition: Value,
    pub places: Vec<Place>,
    pub substitutions: Vec<(String, String)>,
}

/// A mock: its bodies take `{ params, captures }` as input.
#[derive(Clone, Debug)]
pub struct BuiltMock {
    pub callee: Callee,
    /// Where each parameter lies in what the call sends, for methods that the library declares.
    pub params: Vec<Option<Copy>>,
    /// Where the value goes in what the service answers, for the same.
    pub answer: Vec<Copy>,
    pub parts: Vec<BuiltMachine>,
    pub span: Span,
}

/// What is called: what a mock stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    Function(String),
    Workflow(String),
    Container(String),
    Activity(String),
    /// An action on a resource.
    Method {
        resource: String,
        service: String,
        action: String,
        /// Arguments that the method always sends, where several methods are one action: `Method: "GET"`.
        fixed: Vec<(String, String)>,
    },
    Aws {
        service: String,
        action: String,
    },
}

/// A value that lies at one place and belongs to another: members' names and items' numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copy {
    pub from: Vec<String>,
    pub to: Vec<String>,
    /// It travels as JSON in text.
    pub json: bool,
}
