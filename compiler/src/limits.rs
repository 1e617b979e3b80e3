//! Packed machines and the template → diagnostics: what AWS bounds and what only shows when all is written.
//!
//! Only what is certain is said: an error here would be one at the deployment, or in every run that gets there.
//! Each bound stands beside the function that minds it, with the page of AWS's it is from.

use crate::diagnostics::Diagnostic;
use crate::emit::app::Emitted;
use crate::emit::asl::Definition;
use crate::machine::Machine;
use crate::source::Span;
use crate::typed::Workflow;

mod definition;
mod history;
mod names;
mod payload;
mod states;
mod template;

/// The machine before it is packed, unless it is so large that packing could not save it.
pub fn of_naive(workflow: &Workflow, machine: Machine) -> Result<Machine, Vec<Diagnostic>> {
    match definition::hopeless(workflow, &machine) {
        Some(problem) => Err(vec![problem]),
        None => Ok(machine),
    }
}

/// What AWS would not take, or not run, of one workflow.
pub fn of_workflow(workflow: &Workflow, machine: &Machine, written: &Definition) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    definition::definition(workflow, written, &mut found);
    payload::payloads(machine, &mut found);
    states::states(machine, &mut found);
    history::history(workflow, machine, &mut found);
    found
}

/// What CloudFormation and the services would not take of the template.
pub fn of_app(emitted: &Emitted) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    template::template(emitted, &mut found);
    names::names(emitted, &mut found);
    found
}

/// Where a state of a machine stands in the source.
fn place(machine: &Machine, id: crate::machine::StateId) -> Span {
    machine.state(id).spans.first().copied().unwrap_or_default()
}
