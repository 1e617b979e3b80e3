//! `flow test` as people run it: the examples pass, and a file of failing tests says what it says in `.txt`.
//! `UPDATE=1` rewrites the text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn flow(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.args(arguments).current_dir(repository()).env("NO_COLOR", "1").output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Every example: the folders with a `main.flow`, and the everyday workflows.
fn examples() -> Vec<String> {
    let listed = std::fs::read_dir(repository().join("examples")).unwrap();
    let names = listed.flatten().map(|it| format!("examples/{}", it.file_name().to_string_lossy()));
    let mut names: Vec<String> = names.filter(|it| repository().join(it).is_dir()).collect();
    names.sort();
    names
}

#[test]
fn the_examples_pass_their_tests() {
    for example in examples() {
        let output = flow(&["test", &example]);
        assert!(output.status.success(), "{example}\n{}", text(&output));
        let said = text(&output);
        assert!(said.contains("\nok  ") || said.starts_with("ok  "), "{example} has no test\n{said}");
    }
}

#[test]
fn failures_say_what_is_wrong_and_what_to_write() {
    let output = flow(&["test", "cli/tests/testing/payments.flow"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // The time it took is not the same every time.
    let said = said.rsplit_once(" in ").map_or(said.clone(), |(said, _)| format!("{said}\n"));
    let path = repository().join("cli/tests/testing/payments.txt");
    if std::env::var_os("UPDATE").is_some_and(|it| it == "1") {
        std::fs::write(&path, &said).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said, expected, "UPDATE=1 rewrites {}", path.display());
}

#[test]
fn results_go_to_junit() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tests.xml");
    let output = flow(&[
        "test",
        "cli/tests/testing/payments.flow",
        "--filter",
        "wrong",
        "--junit",
        file.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let xml = std::fs::read_to_string(file).unwrap();
    assert!(xml.contains(r#"tests="2""#) && xml.contains(r#"failures="2""#), "{xml}");
    assert!(xml.contains("payments.flow:69  expect run.output"), "places: {xml}");
}

#[test]
fn wrong_use_is_told_from_failure() {
    assert_eq!(flow(&["test", "nowhere"]).status.code(), Some(2));
    assert_eq!(flow(&["asl", "run", "nowhere.json"]).status.code(), Some(2));
    assert_eq!(flow(&["jsonata", "1 +"]).status.code(), Some(1));
    assert_eq!(flow(&["jsonata", "1", "--input", "{"]).status.code(), Some(2));
}

#[test]
fn a_workflow_runs_with_the_lines_of_its_source() {
    let output = flow(&[
        "run",
        "cli/tests/testing/payments.flow",
        "pay",
        "--input",
        r#"{"id":"o","total":1}"#,
        "--trace",
    ]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output);
    assert!(said.contains("payments.flow:12") && said.contains("MockedResponses"), "{said}");
}

#[test]
fn a_workflow_runs_with_services_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("main.flow"),
        r#"
table orders of { id: string, total: int } { key: id }
queue jobs of { id: string }
function charge(id: string) -> string { existing: "charge" }
function slow(id: string) -> string { code: "slow", runtime: "java21", handler: "a.B" }
workflow add(id: string) -> int {
  orders.put({ id: id, total: 5 })
  jobs.send({ id: id })
  return orders.get(id)?.total ?? 0
}
workflow pay(id: string) -> string {
  let total = await add(id)
  return "${charge(id)} ${total}"
}
workflow wait(id: string) -> string { return slow(id) }
"#,
    )
    .unwrap();
    std::fs::write(
        folder.path().join("mocks.json"),
        r#"{ "StateMachines": { "pay": { "TestCases": { "Paid": { "charge": "Charged" } } } },
             "MockedResponses": { "Charged": { "0": { "Return": { "StatusCode": 200, "Payload": "c" } } } } }"#,
    )
    .unwrap();
    let app = folder.path().to_str().unwrap().to_owned();
    let output = flow(&["run", &app, "add", "--input", "\"o\""]);
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.trim() == "5", "{out}{said}");
    assert!(said.contains("orders.put  answered by table `orders`, in memory"), "{said}");
    assert!(said.contains("jobs.send   answered by queue `jobs`, in memory"), "{said}");

    let mocks = format!("{app}/mocks.json#Paid");
    let output = flow(&["run", &app, "pay", "--input", "\"o\"", "--mocks", &mocks]);
    let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.trim() == "\"c 5\"", "{out}{said}");
    assert!(
        said.contains("answered by a mock") && said.contains("workflow `add`, which runs here"),
        "{said}"
    );

    let said = text(&flow(&["run", &app, "pay", "--input", "\"o\""]));
    assert!(said.contains("the code of `charge` is not in this app"), "{said}");
    let said = text(&flow(&["run", &app, "wait", "--input", "\"o\""]));
    assert!(said.contains("`slow` wants java21; handlers in Python and Node run here"), "{said}");
}

/// API reference, StartExecution: a name may be used again only while the execution runs, with the same input.
#[test]
fn a_name_is_of_one_execution() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("main.flow"),
        r#"
workflow child(n: int) -> int { return n }
workflow twice(n: int) -> int {
  let first = await child(1, name: "one")
  let second = await child(n, name: "one")
  return first + second
}
workflow starts(n: int) -> boolean {
  let first = child(1, name: "one")
  let second = child(n, name: "one")
  return first.executionArn == second.executionArn
}
"#,
    )
    .unwrap();
    let app = folder.path().to_str().unwrap().to_owned();
    let refused = "StepFunctions.ExecutionAlreadyExistsException";
    for (workflow, input, wanted) in
        [("starts", "1", "true"), ("starts", "2", refused), ("twice", "1", refused), ("twice", "2", refused)]
    {
        let said = text(&flow(&["run", &app, workflow, "--input", input]));
        assert!(said.contains(wanted), "{workflow}({input}): {said}");
    }
}

#[test]
fn a_workflow_runs_with_data_in_its_tables_and_buckets() {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().to_str().unwrap().to_owned();
    std::fs::write(
        folder.path().join("main.flow"),
        r#"
table orders of { id: string, total: int } { key: id }
bucket files
queue jobs of { id: string }
workflow total(id: string) -> int { return orders.get(id)?.total ?? 0 }
"#,
    )
    .unwrap();
    let run = |data: &str| {
        let path = folder.path().join("data.json");
        std::fs::write(&path, data).unwrap();
        text(&flow(&["run", &app, "total", "--input", "\"b\"", "--data", path.to_str().unwrap()]))
    };
    let said = run(r#"{"orders": [{"id": "a", "total": 1}, {"id": "b", "total": 2}], "files": {"k": [1]}}"#);
    assert!(said.starts_with("2\n"), "{said}");
    for (data, wanted) in [
        (r#"{"orders": [{"total": 1}]}"#, "`orders`: an item needs the key `id`"),
        (r#"{"ordres": []}"#, "the app has no resource `ordres`; it has files, jobs, orders"),
        (r#"{"jobs": []}"#, "`jobs`: a queue can't be filled: tables, buckets and secrets can"),
        ("[", "data.json: "),
    ] {
        let said = run(data);
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn real_handlers_run_where_their_runtimes_are() {
    let there =
        |program: &str| Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success());
    if !there("python3") || !there("node") {
        println!("skipped: python3 and node are not both installed");
        return;
    }
    let output = flow(&["test", "cli/tests/testing/handlers"]);
    assert!(output.status.success(), "{}", text(&output));
}
