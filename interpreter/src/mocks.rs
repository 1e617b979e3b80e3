//! AWS's mock configuration file as services (Developer Guide, "Using mocked service integrations for testing"):
//!
//! ```json
//! {"StateMachines": {"Orders": {"TestCases": {"Happy": {"Charge": "ChargeOk"}}}},
//!  "MockedResponses": {"ChargeOk": {"0": {"Throw": {"Error": "Busy", "Cause": "…"}}, "1-2": {"Return": {"id": 7}}}}}
//! ```

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use asl::{Pattern, Resource};
use jsonata::Value;
use serde_json::Value as Json;

use crate::clock::Millis;
use crate::services::{Call, Callback, Reply, ServiceError, Services};
use crate::value;

/// A mock configuration file, read.
#[derive(Clone, Debug, PartialEq)]
pub struct MockConfig {
    /// Machine, test case, state: the name of a mocked response.
    machines: HashMap<String, HashMap<String, HashMap<String, String>>>,
    responses: HashMap<String, Arc<[Step]>>,
}

/// What the calls `first` to `last` of a state get.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    first: u64,
    last: u64,
    answer: Result<Value, ServiceError>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockError {
    /// JSON pointer.
    pub pointer: String,
    /// What is wrong, and what is wanted.
    pub message: String,
}

impl fmt::Display for MockError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => out.write_str(&self.message),
            pointer => write!(out, "{} at {pointer}", self.message),
        }
    }
}

impl std::error::Error for MockError {}

fn error(pointer: impl Into<String>, message: impl Into<String>) -> MockError {
    MockError { pointer: pointer.into(), message: message.into() }
}

fn members<'j>(json: &'j Json, pointer: &str) -> Result<&'j serde_json::Map<String, Json>, MockError> {
    json.as_object().ok_or_else(|| error(pointer, "expected an object"))
}

impl MockConfig {
    /// Reads a file's text.
    ///
    /// # Errors
    /// Where the text is no JSON, a part has the wrong type, or a test case names a response that is not there.
    pub fn parse(text: &str) -> Result<MockConfig, MockError> {
        let json: Json = serde_json::from_str(text).map_err(|it| error("", it.to_string()))?;
        let mut responses = HashMap::new();
        if let Some(all) = json.get("MockedResponses") {
            for (name, steps) in members(all, "/MockedResponses")? {
                responses.insert(name.clone(), steps_of(steps, &format!("/MockedResponses/{name}"))?);
            }
        }
        let mut machines = HashMap::new();
        let all = json.get("StateMachines").ok_or_else(|| error("/StateMachines", "is missing"))?;
        for (machine, it) in members(all, "/StateMachines")? {
            let pointer = format!("/StateMachines/{machine}/TestCases");
            let cases = it.get("TestCases").ok_or_else(|| error(&pointer, "is missing"))?;
            let mut read = HashMap::new();
            for (case, states) in members(cases, &pointer)? {
                read.insert(case.clone(), case_of(states, &responses, &format!("{pointer}/{case}"))?);
            }
            machines.insert(machine.clone(), read);
        }
        Ok(MockConfig { machines, responses })
    }

    /// The machines and their test cases, by name.
    pub fn cases(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = { self.machines.iter() }
            .flat_map(|(machine, cases)| cases.keys().map(|case| (machine.as_str(), case.as_str())))
            .collect();
        all.sort_unstable();
        all
    }

    /// The states that a test case mocks, sorted.
    pub fn states(&self, machine: &str, case: &str) -> Vec<&str> {
        let states = self.machines.get(machine).and_then(|it| it.get(case));
        let mut states: Vec<&str> = states.into_iter().flat_map(|it| it.keys()).map(String::as_str).collect();
        states.sort_unstable();
        states
    }

    /// One test case as services. States it does not name are answered by `rest`.
    pub fn services<'s>(&self, machine: &str, case: &str, rest: &'s mut dyn Services) -> Option<Mocks<'s>> {
        let states = self.machines.get(machine)?.get(case)?;
        let answers = states.iter().filter_map(|(state, response)| {
            Some((state.clone(), Answers { steps: self.responses.get(response)?.clone(), asked: 0 }))
        });
        Some(Mocks { answers: answers.collect(), rest })
    }
}

fn case_of(
    states: &Json,
    responses: &HashMap<String, Arc<[Step]>>,
    pointer: &str,
) -> Result<HashMap<String, String>, MockError> {
    let mut case = HashMap::new();
    for (state, name) in members(states, pointer)? {
        let pointer = format!("{pointer}/{state}");
        let name = name.as_str().ok_or_else(|| error(&pointer, "expected the name of a mocked response"))?;
        if !responses.contains_key(name) {
            return Err(error(&pointer, format!("there is no mocked response {name:?}")));
        }
        case.insert(state.clone(), name.to_owned());
    }
    Ok(case)
}

fn steps_of(json: &Json, pointer: &str) -> Result<Arc<[Step]>, MockError> {
    let mut steps = Vec::new();
    for (range, answer) in members(json, pointer)? {
        let pointer = format!("{pointer}/{range}");
        let numbers = match range.split_once('-') {
            Some((first, last)) => first.parse().ok().zip(last.parse().ok()),
            None => range.parse().ok().map(|it| (it, it)),
        };
        let (first, last) = numbers
            .ok_or_else(|| error(&pointer, "expected a number such as \"0\" or a range such as \"1-2\""))?;
        let answer = match (answer.get("Return"), answer.get("Throw")) {
            (Some(value), None) => Ok(Value::from(value)),
            (None, Some(thrown)) => {
                let text = |name: &str| thrown.get(name).and_then(Json::as_str).map(Arc::from);
                if text("Error").is_none() {
                    return Err(error(&pointer, "`Throw` needs the name of an `Error`"));
                }
                Err(ServiceError { error: text("Error"), cause: text("Cause") })
            }
            _ => return Err(error(&pointer, "expected either `Return` or `Throw`")),
        };
        steps.push(Step { first, last, answer });
    }
    steps.sort_by_key(|it| it.first);
    without_gaps(&steps, pointer)?;
    Ok(steps.into())
}

/// Calls are counted from 0, and each has one answer.
fn without_gaps(steps: &[Step], pointer: &str) -> Result<(), MockError> {
    let mut next = 0;
    for step in steps {
        if step.first > next {
            return Err(error(pointer, format!("calls are counted from 0, and call {next} has no answer")));
        }
        if step.first < next {
            return Err(error(pointer, format!("call {} has two answers", step.first)));
        }
        if step.last < step.first {
            return Err(error(pointer, format!("the range {}-{} is empty", step.first, step.last)));
        }
        next = step.last.saturating_add(1);
    }
    Ok(())
}

/// A test case, as services.
pub struct Mocks<'s> {
    answers: HashMap<String, Answers>,
    rest: &'s mut dyn Services,
}

struct Answers {
    steps: Arc<[Step]>,
    asked: u64,
}

impl Services for Mocks<'_> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let Some(answers) = self.answers.get_mut(call.state) else { return self.rest.call(call) };
        let number = answers.asked;
        answers.asked += 1;
        let step = answers.steps.iter().find(|it| (it.first..=it.last).contains(&number));
        let Some(step) = step else {
            let cause =
                format!("the mocked response of {:?} has nothing for call number {number}", call.state);
            return Reply::failure("States.Runtime", cause);
        };
        let waits = match call.resource {
            Resource::Optimized(it) | Resource::AwsSdk(it) => it.pattern != Pattern::RequestResponse,
            Resource::Activity(_) => true,
            Resource::Lambda(_) | Resource::Other(_) => false,
        };
        match waits {
            true => {
                Reply::Submitted { after: 0, output: value::empty(), then: Some((0, step.answer.clone())) }
            }
            false => Reply::Done { after: 0, result: step.answer.clone() },
        }
    }

    fn callbacks(&mut self, now: Millis) -> Vec<Callback> {
        self.rest.callbacks(now)
    }

    fn next_callback(&self) -> Option<Millis> {
        self.rest.next_callback()
    }

    fn object(&mut self, call: &Call<'_>) -> Result<Arc<[u8]>, ServiceError> {
        self.rest.object(call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Execution, Machine, NoServices, Options, Status};

    const CONFIG: &str = r#"{
        "StateMachines": {"Orders": {"TestCases": {"Busy": {"Charge": "BusyThenOk"}, "Down": {"Charge": "Down"}}}},
        "MockedResponses": {
            "BusyThenOk": {"0-1": {"Throw": {"Error": "Busy", "Cause": "later"}}, "2": {"Return": {"id": 7}}},
            "Down": {"0": {"Throw": {"Error": "Down"}}}}}"#;

    fn run(case: &str) -> crate::Outcome {
        let definition = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "charge"},
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 2}]}}}"#;
        let machine = asl::read(definition, asl::Format::Json).machine.expect("a machine");
        let machine = Machine::compile(&machine).expect("compiles");
        let config = MockConfig::parse(CONFIG).expect("reads");
        let mut rest = NoServices;
        let mut mocks = config.services("Orders", case, &mut rest).expect("the case");
        Execution::new(&machine, value::empty(), Options::default()).run(&mut mocks)
    }

    #[test]
    fn calls_are_counted_by_state() {
        let outcome = run("Busy");
        assert_eq!((outcome.status, outcome.elapsed), (Status::Succeeded, 6000));
        assert_eq!(outcome.output.map(|it| it.to_string()).as_deref(), Some("{\"id\":7}"));
        let outcome = run("Down");
        assert_eq!((outcome.status, outcome.error.as_deref()), (Status::Failed, Some("Down")));
    }

    #[test]
    fn each_call_has_one_answer() {
        let told = |steps: &str| {
            let text = format!(r#"{{"StateMachines": {{}}, "MockedResponses": {{"R": {steps}}}}}"#);
            MockConfig::parse(&text).map_or_else(|it| it.to_string(), |_| "reads".to_owned())
        };
        let one = r#"{"Return": 1}"#;
        assert_eq!(told(&format!(r#"{{"1-2": {one}, "0": {one}}}"#)), "reads");
        assert_eq!(
            told(&format!(r#"{{"1": {one}}}"#)),
            "calls are counted from 0, and call 0 has no answer at /MockedResponses/R"
        );
        assert_eq!(
            told(&format!(r#"{{"0-2": {one}, "1": {one}}}"#)),
            "call 1 has two answers at /MockedResponses/R"
        );
        assert_eq!(
            told(r#"{"0": {"Throw": {"Cause": "x"}}}"#),
            "`Throw` needs the name of an `Error` at /MockedResponses/R/0"
        );
    }

    #[test]
    fn a_broken_file_is_told_with_the_place() {
        let text = r#"{"StateMachines": {"M": {"TestCases": {"C": {"S": "Nope"}}}}}"#;
        assert_eq!(
            MockConfig::parse(text).expect_err("no such response").to_string(),
            "there is no mocked response \"Nope\" at /StateMachines/M/TestCases/C/S"
        );
    }
}
