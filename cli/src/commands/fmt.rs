use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use compiler::source::{FileId, Source};

use super::Outcome;
use crate::{disk, report};

/// Bring .flow files into the one style
#[derive(Args)]
#[command(after_help = "Examples:
  flow fmt
  flow fmt --check               exit 1 where a file would change; writes nothing")]
pub(crate) struct Fmt {
    /// Files, or folders whose .flow files are meant
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// Write nothing; exit 1 and show the difference where a file would change
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self) -> Outcome {
        let mut files = Vec::new();
        for path in &self.paths {
            collect(path, &mut files)?;
        }
        let (mut changed, mut broken) = (0, false);
        for path in &files {
            let text = disk::read(path)?;
            match compiler::format(&text) {
                Ok(formatted) if formatted == text => {}
                Ok(formatted) if self.check => {
                    changed += 1;
                    report::print_all(&difference(path, &text, &formatted));
                }
                Ok(formatted) => {
                    changed += 1;
                    std::fs::write(path, formatted)
                        .map_err(|error| format!("{}: {error}", path.display()))?;
                    report::eprint_all(&format!("formatted {}\n", disk::show(path)));
                }
                Err(diagnostics) => {
                    broken = true;
                    let source = Source::new(FileId(0), disk::show(path), text);
                    report::diagnostics(&diagnostics, &[source], report::Format::Text);
                }
            }
        }
        Ok(ExitCode::from(u8::from(broken || self.check && changed > 0)))
    }
}

/// Every `.flow` file below a folder, in order; hidden folders and build outputs are left alone.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut entries: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let skipped = name.starts_with('.') || matches!(name, "node_modules" | "target" | "build");
        if entry.is_dir() && !entry.is_symlink() && !skipped {
            collect(&entry, files)?;
        } else if name.ends_with(".flow") && entry.is_file() {
            files.push(entry);
        }
    }
    Ok(())
}

fn difference(path: &Path, old: &str, new: &str) -> String {
    let name = disk::show(path);
    similar::TextDiff::from_lines(old, new).unified_diff().header(&name, &name).to_string()
}
