use std::path::PathBuf;

use clap::Args;

use super::Outcome;
use crate::disk::Disk;
use crate::report::{self, Format};

/// Say what is wrong with an app
#[derive(Args)]
#[command(after_help = "Examples:
  flow check
  flow check shop/main.flow
  flow check --format sarif > flow.sarif")]
pub(crate) struct Check {
    #[arg(default_value = ".")]
    path: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Apply the fixes that are sure
    #[arg(long)]
    fix: bool,
}

impl Check {
    pub(crate) fn run(self) -> Outcome {
        let disk = Disk::open(&self.path)?;
        let mut analysis = compiler::analyze(&disk, &disk.entry, &disk.name());
        if self.fix {
            let count = apply(&disk, &analysis)?;
            report::eprint_all(&format!("{count} fixed\n"));
            analysis = compiler::analyze(&disk, &disk.entry, &disk.name());
        }
        analysis.diagnostics.extend(compiler::verify(&analysis));
        report::diagnostics(&analysis.diagnostics, &analysis.sources, self.format);
        if self.format == Format::Text {
            let verdict = compiler::diagnostics::render::summary(&analysis.diagnostics);
            report::eprint_all(&format!("{}\n", verdict.unwrap_or_else(|| "no errors".to_owned())));
        }
        Ok(report::exit(&analysis.diagnostics))
    }
}

/// Writes every fix whose edits do not touch those of an earlier one; gives their number.
fn apply(disk: &Disk, analysis: &compiler::Analysis) -> Result<usize, String> {
    let mut count = 0;
    for source in &analysis.sources {
        let fixes = analysis.diagnostics.iter().filter_map(|d| d.fix.as_ref());
        let mut edits: Vec<_> = Vec::new();
        for fix in fixes.filter(|fix| fix.edits.iter().all(|e| e.span.file == source.id)) {
            let free = |e: &compiler::diagnostics::Edit| {
                edits.iter().all(|(start, end, _)| e.span.end < *start || e.span.start > *end)
            };
            if fix.edits.iter().all(free) {
                edits.extend(fix.edits.iter().map(|e| (e.span.start, e.span.end, e.text.clone())));
                count += 1;
            }
        }
        if edits.is_empty() || source.path.starts_with("std:") {
            continue;
        }
        edits.sort();
        let mut text = source.text.clone();
        for (start, end, new) in edits.iter().rev() {
            let range = *start as usize..*end as usize;
            if text.is_char_boundary(range.start)
                && text.is_char_boundary(range.end)
                && range.end <= text.len()
            {
                text.replace_range(range, new);
            }
        }
        let path = disk.locate(&source.path);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(count)
}
