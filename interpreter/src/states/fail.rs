//! The Fail state.

use std::sync::Arc;

use jsonata::Value;

use crate::errors::{Failure, Reach};
use crate::execution::{Execution, Flow};
use crate::fiber::{Fiber, FiberId};
use crate::program::{State, Text};

impl Execution {
    pub(super) fn fail(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        error: Option<&Text>,
        cause: Option<&Text>,
    ) -> Flow {
        match self.fail_texts(fiber, state, error, cause) {
            Ok(failure) => Flow::End(Err(failure)),
            Err(failure) => self.failed(id, fiber, state, failure),
        }
    }

    /// The failure the state stands for; `Err` where its own fields fail.
    pub(crate) fn fail_texts(
        &mut self,
        fiber: &Fiber,
        state: &State,
        error: Option<&Text>,
        cause: Option<&Text>,
    ) -> Result<Failure, Failure> {
        let mut read = |text: Option<&Text>| -> Result<Option<Arc<str>>, Failure> {
            let Some(text) = text else { return Ok(None) };
            let value = self.text(fiber, state, text, &fiber.input)?;
            Ok(Some(match value {
                Value::String(text) => text,
                value => value.to_string().into(),
            }))
        };
        let texts = read(error).and_then(|error| Ok((error, read(cause)?)));
        let (error, cause) = texts.map_err(|it| Failure { reach: Reach::Execution, ..it })?;
        Ok(Failure { error, cause, ..Failure::default() })
    }
}
