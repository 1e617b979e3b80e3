//! A task's `Resource` taken apart.

use crate::action::{Flavor, Pattern};

/// What a distributed Map's `ItemReader` may call.
pub const ITEM_READERS: [&str; 2] = ["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"];

/// What a distributed Map's `ResultWriter` may call.
pub const RESULT_WRITERS: [&str; 1] = ["arn:aws:states:::s3:putObject"];

/// The parts of `arn:aws:states:::[aws-sdk:]service:action[.pattern]`; whether they exist is [`crate::action()`]'s to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integration<'a> {
    pub flavor: Flavor,
    pub service: &'a str,
    pub action: &'a str,
    /// The pattern, or the unknown text after the dot.
    pub pattern: Result<Pattern, &'a str>,
}

/// Takes a service integration's `Resource` apart; `None` for other ARNs (functions, activities) and other text. The partition
/// may be any, also a placeholder (`${AWS::Partition}`).
pub fn resource(arn: &str) -> Option<Integration<'_>> {
    let rest = arn.strip_prefix("arn:")?;
    let (_, rest) = rest.split_once(":states:::")?;
    let (flavor, rest) = match rest.strip_prefix("aws-sdk:") {
        Some(rest) => (Flavor::Sdk, rest),
        None => (Flavor::Optimized, rest),
    };
    let (service, call) = rest.split_once(':')?;
    let (action, end) = call.split_at_checked(call.find('.').unwrap_or(call.len()))?;
    let pattern = Pattern::ALL.into_iter().find(|it| it.suffix() == end).ok_or(end);
    Some(Integration { flavor, service, action, pattern })
}
