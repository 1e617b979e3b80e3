//! How often a loop can go round at most, where its text says so: a counter that every round raises, or a wait in every
//! round of a workflow that ends at its `@timeout`.

use super::timing::{Scene, seconds};
use crate::typed::walk::Child;
use crate::typed::{BinaryOp, Block, Expr, ExprKind, LocalId, Stmt, StmtKind};

/// The most rounds of a loop with this condition, if anything bounds them.
pub(super) fn most(condition: Option<&Expr>, body: &Block, scene: &Scene<'_>) -> Option<u64> {
    let counted = condition.and_then(|it| counted(it, body));
    let timed = scene.timeout.zip(waits(body)).map(|(timeout, wait)| timeout / wait + 1);
    counted.into_iter().chain(timed).min()
}

/// Seconds that every round waits; `None` where one may not wait.
fn waits(body: &Block) -> Option<u64> {
    let own = body.statements.iter().take_while(|it| !goes_on(it));
    let waited = own.filter_map(|it| match &it.kind {
        StmtKind::Wait { until: false, value } => seconds(value),
        _ => None,
    });
    Some(waited.sum()).filter(|it| *it > 0)
}

/// `while n < 10 { … n = n + 1 … }`, from 0 up.
fn counted(condition: &Expr, body: &Block) -> Option<u64> {
    let ExprKind::Binary { op, left, right } = &condition.kind else { return None };
    match (op, &left.kind, &right.kind) {
        (BinaryOp::And, ..) => {
            let both = [counted(left, body), counted(right, body)];
            both.into_iter().flatten().min()
        }
        (BinaryOp::Less(_) | BinaryOp::LessEqual(_), ExprKind::Local(counter), ExprKind::Number(limit)) => {
            let limit: u64 = limit.parse().ok()?;
            let raised = only_raised(body, *counter) && always(body, *counter) == Some(true);
            raised.then_some(limit + 1)
        }
        _ => None,
    }
}

/// Whether each assignment to the counter adds a whole number to it.
fn only_raised(body: &Block, counter: LocalId) -> bool {
    let own = body.statements.iter().all(|it| match &it.kind {
        StmtKind::Assign { local, .. } if *local == counter => raises(it, counter),
        _ => true,
    });
    let mut inner = true;
    body.each_child(&mut |child| inner &= only_raised_in(child, counter));
    own && inner
}

fn only_raised_in(child: Child<'_>, counter: LocalId) -> bool {
    match child {
        Child::Block(block) => only_raised(block, counter),
        Child::Expr(value) => {
            let mut all = true;
            value.each_child(&mut |child| all &= only_raised_in(child, counter));
            all
        }
    }
}

fn raises(statement: &Stmt, counter: LocalId) -> bool {
    let StmtKind::Assign { local, path, value } = &statement.kind else { return false };
    let ExprKind::Binary { op: BinaryOp::Add, left, right } = &value.kind else { return false };
    let one =
        |it: &Expr| matches!(&it.kind, ExprKind::Number(text) if text.parse::<u64>().is_ok_and(|n| n > 0));
    let own = |it: &Expr| matches!(it.kind, ExprKind::Local(id) if id == counter);
    *local == counter && path.is_empty() && (own(left) && one(right) || one(left) && own(right))
}

/// Whether every way through a block raises the counter or leaves the loop; `None` where one goes to the next round
/// before that.
fn always(block: &Block, counter: LocalId) -> Option<bool> {
    for statement in &block.statements {
        let passed = match &statement.kind {
            StmtKind::Assign { .. } if raises(statement, counter) => Some(true),
            StmtKind::Expr(value) => through(value, counter),
            _ if goes_on(statement) => None,
            _ => Some(false),
        };
        if passed? {
            return Some(true);
        }
    }
    block.value.as_ref().map_or(Some(false), |it| through(it, counter))
}

fn through(value: &Expr, counter: LocalId) -> Option<bool> {
    match &value.kind {
        ExprKind::Return(_) | ExprKind::Fail(_) | ExprKind::ContinueAs { .. } => Some(true),
        ExprKind::Break(_) => Some(true),
        ExprKind::Continue(_) => None,
        ExprKind::If { then, otherwise, .. } => {
            let then = always(then, counter)?;
            let otherwise = otherwise.as_ref().map_or(Some(false), |it| always(it, counter))?;
            Some(then && otherwise)
        }
        ExprKind::Match { arms, .. } => {
            let mut all = true;
            for arm in arms {
                all &= through(&arm.body, counter)?;
            }
            Some(all)
        }
        ExprKind::Block(block) => always(block, counter),
        _ => {
            if continues(value) {
                None
            } else {
                Some(false)
            }
        }
    }
}

/// Whether a statement may end the round.
fn goes_on(statement: &Stmt) -> bool {
    let mut found = false;
    statement.each_child(&mut |child| found |= continues_in(child));
    found
}

fn continues_in(child: Child<'_>) -> bool {
    match child {
        Child::Expr(value) => continues(value),
        Child::Block(block) => {
            let mut found = false;
            block.each_child(&mut |child| found |= continues_in(child));
            found
        }
    }
}

fn continues(value: &Expr) -> bool {
    let mut found = matches!(value.kind, ExprKind::Continue(_));
    value.each_child(&mut |child| found |= continues_in(child));
    found
}
