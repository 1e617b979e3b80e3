//! What a Task's `Resource` names (Developer Guide, "Integrating services with Step Functions").

/// A `Resource`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `arn:aws:states:::sqs:sendMessage…`: an optimized integration.
    Optimized(Integration),
    /// `arn:aws:states:::aws-sdk:dynamodb:query…`: any AWS API.
    AwsSdk(Integration),
    /// The ARN of a Lambda function, version or alias.
    Lambda(String),
    /// The ARN of an activity.
    Activity(String),
    /// Anything else.
    Other(String),
}

/// Service, API and how the task waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// `sqs`, `dynamodb`, `elasticmapreduce`: as in the ARN.
    pub service: String,
    /// `sendMessage`, `query`: as in the ARN, without the pattern.
    pub api: String,
    /// The suffix of the API.
    pub pattern: Pattern,
}

/// How a task waits (Developer Guide, "Discover service integration patterns").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// For the response.
    RequestResponse,
    /// `.sync`: for the job.
    Sync,
    /// `.sync:2`: for the job, whose output is JSON.
    Sync2,
    /// `.waitForTaskToken`: for `SendTaskSuccess` or `SendTaskFailure`.
    WaitForTaskToken,
}

impl Pattern {
    /// As it is written at the end of the API.
    pub fn suffix(self) -> &'static str {
        match self {
            Pattern::RequestResponse => "",
            Pattern::Sync => ".sync",
            Pattern::Sync2 => ".sync:2",
            Pattern::WaitForTaskToken => ".waitForTaskToken",
        }
    }
}

impl Resource {
    /// Takes a `Resource` apart; never fails.
    pub fn parse(text: &str) -> Resource {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        match parts.as_slice() {
            ["arn", _, "states", _, _, rest] if rest.starts_with("activity:") => {
                Resource::Activity(text.to_owned())
            }
            ["arn", _, "states", _, _, rest] => match rest.strip_prefix("aws-sdk:") {
                Some(rest) => integration(rest).map_or_else(other(text), Resource::AwsSdk),
                None => integration(rest).map_or_else(other(text), Resource::Optimized),
            },
            ["arn", _, "lambda", _, _, rest] if rest.starts_with("function:") => {
                Resource::Lambda(text.to_owned())
            }
            _ => Resource::Other(text.to_owned()),
        }
    }
}

fn other(text: &str) -> impl FnOnce() -> Resource + '_ {
    || Resource::Other(text.to_owned())
}

fn integration(text: &str) -> Option<Integration> {
    let (service, api) = text.split_once(':')?;
    let (api, pattern) = split_pattern(api);
    Some(Integration { service: service.to_owned(), api: api.to_owned(), pattern })
}

fn split_pattern(api: &str) -> (&str, Pattern) {
    let patterns = [Pattern::Sync2, Pattern::Sync, Pattern::WaitForTaskToken];
    let found = { patterns.iter() }.find_map(|it| api.strip_suffix(it.suffix()).map(|api| (api, *it)));
    found.unwrap_or((api, Pattern::RequestResponse))
}
