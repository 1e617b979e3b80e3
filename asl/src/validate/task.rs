//! `Resource` and `Credentials` of a task (Developer Guide, "Task workflow state",
//! "Integrating services", "Accessing resources in other AWS accounts").

use super::walk::StateView;
use super::{integrations, schema_error};
use crate::diagnostic::Diagnostic;
use crate::{Content, Integration, Node, Pattern, Resource, similar};

/// A resource that is no ARN, or an integration that AWS does not know.
pub(super) fn resource(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let Some((node, text)) = resource_of(state) else {
        return;
    };
    let path = state.path.key("Resource");
    if !text.starts_with("arn:") {
        if !state.options().is_open(text) {
            found.push(schema_error("Value is not a valid resource ARN", &path, node));
        }
        return;
    }
    let help = match Resource::parse(text) {
        Resource::Lambda(_) if is_lambda(text) || state.options().is_open(text) => return,
        Resource::Lambda(_) => {
            found.push(schema_error("Value is not a valid resource ARN", &path, node));
            return;
        }
        Resource::Optimized(it) => unknown_optimized(&it, state),
        Resource::AwsSdk(it) => unknown_sdk(&it),
        Resource::Activity(_) | Resource::Other(_) => None,
    };
    if let Some(help) = help {
        let message = not_recognized(text);
        found.push(schema_error(message, &path, node).with_help(help));
    }
}

/// AWS's words for an integration it does not have.
pub(super) fn not_recognized(resource: &str) -> String {
    format!(
        "The resource provided {resource} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
    )
}

fn resource_of<'a>(state: &StateView<'a>) -> Option<(&'a Node, &'a str)> {
    if !state.is_type("Task") {
        return None;
    }
    let node = state.node.get("Resource")?;
    Some((node, node.as_str()?))
}

/// `function:name`, `function:name:$LATEST` or `function:name:alias`.
fn is_lambda(text: &str) -> bool {
    let is_name = |it: &str| {
        let mut bytes = it.bytes();
        !it.is_empty() && bytes.all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
    };
    match text.split(':').collect::<Vec<_>>().as_slice() {
        [_, _, _, _, _, _, name] => is_name(name),
        [_, _, _, _, _, _, name, alias] => is_name(name) && (*alias == "$LATEST" || is_name(alias)),
        _ => false,
    }
}

/// Why AWS surely does not know an optimized integration; of services that are missing in our data, and not misspelt,
/// nothing is sure.
fn unknown_optimized(it: &Integration, state: &StateView<'_>) -> Option<String> {
    let is_open = |text: &str| state.options().is_open(text);
    if is_open(&it.service) || is_open(&it.api) {
        return None;
    }
    let apis = integrations::apis(&it.service);
    if apis.is_empty() {
        let close = similar::closest(&it.service, integrations::services())?;
        return Some(format!("did you mean `{close}:{}`?", it.api));
    }
    let Some(known) = integrations::optimized(it) else {
        let close = similar::closest(&it.api, apis.iter().copied());
        return Some(match close {
            Some(api) => format!("did you mean `{}:{api}`?", it.service),
            None => format!(
                "`{}` has no optimized integration `{}`; `aws-sdk:{0}:{1}` may have it",
                it.service, it.api
            ),
        });
    };
    match integrations::has(&known, it.pattern) {
        true => None,
        false => Some(format!("`{}:{}` has no `{}` form", it.service, it.api, it.pattern.suffix())),
    }
}

/// SDK integrations respond or wait for a token; some operations are not offered.
pub(super) fn unknown_sdk(it: &Integration) -> Option<String> {
    match it.pattern {
        Pattern::Sync | Pattern::Sync2 => Some("SDK integrations have no `.sync` form".to_owned()),
        Pattern::RequestResponse | Pattern::WaitForTaskToken
            if integrations::is_unsupported(&it.service, &it.api) =>
        {
            Some(format!("AWS does not offer `{}:{}`", it.service, it.api))
        }
        Pattern::RequestResponse | Pattern::WaitForTaskToken => None,
    }
}

/// `UNKNOWN_INTEGRATION`: a service or form of a name that AWS's pages do not list.
pub(super) fn integration(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let Some((node, text)) = resource_of(state) else {
        return;
    };
    if state.options().is_open(text) && !text.starts_with("arn:") {
        return;
    }
    let path = state.path.key("Resource");
    let warning = |message: String| Diagnostic::flow("UNKNOWN_INTEGRATION", message, &path, node.span);
    match Resource::parse(text) {
        Resource::Optimized(it) => {
            let is_known = !integrations::apis(&it.service).is_empty();
            let is_told = unknown_optimized(&it, state).is_some();
            if !is_known && !is_told && !state.options().is_open(&it.service) {
                let message = format!("no optimized integration with `{}` is known", it.service);
                found.push(warning(message));
            }
        }
        Resource::AwsSdk(it) if !state.options().is_open(&it.service) => {
            if !integrations::is_sdk_service(&it.service) {
                let message = format!("AWS lists no SDK integration with `{}`", it.service);
                let services = integrations::sdk_services();
                found.push(suggest(warning(message), &it.service, services));
            } else if is_capital(&it.api) {
                let message = format!("the action `{}` begins with a small letter", it.api);
                found.push(warning(message));
            }
        }
        Resource::Other(_) if text.starts_with("arn:") && !state.options().is_open(text) => {
            found.push(warning(format!("`{text}` is no function, activity or integration")));
        }
        Resource::AwsSdk(_) | Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => {}
    }
}

/// `Query` for `query`: warned of as such.
pub(super) fn is_capital(api: &str) -> bool {
    api.starts_with(|c: char| c.is_ascii_uppercase())
}

fn suggest<'c>(diagnostic: Diagnostic, name: &str, candidates: impl Iterator<Item = &'c str>) -> Diagnostic {
    match similar::closest(name, candidates) {
        Some(close) => diagnostic.with_help(format!("did you mean `{close}`?")),
        None => diagnostic,
    }
}

/// `Credentials` name a role, and activities take none.
pub(super) fn credentials(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(credentials), Some(resource)) = (state.node.get("Credentials"), state.text("Resource")) else {
        return;
    };
    let path = state.path.key("Credentials");
    match Resource::parse(resource) {
        Resource::Activity(_) => {
            let message = "The field 'Credentials' is not supported for activities";
            found.push(schema_error(message, &path, credentials));
        }
        Resource::Optimized(_) | Resource::AwsSdk(_) | Resource::Lambda(_) => {
            let has_role = ["RoleArn", "RoleArn.$"].iter().any(|it| credentials.get(it).is_some());
            if credentials.members().is_some() && !has_role {
                let message = "The field 'RoleArn' is required but was missing";
                found.push(schema_error(message, &path, credentials));
            }
        }
        Resource::Other(_) => {}
    }
}

/// `MISSING_TASK_TOKEN`: nobody can answer a task whose token is not sent
/// (Developer Guide, "Wait for a Callback with Task Token").
pub(super) fn task_token(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let Some((node, text)) = resource_of(state) else {
        return;
    };
    let pattern = match Resource::parse(text) {
        Resource::Optimized(it) | Resource::AwsSdk(it) => it.pattern,
        Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => return,
    };
    if pattern != Pattern::WaitForTaskToken {
        return;
    }
    let arguments = ["Parameters", "Arguments"].iter().find_map(|it| state.node.get(it));
    if !arguments.is_some_and(may_hold_token) {
        let message = "the task waits for its token, which its arguments do not hold";
        let path = state.path.key("Resource");
        let warning = Diagnostic::flow("MISSING_TASK_TOKEN", message, &path, node.span);
        let token = match state.is_jsonata() {
            true => "{% $states.context.Task.Token %}",
            false => "\"TaskToken.$\": \"$$.Task.Token\"",
        };
        found.push(warning.with_help(format!("pass `{token}`")));
    }
}

/// Whether the arguments hold the token, or something that may.
fn may_hold_token(node: &Node) -> bool {
    match &node.content {
        Content::String(text) => {
            text.contains("Task") || text.contains("${") || is_whole(text) || text.contains("$$[")
        }
        Content::Array(it) => it.iter().any(may_hold_token),
        Content::Object(it) => it.iter().any(|it| may_hold_token(&it.value)),
        Content::Null | Content::Bool(_) | Content::Number(_) => false,
    }
}

/// The whole input, context, or a variable that may have got the token before.
fn is_whole(text: &str) -> bool {
    let inner = text.trim_start_matches("{%").trim_end_matches("%}").trim();
    matches!(inner, "$" | "$$" | "$states" | "$states.context" | "$states.input")
        || inner.to_ascii_lowercase().contains("token")
}
