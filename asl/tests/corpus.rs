//! Holds the reader and validator against recorded answers of AWS and real definitions.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::path::PathBuf;

use serde_json::Value;

fn shared(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is not there", path.display());
    None
}

fn json_files(path: &str) -> Vec<(String, Value)> {
    let Some(path) = shared(path) else {
        return Vec::new();
    };
    let mut files: Vec<_> = std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    { files.into_iter() }
        .filter(|it| it.extension().is_some_and(|it| it == "json"))
        .map(|it| {
            let name = it.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(it).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

fn conformance_cases() -> impl Iterator<Item = Value> {
    let files = json_files("conformance/asl/dev").into_iter();
    files.flat_map(|(_, it)| it.as_array().cloned().unwrap_or_default())
}

/// Definitions that AWS ran.
fn executions() -> impl Iterator<Item = Value> {
    let kinds = ["execution", "express_sync", "express_async"];
    conformance_cases().filter(move |it| it["kind"].as_str().is_some_and(|it| kinds.contains(&it)))
}

/// The text AWS got: the recordings hold it parsed when it was JSON.
fn text_of(definition: &Value) -> String {
    match definition {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Every definition that AWS ran has a model.
#[test]
fn models_what_aws_ran() {
    let mut missing = Vec::new();
    let mut cases = 0;
    for case in executions() {
        cases += 1;
        let read = asl::read(&text_of(&case["definition"]), asl::Format::Json);
        if read.machine.is_none() {
            missing.push(case["id"].to_string());
        }
    }
    println!("{} of {cases} have a model", cases - missing.len());
    assert_eq!(missing, Vec::<String>::new());
}

/// Every real definition has a model, and JSON is YAML.
#[test]
fn models_real_definitions() {
    let mut missing = Vec::new();
    for (name, record) in json_files("corpus/definitions") {
        let text = text_of(&record["definition"]);
        let read = asl::read(&text, asl::Format::Json);
        let document = read.document.expect("the corpus holds JSON");
        assert_eq!(document.root.to_value(), record["definition"], "{name}");
        let yaml = asl::read(&text, asl::Format::Yaml);
        assert_eq!(yaml.diagnostics, vec![], "{name}");
        assert_eq!(yaml.machine, read.machine, "{name}");
        if read.machine.is_none() {
            missing.push(name);
        }
    }
    // Some are broken on purpose, some lack a number until a substitution is made.
    println!("{missing:#?}");
    assert!(missing.len() <= 10);
}

fn options(machine_type: &Value) -> asl::Options {
    asl::Options {
        machine_type: match machine_type.as_str() {
            Some("EXPRESS") => asl::MachineType::Express,
            _ => asl::MachineType::Standard,
        },
        substitutions: false,
    }
}

fn findings(text: &str, options: &asl::Options) -> Vec<asl::Diagnostic> {
    let read = asl::read(text, asl::Format::Json);
    match read.document {
        Some(document) => asl::validate(&document, options),
        None => read.diagnostics,
    }
}

/// AWS's part of the findings, errors only: what the API returns by default.
fn aws_errors(text: &str, options: &asl::Options) -> Vec<asl::Diagnostic> {
    let mut found = findings(text, options);
    found.retain(|it| it.is_error() && it.origin == asl::Origin::Aws);
    found
}

/// `ValidateStateMachineDefinition` as recorded: code, message, location, severity.
#[test]
fn answers_like_validate_state_machine_definition() {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for case in conformance_cases().filter(|it| it["kind"] == "validate") {
        let request = &case["request"];
        let found = aws_errors(&text_of(&request["definition"]), &options(&request["type"]));
        let found: Vec<Value> = found
            .iter()
            .map(|it| {
                let mut answer = serde_json::json!({
                    "code": it.code, "message": it.message, "severity": it.severity.name(),
                });
                if let Some(location) = &it.location {
                    answer["location"] = Value::from(location.as_str());
                }
                answer
            })
            .collect();
        cases += 1;
        if Value::from(found.clone()) != case["expected"]["diagnostics"] {
            wrong.push((case["id"].to_string(), found, case["expected"]["diagnostics"].clone()));
        }
    }
    println!("{} of {cases} answered as AWS did", cases - wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `CreateStateMachine` and `UpdateStateMachine` as recorded, where they refuse the definition:
/// the same findings in one text.
#[test]
fn refuses_like_create_state_machine() {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for case in conformance_cases().filter(|it| it["kind"] == "create_rejected") {
        let answer = case["expected"].to_string();
        let request = &case["request"];
        if request["definition"].is_null() {
            continue;
        }
        let found = aws_errors(&text_of(&request["definition"]), &options(&request["type"]));
        let found: Vec<String> = found.iter().map(asl::Diagnostic::summary).collect();
        let text = format!("Invalid State Machine Definition: '{}'", found.join(", "));
        // Other refusals are not about the definition, which is then a good one.
        let refused = answer.contains("Invalid State Machine Definition");
        cases += 1;
        if refused == found.is_empty() || (refused && !answer.contains(&text)) {
            wrong.push((case["id"].to_string(), text, answer));
        }
    }
    println!("{} of {cases} refused as AWS did", cases - wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// No error about what AWS ran. The recordings hold names of resources as `<token>` or `activity_arn`.
#[test]
fn accepts_what_aws_ran() {
    let mut wrong = Vec::new();
    let mut cases = 0;
    for case in executions() {
        cases += 1;
        let activity = "\"arn:aws:states:us-east-1:111111111111:activity:a\"";
        let text = text_of(&case["definition"]).replace(['<', '>'], "");
        let text = text.replace("\"activity_arn\"", activity);
        let found = aws_errors(&text, &options(&case["type"]));
        if !found.is_empty() {
            let found: Vec<String> = found.iter().map(asl::Diagnostic::summary).collect();
            wrong.push((case["id"].to_string(), found));
        }
    }
    println!("{} of {cases} refused", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where that validator and AWS disagree, and the evidence.
const DISPUTED: &[(&str, &str)] = &[
    ("syntax-extra-spaces", "deployed workflows write blanks and new lines inside `{% … %}`"),
    ("syntax-no-spaces", "deployed workflows leave the blank before `%}` out"),
    ("item-batcher-jsonata", "AWS refused JSONPath under JSONata in a recorded answer"),
];

/// What Flow alone calls an error made the execution fail, and so did every variable and field that
/// it says is not there, if the state was entered.
#[test]
fn own_errors_fail_on_aws() {
    let mut cases = 0;
    let mut wrong = Vec::new();
    for case in executions() {
        let mut found = findings(&text_of(&case["definition"]), &options(&case["type"]));
        let surely = ["UNDEFINED_VARIABLE", "MISSING_FIELD"];
        let history = case["expected"]["history"].to_string();
        found.retain(|it| {
            let pointer = it.pointer.as_deref().unwrap_or_default();
            let state = pointer.rsplit("/States/").next().and_then(|it| it.split('/').next());
            let name = format!("\"name\":\"{}\"", state.unwrap_or_default());
            let is_failure = it.is_error() || surely.contains(&it.code);
            it.origin == asl::Origin::Flow && is_failure && history.contains(&name)
        });
        cases += usize::from(!found.is_empty());
        if !found.is_empty() && case["expected"]["status"] == "SUCCEEDED" {
            let found: Vec<String> = found.iter().map(asl::Diagnostic::summary).collect();
            wrong.push((case["id"].to_string(), found));
        }
    }
    println!("{} of {cases} failed on AWS", cases - wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Definitions of a validator's own suite that must be refused or accepted.
#[test]
fn tells_valid_from_invalid() {
    let Some(folder) = shared("corpus/validity") else {
        return;
    };
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_str(&index).unwrap();
    let mut wrong = Vec::new();
    let mut told = 0;
    for case in &index {
        let file = case["file"].as_str().unwrap();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let found = findings(&text, &asl::Options::default());
        let refused = found.iter().any(asl::Diagnostic::is_error);
        if refused == case["valid"].as_bool().unwrap() {
            let found: Vec<String> = found.iter().map(asl::Diagnostic::summary).collect();
            if !DISPUTED.iter().any(|(it, _)| file.contains(it)) {
                wrong.push((file, found));
            }
            continue;
        }
        told += 1;
    }
    println!("{told} of {} told", index.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Workflows and documentation that AWS would refuse too, and why.
const BROKEN: &[(&str, &str)] = &[
    ("agent-registry-design-md", "a fragment: what Next names is left out"),
    ("batch-orchestrator-agent-design-md", "resources are mere names"),
    ("workshop-content-module-5", "blanks for the reader to fill in"),
    ("validator-github-issue", "a bug report about a state without Type"),
    ("lambda-sfn-sls-ba84e9", "Next is a boolean, an accident of YAML"),
    ("agent-with-tools-flow", "Next names states of another file"),
    ("dynamic-agent", "Items and Choices are placeholders"),
    ("dynamic-sql-agent", "Items is a placeholder"),
    ("supervisor-agent-flow", "a rule without Next and Condition"),
    ("supervisor-with-agentcore", "a Map has no Arguments"),
    ("web-search-agent", "there is no States.Default"),
];

/// No error about real definitions, but for those that are broken.
#[test]
fn accepts_real_definitions() {
    let mut wrong = Vec::new();
    for (name, record) in json_files("corpus/definitions") {
        let is_real = record["kind"] == "workflow" || record["kind"] == "doc";
        if !is_real || BROKEN.iter().any(|(it, _)| name.contains(it)) {
            continue;
        }
        let options = asl::Options { substitutions: true, ..options(&record["type"]) };
        let found = findings(&text_of(&record["definition"]), &options);
        let errors: Vec<String> =
            found.iter().filter(|it| it.is_error()).map(asl::Diagnostic::summary).collect();
        if !errors.is_empty() {
            wrong.push((name, errors));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
