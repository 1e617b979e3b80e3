//! Two values that should be equal, line by line.

use jsonata::Value;
use similar::{ChangeTag, TextDiff};

use crate::values;

/// Longest value that is shown on one line.
const SHORT: usize = 72;

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
