//! Programs with one edit: whatever the edit, checking gives diagnostics and never panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Edits tried a file; more only takes longer.
const EDITS: usize = 60;

fn programs() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|it| it == "flow") {
                found.extend(std::fs::read_to_string(&path).ok().map(|text| (path, text)));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join("../examples"), &mut found);
    walk(&root.join("tests/programs"), &mut found);
    found.sort();
    found
}

/// Words, numbers, texts and single signs.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut tokens: Vec<std::ops::Range<usize>> = Vec::new();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    for (at, c) in text.char_indices() {
        match tokens.last_mut() {
            Some(last) if last.end == at && word(c) && text[last.clone()].chars().all(word) => {
                last.end = at + c.len_utf8();
            }
            _ if c.is_whitespace() => {}
            _ => tokens.push(at..at + c.len_utf8()),
        }
    }
    tokens
}

fn analyze(text: &str) -> usize {
    let world = BTreeMap::from([("main.flow".to_owned(), text.to_owned())]);
    compiler::analyze(&world, "main.flow", "app").diagnostics.len()
}

/// A small generator of its own: the same edits on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

#[test]
fn no_edit_makes_the_checker_panic() {
    let mut dice = Dice(7);
    for (path, text) in programs() {
        let tokens = tokens(&text);
        for _ in 0..EDITS.min(tokens.len()) {
            let at = tokens[dice.below(tokens.len())].clone();
            let other = text[tokens[dice.below(tokens.len())].clone()].to_owned();
            let mut edited = text.clone();
            match dice.below(4) {
                0 => edited.replace_range(at, ""),
                1 => edited.replace_range(at, &other),
                2 => edited.insert_str(at.start, &format!("{other} ")),
                _ => edited.truncate(at.end),
            }
            let result = std::panic::catch_unwind(|| analyze(&edited));
            assert!(result.is_ok(), "{}:\n{edited}", path.display());
        }
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    for (open, close) in
        [("(", ")"), ("[", "]"), ("{ a: ", " }"), ("!", ""), ("f(", ")"), ("if true { ", " }")]
    {
        for depth in [50, 150, 190, 2000] {
            let text = format!("workflow a() {{ let x = {}1{} }}", open.repeat(depth), close.repeat(depth));
            analyze(&text);
        }
    }
    analyze(&format!("workflow a() {{ let x = 1{} }}", " + 1".repeat(5000)));
    analyze(&format!("type A = {}string{}", "{ a: ".repeat(150), " }".repeat(150)));
}
