//! JSON from the command line.

use std::io::Read;
use std::path::Path;

use jsonata::Value;

/// `JSON`, `@FILE`, or `@-` for standard input.
pub(crate) fn json(argument: &str) -> Result<Value, String> {
    let (text, place) = match argument.strip_prefix('@') {
        Some("-") => (standard_input()?, "standard input".to_owned()),
        Some(file) => (crate::disk::read(Path::new(file))?, file.to_owned()),
        None => (argument.to_owned(), "the argument".to_owned()),
    };
    text.parse().map_err(|error| format!("{place} is no JSON: {error}"))
}

fn standard_input() -> Result<String, String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
    Ok(text)
}

/// As people read it: indented, names in their order.
pub(crate) fn pretty(value: &Value) -> String {
    let text = value.to_string();
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(json) => crate::report::pretty(&json),
        Err(_) => text + "\n",
    }
}

/// On one line, cut in the middle where it is longer than `width` characters.
pub(crate) fn brief(value: &Value, width: usize) -> String {
    let text = value.to_string();
    let count = text.chars().count();
    if count <= width {
        return text;
    }
    let head: String = text.chars().take(width * 2 / 3).collect();
    let tail: String = text.chars().skip(count - width / 3).collect();
    format!("{head} … {tail}")
}
