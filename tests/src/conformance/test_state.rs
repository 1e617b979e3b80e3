//! Cases of kind `test_state`: one state, run alone.

use interpreter::test_state::{FieldValidation, InspectionLevel, Mock, Refusal, TestRequest, test_state};
use interpreter::{NoServices, Services};
use jsonata::Value;
use serde_json::Value as Json;

use super::compare::difference;

pub(super) fn check(case: &Json) -> Result<(), String> {
    let request = request(case.get("request").unwrap_or(&Json::Null));
    let services: &mut dyn Services = &mut NoServices;
    let expected = case.get("expected").ok_or("the case expects nothing")?;
    let refused = case.get("raised").and_then(Json::as_bool).unwrap_or(false);
    match test_state(&request, services) {
        Ok(result) if refused => Err(format!("expected a refusal {expected}, got {}", result.to_json())),
        Ok(result) => {
            let mut expected = expected.clone();
            if let Some(members) = expected.as_object_mut() {
                members.remove("ResponseMetadata");
            }
            difference(&expected, &result.to_json()).map_or(Ok(()), Err)
        }
        Err(refusal) if refused => check_refusal(expected, &refusal),
        Err(refusal) => Err(format!("refused: {refusal:?}")),
    }
}

/// As botocore raises it, or as the service answers.
fn check_refusal(expected: &Json, refusal: &Refusal) -> Result<(), String> {
    let text = |pointer: &str| expected.pointer(pointer).and_then(Json::as_str);
    let (code, message) = match text("/exception_typename") {
        Some(code) => {
            let value = text("/exception_value").unwrap_or_default();
            let message = value.split_once(" operation: ").map_or(value, |(_, message)| message);
            (code, message)
        }
        None => (text("/Error/Code").unwrap_or_default(), text("/Error/Message").unwrap_or_default()),
    };
    match (code, message) == (refusal.code, refusal.message.as_str()) {
        true => Ok(()),
        false => Err(format!("expected {code}: {message}, got {refusal:?}")),
    }
}

fn request(json: &Json) -> TestRequest {
    let text = |pointer: &str| json.pointer(pointer).map(as_text);
    let number = |pointer: &str| json.pointer(pointer).and_then(Json::as_u64);
    let value = |pointer: &str| json.pointer(pointer).map(Value::from);
    let mock = json.get("mock").map(|mock| Mock {
        result: mock.get("result").map(as_text),
        error: mock.get("errorOutput").map(|it| {
            let text = |name: &str| it.get(name).map(as_text).unwrap_or_default();
            (text("error"), text("cause"))
        }),
        validation: match mock.get("fieldValidationMode").and_then(Json::as_str) {
            Some("PRESENT") => FieldValidation::Present,
            Some("NONE") => FieldValidation::None,
            _ => FieldValidation::Strict,
        },
    });
    TestRequest {
        definition: text("/definition").unwrap_or_default(),
        state_name: text("/stateName"),
        input: value("/input"),
        variables: value("/variables"),
        context: value("/context"),
        role: text("/roleArn"),
        inspection: match text("/inspectionLevel").as_deref() {
            Some("DEBUG") => InspectionLevel::Debug,
            Some("TRACE") => InspectionLevel::Trace,
            _ => InspectionLevel::Info,
        },
        reveal_secrets: json.get("revealSecrets").and_then(Json::as_bool).unwrap_or(false),
        mock,
        retrier_retry_count: number("/stateConfiguration/retrierRetryCount"),
        map_iteration_failure_count: number("/stateConfiguration/mapIterationFailureCount"),
        error_caused_by_state: text("/stateConfiguration/errorCausedByState"),
        map_item_reader_data: text("/stateConfiguration/mapItemReaderData"),
    }
}

fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
