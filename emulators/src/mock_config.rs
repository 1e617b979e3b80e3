//! `MockConfigFile.json`, as Step Functions Local reads it (Developer Guide, "Testing with mocked service
//! integrations").

use std::collections::HashMap;
use std::sync::Arc;

use interpreter::{Call, Reply, ServiceError, Services};
use jsonata::Value;
use serde_json::{Map, Value as Json};

/// A file of mocked responses and the test cases that name them.
#[derive(Clone, Debug)]
pub struct MockConfig {
    /// Machine → case → state → name of a response.
    machines: Map<String, Json>,
    responses: HashMap<String, Arc<[Answer]>>,
}

/// An answer and the invocations (from 0) that get it.
#[derive(Clone, Debug)]
struct Answer {
    first: u64,
    last: u64,
    result: Result<Value, ServiceError>,
}

impl MockConfig {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// A line that names the place and what is expected there.
    pub fn parse(text: &str) -> Result<MockConfig, String> {
        let file: Json = serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        let machines = object(&file, "StateMachines", "the file")?.clone();
        let mut responses = HashMap::new();
        if file.get("MockedResponses").is_some() {
            for (name, response) in object(&file, "MockedResponses", "the file")? {
                responses.insert(name.clone(), answers(name, response)?);
            }
        }
        Ok(MockConfig { machines, responses })
    }

    /// The mocks of a test case. Without a machine's name the case is looked for in all of them.
    ///
    /// # Errors
    /// Where there is no such case, or it names a response that isn't there.
    pub fn case(&self, machine: Option<&str>, case: &str) -> Result<MockCase, String> {
        let mut known = Vec::new();
        for (name, declared) in &self.machines {
            if machine.is_some_and(|it| it != name) {
                continue;
            }
            let cases = object(declared, "TestCases", &format!("StateMachines.{name}"))?;
            match cases.get(case) {
                Some(states) => return self.mocks(name, case, states),
                None => known.extend(cases.keys().map(|it| format!("{name}#{it}"))),
            }
        }
        let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(format!("there is no test case `{case}`; those there are: {list}"))
    }

    fn mocks(&self, machine: &str, case: &str, states: &Json) -> Result<MockCase, String> {
        let place = format!("StateMachines.{machine}.TestCases.{case}");
        let states = states.as_object().ok_or_else(|| format!("{place} must be an object of states"))?;
        let mut mocked = HashMap::new();
        for (state, response) in states {
            let name = response.as_str().ok_or_else(|| format!("{place}.{state} must name a response"))?;
            let answers = self
                .responses
                .get(name)
                .ok_or_else(|| format!("{place}.{state}: MockedResponses has no `{name}`"))?;
            mocked.insert(state.clone(), (answers.clone(), 0));
        }
        Ok(MockCase { machine: machine.to_owned(), case: case.to_owned(), states: mocked })
    }
}

fn object<'a>(value: &'a Json, member: &str, place: &str) -> Result<&'a Map<String, Json>, String> {
    let found = value.get(member).and_then(Json::as_object);
    found.ok_or_else(|| format!("{place} must have an object `{member}`"))
}

/// `{ "0": { "Return": … }, "1-2": { "Throw": { "Error", "Cause" } } }`
fn answers(name: &str, response: &Json) -> Result<Arc<[Answer]>, String> {
    let place = format!("MockedResponses.{name}");
    let members = response.as_object().ok_or_else(|| format!("{place} must be an object"))?;
    let mut all = Vec::new();
    for (key, answer) in members {
        let (first, last) = key.split_once('-').unwrap_or((key, key));
        let number = |text: &str| {
            let wrong =
                || format!("{place}: `{key}` must be the number of an invocation, or a range such as 0-2");
            text.trim().parse::<u64>().map_err(|_| wrong())
        };
        let (first, last) = (number(first)?, number(last)?);
        all.push(Answer { first, last, result: result(&format!("{place}.{key}"), answer)? });
    }
    Ok(all.into())
}

fn result(place: &str, answer: &Json) -> Result<Result<Value, ServiceError>, String> {
    match (answer.get("Return"), answer.get("Throw")) {
        (Some(value), None) => Ok(Ok(Value::from(value))),
        (None, Some(error)) => {
            let text = |name: &str| error.get(name).and_then(Json::as_str).map(Arc::from);
            Ok(Err(ServiceError { error: text("Error"), cause: text("Cause") }))
        }
        _ => Err(format!("{place} must have either `Return` or `Throw`")),
    }
}

/// A test case: answers tasks by the names of their states.
#[derive(Clone, Debug)]
pub struct MockCase {
    machine: String,
    case: String,
    /// The answers of a state and how often it was called.
    states: HashMap<String, (Arc<[Answer]>, u64)>,
}

impl MockCase {
    /// No mocks at all, for a machine of that name.
    pub fn none(machine: &str) -> MockCase {
        MockCase { machine: machine.to_owned(), case: "Test".to_owned(), states: HashMap::new() }
    }

    fn missing(&self, call: &Call<'_>) -> String {
        let (machine, case, state) = (&self.machine, &self.case, call.state);
        let returned = if call.arn.contains(":lambda:invoke") && !call.arn.ends_with(".waitForTaskToken") {
            r#"{ "StatusCode": 200, "Payload": {} }"#
        } else {
            "{}"
        };
        let json = |text: &str| Json::from(text).to_string();
        format!(
            "no mock answers the state {state} ({arn}), which asks {arguments}. In the file of mocks write\n\
             {{\n  \"StateMachines\": {{ {machine}: {{ \"TestCases\": {{ {case}: {{ {name}: \"Answer\" }} }} }} }},\n  \
             \"MockedResponses\": {{ \"Answer\": {{ \"0\": {{ \"Return\": {returned} }} }} }}\n}}",
            arn = call.arn,
            arguments = call.arguments,
            machine = json(machine),
            case = json(case),
            name = json(state),
        )
    }
}

impl Services for MockCase {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let Some((answers, count)) = self.states.get_mut(call.state) else {
            return Reply::Refused(self.missing(call));
        };
        let number = *count;
        *count += 1;
        match answers.iter().find(|it| it.first <= number && number <= it.last) {
            Some(found) => crate::answer(call, 0, found.result.clone()),
            None => Reply::Refused(format!(
                "the mock of the state {} has no answer for invocation {number} (they count from 0)",
                call.state
            )),
        }
    }
}
