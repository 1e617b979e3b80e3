//! Holds the reader and validator against recorded answers of AWS and real definitions.

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
    for case in conformance_cases().filter(|it| it["kind"] == "exec") {
        let read = asl::read(&text_of(&case["definition"]), asl::Format::Json);
        if read.machine.is_none() {
            missing.push(case["id"].to_string());
        }
    }
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
