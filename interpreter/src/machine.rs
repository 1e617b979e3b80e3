//! A runnable state machine.

use std::sync::Arc;

use asl::StateMachine;

use crate::compile::{CompileError, compile};
use crate::program::Program;

/// A compiled state machine: cheap to clone, shared by any number of executions.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) program: Arc<Program>,
}

impl Machine {
    /// Compiles a definition.
    ///
    /// # Errors
    /// Where a path, a call or an expression cannot be parsed, or a transition leads nowhere.
    pub fn compile(machine: &StateMachine) -> Result<Machine, CompileError> {
        compile(machine).map(|program| Machine { program: Arc::new(program) })
    }

    /// The names of all states, nested ones included, with the JSON pointers of their objects.
    pub fn states(&self) -> impl Iterator<Item = (&str, &str)> {
        self.program.states.iter().map(|it| (&*it.name, &*it.pointer))
    }
}
