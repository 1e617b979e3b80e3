//! Number and text fields that may be written, computed or found by a path.

use jsonata::Value;

use crate::errors::{self, Failure};
use crate::execution::Execution;
use crate::fiber::Fiber;
use crate::program::{Number, State, Text};

/// What a number field allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberKind {
    Integer,
    Float,
}

impl NumberKind {
    fn name(self) -> &'static str {
        match self {
            NumberKind::Integer => "integer",
            NumberKind::Float => "float",
        }
    }

    /// Text that is a number counts as one: recorded for `MaxConcurrencyPath` and its like.
    fn read(self, value: &Value) -> Option<f64> {
        let number = match value {
            Value::String(text) => text.parse().ok()?,
            value => value.as_f64()?,
        };
        (self == NumberKind::Float || number.fract() == 0.0).then_some(number)
    }
}

impl Execution {
    /// A number field that a `…Path` may give.
    pub(super) fn number(
        &mut self,
        fiber: &Fiber,
        state: &State,
        number: &Number,
        kind: NumberKind,
        input: &Value,
    ) -> Result<f64, Failure> {
        match number {
            Number::Literal(it) => Ok(*it),
            Number::Expression(expression) => {
                let value =
                    self.with_scene(fiber, state, input, None, None, |scene| expression.evaluate(scene))?;
                let number = value.as_f64().filter(|it| kind == NumberKind::Float || it.fract() == 0.0);
                number.ok_or_else(|| {
                    expression
                        .wrong_type(if kind == NumberKind::Integer { "integer" } else { "number" }, &value)
                })
            }
            Number::Path(query) => {
                let value = self.with_scene(fiber, state, input, None, None, |scene| query.select(scene))?;
                kind.read(&value).ok_or_else(|| {
                    Failure::runtime(errors::not_a_number(&query.field, &value, kind.name(), &query.text))
                        .own()
                })
            }
        }
    }

    /// Whole seconds, at least 0.
    pub(super) fn seconds(
        &mut self,
        fiber: &Fiber,
        state: &State,
        number: Option<&Number>,
        input: &Value,
    ) -> Result<Option<u64>, Failure> {
        let Some(number) = number else { return Ok(None) };
        let seconds = self.number(fiber, state, number, NumberKind::Integer, input)?;
        Ok(Some(seconds.max(0.0) as u64))
    }

    /// A text field; what is no text has the error of its language.
    pub(super) fn text(
        &mut self,
        fiber: &Fiber,
        state: &State,
        text: &Text,
        input: &Value,
    ) -> Result<Value, Failure> {
        match text {
            Text::Literal(it) => Ok(Value::from(it.clone())),
            Text::Path(query) => {
                self.with_scene(fiber, state, input, None, None, |scene| query.evaluate(scene))
            }
            Text::Expression(expression) => {
                let value =
                    self.with_scene(fiber, state, input, None, None, |scene| expression.evaluate(scene))?;
                if value.is_string() { Ok(value) } else { Err(expression.wrong_type("string", &value)) }
            }
        }
    }
}
