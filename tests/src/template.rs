//! What an app's template holds, to look at: resources of a type, and what roles may do.

use compiler::Analysis;
use compiler::output::{BuildOptions, Format, Target};
use serde_json::{Map, Value};

/// A resource of a template.
pub struct Made {
    pub label: String,
    pub properties: Value,
}

/// The resources of an app of these types, in order.
pub fn made(analysis: &Analysis, of: &[&str]) -> Vec<Made> {
    let wanted = |it: &Value| it.get("Type").and_then(Value::as_str).is_some_and(|it| of.contains(&it));
    let all = resources(analysis).into_iter().filter(|(_, it)| wanted(it));
    all.map(|(label, it)| Made { label, properties: it.get("Properties").cloned().unwrap_or_default() })
        .collect()
}

/// The properties of one resource as JSON; empty where there is none.
pub fn properties(analysis: &Analysis, label: &str) -> String {
    let all = resources(analysis);
    let found = all.get(label).and_then(|it| it.get("Properties"));
    found.and_then(|it| serde_json::to_string_pretty(it).ok()).map_or(String::new(), |it| it + "\n")
}

fn resources(analysis: &Analysis) -> Map<String, Value> {
    let options =
        BuildOptions { target: Target::CloudFormation, format: Format::Json, ..BuildOptions::default() };
    let built = compiler::build(analysis, &options);
    let template = built.files.iter().find(|it| it.path == "template.json");
    let template: Value = template.and_then(|it| serde_json::from_str(&it.text).ok()).unwrap_or_default();
    template.get("Resources").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// One line a statement: `LoadRole: dynamodb:PutItem on Dogs.Arn, People.Arn`.
pub fn permissions(analysis: &Analysis) -> String {
    let mut out = String::new();
    for role in made(analysis, &["AWS::IAM::Role", "AWS::IAM::Policy"]) {
        let inline = role.properties.get("Policies").and_then(Value::as_array).cloned().unwrap_or_default();
        let documents =
            inline.iter().chain([&role.properties]).filter_map(|it| it.pointer("/PolicyDocument/Statement"));
        for statement in documents.filter_map(Value::as_array).flatten() {
            let list = |name: &str| statement.get(name).map(texts).unwrap_or_default().join(", ");
            let when = statement.get("Condition").map_or(String::new(), |it| format!(" if {it}"));
            out.push_str(&format!("{}: {} on {}{when}\n", role.label, list("Action"), list("Resource")));
        }
    }
    out
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

fn text(value: &Value) -> String {
    let intrinsic = |name: &str| value.get(name);
    if let Some(Value::Array(parts)) = intrinsic("Fn::GetAtt") {
        return parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".");
    }
    let plain =
        value.as_str().or_else(|| intrinsic("Ref")?.as_str()).or_else(|| intrinsic("Fn::Sub")?.as_str());
    plain.map_or_else(|| value.to_string(), str::to_owned)
}
