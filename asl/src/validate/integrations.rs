//! What is known of service integrations, by the models of AWS's APIs.

use std::sync::LazyLock;

use models::{Flavor, Record, Service};

use crate::{Integration, Pattern};

/// The optimized integration, if there is one of that name.
pub(super) fn optimized(it: &Integration) -> Option<models::Action> {
    optimized_service(&it.service)?;
    models::find(&it.service, &it.api, Flavor::Optimized)
}

/// Whether the integration may wait that way.
pub(super) fn has(action: &models::Action, pattern: Pattern) -> bool {
    action.patterns().iter().any(|it| it.suffix() == pattern.suffix())
}

/// The arguments that an integration takes.
pub(super) fn arguments(action: &models::Action) -> Option<Record> {
    action.arguments()?.record()
}

/// The APIs of an optimized service; empty if there is no such service.
pub(super) fn apis(service: &str) -> Vec<&'static str> {
    optimized_service(service).map(|it| it.actions(Flavor::Optimized)).unwrap_or_default()
}

/// By its very name: `emr-containers` is not `emrcontainers` here.
fn optimized_service(name: &str) -> Option<Service> {
    models::service(name).filter(|it| it.optimized_name() == Some(name))
}

/// The optimized services.
pub(super) fn services() -> impl Iterator<Item = &'static str> {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| models::services().filter_map(|it| it.optimized_name()).collect());
    NAMES.iter().copied()
}

/// Whether AWS lists the service behind `aws-sdk:`.
pub(super) fn is_sdk_service(name: &str) -> bool {
    models::service(name).is_some_and(|it| it.name() == name && it.has(Flavor::Sdk) && it.listed())
}

/// The services behind `aws-sdk:`.
pub(super) fn sdk_services() -> impl Iterator<Item = &'static str> {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
        models::services().filter(|it| it.has(Flavor::Sdk) && it.listed()).map(|it| it.name()).collect()
    });
    NAMES.iter().copied()
}

/// Whether the API has the operation and `aws-sdk:` does not offer it.
pub(super) fn is_unsupported(service: &str, api: &str) -> bool {
    models::find(service, api, Flavor::Sdk).is_some_and(|it| it.refused().is_some())
}
