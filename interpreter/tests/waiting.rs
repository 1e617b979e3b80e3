//! Tasks that wait for somebody else, within what retries and catches.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::sync::Arc;

use interpreter::{
    Call, Callback, Execution, Machine, Message, Options, Outcome, Reply, ServiceError, Services,
};
use jsonata::Value;

/// Remembers every token it was given, and says what it is told to of the so many-th, at its time.
#[derive(Default)]
struct Workers {
    tokens: Vec<Arc<str>>,
    due: Vec<(i64, usize, Message)>,
    calls: Vec<String>,
}

impl Services for Workers {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        self.tokens.push(call.token.expect("a token").into());
        self.calls.push(format!("{}@{}", call.state, call.now / 1000));
        Reply::Submitted { after: 0, output: Value::Null, then: None }
    }

    fn callbacks(&mut self, now: i64) -> Vec<Callback> {
        let (come, later) = std::mem::take(&mut self.due)
            .into_iter()
            .partition::<Vec<_>, _>(|(at, which, _)| *at <= now && *which < self.tokens.len());
        self.due = later;
        let token = |which: usize| self.tokens[which].clone();
        come.into_iter().map(|(_, which, message)| Callback { token: token(which), message }).collect()
    }

    fn next_callback(&self) -> Option<i64> {
        self.due.iter().map(|it| it.0).min()
    }
}

/// The outcome, and which state asked when, in seconds.
fn run(states: &str, due: Vec<(i64, usize, Message)>) -> (Outcome, String) {
    let read = asl::read(&format!(r#"{{"StartAt":"S","States":{states}}}"#), asl::Format::Json);
    let machine = Machine::compile(&read.machine.expect("a machine")).expect("compiles");
    let mut workers = Workers { due, ..Workers::default() };
    let options = Options { start: 0, ..Options::default() };
    let outcome = Execution::new(&machine, "{}".parse().expect("JSON"), options).run(&mut workers);
    (outcome, workers.calls.join(" "))
}

fn told(outcome: &Outcome) -> String {
    match &outcome.output {
        Some(output) => output.to_string(),
        None => format!("{:?} {}", outcome.status, outcome.error.as_deref().unwrap_or("-")),
    }
}

fn done(value: i64) -> Message {
    Message::Success(Value::from(value as f64))
}

fn failed(error: &str) -> Message {
    Message::Failure(ServiceError::new(error, "why"))
}

const ASK: &str = r#""Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters":{"QueueUrl":"q","MessageBody.$":"$$.Task.Token"}"#;
const ACT: &str = r#""Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a""#;
const AGAIN: &str =
    r#""Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":3,"MaxAttempts":2,"BackoffRate":1}]"#;

#[test]
fn a_retried_callback_has_a_token_of_its_own() {
    for task in [ASK, ACT] {
        let states = format!(r#"{{"S":{{{task},"HeartbeatSeconds":5,{AGAIN},"End":true}}}}"#);
        // The first token says too late that it is done.
        let due = vec![(6_000, 0, done(1)), (9_000, 1, done(2))];
        let (outcome, calls) = run(&states, due);
        assert_eq!((told(&outcome).as_str(), calls.as_str()), ("2", "S@0 S@8"), "{task}");
        let (outcome, calls) = run(&states, vec![]);
        assert_eq!(
            (told(&outcome).as_str(), calls.as_str(), outcome.elapsed),
            ("Failed States.Timeout", "S@0 S@8 S@16", 21_000),
            "{task}"
        );
        let (outcome, calls) = run(&states, vec![(1_000, 0, failed("E")), (5_000, 1, done(3))]);
        assert_eq!((told(&outcome).as_str(), calls.as_str()), ("3", "S@0 S@4"), "{task}");
    }
}

#[test]
fn heartbeats_do_not_outlast_the_timeout() {
    let states = format!(
        r#"{{"S":{{{ASK},"HeartbeatSeconds":5,"TimeoutSeconds":12,"Catch":[{{"ErrorEquals":
            ["States.HeartbeatTimeout"],"Next":"H"}},{{"ErrorEquals":["States.Timeout"],"Next":"T"}}],"End":true}},
            "H":{{"Type":"Pass","Result":"heartbeat","End":true}},"T":{{"Type":"Pass","Result":"timeout","End":true}}}}"#
    );
    let beats = |times: &[i64]| times.iter().map(|at| (*at, 0, Message::Heartbeat)).collect::<Vec<_>>();
    let (outcome, _) = run(&states, beats(&[4_000, 8_000, 11_000]));
    assert_eq!((told(&outcome).as_str(), outcome.elapsed), (r#""timeout""#, 12_000));
    let (outcome, _) = run(&states, beats(&[4_000]));
    assert_eq!((told(&outcome).as_str(), outcome.elapsed), (r#""heartbeat""#, 9_000));
}

#[test]
fn a_parallel_that_starts_anew_forgets_who_waits() {
    let branch = |name: &str, task: &str| {
        format!(r#"{{"StartAt":"{name}","States":{{"{name}":{{{task},"End":true}}}}}}"#)
    };
    let states = format!(
        r#"{{"S":{{"Type":"Parallel","Branches":[{},{}],{AGAIN},"Catch":[{{"ErrorEquals":["States.ALL"],
        "Next":"C"}}],"End":true}},"C":{{"Type":"Pass","End":true}}}}"#,
        branch("A", ASK),
        branch("B", ACT)
    );
    // B fails at 2; what A's first token says at 4 and 6 is heard by nobody.
    let due = vec![
        (2_000, 1, failed("E")),
        (4_000, 0, done(1)),
        (6_000, 0, done(1)),
        (7_000, 2, done(2)),
        (8_000, 3, done(3)),
    ];
    let (outcome, calls) = run(&states, due);
    assert_eq!((told(&outcome).as_str(), calls.as_str()), ("[2,3]", "A@0 B@0 A@5 B@5"));
    let due = (0..3).map(|it| (1_000, it * 2 + 1, failed("E"))).collect();
    let (outcome, calls) = run(&states, due);
    assert_eq!(told(&outcome), r#"{"Error":"E","Cause":"why"}"#);
    assert_eq!(calls, "A@0 B@0 A@4 B@4 A@7 B@7");
}

#[test]
fn a_map_that_starts_anew_asks_for_all_items_again() {
    for (mode, first) in [("INLINE", "E"), ("DISTRIBUTED", "States.ExceedToleratedFailureThreshold")] {
        let states = format!(
            r#"{{"S":{{"Type":"Pass","Result":[1,2],"Next":"M"}},"M":{{"Type":"Map","ItemProcessor":{{"ProcessorConfig":{{
            "Mode":"{mode}","ExecutionType":"STANDARD"}},"StartAt":"T","States":{{"T":{{{ASK},"End":true}}}}}},
            "Retry":[{{"ErrorEquals":["{first}"],"IntervalSeconds":3,"MaxAttempts":1}}],"End":true}}}}"#
        );
        let due = vec![
            (1_000, 0, done(1)),
            (2_000, 1, failed("E")),
            (3_000, 1, done(9)),
            (6_000, 3, done(4)),
            (7_000, 2, done(3)),
        ];
        let (outcome, calls) = run(&states, due);
        assert_eq!((told(&outcome).as_str(), calls.as_str()), ("[3,4]", "T@0 T@0 T@5 T@5"), "{mode}");
    }
}

#[test]
fn an_execution_that_times_out_leaves_nobody_waiting() {
    let read = asl::read(
        &format!(r#"{{"TimeoutSeconds":7,"StartAt":"S","States":{{"S":{{{ASK},{AGAIN},"End":true}}}}}}"#),
        asl::Format::Json,
    );
    let machine = Machine::compile(&read.machine.expect("a machine")).expect("compiles");
    let mut workers = Workers { due: vec![(9_000, 0, done(1))], ..Workers::default() };
    let options = Options { start: 0, ..Options::default() };
    let outcome = Execution::new(&machine, "{}".parse().expect("JSON"), options).run(&mut workers);
    assert_eq!((outcome.status, outcome.elapsed), (interpreter::Status::TimedOut, 7_000));
}
