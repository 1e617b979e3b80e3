//! The optimized integrations and the services against the recorded facts beside the repository (`../shared`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]
// Helpers stand outside of `#[test]`, where clippy lets tests do so.

use std::collections::BTreeSet;
use std::path::PathBuf;

use models::{Action, Flavor, Lookup, Machine, Pattern, Shape, ShapeRef, action, resource, service};
use serde_json::Value;

fn shared(path: &str) -> Option<Value> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    if !file.exists() {
        eprintln!("skipped: {} is missing", file.display());
        return None;
    }
    Some(serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn found(service: &str, name: &str, flavor: Flavor) -> Action {
    match action(service, name, flavor) {
        Lookup::Found(action) => action,
        other => panic!("{service}:{name}: {other:?}"),
    }
}

#[test]
fn optimized_integrations_are_all_there_with_their_patterns() {
    let Some(recorded) = shared("aws/optimized.json") else { return };
    let mut seen = 0;
    for it in list(&recorded["integrations"]) {
        let action = found(text(it, "service"), text(it, "api"), Flavor::Optimized);
        for (name, pattern) in [
            ("request", Pattern::Request),
            ("sync", Pattern::Sync),
            ("sync2", Pattern::Sync2),
            ("token", Pattern::Token),
        ] {
            let offered = it["patterns"].get(name);
            assert_eq!(
                action.patterns().contains(&pattern),
                offered.is_some(),
                "{}",
                action.resource(pattern)
            );
            let Some(offered) = offered else { continue };
            let arn = text(it, "resource").replace("${Partition}", "aws") + text(offered, "suffix");
            assert_eq!(action.resource(pattern), arn);
            let express = list(&offered["types"]).any(|it| it == "EXPRESS");
            assert_eq!(action.allows(pattern, Machine::Express), express, "{arn}");
        }
        seen += 1;
    }
    let ours: usize = models::services().map(|it| it.actions(Flavor::Optimized).len()).sum();
    assert_eq!((seen, ours), (64, 64));
}

#[test]
fn optimized_integrations_ask_for_the_recorded_permissions() {
    let Some(recorded) = shared("aws/optimized.json") else { return };
    let mut missing = vec![];
    for it in list(&recorded["integrations"]) {
        let action = found(text(it, "service"), text(it, "api"), Flavor::Optimized);
        let sync = if action.patterns().contains(&Pattern::Sync) { Pattern::Sync } else { Pattern::Request };
        let have: BTreeSet<String> = action.iam(sync).into_iter().flat_map(|it| it.actions).collect();
        let rule = Value::Array(vec![it["sync_rule"].clone()]);
        let wanted = list(&it["iam"]).chain(list(&it["iam_sync_extra"])).chain(list(&rule));
        for name in wanted.flat_map(|it| list(&it["actions"])).filter_map(Value::as_str) {
            // AWS's pages ask for `iam:PassRole` also where the call has no role to pass.
            let passes = action.arguments().and_then(|it| it.record()).is_some_and(|it| passes_role(&it));
            if !have.contains(name) && !name.contains("subset") && (passes || name != "iam:PassRole") {
                missing.push(format!("{} {name}", action.resource(sync)));
            }
        }
        if let Some(rule) = it["sync_rule"]["resource"].as_str() {
            let ours = action.iam(Pattern::Sync).into_iter().flat_map(|it| it.resources);
            assert!(ours.into_iter().any(|it| it.template == rule), "{rule}");
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

fn passes_role(arguments: &models::Record) -> bool {
    arguments.members.iter().any(|it| it.name.ends_with("Role") || it.name.ends_with("RoleArn"))
}

#[test]
fn listed_services_are_known() {
    let Some(recorded) = shared("aws/sdk_supported.json") else { return };
    let prefixes: Vec<&str> = list(&recorded["prefixes"]).filter_map(Value::as_str).collect();
    let unknown: Vec<&str> = prefixes
        .iter()
        .copied()
        .filter(|prefix| {
            let known = service(&prefix.to_lowercase());
            known.is_none_or(|it| it.error_prefix(Flavor::Sdk) != Some(prefix) || !it.listed())
        })
        .collect();
    // Services that AWS has closed since its page was written.
    assert_eq!((prefixes.len(), unknown.len()), (389, 23), "{unknown:?}");
}

/// Each task of a definition: its `Resource` and what it passes. A reader or writer passes bucket and key: checked elsewhere.
fn tasks(value: &Value, out: &mut Vec<(String, Value)>) {
    if let Some(arn) = value["Resource"].as_str().filter(|it| it.contains(":states:::")) {
        let passed = ["Arguments", "Parameters"].into_iter().map(|it| &value[it]).find(|it| it.is_object());
        out.push((arn.to_owned(), passed.filter(|_| value["Type"] == "Task").cloned().unwrap_or_default()));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|it| tasks(it, out)),
        Value::Array(items) => items.iter().for_each(|it| tasks(it, out)),
        _ => {}
    }
}

#[test]
fn published_definitions_use_known_actions_and_parameters() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/definitions");
    let Ok(files) = std::fs::read_dir(&folder) else {
        return eprintln!("skipped: {} is missing", folder.display());
    };
    let mut calls = vec![];
    for file in files {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|it| it == "json") {
            let record: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            tasks(&record["definition"], &mut calls);
        }
    }
    let mut wrong = BTreeSet::new();
    calls.iter().for_each(|(arn, passed)| complain(arn, passed, &mut wrong));
    let expected: BTreeSet<String> = EXPECTED.iter().map(|it| (*it).to_owned()).collect();
    assert!(calls.len() > 600, "{}", calls.len());
    assert_eq!(wrong, expected);
}

/// What is odd in the published definitions themselves. AppSync's API has no such action, Lookout for Vision is closed; some
/// write booleans as text; and the optimized DynamoDB integration takes plain text for an attribute's `S`.
const EXPECTED: [&str; 13] = [
    "arn:aws:states:::aws-sdk:appsync:graphql: unknown",
    "arn:aws:states:::aws-sdk:autoscaling:detachInstances: .ShouldDecrementDesiredCapacity is \"false\", not true or false",
    "arn:aws:states:::aws-sdk:ec2:modifyInstanceAttribute: .DisableApiTermination.Value is \"true\", not true or false",
    "arn:aws:states:::aws-sdk:lookoutvision:describeModel: unknown",
    "arn:aws:states:::aws-sdk:lookoutvision:startModel: unknown",
    "arn:aws:states:::dynamodb:putItem: .Item.order_status is \"pick-order\", not a record",
    "arn:aws:states:::dynamodb:updateItem: .ExpressionAttributeValues.:stat is \"cancel-restock\", not a record",
    "arn:aws:states:::dynamodb:updateItem: .ExpressionAttributeValues.:stat is \"curbside-complete\", not a record",
    "arn:aws:states:::dynamodb:updateItem: .ExpressionAttributeValues.:stat is \"customer-arrived\", not a record",
    "arn:aws:states:::dynamodb:updateItem: .ExpressionAttributeValues.:stat is \"pick-complete\", not a record",
    "arn:aws:states:::dynamodb:updateItem: .ExpressionAttributeValues.:stat is \"pick-error\", not a record",
    "arn:aws:states:::dynamodb:updateItem: .ExpressionAttributeValues.:tk is \"\", not a record",
    "arn:aws:states:::eks:runJob.sync: .LogOptions.RetrieveLogs is \"true\", not true or false",
];

fn complain(arn: &str, passed: &Value, wrong: &mut BTreeSet<String>) {
    if models::ITEM_READERS.contains(&arn) || models::RESULT_WRITERS.contains(&arn) {
        return;
    }
    let Some(parts) = resource(arn) else {
        wrong.insert(format!("{arn}: unreadable"));
        return;
    };
    let Lookup::Found(action) = action(parts.service, parts.action, parts.flavor) else {
        wrong.insert(format!("{arn}: unknown"));
        return;
    };
    if !parts.pattern.is_ok_and(|it| action.patterns().contains(&it)) {
        wrong.insert(format!("{arn}: pattern"));
    }
    let mut found = vec![];
    match action.arguments() {
        Some(shape) => fits(passed, shape, "", &mut found),
        None => found.extend(passed.as_object().into_iter().flat_map(|it| it.keys().cloned())),
    }
    wrong.extend(found.into_iter().map(|it| format!("{arn}: {it}")));
}

/// What AWS recorded: events of histories that name an integration.
fn events<'a>(value: &'a Value, out: &mut Vec<(&'a str, &'a Value)>) {
    match value {
        Value::Object(fields) => {
            let named =
                fields.iter().filter(|(_, it)| it["resourceType"].is_string() && it["resource"].is_string());
            out.extend(named.map(|(kind, it)| (kind.as_str(), it)));
            fields.values().for_each(|it| events(it, out));
        }
        Value::Array(items) => items.iter().for_each(|it| events(it, out)),
        _ => {}
    }
}

#[test]
fn what_aws_recorded_fits() {
    let names =
        ["exec.services", "exec.scenarios", "exec.error_handling", "exec.callback", "exec.credentials"];
    let files: Vec<Value> =
        names.iter().filter_map(|it| shared(&format!("conformance/asl/dev/{it}.json"))).collect();
    let mut recorded = vec![];
    files.iter().for_each(|it| events(it, &mut recorded));
    let (mut wrong, mut results, mut errors) = (vec![], 0, 0);
    for (kind, event) in recorded {
        let arn = format!("arn:aws:states:::{}:{}", text(event, "resourceType"), text(event, "resource"));
        let Some(parts) = resource(&arn) else { continue };
        let action = found(parts.service, parts.action, parts.flavor);
        // A job's submission gives what a plain request gives.
        let submitted = kind == "taskSubmittedEventDetails" && parts.pattern != Ok(Pattern::Token);
        let pattern = if submitted { Ok(Pattern::Request) } else { parts.pattern };
        let result = pattern.ok().and_then(|it| action.result(it));
        if let Some((shape, output)) = result.zip(event.get("output").filter(|it| it.is_object())) {
            results += 1;
            fits(output, shape, &arn, &mut wrong);
        }
        if let Some(error) = event["error"].as_str().filter(|it| it.contains('.')) {
            errors += 1;
            let known = models::error_known(error) == models::ErrorName::Known;
            wrong.extend((!known).then(|| format!("{arn}: {error}")));
        }
    }
    // The recording puts one text in the place of lists of headers.
    wrong.retain(|it| !it.contains("Headers."));
    assert_eq!(wrong, Vec::<String>::new());
    assert!(files.is_empty() || (results > 40 && errors > 10), "{results} {errors}");
}

/// Whether a value written in a definition has the shape; what is computed there counts as fitting.
fn fits(value: &Value, shape: ShapeRef, path: &str, wrong: &mut Vec<String>) {
    let computed =
        |it: &str| it.contains("{%") || it.contains("${") || it.starts_with('$') || it.starts_with("States.");
    let mut say = |what: &str| wrong.push(format!("{path} {what}"));
    match (shape.shape(), value) {
        (Shape::Json, _) | (_, Value::Null) => {}
        (_, Value::String(text)) if computed(text) => {}
        (Shape::Record(record), Value::Object(fields)) => {
            let has = |name: &str| fields.contains_key(name) || fields.contains_key(&format!("{name}.$"));
            for missing in record.members.iter().filter(|it| it.required && !has(it.name)) {
                say(&format!("lacks {}", missing.name));
            }
            for (name, value) in fields {
                let plain = name.strip_suffix(".$").unwrap_or(name);
                match record.member(plain) {
                    None => wrong.push(format!("{path} has {name}")),
                    Some(_) if plain != name => {}
                    Some(member) => fits(value, member.shape, &format!("{path}.{name}"), wrong),
                }
            }
        }
        (Shape::Map(item), Value::Object(fields)) => {
            let written = fields.iter().filter(|(name, _)| !name.ends_with(".$"));
            written.for_each(|(name, value)| fits(value, item, &format!("{path}.{name}"), wrong));
        }
        (Shape::List(item), Value::Array(items)) => {
            items.iter().for_each(|it| fits(it, item, &format!("{path}[]"), wrong));
        }
        (Shape::String { values }, Value::String(text)) => {
            if !values.is_empty() && !values.contains(&text.as_str()) {
                say(&format!("is {text}"));
            }
        }
        (Shape::Int, Value::Number(number)) if number.is_i64() => {}
        (Shape::Number, Value::Number(_)) | (Shape::Boolean, Value::Bool(_)) => {}
        (Shape::Timestamp | Shape::Bytes, Value::String(_)) => {}
        (shape, value) => say(&format!("is {value}, not {}", kind(&shape))),
    }
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::String { .. } => "text",
        Shape::Int => "a whole number",
        Shape::Number => "a number",
        Shape::Boolean => "true or false",
        Shape::Timestamp => "a time",
        Shape::Bytes => "bytes",
        Shape::Json => "JSON",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a map",
        Shape::Record(_) => "a record",
    }
}
