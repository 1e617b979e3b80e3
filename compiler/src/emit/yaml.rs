//! JSON → YAML with CloudFormation's short forms: `!Ref`, `!GetAtt`, `!Sub`, …

use serde_json::Value as Json;
use serde_yaml::value::{Tag, TaggedValue};
use serde_yaml::{Mapping, Value as Yaml};

/// Prints a template.
pub fn print(json: &Json) -> String {
    unmark(&serde_yaml::to_string(&convert(json)).unwrap_or_default())
}

/// Begins texts that need quotes; no plain text of YAML may begin like this, so it gets them.
const MARK: &str = "@flow:";

/// Texts that readers of YAML 1.1 (AWS's tools among them) take for something else.
fn is_ambiguous(text: &str) -> bool {
    const WORDS: [&str; 6] = ["on", "off", "yes", "no", "y", "n"];
    let starts = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    let like_number =
        |c: char| c.is_ascii_hexdigit() || matches!(c, '_' | ':' | '.' | '+' | '-' | 'x' | 'o' | 'T' | 'Z');
    WORDS.iter().any(|it| text.eq_ignore_ascii_case(it)) || (starts && text.chars().all(like_number))
}

fn text(text: &str) -> Yaml {
    Yaml::String(if is_ambiguous(text) { format!("{MARK}{text}") } else { text.to_owned() })
}

/// Takes the marks off again, where they stand as this module wrote them.
fn unmark(yaml: &str) -> String {
    let marked = format!("'{MARK}");
    let mut out = String::new();
    let mut rest = yaml;
    while let Some((before, after)) = rest.split_once(&marked) {
        out.push_str(before);
        let inside = after.split('\'').next().unwrap_or_default();
        out.push_str(if is_ambiguous(inside) { "'" } else { &marked });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn convert(json: &Json) -> Yaml {
    match json {
        Json::Null => Yaml::Null,
        Json::Bool(it) => Yaml::Bool(*it),
        Json::Number(it) => number(it),
        Json::String(it) => text(it),
        Json::Array(items) => Yaml::Sequence(items.iter().map(convert).collect()),
        Json::Object(fields) => {
            let mut only = fields.iter();
            match (only.next(), only.next()) {
                (Some((name, value)), None) => intrinsic(name, value).unwrap_or_else(|| mapping(fields)),
                _ => mapping(fields),
            }
        }
    }
}

fn mapping(fields: &serde_json::Map<String, Json>) -> Yaml {
    let mut mapping = Mapping::new();
    for (name, value) in fields {
        mapping.insert(text(name), convert(value));
    }
    Yaml::Mapping(mapping)
}

/// The short form of `{ "Ref": … }` and of `{ "Fn::X": … }`.
fn intrinsic(name: &str, value: &Json) -> Option<Yaml> {
    let tag = match name {
        "Ref" => "Ref",
        "Condition" if value.is_string() => "Condition",
        // These have no short form or can't stand inside others in it.
        "Fn::Transform" | "Fn::ForEach" | "Fn::ToJsonString" | "Fn::Length" => return None,
        _ => name.strip_prefix("Fn::")?,
    };
    let value = match (tag, value.as_array().map(Vec::as_slice)) {
        ("GetAtt", Some([id, attribute])) => {
            Yaml::String(format!("{}.{}", id.as_str()?, attribute.as_str()?))
        }
        _ => convert(value),
    };
    // CloudFormation doesn't read a short form directly inside another one.
    if let Yaml::Tagged(_) = value {
        return None;
    }
    Some(Yaml::Tagged(Box::new(TaggedValue { tag: Tag::new(tag), value })))
}

fn number(number: &serde_json::Number) -> Yaml {
    if let Some(whole) = number.as_i64() {
        return Yaml::Number(whole.into());
    }
    if let Some(whole) = number.as_u64() {
        return Yaml::Number(whole.into());
    }
    Yaml::Number(number.as_f64().unwrap_or(0.0).into())
}
