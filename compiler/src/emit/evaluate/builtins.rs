//! The prelude's functions and methods at compile time.

use std::cmp::Ordering;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Result, Scope, fail, over};
use crate::emit::Deployment;
use crate::emit::value::Value;
use crate::source::Span;
use crate::typed::{Builtin, Expr, ExprKind};

impl<'a> Deployment<'a> {
    pub(super) fn builtin(
        &self,
        function: Builtin,
        arguments: &'a [Expr],
        span: Span,
        scope: &Scope<'a>,
    ) -> Result {
        let Some((first, rest)) = arguments.split_first() else { return runtime(span) };
        let receiver = self.eval(first, scope)?;
        over(receiver, &mut |receiver| self.method(function, receiver, rest, span, scope))
    }

    fn method(
        &self,
        function: Builtin,
        receiver: Value,
        arguments: &'a [Expr],
        span: Span,
        scope: &Scope<'a>,
    ) -> Result {
        if receiver.is_null() {
            return Ok(Value::Null);
        }
        match (function, receiver) {
            (_, Value::List(items)) => self.on_list(function, items, arguments, span, scope),
            (_, Value::Record(fields)) => self.on_record(function, fields, arguments, span, scope),
            (Builtin::Split, receiver @ (Value::Deploy(_) | Value::Text(_))) => {
                self.split(&receiver, arguments, span, scope)
            }
            (Builtin::Join, Value::Deploy(list)) => {
                let separator = self.argument(arguments, 0, scope)?;
                let separator = separator.as_text().unwrap_or_default();
                Ok(Value::Deploy(json!({ "Fn::Join": [separator, list] })))
            }
            (Builtin::Seconds, Value::Duration(millis)) => Ok(Value::Number((millis / 1000).into())),
            (Builtin::ToMillis, Value::Duration(millis)) => Ok(Value::Number(millis.into())),
            (Builtin::ToString, receiver) => self.join_texts(vec![receiver], span),
            (Builtin::Base64, Value::Text(text)) => Ok(Value::text(base64(text.as_bytes()))),
            (Builtin::Base64, receiver @ Value::Deploy(_)) => {
                Ok(Value::Deploy(json!({ "Fn::Base64": self.json(&receiver, span)? })))
            }
            (Builtin::ToJson, receiver) => match self.json(&receiver, span)? {
                it if known(&it) => Ok(Value::text(it.to_string())),
                it => Ok(Value::Deploy(json!({ "Fn::ToJsonString": it }))),
            },
            (Builtin::ParseJson, Value::Text(text)) => match serde_json::from_str::<Json>(&text) {
                Ok(json) => Ok(Value::from_json(&json)),
                Err(error) => fail(span, format!("it isn't JSON: {error}")),
            },
            (Builtin::ToNumber, Value::Text(text)) => Ok(super::number(&text)),
            (_, Value::Text(text)) => self.on_text(function, &text, arguments, span, scope),
            (_, Value::Number(number)) => on_number(function, number.as_f64().unwrap_or(0.0), span),
            _ => runtime(span),
        }
    }

    /// The argument at `at`, null where there is none.
    fn argument(&self, arguments: &'a [Expr], at: usize, scope: &Scope<'a>) -> Result {
        arguments.get(at).map_or(Ok(Value::Null), |it| self.eval(it, scope))
    }

    /// Calls the lambda that is the first argument; without one gives the item itself.
    fn apply(&self, arguments: &'a [Expr], item: Value, at: usize, scope: &Scope<'a>) -> Result {
        let Some(first) = arguments.first() else { return Ok(item) };
        let ExprKind::Lambda { params, body } = &first.kind else { return runtime(first.span) };
        let mut inner = scope.clone();
        let position = Value::Number(at.into());
        for (param, value) in params.iter().zip([item, position]) {
            inner.bind(*param, super::Binding::Value(value));
        }
        self.eval(body, &inner)
    }

    fn keep(&self, arguments: &'a [Expr], items: Vec<Value>, scope: &Scope<'a>) -> Result<Vec<Value>> {
        let mut kept = Vec::new();
        for (at, item) in items.into_iter().enumerate() {
            match self.apply(arguments, item.clone(), at, scope)? {
                Value::Boolean(true) => kept.push(item),
                Value::Boolean(false) | Value::Null => {}
                _ => return fail(span_of(arguments), "which items stay isn't known before the deployment"),
            }
        }
        Ok(kept)
    }

    fn on_list(
        &self,
        function: Builtin,
        mut items: Vec<Value>,
        arguments: &'a [Expr],
        span: Span,
        scope: &Scope<'a>,
    ) -> Result {
        let numbers = || items.iter().filter_map(Value::as_f64);
        Ok(match function {
            Builtin::Map => {
                let mapped =
                    items.into_iter().enumerate().map(|(at, it)| self.apply(arguments, it, at, scope));
                Value::List(mapped.collect::<Result<_>>()?)
            }
            Builtin::Filter => Value::List(self.keep(arguments, items, scope)?),
            Builtin::Find => self.keep(arguments, items, scope)?.into_iter().next().unwrap_or(Value::Null),
            Builtin::Any => Value::Boolean(!self.keep(arguments, items, scope)?.is_empty()),
            Builtin::All => {
                let length = items.len();
                Value::Boolean(self.keep(arguments, items, scope)?.len() == length)
            }
            Builtin::Count if !arguments.is_empty() => {
                Value::Number(self.keep(arguments, items, scope)?.len().into())
            }
            Builtin::Count | Builtin::Length => Value::Number(items.len().into()),
            Builtin::IsEmpty => Value::Boolean(items.is_empty()),
            Builtin::Sum => Value::from_f64(numbers().sum()),
            Builtin::Min => items.into_iter().min_by(compare).unwrap_or(Value::Null),
            Builtin::Max => items.into_iter().max_by(compare).unwrap_or(Value::Null),
            Builtin::Distinct => {
                let mut seen: Vec<Value> = Vec::new();
                for item in items {
                    if !seen.contains(&item) {
                        seen.push(item);
                    }
                }
                Value::List(seen)
            }
            Builtin::Flatten => Value::List(items.into_iter().flat_map(inner).collect()),
            Builtin::Reverse => {
                items.reverse();
                Value::List(items)
            }
            Builtin::First => items.into_iter().next().unwrap_or(Value::Null),
            Builtin::Last => items.pop().unwrap_or(Value::Null),
            Builtin::Join => {
                let separator = self.argument(arguments, 0, scope)?;
                let mut parts = Vec::new();
                for item in items {
                    if !parts.is_empty() {
                        parts.push(separator.clone());
                    }
                    parts.push(item);
                }
                self.join_texts(parts.into_iter().filter(|it| !it.is_null()).collect(), span)?
            }
            Builtin::Contains => {
                let wanted = self.argument(arguments, 0, scope)?;
                self.member(&wanted, &Value::List(items), span)?
            }
            Builtin::SortBy => {
                let keyed = items.into_iter().enumerate();
                let mut keyed = keyed
                    .map(|(at, it)| Ok((self.apply(arguments, it.clone(), at, scope)?, it)))
                    .collect::<Result<Vec<_>>>()?;
                let descending = matches!(self.argument(arguments, 1, scope)?, Value::Boolean(true));
                keyed.sort_by(|(left, _), (right, _)| match descending {
                    true => compare(right, left),
                    false => compare(left, right),
                });
                Value::List(keyed.into_iter().map(|(_, it)| it).collect())
            }
            Builtin::Take | Builtin::Drop => {
                let count = self.argument(arguments, 0, scope)?.as_f64().unwrap_or(0.0).max(0.0);
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
                let at = (count as usize).min(items.len());
                let rest = items.split_off(at);
                Value::List(if function == Builtin::Take { items } else { rest })
            }
            Builtin::FromEntries => {
                let mut fields = IndexMap::new();
                for item in &items {
                    if let (Some(key), Some(value)) =
                        (item.get("key").and_then(Value::as_text), item.get("value"))
                    {
                        fields.insert(key.to_owned(), value.clone());
                    }
                }
                Value::Record(fields)
            }
            Builtin::ToJson => return self.method_json(Value::List(items), span),
            _ => return runtime(span),
        })
    }

    fn method_json(&self, value: Value, span: Span) -> Result {
        Ok(match self.json(&value, span)? {
            it if known(&it) => Value::text(it.to_string()),
            it => Value::Deploy(json!({ "Fn::ToJsonString": it })),
        })
    }

    fn on_record(
        &self,
        function: Builtin,
        mut fields: IndexMap<String, Value>,
        arguments: &'a [Expr],
        span: Span,
        scope: &Scope<'a>,
    ) -> Result {
        Ok(match function {
            Builtin::Keys => Value::List(fields.into_keys().map(Value::Text).collect()),
            Builtin::Values => Value::List(fields.into_values().collect()),
            Builtin::Entries => {
                let entry = |(key, value)| Value::record([("key", Value::Text(key)), ("value", value)]);
                Value::List(fields.into_iter().map(entry).collect())
            }
            Builtin::Merge => {
                if let Value::Record(more) = self.argument(arguments, 0, scope)? {
                    fields.extend(more);
                }
                Value::Record(fields)
            }
            Builtin::Get | Builtin::Has => {
                let key = self.argument(arguments, 0, scope)?;
                let found = key.as_text().and_then(|key| fields.get(key)).cloned();
                if function == Builtin::Has {
                    return Ok(Value::Boolean(found.is_some()));
                }
                found.unwrap_or(Value::Null)
            }
            Builtin::IsEmpty => Value::Boolean(fields.is_empty()),
            Builtin::Count | Builtin::Length => Value::Number(fields.len().into()),
            Builtin::ToJson => return self.method_json(Value::Record(fields), span),
            _ => return runtime(span),
        })
    }

    fn split(&self, receiver: &Value, arguments: &'a [Expr], span: Span, scope: &Scope<'a>) -> Result {
        let separator = self.argument(arguments, 0, scope)?;
        let Some(separator) = separator.as_text() else { return runtime(span) };
        if let Some(text) = receiver.as_text() {
            return Ok(Value::List(text.split(separator).map(Value::text).collect()));
        }
        Ok(Value::Deploy(json!({ "Fn::Split": [separator, self.json(receiver, span)?] })))
    }

    fn on_text(
        &self,
        function: Builtin,
        text: &str,
        arguments: &'a [Expr],
        span: Span,
        scope: &Scope<'a>,
    ) -> Result {
        let first = self.argument(arguments, 0, scope)?;
        let argument = first.as_text().unwrap_or_default();
        Ok(match function {
            Builtin::Upper => Value::text(text.to_uppercase()),
            Builtin::Lower => Value::text(text.to_lowercase()),
            Builtin::Trim => Value::text(text.trim()),
            Builtin::StartsWith => Value::Boolean(text.starts_with(argument)),
            Builtin::EndsWith => Value::Boolean(text.ends_with(argument)),
            Builtin::Contains => Value::Boolean(text.contains(argument)),
            Builtin::IsEmpty => Value::Boolean(text.is_empty()),
            Builtin::Length => Value::Number(text.chars().count().into()),
            Builtin::Replace => {
                let with = self.argument(arguments, 1, scope)?;
                Value::text(text.replace(argument, with.as_text().unwrap_or_default()))
            }
            _ => return runtime(span),
        })
    }
}

fn on_number(function: Builtin, number: f64, span: Span) -> Result {
    Ok(Value::from_f64(match function {
        Builtin::Floor => number.floor(),
        Builtin::Ceil => number.ceil(),
        Builtin::Abs => number.abs(),
        Builtin::Round => number.round_ties_even(),
        Builtin::Seconds => number,
        _ => return runtime(span),
    }))
}

fn runtime(span: Span) -> Result {
    fail(span, "it is computed by a run")
}

fn span_of(arguments: &[Expr]) -> Span {
    arguments.first().map_or(Span::default(), |it| it.span)
}

fn inner(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items,
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

fn compare(left: &Value, right: &Value) -> Ordering {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right),
        _ => left.as_text().cmp(&right.as_text()),
    }
}

/// Whether no intrinsic function stands in it.
fn known(json: &Json) -> bool {
    match json {
        Json::Object(fields) => {
            !fields.keys().any(|key| key == "Ref" || key.starts_with("Fn::")) && fields.values().all(known)
        }
        Json::Array(items) => items.iter().all(known),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => true,
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4usize {
            let letter = LETTERS.get(((bits >> (18 - 6 * at)) & 63) as usize).map_or('A', |it| *it as char);
            out.push(if at <= chunk.len() { letter } else { '=' });
        }
    }
    out
}
