//! The commands, one file each. A command gives its exit code, or a line that says why it could not be tried.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod asl;
mod asl_run;
mod asl_state;
mod asl_validate;
mod build;
mod check;
mod completions;
mod explain;
mod fmt;
mod graph;
mod jsonata;
mod new;
mod run;
mod test;

/// What a command gives.
pub(crate) type Outcome = Result<ExitCode, String>;

/// Typed infrastructure and workflows for serverless apps on AWS.
#[derive(Parser)]
#[command(name = "flow", version, about, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Examples:
  flow new shop                  a small app to start from, in ./shop
  flow check                     what is wrong with the app in this folder
  flow build --out build         its template, state machines and source map
  flow test                      its tests, offline
  flow graph shop fulfil         a drawing of one workflow, as SVG
  flow explain F0301             what a diagnostic means, with an example
  flow asl validate sm.json      what is wrong with a state machine's own JSON or YAML
  flow asl run sm.json --trace   a run of it, offline

PATH is a .flow file, or a folder that holds a main.flow; this folder where it is left out.
Exit codes: 0 fine, 1 the program has errors, 2 wrong use.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    New(new::New),
    Check(check::Check),
    Build(build::Build),
    Fmt(fmt::Fmt),
    Graph(graph::Graph),
    Run(run::Run),
    Test(test::Test),
    Asl(asl::Asl),
    Jsonata(jsonata::Jsonata),
    Explain(explain::Explain),
    Completions(completions::Completions),
}

pub(crate) fn run(arguments: Arguments) -> Outcome {
    match arguments.command {
        Command::New(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Build(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Graph(command) => command.run(),
        Command::Run(command) => command.run(),
        Command::Test(command) => command.run(),
        Command::Asl(command) => command.run(),
        Command::Jsonata(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Completions(command) => command.run(),
    }
}
