//! What AWS does, measured in us-east-1 or told by the Developer Guide, where no recording has it.
//!
//! A history is written as `Type<previousEventId`, in order of ids.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use interpreter::{
    Call, Callback, Execution, Limits, Machine, Message, NoServices, Options, Outcome, Recording, Reply,
    ServiceError, Services, Status, Step,
};
use jsonata::Value;

fn machine(definition: &str) -> Machine {
    let read = asl::read(definition, asl::Format::Json);
    Machine::compile(&read.machine.expect("a machine")).expect("compiles")
}

fn run_with(definition: &str, input: &str, services: &mut dyn Services, options: Options) -> Outcome {
    Execution::new(&machine(definition), input.parse().expect("JSON"), options).run(services)
}

fn run(definition: &str, input: &str) -> Outcome {
    run_with(definition, input, &mut NoServices, Options::default())
}

fn events(outcome: &Outcome) -> String {
    let short = |it: &interpreter::history::Event| {
        format!("{}<{}", it.kind.name().replace("State", "").replace("Execution", "X"), it.previous)
    };
    outcome.history.iter().map(short).collect::<Vec<_>>().join(" ")
}

fn cause(outcome: &Outcome) -> &str {
    outcome.cause.as_deref().unwrap_or_default()
}

fn output(outcome: &Outcome) -> String {
    outcome
        .output
        .as_ref()
        .map_or_else(|| format!("{:?}: {:?}", outcome.error, outcome.cause), Value::to_string)
}

/// Answers calls by a function of state and retry count.
struct Function<F>(F);

impl<F: FnMut(&Call<'_>) -> Reply> Services for Function<F> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        (self.0)(call)
    }
}

const BRANCHES: &str = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[
    {"StartAt":"A1","States":{"A1":{"Type":"Pass","Next":"A2"},"A2":{"Type":"Pass","End":true}}},
    {"StartAt":"B1","States":{"B1":{"Type":"Pass","Next":"B2"},"B2":{"Type":"Pass","End":true}}}],"Next":"After"},
    "After":{"Type":"Pass","End":true}}}"#;

#[test]
fn branches_have_chains_of_their_own() {
    assert_eq!(
        events(&run(BRANCHES, "{}")),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 PassEntered<3 PassExited<4 PassEntered<5 PassExited<6 \
         PassEntered<3 PassExited<8 PassEntered<9 PassExited<10 ParallelSucceeded<11 ParallelExited<11 PassEntered<13 \
         PassExited<14 XSucceeded<15"
    );
}

#[test]
fn a_runtime_error_ends_all_and_names_the_innermost_state() {
    let outcome = run(
        r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Fast","States":{
        "Fast":{"Type":"Pass","Parameters":{"m.$":"$.nope"},"End":true}}}],"End":true}}}"#,
        r#"{"x":"a"}"#,
    );
    assert_eq!(events(&outcome), "XStarted<0 ParallelEntered<0 ParallelStarted<2 PassEntered<3 XFailed<4");
    assert_eq!(
        cause(&outcome),
        "An error occurred while executing the state 'Fast' (entered at the event id #4). The JSONPath '$.nope' \
         specified for the field 'm.$' could not be found in the input '{\"x\":\"a\"}'"
    );
}

#[test]
fn a_fail_state_fails_its_parallel() {
    let definition = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Boom","States":{
        "Boom":{"Type":"Fail","Error":"MyError","Cause":"my cause"}}}],"End":true}}}"#;
    assert_eq!(
        events(&run(definition, "{}")),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 FailEntered<3 ParallelFailed<4 XFailed<5"
    );
    let retried = definition.replace(
        r#""End":true"#,
        r#""Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1,"IntervalSeconds":0}],"End":true"#,
    );
    assert_eq!(
        events(&run(&retried, "{}")),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 FailEntered<3 ParallelStarted<4 FailEntered<5 \
         ParallelFailed<6 XFailed<7"
    );
}

#[test]
fn a_failed_expression_is_an_event_and_can_be_caught() {
    let outcome = run(
        r#"{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Undef",
        "States":{"Undef":{"Type":"Pass","Output":{"v":"{% $states.input.missing %}"},"End":true}}}],
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handled"}],"End":true},"Handled":{"Type":"Pass","End":true}}}"#,
        "{}",
    );
    assert_eq!(
        events(&outcome),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 PassEntered<3 EvaluationFailed<4 ParallelFailed<5 \
         ParallelExited<6 PassEntered<7 PassExited<8 XSucceeded<9"
    );
    assert_eq!(
        output(&outcome),
        "{\"Error\":\"States.QueryEvaluationError\",\"Cause\":\"An error occurred while executing the state 'Undef' \
         (entered at the event id #4). The JSONata expression '$states.input.missing' specified for the field \
         'Output/v' returned nothing (undefined).\"}"
    );
}

#[test]
fn a_failed_expression_is_an_event_each_time() {
    let outcome = run(
        r#"{"QueryLanguage":"JSONata","StartAt":"Send","States":{"Send":{"Type":"Task",
        "Resource":"arn:aws:states:::sqs:sendMessage","Arguments":{"QueueUrl":"q","MessageBody":"{% $states.input.no %}"},
        "Retry":[{"ErrorEquals":["States.ALL"],"MaxAttempts":1,"IntervalSeconds":0}],"End":true}}}"#,
        "{}",
    );
    assert_eq!(events(&outcome), "XStarted<0 TaskEntered<0 EvaluationFailed<2 EvaluationFailed<3 XFailed<4");
    assert!(cause(&outcome).contains("specified for the field 'Arguments/MessageBody' returned nothing"));
}

#[test]
fn a_catch_clause_that_fails_fails_the_state_again() {
    let outcome = run(
        r#"{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Boom",
        "States":{"Boom":{"Type":"Fail","Error":"MyError"}}}],"Catch":[{"ErrorEquals":["Other"],"Next":"Done"},
        {"ErrorEquals":["States.ALL"],"Output":{"v":"{% $states.input.missing %}"},"Next":"Done"}],"End":true},
        "Done":{"Type":"Pass","End":true}}}"#,
        "{}",
    );
    assert_eq!(
        events(&outcome),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 FailEntered<3 ParallelFailed<4 EvaluationFailed<4 \
         ParallelFailed<6 XFailed<7"
    );
    assert!(cause(&outcome).contains("'Catch[1]/Output/v'"));
}

#[test]
fn what_fails_after_the_branches_follows_their_success() {
    let outcome = run(
        r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Ok","States":{
        "Ok":{"Type":"Pass","End":true}}}],"ResultSelector":{"m.$":"$.nope"},"End":true}}}"#,
        "{}",
    );
    assert_eq!(
        events(&outcome),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 PassEntered<3 PassExited<4 ParallelSucceeded<5 XFailed<6"
    );
}

#[test]
fn a_task_that_ends_its_branch_is_aborted() {
    let outcome = run_with(
        r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Branches":[{"StartAt":"Send","States":{"Send":{"Type":"Task",
        "Resource":"arn:aws:states:::sqs:sendMessage","Parameters":{"QueueUrl":"q"},"End":true}}}],
        "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Handled"}],"End":true},"Handled":{"Type":"Pass","End":true}}}"#,
        "{}",
        &mut Function(|_: &Call<'_>| Reply::failure("SQS.QueueDoesNotExistException", "none")),
        Options::default(),
    );
    assert_eq!(
        events(&outcome),
        "XStarted<0 ParallelEntered<0 ParallelStarted<2 TaskEntered<3 TaskScheduled<4 TaskStarted<5 TaskFailed<6 \
         TaskAborted<7 ParallelFailed<7 ParallelExited<9 PassEntered<10 PassExited<11 XSucceeded<12"
    );
}

#[test]
fn maps_chain_as_recorded() {
    let map = |extra: &str| {
        format!(
            r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","ItemsPath":"$.items",{extra}"End":true,"ItemProcessor":{{
            "StartAt":"I","States":{{"I":{{"Type":"Pass","End":true}}}}}}}}}}}}"#
        )
    };
    assert_eq!(
        events(&run(&map(""), r#"{"items":[]}"#)),
        "XStarted<0 MapEntered<0 MapStarted<2 MapSucceeded<3 MapExited<3 XSucceeded<5"
    );
    assert_eq!(
        events(&run(&map(""), r#"{"items":[1,2]}"#)),
        "XStarted<0 MapEntered<0 MapStarted<2 MapIterationStarted<3 PassEntered<4 PassExited<5 \
         MapIterationSucceeded<6 MapIterationStarted<3 PassEntered<8 PassExited<9 MapIterationSucceeded<10 \
         MapSucceeded<11 MapExited<11 XSucceeded<13"
    );
    assert_eq!(
        events(&run(&map(r#""MaxConcurrency":1,"#), r#"{"items":[1,2]}"#)),
        "XStarted<0 MapEntered<0 MapStarted<2 MapIterationStarted<3 PassEntered<4 PassExited<5 \
         MapIterationSucceeded<6 MapIterationStarted<6 PassEntered<8 PassExited<9 MapIterationSucceeded<10 \
         MapSucceeded<11 MapExited<11 XSucceeded<13"
    );
}

#[test]
fn a_choice_without_a_way_out_fails() {
    let outcome = run(
        r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.x","StringEquals":"no","Next":"D"}]},
        "D":{"Type":"Pass","End":true}}}"#,
        r#"{"x":"a"}"#,
    );
    assert_eq!(outcome.error.as_deref(), Some("States.Runtime"));
    assert!(
        cause(&outcome)
            .ends_with("Failed to transition out of the state. The state does not point to a next state.")
    );
    let outcome = run(
        r#"{"StartAt":"C","States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.y","StringEquals":"no","Next":"D"}],
        "Default":"D"},"D":{"Type":"Pass","End":true}}}"#,
        "{}",
    );
    assert!(
        cause(&outcome)
            .ends_with("Invalid path '$.y': The choice state's condition path references an invalid value.")
    );
}

#[test]
fn missing_intrinsic_arguments_are_fatal_and_missing_items_are_null() {
    let pass = |text: &str| {
        format!(
            r#"{{"StartAt":"P","States":{{"P":{{"Type":"Pass","Parameters":{{"v.$":"{text}"}},"End":true}}}}}}"#
        )
    };
    let outcome = run(&pass("States.Format('{}', $.nope)"), r#"{"other":1}"#);
    assert_eq!(
        cause(&outcome),
        "An error occurred while executing the state 'P' (entered at the event id #2). The function \
         'States.Format('{}', $.nope)' had the following error: The JsonPath argument for the field '$.nope' could not \
         be found in the input '{\"other\":1}'"
    );
    assert_eq!(output(&run(&pass("$.items[5]"), r#"{"items":[1,2]}"#)), r#"{"v":null}"#);
    assert_eq!(output(&run(&pass("States.Format('{}', $.nul)"), r#"{"nul":null}"#)), r#"{"v":"null"}"#);
}

#[test]
fn the_history_ends_at_its_quota() {
    let outcome = run(
        r#"{"StartAt":"L","States":{"L":{"Type":"Choice","Choices":[{"Variable":"$.spin","BooleanEquals":true,
        "Next":"L"}],"Default":"D"},"D":{"Type":"Succeed"}}}"#,
        r#"{"spin":true}"#,
    );
    let last: Vec<(u64, u64, &str)> =
        outcome.history.iter().rev().take(2).map(|it| (it.id, it.previous, it.kind.name())).collect();
    assert_eq!(last, [(25_000, 24_999, "ExecutionFailed"), (24_999, 24_998, "ChoiceStateExited")]);
    assert_eq!(cause(&outcome), "The execution reached the maximum number of history events (25000).");
}

const TASK: &str = r#"{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
    "Parameters":{"FunctionName":"f"},"TimeoutSeconds":10,"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":3,
    "BackoffRate":2,"MaxAttempts":2,"MaxDelaySeconds":5},{"ErrorEquals":["States.Timeout"],"MaxAttempts":1}],
    "Catch":[{"ErrorEquals":["States.TaskFailed"],"ResultPath":"$.e","Next":"D"}],"End":true},
    "D":{"Type":"Pass","End":true}}}"#;

#[test]
fn retriers_wait_and_count_apart() {
    let mut starts = Vec::new();
    let outcome = run_with(
        TASK,
        "{}",
        &mut Function(|call: &Call<'_>| {
            starts.push(call.now);
            match call.retry_count {
                0..3 => Reply::failure("Busy", "later"),
                _ => Reply::Never,
            }
        }),
        Options { start: 0, ..Options::default() },
    );
    // 3 s, then min(6, 5) s; the third Busy is caught.
    assert_eq!(starts, [0, 3000, 8000]);
    assert_eq!(output(&outcome), r#"{"e":{"Error":"Busy","Cause":"later"}}"#);
    assert_eq!(outcome.transitions, 4);
}

#[test]
fn a_timeout_is_no_failed_task() {
    let outcome = run_with(
        TASK,
        "{}",
        &mut Function(|_: &Call<'_>| Reply::Done { after: 10_001, result: Ok(Value::Null) }),
        Options::default(),
    );
    assert_eq!((outcome.error.as_deref(), outcome.cause), (Some("States.Timeout"), None));
    // Two tries of 10 s, and 1 s between them.
    assert_eq!(outcome.elapsed, 21_000);
    let outcome = run_with(
        TASK,
        "{}",
        &mut Function(|_: &Call<'_>| Reply::Done { after: 10_000, result: Ok(Value::Null) }),
        Options::default(),
    );
    assert_eq!(outcome.status, Status::Succeeded);
}

#[test]
fn an_execution_times_out() {
    let outcome = run(
        r#"{"StartAt":"W","TimeoutSeconds":5,"States":{"W":{"Type":"Wait","Seconds":9,"End":true}}}"#,
        "{}",
    );
    assert_eq!((outcome.status, outcome.elapsed), (Status::TimedOut, 5000));
    assert_eq!(events(&outcome), "XStarted<0 WaitEntered<0 XTimedOut<0");
}

const CALLBACK: &str = r#"{"StartAt":"T","States":{"T":{"Type":"Task","HeartbeatSeconds":10,
    "Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters":{"QueueUrl":"q","MessageBody":{"t.$":"$$.Task.Token"}},"End":true}}}"#;

/// Tells what it is told to, at its time.
struct Callbacks {
    token: Option<std::sync::Arc<str>>,
    due: Vec<(i64, Message)>,
}

impl Services for Callbacks {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let body = call.arguments.get("MessageBody").and_then(|it| it.get("t")).and_then(Value::as_str);
        assert_eq!(body, call.token);
        self.token = call.token.map(Into::into);
        Reply::Submitted { after: 0, output: Value::Null, then: None }
    }

    fn callbacks(&mut self, now: i64) -> Vec<Callback> {
        let Some(token) = self.token.clone() else { return Vec::new() };
        let (come, later) = std::mem::take(&mut self.due).into_iter().partition(|(at, _)| *at <= now);
        self.due = later;
        let come: Vec<(i64, Message)> = come;
        come.into_iter().map(|(_, message)| Callback { token: token.clone(), message }).collect()
    }

    fn next_callback(&self) -> Option<i64> {
        self.due.iter().map(|(at, _)| *at).min()
    }
}

#[test]
fn heartbeats_keep_a_task_alive() {
    let options = || Options { start: 0, ..Options::default() };
    let run =
        |due: Vec<(i64, Message)>| run_with(CALLBACK, "{}", &mut Callbacks { token: None, due }, options());
    let outcome = run(vec![(8_000, Message::Heartbeat), (17_000, Message::Success(Value::from(1)))]);
    assert_eq!((output(&outcome).as_str(), outcome.elapsed), ("1", 17_000));
    assert_eq!(
        events(&outcome),
        "XStarted<0 TaskEntered<0 TaskScheduled<2 TaskStarted<3 TaskSubmitted<4 TaskSucceeded<5 TaskExited<6 \
         XSucceeded<7"
    );
    let outcome = run(vec![(8_000, Message::Heartbeat), (19_000, Message::Success(Value::from(1)))]);
    assert_eq!((outcome.error.as_deref(), outcome.elapsed), (Some("States.Timeout"), 18_000));
    let outcome = run(vec![(3_000, Message::Failure(ServiceError::new("No", "way")))]);
    assert_eq!((outcome.error.as_deref(), outcome.elapsed), (Some("No"), 3_000));
    let outcome = run(vec![]);
    assert_eq!(outcome.elapsed, 10_000);
}

#[test]
fn a_missed_heartbeat_can_be_caught_by_its_own_name() {
    let caught = r#""Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],"Next":"D"}],"End":true},"D":{"Type":"Succeed"}}}"#;
    let definition = CALLBACK.replace(r#""End":true}}}"#, caught);
    let outcome =
        run_with(&definition, "{}", &mut Callbacks { token: None, due: vec![] }, Options::default());
    assert_eq!(output(&outcome), r#"{"Error":"States.Timeout"}"#);
}

#[test]
fn payloads_have_a_quota() {
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"P","States":{"P":{"Type":"Pass",
        "Output":"{% $join([1..200000].('ab')) %}","End":true}}}"#;
    let outcome = run(definition, "{}");
    assert_eq!(outcome.error.as_deref(), Some("States.DataLimitExceeded"));
    assert_eq!(
        cause(&outcome),
        "The state/task 'P' returned a result with a size exceeding the maximum number of bytes service limit."
    );
    let limits = Limits { payload: None, ..Limits::default() };
    let outcome = run_with(definition, "{}", &mut NoServices, Options { limits, ..Options::default() });
    assert_eq!(outcome.status, Status::Succeeded);
}

const DISTRIBUTED: &str = r#"{"StartAt":"V","States":{"V":{"Type":"Pass","Assign":{"outer":1},"Next":"M"},
    "M":{"Type":"Map","ItemsPath":"$.items","Label":"run","ToleratedFailurePercentage":50,"ItemProcessor":{
    "ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"T","States":{"T":{"Type":"Task",
    "Resource":"arn:aws:states:::lambda:invoke","Parameters":{"n.$":"$"},"End":true}}},WRITER"End":true}}}"#;

fn odd_fails(call: &Call<'_>) -> Reply {
    let n = call.arguments.get("n").and_then(Value::as_i64).unwrap_or(0);
    match n % 2 {
        0 => Reply::Done { after: 1000, result: Ok(Value::from(n * 10)) },
        _ => Reply::failure("Odd", "no"),
    }
}

#[test]
fn a_distributed_map_bears_failures_up_to_a_point() {
    let definition = DISTRIBUTED.replace("WRITER", "");
    let mut services = Function(odd_fails);
    let outcome = run_with(&definition, r#"{"items":[2,3,4]}"#, &mut services, Options::default());
    assert_eq!(output(&outcome), r#"[20,{"Error":"Odd","Cause":"no"},40]"#);
    assert_eq!(outcome.elapsed, 1000);
    let outcome = run_with(&definition, r#"{"items":[1,3,4]}"#, &mut services, Options::default());
    assert_eq!(outcome.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    assert_eq!(
        events(&outcome),
        "XStarted<0 PassEntered<0 PassExited<2 MapEntered<3 MapStarted<4 MapRunStarted<5 MapRunFailed<6 MapFailed<7 \
         XFailed<8"
    );
}

#[test]
fn items_come_from_files_of_all_kinds() {
    let run = |config: &str, body: &str, more: &str| {
        let definition = format!(
            r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,{more}"ItemReader":{{"ReaderConfig":{config},
            "Resource":"arn:aws:states:::s3:getObject","Parameters":{{"Bucket":"b","Key":"k"}}}},"ItemProcessor":{{
            "ProcessorConfig":{{"Mode":"DISTRIBUTED"}},"StartAt":"P","States":{{"P":{{"Type":"Pass","End":true}}}}}}}}}}}}"#
        );
        let mut services =
            Function(|_: &Call<'_>| Reply::success(Value::object([("Body", Value::from(body))])));
        output(&run_with(&definition, "{}", &mut services, Options::default()))
    };
    assert_eq!(run(r#"{"InputType":"JSON"}"#, "[1,2]", ""), "[1,2]");
    assert_eq!(
        run(r#"{"InputType":"JSON","MaxItems":1}"#, r#"{"a":1,"b":2}"#, ""),
        r#"[{"Key":"a","Value":1}]"#
    );
    let selector = r#""ItemSelector":{"k.$":"$$.Map.Item.Key","v.$":"$$.Map.Item.Value"},"#;
    assert_eq!(run(r#"{"InputType":"JSON"}"#, r#"{"a":1}"#, selector), r#"[{"v":1,"k":"a"}]"#);
    assert_eq!(run(r#"{"InputType":"JSON","ItemsPointer":"/x/y"}"#, r#"{"x":{"y":[3]}}"#, ""), "[3]");
    assert_eq!(run(r#"{"InputType":"JSONL"}"#, "{\"a\":1}\n\n2\n", ""), r#"[{"a":1},2]"#);
    assert_eq!(
        run(
            r#"{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW","CSVDelimiter":"PIPE"}"#,
            "a|b\n1|2\n3\n",
            ""
        ),
        r#"[{"a":"1","b":"2"},{"a":"3","b":""}]"#
    );
    let batcher = r#""ItemBatcher":{"MaxItemsPerBatch":2,"BatchInput":{"all":true}},"#;
    assert_eq!(
        run(r#"{"InputType":"JSON"}"#, "[1,2,3]", batcher),
        r#"[{"BatchInput":{"all":true},"Items":[1,2]},{"BatchInput":{"all":true},"Items":[3]}]"#
    );
    assert!(run(r#"{"InputType":"JSON"}"#, "17", "").contains("States.ItemReaderFailed"));
}

#[test]
fn a_bound_on_items_is_asked_before_the_run_and_held_within_it() {
    let run = |most: &str| {
        let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemReader":{
            "ReaderConfig":{"InputType":"JSON","MaxItemsPath":"$.most"},
            "Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key":"k"}},"ItemProcessor":{
            "ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}}}}}"#;
        let mut services =
            Function(|_: &Call<'_>| Reply::success(Value::object([("Body", Value::from("[1,2]"))])));
        run_with(definition, &format!(r#"{{"most":{most}}}"#), &mut services, Options::default())
    };
    let negative = run("-1");
    assert_eq!(failure(&negative), ("States.ItemReaderFailed", "field MaxItems must be positive"));
    assert!(events(&negative).contains("MapRunStarted"), "{}", events(&negative));
    let fraction = run("1.5");
    assert_eq!(failure(&fraction).0, "States.Runtime");
    assert!(!events(&fraction).contains("MapRunStarted"), "{}", events(&fraction));
    assert_eq!(output(&run("0")), "[1,2]");
    assert_eq!(output(&run("1")), "[1]");
}

/// Runs the distributed map with a result writer: what came of it, and the files.
fn with_writer(more: &str, input: &str) -> (Outcome, Vec<(String, Value)>) {
    let writer = r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
        "Parameters":{"Bucket":"b","Prefix":"out"}},"#;
    let mut files: Vec<(String, Value)> = Vec::new();
    let outcome = run_with(
        &DISTRIBUTED.replace("WRITER", &format!("{writer}{more}")),
        input,
        &mut Function(|call: &Call<'_>| {
            if !call.arn.ends_with("s3:putObject") {
                return odd_fails(call);
            }
            let text =
                |name: &str| call.arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            files.push((text("Key"), text("Body").parse().expect("JSON")));
            Reply::success(Value::Null)
        }),
        Options::default(),
    );
    (outcome, files)
}

/// Developer Guide, "ResultWriter": a run that fails has files too, of what was not started as well.
#[test]
fn a_failing_run_writes_its_results() {
    let (outcome, files) = with_writer(r#""MaxConcurrency":2,"#, r#"{"items":[2,1,3,5,4]}"#);
    assert_eq!(outcome.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    let names: Vec<&str> = files.iter().map(|(key, _)| key.rsplit('/').next().unwrap_or_default()).collect();
    assert_eq!(names, ["FAILED_0.json", "PENDING_0.json", "manifest.json"]);
    let told = |file: usize| {
        let entries = files[file].1.as_array().expect("a list").iter();
        let text =
            |it: &Value, name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        entries.map(|it| (text(it, "Input"), text(it, "Status"))).collect::<Vec<_>>()
    };
    let pairs = |all: &[(&str, &str)]| {
        all.iter().map(|(one, two)| ((*one).to_owned(), (*two).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(told(0), pairs(&[("2", "ABORTED"), ("1", "FAILED"), ("3", "FAILED"), ("5", "FAILED")]));
    assert_eq!(told(1), pairs(&[("4", "PENDING")]));
}

#[test]
fn results_are_written_with_a_manifest() {
    let (outcome, files) = with_writer("", r#"{"items":[2,3]}"#);
    let result = outcome.output.expect("an output");
    let key = result.pointer("/ResultWriterDetails/Key").and_then(Value::as_str).expect("a key");
    let names: Vec<&str> = files.iter().map(|(key, _)| key.rsplit('/').next().unwrap_or_default()).collect();
    assert_eq!(names, ["FAILED_0.json", "SUCCEEDED_0.json", "manifest.json"]);
    assert!(files.iter().all(|(it, _)| it.starts_with("out/")) && key.ends_with("/manifest.json"));
    let at =
        |file: usize, pointer: &str| files[file].1.pointer(pointer).map(Value::to_string).unwrap_or_default();
    assert_eq!(
        (at(0, "/0/Error"), at(0, "/0/Input"), at(1, "/0/Output")),
        ("\"Odd\"".to_owned(), "\"3\"".to_owned(), "\"20\"".to_owned())
    );
    assert_eq!(at(2, "/ResultFiles/SUCCEEDED/0/Key"), format!("\"{}\"", files[1].0));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let definition = r#"{"QueryLanguage":"JSONata","StartAt":"M","States":{"M":{"Type":"Map","Items":"{% [1..50] %}",
        "ItemProcessor":{"StartAt":"T","States":{"T":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
        "Arguments":{"n":"{% $states.input %}"},"Retry":[{"ErrorEquals":["Busy"],"JitterStrategy":"FULL",
        "MaxAttempts":9}],"Output":"{% {'r': $random(), 'u': $uuid(), 'at': $now(), 'x': $states.result} %}",
        "End":true}}},"End":true}}}"#;
    let run = |seed: u64| {
        let mut services = Function(|call: &Call<'_>| match call.retry_count {
            0 => Reply::failure("Busy", "later"),
            retry => Reply::Done { after: retry * 7, result: Ok(call.arguments.clone()) },
        });
        let outcome = run_with(definition, "{}", &mut services, Options { seed, ..Options::default() });
        outcome.history.iter().map(|it| it.to_json().to_string()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn machines_are_shared_and_executions_sent_between_threads() {
    fn sendable<T: Send>() {}
    fn shareable<T: Send + Sync>() {}
    shareable::<Machine>();
    sendable::<Execution>();
    sendable::<Outcome>();
}

#[test]
fn an_execution_can_be_stepped_and_stopped() {
    let machine = machine(BRANCHES);
    let mut execution = Execution::new(&machine, Value::Null, Options::default());
    let mut seen = Vec::new();
    loop {
        if let Some(frame) = execution.next_frame() {
            seen.push(frame.state.to_owned());
        }
        if execution.step(&mut NoServices) == Step::Ended {
            break;
        }
    }
    assert_eq!(seen, ["P", "A1", "A2", "B1", "B2", "P", "After"]);
    let mut execution = Execution::new(&machine, Value::Null, Options::default());
    execution.step(&mut NoServices);
    execution.stop(Some("Enough".into()), None);
    assert_eq!(execution.status(), Status::Aborted);
    let outcome = execution.into_outcome();
    assert_eq!((outcome.error.as_deref(), outcome.history.len()), (Some("Enough"), 4));
}

#[test]
fn a_redrive_runs_only_what_did_not_succeed() {
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Next":"P"},
        "P":{"Type":"Parallel","Next":"Z","Branches":[
        {"StartAt":"B","States":{"B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}},
        {"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":1,"End":true,"ItemProcessor":{
        "StartAt":"C","States":{"C":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}}}}]},
        "Z":{"Type":"Pass","End":true}}}"#;
    let mut calls = Vec::new();
    let mut broken = true;
    let mut services = Function(|call: &Call<'_>| {
        calls.push(format!("{}{:?}", call.state, call.iterations.first().map(|(_, index)| *index)));
        let fails = broken && call.arguments.as_i64() == Some(2);
        if fails {
            broken = false;
            return Reply::failure("Broken", "for now");
        }
        Reply::success(call.arguments.clone())
    });
    let input: Value = r#"{"items":[1,2,3]}"#.parse().expect("JSON");
    let mut execution = Execution::new(&machine(definition), input, Options::default());
    while execution.step(&mut services) != Step::Ended {}
    assert_eq!(execution.status(), Status::Failed);
    assert!(execution.redrive());
    while execution.step(&mut services) != Step::Ended {}
    assert!(!execution.redrive());
    let outcome = execution.into_outcome();
    assert_eq!(output(&outcome), r#"[{"items":[1,2,3]},[1,2,3]]"#);
    assert_eq!(calls, ["ANone", "BNone", "CSome(0)", "CSome(1)", "CSome(1)", "CSome(2)"]);
    assert!(outcome.history.iter().any(|it| it.kind.name() == "ExecutionRedriven"));
}

/// Steps grow with the number of items, what is held with the number of iterations at once.
#[test]
fn large_maps_take_steps_in_proportion() {
    let definition = r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$","End":true,"MaxConcurrency":7,
        "ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}}}}}"#;
    let machine = machine(definition);
    let steps = |count: usize| {
        let limits = Limits { history: None, payload: None, ..Limits::default() };
        let options = Options { recording: Recording::Off, limits, ..Options::default() };
        let mut execution = Execution::new(&machine, Value::array((0..count).map(Value::from)), options);
        let (mut steps, mut most) = (0, 0);
        while execution.step(&mut NoServices) != Step::Ended {
            steps += 1;
            most = execution.frames().count().max(most);
        }
        assert_eq!((execution.status(), most), (Status::Succeeded, 8));
        steps
    };
    let (small, large) = (steps(1_000), steps(10_000));
    assert!(large <= small * 10, "{small} steps for 1,000 items, {large} for 10,000");
}

fn tested(request: interpreter::test_state::TestRequest) -> serde_json::Value {
    let request = interpreter::test_state::TestRequest {
        inspection: interpreter::test_state::InspectionLevel::Debug,
        ..request
    };
    interpreter::test_state::test_state(&request, &mut NoServices).expect("a result").to_json()
}

#[test]
fn a_tested_state_tells_the_variables_it_leaves() {
    let answer = tested(interpreter::test_state::TestRequest {
        definition: r#"{"Type":"Pass","QueryLanguage":"JSONata","Assign":{"b":"{% $a + 1 %}"},"End":true}"#
            .into(),
        variables: Some(r#"{"a":1}"#.parse().unwrap()),
        ..Default::default()
    });
    assert_eq!(answer["inspectionData"]["variables"], r#"{"a":1,"b":2}"#);
}

#[test]
fn a_tested_map_tells_what_its_iterations_get() {
    let answer = tested(interpreter::test_state::TestRequest {
        definition: r#"{"Type":"Map","ItemsPath":"$.xs","ItemSelector":{"v.$":"$$.Map.Item.Value"},
            "ItemBatcher":{"MaxItemsPerBatch":2},"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED",
            "ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}"#
            .into(),
        input: Some(r#"{"xs":[1,2,3]}"#.parse().unwrap()),
        mock: Some(interpreter::test_state::Mock {
            result: Some("[1,2]".into()),
            error: None,
            validation: interpreter::test_state::FieldValidation::None,
        }),
        ..Default::default()
    });
    let seen = &answer["inspectionData"];
    assert_eq!(seen["afterItemsPath"], "[1,2,3]");
    assert_eq!(seen["afterItemSelector"], r#"[{"v":1},{"v":2},{"v":3}]"#);
    assert_eq!(seen["afterItemBatcher"], r#"[{"Items":[{"v":1},{"v":2}]},{"Items":[{"v":3}]}]"#);
}

/// What TestState says of a mocked result, by the mode of validation.
fn mocked(resource: &str, result: &str, validation: interpreter::test_state::FieldValidation) -> String {
    let request = interpreter::test_state::TestRequest {
        definition: format!(r#"{{"Type":"Task","Resource":"arn:aws:states:::{resource}","End":true}}"#),
        mock: Some(interpreter::test_state::Mock { result: Some(result.into()), error: None, validation }),
        ..Default::default()
    };
    match interpreter::test_state::test_state(&request, &mut NoServices) {
        Ok(result) => result.status.name().to_owned(),
        Err(refusal) => {
            refusal.message.trim_start_matches("Mock result schema validation error: ").to_owned()
        }
    }
}

#[test]
fn mocked_results_are_held_against_the_models() {
    use interpreter::test_state::FieldValidation::{None, Present, Strict};
    let function = |result: &str| mocked("aws-sdk:lambda:getFunction", result, Strict);
    assert_eq!(function(r#"{"Configuration":{"MemorySize":128}}"#), "SUCCEEDED");
    assert_eq!(
        function(r#"{"Configuration":{"MemorySize":1}}"#),
        "Field 'MemorySize' is less than the minimum value"
    );
    assert_eq!(
        function(r#"{"Configuration":{"MemorySize":99999999}}"#),
        "Field 'MemorySize' exceeds the maximum value"
    );
    assert_eq!(function(r#"{"Configuration":[]}"#), "Field 'Configuration' must be an object");
    let encrypt = |result: &str| mocked("aws-sdk:kms:encrypt", result, Present);
    assert_eq!(
        encrypt(r#"{"CiphertextBlob":""}"#),
        "Field 'CiphertextBlob' is smaller than the minimum length"
    );
    let long = format!(r#"{{"CiphertextBlob":"{}"}}"#, "a".repeat(7000));
    assert_eq!(encrypt(&long), "Field 'CiphertextBlob' exceeds the maximum length");
    assert_eq!(mocked("aws-sdk:kms:encrypt", &long, None), "SUCCEEDED");
    let start = |validation| mocked("aws-sdk:sfn:startExecution", "{}", validation);
    assert_eq!(start(Strict), "Required field 'ExecutionArn' is missing");
    assert_eq!(start(Present), "SUCCEEDED");
}

#[test]
fn a_mocked_result_has_the_form_of_its_state() {
    let map = |writer: &str, result: &str, error: Option<(String, String)>| {
        let request = interpreter::test_state::TestRequest {
            definition: format!(
                r#"{{"Type":"Map","End":true,{writer}"ItemProcessor":{{"ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"}},
                "StartAt":"P","States":{{"P":{{"Type":"Pass","End":true}}}}}}}}"#
            ),
            input: Some("[1]".parse().expect("JSON")),
            mock: Some(interpreter::test_state::Mock {
                result: Some(result.into()),
                error,
                validation: interpreter::test_state::FieldValidation::Strict,
            }),
            ..Default::default()
        };
        match interpreter::test_state::test_state(&request, &mut NoServices) {
            Ok(result) => result.status.name().to_owned(),
            Err(refusal) => refusal.message,
        }
    };
    let writer =
        r#""ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b"}},"#;
    assert_eq!(map("", "[1]", None), "SUCCEEDED");
    assert_eq!(map("", "{}", None), "Mocked result must be an array.");
    assert_eq!(map(writer, "{}", None), "SUCCEEDED");
    assert_eq!(map(writer, "[1]", None), "Mocked result must be a JSON object.");
    assert_eq!(map("", "[1", None), "Mocked result must be valid JSON");
    let both = "A test mock should have only one of the following fields: [result, errorOutput].";
    assert_eq!(map("", "[1]", Some(("E".into(), "c".into()))), both);
}

fn failure(outcome: &Outcome) -> (&str, &str) {
    (outcome.error.as_deref().unwrap_or_default(), cause(outcome))
}

/// The texts are those of reported executions: qiita.com/tsubasaogawa/items/4fe341bdb6ae7d2fd8ee (a scalar),
/// and `Unable to apply step "chunks" to input {…}` of several (an array, an object).
#[test]
fn a_reference_path_that_does_not_fit_is_a_conflict() {
    let result =
        r#"{"StartAt":"P","States":{"P":{"Type":"Pass","Result":1,"ResultPath":"$.a.b","End":true}}}"#;
    let conflict = "States.ReferencePathConflict";
    let scalar = "Unable to apply ReferencePath $.a.b to input \"input1\"";
    assert_eq!(failure(&run(result, "\"input1\"")), (conflict, scalar));
    assert_eq!(failure(&run(result, "[1]")), (conflict, "Unable to apply step \"a\" to input [1]"));
    assert_eq!(
        failure(&run(result, r#"{"a":[]}"#)),
        (conflict, r#"Unable to apply step "b" to input {"a":[]}"#)
    );
    let map = r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.a.xs","ItemProcessor":{"StartAt":"P",
        "States":{"P":{"Type":"Pass","End":true}}},"Catch":[{"ErrorEquals":["States.Runtime"],"Next":"E"}],"Next":"E"},
        "E":{"Type":"Succeed"}}}"#;
    let missing = r#"Unable to apply step "xs" to input {"a":{"ys":1}}"#;
    assert_eq!(failure(&run(map, r#"{"a":{"ys":1}}"#)), (conflict, missing));
    let (error, cause) = ("States.Runtime", "Reference path \"$.a.xs\" must point to array.");
    let outcome = run(map, r#"{"a":{"xs":1}}"#);
    assert_eq!(failure(&outcome).0, error);
    assert!(failure(&outcome).1.ends_with(cause), "{outcome:?}");
}

/// awslabs/states-language#29: "AWS Support … told me this was intended behaviour".
#[test]
fn no_path_leads_into_a_null_input() {
    let told = "An error occurred while executing the state 'S' (entered at the event id #2). Unable to apply Path \
         transformation to null or empty input.";
    let choice = r#"{"StartAt":"S","States":{"S":{"Type":"Choice","Choices":[{"Variable":"$","IsString":true,"Next":"E"}],
        "Default":"E"},"E":{"Type":"Succeed"}}}"#;
    assert_eq!(failure(&run(choice, "null")), ("States.Runtime", told));
    let parameters = r#"{"StartAt":"S","States":{"S":{"Type":"Pass","Parameters":{"a.$":"$"},"End":true}}}"#;
    assert_eq!(failure(&run(parameters, "null")), ("States.Runtime", told));
    assert_eq!(output(&run(r#"{"StartAt":"S","States":{"S":{"Type":"Pass","End":true}}}"#, "null")), "null");
}

#[test]
fn seconds_have_a_range() {
    let task = |field: &str, value: &str| {
        let definition = format!(
            r#"{{"QueryLanguage":"JSONata","StartAt":"S","States":{{"S":{{"Type":"Task","{field}":"{{% {value} %}}",
            "Resource":"arn:aws:states:::lambda:invoke","Catch":[{{"ErrorEquals":["States.QueryEvaluationError"],
            "Next":"E"}}],"Next":"E"}},"E":{{"Type":"Pass","End":true}}}}}}"#
        );
        let caught = output(&run_with(
            &definition,
            "{}",
            &mut Function(|_: &Call<'_>| Reply::success(Value::Null)),
            Options::default(),
        ));
        caught
            .split_once("id #2). ")
            .map(|(_, told)| told.trim_end_matches("\"}").to_owned())
            .unwrap_or(caught)
    };
    let range = "TimeoutSeconds must be between 0 and 99999999 but was: ";
    assert_eq!(task("TimeoutSeconds", "-5"), format!("{range}-5"));
    assert_eq!(task("TimeoutSeconds", "1e9"), format!("{range}1000000000"));
    assert_eq!(
        task("HeartbeatSeconds", "1.5"),
        "The HeartbeatSeconds field cannot be parsed as an integer: 1.5"
    );
    let wrong = "The JSONata expression 'true' specified for the field 'TimeoutSeconds' returned an unexpected result \
         type. Expected 'number', but was 'boolean' for value: true";
    assert_eq!(task("TimeoutSeconds", "true"), wrong);
    assert_eq!(task("TimeoutSeconds", "7"), "null");
    let wait = r#"{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Wait","Seconds":"{% -1 %}","End":true}}}"#;
    assert_eq!(run(wait, "{}").error.as_deref(), Some("States.QueryEvaluationError"));
}

/// Measured by users of emulators (floci-io/floci): an index into no list leaks the words of the JSONPath library; a path
/// into the context object shows the context object in a template.
#[test]
fn arguments_that_are_not_there_are_told_apart() {
    let told = |text: &str| {
        let definition = format!(
            r#"{{"StartAt":"S","States":{{"S":{{"Type":"Pass","Parameters":{{"v.$":"{text}"}},"End":true}}}}}}"#
        );
        let outcome = run(&definition, r#"{"other":1}"#);
        assert_eq!(outcome.error.as_deref(), Some("States.Runtime"));
        cause(&outcome).split_once("id #2). ").expect("a state").1.to_owned()
    };
    let filter = "had the following error: Filter: [0] can only be applied to arrays. Current context is: 1";
    assert!(told("States.Format('{}', $.other[0])").ends_with(filter));
    let context =
        "The JsonPath argument for the field '$$.Nope.Deep' could not be found in the input '{\"other\":1}'";
    assert!(told("States.Format('{}', $$.Nope.Deep)").ends_with(context));
    let plain = told("$$.Nope");
    assert!(plain.starts_with(
        "The JSONPath '$$.Nope' specified for the field 'v.$' could not be found in the input '{"
    ));
    assert!(plain.contains("\"StateMachine\":{"), "{plain}");
}

#[test]
fn arguments_that_are_no_text_cannot_start_a_task() {
    let run = |resource: &str, parameters: &str, input: &str| {
        let definition = format!(
            r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",
            "Parameters":{parameters},"End":true}}}}}}"#
        );
        let mut services = Function(|_: &Call<'_>| Reply::success(Value::from(1)));
        output(&run_with(&definition, input, &mut services, Options::default()))
    };
    let invoke = |parameters: &str, input: &str| run("lambda:invoke", parameters, input);
    let refused = |shown: &str, why: &str| {
        let place = "An error occurred while executing the state 'T' (entered at the event id #2).";
        format!(
            "{:?}: {:?}",
            Some("States.Runtime"),
            Some(format!("{place} The Parameters '{shown}' could not be used to start the Task: [{why}]"))
        )
    };
    let payload = "The value for the field 'Payload' must be a STRING";
    let number = refused(r#"{"FunctionName":"f","Payload":1}"#, payload);
    assert_eq!(invoke(r#"{"FunctionName":"f","Payload.$":"$"}"#, "1"), number);
    for fine in [r#""1""#, "null", "[1]", r#"{"n":1}"#] {
        assert_eq!(invoke(r#"{"FunctionName":"f","Payload.$":"$.p"}"#, &format!(r#"{{"p":{fine}}}"#)), "1");
    }
    let field =
        "The value for the field 'token.$' must be a valid JSONPath or a valid intrinsic function call";
    assert_eq!(
        invoke(r#"{"FunctionName":"f","Payload.$":"$"}"#, r#"{"token.$":"abc"}"#),
        refused(r#"{"FunctionName":"f","Payload":{"token.$":"abc"}}"#, field)
    );
    let key = r#"{"TableName":"t","Key":{"id":{"N.$":"$.id"}}}"#;
    let text =
        refused(r#"{"TableName":"t","Key":{"id":{"N":5}}}"#, "The value for the field 'N' must be a STRING");
    assert_eq!(run("dynamodb:getItem", key, r#"{"id":5}"#), text);
    assert_eq!(run("dynamodb:getItem", key, r#"{"id":"5"}"#), "1");
}

/// Values are JSON between states: what an evaluation knew of its lists is forgotten, at every depth.
#[test]
fn a_list_of_one_list_stays_one_behind_its_state() {
    let one = "{% $map($states.input, function($it) { [$it, 'a'] })[] %}";
    let seen = "{% [$count($states.input.list), $count($states.input.within.list), $count($kept), $count($kept.list)] %}";
    let definition = format!(
        r#"{{"QueryLanguage":"JSONata","StartAt":"A","States":{{
        "A":{{"Type":"Pass","Output":{{"list":"{one}","within":"{{% {{'list': $map($states.input, function($it) {{ [$it, 'a'] }})[]}} %}}"}},
          "Assign":{{"kept":"{{% {{'list': $map($states.input, function($it) {{ [$it, 'a'] }})[]}} %}}"}},"Next":"B"}},
        "B":{{"Type":"Pass","Next":"C"}},
        "C":{{"Type":"Succeed","Output":"{seen}"}}}}}}"#
    );
    assert_eq!(output(&run(&definition, r#"["x"]"#)), "[1,1,1,1]");
}
