//! A catcher that only raises the error again, as it came, is no catcher: an error that nobody catches ends the scope
//! with the same name and cause, and enters no state for it.

use crate::machine::{Catcher, Expr, Machine, StateId, StateKind, fold};

pub(super) fn rethrow(machine: &mut Machine, start: StateId) -> bool {
    let mut changed = false;
    for id in machine.scope(start) {
        // What stands before the last would let its errors fall through to a later one.
        let useless = machine.state(id).kind.catches().last().is_some_and(|last| only_raises(machine, last));
        if !useless {
            continue;
        }
        let catches = match machine.state_mut(id).map(|state| &mut state.kind) {
            Some(StateKind::Task(task)) => &mut task.catches,
            Some(StateKind::Map(map)) => &mut map.catches,
            Some(StateKind::Parallel(parallel)) => &mut parallel.catches,
            Some(_) | None => continue,
        };
        catches.pop();
        changed = true;
    }
    changed
}

fn only_raises(machine: &Machine, catcher: &Catcher) -> bool {
    let Some(target) = catcher.edge.target() else { return false };
    let StateKind::Fail { error: Some(error), cause: Some(cause) } = &machine.state(target).kind else {
        return false;
    };
    let behind = |e: &Expr| fold::simplify(e.clone().substitute(&catcher.edge.assign));
    behind(error) == Expr::Error.field("Error") && is_cause(&behind(cause))
}

/// The cause, or an empty text where there is none.
fn is_cause(expr: &Expr) -> bool {
    let cause = Expr::Error.maybe("Cause");
    match expr {
        Expr::If(condition, there, none) => {
            **condition == cause.clone().not_null() && **there == cause && **none == Expr::text("")
        }
        other => *other == cause,
    }
}
