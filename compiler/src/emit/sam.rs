//! SAM: functions with code in a folder become `AWS::Serverless::Function`, which `sam` packages by itself. All else
//! stays plain CloudFormation: SAM's state machine would lose the definition's order, and lacks some properties.

use serde_json::{Map, Value as Json, json};

use super::template::{Resource, Template};
use super::versions;

/// Makes the template one of SAM's.
pub fn finish(template: &mut Template) {
    publish(template);
    let mut serverless = false;
    for resource in template.resources.values_mut() {
        if folder(resource).is_some() {
            serverless = true;
            function(resource);
        }
    }
    if serverless {
        template.transform = Some("AWS::Serverless-2016-10-31");
    }
}

/// SAM publishes the versions of what it packages: it alone knows when the code is another.
fn publish(template: &mut Template) {
    let packaged = |it: &Resource| {
        let function = versions::function_of(it)?;
        template.resources.get(function).and_then(folder).map(|_| function.to_owned())
    };
    let published: Vec<(String, String)> = template
        .resources
        .iter()
        .filter(|(_, it)| it.ty == versions::VERSION || it.ty == versions::ALIAS)
        .filter_map(|(id, it)| Some((id.clone(), packaged(it)?)))
        .collect();
    for (id, function) in published {
        let Some(taken) = template.resources.shift_remove(&id) else { continue };
        let Some(function) = template.resources.get_mut(&function).filter(|_| taken.ty == versions::ALIAS)
        else {
            continue;
        };
        for (from, to) in
            [("Name", "AutoPublishAlias"), ("ProvisionedConcurrencyConfig", "ProvisionedConcurrencyConfig")]
        {
            if let Some(value) = taken.properties.get(from) {
                function.properties.insert(to.to_owned(), value.clone());
            }
        }
    }
}

/// The folder of a function's code.
pub(super) fn folder(resource: &Resource) -> Option<String> {
    if resource.ty != "AWS::Lambda::Function" {
        return None;
    }
    resource.properties.get("Code")?.get("Folder")?.as_str().map(str::to_owned)
}

fn function(resource: &mut Resource) {
    let mut properties = Map::new();
    for (name, value) in std::mem::take(&mut resource.properties) {
        let (name, value) = match name.as_str() {
            "Code" => ("CodeUri".to_owned(), value.get("Folder").cloned().unwrap_or(value)),
            "TracingConfig" => ("Tracing".to_owned(), value.get("Mode").cloned().unwrap_or(value)),
            "DeadLetterConfig" => ("DeadLetterQueue".to_owned(), dead_letter(&value)),
            "Tags" => (name, tag_map(&value)),
            _ => (name, value),
        };
        properties.insert(name, value);
    }
    resource.ty = "AWS::Serverless::Function".to_owned();
    resource.properties = properties;
}

fn dead_letter(config: &Json) -> Json {
    let target = config.get("TargetArn").cloned().unwrap_or(Json::Null);
    let topic = target.get("Ref").is_some() || target.as_str().is_some_and(|it| it.contains(":sns:"));
    json!({ "Type": if topic { "SNS" } else { "SQS" }, "TargetArn": target })
}

/// `[{ Key, Value }]` → `{ key: value }`
fn tag_map(tags: &Json) -> Json {
    let pair = |tag: &Json| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.clone()));
    Json::Object(tags.as_array().into_iter().flatten().filter_map(pair).collect())
}
