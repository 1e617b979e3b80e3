//! The optimized integrations, from `optimized.txt`, which says itself how it is written.

use std::sync::OnceLock;

use crate::action::Pattern;
use crate::shape::{Member, Record, ShapeRef, Spelling, written_member};
use crate::{api, index};

static TEXT: &str = include_str!("../../stdlib/models/optimized.txt");

/// A service with optimized integrations.
#[derive(Debug, Default)]
pub(crate) struct Service {
    /// As in `Resource`: `emr-containers`.
    pub(crate) name: &'static str,
    /// Before the dot of its errors, where it is known.
    pub(crate) prefix: Option<&'static str>,
    /// The SDK service with the same API, if there is one.
    pub(crate) api: Option<&'static str>,
    /// The class of errors that are not modelled.
    pub(crate) general: Option<&'static str>,
    pub(crate) actions: Vec<Action>,
}

/// One optimized integration.
#[derive(Debug, Default)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) patterns: Vec<Pattern>,
    /// The API's action behind it, where it has another name.
    pub(crate) api: Option<&'static str>,
    /// What the arguments are, where they aren't the API's; an expression of shape.rs.
    pub(crate) args: Option<&'static str>,
    pub(crate) result: Option<&'static str>,
    /// The result with `.sync`, and with `.sync:2`.
    pub(crate) sync_result: Option<&'static str>,
    pub(crate) sync2_result: Option<&'static str>,
    /// Whole names, beside those of the API.
    pub(crate) errors: Vec<&'static str>,
    /// `ACTION[,ACTION] FORM…`; `None`: the API action's own.
    pub(crate) iam: Option<Vec<&'static str>>,
    /// Needed beside them.
    pub(crate) also: Vec<&'static str>,
    /// Needed beside them with `.sync`.
    pub(crate) sync: Vec<&'static str>,
    /// The EventBridge rule that tells Step Functions of a job's end.
    pub(crate) rule: Option<&'static str>,
}

#[derive(Debug, Default)]
struct Catalogue {
    services: Vec<Service>,
    /// Records by name, each as its specification.
    records: Vec<(&'static str, &'static str)>,
}

/// The services with optimized integrations.
pub(crate) fn services() -> &'static [Service] {
    &catalogue().services
}

/// The service of that name, with or without dashes.
pub(crate) fn service(name: &str) -> Option<&'static Service> {
    services()
        .iter()
        .find(|it| it.name == name || it.name.bytes().filter(|byte| *byte != b'-').eq(name.bytes()))
}

fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| read(TEXT))
}

fn read(text: &'static str) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let service = catalogue.services.last_mut();
        match word {
            "record" => catalogue.records.extend(rest.split_once(' ')),
            "service" => catalogue.services.push(Service::read(rest)),
            "action" => service.into_iter().for_each(|it| it.actions.push(Action::read(rest))),
            _ => service.and_then(|it| it.actions.last_mut()).into_iter().for_each(|it| it.add(word, rest)),
        }
    }
    catalogue
}

impl Service {
    /// `name key=value …`
    fn read(text: &'static str) -> Service {
        let mut words = text.split(' ');
        let mut service = Service { name: words.next().unwrap_or_default(), ..Service::default() };
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            match key {
                "errors" => service.prefix = Some(value),
                "api" => service.api = Some(value),
                "general" => service.general = Some(value),
                _ => {}
            }
        }
        service
    }

    pub(crate) fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|it| it.name == name)
    }
}

impl Action {
    /// `name[=API action] pattern …`
    fn read(text: &'static str) -> Action {
        let mut words = text.split(' ');
        let name = words.next().unwrap_or_default();
        let (name, api) = name.split_once('=').map_or((name, None), |(name, api)| (name, Some(api)));
        Action { name, api, patterns: words.filter_map(Pattern::named).collect(), ..Action::default() }
    }

    fn add(&mut self, word: &str, rest: &'static str) {
        match word {
            "args" => self.args = Some(rest),
            "result" => self.result = Some(rest),
            "result.sync" => self.sync_result = Some(rest),
            "result.sync2" => self.sync2_result = Some(rest),
            "errors" => self.errors.extend(rest.split(' ')),
            "iam" if rest == "none" => self.iam = Some(vec![]),
            "iam" => self.iam.get_or_insert_default().push(rest),
            "also" => self.also.push(rest),
            "sync" => self.sync.push(rest),
            "rule" => self.rule = Some(rest),
            _ => {}
        }
    }

    /// The API's action behind it.
    pub(crate) fn api_name(&self) -> &'static str {
        self.api.unwrap_or(self.name)
    }
}

/// The record of that name.
pub(crate) fn record(name: &'static str) -> Option<Record> {
    let (name, specification) = catalogue().records.iter().find(|(it, _)| *it == name)?;
    let record = specified(specification)?;
    Some(Record { name, ..record })
}

/// `[@base] name[!]:expression … -name …`: the base's members, some replaced, added or taken away.
pub(crate) fn specified(text: &'static str) -> Option<Record> {
    let mut record = Record { name: "", members: vec![] };
    for word in text.split_whitespace() {
        if word.starts_with('@') {
            record = api_shape(word)?.record()?;
        } else if let Some(gone) = word.strip_prefix('-') {
            record.members.retain(|it| it.name != gone);
        } else {
            put(&mut record.members, written_member(word)?);
        }
    }
    Some(record)
}

fn put(members: &mut Vec<Member>, member: Member) {
    match members.iter_mut().find(|it| it.name == member.name) {
        Some(known) => *known = member,
        None => members.push(member),
    }
}

/// `@service.Shape`, `@service:action>in` or `@service:action>out`, of an API model.
pub(crate) fn api_shape(expression: &'static str) -> Option<ShapeRef> {
    let text = expression.strip_prefix('@')?;
    let (service, path) = text.split_at_checked(text.find(['.', ':'])?)?;
    let service = index::sdk(service)?.name;
    let shape = match path.strip_prefix(':') {
        None => path,
        Some(call) => {
            let (action, side) = call.split_once('>')?;
            let line = api::model(service)?.action(action)?;
            if side == "in" { line.input } else { line.output }
        }
    };
    Some(ShapeRef::api(service, shape, Spelling::Api))
}
