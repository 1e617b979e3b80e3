//! Names in AWS that are written out (`name: "…"`): as long as the service takes them, and of its characters.

use crate::diagnostics::{Diagnostic, limits as say};
use crate::emit::app::Emitted;

/// What a name must be.
struct Rule {
    /// CloudFormation's type and the property that holds the name.
    ty: &'static str,
    property: &'static str,
    least: usize,
    most: usize,
    /// Allowed beside letters and digits.
    marks: &'static str,
    lower: bool,
    /// An ending that may hold what the rest may not.
    ending: &'static str,
}

const fn rule(ty: &'static str, property: &'static str, most: usize, marks: &'static str) -> Rule {
    Rule { ty, property, least: 1, most, marks, lower: false, ending: "" }
}

/// From the resource types' schemas and, where they say nothing, the services' API references (`CreateQueue`,
/// `CreateTable`, `CreateTopic`, `CreateSecret`, `CreateFunction`, `PutDashboard`).
const RULES: &[Rule] = &[
    rule("AWS::Lambda::Function", "FunctionName", 64, "-_"),
    rule("AWS::Serverless::Function", "FunctionName", 64, "-_"),
    rule("AWS::Lambda::Alias", "Name", 128, "-_"),
    rule("AWS::StepFunctions::StateMachineAlias", "Name", 80, "-_."),
    Rule { least: 3, ..rule("AWS::DynamoDB::Table", "TableName", 255, "-_.") },
    Rule { least: 3, ..rule("AWS::DynamoDB::GlobalTable", "TableName", 255, "-_.") },
    Rule { least: 3, lower: true, ..rule("AWS::S3::Bucket", "BucketName", 63, "-.") },
    Rule { ending: ".fifo", ..rule("AWS::SQS::Queue", "QueueName", 80, "-_") },
    Rule { ending: ".fifo", ..rule("AWS::SNS::Topic", "TopicName", 256, "-_") },
    rule("AWS::Kinesis::Stream", "Name", 128, "-_."),
    rule("AWS::Events::EventBus", "Name", 256, "/.-_"),
    rule("AWS::Events::Rule", "Name", 64, ".-_"),
    rule("AWS::Events::Connection", "Name", 64, ".-_"),
    rule("AWS::Events::Archive", "ArchiveName", 48, ".-_"),
    rule("AWS::Scheduler::Schedule", "Name", 64, "-_."),
    rule("AWS::Scheduler::ScheduleGroup", "Name", 64, "-_."),
    rule("AWS::Pipes::Pipe", "Name", 64, ".-_"),
    rule("AWS::SecretsManager::Secret", "Name", 512, "/_+=.@-"),
    rule("AWS::KMS::Alias", "AliasName", 256, ":/_-"),
    rule("AWS::CloudWatch::Dashboard", "DashboardName", 255, "-_"),
    rule("AWS::Logs::LogGroup", "LogGroupName", 512, ".-_/#"),
    rule("AWS::IAM::Role", "RoleName", 64, "_+=,.@-"),
    rule("AWS::IAM::ManagedPolicy", "ManagedPolicyName", 128, "_+=,.@-"),
];

/// These take any characters but some.
const LENGTHS: &[(&str, &str, usize)] = &[
    ("AWS::StepFunctions::StateMachine", "StateMachineName", 80),
    ("AWS::StepFunctions::Activity", "Name", 80),
    ("AWS::CloudWatch::Alarm", "AlarmName", 255),
    ("AWS::Cognito::UserPool", "UserPoolName", 128),
];

/// Not in the names of state machines, activities and labels of maps:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const REFUSED: &str = "?*<>{}[]\"#%\\^|~`$&,;:/";

pub(super) fn names(emitted: &Emitted, found: &mut Vec<Diagnostic>) {
    for (id, resource) in &emitted.template.resources {
        let name = |property: &str| resource.properties.get(property).and_then(|it| it.as_str());
        let mut wrong = RULES
            .iter()
            .filter(|rule| rule.ty == resource.ty)
            .filter_map(|rule| name(rule.property).and_then(|name| Some((name, why(name, rule)?))))
            .collect::<Vec<_>>();
        for (_, property, most) in LENGTHS.iter().filter(|(ty, ..)| *ty == resource.ty) {
            if let Some(name) = name(property) {
                let refused = resource.ty.starts_with("AWS::StepFunctions");
                wrong.extend(length_or_mark(name, *most, refused).map(|why| (name, why)));
            }
        }
        for (name, why) in wrong {
            let (owner, place) = emitted.owner(id);
            found.push(say::refused_name(place, owner, name, &resource.ty, &why));
        }
    }
}

/// A label becomes part of the names of a Map Run: at most 40 characters,
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>.
pub(super) fn of_label(label: &str) -> Option<String> {
    length_or_mark(label, 40, true)
}

fn why(name: &str, rule: &Rule) -> Option<String> {
    let length = name.chars().count();
    if length < rule.least || length > rule.most {
        return Some(format!("it has {length} characters, and must have {} to {}", rule.least, rule.most));
    }
    let body = name.strip_suffix(rule.ending).unwrap_or(name);
    let fits = |c: &char| {
        let letter = if rule.lower { c.is_ascii_lowercase() } else { c.is_ascii_alphabetic() };
        letter || c.is_ascii_digit() || rule.marks.contains(*c)
    };
    let bad = body.chars().find(|c| !fits(c))?;
    let letters = if rule.lower { "lower-case letters" } else { "letters" };
    let marks: Vec<String> = rule.marks.chars().map(|mark| format!("`{mark}`")).collect();
    Some(format!("`{bad}` is not one of {letters}, digits, {}", marks.join(", ")))
}

fn length_or_mark(name: &str, most: usize, refused: bool) -> Option<String> {
    let length = name.chars().count();
    if length == 0 || length > most {
        return Some(format!("it has {length} characters, and must have 1 to {most}"));
    }
    let bad = name.chars().find(|c| c.is_control() || c.is_whitespace() || REFUSED.contains(*c));
    bad.filter(|_| refused).map(|bad| format!("`{bad}` can't stand in it"))
}
