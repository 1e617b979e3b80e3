//! Deadlines: heartbeats against timeouts, callbacks that nothing ends, AWS's greatest values.

use crate::diagnostics::{Diagnostic, audit as say};
use crate::typed::walk::Child;
use crate::typed::{
    Block, Call, Clauses, Expr, ExprKind, Mode, Program, StepId, StmtKind, Target, Within, Workflow,
};

/// `TimeoutSeconds`, `HeartbeatSeconds` and `Seconds` end here: the Amazon States Language pages on Task and Wait
/// states say 99,999,999.
pub(super) const MOST_SECONDS: u64 = 99_999_999;

/// What the place a block stands in says of time.
pub(super) struct Scene<'p> {
    pub(super) program: &'p Program,
    pub(super) express: bool,
    /// The workflow has a `@timeout`; a step is judged where it is written, so that one counts as bounded.
    bounded: bool,
    /// Seconds after which it ends, where they are written out.
    pub(super) timeout: Option<u64>,
}

impl<'p> Scene<'p> {
    pub(super) fn new(program: &'p Program, workflow: &Workflow) -> Self {
        let timeout = workflow.attributes.iter().find(|attribute| &*attribute.name == "timeout");
        let time = timeout.and_then(|it| it.arguments.get("0")).and_then(seconds);
        Scene { program, express: workflow.express, bounded: timeout.is_some(), timeout: time }
    }

    /// A step ends with the last of the workflows that it is a part of.
    pub(super) fn of_step(program: &'p Program, step: StepId) -> Self {
        let callers = program.workflows.iter().filter(|it| calls(program, &it.body, step, 0));
        let times: Option<Vec<u64>> = callers.map(|it| Scene::new(program, it).timeout).collect();
        let timeout = times.and_then(|it| it.into_iter().max());
        Scene { program, express: false, bounded: true, timeout }
    }
}

pub(super) fn block(body: &Block, scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    for statement in &body.statements {
        if let StmtKind::Wait { until: false, value } = &statement.kind {
            wait(value, scene.program, found);
        }
    }
    body.each_child(&mut |child| match child {
        Child::Expr(inner) => expr(inner, scene, found),
        Child::Block(inner) => block(inner, scene, found),
    });
}

fn expr(value: &Expr, scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    match &value.kind {
        ExprKind::Call(it) => call(it, scene, found),
        ExprKind::Try { clauses: it, .. }
        | ExprKind::Saga { clauses: it, .. }
        | ExprKind::Parallel { clauses: it, .. } => {
            clauses(it, scene.program, found);
        }
        ExprKind::Map(map) => clauses(&map.clauses, scene.program, found),
        _ => {}
    }
    value.each_child(&mut |child| match child {
        Child::Expr(inner) => expr(inner, scene, found),
        Child::Block(inner) => block(inner, scene, found),
    });
}

/// A request of an HTTP task may take so long: "Call HTTPS APIs" in the developer guide of Step Functions.
const HTTP_SECONDS: u64 = 60;

/// Whether the call is an HTTP request.
fn is_http(call: &Call, program: &Program) -> bool {
    match &call.target {
        Target::Aws { service, .. } => &**service == "http",
        Target::Method { kind, method, .. } => {
            let method = program.kinds.kinds.get(kind).and_then(|it| it.methods.get(method));
            let body = method.and_then(|it| it.body.as_ref()).and_then(|it| super::origin::inner(&it.value));
            body.is_some_and(|it| is_http(it, program))
        }
        Target::Resource(_) | Target::Workflow(_) | Target::Complete | Target::Reject(_) | Target::Beat => {
            false
        }
    }
}

fn call(call: &Call, scene: &Scene<'_>, found: &mut Vec<Diagnostic>) {
    clauses(&call.clauses, scene.program, found);
    if let Some(Within::Time(time)) = &call.clauses.within
        && seconds(time).is_some_and(|it| it > HTTP_SECONDS)
        && is_http(call, scene.program)
    {
        found.push(say::http_too_long(time.span, HTTP_SECONDS));
    }
    let waits = matches!(call.mode, Mode::Token(_));
    if waits && call.clauses.within.is_none() && call.clauses.heartbeat.is_none() && !scene.bounded {
        found.push(say::callback_without_deadline(call.span));
    }
}

fn clauses(clauses: &Clauses, program: &Program, found: &mut Vec<Diagnostic>) {
    let within = match &clauses.within {
        Some(Within::Time(time)) => Some(time),
        Some(Within::Never) | None => None,
    };
    let taken = |time: &Expr| {
        let seconds = whole_seconds(time, program);
        seconds.is_none_or(|it| (1.0..=MOST_SECONDS as f64).contains(&it))
    };
    let times = within.into_iter().chain(&clauses.heartbeat);
    let refused: Vec<&Expr> = times.filter(|time| !taken(time)).collect();
    found.extend(refused.iter().map(|time| say::deadline_out_of_range(time.span, MOST_SECONDS)));
    if refused.is_empty()
        && let (Some(limit), Some(heartbeat)) = (within, &clauses.heartbeat)
        && let (Some(most), Some(beat)) = (whole_seconds(limit, program), whole_seconds(heartbeat, program))
        && beat >= most
    {
        found.push(say::heartbeat_too_long(heartbeat.span, limit.span));
    }
}

fn wait(value: &Expr, program: &Program, found: &mut Vec<Diagnostic>) {
    let Some(seconds) = whole_seconds(value, program) else { return };
    if seconds < 0.0 {
        found.push(say::wait_into_the_past(value.span));
    } else if seconds > MOST_SECONDS as f64 {
        found.push(say::wait_too_long(value.span, MOST_SECONDS));
    }
}

/// A duration that the text says, in whole seconds, rounded up; less than zero where it is negative.
fn whole_seconds(value: &Expr, program: &Program) -> Option<f64> {
    program.constant(value).map(|milliseconds| (milliseconds / 1000.0).ceil())
}

/// Steps that call each other deeper than this were refused.
const MAX_STEPS: usize = 100;

/// Whether a block calls a step, itself or through others.
fn calls(program: &Program, body: &Block, step: StepId, depth: usize) -> bool {
    let mut found = false;
    body.each_child(&mut |child| found |= calls_in(program, child, step, depth));
    found
}

fn calls_in(program: &Program, child: Child<'_>, step: StepId, depth: usize) -> bool {
    let value = match child {
        Child::Block(block) => return calls(program, block, step, depth),
        Child::Expr(value) => value,
    };
    let mut found = false;
    if let ExprKind::Step { step: called, .. } = &value.kind {
        let inner = program.steps.get(called.index()).filter(|_| depth < MAX_STEPS);
        found = *called == step || inner.is_some_and(|it| calls(program, &it.body, step, depth + 1));
    }
    value.each_child(&mut |child| found |= calls_in(program, child, step, depth));
    found
}

/// A constant duration in whole seconds, rounded up.
pub(super) fn seconds(value: &Expr) -> Option<u64> {
    match &value.kind {
        ExprKind::Duration(milliseconds) => Some(milliseconds.div_ceil(1000)),
        _ => None,
    }
}
