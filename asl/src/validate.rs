//! What is wrong with a definition.
//!
//! Two kinds of findings: those of AWS's `ValidateStateMachineDefinition`
//! (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html>)
//! under AWS's codes, and Flow's own, which AWS accepts and which fail later or never do what
//! they seem to. A check is a function over one machine, flow or state and stands in one of
//! the lists below; they run in the order in which AWS reports.

use crate::diagnostic::{Diagnostic, Origin};
use crate::model::QueryLanguage;
use crate::path::Path;
use crate::{Document, Node};

mod arguments;
mod calls;
mod choice;
mod duplicates;
mod errors;
mod express;
mod expressions;
mod graph;
mod integrations;
mod jsonata;
mod lookalikes;
mod machine;
mod maps;
mod names;
mod paths;
mod schema;
mod shapes;
mod states;
mod task;
mod template;
mod timing;
mod variables;
mod walk;

use walk::{FlowView, StateView};

/// What kind of state machine the definition is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MachineType {
    /// `STANDARD`.
    #[default]
    Standard,
    /// `EXPRESS`.
    Express,
}

/// What to validate for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The type of the state machine.
    pub machine_type: MachineType,
    /// Whether `${Name}` and `{{name}}` stand for values still to be filled in, as in
    /// `DefinitionSubstitutions` of CloudFormation, and so do its own functions (`Ref`, `Fn::…`).
    /// AWS itself knows no such things.
    pub substitutions: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { machine_type: MachineType::Standard, substitutions: true }
    }
}

impl Options {
    /// Whether the text holds a substitution, so that nothing can be said of it yet.
    fn is_open(&self, text: &str) -> bool {
        let holds =
            |open: &str, close: &str| { text.split_once(open) }.is_some_and(|(_, rest)| rest.contains(close));
        self.substitutions && (holds("${", "}") || holds("{{", "}}"))
    }

    /// Whether the value is a substitution: text with one, or a function of CloudFormation.
    fn is_open_node(&self, node: &Node) -> bool {
        match (node.as_str(), node.members()) {
            (Some(text), _) => self.is_open(text),
            (_, Some([only])) => {
                let is_function = only.key == "Ref" || only.key.starts_with("Fn::");
                self.substitutions && is_function
            }
            _ => false,
        }
    }
}

type MachineCheck = fn(&Machine<'_>, &mut Vec<Diagnostic>);
type FlowCheck = fn(&FlowView<'_>, &mut Vec<Diagnostic>);
type StateCheck = fn(&StateView<'_>, &mut Vec<Diagnostic>);

/// AWS's, over each state: `SCHEMA_VALIDATION_FAILED` and the JSONata codes.
const AWS_STATE_CHECKS: &[StateCheck] = &[
    states::state,
    states::nested_flows,
    choice::rules,
    errors::states_all,
    task::resource,
    task::credentials,
    express::unsupported,
    names::assigned_variables,
    jsonata::references,
];

/// AWS's, over the whole machine: `DUPLICATE_STATE_NAME`, `INVALID_STATE_NAME` and labels.
const AWS_NAME_CHECKS: &[MachineCheck] = &[names::states, names::labels];

/// AWS's, over each flow: `MISSING_TRANSITION_TARGET`, `MISSING_END_STATE`.
const AWS_FLOW_CHECKS: &[FlowCheck] = &[graph::targets, graph::end_state, graph::untargeted];

/// AWS's warnings and Flow's own findings, over each state.
const STATE_CHECKS: &[StateCheck] = &[
    lookalikes::no_dollar,
    lookalikes::no_path,
    lookalikes::static_result,
    arguments::optimized,
    calls::calls,
    task::integration,
    task::task_token,
    jsonata::calls,
    jsonata::conditions,
    jsonata::padding,
    errors::shadowed,
    timing::heartbeat,
];

/// Flow's own findings, over each flow.
const FLOW_CHECKS: &[FlowCheck] = &[graph::unreachable, graph::endless];

/// Flow's own findings, over the whole machine.
const MACHINE_CHECKS: &[MachineCheck] =
    &[machine::size, errors::unknown_names, duplicates::keys, variables::undefined, shapes::missing_fields];

/// The definition and what all checks ask of it.
struct Machine<'a> {
    document: &'a Document,
    root: &'a Node,
    language: QueryLanguage,
    options: &'a Options,
}

/// Validates a definition: first what AWS reports, in AWS's order, then Flow's own findings.
///
/// A definition without findings of [`crate::Severity::Error`] and [`crate::Origin::Aws`] is
/// one that AWS accepts, as far as that can be told without an account.
pub fn validate(document: &Document, options: &Options) -> Vec<Diagnostic> {
    let machine = machine_of(document, options);
    let mut found = Vec::new();
    states::machine(&machine, &mut found);
    run_on_states(&machine, AWS_STATE_CHECKS, &mut found);
    run_on_machine(&machine, AWS_NAME_CHECKS, &mut found);
    found.extend(graph_findings(&machine, &found));
    run_on_states(&machine, STATE_CHECKS, &mut found);
    run_on_flows(&machine, FLOW_CHECKS, &mut found);
    run_on_machine(&machine, MACHINE_CHECKS, &mut found);
    found
}

/// AWS looks at the graph only where the schema holds (recorded for a missing `StartAt`): what it
/// would say next is ours to say now.
fn graph_findings(machine: &Machine<'_>, before: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    run_on_flows(machine, AWS_FLOW_CHECKS, &mut found);
    if before.iter().any(|it| it.code == "SCHEMA_VALIDATION_FAILED") {
        for it in &mut found {
            it.origin = Origin::Flow;
        }
    }
    found
}

fn machine_of<'a>(document: &'a Document, options: &'a Options) -> Machine<'a> {
    let root = &document.root;
    let language = crate::build::language(root).unwrap_or_default();
    Machine { document, root, language, options }
}

fn run_on_machine(machine: &Machine<'_>, checks: &[MachineCheck], found: &mut Vec<Diagnostic>) {
    for check in checks {
        check(machine, found);
    }
}

fn run_on_flows(machine: &Machine<'_>, checks: &[FlowCheck], found: &mut Vec<Diagnostic>) {
    walk::each_flow(machine, &mut |flow| {
        for check in checks {
            check(flow, found);
        }
    });
}

fn run_on_states(machine: &Machine<'_>, checks: &[StateCheck], found: &mut Vec<Diagnostic>) {
    walk::each_state(machine, &mut |state| {
        for check in checks {
            check(state, found);
        }
    });
}

/// `SCHEMA_VALIDATION_FAILED` at a node.
fn schema_error(message: impl Into<String>, path: &Path<'_>, node: &Node) -> Diagnostic {
    Diagnostic::aws("SCHEMA_VALIDATION_FAILED", message, path, node.span)
}
