//! Programs on disk.

use std::path::{Component, Path, PathBuf};

use compiler::source::Sources;

/// A program's folder and its entry file.
pub(crate) struct Disk {
    pub(crate) root: PathBuf,
    /// Logical path of the entry, relative to `root`.
    pub(crate) entry: String,
}

impl Disk {
    /// `path` is a file, or a folder with a `main.flow`.
    pub(crate) fn open(path: &Path) -> Result<Disk, String> {
        if path.is_dir() {
            let entry = path.join("main.flow");
            return if entry.is_file() {
                Ok(Disk { root: path.to_owned(), entry: "main.flow".to_owned() })
            } else {
                Err(format!(
                    "there is no main.flow in {}: name a .flow file, or start an app with `flow new`",
                    show(path)
                ))
            };
        }
        if !path.exists() {
            return Err(format!("{} does not exist", show(path)));
        }
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| format!("{} is not a file", show(path)))?;
        let root = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Ok(Disk { root: root.to_owned(), entry: name.to_owned() })
    }

    /// The folder's name: what the app is called where no `app` declaration says it.
    pub(crate) fn name(&self) -> String {
        let root = self.root.canonicalize().unwrap_or_else(|_| self.root.clone());
        root.file_name().and_then(|name| name.to_str()).unwrap_or("app").to_owned()
    }

    /// Where a logical path lies on this disk.
    pub(crate) fn locate(&self, logical: &str) -> PathBuf {
        self.root.join(logical)
    }
}

impl Sources for Disk {
    fn read(&self, path: &str) -> Result<String, String> {
        read(&self.locate(path))
    }
}

/// Reads a text file. What is no UTF-8 is refused: written back, or deployed, it would be other text.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("{} does not exist", show(path)),
        _ => format!("{}: {error}", show(path)),
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|it| **it == b'\n').count() + 1;
        format!("{} is not UTF-8 text: line {line} holds other bytes", show(path))
    })
}

/// A path as people write it: without a leading `./`.
pub(crate) fn show(path: &Path) -> String {
    let parts: PathBuf = path.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    if parts.as_os_str().is_empty() { ".".to_owned() } else { parts.display().to_string() }
}
