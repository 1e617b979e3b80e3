//! Arms that are the same call with the same clauses and other arguments are one state, its arguments chosen by the
//! conditions (B29). A value that no arm takes has no arguments: evaluating them raises an error there, which no
//! clause of the call may swallow.

use std::collections::BTreeMap;

use super::{DEEPEST, LARGEST, compose};
use crate::machine::flow::EdgeId;
use crate::machine::live::Live;
use crate::machine::{Choice, Edge, Expr, Func, Machine, Member, Service, StateId, StateKind, Task, fold};

pub(super) fn same_call(machine: &mut Machine, start: StateId) -> bool {
    let mut changed = false;
    let mut around = None;
    for id in machine.scope(start) {
        let StateKind::Choice(choice) = &machine.state(id).kind else { continue };
        if !calls(machine, choice) {
            continue;
        }
        let around = around.get_or_insert_with(|| (machine.incoming(start), machine.live(start)));
        let Some((task, from)) = joined(machine, choice, around) else { continue };
        let (name, docs) = (machine.state(from).name.clone(), machine.state(from).docs.clone());
        super::share_spans(machine, from, id);
        if let Some(state) = machine.state_mut(id) {
            state.kind = StateKind::Task(Box::new(task));
            state.name = name;
            state.docs = docs;
            state.why = "calls a service; the arms of a choice are one call with chosen arguments".into();
        }
        changed = true;
    }
    changed
}

/// Whether all its ways but perhaps the last lead to tasks, two at least.
fn calls(machine: &Machine, choice: &Choice) -> bool {
    let leads =
        |edge: &Edge| edge.target().is_some_and(|to| matches!(machine.state(to).kind, StateKind::Task(_)));
    let rules = choice.rules.iter().filter(|(_, edge)| leads(edge)).count();
    rules == choice.rules.len() && rules + usize::from(leads(&choice.default)) >= 2
}

/// What leads to each state of a scope, and what is live there.
type Around = (BTreeMap<StateId, Vec<EdgeId>>, Live);

fn joined(machine: &Machine, choice: &Choice, (incoming, live): &Around) -> Option<(Task, StateId)> {
    let mut tasks: Vec<(Option<&Expr>, Task)> = Vec::new();
    let mut from = None;
    let mut last = None;
    let edges = choice.rules.iter().map(|(c, e)| (Some(c), e)).chain([(None, &choice.default)]);
    for (condition, edge) in edges {
        let target = edge.target()?;
        match &machine.state(target).kind {
            StateKind::Task(task) if incoming.get(&target).is_some_and(|edges| edges.len() == 1) => {
                from.get_or_insert(target);
                if from.map(|from| &machine.state(from).name) != Some(&machine.state(target).name) {
                    return None;
                }
                tasks.push((condition, entered(task, edge, live)?));
            }
            StateKind::Fail { error: Some(Expr::String(name)), cause: Some(cause) }
                if condition.is_none() && **name == *"States.NoChoiceMatched" =>
            {
                last = Some(cause.clone().substitute(&edge.assign));
            }
            _ => return None,
        }
    }
    let from = from?;
    if tasks.len() < 2 || !same_but_arguments(&tasks) {
        return None;
    }
    let total = choice.rules.iter().all(|(c, _)| c.effects().total());
    let (_, first) = tasks.first()?;
    if (last.is_some() || !total) && StateKind::Task(Box::new(first.clone())).catches_evaluation_errors() {
        return None;
    }
    let fresh = choice.rules.iter().any(|(c, _)| c.effects().fresh);
    let otherwise = last.map(|cause| Expr::call(Func::Raise, vec![cause]));
    let arguments = fold::simplify(chosen(&tasks, otherwise.as_ref()));
    if fresh || arguments.depth() > DEEPEST || arguments.size() > LARGEST {
        return None;
    }
    Some((Task { arguments, ..first.clone() }, from))
}

/// The task with what the edge to it assigns.
fn entered(task: &Task, edge: &Edge, live: &Live) -> Option<Task> {
    if edge.assign.iter().any(|(_, value)| !value.effects().total()) {
        return None;
    }
    let mut task = task.clone();
    task.arguments = task.arguments.substitute(&edge.assign);
    for value in [&mut task.timeout, &mut task.heartbeat, &mut task.role].into_iter().flatten() {
        *value = std::mem::replace(value, Expr::Null).substitute(&edge.assign);
    }
    task.out = compose(&edge.assign, &task.out, live)?;
    for catch in &mut task.catches {
        catch.edge = compose(&edge.assign, &catch.edge, live)?;
    }
    Some(task)
}

fn same_but_arguments(tasks: &[(Option<&Expr>, Task)]) -> bool {
    let bare = |task: &Task| Task { arguments: Expr::Null, ..task.clone() };
    let Some((_, first)) = tasks.first() else { return false };
    let function = |task: &Task| match (&task.service, &task.arguments) {
        // Another function is another call.
        (Service::Optimized { service, .. }, Expr::Record(members)) if **service == *"lambda" => {
            members.first().cloned()
        }
        _ => None,
    };
    tasks.iter().all(|(_, task)| bare(task) == bare(first) && function(task) == function(first))
}

/// The arguments by condition: within records only where they differ.
fn chosen(tasks: &[(Option<&Expr>, Task)], otherwise: Option<&Expr>) -> Expr {
    let values: Vec<(Option<&Expr>, &Expr)> = tasks.iter().map(|(c, task)| (*c, &task.arguments)).collect();
    choose(&values, otherwise)
}

fn choose(values: &[(Option<&Expr>, &Expr)], otherwise: Option<&Expr>) -> Expr {
    let Some((_, first)) = values.first() else { return Expr::Null };
    if otherwise.is_none() && values.iter().all(|(_, value)| value == first) {
        return (*first).clone();
    }
    if let Some(members) = by_member(values, otherwise) {
        return Expr::Record(members);
    }
    let mut rest: Vec<&(Option<&Expr>, &Expr)> = values.iter().collect();
    let mut all = match otherwise {
        Some(error) => error.clone(),
        None => rest.pop().map_or(Expr::Null, |(_, value)| (*value).clone()),
    };
    for (condition, value) in rest.into_iter().rev() {
        all = Expr::choose(condition.cloned().unwrap_or(Expr::Boolean(true)), (*value).clone(), all);
    }
    all
}

/// Member by member, where all are records of the same names.
fn by_member(values: &[(Option<&Expr>, &Expr)], otherwise: Option<&Expr>) -> Option<Vec<Member>> {
    let records: Vec<(Option<&Expr>, &Vec<Member>)> = values
        .iter()
        .map(|(c, value)| match value {
            Expr::Record(members) => Some((*c, members)),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (_, first) = records.first()?;
    let mut members = Vec::new();
    let mut open = otherwise;
    for (at, member) in first.iter().enumerate() {
        let Member::Set(name, value) = member else { return None };
        let mut column = Vec::new();
        for (c, record) in &records {
            match record.get(at) {
                Some(Member::Set(n, value)) if n == name && record.len() == first.len() => {
                    column.push((*c, value))
                }
                _ => return None,
            }
        }
        let same = column.iter().all(|(_, v)| *v == value);
        let last = if same { None } else { open };
        members.push(Member::Set(name.clone(), choose(&column, last)));
        if !same {
            open = None;
        }
    }
    // Something must raise the error.
    (otherwise.is_none() || open.is_none()).then_some(members)
}
