//! `Retry` (spec "Retrying after error").

use asl::model::{JitterStrategy, Retrier};

use crate::clock::Millis;
use crate::errors::Failure;
use crate::execution::millis;
use crate::random::Random;

/// How long to wait before the next try; `None` when there is none. Each retrier counts its own tries.
pub(crate) fn delay(
    retriers: &[Retrier],
    counts: &mut Vec<u64>,
    failure: &Failure,
    random: &mut Random,
) -> Option<Millis> {
    let (at, retrier) = matching(retriers, failure)?;
    if counts.len() < retriers.len() {
        counts.resize(retriers.len(), 0);
    }
    let count = counts.get_mut(at)?;
    if *count >= retrier.max_attempts {
        return None;
    }
    let seconds = interval(retrier, *count);
    *count += 1;
    Some(match retrier.jitter_strategy {
        JitterStrategy::None => millis(seconds),
        JitterStrategy::Full => millis(seconds * random.unit()),
    })
}

/// The first retrier that means the failure.
pub(crate) fn matching<'r>(retriers: &'r [Retrier], failure: &Failure) -> Option<(usize, &'r Retrier)> {
    retriers.iter().enumerate().find(|(_, it)| failure.matches(&it.error_equals))
}

/// Seconds before retry number `count` (from 0), without jitter.
pub(crate) fn interval(retrier: &Retrier, count: u64) -> f64 {
    let exponent = i32::try_from(count).unwrap_or(i32::MAX);
    let seconds = retrier.interval_seconds as f64 * retrier.backoff_rate.powi(exponent);
    retrier.max_delay_seconds.map_or(seconds, |most| seconds.min(most as f64))
}
