//! The optimized integrations and the services against the recorded facts beside the repository (`../shared`).

// Helpers stand outside of `#[test]`, where clippy lets tests do so.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use models::{Action, Flavor, Lookup, Machine, Pattern, action, resource, service};
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

/// Each task of a definition: its `Resource` and the names of what it passes.
fn tasks(value: &Value, out: &mut Vec<(String, Vec<String>)>) {
    if let Some(arn) = value["Resource"].as_str().filter(|it| it.contains(":states:::")) {
        let passed = ["Arguments", "Parameters"].into_iter().filter_map(|it| value[it].as_object());
        let names = passed.flat_map(|it| it.keys()).map(|it| it.trim_end_matches(".$").to_owned());
        out.push((arn.to_owned(), if value["Type"] == "Task" { names.collect() } else { vec![] }));
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
    let wrong: BTreeSet<String> = calls.iter().flat_map(|(arn, names)| complaints(arn, names)).collect();
    let expected: BTreeSet<String> = EXPECTED.iter().map(|it| (*it).to_owned()).collect();
    assert!(calls.len() > 600, "{}", calls.len());
    assert_eq!(wrong, expected);
}

/// What is wrong in the published definitions themselves: AppSync's API has no such action, Lookout for Vision is closed.
const EXPECTED: [&str; 3] = [
    "arn:aws:states:::aws-sdk:appsync:graphql: unknown",
    "arn:aws:states:::aws-sdk:lookoutvision:describeModel: unknown",
    "arn:aws:states:::aws-sdk:lookoutvision:startModel: unknown",
];

fn complaints(arn: &str, names: &[String]) -> Vec<String> {
    if models::ITEM_READERS.contains(&arn) || models::RESULT_WRITERS.contains(&arn) {
        return vec![];
    }
    let Some(parts) = resource(arn) else { return vec![format!("{arn}: unreadable")] };
    let Lookup::Found(action) = action(parts.service, parts.action, parts.flavor) else {
        return vec![format!("{arn}: unknown")];
    };
    if !parts.pattern.is_ok_and(|it| action.patterns().contains(&it)) {
        return vec![format!("{arn}: pattern")];
    }
    let record = action.arguments().and_then(|it| it.record());
    let known = |name: &str| record.as_ref().is_some_and(|it| it.member(name).is_some());
    names.iter().filter(|it| !known(it)).map(|it| format!("{arn}: {it}")).collect()
}
