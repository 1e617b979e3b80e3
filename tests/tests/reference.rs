//! Runs `tests/reference`: `UPDATE=1 cargo test -p tests --test reference` rewrites the output blocks; `PAGE=tables` runs
//! the pages whose path holds that.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tests::reference::{pages, root, run_page};

#[test]
fn the_reference_is_true() {
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let wanted = std::env::var("PAGE").unwrap_or_default();
    let mut failures = Vec::new();
    let mut passed = 0;
    for path in pages(&root().join("tests/reference")) {
        if !path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().contains(&wanted) {
            continue;
        }
        let page = std::fs::read_to_string(&path).unwrap();
        let report = run_page(&page, update);
        passed += report.passed;
        let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
        failures.extend(report.failures.into_iter().map(|failure| format!("{name}: {failure}")));
        if !report.updates.is_empty() {
            let mut page = page;
            for (range, text) in report.updates {
                page.replace_range(range, &text);
            }
            std::fs::write(&path, page).unwrap();
        }
    }
    assert!(
        failures.is_empty(),
        "{passed} cases passed, {} failed:\n\n{}",
        failures.len(),
        failures.join("\n")
    );
    println!("{passed} cases passed");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

/// A page a code, and no page without a code.
#[test]
fn every_code_has_its_page() {
    let mut codes = BTreeSet::new();
    for path in sources(&root().join("compiler/src")) {
        let text = std::fs::read_to_string(path).unwrap();
        // Tests of a file may name codes that do not exist.
        let text = text.split("#[cfg(test)]").next().unwrap_or("");
        for (at, _) in text.match_indices("\"F0") {
            let code = text.get(at + 1..at + 6).unwrap_or("");
            if text.get(at + 6..at + 7) == Some("\"") {
                codes.insert(code.to_owned());
            }
        }
    }
    codes.remove(compiler::diagnostics::INTERNAL);
    let mut paged = BTreeSet::new();
    for path in pages(&root().join("tests/reference/errors")) {
        let code = path.file_stem().unwrap().to_string_lossy().into_owned();
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.starts_with(&format!("# {code}: ")), "{code}.md must begin with `# {code}: what it is`");
        let raises =
            page.contains(&format!("// error: {code}")) || page.contains(&format!("// warning: {code}"));
        assert!(raises, "{code}.md must have an example that raises {code}");
        paged.insert(code);
    }
    let missing: Vec<_> = codes.difference(&paged).collect();
    let stale: Vec<_> = paged.difference(&codes).collect();
    assert!(
        missing.is_empty() && stale.is_empty(),
        "codes without a page: {missing:?}; pages without a code: {stale:?}"
    );
}
