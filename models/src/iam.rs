//! The permissions that a call needs. Where an action's line in the model has `[Argument?][~][service:Action]@form,form;…`, the
//! forms are positions in the model's list of ARNs (`tools/models/iam.py` writes both).

use crate::action::Pattern;
use crate::api::{self, Line};
use crate::index::Service;
use crate::optimized;

/// One statement of a policy, its resources not yet bound to a call's arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `dynamodb:GetItem`
    pub actions: Vec<String>,
    /// Empty: the action can't be limited to resources, `*`.
    pub resources: Vec<Resource>,
    /// Needed only where the call gives this argument (`VersionId`, `TransactItems[].Put`).
    pub when: Option<&'static str>,
    pub conditions: Vec<Condition>,
    /// False: IAM's lists don't know the action; its name is the API's.
    pub verified: bool,
}

/// A condition of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`
    pub operator: &'static str,
    /// `iam:PassedToService`
    pub key: &'static str,
    /// The value, or `{Argument}`: that argument's.
    pub value: &'static str,
}

/// An ARN with places for the call's arguments: `arn:${Partition}:dynamodb:${Region}:${Account}:table/{TableName}`.
///
/// A place holds a path into the arguments: `TableName`, `Entries[].EventBusName` (each item's), `RequestItems[keys]` (each
/// key), `StateMachineArn|name` (the last part of the ARN that it is), `ApiEndpoint|label` (the text before the first dot).
/// `${Partition}`, `${Region}` and `${Account}` are left for the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    pub template: &'static str,
    /// The argument that may hold the whole ARN (`TopicArn`, or `FunctionName` where it begins with `arn:`): it then is
    /// the resource, and the template stands for the case that it isn't known.
    pub whole: Option<&'static str>,
    /// Only some calls touch this resource (an index of a table): leave it out where none of its arguments is given.
    pub optional: bool,
}

impl Condition {
    /// `OPERATOR/KEY=VALUE`
    fn read(text: &'static str) -> Option<Condition> {
        let (operator, rest) = text.strip_prefix("String").and(text.split_once('/'))?;
        let (key, value) = rest.split_once('=')?;
        Some(Condition { operator, key, value })
    }
}

impl Resource {
    /// `[?][Argument=]template`
    fn read(form: &'static str) -> Resource {
        let (optional, form) = form.strip_prefix('?').map_or((false, form), |form| (true, form));
        let (whole, template) = match form.split_once('=') {
            Some((whole, template)) if !whole.contains([':', '{']) => (Some(whole), template),
            _ => (None, form),
        };
        Resource { template, whole, optional }
    }

    /// The arguments in the template's places, in order.
    pub fn arguments(&self) -> Vec<&'static str> {
        places(self.template).filter_map(|(_, place)| place).map(|place| split(place).0).collect()
    }

    /// The ARN with each place filled with what `value` gives for its argument, `*` where it gives nothing.
    ///
    /// The values are taken as the API takes them, and brought into the ARN's form: a value that is an ARN itself is the
    /// resource, or gives its last step to an ARN of something in it; so does a queue's URL; a parameter's name loses its
    /// leading slash.
    pub fn arn(&self, value: impl Fn(&str) -> Option<String>) -> String {
        let pieces: Vec<_> = places(self.template).collect();
        let last = pieces.iter().rposition(|(_, place)| place.is_some());
        let whole = self.whole.filter(|it| !self.arguments().contains(it)).and_then(&value);
        if let Some(whole) = whole.filter(|it| it.starts_with("arn:")) {
            return whole;
        }
        let mut arn = String::new();
        for (at, (text, place)) in pieces.into_iter().enumerate() {
            // What stands behind a whole ARN and a slash is a part of it.
            let behind = last.is_some_and(|last| at > last) && is_whole(&arn);
            if !(behind && (text.starts_with('/') || text == "-??????" && is_secret_arn(&arn))) {
                arn.push_str(text);
            }
            let Some((path, part)) = place.map(split) else { continue };
            match (value(path), part) {
                (None, _) => arn.push('*'),
                (Some(value), Some("label")) => arn.push_str(value.split('.').next().unwrap_or_default()),
                (Some(value), None) if value.starts_with("arn:") && last == Some(at) => arn = value,
                (Some(value), _) => arn.push_str(step(&value, arn.ends_with('/'))),
            }
        }
        arn
    }
}

/// Whether a secret's ARN ends in the hyphen and the six random letters that Secrets Manager adds to its name.
pub fn is_secret_arn(arn: &str) -> bool {
    let Some((_, end)) = arn.rsplit_once('-') else { return false };
    arn.starts_with("arn:") && end.len() == 6 && end.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether the text is an ARN that came as a value: a template's own has placeholders.
fn is_whole(arn: &str) -> bool {
    !arn.starts_with("arn:${")
}

/// What an ARN's place holds of a value.
fn step(value: &str, after_slash: bool) -> &str {
    if value.starts_with("arn:") || value.starts_with("https://") {
        return value.rsplit([':', '/']).next().unwrap_or_default();
    }
    if after_slash { value.trim_start_matches('/') } else { value }
}

/// `StateMachineArn|name` → the path and the part of its value.
fn split(place: &'static str) -> (&'static str, Option<&'static str>) {
    place.split_once('|').map_or((place, None), |(path, part)| (path, Some(part)))
}

/// The template in pieces: text, and the place behind it; `${Region}` counts as text.
fn places(template: &'static str) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let open =
            rest.match_indices('{').find(|(at, _)| !rest.get(..*at).is_some_and(|it| it.ends_with('$')));
        let piece = open.and_then(|(at, _)| {
            let (text, from) = rest.split_at_checked(at)?;
            let (place, after) = from.strip_prefix('{')?.split_once('}')?;
            rest = after;
            Some((text, Some(place)))
        });
        Some(piece.unwrap_or_else(|| (std::mem::take(&mut rest), None)))
    })
}

/// The statements of an action of an API model.
pub(crate) fn of_api(service: Service, line: Option<Line>) -> Vec<Statement> {
    let Some((sdk, line)) = service.sdk().zip(line) else { return vec![] };
    statements(sdk.name, sdk.iam_prefix, line)
}

fn statements(service: &str, prefix: &str, line: Line) -> Vec<Statement> {
    let Some(model) = api::model(service) else { return vec![] };
    let mut found: Vec<Statement> = vec![];
    for entry in line.iam.split(';').filter(|entry| !entry.is_empty()) {
        let Some((head, forms)) = entry.split_once('@') else { continue };
        let (when, head) = head.split_once('?').map_or((None, head), |(when, head)| (Some(when), head));
        let (verified, name) = head.strip_prefix('~').map_or((true, head), |name| (false, name));
        let action = if name.is_empty() { same_name(prefix, line.name) } else { name.to_owned() };
        let resources: Vec<Resource> =
            forms.split(',').filter_map(|position| model.arn(position)).map(Resource::read).collect();
        add(&mut found, Statement { actions: vec![action], resources, when, conditions: vec![], verified });
    }
    found
}

/// Two entries for the same action under the same condition are one statement with the resources of both.
fn add(statements: &mut Vec<Statement>, new: Statement) {
    let same = |it: &&mut Statement| it.actions == new.actions && it.when == new.when;
    match statements.iter_mut().find(same) {
        Some(known) => known.resources.extend(new.resources),
        None => statements.push(new),
    }
}

/// `dynamodb`, `getItem` → `dynamodb:GetItem`
fn same_name(prefix: &str, action: &str) -> String {
    let mut letters = action.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    format!("{prefix}:{}{}", first.map(String::from).unwrap_or_default(), letters.as_str())
}

/// The statements of an optimized integration: its own or the API action's, and what waiting for the job needs.
pub(crate) fn of_optimized(
    service: Service,
    action: &'static optimized::Action,
    line: Option<Line>,
    pattern: Pattern,
) -> Vec<Statement> {
    let mut found = match &action.iam {
        Some(written) => written.iter().map(|it| self::written(it)).collect(),
        None => {
            let api = service.optimized().and_then(|it| it.api).and_then(crate::index::sdk);
            api.zip(line).map_or(vec![], |(api, line)| statements(api.name, api.iam_prefix, line))
        }
    };
    found.extend(action.also.iter().map(|it| self::written(it)));
    match pattern {
        Pattern::Sync | Pattern::Sync2 => {
            found.extend(action.sync.iter().map(|it| self::written(it)));
            found.extend(action.rule.map(managed_rule));
        }
        Pattern::Request | Pattern::Token => {}
    }
    found
}

/// `[Argument?]ACTION[,ACTION] [OPERATOR/KEY=VALUE…] FORM…`; the form `*`: all resources.
fn written(text: &'static str) -> Statement {
    let mut words = text.split_whitespace();
    let head = words.next().unwrap_or_default();
    let (when, head) = head.split_once('?').map_or((None, head), |(when, head)| (Some(when), head));
    let actions = head.split(',').map(str::to_owned).collect();
    let mut statement = Statement { actions, resources: vec![], when, conditions: vec![], verified: true };
    for word in words.filter(|word| *word != "*") {
        match Condition::read(word) {
            Some(condition) => statement.conditions.push(condition),
            None => statement.resources.push(Resource::read(word)),
        }
    }
    statement
}

/// Step Functions keeps one EventBridge rule a kind of job, to hear of its end.
fn managed_rule(template: &'static str) -> Statement {
    let actions = ["events:PutTargets", "events:PutRule", "events:DescribeRule"].map(str::to_owned).to_vec();
    let resources = vec![Resource { template, whole: None, optional: false }];
    Statement { actions, resources, when: None, conditions: vec![], verified: true }
}
