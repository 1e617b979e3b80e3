//! JSONata's own conformance suite, against 2.0.6.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

#[path = "common/suite.rs"]
mod suite;

use std::path::Path;

/// Cases that are decided otherwise than the data says, with the reason.
const DECIDED: &[(&str, &str)] = &[];

#[test]
fn conforms_to_jsonata_2_0_6() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/conformance/jsonata");
    if !data.is_dir() {
        println!("skipped: {} is not here", data.display());
        return;
    }
    let report = suite::run(&data.join("dev.json"), &data.join("datasets.json")).expect("readable data");
    let failures: Vec<_> =
        report.failures.iter().filter(|(id, _)| !DECIDED.iter().any(|(it, _)| it == id)).collect();
    assert!(failures.is_empty(), "{} failed: {failures:#?}", failures.len());
    assert!(report.passed() > 1000);
}
