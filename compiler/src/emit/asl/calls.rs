//! What a workflow calls and which resources each call can touch, for IAM.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Writer;
use crate::emit::names::Names;
use crate::machine::expr::Deploy;
use crate::machine::{Expr, Items, Machine, Pattern, Service, StateId, StateKind, VarId};
use crate::source::Span;

/// One call that a workflow's role must allow.
#[derive(Clone, Debug)]
pub struct ServiceCall {
    /// The state's name.
    pub state: String,
    pub span: Span,
    pub needed: Needed,
    /// Deploy-time values that can reach its arguments: the resources it touches.
    pub touches: BTreeSet<Deploy>,
    /// As emitted, with `${Name}` and `{% … %}` in it.
    pub arguments: Value,
    /// `Credentials.RoleArn`, as emitted.
    pub role: Option<Value>,
}

/// What the call is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Needed {
    /// A task: the service and action of its `Resource`, and whether it is an SDK integration.
    Task { service: String, action: String, sdk: bool, pattern: Pattern },
    /// A worker polls; the role needs nothing.
    Activity,
    /// A distributed map starts, describes and stops children of its own workflow.
    MapRun,
    /// An `ItemReader`: `getObject` or `listObjectsV2`.
    ReadItems,
    /// The same, of what a `ResultWriter` wrote.
    ReadResults,
    /// A `ResultWriter`.
    WriteResults,
}

type Reach = BTreeMap<VarId, BTreeSet<Deploy>>;

/// Every call of a machine.
pub(super) fn collect(machine: &Machine, names: &Names) -> Vec<ServiceCall> {
    let reach = reach(machine);
    let writer = Writer { machine, names, out: super::Definition::default() };
    let mut all = Vec::new();
    for id in machine.reachable() {
        let mut push = |needed, arguments: &Expr, role: Option<&Expr>| {
            all.push(ServiceCall {
                state: writer.name(id),
                span: span(machine, id),
                needed,
                touches: touches(arguments, &reach),
                arguments: writer.template(arguments),
                role: role.map(|e| writer.template(e)),
            });
        };
        match &machine.state(id).kind {
            StateKind::Task(task) => {
                let needed = match &task.service {
                    Service::Optimized { service, action } => needed(service, action, false, task.pattern),
                    Service::Sdk { service, action } => needed(service, action, true, task.pattern),
                    Service::Activity(_) => Needed::Activity,
                };
                push(needed, &task.arguments, task.role.as_ref());
            }
            StateKind::Map(map) => {
                if let Items::Reader(reader) = &map.items {
                    let needed = if reader.results { Needed::ReadResults } else { Needed::ReadItems };
                    push(needed, &reader.arguments, None);
                }
                if let Some(distributed) = &map.distributed {
                    push(Needed::MapRun, &Expr::Null, None);
                    if let Some((bucket, prefix)) = &distributed.writer {
                        let target = Expr::record([("Bucket", bucket.clone()), ("Prefix", prefix.clone())]);
                        push(Needed::WriteResults, &target, None);
                    }
                }
            }
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(..)
            | StateKind::Parallel(_)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => {}
        }
    }
    all
}

fn needed(service: &str, action: &str, sdk: bool, pattern: Pattern) -> Needed {
    Needed::Task { service: service.to_owned(), action: action.to_owned(), sdk, pattern }
}

fn span(machine: &Machine, id: StateId) -> Span {
    machine.state(id).spans.first().copied().unwrap_or_default()
}

/// Which deploy-time values each variable can hold.
fn reach(machine: &Machine) -> Reach {
    let order = machine.reachable();
    let mut reach = Reach::new();
    loop {
        let before: usize = reach.values().map(BTreeSet::len).sum();
        for id in &order {
            for (_, edge) in machine.state(*id).kind.edges() {
                for (var, value) in &edge.assign {
                    let more = touches(value, &reach);
                    reach.entry(*var).or_default().extend(more);
                }
            }
        }
        if reach.values().map(BTreeSet::len).sum::<usize>() == before {
            return reach;
        }
    }
}

fn touches(expr: &Expr, reach: &Reach) -> BTreeSet<Deploy> {
    let mut all = BTreeSet::new();
    expr.visit(&mut |e| match e {
        Expr::Deploy(deploy) => {
            all.insert(deploy.clone());
        }
        Expr::Var(var) => all.extend(reach.get(var).into_iter().flatten().cloned()),
        _ => {}
    });
    all
}
