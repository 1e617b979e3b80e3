//! What answers the states that a test case does not name.

use interpreter::{Call, Reply, Services};
use serde_json::Value as Json;

/// Fails every task, and says which mock to write in `MockConfigFile.json`.
#[derive(Clone, Debug)]
pub struct Unmocked {
    /// The state machine's name.
    pub machine: String,
    /// The test case's name.
    pub case: String,
}

impl Services for Unmocked {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let returned = if call.arn.contains(":lambda:invoke") && !call.arn.ends_with(".waitForTaskToken") {
            r#"{ "StatusCode": 200, "Payload": {} }"#
        } else {
            "{}"
        };
        let json = |text: &str| Json::from(text).to_string();
        Reply::Refused(format!(
            "no mock answers the state {state} ({arn}), which asks {arguments}. In the file of mocks write\n\
             {{\n  \"StateMachines\": {{ {machine}: {{ \"TestCases\": {{ {case}: {{ {name}: \"Answer\" }} }} }} }},\n  \
             \"MockedResponses\": {{ \"Answer\": {{ \"0\": {{ \"Return\": {returned} }} }} }}\n}}",
            state = call.state,
            arn = call.arn,
            arguments = call.arguments,
            machine = json(&self.machine),
            case = json(&self.case),
            name = json(call.state),
        ))
    }
}
