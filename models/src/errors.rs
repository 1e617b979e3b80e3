//! Which error names AWS uses.

use crate::action::Flavor;
use crate::close::close;
use crate::index::{Sdk, Service, all_sdk, service};
use crate::{api, optimized};

/// Step Functions' own errors, from the Amazon States Language page on error names and the pages on Map, variables and HTTP
/// tasks; `States.Http.StatusCode.` goes on with the status.
pub const STATES_ERRORS: [&str; 19] = [
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.Http.StatusCode.",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.StateMachineNotFound",
    "States.TaskFailed",
    "States.Timeout",
];

/// Errors that Step Functions and Lambda raise around a function's own; from the page on Lambda's transient errors.
const LAMBDA_ERRORS: [&str; 6] = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.Unknown",
];

/// What is known of an error's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorName {
    /// AWS uses it.
    Known,
    /// Its prefix is AWS's, but no such error is known; `close`: names that are.
    Unknown { close: Vec<String> },
    /// Not of AWS's form: an error of the application (`CardDeclined`, `com.example.Declined`).
    Custom,
}

/// Whether AWS can raise an error of that name: `States.Timeout`, `DynamoDb.ConditionalCheckFailedException`,
/// `ApiGateway.403`.
pub fn error_known(name: &str) -> ErrorName {
    let Some((prefix, rest)) = name.split_once('.') else { return ErrorName::Custom };
    if prefix == "States" {
        let status = name.strip_prefix("States.Http.StatusCode.");
        let known = status.map_or(STATES_ERRORS.contains(&name), is_status);
        return verdict(known, name, || STATES_ERRORS.iter().map(|it| (*it).to_owned()).collect());
    }
    let candidates = of_prefix(prefix);
    if candidates.is_empty() {
        return near_prefix(prefix, rest);
    }
    let http = prefix == "ApiGateway" && is_status(rest);
    let verdict = verdict(http || candidates.iter().any(|it| it == name), name, || candidates.clone());
    // Its optimized integrations may raise what the SDK's don't.
    let open = service(&prefix.to_lowercase())
        .is_some_and(|it| it.has(Flavor::Optimized) && it.error_prefix(Flavor::Optimized).is_none());
    if open && verdict != ErrorName::Known { ErrorName::Custom } else { verdict }
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn verdict(known: bool, name: &str, candidates: impl Fn() -> Vec<String>) -> ErrorName {
    if known {
        return ErrorName::Known;
    }
    let candidates = candidates();
    let close = close(name, candidates.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    ErrorName::Unknown { close }
}

/// All names with that prefix, of SDK integrations and of optimized ones.
fn of_prefix(prefix: &str) -> Vec<String> {
    let sdk = all_sdk().filter(|it| it.prefix == prefix).flat_map(|it| of_sdk(&it));
    let optimized =
        optimized::services().iter().filter(|it| it.prefix == Some(prefix)).flat_map(of_optimized);
    let mut names: Vec<String> = sdk.chain(optimized).collect();
    let written = optimized::services().iter().flat_map(|it| &it.actions).flat_map(|it| &it.errors);
    let others = written.copied().chain(LAMBDA_ERRORS);
    names.extend(
        others.filter(|it| it.split_once('.').is_some_and(|(it, _)| it == prefix)).map(str::to_owned),
    );
    names.sort_unstable();
    names.dedup();
    names
}

fn of_sdk(sdk: &Sdk) -> Vec<String> {
    let prefix = sdk.prefix;
    let modelled = api::model(sdk.name).into_iter().flat_map(|it| it.errors().map(|it| it.name));
    let general = [format!("{prefix}.{prefix}Exception"), format!("{prefix}.SdkClientException")];
    modelled.map(|it| format!("{prefix}.{it}")).chain(general).collect()
}

fn of_optimized(service: &optimized::Service) -> Vec<String> {
    let modelled = service.api.and_then(api::model).into_iter().flat_map(|it| it.errors().map(|it| it.name));
    let all = modelled.chain(service.general).chain(["SdkClientException"]);
    service.prefix.map_or(vec![], |prefix| all.map(|it| format!("{prefix}.{it}")).collect())
}

/// A prefix that is AWS's but for its case or a letter (`Dynamodb.X`): the names that it may stand for.
fn near_prefix(prefix: &str, rest: &str) -> ErrorName {
    let services: Vec<Service> = service(&prefix.to_lowercase()).into_iter().collect();
    let prefixes = services.iter().flat_map(|it| {
        [Flavor::Sdk, Flavor::Optimized].into_iter().filter_map(|flavor| it.error_prefix(flavor))
    });
    let close: Vec<String> =
        prefixes.map(|it| format!("{it}.{rest}")).filter(|it| error_is_listed(it)).collect();
    match (close.is_empty(), prefix) {
        (true, "State") => ErrorName::Unknown { close: vec![format!("States.{rest}")] },
        (true, _) => ErrorName::Custom,
        (false, _) => ErrorName::Unknown { close },
    }
}

fn error_is_listed(name: &str) -> bool {
    name.split_once('.').is_some_and(|(prefix, _)| of_prefix(prefix).iter().any(|it| it == name))
}
