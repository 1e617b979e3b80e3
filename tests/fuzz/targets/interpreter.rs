//! Runs any definition with any input; nothing may panic or run for ever.
#![no_main]

use interpreter::{Call, Execution, Limits, Machine, Options, Reply, Services};
use jsonata::Value;
use libfuzzer_sys::fuzz_target;

struct Echo;

impl Services for Echo {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        Reply::Done { after: call.retry_count, result: Ok(call.arguments.clone()) }
    }
}

// The definition, a line `---`, the input.
fuzz_target!(|text: &str| {
    let (definition, input) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let Some(machine) = asl::read(definition, asl::Format::Json).machine else { return };
    let Ok(machine) = Machine::compile(&machine) else { return };
    let input: Value = input.parse().unwrap_or(Value::Null);
    let limits = Limits { transitions: Some(200), query_steps: Some(10_000), ..Limits::default() };
    let options = Options { limits, ..Options::default() };
    let outcome = Execution::new(&machine, input, options).run(&mut Echo);
    for event in &outcome.history {
        let _ = event.to_json();
    }
});
