//! Times: timestamps and what belongs to timeouts.

use super::walk::StateView;
use crate::Node;
use crate::diagnostic::Diagnostic;

/// RFC 3339 as ASL narrows it (spec "Timestamps"): an upper-case `T`, and `Z` or an offset.
pub(super) fn is_rfc3339(text: &str) -> bool {
    fn split(text: &str) -> Option<bool> {
        let (date, time) = text.split_once('T')?;
        Some(is_date(date) && is_time(time)?)
    }
    split(text).unwrap_or(false)
}

fn is_date(date: &str) -> bool {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return false;
    };
    (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_time(text: &str) -> Option<bool> {
    let zone = text.find(['Z', '+', '-'])?;
    let (time, zone) = (text.get(..zone)?, text.get(zone..)?);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let fraction = !fraction.is_empty() && fraction.bytes().all(|it| it.is_ascii_digit());
    let zone = zone == "Z" || is_clock(zone.get(1..)?, false);
    Some(is_clock(clock, true) && fraction && zone)
}

fn is_clock(text: &str, with_seconds: bool) -> bool {
    let parts: Vec<Option<u32>> = text.split(':').map(|it| digits(it, 2)).collect();
    match parts.as_slice() {
        [Some(hour), Some(minute), Some(second)] if with_seconds => {
            *hour < 24 && *minute < 60 && *second <= 60
        }
        [Some(hour), Some(minute)] if !with_seconds => *hour < 24 && *minute < 60,
        _ => false,
    }
}

fn digits(text: &str, count: usize) -> Option<u32> {
    let is_number = text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// `HEARTBEAT_NOT_BELOW_TIMEOUT`: the timeout always comes first
/// (Developer Guide, "Task workflow state": the interval must be smaller than `TimeoutSeconds`).
pub(super) fn heartbeat(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let seconds = |field: &str| {
        let number = state.node.get(field).and_then(Node::as_number);
        number.and_then(serde_json::Number::as_f64)
    };
    let (Some(timeout), Some(heartbeat)) = (seconds("TimeoutSeconds"), seconds("HeartbeatSeconds")) else {
        return;
    };
    let Some(node) = state.node.get("HeartbeatSeconds") else {
        return;
    };
    if heartbeat >= timeout {
        let message = format!("the heartbeat of {heartbeat} s is not below the timeout of {timeout} s");
        let path = state.path.key("HeartbeatSeconds");
        found.push(Diagnostic::flow("HEARTBEAT_NOT_BELOW_TIMEOUT", message, &path, node.span));
    }
}
