//! The formatter: same meaning, same comments, and a fixed point.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod support;

use compiler::syntax::print;
use support::generate::Generator;
use support::{flow_files, meaning, parsed};

fn comments(text: &str) -> Vec<String> {
    let mut comments: Vec<String> = parsed(text).file.comments.into_iter().map(|it| it.text).collect();
    comments.sort();
    comments
}

/// Prints and checks what must hold of any text without errors.
#[track_caller]
fn formatted(text: &str) -> String {
    let before = parsed(text);
    let once =
        print(&before, text).unwrap_or_else(|| panic!("errors: {:?}\n{text}", before.diagnostics.first()));
    let after = parsed(&once);
    assert!(after.diagnostics.iter().all(|d| !d.is_error()), "{:?}\n{once}", after.diagnostics.first());
    assert!(meaning(&before) == meaning(&after), "another meaning:\n{text}\n--- became\n{once}");
    assert!(comments(text) == comments(&once), "other comments:\n{text}\n--- became\n{once}");
    let twice = print(&after, &once).unwrap();
    assert!(once == twice, "no fixed point:\n{text}\n--- became\n{once}\n--- became\n{twice}");
    once
}

#[test]
fn every_file_keeps_its_meaning() {
    for (path, text) in flow_files() {
        println!("{path}");
        let once = formatted(&text);
        if std::env::var("SHOW").is_ok() {
            println!("{once}");
        }
    }
}

/// `compiler/tests/print`: ugly text, a line of `=`, and what it must become. `UPDATE=1` rewrites what is below the line.
#[test]
fn ugly_text_becomes_what_is_expected() {
    const LINE: &str = "\n==========\n";
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/print");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        let (ugly, wanted) = page.split_once(LINE).unwrap_or((&page, ""));
        let once = formatted(&format!("{ugly}\n"));
        let long: Vec<&str> = once.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(long.iter().all(|line| line.contains('"')), "{}: too long: {long:?}", path.display());
        if update {
            std::fs::write(&path, format!("{ugly}{LINE}{once}")).unwrap();
        } else {
            assert!(once == wanted, "{}: became\n{once}", path.display());
        }
        seen += 1;
    }
    assert!(seen > 8, "the pages are gone");
}

/// What the comments of a program become is not looked at here, only that none is lost.
fn check_generated(bytes: &[u8]) {
    let text = Generator::new(bytes).file();
    support::spans::check(&text, &parsed(&text));
    formatted(&text);
}

#[test]
fn a_type_before_a_range_keeps_its_parentheses() {
    formatted("let a = xs[(n as int?)..]\nlet b = (n as int?)..3\nlet c = xs[1 + (n as int?)..2]\n");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, cases: cases(), ..Default::default() })]

    #[test]
    fn any_program_keeps_its_meaning(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        check_generated(&bytes);
    }
}

/// `PROPTEST_CASES`, or what a test run has time for.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}
