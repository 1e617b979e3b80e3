//! The template as a whole: how much of everything, and what roles and functions may hold.

use serde_json::Value;

use crate::diagnostics::{Diagnostic, limits as say};
use crate::emit::app::Emitted;
use crate::emit::template::Resource;

/// CloudFormation's quotas: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
/// A template of more than 51,200 bytes has to come from S3, as `sam deploy` does it.
const RESOURCES: usize = 500;
const PARAMETERS: usize = 200;
const OUTPUTS: usize = 200;
const BYTES: usize = 1_048_576;

/// All inline policies of a role, blanks not counted:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const POLICIES: usize = 10_240;

/// All environment variables of a function:
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const ENVIRONMENT: usize = 4_096;

pub(super) fn template(emitted: &Emitted, found: &mut Vec<Diagnostic>) {
    let template = &emitted.template;
    let counts = [
        ("resources", template.resources.len(), RESOURCES),
        ("parameters", template.parameters.len(), PARAMETERS),
        ("outputs", template.outputs.len(), OUTPUTS),
    ];
    for (what, count, most) in counts {
        if count > most {
            found.push(say::too_many(emitted.place, what, count, most));
        }
    }
    // As short as it can be written.
    let size = template.json().to_string().len();
    if size > BYTES {
        found.push(say::template_too_large(emitted.place, size, BYTES));
    }
    for (id, resource) in &template.resources {
        let (size, most, what) = match resource.ty.as_str() {
            "AWS::IAM::Role" => (policies(resource), POLICIES, "the policies of a role"),
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                (environment(resource), ENVIRONMENT, "a function's environment")
            }
            _ => continue,
        };
        if size > most {
            let (name, place) = emitted.owner(id);
            found.push(say::does_not_fit(place, name, what, size, most));
        }
    }
}

/// Characters of the inline policies. What CloudFormation fills in counts as nothing.
fn policies(resource: &Resource) -> usize {
    let policies = resource.properties.get("Policies").and_then(Value::as_array);
    policies.into_iter().flatten().filter_map(|policy| policy.get("PolicyDocument")).map(characters).sum()
}

/// Characters of a value as JSON, the intrinsic functions left out.
fn characters(value: &Value) -> usize {
    match value {
        Value::Object(fields) if fields.keys().any(|name| name.starts_with("Fn::") || name == "Ref") => 0,
        Value::Object(fields) => {
            2 + fields.iter().map(|(name, it)| name.len() + 4 + characters(it)).sum::<usize>()
        }
        Value::Array(items) => 2 + items.iter().map(|it| 1 + characters(it)).sum::<usize>(),
        Value::String(text) => 2 + text.chars().filter(|c| !c.is_whitespace()).count(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 4,
    }
}

fn environment(resource: &Resource) -> usize {
    let variables = resource.properties.get("Environment").and_then(|it| it.get("Variables"));
    let pairs = variables.and_then(Value::as_object).into_iter().flatten();
    pairs.map(|(name, value)| name.len() + value.as_str().map_or(0, str::len)).sum()
}
