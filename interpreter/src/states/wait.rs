//! The Wait state.

use asl::model::QueryLanguage;
use jsonata::Value;

use crate::clock::{self, Millis};
use crate::errors::{self, Failure};
use crate::execution::{Due, Execution, Flow, millis};
use crate::fiber::{Fiber, FiberId, Work};
use crate::program::{Number, State, Text, Wait};

impl Execution {
    pub(super) fn wait(&mut self, id: FiberId, fiber: &mut Fiber, state: &State, wait: &Wait) -> Flow {
        let started = self.effective_input(fiber, state).and_then(|input| {
            let delay = match wait {
                Wait::Seconds(seconds) => self.wait_seconds(fiber, state, seconds, &input)?,
                Wait::Timestamp(at) => self.wait_timestamp(fiber, state, at, &input)?,
            };
            Ok((input, delay))
        });
        match started {
            Ok((input, delay)) => {
                fiber.ticket += 1;
                if delay > 0 {
                    fiber.work = Work::Until(input);
                    self.set_timer(id, fiber.ticket, delay, Due::Wake);
                    Flow::Wait
                } else {
                    fiber.work = Work::Finish(Ok(input));
                    Flow::Next
                }
            }
            Err(failure) => self.failed(id, fiber, state, failure),
        }
    }

    fn wait_seconds(
        &mut self,
        fiber: &Fiber,
        state: &State,
        seconds: &Number,
        input: &Value,
    ) -> Result<Millis, Failure> {
        let number = match seconds {
            Number::Path(query) => {
                let found =
                    self.with_scene(fiber, state, input, None, None, |scene| query.select(scene)).ok();
                let number =
                    found.as_ref().and_then(Value::as_f64).filter(|it| *it >= 0.0 && it.fract() == 0.0);
                number.ok_or_else(|| Failure::runtime(errors::wait_path(&query.field, &query.text)).own())?
            }
            Number::Literal(_) | Number::Expression(_) => {
                self.seconds(fiber, state, Some(seconds), input)?.unwrap_or(0) as f64
            }
        };
        Ok(millis(number))
    }

    fn wait_timestamp(
        &mut self,
        fiber: &Fiber,
        state: &State,
        at: &Text,
        input: &Value,
    ) -> Result<Millis, Failure> {
        let value = match at {
            Text::Path(query) => {
                let found =
                    self.with_scene(fiber, state, input, None, None, |scene| query.select(scene)).ok();
                found
                    .filter(Value::is_string)
                    .ok_or_else(|| Failure::runtime(errors::wait_path(&query.field, &query.text)).own())?
            }
            Text::Literal(_) | Text::Expression(_) => self.text(fiber, state, at, input)?,
        };
        let text = value.as_str().unwrap_or_default();
        let nanos = clock::parse(text).ok_or_else(|| match state.language {
            QueryLanguage::Jsonata => Failure::evaluation("Timestamp", errors::bad_timestamp(text)),
            QueryLanguage::JsonPath => Failure::runtime(errors::bad_timestamp(text)).own(),
        })?;
        let until =
            Millis::try_from(nanos.div_euclid(1_000_000) + i128::from(nanos.rem_euclid(1_000_000) != 0));
        Ok(until.unwrap_or(Millis::MAX).saturating_sub(self.now).max(0))
    }
}
