//! Two values that should be equal, line by line.

use jsonata::Value;
use similar::{ChangeTag, TextDiff};

use crate::values;

/// Longest value that is shown on one line.
const SHORT: usize = 72;

/// The sides of a comparison of durations, where both are in milliseconds.
pub(crate) fn durations(sides: [Option<&Value>; 2]) -> Option<Vec<String>> {
    let [left, right] = sides.map(|side| side.and_then(Value::as_i64).map(duration));
    Some(vec![format!("left   {}", left?), format!("right  {}", right?)])
}

/// As it would be written in a program: `1h30m`.
fn duration(millis: i64) -> String {
    const UNITS: [(&str, u64); 5] =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    let mut rest = millis.unsigned_abs();
    let mut text = String::new();
    for (unit, size) in UNITS {
        if rest >= size {
            text.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    let sign = if millis < 0 { "-" } else { "" };
    if text.is_empty() { "0s".to_owned() } else { format!("{sign}{text}") }
}

/// Short values beside one another; of long ones the lines that differ, with some around them.
pub(crate) fn lines(left: Option<&Value>, right: Option<&Value>) -> Vec<String> {
    let (left, right) = match (left, right) {
        (None, _) => return Vec::new(),
        (Some(left), None) => return vec![format!("it is {}", values::brief(left, 4 * SHORT))],
        (Some(left), Some(right)) => (left, right),
    };
    let short = |value: &Value| value.to_string().chars().count() <= SHORT;
    if short(left) && short(right) {
        return vec![format!("left   {left}"), format!("right  {right}")];
    }
    let (old, new) = (values::pretty(right), values::pretty(left));
    let diff = TextDiff::from_lines(&old, &new);
    let mut lines = vec!["- right  + left".to_owned()];
    for group in diff.grouped_ops(2) {
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            lines.push(format!("{sign} {}", change.value().trim_end()));
        }
    }
    lines
}
