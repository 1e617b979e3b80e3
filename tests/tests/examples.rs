//! What the examples compile to, as committed files: `examples/<name>/snapshot/{sam,cloudformation}/…` and
//! `examples/baseline/snapshot/<name>/…`. `UPDATE=1 cargo test -p tests --test examples` rewrites them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use compiler::output::{BuildOptions, Target};
use tests::examples::{Example, all, build};

/// Files below a folder, by path relative to it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut stack = vec![folder.to_owned()];
    while let Some(path) = stack.pop() {
        let Ok(entries) = std::fs::read_dir(&path) else { continue };
        for entry in entries.flatten().map(|entry| entry.path()) {
            if entry.is_dir() {
                stack.push(entry);
            } else {
                let relative = entry.strip_prefix(folder).unwrap().to_owned();
                found.insert(relative, std::fs::read_to_string(&entry).unwrap());
            }
        }
    }
    found
}

fn compare(example: &Example, target: Target, folder: &Path, failures: &mut Vec<String>) {
    let built = match build(example, &BuildOptions { target, ..BuildOptions::default() }) {
        Ok(built) => built,
        Err(text) => return failures.push(format!("{}:\n{text}", example.name)),
    };
    let fresh: BTreeMap<PathBuf, String> =
        built.files.into_iter().map(|f| (PathBuf::from(f.path), f.text)).collect();
    let committed = files(folder);
    if fresh == committed {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        let _ = std::fs::remove_dir_all(folder);
        for (path, text) in &fresh {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        return;
    }
    let names: std::collections::BTreeSet<&PathBuf> = fresh.keys().chain(committed.keys()).collect();
    for name in names {
        let empty = String::new();
        let (old, new) = (committed.get(name).unwrap_or(&empty), fresh.get(name).unwrap_or(&empty));
        if old != new {
            let diff = similar::TextDiff::from_lines(old, new).unified_diff().to_string();
            failures.push(format!("{} {}: differs\n{diff}", example.name, name.display()));
        }
    }
}

#[test]
fn examples_compile_to_their_snapshots() {
    let mut failures = Vec::new();
    for example in all() {
        compare(&example, Target::Sam, &example.snapshot.join("sam"), &mut failures);
        compare(&example, Target::CloudFormation, &example.snapshot.join("cloudformation"), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_same_source_gives_the_same_bytes() {
    for example in all() {
        let once = build(&example, &BuildOptions::default()).unwrap_or_default();
        let twice = build(&example, &BuildOptions::default()).unwrap_or_default();
        let texts = |built: &compiler::output::Built| {
            built.files.iter().map(|f| (f.path.clone(), f.text.clone())).collect::<Vec<_>>()
        };
        assert_eq!(texts(&once), texts(&twice), "{}", example.name);
    }
}

#[test]
fn examples_are_in_the_one_style() {
    for example in all() {
        let text = std::fs::read_to_string(example.root.join(&example.entry)).unwrap();
        match compiler::format(&text) {
            Ok(formatted) => assert!(formatted == text, "{}: run `flow fmt examples`", example.name),
            Err(diagnostics) => panic!("{}: {diagnostics:?}", example.name),
        }
    }
}
