//! A workflow that runs by itself, without a test around it: the same services, no mocks of a test's.

use std::cell::RefCell;
use std::rc::Rc;

use interpreter::Services;
use jsonata::Value;

use crate::app::App;
use crate::handlers::Handlers;
use crate::router::Router;
use crate::runner::{Runner, Test};
use crate::stores::Stores;
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

/// What tables, buckets and secrets hold at the start.
#[derive(Debug, Default)]
pub struct Data(Stores);

impl Data {
    /// Of JSON: the name of a resource, and its items (a table), its objects by their keys (a bucket) or its value (a secret).
    ///
    /// # Errors
    /// What does not fit, with the resource's name.
    pub fn read(app: &App, json: &Value) -> Result<Data, String> {
        let Value::Object(resources) = json else {
            return Err("it must be an object: names of resources and what they hold".to_owned());
        };
        let mut data = Data::default();
        for (name, held) in resources.iter() {
            let resource = app.resources.get(&**name).ok_or_else(|| {
                let known: Vec<&str> = app.resources.keys().map(String::as_str).collect();
                format!("the app has no resource `{name}`; it has {}", known.join(", "))
            })?;
            data.0.fill(resource, held).map_err(|why| format!("`{name}`: {why}"))?;
        }
        Ok(data)
    }
}

/// Gives the services for one execution of a workflow to `run`; afterwards what it has started runs too.
///
/// Returns what `run` gives, and what went wrong in what was started.
pub fn alone<R>(
    app: &App,
    workflow: &str,
    handlers: &dyn Handlers,
    (answers, unmocked, data): (Answers, Unmocked, Data),
    run: impl FnOnce(&mut dyn Services) -> R,
) -> (R, Vec<String>) {
    let test = Test::default();
    let mut runner = Runner::new(app, &test, handlers.session());
    runner.alone = Some((workflow.to_owned(), unmocked));
    runner.answers = answers;
    runner.world.stores = data.0;
    let result = run(&mut Router::new(&mut runner, Some(workflow.to_owned())));
    let known = runner.failures.len();
    runner.run_started();
    let later = runner.failures.iter().skip(known).map(|it| it.message.clone()).collect();
    (result, later)
}
