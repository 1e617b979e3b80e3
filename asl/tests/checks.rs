//! Runs the cases of `checks.yaml`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use serde_json::{Value, json};

#[test]
fn checks() {
    let read = asl::read(include_str!("checks.yaml"), asl::Format::Yaml);
    let cases = read.document.expect("the cases are YAML").root.to_value();
    let mut wrong = Vec::new();
    for case in cases["cases"].as_array().expect("a list of cases") {
        let found = findings(case);
        if Value::from(found.clone()) != case["found"] {
            wrong.push(format!(
                "{}\n  found:\n{}\n  expected:\n{}",
                case["name"],
                lines(&Value::from(found)),
                lines(&case["found"])
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

fn lines(list: &Value) -> String {
    let lines = list.as_array().into_iter().flatten();
    lines.map(|it| format!("    {it}")).collect::<Vec<_>>().join("\n")
}

fn findings(case: &Value) -> Vec<String> {
    let definition = definition(case);
    let read = asl::read(&definition.to_string(), asl::Format::Json);
    let document = read.document.expect("a JSON object");
    let options = asl::Options {
        machine_type: match case["type"].as_str() {
            Some("EXPRESS") => asl::MachineType::Express,
            _ => asl::MachineType::Standard,
        },
        ..asl::Options::default()
    };
    let found = asl::validate(&document, &options);
    for it in &found {
        let pointer = it.pointer.as_deref().unwrap_or_default();
        assert!(document.node(pointer).is_some(), "{} has no node at {pointer}", it.code);
    }
    { found.iter() }.map(|it| format!("{} {}", it.severity.name(), it.summary())).collect()
}

fn definition(case: &Value) -> Value {
    let mut machine = match &case["state"] {
        Value::Null => case["machine"].clone(),
        state => {
            let mut state = state.clone();
            let kind = state["Type"].as_str().unwrap_or_default();
            if !["Choice", "Succeed", "Fail"].contains(&kind) && state["Next"].is_null() {
                state["End"] = json!(true);
            }
            json!({ "StartAt": "S", "States": { "S": state } })
        }
    };
    if case["jsonata"] == true {
        machine["QueryLanguage"] = json!("JSONata");
    }
    machine
}

/// The README lists every code that the cases find.
#[test]
fn codes_are_documented() {
    let readme = include_str!("../README.md");
    let cases = include_str!("checks.yaml");
    let found = cases.split('"').filter_map(|it| {
        let (severity, rest) = it.split_once(' ')?;
        ["ERROR", "WARNING"].contains(&severity).then(|| rest.split(':').next())?
    });
    let missing: Vec<&str> = found.filter(|it| !readme.contains(&format!("`{it}`"))).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
