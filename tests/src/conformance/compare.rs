//! Recorded against made: the recordings hold stand-ins for what differs from run to run.

use serde_json::Value as Json;

/// Words that stand for any value.
const WORDS: [&str; 15] = [
    "timestamp",
    "datetime",
    "date",
    "time",
    "start-time",
    "start-date",
    "stop-date",
    "snf_role_arn",
    "sfn_role_arn",
    "activity_arn",
    "state-machine-arn",
    "X-Amzn-Trace-Id",
    "RequestId",
    "RandomNumberGenerated",
    "generated-uuid",
];
const MORE_WORDS: [&str; 7] = [
    "x-amzn-RequestId",
    "x-amz-crc32",
    "redacted",
    "map_run_arn",
    "a_task_token",
    "a_message_id",
    "entered-time",
];

/// Also as JSON text, `"date"`, and as a token within a token, `<<task_token>:1>`.
fn is_word(text: &str) -> bool {
    let bare = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(text);
    let nested =
        text.strip_prefix("<<").and_then(|it| it.strip_suffix('>')).is_some_and(|it| it.contains(">:"));
    nested || WORDS.contains(&bare) || MORE_WORDS.contains(&bare)
}

/// The first place where `got` is not what was recorded, or `None`.
pub(super) fn difference(expected: &Json, got: &Json) -> Option<String> {
    differ(expected, got, &mut String::from("$"))
}

fn differ(expected: &Json, got: &Json, path: &mut String) -> Option<String> {
    let (expected, got) = (&parsed(expected), &parsed(got));
    match (expected, got) {
        (Json::String(word), _) if is_word(word) => None,
        (Json::String(one), Json::String(other)) => differ_text(one, other, path),
        (Json::Array(_), Json::String(text)) if text.starts_with('[') => {
            match serde_json::from_str::<Json>(text) {
                Ok(other) => differ(expected, &other, path),
                Err(_) => say(expected, got, path),
            }
        }
        (Json::Number(one), Json::Number(other)) if one.as_f64() == other.as_f64() => None,
        // Some recordings hold bare numbers where AWS gives text.
        (Json::Number(_), Json::String(text))
            if text.parse::<f64>().is_ok_and(|it| expected.as_f64() == Some(it)) =>
        {
            None
        }
        (Json::Object(one), Json::Object(other)) => {
            for (name, value) in one {
                let Some(found) = other.get(name) else {
                    return Some(format!("{path}.{name}: missing, expected {value}"));
                };
                if let Some(difference) = inside(path, &format!(".{name}"), |path| differ(value, found, path))
                {
                    return Some(difference);
                }
            }
            let extra = other.keys().find(|it| !one.contains_key(*it))?;
            Some(format!("{path}.{extra}: not expected, got {}", other.get(extra).unwrap_or(&Json::Null)))
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            let mut pairs = one.iter().zip(other).enumerate();
            pairs.find_map(|(at, (one, other))| {
                inside(path, &format!("[{at}]"), |path| differ(one, other, path))
            })
        }
        (one, other) if one == other => None,
        _ => say(expected, got, path),
    }
}

fn inside(path: &mut String, step: &str, look: impl FnOnce(&mut String) -> Option<String>) -> Option<String> {
    let len = path.len();
    path.push_str(step);
    let found = look(path);
    path.truncate(len);
    found
}

fn say(expected: &Json, got: &Json, path: &str) -> Option<String> {
    Some(format!("{path}: expected {expected}, got {got}"))
}

/// The recordings hold text that is a JSON object as that object.
fn parsed(value: &Json) -> Json {
    match value {
        Json::String(text) if text.starts_with('{') => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        value => value.clone(),
    }
}

fn differ_text(expected: &str, got: &str, path: &mut String) -> Option<String> {
    if expected == got || matches_tokens(expected, got) {
        return None;
    }
    // Text that is JSON may be spaced and ordered in another way.
    let json = |text: &str| serde_json::from_str::<Json>(text).ok().filter(|it| !it.is_string());
    match (json(expected), json(got)) {
        (Some(one), Some(other)) => differ(&one, &other, path),
        _ => Some(format!("{path}: expected {expected:?}, got {got:?}")),
    }
}

/// Whether `<…>` in the expected text stand for parts of the other.
fn matches_tokens(expected: &str, got: &str) -> bool {
    let mut pieces = Vec::new();
    let mut rest = expected;
    let mut piece = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        piece.push_str(before);
        match after.split_once('>') {
            Some((token, after)) if is_token(token) => {
                pieces.push(std::mem::take(&mut piece));
                rest = after;
            }
            _ => {
                piece.push('<');
                rest = after;
            }
        }
    }
    piece.push_str(rest);
    let Some((first, middle)) = pieces.split_first() else { return false };
    let Some(mut rest) = got.strip_prefix(first.as_str()) else { return false };
    for part in middle {
        match rest.find(part.as_str()) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    rest.ends_with(piece.as_str())
}

fn is_token(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && token.chars().all(|c| c.is_ascii_alphanumeric() || "_ .:-".contains(c))
}
