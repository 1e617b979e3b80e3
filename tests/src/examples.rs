//! The examples: every `examples/<name>/main.flow`, and every `examples/baseline/<name>.flow`.

use std::path::PathBuf;

use compiler::output::{BuildOptions, Built};
use compiler::source::Sources;

use crate::reference::root;

pub struct Example {
    /// `shop`, `baseline/01-pagination`
    pub name: String,
    pub root: PathBuf,
    pub entry: String,
    /// Where its committed output lies.
    pub snapshot: PathBuf,
}

impl Sources for Example {
    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.root.join(path)).map_err(|error| error.to_string())
    }
}

/// All of them, in order.
pub fn all() -> Vec<Example> {
    let folder = root().join("examples");
    let names = |folder: &PathBuf| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let mut found = Vec::new();
    for name in names(&folder) {
        let root = folder.join(&name);
        if root.join("main.flow").is_file() {
            found.push(Example {
                snapshot: root.join("snapshot"),
                root,
                entry: "main.flow".to_owned(),
                name,
            });
        }
    }
    let root = folder.join("baseline");
    for entry in names(&root) {
        if let Some(name) = entry.strip_suffix(".flow") {
            let snapshot = root.join("snapshot").join(name);
            found.push(Example {
                name: format!("baseline/{name}"),
                root: root.clone(),
                entry: entry.clone(),
                snapshot,
            });
        }
    }
    found
}

/// Builds one, or says what is wrong with it.
pub fn build(example: &Example, options: &BuildOptions) -> Result<Built, String> {
    let name = example.name.rsplit('/').next().unwrap_or("app").to_owned();
    let analysis = compiler::analyze(example, &example.entry, &name);
    let built = compiler::build(&analysis, options);
    let pipes = crate::pipes::problems(&analysis);
    if !pipes.is_empty() {
        return Err(pipes.join("\n"));
    }
    let diagnostics: Vec<_> =
        analysis.diagnostics.iter().chain(&built.diagnostics).filter(|d| d.is_error()).cloned().collect();
    if diagnostics.is_empty() {
        return Ok(built);
    }
    Err(compiler::diagnostics::render::text(&diagnostics, &analysis.sources, false))
}
