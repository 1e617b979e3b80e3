//! The tasks of the service `flow`, which only tests have (the compiler's `lower/test.rs` lists them).

use interpreter::{Call, Reply};
use jsonata::Value;

use crate::router::Router;
use crate::runner::Failure;
use crate::world::Mocking;

impl Router<'_, '_> {
    pub(crate) fn flow(&mut self, call: &Call<'_>, action: &str) -> Reply {
        let number = |name: &str| {
            let found = call.arguments.get(name).and_then(Value::as_i64);
            found.and_then(|it| usize::try_from(it).ok()).unwrap_or(usize::MAX)
        };
        match action {
            "run" => return self.run(call),
            "mock" => self.mock(call, number("mock")),
            "expect" => self.expect(call, number("expect")),
            "calls" => return Reply::success(self.calls(number("callee"))),
            "log" => return Reply::success(self.log(call)),
            "case" => self.case(number("each"), number("index")),
            _ => return self.refuse(call, format!("the test runner knows no `{action}`"), None),
        }
        Reply::success(Value::Null)
    }

    fn mock(&mut self, call: &Call<'_>, number: usize) {
        let parts = call.arguments.get("parts").and_then(Value::as_array);
        let parts = parts.into_iter().flat_map(|it| it.as_slice()).map(|part| {
            let count =
                |name: &str| part.get(name).and_then(Value::as_i64).map(|it| u64::try_from(it).unwrap_or(0));
            (count("times"), count("after").unwrap_or(0))
        });
        let parts = parts.collect();
        let captures = call.arguments.get("captures").cloned().unwrap_or(Value::Null);
        self.runner.world.mocks.push(Mocking { number, captures, parts, count: 0 });
    }

    fn calls(&self, callee: usize) -> Value {
        let Some(callee) = self.runner.test.callees.get(callee) else { return Value::from(0) };
        let count = self.runner.world.calls.iter().filter(|it| it.is_of(callee)).count();
        Value::from(count)
    }

    fn log(&self, call: &Call<'_>) -> Value {
        let resource = call.arguments.get("resource").and_then(Value::as_str).unwrap_or_default();
        self.runner.world.stores.log(resource)
    }

    /// The first case keeps the world for the others.
    fn case(&mut self, each: usize, index: usize) {
        let each = each as u64;
        match self.runner.saved.get(&each) {
            Some(world) if index > 0 => self.runner.world = world.clone(),
            _ => {
                self.runner.saved.insert(each, self.runner.world.clone());
            }
        }
    }

    fn expect(&mut self, call: &Call<'_>, number: usize) {
        self.runner.checked += 1;
        let given = |name: &str| call.arguments.get(name);
        if let Some(value) = given("value") {
            self.runner.snapshots.push((number, value.clone()));
            return;
        }
        let failure = match (given("run"), given("state")) {
            (None, _) if given("ok") == Some(&Value::from(true)) => return,
            (None, _) => {
                let (problem, at) = self.runner.latest.take().unzip();
                Failure {
                    message: "this does not hold".to_owned(),
                    left: given("left").cloned(),
                    right: given("right").cloned(),
                    durations: given("durations").is_some(),
                    note: problem.map(|it| format!("the latest run failed with {it}")),
                    at: at.flatten(),
                    ..Failure::default()
                }
            }
            (Some(run), Some(state)) => match not_visited(run, state) {
                Some(failure) => failure,
                None => return,
            },
            (Some(run), None) => {
                self.runner.unforeseen.retain(|(it, _)| it != run);
                match not_failed(run, given("error").and_then(Value::as_str)) {
                    Some(failure) => failure,
                    None => return,
                }
            }
        };
        let cases = given("cases").and_then(Value::as_array).map(|it| it.as_slice().to_vec());
        self.runner.fail(Failure { expect: Some(number), cases: cases.unwrap_or_default(), ..failure });
    }
}

fn not_visited(run: &Value, state: &Value) -> Option<Failure> {
    let states = run.get("states").cloned().unwrap_or(Value::Null);
    let visited = states.as_array().is_some_and(|all| all.as_slice().contains(state));
    let message = format!("the run did not enter {state}");
    (!visited).then(|| Failure { message, left: Some(states), ..Failure::default() })
}

fn not_failed(run: &Value, error: Option<&str>) -> Option<Failure> {
    let text = |name: &str| run.get(name).and_then(Value::as_str);
    let status = text("status").unwrap_or_default();
    // An execution that timed out has no error name of its own.
    let got = text("error").or((status == "TIMED_OUT").then_some("States.Timeout"));
    let failed = matches!(status, "FAILED" | "TIMED_OUT" | "ABORTED");
    let message = match (failed, error) {
        (true, None) => return None,
        (true, Some(error)) if got == Some(error) || error == "States.ALL" => return None,
        (true, Some(error)) => {
            let cause = text("cause").unwrap_or_default();
            let got = crate::runner::named(got.unwrap_or("no name"), cause);
            format!("the run did not fail with {error}, but with {got}")
        }
        (false, _) => format!("the run did not fail: it is {status}"),
    };
    let shown = if failed { None } else { run.get("output").cloned() };
    let at = failed.then(|| place(run)).flatten();
    let note = at.is_some().then(|| "it failed".to_owned());
    Some(Failure { message, left: shown, note, at, ..Failure::default() })
}

/// The workflow and the state that a run was in last.
fn place(run: &Value) -> Option<(String, String)> {
    let state = run.get("states")?.as_array()?.as_slice().last()?.as_str()?;
    let workflow = run.get("arn")?.as_str()?.split(':').nth(6)?;
    Some((workflow.to_owned(), state.to_owned()))
}
