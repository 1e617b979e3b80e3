//! `distributed N [flat|list|written|batched]`: a distributed map over N items, one task each; prints how long it took
//! and the most memory that was taken.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use interpreter::{Call, Execution, Machine, Options, Reply, ServiceError, Services};
use jsonata::Value;

/// Lines of JSON, and somewhere to put the results.
struct World {
    lines: Arc<[u8]>,
    written: usize,
}

impl Services for World {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        if call.arn.ends_with("putObject") {
            self.written += call.arguments.get("Body").and_then(Value::as_str).map_or(0, str::len);
        }
        Reply::success(call.arguments.get("n").cloned().unwrap_or(Value::Null))
    }

    fn object(&mut self, _: &Call<'_>) -> Result<Arc<[u8]>, ServiceError> {
        Ok(self.lines.clone())
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: usize = arguments.next().and_then(|it| it.parse().ok()).unwrap_or(1_000);
    let way = arguments.next().unwrap_or_else(|| "flat".to_owned());
    let machine = machine(&way);
    let mut text = String::new();
    let mut items = Vec::new();
    if way == "list" {
        items = (0..count).map(|it| Value::object([("n", Value::from(it))])).collect();
    } else {
        (0..count).for_each(|it| writeln!(text, r#"{{"n":{it}}}"#).unwrap());
    }
    let mut world = World { lines: text.into_bytes().into(), written: 0 };
    let before = memory();
    let mut options = Options::default();
    options.limits.payload = None;
    let started = Instant::now();
    let outcome = Execution::new(&machine, Value::array(items), options).run(&mut world);
    println!(
        "{count} items ({way}): {:?} {}, {:.2} s, {} MB before and {} MB at most, {} transitions, {} bytes written",
        outcome.status,
        outcome.cause.as_deref().unwrap_or_default(),
        started.elapsed().as_secs_f64(),
        before / 1024,
        memory() / 1024,
        outcome.transitions,
        world.written,
    );
}

fn machine(way: &str) -> Machine {
    let reader = r#""ItemReader": { "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": { "InputType": "JSONL" }, "Arguments": { "Bucket": "b", "Key": "k" } },"#;
    let more = match way {
        // The input itself: an expression over it would meet JSONata's bound on memory, about 7 MB, as on AWS.
        "list" => String::new(),
        "written" => format!(
            r#"{reader} "ResultWriter": {{ "Resource": "arn:aws:states:::s3:putObject",
                "WriterConfig": {{ "Transformation": "COMPACT" }},
                "Arguments": {{ "Bucket": "b", "Prefix": "p" }} }},"#
        ),
        "batched" => format!(r#"{reader} "ItemBatcher": {{ "MaxItemsPerBatch": 100 }},"#),
        _ => reader.to_owned(),
    };
    let text = format!(
        r#"{{ "QueryLanguage": "JSONata", "StartAt": "Each", "States": {{ "Each": {{ "Type": "Map", {more}
            "ItemProcessor": {{ "ProcessorConfig": {{ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }},
              "StartAt": "Work", "States": {{ "Work": {{ "Type": "Task", "Resource": "arn:aws:states:::sns:publish",
                "Arguments": {{ "n": "{{% $states.input.n ? $states.input.n : 0 %}}" }}, "End": true }} }} }},
            "End": true }} }} }}"#
    );
    Machine::compile(&asl::read(&text, asl::Format::Json).machine.unwrap()).unwrap()
}

/// Kilobytes at most so far.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|it| it.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or(0)
}
