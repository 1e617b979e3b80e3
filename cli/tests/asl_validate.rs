//! `flow asl validate`, run as a program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

const BROKEN: &str = r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": { "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBukets", "Next": "Don" },
    "Done": { "Type": "Succeed" }
  }
}"#;

fn validate(arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.args(["asl", "validate"]).args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn text_goes_to_standard_error_with_frames() {
    let output = validate(&["-"], BROKEN);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for part in ["Missing 'Next' target: Don", "-:4:95", "did you mean `Done`?", "listBuckets", "3 errors"] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

#[test]
fn json_and_sarif_go_to_standard_output() {
    let output = validate(&["-", "--format", "json"], BROKEN);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["diagnostics"][0]["code"], "MISSING_TRANSITION_TARGET");
    let output = validate(&["-", "--format", "sarif"], BROKEN);
    let sarif: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 3);
}

#[test]
fn exit_codes() {
    let good = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    assert_eq!(validate(&["-"], good).status.code(), Some(0));
    assert_eq!(validate(&["-"], "not a definition").status.code(), Some(1));
    assert_eq!(validate(&["no-such-file.json"], "").status.code(), Some(2));
    assert_eq!(validate(&[], "").status.code(), Some(2));
}

#[test]
fn express_and_substitutions() {
    let task = |resource: &str| {
        format!(r#"{{"StartAt":"A","States":{{"A":{{"Type":"Task","Resource":"{resource}","End":true}}}}}}"#)
    };
    let job = task("arn:aws:states:::glue:startJobRun.sync");
    assert_eq!(validate(&["-"], &job).status.code(), Some(0));
    assert_eq!(validate(&["-", "--type", "express"], &job).status.code(), Some(1));
    let open = task("${Function}");
    assert_eq!(validate(&["-"], &open).status.code(), Some(0));
    assert_eq!(validate(&["-", "--no-substitutions"], &open).status.code(), Some(1));
}
