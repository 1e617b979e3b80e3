//! Number and text fields that may be written, computed or found by a path.

use jsonata::Value;

use crate::errors::{self, Failure};
use crate::execution::Execution;
use crate::fiber::Fiber;
use crate::program::{Number, State, Text};

/// Most seconds of a timeout, a heartbeat or a wait (Developer Guide, "Task workflow state": 99,999,999). The guide has
/// values out of range fail with `States.QueryEvaluationError` in JSONata; the texts for those and for fractions are the
/// ones of a public emulator, in AWS's manner.
const LONGEST: f64 = 99_999_999.0;

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
                let number = value.as_f64().ok_or_else(|| expression.wrong_type("number", &value))?;
                if kind == NumberKind::Integer && number.fract() != 0.0 {
                    let cause = errors::not_an_integer(&expression.field, &value);
                    return Err(Failure::evaluation(&expression.field, cause));
                }
                Ok(number)
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

    /// Whole seconds, from 0 to [`LONGEST`].
    pub(super) fn seconds(
        &mut self,
        fiber: &Fiber,
        state: &State,
        number: Option<&Number>,
        input: &Value,
    ) -> Result<Option<u64>, Failure> {
        let Some(number) = number else { return Ok(None) };
        let seconds = self.number(fiber, state, number, NumberKind::Integer, input)?;
        if (0.0..=LONGEST).contains(&seconds) {
            return Ok(Some(seconds as u64));
        }
        let value = Value::from(seconds);
        Err(match number {
            Number::Expression(it) => {
                let cause = format!("{} must be between 0 and {LONGEST} but was: {value}", it.field);
                Failure::evaluation(&it.field, cause)
            }
            Number::Path(it) => {
                Failure::runtime(errors::not_a_number(&it.field, &value, "integer", &it.text)).own()
            }
            // Refused when the definition is made.
            Number::Literal(_) => Failure::runtime("The number of seconds is out of range.").own(),
        })
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
