//! Writing a folder of files as one step: a temporary sibling first, then a rename.

use std::fs;
use std::path::{Path, PathBuf};

/// Puts exactly `files` (paths relative to `folder`) into `folder`. What was there before is replaced only after
/// everything is written; where anything fails, it is as it was.
///
/// A folder that this command did not write is not replaced: it must be absent, empty, or hold `marker`.
pub(crate) fn write_folder(folder: &Path, files: &[(String, Vec<u8>)], marker: &str) -> Result<(), String> {
    if folder.is_file() {
        return Err(format!("{} is a file: name a folder with --out", folder.display()));
    }
    let is_ours = !folder.exists() || folder.join(marker).is_file() || is_empty(folder);
    if !is_ours {
        return Err(format!(
            "{} holds files that were not made by `flow build`: name another folder with --out, or empty it",
            folder.display()
        ));
    }
    let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let explain = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| format!("{}: {error}", path.display())
    };
    fs::create_dir_all(parent).map_err(explain(parent))?;
    let fresh = tempfile::Builder::new().prefix(".flow-").tempdir_in(parent).map_err(explain(parent))?;
    for (path, bytes) in files {
        let path = fresh.path().join(path);
        let holder = path.parent().unwrap_or(fresh.path());
        fs::create_dir_all(holder).map_err(explain(holder))?;
        fs::write(&path, bytes).map_err(explain(&path))?;
    }
    swap(fresh.keep(), folder, parent).map_err(explain(folder))
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Renames `fresh` to `folder`; an old folder steps aside first and is put back where that fails.
fn swap(fresh: PathBuf, folder: &Path, parent: &Path) -> std::io::Result<()> {
    // mkdtemp makes folders that only their owner can read.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&fresh, fs::Permissions::from_mode(0o755))?;
    }
    if !folder.exists() {
        return fs::rename(&fresh, folder);
    }
    let aside = tempfile::Builder::new().prefix(".flow-old-").tempdir_in(parent)?;
    let old = aside.path().join("old");
    fs::rename(folder, &old)?;
    if let Err(error) = fs::rename(&fresh, folder) {
        fs::rename(&old, folder)?;
        fs::remove_dir_all(&fresh)?;
        return Err(error);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> (String, Vec<u8>) {
        (path.to_owned(), text.as_bytes().to_vec())
    }

    #[test]
    fn replaces_what_it_wrote_and_nothing_else() {
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("a/build");
        write_folder(&out, &[file("mark", ""), file("x/y.json", "1")], "mark").unwrap();
        write_folder(&out, &[file("mark", ""), file("z.json", "2")], "mark").unwrap();
        assert!(!out.join("x").exists() && out.join("z.json").is_file());
        let left: Vec<_> = fs::read_dir(temp.path().join("a")).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary folder stays");

        let foreign = temp.path().join("src");
        fs::create_dir(&foreign).unwrap();
        fs::write(foreign.join("precious"), "!").unwrap();
        assert!(write_folder(&foreign, &[file("mark", "")], "mark").is_err());
        assert!(foreign.join("precious").is_file());
    }

    #[test]
    fn a_failure_leaves_the_old_folder() {
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("build");
        write_folder(&out, &[file("mark", "old")], "mark").unwrap();
        assert!(write_folder(&out, &[file("a", "file"), file("a/b", "in it")], "mark").is_err());
        assert_eq!(fs::read_to_string(out.join("mark")).unwrap(), "old");
    }
}
