//! `flow`: the only place with real files, a terminal and exit codes.
//!
//! Exit codes: 0 fine, 1 the program has errors, 2 wrong use (clap's own, and files that can't be read or written).

mod commands;
mod difference;
mod disk;
mod handlers;
mod output;
mod report;
mod snapshots;
mod timeline;
mod values;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(message) => {
            report::failure(&message);
            ExitCode::from(2)
        }
    }
}
