//! What is known of service integrations; `data/make_integrations.py` says from where.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::Pattern;

/// What the validator knows.
pub(super) struct Integrations {
    /// By `service:api`.
    optimized: HashMap<String, Optimized>,
    sdk_services: Vec<String>,
    sdk_unsupported: HashMap<String, Vec<String>>,
}

/// An optimized integration.
pub(super) struct Optimized {
    patterns: Vec<String>,
    /// Every argument it takes.
    pub(super) arguments: Vec<String>,
    /// Those that must be there.
    pub(super) required: Vec<String>,
}

impl Optimized {
    pub(super) fn has(&self, pattern: Pattern) -> bool {
        self.patterns.iter().any(|it| it == pattern.suffix())
    }
}

static INTEGRATIONS: LazyLock<Integrations> = LazyLock::new(load);

fn load() -> Integrations {
    let text = include_str!("../../data/integrations.json");
    let data: Value = serde_json::from_str(text).unwrap_or_default();
    let optimized = data.get("optimized").and_then(Value::as_object);
    let optimized = optimized.into_iter().flatten().map(|(name, it)| {
        let optimized = Optimized {
            patterns: strings(it.get("patterns")),
            arguments: strings(it.get("arguments")),
            required: strings(it.get("required")),
        };
        (name.clone(), optimized)
    });
    let unsupported = data.get("sdk_unsupported").and_then(Value::as_object);
    let unsupported = unsupported.into_iter().flatten();
    Integrations {
        optimized: optimized.collect(),
        sdk_services: strings(data.get("sdk_services")),
        sdk_unsupported: unsupported.map(|(name, it)| (name.clone(), strings(Some(it)))).collect(),
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let array = value.and_then(Value::as_array).into_iter().flatten();
    array.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The optimized integration of a service and API.
pub(super) fn optimized(service: &str, api: &str) -> Option<&'static Optimized> {
    INTEGRATIONS.optimized.get(&format!("{service}:{api}"))
}

/// The APIs of an optimized service; empty if there is no such service.
pub(super) fn apis(service: &str) -> Vec<&'static str> {
    let names = INTEGRATIONS.optimized.keys();
    let apis = names.filter_map(|it| {
        let (known, api) = it.split_once(':')?;
        (known == service).then_some(api)
    });
    apis.collect()
}

/// The optimized services.
pub(super) fn services() -> impl Iterator<Item = &'static str> {
    let names = INTEGRATIONS.optimized.keys();
    names.filter_map(|it| Some(it.split_once(':')?.0))
}

/// The services behind `aws-sdk:`.
pub(super) fn sdk_services() -> impl Iterator<Item = &'static str> {
    INTEGRATIONS.sdk_services.iter().map(String::as_str)
}

/// Whether AWS lists the operation as one that `aws-sdk:` does not offer.
pub(super) fn is_unsupported(service: &str, api: &str) -> bool {
    let listed = INTEGRATIONS.sdk_unsupported.get(service);
    listed.is_some_and(|it| it.iter().any(|it| it == api))
}
