//! The services by name, from `services.txt`: `name|ErrorPrefix|iam-prefix|flags|uid|action action …`, sorted by name.

use std::sync::OnceLock;

use crate::action::Flavor;
use crate::{close, optimized};

static SERVICES: &str = include_str!("../../stdlib/models/services.txt");

/// One AWS service, under the name that it has in a task's `Resource`.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    name: &'static str,
    sdk: Option<Sdk>,
    optimized: Option<&'static optimized::Service>,
}

/// A line of the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sdk {
    pub(crate) name: &'static str,
    pub(crate) prefix: &'static str,
    pub(crate) iam_prefix: &'static str,
    listed: bool,
    /// The API's name in links to its documentation.
    pub(crate) uid: &'static str,
    actions: &'static str,
}

/// The service of that name: of the SDK integrations (`sfn`, `cloudwatchlogs`), of the optimized ones (`states`, `http`) or
/// of both (`lambda`). A name that holds a dash (`emr-containers`) may be written without.
pub fn service(name: &str) -> Option<Service> {
    let sdk = sdk(name);
    let optimized = optimized::service(name);
    let name = sdk.map(|it| it.name).or(optimized.map(|it| it.name))?;
    Some(Service { name, sdk, optimized })
}

/// All services, sorted by name.
pub fn services() -> impl Iterator<Item = Service> {
    let optimized_only = optimized::services().iter().filter(|it| sdk(&it.name.replace('-', "")).is_none());
    let mut names: Vec<&str> = names().chain(optimized_only.map(|it| it.name)).collect();
    names.sort_unstable();
    names.into_iter().filter_map(service)
}

/// The names of services that `name` may stand for: misspelt, or the prefix that IAM has for them (`logs`).
pub fn close_services(name: &str) -> Vec<&'static str> {
    let by_iam = SERVICES.lines().filter_map(Sdk::read).filter(|it| it.iam_prefix == name).map(|it| it.name);
    let mut found: Vec<&str> = by_iam.take(3).collect();
    let optimized = optimized::services().iter().map(|it| it.name);
    for candidate in close::close(name, names().chain(optimized)) {
        if !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

impl Service {
    /// The name in a `Resource`: `dynamodb`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name that optimized integrations have for it, where there are any: `emr-containers`.
    pub fn optimized_name(&self) -> Option<&'static str> {
        self.optimized.map(|it| it.name)
    }

    /// Whether the service has actions of that kind.
    pub fn has(&self, flavor: Flavor) -> bool {
        match flavor {
            Flavor::Optimized => self.optimized.is_some(),
            Flavor::Sdk => self.sdk.is_some(),
        }
    }

    /// What stands before the dot of the service's errors: `DynamoDb` for the SDK integration, `DynamoDB` for the
    /// optimized one. `None`: there is none, or it isn't known.
    pub fn error_prefix(&self, flavor: Flavor) -> Option<&'static str> {
        match flavor {
            Flavor::Optimized => self.optimized.and_then(|it| it.prefix),
            Flavor::Sdk => self.sdk.map(|it| it.prefix),
        }
    }

    /// The service's name in IAM: `states` for `sfn`.
    pub fn iam_prefix(&self) -> Option<&'static str> {
        self.sdk.map(|it| it.iam_prefix)
    }

    /// Whether AWS's list of SDK integrations names the service. The list is older than the models: warn, don't refuse.
    pub fn listed(&self) -> bool {
        self.optimized.is_some() || self.sdk.is_some_and(|it| it.listed)
    }

    /// The names of the service's actions of that kind, sorted.
    pub fn actions(&self, flavor: Flavor) -> Vec<&'static str> {
        match flavor {
            Flavor::Optimized => {
                self.optimized.map_or(vec![], |it| it.actions.iter().map(|a| a.name).collect())
            }
            Flavor::Sdk => self.sdk.map_or(vec![], |it| it.actions.split(' ').collect()),
        }
    }

    pub(crate) fn sdk(&self) -> Option<Sdk> {
        self.sdk
    }

    pub(crate) fn optimized(&self) -> Option<&'static optimized::Service> {
        self.optimized
    }
}

impl Sdk {
    fn read(line: &'static str) -> Option<Sdk> {
        let mut fields = line.split('|');
        let (name, prefix, iam_prefix) = (fields.next()?, fields.next()?, fields.next()?);
        let listed = fields.next()?.contains('l');
        Some(Sdk { name, prefix, iam_prefix, listed, uid: fields.next()?, actions: fields.next()? })
    }

    /// The action's name as the index has it.
    pub(crate) fn action(&self, name: &str) -> Option<&'static str> {
        self.actions.split(' ').find(|it| *it == name)
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    SERVICES.lines().filter_map(|line| line.split('|').next())
}

/// All services of the SDK integrations.
pub(crate) fn all_sdk() -> impl Iterator<Item = Sdk> {
    SERVICES.lines().filter_map(Sdk::read)
}

/// Finds a line by its name. Where the lines begin is looked up once: they are sorted, and long.
pub(crate) fn sdk(name: &str) -> Option<Sdk> {
    static LINES: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    let lines =
        LINES.get_or_init(|| SERVICES.lines().filter_map(|it| Some((it.split('|').next()?, it))).collect());
    let at = lines.binary_search_by(|(it, _)| (*it).cmp(name)).ok()?;
    Sdk::read(lines.get(at)?.1)
}
