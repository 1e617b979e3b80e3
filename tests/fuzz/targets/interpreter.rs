//! Runs any definition with any input against services that do anything; nothing may panic or run for ever.
#![no_main]

use std::sync::Arc;

use interpreter::test_state::{InspectionLevel, TestRequest, test_state};
use interpreter::{
    Call, Callback, Execution, Limits, Machine, Message, Options, Reply, ServiceError, Services,
};
use jsonata::Value;
use libfuzzer_sys::fuzz_target;

const ERRORS: &[&str] = &[
    "Busy",
    "States.Timeout",
    "States.TaskFailed",
    "Lambda.TooManyRequestsException",
    "States.HeartbeatTimeout",
    "",
];

/// Each call takes one byte of the plan, which says how it ends; after the plan all succeed.
struct Planned<'p> {
    plan: std::slice::Iter<'p, u8>,
    /// Tokens that are held, and when they are told what.
    held: Vec<(i64, Callback)>,
}

impl Planned<'_> {
    fn next(&mut self) -> u8 {
        self.plan.next().copied().unwrap_or(0)
    }

    fn error(&mut self) -> ServiceError {
        let name = ERRORS[usize::from(self.next()) % ERRORS.len()];
        if name.is_empty() {
            ServiceError::default()
        } else {
            ServiceError::new(name, r#"{"errorMessage":"x"}"#)
        }
    }

    fn result(&mut self, call: &Call<'_>) -> Result<Value, ServiceError> {
        match self.next() % 5 {
            0 | 1 => Ok(call.arguments.clone()),
            2 => Ok(Value::Null),
            3 => Ok(Value::object([
                ("Body", Value::from("a,b\n1,2\n")),
                ("Payload", Value::array([call.arguments.clone()])),
            ])),
            _ => Err(self.error()),
        }
    }

    fn hold(&mut self, call: &Call<'_>) {
        let Some(token) = call.token else { return };
        for _ in 0..self.next() % 4 {
            let due = call.now + i64::from(self.next()) * 500;
            let message = match self.next() % 4 {
                0 => Message::Heartbeat,
                1 => Message::Failure(self.error()),
                _ => Message::Success(call.arguments.clone()),
            };
            self.held.push((due, Callback { token: Arc::from(token), message }));
        }
    }
}

impl Services for Planned<'_> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let after = call.retry_count;
        match self.next() % 9 {
            0 | 1 => Reply::Done { after, result: Ok(call.arguments.clone()) },
            2 => Reply::Done { after, result: self.result(call) },
            3 => Reply::Done { after, result: Err(self.error()) },
            4 => Reply::Done { after: u64::from(self.next()) * 10_000, result: self.result(call) },
            5 => Reply::Never,
            6 => Reply::Refused("gone".to_owned()),
            7 => {
                self.hold(call);
                Reply::Submitted { after, output: Value::from("worker"), then: None }
            }
            _ => {
                let then = (u64::from(self.next()) * 1000, self.result(call));
                Reply::Submitted { after, output: Value::Null, then: Some(then) }
            }
        }
    }

    fn callbacks(&mut self, now: i64) -> Vec<Callback> {
        let (due, later) = std::mem::take(&mut self.held).into_iter().partition(|(at, _)| *at <= now);
        self.held = later;
        let due: Vec<(i64, Callback)> = due;
        due.into_iter().map(|(_, callback)| callback).collect()
    }

    fn next_callback(&self) -> Option<i64> {
        self.held.iter().map(|(at, _)| *at).min()
    }
}

// The definition, a line `---`, the input, a line `---`, the plan.
fuzz_target!(|text: &str| {
    let (definition, rest) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let (input, plan) = rest.split_once("\n---\n").unwrap_or((rest, ""));
    let read = asl::read(definition, asl::Format::Json);
    let Some(machine) = read.machine else { return };
    let input: Value = input.parse().unwrap_or(Value::Null);
    alone(definition, &machine.flow.start_at, &input, plan.as_bytes());
    let Ok(machine) = Machine::compile(&machine) else { return };
    let limits = Limits { transitions: Some(200), query_steps: Some(10_000), ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let mut services = Planned { plan: plan.as_bytes().iter(), held: Vec::new() };
    let outcome = Execution::new(&machine, input, options).run(&mut services);
    for event in &outcome.history {
        let _ = event.to_json();
    }
});

/// The first state as TestState runs it.
fn alone(definition: &str, state: &str, input: &Value, plan: &[u8]) {
    let request = TestRequest {
        definition: definition.to_owned(),
        state_name: Some(state.to_owned()),
        input: Some(input.clone()),
        role: Some("arn:aws:iam::123456789012:role/r".to_owned()),
        inspection: InspectionLevel::Trace,
        ..TestRequest::default()
    };
    if let Ok(result) = test_state(&request, &mut Planned { plan: plan.iter(), held: Vec::new() }) {
        let _ = result.to_json();
    }
}
