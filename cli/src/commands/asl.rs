use clap::{Args, Subcommand};

use super::{Outcome, asl_run, asl_state, asl_validate};

/// Work with Amazon States Language itself
#[derive(Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Asl {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Validate(asl_validate::Validate),
    Run(asl_run::Run),
    State(asl_state::State),
}

impl Asl {
    pub(crate) fn run(self) -> Outcome {
        match self.command {
            Command::Validate(command) => command.run(),
            Command::Run(command) => command.run(),
            Command::State(command) => command.run(),
        }
    }
}
