//! `inspectionData`.

use jsonata::Value;
use serde_json::{Map, Value as Json};

use crate::states::map::Tolerance;

/// What was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Inspected {
    data: Map<String, Json>,
    errors: Map<String, Json>,
}

impl Inspected {
    /// A payload, as text.
    pub(super) fn put(&mut self, name: &str, payload: &Value) {
        self.data.insert(name.to_owned(), payload.to_string().into());
    }

    pub(super) fn bounds(&mut self, concurrency: f64, tolerance: Option<Tolerance>) {
        self.data.insert("maxConcurrency".to_owned(), (concurrency as u64).into());
        if let Some(count) = tolerance.and_then(|it| it.count) {
            self.data.insert("toleratedFailureCount".to_owned(), (count as u64).into());
        }
        if let Some(percentage) = tolerance.and_then(|it| it.percentage) {
            self.data.insert("toleratedFailurePercentage".to_owned(), percentage.into());
        }
    }

    /// The retrier that was asked, and the seconds it waits if it tries again.
    pub(super) fn retried(&mut self, at: usize, seconds: Option<f64>) {
        self.errors.insert("retryIndex".to_owned(), at.into());
        if let Some(seconds) = seconds {
            self.errors.insert("retryBackoffIntervalSeconds".to_owned(), (seconds as u64).into());
        }
    }

    pub(super) fn caught(&mut self, at: usize) {
        self.errors.insert("catchIndex".to_owned(), at.into());
    }

    pub(super) fn into_json(mut self) -> Json {
        if !self.errors.is_empty() {
            self.data.insert("errorDetails".to_owned(), Json::Object(self.errors));
        }
        Json::Object(self.data)
    }
}
