//! What an evaluation gets from outside: variables, a clock, chance, and how much it may spend.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::object::Object;
use crate::value::Value;

/// Variables by name, without the `$`. AWS's `$states` is one of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bindings(pub Object);

impl Bindings {
    /// No variables.
    pub fn new() -> Bindings {
        Bindings::default()
    }

    /// Binds `$name`, in place of what it was bound to.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Value) {
        self.0.insert(name, value);
    }

    /// What `$name` is bound to.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl From<Object> for Bindings {
    fn from(members: Object) -> Bindings {
        Bindings(members)
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Bindings {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Bindings {
        Bindings(members.into_iter().collect())
    }
}

/// How much one evaluation may spend before it fails.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Expressions within expressions being evaluated, calls included (tail calls don't add up).
    pub depth: usize,
    /// Expressions evaluated in all.
    pub steps: u64,
    /// Time on the clock of the machine; looked at now and then.
    pub time: Option<Duration>,
    /// Bytes that the evaluation may hold, roughly: 8 a number or item, 1 a byte of text.
    pub memory: usize,
}

impl Limits {
    /// Generous bounds that stop only what would never end.
    pub fn standard() -> Limits {
        Limits { depth: 5_000, steps: 1_000_000_000, time: Some(Duration::from_secs(60)), memory: 1 << 28 }
    }

    /// What is known of AWS: `[1..873782]` passes and `[1..873783]` fails; expressions nest to a depth of about 100.
    pub fn aws() -> Limits {
        Limits { depth: 100, steps: 1_000_000_000, time: Some(Duration::from_secs(5)), memory: 873_782 * 8 }
    }
}

/// The sources of everything that differs from run to run, and the limits.
#[derive(Clone)]
pub struct Environment {
    /// Milliseconds since 1970; read once per evaluation, for `$now`, `$millis` and missing parts of dates.
    pub clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// A number from 0 up to but not 1, for `$random` without seed and `$shuffle`.
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
    /// A version 4 UUID.
    pub uuid: Arc<dyn Fn() -> String + Send + Sync>,
    /// How much an evaluation may spend.
    pub limits: Limits,
}

impl Environment {
    /// The machine's clock and fresh random numbers.
    pub fn system(limits: Limits) -> Environment {
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_millis() as i64);
        Environment { clock: Arc::new(clock), ..Environment::seeded(0, fresh_seed(), limits) }
    }

    /// A clock that stands at `millis`, and the same "random" numbers and UUIDs for the same seed.
    pub fn seeded(millis: i64, seed: u64, limits: Limits) -> Environment {
        let state = Arc::new(AtomicU64::new(seed));
        let other = state.clone();
        Environment {
            clock: Arc::new(move || millis),
            random: Arc::new(move || (next(&state) >> 11) as f64 / (1_u64 << 53) as f64),
            uuid: Arc::new(move || uuid_of(next(&other), next(&other))),
            limits,
        }
    }
}

impl Default for Environment {
    fn default() -> Environment {
        Environment::system(Limits::standard())
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Environment").field("limits", &self.limits).finish_non_exhaustive()
    }
}

fn fresh_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// SplitMix64: small, and good enough for what `Math.random` is used for.
fn next(state: &AtomicU64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut bits = state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn uuid_of(high: u64, low: u64) -> String {
    let high = (high & 0xffff_ffff_ffff_0fff) | 0x4000;
    let low = (low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}
