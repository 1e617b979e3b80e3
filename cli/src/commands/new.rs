use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use include_dir::{Dir, include_dir};

use super::Outcome;
use crate::report;

static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/starter");

/// Start an app in a new folder
#[derive(Args)]
#[command(after_help = "Example:\n  flow new shop && cd shop && flow check && flow build")]
pub(crate) struct New {
    /// Name of the app and of its folder: letters, digits and `-`
    name: PathBuf,
}

impl New {
    pub(crate) fn run(self) -> Outcome {
        let name = self.name.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let fits = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !fits {
            return Err(format!("`{name}` can't name an app: a letter first, then letters, digits and `-`"));
        }
        if self.name.exists() {
            return Err(format!("{} is there already", self.name.display()));
        }
        for file in files(&STARTER) {
            let path = self.name.join(file.path());
            let text = file.contents_utf8().unwrap_or("").replace("starterApp", &camel(name));
            let folder = path.parent().unwrap_or(&self.name);
            std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let folder = self.name.display();
        report::print_all(&format!("made {folder}; next: cd {folder} && flow check && flow build\n"));
        Ok(ExitCode::SUCCESS)
    }
}

fn files<'a>(dir: &'a Dir<'a>) -> Vec<&'a include_dir::File<'a>> {
    let inner = dir.dirs().flat_map(files);
    dir.files().chain(inner).collect()
}

/// `order-desk` → `orderDesk`
fn camel(name: &str) -> String {
    let mut out = String::new();
    for (i, part) in name.split('-').filter(|part| !part.is_empty()).enumerate() {
        let mut letters = part.chars();
        match letters.next() {
            Some(first) if i > 0 => out.extend(first.to_uppercase()),
            Some(first) => out.extend(first.to_lowercase()),
            None => {}
        }
        out.push_str(letters.as_str());
    }
    out
}
