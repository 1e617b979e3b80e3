//! Cases of kind `test_state`: one state, run alone.

use interpreter::test_state::{
    FieldValidation, InspectionLevel, Mock, Refusal, ResultSchemas, TestRequest, test_state,
};
use interpreter::{NoServices, Services};
use jsonata::Value;
use models::{Flavor, Shape, ShapeRef};
use serde_json::Value as Json;

use super::compare::difference;

pub(super) fn check(case: &Json) -> Result<(), String> {
    let request = request(case.get("request").unwrap_or(&Json::Null));
    let services: &mut dyn Services = &mut NoServices;
    let expected = case.get("expected").ok_or("the case expects nothing")?;
    let refused = case.get("raised").and_then(Json::as_bool).unwrap_or(false);
    match test_state(&request, services, &Models) {
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

/// The models of AWS's APIs.
struct Models;

impl ResultSchemas for Models {
    fn check(&self, resource: &asl::Resource, result: &Value, _: FieldValidation) -> Result<(), String> {
        // No result of these models has a required field whose absence was seen refused.
        let (flavor, integration) = match resource {
            asl::Resource::Optimized(it) => (Flavor::Optimized, it),
            asl::Resource::AwsSdk(it) => (Flavor::Sdk, it),
            asl::Resource::Lambda(_) | asl::Resource::Activity(_) | asl::Resource::Other(_) => return Ok(()),
        };
        let action = models::find(&integration.service, &integration.api, flavor);
        let Some(shape) = action.and_then(|it| it.result(models::Pattern::Request)) else { return Ok(()) };
        if integration.pattern != asl::Pattern::RequestResponse {
            return Ok(());
        }
        fits(&shape, result, "")
    }
}

fn fits(shape: &ShapeRef, value: &Value, field: &str) -> Result<(), String> {
    let wanted = |kind: &str| Err(format!("Field '{field}' must be {kind}"));
    match (shape.shape(), value) {
        (_, Value::Null) | (Shape::Json, _) => Ok(()),
        (Shape::String { values }, Value::String(text)) => {
            match values.is_empty() || values.contains(&&**text) {
                true => Ok(()),
                false => Err(format!("Field '{field}' is not an expected value")),
            }
        }
        (Shape::Bytes | Shape::Timestamp, Value::String(_)) => Ok(()),
        (Shape::String { .. } | Shape::Bytes | Shape::Timestamp, _) => wanted("a string"),
        (Shape::Int | Shape::Number, value) if value.is_number() => Ok(()),
        (Shape::Int | Shape::Number, _) => wanted("a number"),
        (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (Shape::Boolean, _) => wanted("a boolean"),
        (Shape::List(item), Value::Array(items)) => items.iter().try_for_each(|it| fits(&item, it, field)),
        (Shape::List(_), _) => wanted("an array"),
        (Shape::Map(item), Value::Object(members)) => {
            members.iter().try_for_each(|(name, it)| fits(&item, it, name))
        }
        (Shape::Record(record), Value::Object(members)) => {
            for (name, it) in members.iter() {
                if let Some(member) = record.member(name) {
                    fits(&member.shape, it, name)?;
                }
            }
            Ok(())
        }
        (Shape::Map(_) | Shape::Record(_), _) => wanted("an object"),
    }
}
