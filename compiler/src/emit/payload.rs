//! What a trigger hands to its target: a template of JSON with places for pieces of the event.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::deploy::Deployment;
use super::evaluate::{Result, fail};
use super::value::{Hole, Value, concat};
use crate::source::Span;

/// A payload whose holes have names: `{"key": <key>}`.
#[derive(Clone, Debug, Default)]
pub(super) struct Payload {
    /// Texts and intrinsics, to be put together.
    pieces: Vec<Json>,
    /// Name → path into the event.
    pub holes: IndexMap<String, String>,
}

/// How a carrier writes a piece of an event.
pub(super) struct Style<'a> {
    /// The path of a hole, `detail.object.key`, or why it has none.
    pub path: &'a dyn Fn(&Hole) -> std::result::Result<String, String>,
    /// The mark for a path under a name.
    pub mark: &'a dyn Fn(&str, &str) -> String,
}

impl Payload {
    pub(super) fn new(
        deployment: &Deployment<'_>,
        value: &Value,
        style: &Style<'_>,
        span: Span,
    ) -> Result<Payload> {
        let mut payload = Payload::default();
        payload.value(deployment, value, style, span)?;
        Ok(payload)
    }

    pub(super) fn text(&self) -> Json {
        concat(&self.pieces)
    }

    fn push(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Json::String(last)) => last.push_str(text),
            _ => self.pieces.push(text.into()),
        }
    }

    fn value(
        &mut self,
        deployment: &Deployment<'_>,
        value: &Value,
        style: &Style<'_>,
        span: Span,
    ) -> Result<()> {
        match value {
            Value::Record(fields) => {
                self.push("{");
                for (at, (name, value)) in fields.iter().filter(|(_, it)| !it.is_null()).enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    self.push(&format!("{comma}{}:", Json::from(name.as_str())));
                    self.value(deployment, value, style, span)?;
                }
                self.push("}");
            }
            Value::List(items) => {
                self.push("[");
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.push(",");
                    }
                    self.value(deployment, item, style, span)?;
                }
                self.push("]");
            }
            Value::Hole(hole) => {
                let mark = self.hole(hole, style, span)?;
                self.push(&mark);
            }
            Value::Concat(parts) => {
                self.push("\"");
                for part in parts {
                    match part {
                        Value::Hole(hole) => {
                            let mark = self.hole(hole, style, span)?;
                            self.push(&mark);
                        }
                        other => {
                            let text =
                                deployment.json(&deployment.join_texts(vec![other.clone()], span)?, span)?;
                            self.inside(text);
                        }
                    }
                }
                self.push("\"");
            }
            Value::Deploy(json) => {
                self.push("\"");
                self.pieces.push(json.clone());
                self.push("\"");
            }
            Value::Choice(..) | Value::Condition(_) | Value::Handle(_) => {
                let json = deployment.json(value, span)?;
                self.pieces.push(json!({ "Fn::ToJsonString": json }));
            }
            Value::Null
            | Value::Boolean(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Duration(_)
            | Value::Size(_)
            | Value::Percent(_)
            | Value::Resource(_)
            | Value::Workflow(_)
            | Value::Api(_) => self.push(&deployment.json(value, span)?.to_string()),
        }
        Ok(())
    }

    /// A text within a JSON string.
    fn inside(&mut self, text: Json) {
        match text {
            Json::String(text) => {
                let quoted = Json::String(text).to_string();
                self.push(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default());
            }
            other => self.pieces.push(other),
        }
    }

    fn hole(&mut self, hole: &Hole, style: &Style<'_>, span: Span) -> Result<String> {
        let path = match (style.path)(hole) {
            Ok(path) => path,
            Err(why) => return fail(span, why),
        };
        let wanted = hole.path.last().map_or("event", String::as_str);
        let wanted: String = wanted.chars().filter(char::is_ascii_alphanumeric).collect();
        let known = self.holes.iter().find(|(_, it)| **it == path).map(|(name, _)| name.clone());
        let name = known.unwrap_or_else(|| {
            let taken = |name: &str| self.holes.contains_key(name);
            let numbered = (2..).map(|n| format!("{wanted}{n}"));
            std::iter::once(wanted.clone()).chain(numbered).find(|it| !taken(it)).unwrap_or_default()
        });
        let mark = (style.mark)(&name, &path);
        self.holes.insert(name, path);
        Ok(mark)
    }
}
