//! Small helpers over [`jsonata::Value`], the value every payload is made of.

use std::sync::Arc;

use jsonata::Value;

/// An object of the given members, in order.
pub(crate) fn object<'n>(members: impl IntoIterator<Item = (&'n str, Value)>) -> Value {
    Value::object(members)
}

/// `{}`.
pub(crate) fn empty() -> Value {
    Value::object::<Arc<str>>([])
}

/// Compact JSON text.
pub(crate) fn json(value: &Value) -> String {
    value.to_string()
}

/// The text of a string value.
pub(crate) fn text(value: &Value) -> Option<&str> {
    value.as_str()
}

/// `null`, `boolean`, `number`, `string`, `array` or `object`.
pub(crate) fn type_name(value: &Value) -> &'static str {
    value.type_name()
}

/// Whether two values are one and the same in memory, so that nothing needs to be checked twice.
pub(crate) fn same<'v>(one: &'v Value, other: &'v Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => std::ptr::eq(one.as_slice(), other.as_slice()),
        (Value::String(one), Value::String(other)) => Arc::ptr_eq(one, other),
        // Members in one place are one object.
        (Value::Object(one), Value::Object(other)) => {
            let first = |it: &'v jsonata::Object| it.keys().next();
            one.len() == other.len()
                && matches!((first(one), first(other)), (Some(one), Some(other)) if std::ptr::eq(one, other))
        }
        _ => false,
    }
}

/// How many bytes the value's JSON text has, counted up to `limit` (then any number above it).
pub(crate) fn json_len(value: &Value, limit: usize) -> usize {
    let mut counter = Counter { left: limit };
    match std::fmt::Write::write_fmt(&mut counter, format_args!("{value}")) {
        Ok(()) => limit - counter.left,
        Err(_) => limit.saturating_add(1),
    }
}

/// Counts what is written and stops the writer at a limit.
struct Counter {
    left: usize,
}

impl std::fmt::Write for Counter {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.left = self.left.checked_sub(text.len()).ok_or(std::fmt::Error)?;
        Ok(())
    }
}
