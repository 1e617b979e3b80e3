//! Cases of kinds `validate` and `create_rejected`: definitions that AWS judged.

use asl::{Diagnostic, Format, MachineType, Options, Origin};
use serde_json::{Value as Json, json};

use super::compare::difference;

/// `ValidateStateMachineDefinition`.
pub(super) fn check_validation(case: &Json) -> Result<(), String> {
    let found = judge(case);
    let result = if found.iter().any(Diagnostic::is_error) { "FAIL" } else { "OK" };
    let diagnostics: Vec<Json> = found.iter().map(diagnostic).collect();
    let got = json!({ "diagnostics": diagnostics, "result": result, "truncated": false });
    let mut expected = case.get("expected").cloned().unwrap_or(Json::Null);
    if let Some(members) = expected.as_object_mut() {
        members.remove("ResponseMetadata");
    }
    difference(&expected, &got).map_or(Ok(()), Err)
}

/// `CreateStateMachine`; `None` where it is not the definition that was refused.
pub(super) fn check_rejection(case: &Json) -> Option<Result<(), String>> {
    let text = |pointer: &str| case.pointer(pointer).and_then(Json::as_str);
    let code = text("/expected/exception_typename").or(text("/expected/Error/Code"))?;
    if code != "InvalidDefinition" {
        return None;
    }
    let message = match text("/expected/exception_value") {
        Some(value) => value.split_once(" operation: ").map_or(value, |(_, message)| message),
        None => text("/expected/Error/Message")?,
    };
    let found = judge(case);
    let errors: Vec<String> = found.iter().filter(|it| it.is_error()).map(Diagnostic::summary).collect();
    let got = format!("Invalid State Machine Definition: '{}'", errors.join(", "));
    Some(if got == message { Ok(()) } else { Err(format!("expected {message}, got {got}")) })
}

fn judge(case: &Json) -> Vec<Diagnostic> {
    let definition = case.pointer("/request/definition").unwrap_or(&Json::Null);
    let text = definition.as_str().map_or_else(|| definition.to_string(), str::to_owned);
    let machine_type = match case.pointer("/request/type").and_then(Json::as_str) {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    };
    let read = asl::read(&text, Format::Json);
    let options = Options { machine_type, substitutions: false };
    let found = match &read.document {
        Some(document) => asl::validate(document, &options),
        None => read.diagnostics,
    };
    found.into_iter().filter(|it| it.origin == Origin::Aws).collect()
}

fn diagnostic(it: &Diagnostic) -> Json {
    let mut out = json!({ "code": it.code, "message": it.message, "severity": it.severity.name() });
    if let (Some(location), Some(members)) = (&it.location, out.as_object_mut()) {
        members.insert("location".to_owned(), location.as_str().into());
    }
    out
}
