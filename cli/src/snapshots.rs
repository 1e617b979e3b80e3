//! What `expect snapshot` saw the last time, in files beside the program: `snapshots/<test>.json`.

use std::path::PathBuf;

use emulators::{Failure, Report};
use jsonata::Value;

use crate::disk::Disk;
use crate::{disk, values};

/// Compares with the file, or writes it where there is none yet (or `update` is set).
pub(crate) fn check(disk: &Disk, title: &str, report: &mut Report, update: bool) -> Result<(), String> {
    if report.snapshots.is_empty() || !report.failures.is_empty() {
        return Ok(());
    }
    let path = file(disk, title);
    let seen = Value::array(report.snapshots.iter().map(|(_, value)| value.clone()));
    let kept: Option<Value> = match disk::read(&path) {
        Ok(text) => Some(text.parse().map_err(|error| format!("{}: {error}", path.display()))?),
        Err(_) => None,
    };
    let (Some(kept), false) = (kept, update) else {
        let folder = path.parent().unwrap_or(&path);
        let text = values::pretty(&seen);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
        return written.map_err(|error| format!("{}: {error}", path.display()));
    };
    for (index, (expect, value)) in report.snapshots.iter().enumerate() {
        let before = kept.at(index).cloned();
        if before.as_ref() != Some(value) {
            report.failures.push(Failure {
                message: format!("this is not as it was in {}", disk::show(&path)),
                expect: Some(*expect),
                left: Some(value.clone()),
                right: before,
                help: Some("if it is right now, run `flow test --update`".to_owned()),
                ..Failure::default()
            });
        }
    }
    Ok(())
}

/// Named by the program and the test.
fn file(disk: &Disk, title: &str) -> PathBuf {
    let plain = |text: &str| -> String {
        let mapped =
            text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        mapped.collect::<String>().split('-').filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-")
    };
    let entry = disk.entry.trim_end_matches(".flow");
    disk.root.join("snapshots").join(format!("{}.{}.json", plain(entry), plain(title)))
}
