use std::process::ExitCode;

use clap::Args;
use include_dir::{Dir, include_dir};

use super::Outcome;
use crate::report;

/// The pages are tests too: each one's example raises exactly its code.
static PAGES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../tests/reference/errors");

/// Say what a diagnostic means, with an example and the way out
#[derive(Args)]
#[command(after_help = "Examples:\n  flow explain F0301\n  flow explain            every code, a line each")]
pub(crate) struct Explain {
    /// Such as F0301; every code is listed where it is left out
    code: Option<String>,
}

impl Explain {
    pub(crate) fn run(self) -> Outcome {
        let Some(code) = self.code else {
            report::print_all(&list());
            return Ok(ExitCode::SUCCESS);
        };
        let code = code.to_uppercase();
        match page(&code) {
            Some(text) => report::print_all(text),
            None => return Err(format!("there is no code {code}; `flow explain` lists them all")),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn page(code: &str) -> Option<&'static str> {
    PAGES.get_file(format!("{code}.md"))?.contents_utf8()
}

/// Each page's first heading.
fn list() -> String {
    let mut pages: Vec<_> = PAGES.files().collect();
    pages.sort_by_key(|page| page.path());
    let title = |text: &str| text.lines().next().unwrap_or("").trim_start_matches("# ").to_owned();
    pages.iter().filter_map(|page| page.contents_utf8()).map(|text| title(text) + "\n").collect()
}
