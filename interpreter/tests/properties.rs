//! Whatever is asked, nothing panics, histories are sound, and runs repeat.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use interpreter::history::Event;
use interpreter::{
    Call, Execution, Limits, Machine, Options, Reply, Services, intrinsics, jsonpath, random::Random,
};
use jsonata::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Succeeds, fails, delays, submits or never answers, by a sum over what is asked.
struct Whim;

impl Services for Whim {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let sum = call.state.bytes().chain(call.arguments.to_string().bytes()).map(u64::from).sum::<u64>();
        match (sum + call.retry_count) % 6 {
            0 => Reply::failure("Odd", "no"),
            1 => Reply::Done { after: 1500, result: Ok(call.arguments.clone()) },
            2 => Reply::Submitted { after: 10, output: Value::Null, then: Some((20, Ok(Value::from(1)))) },
            3 => Reply::Never,
            4 => Reply::Refused("no such thing".to_owned()),
            _ => Reply::success(call.arguments.clone()),
        }
    }
}

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-5i64..5).prop_map(Json::from),
        "[a-c]{0,2}".prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Json::from),
            prop::collection::vec(("[a-c]", inner), 0..3)
                .prop_map(|it| Json::Object(it.into_iter().collect())),
        ]
    })
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("$".to_owned()),
        Just("$.a".to_owned()),
        Just("$.a[0].b".to_owned()),
        Just("$..b".to_owned()),
        Just("$$.State.Name".to_owned()),
        Just("$x".to_owned()),
        Just("$.a[?(@.b == 1)]".to_owned()),
    ]
}

/// The body of a state, without its transition.
fn body(depth: u32) -> BoxedStrategy<Json> {
    let pass = (prop::option::of(path()), json_value()).prop_map(|(query, result)| match query {
        Some(query) => {
            json!({ "Type": "Pass", "Parameters": { "q.$": query, "v": result }, "ResultPath": "$.a" })
        }
        None => json!({ "Type": "Pass", "Result": result, "Assign": { "x.$": "$" } }),
    });
    let jsonata = prop_oneof![
        Just("$states.input"),
        Just("$states.context.State"),
        Just("$x + 1"),
        Just("{'a': [1, 2]}")
    ]
    .prop_map(|it| json!({ "Type": "Pass", "QueryLanguage": "JSONata", "Output": format!("{{% {it} %}}") }));
    let wait = (0u64..5).prop_map(|it| json!({ "Type": "Wait", "Seconds": it }));
    let resource = prop_oneof![
        Just("arn:aws:states:::lambda:invoke"),
        Just("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
        Just("arn:aws:lambda:us-east-1:123456789012:function:f"),
    ];
    let task = (resource, any::<bool>(), any::<bool>()).prop_map(|(resource, retry, caught)| {
        let mut it = json!({ "Type": "Task", "Resource": resource, "TimeoutSeconds": 5 });
        if retry {
            it["Retry"] =
                json!([{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2, "JitterStrategy": "FULL" }]);
        }
        if caught {
            it["Catch"] = json!([{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "last" }]);
        }
        it
    });
    let fail = Just(json!({ "Type": "Fail", "Error": "E" }));
    let simple = prop_oneof![3 => pass, 2 => jsonata, 1 => wait, 3 => task, 1 => fail];
    if depth == 0 {
        return simple.boxed();
    }
    let branches = prop::collection::vec(flow(depth - 1), 1..3).prop_map(|it| {
        json!({ "Type": "Parallel", "Branches": it,
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "last" }] })
    });
    let map = (flow(depth - 1), any::<bool>(), 0u64..3).prop_map(|(mut flow, distributed, most)| {
        if distributed {
            flow["ProcessorConfig"] = json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" });
        }
        json!({ "Type": "Map", "ItemProcessor": flow, "MaxConcurrency": most, "ItemsPath": "$.a",
            "ToleratedFailureCount": most, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "last" }] })
    });
    prop_oneof![4 => simple, 1 => branches, 1 => map].boxed()
}

/// States in a row, the last one a Succeed named `last`.
fn flow(depth: u32) -> BoxedStrategy<Json> {
    prop::collection::vec(body(depth), 1..4)
        .prop_map(|bodies| {
            let count = bodies.len();
            let mut states = serde_json::Map::new();
            for (at, mut body) in bodies.into_iter().enumerate() {
                if body["Type"] != "Fail" {
                    let next = if at + 1 < count { format!("s{}", at + 1) } else { "last".to_owned() };
                    body["Next"] = next.into();
                }
                states.insert(format!("s{at}"), body);
            }
            states.insert("last".to_owned(), json!({ "Type": "Succeed" }));
            json!({ "StartAt": "s0", "States": states })
        })
        .boxed()
}

fn run(definition: &Json, input: &Json) -> Option<(String, Vec<Event>)> {
    let machine = asl::read(&definition.to_string(), asl::Format::Json).machine?;
    let machine = Machine::compile(&machine).ok()?;
    let limits = Limits { transitions: Some(500), ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let outcome = Execution::new(&machine, Value::from(input), options).run(&mut Whim);
    Some((format!("{:?} {:?} {:?}", outcome.status, outcome.output, outcome.cause), outcome.history))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn machines_run_and_repeat(definition in flow(2), input in json_value()) {
        let Some((outcome, history)) = run(&definition, &input) else {
            return Err(TestCaseError::fail("the machine does not compile"));
        };
        for (at, event) in history.iter().enumerate() {
            prop_assert_eq!(event.id, at as u64 + 1);
            prop_assert!(event.previous < event.id);
            prop_assert!(event.to_json().is_object());
        }
        prop_assert_eq!(Some((outcome, history)), run(&definition, &input));
    }

    #[test]
    fn any_text_is_a_path_or_is_not(text in "[$@.\\[\\]*?()'a-c0-9:,= <>&|!~/-]{0,24}", input in json_value()) {
        if let Ok(path) = jsonpath::parse(&text) {
            let _ = path.find(&Value::from(&input));
        }
        let _ = jsonpath::parse(&format!("$.{text}"));
        let _ = jsonpath::parse(&format!("$[?({text})]"));
    }

    #[test]
    fn any_text_is_a_call_or_is_not(
        name in "(Format|Array|ArrayRange|ArrayPartition|ArrayGetItem|Hash|MathRandom|StringSplit|JsonMerge|Base64Decode)",
        arguments in "[$.a-c0-9', \\\\{}()-]{0,16}",
        input in json_value(),
    ) {
        if let Ok(call) = intrinsics::parse(&format!("States.{name}({arguments})")) {
            let _ = call.evaluate(&Value::from(&input), &mut Random::new(1));
        }
        let _ = intrinsics::parse(&arguments);
    }

    #[test]
    fn inserting_gives_back_what_was_inserted(value in json_value(), result in json_value()) {
        let path = jsonpath::parse("$.a.b").map_err(|error| TestCaseError::fail(error.to_string()))?;
        if let Ok(changed) = jsonpath::insert(&Value::from(&value), &path, Value::from(&result)) {
            prop_assert_eq!(path.find(&changed), Ok(Value::from(&result)));
        }
    }
}
