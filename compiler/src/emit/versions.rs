//! Versions of functions. CloudFormation publishes a version once: only another description makes another one.

use serde_json::{Value as Json, json};

use super::sam::folder;
use super::template::{Resource, Template};

pub(super) const VERSION: &str = "AWS::Lambda::Version";
pub(super) const ALIAS: &str = "AWS::Lambda::Alias";

/// Describes each version by what its function is, and by where its code comes from.
pub(super) fn fingerprint(template: &mut Template) {
    let described: Vec<(String, Json)> = template
        .resources
        .iter()
        .filter(|(_, it)| it.ty == VERSION)
        .filter_map(|(id, it)| Some((id.clone(), template.resources.get(function_of(it)?)?)))
        .map(|(id, function)| {
            let print = super::api::fingerprint(&json!(function.properties));
            let code = folder(function).map(|_| format!(" from ${{{}}}", super::cloudformation::CODE_PREFIX));
            let text = match code {
                Some(code) => json!({ "Fn::Sub": format!("{print}{code}") }),
                None => print.into(),
            };
            (id, text)
        })
        .collect();
    for (id, text) in described {
        if let Some(version) = template.resources.get_mut(&id) {
            version.properties.insert("Description".into(), text);
            // Calls that are under way still run the version before.
            version.retain = true;
        }
    }
}

/// The function that a version or an alias is of.
pub(super) fn function_of(resource: &Resource) -> Option<&str> {
    resource.properties.get("FunctionName")?.get("Ref")?.as_str()
}
