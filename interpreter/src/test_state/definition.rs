//! A machine around the state to be tested.

use serde_json::{Map, Value as Json, json};

use super::{Refusal, TestRequest, invalid, read, refusal};
use crate::machine::Machine;

/// What AWS calls a state that is given without a name.
const UNNAMED: &str = "StateName";

/// The machine to run, and the state's name.
pub(super) fn machine(request: &TestRequest) -> Result<(Machine, String), Refusal> {
    let (text, name) = match request.state_name.as_deref() {
        Some("") => {
            return Err(refusal(
                "ParamValidationError",
                "Parameter validation failed:\nInvalid length for parameter stateName, value: 0, valid min length: 1",
            ));
        }
        Some(name) => (request.definition.clone(), name.to_owned()),
        None => (wrapped(&request.definition)?, UNNAMED.to_owned()),
    };
    let read = read(&text);
    let options = asl::Options { substitutions: false, ..asl::Options::default() };
    let errors: Vec<String> = match &read.document {
        Some(document) => {
            let found = asl::validate(document, &options);
            let own = found.iter().filter(|it| it.is_error() && it.origin == asl::Origin::Aws);
            own.map(asl::Diagnostic::summary).collect()
        }
        None => read.diagnostics.iter().map(asl::Diagnostic::summary).collect(),
    };
    if !errors.is_empty() {
        let message = format!("Invalid State Machine Definition: '{}'", errors.join(", "));
        return Err(refusal("InvalidDefinition", message));
    }
    let unreadable = || refusal("InvalidDefinition", "Invalid State Machine Definition");
    let machine = Machine::compile(&read.machine.ok_or_else(unreadable)?).map_err(|error| {
        refusal("InvalidDefinition", format!("Invalid State Machine Definition: '{error}'"))
    })?;
    if !machine.states().any(|(it, _)| it == name) {
        return Err(invalid("State not found in definition"));
    }
    Ok((machine, name))
}

/// A machine of the one state. Where it goes to there stand empty states.
fn wrapped(definition: &str) -> Result<String, Refusal> {
    let state: Json = serde_json::from_str(definition)
        .map_err(|error| refusal("InvalidDefinition", format!("Invalid State Definition: '{error}'")))?;
    let mut states = Map::new();
    let mut targets = Vec::new();
    let mut target = |it: Option<&Json>| targets.extend(it.and_then(Json::as_str).map(str::to_owned));
    target(state.get("Next"));
    target(state.get("Default"));
    for list in ["Choices", "Catch"] {
        for entry in state.get(list).and_then(Json::as_array).into_iter().flatten() {
            target(entry.get("Next"));
        }
    }
    let language = state.get("QueryLanguage").cloned();
    states.insert(UNNAMED.to_owned(), state);
    for name in targets {
        states.entry(name).or_insert_with(|| json!({ "Type": "Succeed" }));
    }
    let mut machine = Map::new();
    if let Some(language) = language {
        // The language of a lone state holds for the states within it too.
        machine.insert("QueryLanguage".to_owned(), language);
    }
    machine.insert("StartAt".to_owned(), UNNAMED.into());
    machine.insert("States".to_owned(), Json::Object(states));
    Ok(Json::Object(machine).to_string())
}
