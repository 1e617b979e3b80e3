//! What a test has changed so far, and what it has seen: fresh for every test.

use std::collections::HashMap;
use std::sync::Arc;

use interpreter::{Callback, Outcome, Status, clock::Millis};
use jsonata::Value;

use crate::app::Callee;
use crate::stores::Stores;

/// A call that an execution made.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The resource or workflow of the app, where it is one.
    pub(crate) target: Option<String>,
    pub(crate) service: String,
    pub(crate) action: String,
    pub(crate) arguments: Value,
}

impl Asked {
    pub(crate) fn is_of(&self, callee: &Callee) -> bool {
        let target = |name: &str| self.target.as_deref() == Some(name);
        let same = |service: &str, action: &str| {
            self.service.eq_ignore_ascii_case(service) && self.action.eq_ignore_ascii_case(action)
        };
        match callee {
            Callee::Function(name) => target(name) && self.service == "lambda",
            Callee::Workflow(name) => {
                target(name) && matches!(self.action.as_str(), "startExecution" | "startSyncExecution")
            }
            Callee::Container(name) => target(name) && self.service == "ecs",
            Callee::Activity(name) => target(name) && self.service == "activity",
            Callee::Method { resource, service, action, fixed } => {
                let sent = |name: &str| self.arguments.get(name).and_then(Value::as_str);
                target(resource)
                    && same(service, action)
                    && fixed.iter().all(|(name, text)| sent(name) == Some(text))
            }
            Callee::Aws { service, action } => same(service, action),
        }
    }
}

/// A mock that the test has set up.
#[derive(Clone, Debug)]
pub(crate) struct Mocking {
    /// Which of the test's mocks.
    pub(crate) number: usize,
    pub(crate) captures: Value,
    /// How often each part answers (`None`: always), and after how many milliseconds.
    pub(crate) parts: Vec<(Option<u64>, u64)>,
    pub(crate) count: u64,
}

impl Mocking {
    /// The part for the next call.
    pub(crate) fn next(&mut self) -> Option<(usize, u64)> {
        let number = self.count;
        self.count += 1;
        let mut before = 0;
        for (index, (times, after)) in self.parts.iter().enumerate() {
            let Some(times) = times else { return Some((index, *after)) };
            before += times;
            if number < before {
                return Some((index, *after));
            }
        }
        None
    }
}

/// What a test has set up, changed and seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) mocks: Vec<Mocking>,
    pub(crate) calls: Vec<Asked>,
    pub(crate) stores: Stores,
    /// Executions of Standard workflows that were given a name, by workflow and name.
    pub(crate) named: HashMap<(String, Arc<str>), Named>,
}

/// An execution that was given a name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) input: Value,
    pub(crate) start: Millis,
    /// `None`: it was started and has not been run yet.
    pub(crate) outcome: Option<Arc<Outcome>>,
}

impl Named {
    /// Whether it runs at that time: only then may it be started again, with the same input.
    pub(crate) fn runs_at(&self, now: Millis) -> bool {
        self.outcome
            .as_ref()
            .is_none_or(|it| it.status == Status::Running || now < self.start.saturating_add(it.elapsed))
    }
}

/// A callback on its way.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) due: Millis,
    pub(crate) callback: Callback,
}

/// A workflow that was started and is not waited for.
#[derive(Clone, Debug)]
pub(crate) struct Started {
    pub(crate) workflow: String,
    pub(crate) input: Value,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) at: Millis,
}
