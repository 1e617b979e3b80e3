//! A workflow that runs by itself, without a test around it: the same services, no mocks of a test's.

use std::cell::RefCell;
use std::rc::Rc;

use interpreter::Services;

use crate::app::App;
use crate::handlers::Handlers;
use crate::router::Router;
use crate::runner::{Runner, Test};
use crate::unmocked::Unmocked;

/// Who answered a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `None`: the workflow that was asked for.
    pub workflow: Option<String>,
    pub state: String,
    /// ``table `orders`, in memory``
    pub by: String,
}

/// The calls that were answered, in order; shared, so that it can be looked at while a workflow runs.
pub type Answers = Rc<RefCell<Vec<Answer>>>;

/// Gives the services for one execution of a workflow to `run`; afterwards what it has started runs too.
///
/// Returns what `run` gives, and what went wrong in what was started.
pub fn alone<R>(
    app: &App,
    workflow: &str,
    handlers: &dyn Handlers,
    (answers, unmocked): (Answers, Unmocked),
    run: impl FnOnce(&mut dyn Services) -> R,
) -> (R, Vec<String>) {
    let test = Test::default();
    let mut runner = Runner::new(app, &test, handlers.session());
    runner.alone = Some((workflow.to_owned(), unmocked));
    runner.answers = answers;
    let result = run(&mut Router::new(&mut runner, Some(workflow.to_owned())));
    let known = runner.failures.len();
    runner.run_started();
    let later = runner.failures.iter().skip(known).map(|it| it.message.clone()).collect();
    (result, later)
}
