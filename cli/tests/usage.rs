//! Wrong use, as people do it: what is said, and the exit code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::path::Path;
use std::process::{Command, Output};

fn flow(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

/// Each line: arguments, exit code, a part of what is said.
fn said(folder: &Path, cases: &[(&[&str], i32, &str)]) {
    for (arguments, code, part) in cases {
        let output = flow(folder, arguments);
        let text =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(part), "{arguments:?}: {part:?} is not said\n{text}");
        assert_eq!(output.status.code(), Some(*code), "{arguments:?}\n{text}");
    }
}

const APP: &str = r#"app shop

function price(item: { sku: string }) -> { total: number } {
  code: "functions/price"
  runtime: "python3.13"
  handler: "app.handler"
}

workflow order(item: { sku: string, note: string? }) -> number {
  return price({ sku: item.sku }).total
}

test "it has a price" {
  expect order({ sku: "pen", note: null }).output == 5
}
"#;

#[test]
fn what_is_not_text_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let latin = b"app x\n// caf\xe9\nworkflow a() { wait   1s }\n";
    std::fs::write(folder.path().join("latin.flow"), latin).unwrap();
    let told = "latin.flow is not UTF-8 text: line 2";
    said(
        folder.path(),
        &[
            (&["fmt", "latin.flow"], 2, told),
            (&["check", "latin.flow"], 1, told),
            (&["build", "latin.flow"], 1, told),
        ],
    );
    assert_eq!(std::fs::read(folder.path().join("latin.flow")).unwrap(), latin);
}

#[test]
fn what_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.flow"), APP).unwrap();
    std::fs::create_dir(folder.path().join("empty.flow")).unwrap();
    said(
        folder.path(),
        &[
            (&["check", "nowhere"], 2, "nowhere does not exist"),
            (&["fmt", "nowhere"], 2, "nowhere does not exist"),
            (&["check", "empty.flow"], 2, "there is no main.flow in empty.flow"),
            (&["graph", ".", "ordre"], 2, "there is no workflow `ordre`"),
            (&["run", ".", "ordre"], 2, "there is no workflow `ordre`; there are: order"),
            (&["explain", "F9999"], 2, "there is no code F9999"),
            (&["build", "--out", "main.flow"], 2, "main.flow is a file"),
        ],
    );
}

#[test]
fn an_input_is_held_against_its_type() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.flow"), APP).unwrap();
    said(
        folder.path(),
        &[
            (&["run", "order"], 2, "`sku` is missing"),
            (&["run", "order", "--input", r#"{"sku":1}"#], 2, "`sku` must be `string`, and is 1"),
            (&["run", "order", "--input", "{bad"], 2, "the argument is no JSON"),
        ],
    );
}

#[test]
fn an_answer_is_held_against_its_type() {
    let installed = Command::new("python3").arg("--version").output().is_ok_and(|it| it.status.success());
    if !installed {
        println!("python3 is not there: skipped");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.flow"), APP).unwrap();
    let code = folder.path().join("functions/price");
    std::fs::create_dir_all(&code).unwrap();
    std::fs::write(code.join("app.py"), "def handler(event, context):\n    return {'total': '5'}\n").unwrap();
    let told = "the handler of `price` answers what its signature does not say: `total` must be `number`, and is \"5\"";
    said(folder.path(), &[(&["test"], 1, told), (&["run", "order", "--input", r#"{"sku":"pen"}"#], 1, told)]);
}
