//! What a workflow calls and which resources each call can touch, for IAM.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Writer;
use crate::emit::names::Names;
use crate::machine::expr::{Deploy, Func, Item, Member};
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
    /// Arguments that only the run knows, but that can be nothing else than one of these: `TableName`, and
    /// `RequestItems[keys]` for its keys.
    pub one_of: BTreeMap<String, BTreeSet<Deploy>>,
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

/// Everything that is assigned to each variable.
type Assigned<'m> = BTreeMap<VarId, Vec<&'m Expr>>;

/// Every call of a machine.
pub(super) fn collect(machine: &Machine, names: &Names) -> Vec<ServiceCall> {
    let reach = reach(machine);
    let assigned = assigned(machine);
    let writer = Writer { machine, names, out: super::Definition::default() };
    let mut all = Vec::new();
    for id in machine.reachable() {
        let mut push = |needed: Needed, arguments: &Expr, role: Option<&Expr>| {
            let mut forms = Vec::new();
            possible(arguments, &assigned, &mut BTreeSet::new(), &mut forms);
            for arguments in forms {
                all.push(ServiceCall {
                    state: writer.name(id),
                    span: span(machine, id),
                    needed: needed.clone(),
                    touches: touches(arguments, &reach),
                    one_of: one_of(arguments, &assigned),
                    arguments: known(&writer, arguments),
                    role: role.map(|e| writer.template(e)),
                });
            }
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

fn assigned(machine: &Machine) -> Assigned<'_> {
    let mut all = Assigned::new();
    for id in machine.reachable() {
        for (_, edge) in machine.state(id).kind.edges() {
            for (var, value) in &edge.assign {
                all.entry(*var).or_default().push(value);
            }
        }
    }
    all
}

/// The forms that a call's arguments can have: what is handed to it whole, in a variable, was made somewhere.
fn possible<'m>(
    arguments: &'m Expr,
    assigned: &Assigned<'m>,
    seen: &mut BTreeSet<VarId>,
    found: &mut Vec<&'m Expr>,
) {
    match arguments {
        Expr::If(_, yes, no) => {
            possible(yes, assigned, seen, found);
            possible(no, assigned, seen, found);
        }
        Expr::Call(Func::Raise, _) => {}
        Expr::Var(var) if !seen.insert(*var) => {}
        Expr::Var(var) if assigned.contains_key(var) => {
            let values = assigned.get(var).into_iter().flatten();
            values.for_each(|value| possible(value, assigned, seen, found));
        }
        _ => found.push(arguments),
    }
}

/// Arguments as emitted, but as records and lists also where the state holds one expression for all of them.
fn known(writer: &Writer<'_>, arguments: &Expr) -> Value {
    match arguments {
        Expr::Record(members) => {
            let mut fields = serde_json::Map::new();
            for member in members {
                let (Member::Set(name, value) | Member::Some(name, value)) = member else {
                    return writer.template(arguments);
                };
                fields.insert(name.to_string(), known(writer, value));
            }
            Value::Object(fields)
        }
        Expr::List(items) => {
            let one = |it: &Item| match it {
                Item::One(value) | Item::List(value) => Some(known(writer, value)),
                Item::Spread(_) => None,
            };
            let items: Option<Vec<Value>> = items.iter().map(one).collect();
            items.map_or_else(|| writer.template(arguments), Value::Array)
        }
        other => writer.template(other),
    }
}

fn one_of(arguments: &Expr, assigned: &Assigned<'_>) -> BTreeMap<String, BTreeSet<Deploy>> {
    let mut all = BTreeMap::new();
    let Expr::Record(members) = arguments else { return all };
    for member in members {
        let (Member::Set(name, value) | Member::Some(name, value)) = member else { continue };
        let mut found = BTreeSet::new();
        let keys: Option<Vec<&Expr>> = match value {
            Expr::Record(members) if !members.is_empty() => members
                .iter()
                .map(|it| if let Member::Computed(key, _) = it { Some(key) } else { None })
                .collect(),
            _ => None,
        };
        let (place, values) = match keys {
            Some(keys) => (format!("{name}[keys]"), keys),
            None => (name.to_string(), vec![value]),
        };
        let closed = values.into_iter().all(|it| closed(it, assigned, &mut BTreeSet::new(), &mut found));
        if closed && !found.is_empty() {
            all.insert(place, found);
        }
    }
    all
}

/// Collects what an expression can be; false where it can be anything else.
fn closed(
    expr: &Expr,
    assigned: &Assigned<'_>,
    seen: &mut BTreeSet<VarId>,
    found: &mut BTreeSet<Deploy>,
) -> bool {
    match expr {
        Expr::Deploy(deploy) => {
            found.insert(deploy.clone());
            true
        }
        Expr::If(_, yes, no) => closed(yes, assigned, seen, found) && closed(no, assigned, seen, found),
        Expr::Let(_, _, value) => closed(value, assigned, seen, found),
        Expr::Call(Func::Raise, _) | Expr::Null => true,
        Expr::Var(var) if !seen.insert(*var) => true,
        Expr::Var(var) => {
            assigned.get(var).is_some_and(|values| values.iter().all(|it| closed(it, assigned, seen, found)))
        }
        _ => false,
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
