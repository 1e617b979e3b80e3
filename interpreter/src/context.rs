//! The context object (Developer Guide, "Accessing execution data from the Context object").

use std::sync::Arc;

use jsonata::{Object, Value};

use crate::clock::{self, Millis};
use crate::fiber::{Fiber, FiberId};
use crate::options::{Kind, Options};
use crate::program::{Kind as StateKind, State};
use crate::random::Random;

/// An execution as its states see it: this one, or a child of a distributed map.
#[derive(Debug)]
pub(crate) struct Domain {
    pub(crate) arn: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) input: Value,
    pub(crate) start: Millis,
    pub(crate) role: Arc<str>,
    /// The machine's name, as it stands in ARNs.
    pub(crate) machine: Arc<str>,
    /// `Execution` of the context object.
    execution: Value,
    /// `StateMachine` of the context object.
    state_machine: Value,
    pub(crate) next_event: u64,
    pub(crate) root: Option<FiberId>,
    /// A context object given from outside, of a state that is tested alone.
    pub(crate) given: Option<Value>,
    /// The map that started it, and the index there.
    pub(crate) owner: Option<(FiberId, usize)>,
}

impl Domain {
    pub(crate) fn root(options: &Options, input: Value, start: Millis, random: &mut Random) -> Domain {
        let names = &options.names;
        let name = names.execution.clone().unwrap_or_else(|| random.uuid());
        let (region, account, machine) = (&names.region, &names.account, &names.machine);
        let arn = match options.kind {
            Kind::Standard => format!("arn:aws:states:{region}:{account}:execution:{machine}:{name}"),
            Kind::ExpressSync | Kind::ExpressAsync => {
                format!("arn:aws:states:{region}:{account}:express:{machine}:{name}:{}", random.uuid())
            }
        };
        let machine_arn = format!("arn:aws:states:{region}:{account}:stateMachine:{machine}");
        Domain::new(options, &arn, &name, &machine_arn, machine, input, start)
    }

    /// A child of a distributed map; `label` names the map.
    pub(crate) fn child(
        &self,
        options: &Options,
        label: &str,
        name: &str,
        input: Value,
        start: Millis,
    ) -> Domain {
        let names = &options.names;
        let (region, account) = (&names.region, &names.account);
        let machine = format!("{}/{label}", self.machine);
        let arn = format!("arn:aws:states:{region}:{account}:execution:{machine}:{name}");
        let machine_arn = format!("arn:aws:states:{region}:{account}:stateMachine:{machine}");
        Domain::new(options, &arn, name, &machine_arn, &machine, input, start)
    }

    fn new(
        options: &Options,
        arn: &str,
        name: &str,
        machine_arn: &str,
        machine: &str,
        input: Value,
        start: Millis,
    ) -> Domain {
        let role: Arc<str> = options.names.role.as_str().into();
        let mut execution = Object::new();
        execution.insert("Id", Value::from(arn));
        execution.insert("Input", input.clone());
        let started = Value::from(clock::format(start));
        match options.kind {
            Kind::Standard => {
                execution.insert("StartTime", started);
                execution.insert("Name", Value::from(name));
                execution.insert("RoleArn", Value::from(role.clone()));
            }
            Kind::ExpressSync | Kind::ExpressAsync => {
                execution.insert("Name", Value::from(name));
                execution.insert("RoleArn", Value::from(role.clone()));
                execution.insert("StartTime", started);
            }
        }
        if options.era.redrive_count && options.kind != Kind::ExpressSync {
            execution.insert("RedriveCount", Value::from(0));
        }
        Domain {
            arn: arn.into(),
            name: name.into(),
            input,
            start,
            role,
            machine: machine.into(),
            execution: Value::Object(execution),
            state_machine: crate::value::object([
                ("Id", Value::from(machine_arn)),
                ("Name", Value::from(machine)),
            ]),
            next_event: 1,
            root: None,
            given: None,
            owner: None,
        }
    }

    /// The context object as a state sees it.
    pub(crate) fn context(&self, fiber: &Fiber, state: &State) -> Value {
        if let Some(given) = &self.given {
            return given.clone();
        }
        let mut about = Object::new();
        about.insert("Name", Value::from(state.name.clone()));
        about.insert("EnteredTime", Value::from(clock::format(fiber.entered_at)));
        if matches!(state.kind, StateKind::Task(_) | StateKind::Map(_) | StateKind::Parallel { .. }) {
            about.insert("RetryCount", Value::from(fiber.retry_count));
        }
        let mut context = Object::new();
        context.insert("Execution", self.execution.clone());
        context.insert("StateMachine", self.state_machine.clone());
        context.insert("State", Value::Object(about));
        if let Some(item) = &fiber.item {
            context.insert("Map", crate::value::object([("Item", item.clone())]));
        }
        if let Some(token) = &fiber.token {
            context.insert("Task", crate::value::object([("Token", Value::from(token.clone()))]));
        }
        Value::Object(context)
    }

    pub(crate) fn redriven(&mut self, count: u64) {
        if let Value::Object(execution) = &mut self.execution {
            execution.insert("RedriveCount", Value::from(count));
        }
    }
}
