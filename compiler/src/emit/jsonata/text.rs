//! Texts, names and patterns inside JSONata.

use super::{ADD, Piece};

/// A text literal. AWS takes `${` for a substitution wherever it stands, so it never stands together (A9).
pub(super) fn string(s: &str) -> Piece {
    if !s.contains("${") {
        return Piece::atom(quote(s));
    }
    let parts: Vec<&str> = s.split("${").collect();
    let mut texts = Vec::new();
    for (i, part) in parts.iter().enumerate() {
        let open = if i == 0 { "" } else { "{" };
        let close = if i + 1 == parts.len() { "" } else { "$" };
        texts.push(quote(&format!("{open}{part}{close}")));
    }
    Piece(texts.join(" & "), ADD)
}

/// Quoted, on one line. `'it\'s'` does not parse in JSONata (B25), so such a text has double quotes.
pub(super) fn quote(s: &str) -> String {
    let plain = s.chars().all(|c| c != '\'' && c != '\\' && !c.is_control());
    if plain { format!("'{s}'") } else { serde_json::Value::from(s).to_string() }
}

/// A field's name in a path; `None` where it can't be written there.
pub(super) fn path_step(name: &str) -> Option<String> {
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let taken = matches!(name, "and" | "or" | "in" | "true" | "false" | "null" | "function");
    if word && !taken {
        return Some(name.to_owned());
    }
    let quotable = !name.is_empty()
        && !name.contains(['`', '\\'])
        && !name.contains("${")
        && !name.chars().any(char::is_control);
    quotable.then(|| format!("`{name}`"))
}

/// A pattern between slashes; `None` where it is empty.
pub(super) fn regex(pattern: &str) -> Option<String> {
    if pattern.is_empty() {
        return None;
    }
    let mut out = String::from("/");
    let mut escaped = false;
    for c in pattern.chars() {
        if c == '/' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ => out.push(c),
        }
    }
    out.push('/');
    Some(out)
}
