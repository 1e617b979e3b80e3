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
        let input = fiber.input.clone();
        let mut read = |text: Option<&Text>| -> Result<Option<Arc<str>>, Failure> {
            let Some(text) = text else { return Ok(None) };
            let value = self.text(fiber, state, text, &input)?;
            Ok(Some(match value {
                Value::String(text) => text,
                value => value.to_string().into(),
            }))
        };
        let failure = match (read(error), read(cause)) {
            (Ok(error), Ok(cause)) => Failure { error, cause, ..Failure::default() },
            (Err(failure), _) | (_, Err(failure)) => {
                return self.failed(id, fiber, state, Failure { reach: Reach::Execution, ..failure });
            }
        };
        Flow::End(Err(failure))
    }
}
