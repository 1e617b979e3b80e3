use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Outcome};

/// Print a script that completes commands and options in your shell
#[derive(Args)]
#[command(after_help = "Examples:
  flow completions bash > /etc/bash_completion.d/flow
  flow completions zsh > \"${fpath[1]}/_flow\"
  flow completions fish > ~/.config/fish/completions/flow.fish")]
pub(crate) struct Completions {
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Outcome {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "flow", &mut script);
        crate::report::print_all(&String::from_utf8_lossy(&script));
        Ok(std::process::ExitCode::SUCCESS)
    }
}
