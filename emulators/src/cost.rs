//! What AWS charges for an execution, in dollars (aws.amazon.com/step-functions/pricing, US East; without the free tier and
//! without discounts for volume). What the called services cost is not in it.

use interpreter::Outcome;
use interpreter::history::EventType;
use jsonata::Value;

use crate::app::Workflow;

/// A state transition of a Standard workflow.
const TRANSITION: f64 = 0.000_025;
/// A request of an Express workflow.
const REQUEST: f64 = 0.000_001;
/// A GB-hour of an Express workflow.
const GB_HOUR: f64 = 0.06;
/// What an execution takes before its definition and data, in bytes.
const BASE: f64 = 50.0 * 1024.0 * 1024.0;
/// Memory is billed in chunks, time in steps.
const CHUNK_MB: f64 = 64.0;
const STEP_MS: f64 = 100.0;

/// What an execution costs: a Standard one by its transitions, an Express one by request, time and memory.
pub(crate) fn of(workflow: &Workflow, outcome: &Outcome, input: &Value) -> f64 {
    if !workflow.express {
        return outcome.transitions as f64 * TRANSITION;
    }
    let size = |value: &Value| value.to_string().len() as f64;
    let data = outcome.output.as_ref().map_or(0.0, size).max(size(input));
    let many =
        |it: &EventType| matches!(it, EventType::MapIterationStarted | EventType::ParallelStateStarted);
    let steps = outcome.history.iter().filter(|it| many(&it.kind)).count().max(1) as f64;
    let bytes = BASE + workflow.definition.asl.to_string().len() as f64 + data * steps;
    let chunks = (bytes / (CHUNK_MB * 1024.0 * 1024.0)).ceil();
    // Nothing takes no time at all.
    let time = (outcome.elapsed as f64 / STEP_MS).ceil().max(1.0) * STEP_MS;
    let gb_hours = chunks * CHUNK_MB / 1024.0 * time / 3_600_000.0;
    REQUEST + gb_hours * GB_HOUR
}
