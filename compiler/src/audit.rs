//! typed tree → diagnostics: what types don't say. Which errors get out of where, and what time and AWS's bounds
//! do to loops and waits. Runs on programs that type-check; a program that does not is judged as far as it is understood.

use crate::diagnostics::Diagnostic;
use crate::typed::{Program, StepId};

mod binding;
mod errors;
mod loops;
mod origin;
mod rounds;
mod timing;

/// Everything that can be said of a program's errors, deadlines and loops.
pub fn audit(program: &Program) -> Vec<Diagnostic> {
    let mut found = errors::errors(program);
    for workflow in &program.workflows {
        let scene = timing::Scene::new(program, workflow);
        timing::block(&workflow.body, &scene, &mut found);
        loops::block(&workflow.body, &scene, &mut found);
        binding::block(&workflow.body, &mut found);
    }
    for (index, step) in (0..).map(StepId).zip(&program.steps) {
        let scene = timing::Scene::of_step(program, index);
        timing::block(&step.body, &scene, &mut found);
        loops::block(&step.body, &scene, &mut found);
        binding::block(&step.body, &mut found);
    }
    found
}
