//! A path or a call of an intrinsic function, a line `---`, and data: parsed, evaluated, written through, and put into each
//! field that takes one.
#![no_main]

use interpreter::random::Random;
use interpreter::{Execution, Limits, Machine, NoServices, Options, intrinsics, jsonpath};
use jsonata::Value;
use libfuzzer_sys::fuzz_target;

/// Fields that hold a path or a call, each in a state of its own.
const STATES: &[&str] = &[
    r#"{"Type":"Pass","InputPath":PATH,"End":true}"#,
    r#"{"Type":"Pass","OutputPath":PATH,"End":true}"#,
    r#"{"Type":"Pass","Result":1,"ResultPath":PATH,"End":true}"#,
    r#"{"Type":"Pass","Parameters":{"a":{"b.$":PATH,"c":[{"d.$":PATH}]}},"Assign":{"v.$":PATH},"End":true}"#,
    r#"{"Type":"Choice","Choices":[{"Variable":PATH,"StringEqualsPath":PATH,"Next":"E"}],"Default":"E"}"#,
    r#"{"Type":"Choice","Choices":[{"Not":{"Variable":PATH,"IsPresent":true},"Next":"E"}],"Default":"E"}"#,
    r#"{"Type":"Wait","SecondsPath":PATH,"End":true}"#,
    r#"{"Type":"Wait","TimestampPath":PATH,"End":true}"#,
    r#"{"Type":"Fail","ErrorPath":PATH,"CausePath":PATH}"#,
    r#"{"Type":"Map","ItemsPath":PATH,"MaxConcurrencyPath":PATH,"ItemSelector":{"a.$":PATH},"End":true,
        "ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}"#,
];

fuzz_target!(|text: &str| {
    let (text, data) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let Ok(data) = data.parse::<Value>() else { return };
    path(text, &data);
    if let Ok(call) = intrinsics::parse(text) {
        let _ = call.evaluate(&data, &mut Random::new(7));
    }
    for state in STATES {
        run(&state.replace("PATH", &Value::from(text).to_string()), &data);
    }
});

fn path(text: &str, data: &Value) {
    let Ok(path) = jsonpath::parse(text) else { return };
    assert!(!path.to_string().is_empty());
    let _ = path.find(data);
    let Ok(written) = jsonpath::insert(data, &path, Value::from("written")) else { return };
    if path.root == jsonpath::Root::Input && path.function.is_none() {
        assert_eq!(path.find(&written).ok(), Some(Value::from("written")), "{text}");
    }
}

fn run(state: &str, data: &Value) {
    let definition = format!(r#"{{"StartAt":"S","States":{{"S":{state},"E":{{"Type":"Succeed"}}}}}}"#);
    let read = asl::read(&definition, asl::Format::Json);
    if let Some(document) = &read.document {
        let _ = asl::validate(document, &asl::Options::default());
    }
    let Some(Ok(machine)) = read.machine.map(|it| Machine::compile(&it)) else { return };
    let limits = Limits { transitions: Some(50), ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let _ = Execution::new(&machine, data.clone(), options).run(&mut NoServices);
}
