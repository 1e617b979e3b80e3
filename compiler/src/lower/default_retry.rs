//! The retries that stand behind a call's own: for transient errors of Lambda, and for what says that a service wants to
//! be called less often.

use std::sync::Arc;

use super::Lower;
use super::call::Spec;
use crate::aws::{self, Flavor, Lookup};
use crate::machine::{Retrier, Service};
use crate::typed::{Call, DefaultRetry, ExprKind, ResourceId, Retry, Target};

/// Lambda's transient errors (<https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html>), and its
/// throttling.
const LAMBDA: &[&str] = &[
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
];

/// The one status among those of an HTTP task that asks for a later attempt.
const TOO_MANY_REQUESTS: &str = "States.Http.StatusCode.429";

/// What a call gets where nobody says otherwise.
struct Recommended {
    errors: Vec<Arc<str>>,
    jitter: bool,
}

impl<'a> Lower<'a> {
    /// Appends the default to the retriers of a call. What those name already, they keep.
    pub(super) fn add_default(&mut self, retriers: &mut Vec<Retrier>, spec: &Spec, call: &'a Call) {
        let Some(recommended) = recommended(&spec.service) else { return };
        let program = self.program;
        let own = receiver(&call.target).and_then(|id| program.resources.get(id.index())?.retry.as_ref());
        match own.or(program.app.retry.as_ref()) {
            Some(DefaultRetry::Off) => {}
            None | Some(DefaultRetry::Recommended) => append(retriers, recommended.retrier()),
            Some(DefaultRetry::Timing(times)) => {
                let errors = recommended.errors.clone();
                let given = self.retrier(times, errors);
                append(retriers, recommended.at(given));
            }
            Some(DefaultRetry::Policy(retries)) => {
                for retrier in self.of_policy(retries, &recommended, call) {
                    append(retriers, retrier);
                }
            }
        }
        // AWS wants `States.ALL` alone and last.
        retriers.sort_by_key(|r| r.errors.iter().any(|e| **e == *"States.ALL"));
    }

    /// A policy's retriers, without the names that this call can't raise.
    fn of_policy(&mut self, retries: &'a [Retry], recommended: &Recommended, call: &'a Call) -> Vec<Retrier> {
        let declared: Vec<Arc<str>> = { call.throws.iter() }
            .map(|id| self.error_name(&crate::typed::ErrorRef::Declared(*id)))
            .collect();
        let prefixes: Vec<&str> =
            recommended.errors.iter().filter_map(|it| Some(it.split_once('.')?.0)).collect();
        let possible = |name: &Arc<str>| match name.split_once('.') {
            Some(("States", _)) => true,
            Some((prefix, _)) if prefixes.contains(&prefix) => true,
            _ => declared.contains(name),
        };
        let mut all = self.retriers(retries);
        for retrier in &mut all {
            retrier.errors.retain(possible);
        }
        all.retain(|it| !it.errors.is_empty());
        all
    }
}

impl Recommended {
    /// AWS's numbers for Lambda. Callers that are throttled together must not come back together, so that those of other
    /// services have jitter (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>).
    fn retrier(self) -> Retrier {
        Retrier {
            errors: self.errors,
            attempts: Some(6),
            every: Some(2),
            backoff: Some("2".into()),
            max: None,
            jitter: self.jitter,
        }
    }

    /// The same at other times, as far as these are given.
    fn at(self, given: Retrier) -> Retrier {
        let own = self.retrier();
        Retrier {
            errors: own.errors,
            attempts: given.attempts.or(own.attempts),
            every: given.every.or(own.every),
            backoff: given.backoff.or(own.backoff),
            max: given.max,
            jitter: given.jitter || own.jitter,
        }
    }
}

/// What a call of the service is worth retrying for; `None` where nothing is known.
fn recommended(service: &Service) -> Option<Recommended> {
    let (service, action, flavor) = match service {
        Service::Optimized { service, action } => (service, action, Flavor::Optimized),
        Service::Sdk { service, action } => (service, action, Flavor::Sdk),
        Service::Activity(_) => return None,
    };
    match (&**service, &**action, flavor) {
        ("lambda", "invoke", Flavor::Optimized) => {
            let errors = LAMBDA.iter().map(|it| Arc::from(*it)).collect();
            return Some(Recommended { errors, jitter: false });
        }
        ("http", "invoke", Flavor::Optimized) => {
            return Some(Recommended { errors: vec![TOO_MANY_REQUESTS.into()], jitter: true });
        }
        _ => {}
    }
    let Lookup::Found(action) = aws::action(service, action, flavor) else { return None };
    let errors: Vec<Arc<str>> = action.throttling_errors().into_iter().map(Arc::from).collect();
    (!errors.is_empty()).then_some(Recommended { errors, jitter: true })
}

/// The resource whose `@retry` counts.
fn receiver(target: &Target) -> Option<ResourceId> {
    match target {
        Target::Resource(id) => Some(*id),
        Target::Method { receiver, .. } => match &receiver.kind {
            ExprKind::Resource(id) => Some(*id),
            _ => None,
        },
        Target::Workflow(_) | Target::Aws { .. } | Target::Complete | Target::Reject(_) | Target::Beat => {
            None
        }
    }
}

/// Adds a retrier for what none before it takes.
fn append(retriers: &mut Vec<Retrier>, mut new: Retrier) {
    let covered: Vec<&Arc<str>> = retriers.iter().flat_map(|it| &it.errors).collect();
    if covered.iter().any(|it| matches!(&***it, "States.ALL" | "States.TaskFailed")) {
        return;
    }
    new.errors.retain(|it| !covered.contains(&it));
    if !new.errors.is_empty() {
        retriers.push(new);
    }
}
