//! Whose errors a call raises: the names that AWS's models give the actions behind it.

use crate::aws::{self, Action, ErrorName, Flavor, Lookup};
use crate::typed::walk::Child;
use crate::typed::{Call, Expr, ExprKind, Mode, Program, Target};

/// What is wrong with an AWS name in a clause.
pub(super) enum Stranger {
    /// Another service's: this call never raises it. With what it does raise.
    Foreign(Vec<String>),
    /// The service's own, but not listed for this action.
    Unlisted(Vec<String>),
    /// With the prefix that the integration has, AWS has no such name.
    Unknown(Vec<String>),
}

/// Judges the name of an AWS error behind a call; `None` where the call may raise it, for all that is known.
pub(super) fn stranger(name: &str, call: &Call, program: &Program) -> Option<Stranger> {
    let (prefix, _) = name.split_once('.').filter(|(prefix, _)| *prefix != "States")?;
    let actions = actions(call, program)?;
    let mut known: Vec<String> = actions.iter().flat_map(Action::errors).collect();
    known.dedup();
    let own = actions.iter().filter_map(|it| it.service().error_prefix(it.flavor()));
    let ours: Vec<&str> = known.iter().filter_map(|it| Some(it.split_once('.')?.0)).chain(own).collect();
    // Where the integration's own prefix isn't known, any may be its.
    if ours.is_empty() {
        return None;
    }
    if !ours.contains(&prefix) {
        return Some(Stranger::Foreign(known));
    }
    if matches!(aws::error_known(name), ErrorName::Unknown { .. }) {
        return Some(Stranger::Unknown(known));
    }
    // Two are there for every action: the service's general error, and the client's.
    let modelled = known.len() > 2 && !matches!(call.target, Target::Resource(_));
    let listed = known.iter().any(|it| it == name) || name.contains("Throttl") || name.contains("SdkClient");
    (modelled && !listed).then_some(Stranger::Unlisted(known))
}

/// Steps within steps that are looked into.
const DEEPEST: usize = 32;

/// Whether something in a piece of program may raise an AWS error of that name, for all that is known.
pub(super) fn may_raise(name: &str, child: Child<'_>, program: &Program, depth: usize) -> bool {
    if name.starts_with("States.") || depth > DEEPEST {
        return true;
    }
    let mut found = false;
    let mut see = |child: Child<'_>| found = found || may_raise(name, child, program, depth);
    match child {
        Child::Block(block) => block.each_child(&mut see),
        Child::Expr(expr) => {
            expr.each_child(&mut see);
            match &expr.kind {
                ExprKind::Call(call) => {
                    found |= !matches!(stranger(name, call, program), Some(Stranger::Foreign(_)));
                }
                ExprKind::Step { step, .. } => {
                    let body = program.steps.get(step.index()).map(|it| &it.body);
                    found |= body.is_none_or(|it| may_raise(name, Child::Block(it), program, depth + 1));
                }
                // Raised by hand, under any name.
                ExprKind::Fail(_) => found = true,
                _ => {}
            }
        }
    }
    found
}

/// The actions behind a call; `None` where any name at all may come out of it.
fn actions(call: &Call, program: &Program) -> Option<Vec<Action>> {
    if matches!(call.mode, Mode::Token(_)) {
        return None;
    }
    let optimized = |service: &str, action: &str| found(service, action, Flavor::Optimized);
    let sdk = |service: &str, action: &str| found(service, action, Flavor::Sdk);
    match &call.target {
        Target::Resource(id) => match program.resources.get(id.index())?.kind.as_deref() {
            Some("container") => optimized("ecs", "runTask"),
            // Its worker fails with any name.
            Some("activity") => None,
            _ => optimized("lambda", "invoke"),
        },
        // The errors of its own calls come with it, where it is waited for.
        Target::Workflow(id) => {
            let express = program.workflows.get(id.index()).is_some_and(|it| it.express);
            let starts = !express && call.mode == Mode::Plain;
            if starts { optimized("states", "startExecution") } else { None }
        }
        Target::Aws { service, action, optimized } => {
            found(service, action, if *optimized { Flavor::Optimized } else { Flavor::Sdk })
        }
        Target::Method { kind, method, .. } if &**kind == "table" => {
            let actions = of_table(method).iter().map(|it| sdk("dynamodb", it));
            actions.collect::<Option<Vec<_>>>().map(|it| it.into_iter().flatten().collect())
        }
        Target::Method { kind, method, .. } => {
            let body = program.kinds.kinds.get(kind)?.methods.get(method)?.body.as_ref()?;
            inner(&body.value).and_then(|it| actions(it, program))
        }
        Target::Complete => sdk("sfn", "sendTaskSuccess"),
        Target::Reject(_) => sdk("sfn", "sendTaskFailure"),
        Target::Beat => sdk("sfn", "sendTaskHeartbeat"),
    }
}

fn found(service: &str, action: &str, flavor: Flavor) -> Option<Vec<Action>> {
    match aws::action(service, action, flavor) {
        Lookup::Found(action) => Some(vec![action]),
        Lookup::NoService { .. } | Lookup::NoAction { .. } => None,
    }
}

/// What the methods of tables call.
fn of_table(method: &str) -> &'static [&'static str] {
    match method {
        "get" => &["getItem", "query"],
        "put" => &["putItem"],
        "update" => &["updateItem"],
        "delete" => &["deleteItem"],
        "query" => &["query"],
        "scan" => &["scan"],
        "batchGet" => &["batchGetItem"],
        "batchPut" | "batchDelete" => &["batchWriteItem"],
        _ => &["transactWriteItems", "transactGetItems"],
    }
}

/// The one AWS call that a method's body holds.
pub(super) fn inner(value: &Expr) -> Option<&Call> {
    if let ExprKind::Call(call) = &value.kind {
        return Some(call);
    }
    let mut found = None;
    value.each_child(&mut |child| {
        if let Child::Expr(child) = child {
            found = found.or_else(|| inner(child));
        }
    });
    found
}
