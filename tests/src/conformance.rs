//! Runs the cases recorded on AWS and says where we differ.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

mod compare;
mod definition;
mod execution;
mod replay;
mod test_state;

/// What came of a set of cases.
#[derive(Debug, Default)]
pub struct Report {
    /// Passes and cases, by kind and area.
    pub areas: BTreeMap<String, (usize, usize)>,
    /// Ids of failed cases with the first difference.
    pub failures: Vec<(String, String)>,
    /// Cases of kinds that are not run here.
    pub skipped: usize,
}

impl Report {
    /// How many passed.
    pub fn passed(&self) -> usize {
        self.areas.values().map(|(passed, _)| passed).sum()
    }
}

/// Runs all cases of the `.json` files in a folder.
///
/// # Errors
/// Where a file cannot be read or is no list of cases.
pub fn run_folder(folder: &Path) -> Result<Report, String> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .map_err(|error| format!("{}: {error}", folder.display()))?
        .filter_map(|it| it.ok().map(|it| it.path()))
        .filter(|it| it.extension().is_some_and(|it| it == "json"))
        .collect();
    files.sort();
    let mut report = Report::default();
    for file in files {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let cases: Json =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        for case in cases.as_array().into_iter().flatten() {
            run_case(case, &mut report);
        }
    }
    Ok(report)
}

fn run_case(case: &Json, report: &mut Report) {
    let text = |name: &str| case.get(name).and_then(Json::as_str).unwrap_or_default();
    let (kind, result) = match text("kind") {
        "execution" | "express_sync" | "express_async" => ("exec", execution::check(case)),
        "test_state" => ("test_state", test_state::check(case)),
        "validate" => ("validate", definition::check_validation(case)),
        "create_rejected" => match definition::check_rejection(case) {
            Some(result) => ("create_rejected", result),
            None => {
                report.skipped += 1;
                return;
            }
        },
        _ => {
            report.skipped += 1;
            return;
        }
    };
    let area = report.areas.entry(format!("{kind} {}", text("area"))).or_default();
    area.1 += 1;
    match result {
        Ok(()) => area.0 += 1,
        Err(difference) => report.failures.push((text("id").to_owned(), difference)),
    }
}
