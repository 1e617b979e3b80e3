//! Calls of AWS's APIs against their models.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::path::PathBuf;

use serde_json::{Value, json};

fn findings(definition: &Value) -> Vec<String> {
    let document = asl::read(&definition.to_string(), asl::Format::Json).document.unwrap();
    let found = asl::validate(&document, &asl::Options::default());
    let found = found.iter().filter(|it| is_of_calls(it));
    found.map(|it| format!("{} {}", it.severity.name(), it.summary())).collect()
}

fn is_of_calls(found: &asl::Diagnostic) -> bool {
    ["UNKNOWN_ACTION", "UNKNOWN_ARGUMENT", "MISSING_ARGUMENT"].contains(&found.code)
        || found.message.contains("is not supported by Step Functions")
        || found.message.contains("is not recognized")
}

fn task(resource: &str, parameters: Value) -> Value {
    let state = json!({ "Type": "Task", "Resource": resource, "Parameters": parameters, "End": true });
    json!({ "StartAt": "S", "States": { "S": state } })
}

#[test]
fn actions() {
    let sdk = |action: &str| findings(&task(&format!("arn:aws:states:::aws-sdk:{action}"), json!({})));
    assert_eq!(sdk("s3:listBuckets"), Vec::<String>::new());
    assert_eq!(
        sdk("s3:listBukets"),
        [
            "ERROR SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::aws-sdk:s3:listBukets is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource"
        ]
    );
    assert_eq!(
        sdk("s3:somethingQuiteNew"),
        [
            "WARNING UNKNOWN_ACTION: `s3` is not known to have an action `somethingQuiteNew` at /States/S/Resource"
        ]
    );
}

#[test]
fn arguments() {
    let arguments = json!({
        "TableNme": "t",
        "Key.$": "$.key",
        "ExpressionAttributeValues": { ":v": { "S.$": "$.v", "Str": "x" } },
        "Wholly": 1,
    });
    assert_eq!(
        findings(&task("arn:aws:states:::aws-sdk:dynamodb:updateItem", arguments)),
        [
            "ERROR SCHEMA_VALIDATION_FAILED: The field \"TableNme\" is not supported by Step Functions at /States/S/Parameters",
            "WARNING UNKNOWN_ARGUMENT: no field `Str` is known here at /States/S/Parameters/ExpressionAttributeValues/:v/Str",
            "WARNING UNKNOWN_ARGUMENT: no field `Wholly` is known here at /States/S/Parameters/Wholly",
        ]
    );
    let network = json!({ "awsVpcConfiguration": { "Subnets": [] } });
    let arguments = json!({ "TaskDefinition": "d", "NetworkConfiguration": network });
    assert_eq!(
        findings(&task("arn:aws:states:::ecs:runTask.sync", arguments)),
        [
            "ERROR SCHEMA_VALIDATION_FAILED: The field \"awsVpcConfiguration\" is not supported by Step Functions at /States/S/Parameters/NetworkConfiguration"
        ]
    );
}

/// Real definitions call what there is.
#[test]
fn real_definitions() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/definitions");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let record: Value = serde_json::from_str(&text).unwrap();
        if record["kind"] != "fixture" {
            let found = findings(&record["definition"]);
            let id = record["id"].to_string();
            wrong.extend(found.into_iter().map(|it| format!("{id} {it}")));
        }
    }
    println!("{}", wrong.join("\n"));
    let errors = wrong.iter().filter(|it| it.contains("ERROR")).count();
    assert_eq!(errors, 0);
}
