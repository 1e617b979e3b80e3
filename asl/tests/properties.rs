//! Whatever the text, reading and validating end without a panic, and places are places.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use proptest::prelude::*;
use serde_json::{Map, Value};

/// Reads and validates in every way there is.
fn exercise(text: &str) {
    for format in [asl::Format::Json, asl::Format::Yaml] {
        let read = asl::read(text, format);
        let Some(document) = read.document else {
            assert_eq!(read.diagnostics.len(), 1);
            continue;
        };
        check_places(&document.root, text);
        for machine_type in [asl::MachineType::Standard, asl::MachineType::Express] {
            for substitutions in [false, true] {
                let options = asl::Options { machine_type, substitutions };
                for found in asl::validate(&document, &options) {
                    let span = found.span.unwrap_or_default();
                    assert!(text.get(span.start..span.end).is_some(), "{found:?}");
                }
            }
        }
    }
}

/// Every span lies within its parent's and on character boundaries.
fn check_places(node: &asl::Node, text: &str) {
    let span = node.span;
    assert!(text.get(span.start..span.end).is_some(), "{span:?}");
    for element in node.elements().unwrap_or_default() {
        check_places(element, text);
    }
    for member in node.members().unwrap_or_default() {
        assert!(text.get(member.key_span.start..member.key_span.end).is_some());
        check_places(&member.value, text);
    }
}

/// Keys and texts of the language, so that the checks get far.
const WORDS: &[&str] = &[
    "StartAt",
    "States",
    "Type",
    "Pass",
    "Task",
    "Choice",
    "Wait",
    "Succeed",
    "Fail",
    "Parallel",
    "Map",
    "Next",
    "End",
    "Default",
    "Choices",
    "Variable",
    "And",
    "Or",
    "Not",
    "StringEquals",
    "IsPresent",
    "Condition",
    "Catch",
    "Retry",
    "ErrorEquals",
    "States.ALL",
    "States.Timeout",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "ProcessorConfig",
    "Mode",
    "DISTRIBUTED",
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Resource",
    "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:lambda:us-east-1:1:function:f",
    "Parameters",
    "Arguments",
    "Assign",
    "Output",
    "ResultPath",
    "InputPath",
    "OutputPath",
    "a.$",
    "$.a",
    "$$.Task.Token",
    "$v.x",
    "{% $v %}",
    "{% $states.input.a %}",
    "States.Format('{}', $.a)",
    "QueryLanguage",
    "JSONata",
    "JSONPath",
    "Seconds",
    "Timestamp",
    "2024-01-01T00:00:00Z",
    "Label",
    "A",
    "B",
    "v",
    "${X}",
    "TimeoutSeconds",
    "Result",
    "Error",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![9 => proptest::sample::select(WORDS).prop_map(str::to_owned), 1 => ".{0,6}"]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 80, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((word(), inner), 0..8).prop_map(|it| Value::from(Map::from_iter(it))),
        ]
    })
}

/// A machine whose states are random objects of a known type.
fn machine() -> impl Strategy<Value = Value> {
    let names = proptest::sample::select(vec!["A", "B", "C"]);
    let types = proptest::sample::select(WORDS.get(3..11).unwrap().to_vec());
    let fields = proptest::collection::vec((word(), json()), 0..8);
    let state = (types, fields, names.clone()).prop_map(|(kind, fields, next)| {
        let mut state = Map::from_iter(fields);
        state.insert("Type".to_owned(), Value::from(kind));
        state.insert("Next".to_owned(), Value::from(next));
        Value::from(state)
    });
    proptest::collection::vec((names, state), 1..5).prop_map(|states| {
        let states = Map::from_iter(states.into_iter().map(|(name, it)| (name.to_owned(), it)));
        serde_json::json!({ "StartAt": "A", "States": states })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in ".*") {
        exercise(&text);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        exercise(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_json(value in json()) {
        exercise(&value.to_string());
        exercise(&serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn any_machine(value in machine()) {
        exercise(&value.to_string());
    }

    /// Objects read as what was written.
    #[test]
    fn reads_what_is_written(value in json()) {
        let value = serde_json::json!({ "it": value });
        let read = asl::read(&value.to_string(), asl::Format::Json);
        prop_assert_eq!(read.document.unwrap().root.to_value(), value);
    }

    /// Cut anywhere: an error with a place, or what came before.
    #[test]
    fn any_cut(value in machine(), cut in 0.0..1.0f64) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let at = text.floor_char_boundary((text.len() as f64 * cut) as usize);
        exercise(text.get(..at).unwrap());
    }
}

/// As deep as one likes.
#[test]
fn bounded_depth() {
    for opener in ["[", "{\"a\":", "[{\"a\":", "- ", "{a: ", "&a [", "- - ? "] {
        exercise(&opener.repeat(20_000));
        exercise(&format!("{{\"a\":{}", opener.repeat(20_000)));
    }
}

/// Four times the text takes about four times the time, not sixteen: of good states, and of states
/// with every finding that looks around.
#[test]
fn linear_time() {
    let good = |it: usize| {
        let next = it + 1;
        format!(
            r#""s{it}":{{"Type":"Pass","Assign":{{"v{it}":1}},"Parameters":{{"a.$":"$.a"}},"Next":"s{next}"}}"#
        )
    };
    let bad = |it: usize| {
        let (next, other) = (it + 1, it * 7);
        format!(
            r#""s{it}":{{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMesage","Parameters":{{"a.$":"$w{it}","b":"$.c"}},"ResultPath":"$.r{it}","Assign":{{"v{it}":1}},"Catch":[{{"ErrorEquals":["States.All"],"Next":"t{it}"}},{{"ErrorEquals":["A"],"Next":"s{other}"}}],"Next":"s{next}"}}"#
        )
    };
    for state in [&good as &dyn Fn(usize) -> String, &bad] {
        let time = |count: usize| {
            let states: Vec<String> = (0..count).map(state).collect();
            let states = states.join(",");
            let text = format!(r#"{{"StartAt":"s0","States":{{{states},"s{count}":{{"Type":"Succeed"}}}}}}"#);
            let start = std::time::Instant::now();
            let read = asl::read(&text, asl::Format::Json);
            asl::validate(&read.document.unwrap(), &asl::Options::default());
            start.elapsed()
        };
        let best = |count: usize| (0..5).map(|_| time(count)).min().unwrap();
        let (short, long) = (best(500), best(2_000));
        println!("{short:?}, {long:?}");
        assert!(long < short * 10);
    }
}
