//! One lookup over the SDK integrations and the optimized ones.

use crate::api::{self, Line};
use crate::close::close;
use crate::iam::{self, Statement};
use crate::index::{self, Service, close_services, service};
use crate::optimized;
use crate::shape::{ShapeRef, Spelling};

/// Which of Step Functions' two kinds of integration: `arn:aws:states:::dynamodb:getItem` is an optimized one,
/// `arn:aws:states:::aws-sdk:dynamodb:getItem` the SDK's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavor {
    Optimized,
    Sdk,
}

/// How a task waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// For the API's answer.
    Request,
    /// For the job to end: `.sync`.
    Sync,
    /// The same, with the result parsed: `.sync:2`.
    Sync2,
    /// For `SendTaskSuccess` or `SendTaskFailure`: `.waitForTaskToken`.
    Token,
}

/// The type of a state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Machine {
    Standard,
    Express,
}

/// What [`action`] finds.
#[derive(Clone, Debug)]
pub enum Lookup {
    Found(Action),
    /// There is no such service, or it has no integration of that flavor; `close`: names of services.
    NoService {
        close: Vec<&'static str>,
    },
    /// The service has no such action of that flavor; `close`: names of actions.
    NoAction {
        service: Service,
        close: Vec<&'static str>,
    },
}

/// An action of an API as a task can call it.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    service: Service,
    /// Of the API model; none where an optimized integration has no API of that name.
    line: Option<Line>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Sdk { name: &'static str },
    Optimized { action: &'static optimized::Action },
}

/// How an action gives its result page by page. All are paths into arguments or result (`Contents[-1].Key`); where an
/// output lists several with `||`, the first that is there counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// The arguments that take the tokens…
    pub inputs: Vec<&'static str>,
    /// …and the fields of the result that give them, in the same order.
    pub outputs: Vec<&'static str>,
    /// The boolean field that says whether there is more; without one there is as long as a token comes.
    pub more: Option<&'static str>,
    /// The fields that hold the items.
    pub items: Vec<&'static str>,
}

/// Finds an action by the names that `Resource` has for service and action (`"dynamodb"`, `"getItem"`).
pub fn action(service_name: &str, name: &str, flavor: Flavor) -> Lookup {
    let Some(service) = service(service_name).filter(|it| it.has(flavor)) else {
        let close = close_services(service_name).into_iter();
        let close = close.filter(|it| service(it).is_some_and(|it| it.has(flavor))).collect();
        return Lookup::NoService { close };
    };
    match Action::find(service, name, flavor) {
        Some(action) => Lookup::Found(action),
        None => Lookup::NoAction { service, close: close(name, service.actions(flavor)) },
    }
}

/// The same without looking for close names where there is none, which takes longer than all else.
pub fn find(service_name: &str, name: &str, flavor: Flavor) -> Option<Action> {
    Action::find(service(service_name)?, name, flavor)
}

impl Pattern {
    pub const ALL: [Pattern; 4] = [Pattern::Request, Pattern::Sync, Pattern::Sync2, Pattern::Token];

    /// The end of the `Resource`.
    pub fn suffix(self) -> &'static str {
        match self {
            Pattern::Request => "",
            Pattern::Sync => ".sync",
            Pattern::Sync2 => ".sync:2",
            Pattern::Token => ".waitForTaskToken",
        }
    }

    /// Express machines take request-response only.
    pub fn runs_in(self, machine: Machine) -> bool {
        machine == Machine::Standard || self == Pattern::Request
    }

    /// By the name that `optimized.txt` uses.
    pub(crate) fn named(name: &str) -> Option<Pattern> {
        Some(match name {
            "request" => Pattern::Request,
            "sync" => Pattern::Sync,
            "sync2" => Pattern::Sync2,
            "token" => Pattern::Token,
            _ => return None,
        })
    }
}

impl Action {
    fn find(service: Service, name: &str, flavor: Flavor) -> Option<Action> {
        match flavor {
            Flavor::Sdk => {
                let sdk = service.sdk()?;
                let name = sdk.action(name)?;
                let line = api::model(sdk.name).and_then(|it| it.action(name));
                Some(Action { service, line, kind: Kind::Sdk { name } })
            }
            Flavor::Optimized => {
                let optimized = service.optimized()?;
                let action = optimized.action(name)?;
                let line = optimized.api.and_then(api::model).and_then(|it| it.action(action.api_name()));
                Some(Action { service, line, kind: Kind::Optimized { action } })
            }
        }
    }

    pub fn service(&self) -> Service {
        self.service
    }

    pub fn flavor(&self) -> Flavor {
        match self.kind {
            Kind::Sdk { .. } => Flavor::Sdk,
            Kind::Optimized { .. } => Flavor::Optimized,
        }
    }

    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Sdk { name } => name,
            Kind::Optimized { action } => action.name,
        }
    }

    /// The task's `Resource`, in the `aws` partition, which is what Step Functions wants in all of them.
    pub fn resource(&self, pattern: Pattern) -> String {
        let (name, end) = (self.name(), pattern.suffix());
        match self.kind {
            Kind::Sdk { .. } => format!("arn:aws:states:::aws-sdk:{}:{name}{end}", self.service.name()),
            Kind::Optimized { .. } => {
                let service = self.service.optimized().map_or(self.service.name(), |it| it.name);
                format!("arn:aws:states:::{service}:{name}{end}")
            }
        }
    }

    /// AWS's page on the API's action.
    pub fn documentation(&self) -> Option<String> {
        let (api, name) = match self.kind {
            Kind::Sdk { name } => (self.service.sdk()?, name),
            Kind::Optimized { action } => (index::sdk(self.service.optimized()?.api?)?, action.api_name()),
        };
        let (first, rest) = name.split_at_checked(1)?;
        self.line?;
        Some(format!(
            "https://docs.aws.amazon.com/goto/WebAPI/{}/{}{rest}",
            api.uid,
            first.to_ascii_uppercase()
        ))
    }

    /// The ways to wait that the action offers.
    pub fn patterns(&self) -> &'static [Pattern] {
        match self.kind {
            Kind::Sdk { .. } => &[Pattern::Request, Pattern::Token],
            Kind::Optimized { action } => &action.patterns,
        }
    }

    /// Whether a machine of that type may call the action that way.
    pub fn allows(&self, pattern: Pattern, machine: Machine) -> bool {
        pattern.runs_in(machine) && self.patterns().contains(&pattern)
    }

    /// Why Step Functions doesn't offer the action although the API has it, if so.
    pub fn refused(&self) -> Option<&'static str> {
        let flags = self.flags();
        if flags.contains('e') {
            return Some("it answers with a stream of events");
        }
        flags.contains('x').then_some("AWS lists it as not supported")
    }

    /// Whether AWS calls the action deprecated.
    pub fn deprecated(&self) -> bool {
        self.flags().contains('d')
    }

    fn flags(&self) -> &'static str {
        match self.kind {
            Kind::Sdk { .. } => self.line.map_or("", |it| it.flags),
            Kind::Optimized { .. } => "",
        }
    }

    /// What `Arguments` takes: a record. `None`: nothing.
    pub fn arguments(&self) -> Option<ShapeRef> {
        match self.kind {
            Kind::Optimized { action: optimized::Action { args: Some(args), .. } } => {
                Some(ShapeRef::optimized(args))
            }
            Kind::Sdk { .. } | Kind::Optimized { .. } => self.api_shape(self.line?.input),
        }
    }

    /// What the task gives. With a token that is whatever the token's holder sends: `None`. An API without a result gives
    /// `{}`: `None` too.
    pub fn result(&self, pattern: Pattern) -> Option<ShapeRef> {
        let written = match (self.kind, pattern) {
            (_, Pattern::Token) => return None,
            (Kind::Sdk { .. }, _) => None,
            (Kind::Optimized { action }, Pattern::Request) => action.result,
            (Kind::Optimized { action }, Pattern::Sync) => Some(action.sync_result.unwrap_or("j")),
            (Kind::Optimized { action }, Pattern::Sync2) => Some(action.sync2_result.unwrap_or("j")),
        };
        match written {
            Some(written) => Some(ShapeRef::optimized(written)),
            None => self.api_shape(self.line?.output),
        }
    }

    fn api_shape(&self, number: &'static str) -> Option<ShapeRef> {
        let (service, spelling) = match self.kind {
            Kind::Sdk { .. } => (self.service.sdk()?.name, Spelling::Sdk),
            Kind::Optimized { .. } => (self.service.optimized()?.api?, Spelling::Api),
        };
        (!number.is_empty()).then(|| ShapeRef::api(service, number, spelling))
    }

    /// The names of the errors that the API's model gives the action (`DynamoDb.ConditionalCheckFailedException`), then the
    /// ones for what isn't modelled. The models are not complete: any of the service's errors may come.
    pub fn errors(&self) -> Vec<String> {
        let (mut names, general) = match self.kind {
            Kind::Sdk { .. } => (vec![], self.service.sdk().map(|it| format!("{}Exception", it.prefix))),
            Kind::Optimized { action } => {
                let general = self.service.optimized().and_then(|it| it.general);
                (action.errors.iter().map(|it| (*it).to_owned()).collect(), general.map(str::to_owned))
            }
        };
        let Some(prefix) = self.service.error_prefix(self.flavor()) else { return names };
        let classes = self.classes();
        let own = classes.iter().map(|it| it.name).chain(general.as_deref());
        let own: Vec<String> = own.map(|it| format!("{prefix}.{it}")).collect();
        names.splice(..0, own);
        names
    }

    /// The names among them that say that the service wants to be called less often: worth a retry after a pause.
    pub fn throttling_errors(&self) -> Vec<String> {
        let Some(prefix) = self.service.error_prefix(self.flavor()) else { return vec![] };
        let classes = self.classes().into_iter().filter(|it| it.throttling);
        classes.map(|it| format!("{prefix}.{}", it.name)).collect()
    }

    /// The classes of errors that the model gives the action.
    fn classes(&self) -> Vec<api::Class> {
        let model = match self.kind {
            Kind::Sdk { .. } => self.service.sdk().map(|it| it.name),
            Kind::Optimized { .. } => self.service.optimized().and_then(|it| it.api),
        };
        let model = model.and_then(api::model).zip(self.line);
        model.map_or(vec![], |(model, line)| model.errors_at(line.errors))
    }

    /// The IAM statements that the machine's role needs for a call with that pattern. `${Partition}`, `${Region}` and
    /// `${Account}` stand in the ARNs; [`crate::Resource`] puts the arguments' values in.
    pub fn iam(&self, pattern: Pattern) -> Vec<Statement> {
        match self.kind {
            Kind::Sdk { .. } => iam::of_api(self.service, self.line),
            Kind::Optimized { action } => iam::of_optimized(self.service, action, self.line, pattern),
        }
    }

    /// How the action pages, if it does.
    pub fn pagination(&self) -> Option<Pagination> {
        let mut parts = self.line?.paging.split('>');
        let mut list = || parts.next().map(|part| part.split(',').filter(|it| !it.is_empty()).collect());
        let (inputs, outputs, more, items): (_, _, Vec<_>, _) = (list()?, list()?, list()?, list()?);
        Some(Pagination { inputs, outputs, more: more.first().copied(), items })
    }
}
