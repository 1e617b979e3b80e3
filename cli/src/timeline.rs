//! An execution's history as people read it: what happened when, and what it did to the data.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use interpreter::history::{Details, Event, EventType};
use interpreter::{Outcome, Status};
use jsonata::Value;

use crate::values::brief;

/// Characters of a payload that are shown.
const WIDTH: usize = 100;

/// Says where a state stands in the source, if that is known.
pub(crate) type Places<'p> = &'p dyn Fn(&str) -> Option<String>;

/// A line an event that matters.
pub(crate) fn render(outcome: &Outcome, places: Places<'_>) -> String {
    let start = outcome.history.first().map_or(0, |it| it.time);
    let mut timeline = Timeline { start, places, states: HashMap::new(), out: String::new() };
    for event in &outcome.history {
        timeline.event(event);
    }
    timeline.out
}

/// Where a thread of states is.
#[derive(Clone, Default)]
struct Thread {
    state: Option<Arc<str>>,
    kind: &'static str,
    /// What flows: the last input or output shown.
    data: Option<Value>,
    /// How often the task of the state was asked.
    tries: u64,
    depth: usize,
    /// The containers around, and how deep each stands: what ends or starts anew goes back there.
    around: Vec<(Arc<str>, usize)>,
}

impl Thread {
    /// How deep the innermost container stands.
    fn container(&self) -> usize {
        self.around.last().map_or(self.depth, |it| it.1)
    }

    fn leave(&mut self) {
        if let Some((_, depth)) = self.around.pop() {
            self.depth = depth;
        }
    }
}

struct Timeline<'p> {
    start: i64,
    places: Places<'p>,
    states: HashMap<u64, Thread>,
    out: String,
}

impl Timeline<'_> {
    fn event(&mut self, event: &Event) {
        let mut thread = self.states.get(&event.previous).cloned().unwrap_or_default();
        self.details(event, &mut thread);
        self.states.insert(event.id, thread);
    }

    fn details(&mut self, event: &Event, thread: &mut Thread) {
        match &event.details {
            Details::Started { input, .. } => {
                thread.data = Some(input.clone());
                self.line(event, thread, "start", &brief(input, WIDTH));
            }
            Details::Entered { name, input } => {
                thread.state = Some(name.clone());
                thread.kind = event.kind.name().trim_end_matches("StateEntered");
                thread.tries = 0;
                if matches!(thread.kind, "Parallel" | "Map") {
                    thread.around.push((name.clone(), thread.depth));
                }
                let place = (self.places)(name).map(|it| format!("  {it}")).unwrap_or_default();
                self.line(event, thread, name, &format!("{}{place}", thread.kind));
                self.changed(event, thread, "input", input);
            }
            Details::Exited { name, output, assigned, .. } => {
                if thread.around.last().is_some_and(|it| it.0 == *name) {
                    thread.leave();
                }
                self.changed(event, thread, "output", output);
                for (name, value) in assigned.iter().flat_map(|it| it.iter()) {
                    self.line(event, thread, "", &format!("${name} = {}", brief(value, WIDTH)));
                }
            }
            Details::Scheduled(it) => {
                thread.tries += 1;
                let again = if thread.tries > 1 { format!("  try {}", thread.tries) } else { String::new() };
                let (arn, input) = (&it.arn, brief(&it.input, WIDTH));
                self.line(event, thread, "", &format!("calls {arn}{again}  {input}"));
            }
            Details::TaskOutput(_, value) | Details::Output(value) => {
                let what = match event.kind {
                    EventType::TaskSubmitted => "accepted ",
                    EventType::ExecutionSucceeded => {
                        return self.line(event, &Thread::default(), "end", &brief(value, WIDTH));
                    }
                    _ => "answers  ",
                };
                self.line(event, thread, "", &format!("{what}{}", brief(value, WIDTH)));
            }
            Details::TaskFailure(_, error, cause) | Details::Failure(error, cause) => {
                self.failure(event, thread, error, cause)
            }
            Details::Evaluation { error, cause, .. } => {
                self.line(event, thread, "", &format!("{error}: {cause}"));
            }
            Details::Length(length) => {
                thread.depth = thread.container();
                self.line(event, thread, "", &format!("{length} items"));
            }
            Details::Iteration(_, index) => {
                thread.depth = thread.container();
                if event.kind == EventType::MapIterationStarted {
                    self.line(event, thread, "", &format!("item {index}"));
                    thread.depth += 1;
                }
            }
            Details::None => match event.kind {
                EventType::ParallelStateStarted => thread.depth = thread.container() + 1,
                EventType::ParallelStateSucceeded => thread.depth = thread.container(),
                EventType::ParallelStateFailed | EventType::MapStateFailed => thread.leave(),
                _ => {}
            },
            Details::MapRun(arn) => self.line(event, thread, "", &format!("map run {arn}")),
            Details::Task(_) | Details::Worker(_) | Details::Redriven(_) => {}
        }
    }

    fn failure(
        &mut self,
        event: &Event,
        thread: &Thread,
        error: &Option<Arc<str>>,
        cause: &Option<Arc<str>>,
    ) {
        let what = match event.kind {
            EventType::ExecutionFailed => "end",
            EventType::ExecutionAborted => "aborted",
            EventType::ExecutionTimedOut => "timed out",
            _ => "",
        };
        let thread = if what.is_empty() { thread.clone() } else { Thread::default() };
        let text = problem(error.as_deref(), cause.as_deref());
        self.line(event, &thread, what, &format!("fails    {text}"));
    }

    /// A payload that is not what flowed before.
    fn changed(&mut self, event: &Event, thread: &mut Thread, what: &str, value: &Value) {
        if thread.data.as_ref() != Some(value) {
            self.line(event, thread, "", &format!("{what:<8} {}", brief(value, WIDTH)));
            thread.data = Some(value.clone());
        }
    }

    fn line(&mut self, event: &Event, thread: &Thread, name: &str, text: &str) {
        let at = elapsed(event.time - self.start);
        let indent = thread.depth * 2;
        let width = 24_usize.saturating_sub(indent);
        let _ = writeln!(self.out, "{at:>12}  {:indent$}{name:<width$}  {text}", "");
    }
}

/// `Error: cause`, whatever of the two there is.
pub(crate) fn problem(error: Option<&str>, cause: Option<&str>) -> String {
    match (error, cause) {
        (Some(error), Some(cause)) if !cause.is_empty() => format!("{error}: {cause}"),
        (Some(error), _) => error.to_owned(),
        (None, Some(cause)) => cause.to_owned(),
        (None, None) => "without a name or a cause".to_owned(),
    }
}

/// `1d 02:03:04.500`, shorter where it is.
pub(crate) fn elapsed(millis: i64) -> String {
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let seconds = seconds % 60;
    match (days, hours) {
        (0, 0) => format!("{minutes:02}:{seconds:02}.{rest:03}"),
        (0, _) => format!("{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"),
        _ => format!("{days}d {hours:02}:{minutes:02}:{seconds:02}"),
    }
}

/// How it ended, in a line or two.
pub(crate) fn verdict(outcome: &Outcome) -> String {
    let spent = format!("{} state transitions, {}", outcome.transitions, elapsed(outcome.elapsed));
    match outcome.status {
        Status::Succeeded => format!("succeeded: {spent}\n"),
        Status::Running => format!("still waits for a callback that does not come: {spent}\n"),
        Status::TimedOut if outcome.error.is_none() => {
            format!("timed out: {spent}\n  the machine's TimeoutSeconds are over\n")
        }
        Status::Failed | Status::TimedOut | Status::Aborted => {
            let problem = problem(outcome.error.as_deref(), outcome.cause.as_deref());
            format!("{}: {spent}\n  {problem}\n", outcome.status.name().to_lowercase().replace('_', " "))
        }
    }
}
