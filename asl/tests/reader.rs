//! Notations: errors in AWS's words, places, and what YAML adds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use asl::{Format, read};
use serde_json::{Value, json};

/// The message without its place, and the place's line and column.
fn error(text: &str) -> (String, String) {
    let read = read(text, Format::Json);
    let [error] = read.diagnostics.as_slice() else {
        panic!("{:?}", read.diagnostics);
    };
    assert_eq!(error.code, "INVALID_JSON_DESCRIPTION");
    let location = error.location.clone().unwrap();
    let (message, place) = error.message.split_once("\n at ").unwrap();
    assert_eq!(place, location);
    let place = location.rsplit_once("\"; ").unwrap().1.trim_end_matches(']');
    (message.to_owned(), place.to_owned())
}

/// AWS reads with Jackson and hands on what it says.
#[test]
fn syntax_errors_in_jackson_s_words() {
    let values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    let end = |container: &str, text: &str| {
        format!(
            "Unexpected end-of-input: expected close marker for {container} (start marker at [Source: (String)\"{text}\"; line: 1, column: 1])"
        )
    };
    let cases = [
        (
            "not a definition",
            format!("Unrecognized token 'not': was expecting {values}"),
            "line: 1, column: 4",
        ),
        (
            "{\n  x: 1}",
            "Unexpected character ('x' (code 120)): was expecting double-quote to start field name"
                .to_owned(),
            "line: 2, column: 4",
        ),
        (
            "{\"a\" 1}",
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value"
                .to_owned(),
            "line: 1, column: 7",
        ),
        (
            "{\"a\":1 \"b\"}",
            "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries"
                .to_owned(),
            "line: 1, column: 9",
        ),
        (
            "{\"a\":}",
            format!("Unexpected character ('}}' (code 125)): expected a valid value {values}"),
            "line: 1, column: 7",
        ),
        ("{\"a\":1", end("Object", "{\"a\":1"), "line: 1, column: 7"),
        ("[1", end("Array", "[1"), "line: 1, column: 3"),
        (
            "{\"a\":\"x",
            "Unexpected end-of-input: was expecting closing quote for a string value".to_owned(),
            "line: 1, column: 8",
        ),
        ("{\"a", "Unexpected end-of-input in field name".to_owned(), "line: 1, column: 4"),
        ("{\"a\":\"\\q\"}", "Unrecognized character escape 'q' (code 113)".to_owned(), "line: 1, column: 9"),
        ("{\"a\":01}", "Invalid numeric value: Leading zeroes not allowed".to_owned(), "line: 1, column: 8"),
        (
            "{\"a\":truey}",
            format!("Unrecognized token 'truey': was expecting {values}"),
            "line: 1, column: 11",
        ),
    ];
    for (text, message, place) in cases {
        assert_eq!(error(text), (message, place.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_object() {
    for text in [" \n", "[]", "\"x\"", "7", "null"] {
        let read = read(text, Format::Json);
        assert_eq!(read.diagnostics.len(), 1, "{text}");
        assert_eq!(read.diagnostics[0].message, "Definition must be a valid JSON object");
    }
}

/// Every node of a YAML file is found at its pointer, with its text.
#[test]
fn places() {
    let json = "{\"StartAt\": \"é\", \"States\": {\"a/b\": {\"x\": [1, {\"y\": \"\\u00e9\"}]}}}";
    let yaml = "# é\nStartAt: é\nStates:\n  a/b:\n    x:\n      - 1\n      - y: 'é'\n";
    let cases = [
        (json, Format::Json, "/States/a~1b/x/1/y", "\"\\u00e9\""),
        (json, Format::Json, "/States/a~1b/x", "[1, {\"y\": \"\\u00e9\"}]"),
        (yaml, Format::Yaml, "/StartAt", "é"),
        (yaml, Format::Yaml, "/States/a~1b/x/0", "1"),
        (yaml, Format::Yaml, "/States/a~1b/x/1/y", "'é'"),
    ];
    for (text, format, pointer, expected) in cases {
        let document = read(text, format).document.unwrap();
        let span = document.span(pointer).unwrap();
        assert_eq!(&text[span.start..span.end], expected, "{pointer}");
    }
}

fn yaml(text: &str) -> Value {
    let read = read(text, Format::Yaml);
    assert_eq!(read.diagnostics, vec![]);
    read.document.unwrap().root.to_value()
}

#[test]
fn what_yaml_adds() {
    assert_eq!(
        yaml("a: yes\nb: ~\nc: 0x1F\nd: 1.5e3\ne: '1'\nf: |\n  x\n  y\ng: 2024-01-01\nh: .5\n1: i"),
        json!({
            "a": "yes", "b": null, "c": 31, "d": 1500.0, "e": "1", "f": "x\ny\n", "g": "2024-01-01",
            "h": 0.5, "1": "i",
        })
    );
    assert_eq!(
        yaml("a: !Ref X\nb: !GetAtt F.Arn\nc: !GetAtt [F, Arn]\nd: !Sub 'arn:${X}'\ne: !!str 1"),
        json!({ "a": "${X}", "b": "${F.Arn}", "c": "${F.Arn}", "d": "arn:${X}", "e": "1" })
    );
    assert_eq!(
        yaml("a: &r {x: 1, y: 2}\nb: {<<: *r, y: 3}\nc: [*r]\nd: {<<: [*r, {z: 4}]}"),
        json!({
            "a": { "x": 1, "y": 2 }, "b": { "y": 3, "x": 1 }, "c": [{ "x": 1, "y": 2 }],
            "d": { "x": 1, "y": 2, "z": 4 },
        })
    );
}

#[test]
fn bombs_do_not_go_off() {
    let mut text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..20 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    let read = read(&text, Format::Yaml);
    assert_eq!(read.diagnostics.len(), 1);
    assert_eq!(read.diagnostics[0].code, "INVALID_YAML");
}

/// The model is what the interpreter runs: defaults are filled in, twins are one field.
#[test]
fn model() {
    let text = r#"{"StartAt":"T","States":{
        "T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
             "HeartbeatSecondsPath":"$.h","ResultPath":null,"Retry":[{"ErrorEquals":["A"]}],"Next":"M"},
        "M":{"Type":"Map","Iterator":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},
             "Parameters":{"a":1},"End":true}}}"#;
    let machine = read(text, Format::Json).machine.unwrap();
    let states = &machine.flow.states;
    let asl::model::StateKind::Task(task) = &states["T"].kind else { panic!() };
    assert_eq!(task.heartbeat_seconds, Some(asl::model::Dynamic::Path("$.h".to_owned())));
    assert_eq!((task.data.result_path.as_deref(), task.data.input_path.as_deref()), (None, Some("$")));
    let retrier = &task.retry[0];
    assert_eq!((retrier.interval_seconds, retrier.max_attempts, retrier.backoff_rate), (1, 3, 2.0));
    let asl::Resource::Optimized(it) = asl::Resource::parse(&task.resource) else { panic!() };
    assert_eq!((it.api.as_str(), it.pattern), ("sendMessage", asl::Pattern::WaitForTaskToken));
    let asl::model::StateKind::Map(map) = &states["M"].kind else { panic!() };
    assert_eq!(map.item_selector, Some(json!({ "a": 1 })));
    assert_eq!(map.item_processor.flow.pointer, "/States/M/Iterator");
    assert_eq!(map.item_processor.flow.states["P"].pointer, "/States/M/Iterator/States/P");
}

#[test]
fn nothing_and_too_much_have_codes_of_their_own() {
    let code =
        |text: &str, format: asl::Format| asl::read(text, format).diagnostics.first().map(|it| it.code);
    assert_eq!(code("", asl::Format::Json), Some("MISSING_DESCRIPTION"));
    assert_eq!(code(" ", asl::Format::Json), Some("SCHEMA_VALIDATION_FAILED"));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(128), "]".repeat(128));
    assert_eq!(code(&deep, asl::Format::Json), Some("TOO_DEEPLY_NESTED"));
    assert_eq!(
        code(&deep.replace("[[", "[[[").replace("]]", "]]]"), asl::Format::Yaml),
        Some("TOO_DEEPLY_NESTED")
    );
}
