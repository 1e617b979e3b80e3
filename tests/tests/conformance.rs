//! The recorded cases, with the exact number that pass. `docs/conformance.md` lists those that do not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::path::Path;

#[test]
fn recorded_cases_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/asl/dev");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let report = tests::conformance::run_folder(&folder).expect("the cases can be read");
    let failed: Vec<&str> = report.failures.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((report.passed(), failed.len()), (833, 4), "{failed:#?}");
    let documented = include_str!("../../docs/conformance.md");
    for id in failed {
        assert!(documented.contains(id), "docs/conformance.md does not name {id}");
    }
}
