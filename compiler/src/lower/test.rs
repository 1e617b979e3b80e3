//! `test` blocks: a test is a machine too, so that `let`, loops and expressions mean in it what they mean in a
//! workflow. What only tests have are tasks of a service `flow`, which the test runner answers:
//!
//! | task | arguments | gives |
//! |---|---|---|
//! | `flow:run` | `workflow`, `input`, `name` | the run as a record |
//! | `flow:mock` | `mock` (its number), `captures`, `parts: [{ times, after }]` | |
//! | `flow:expect` | `expect` (its number), `ok` or `run` with `error` or `state`, or `value`; `left`, `right`, `durations`, `cases` | |
//! | `flow:calls` | `callee` (its number) | how often it was called |
//! | `flow:log` | `resource`, `what` | what a resource took in |
//! | `flow:case` | `each` (its number), `index` | |
//!
//! A mock's bodies are machines of their own. Their input is `{ params, captures }`.

use std::sync::Arc;

use super::call::Spec;
use super::frames::Frame;
use super::resource::optimized;
use super::{About, Loose, Lower, Place, loose};
use crate::diagnostics::Diagnostic;
use crate::machine::expr::Deploy;
use crate::machine::flow::Slot;
use crate::machine::{BoundId, Context, Expr, Func, Item, Machine, Member, Op, Service, StateKind};
use crate::output::{Callee, Copy};
use crate::source::SourceText;
use crate::source::Span;
use crate::typed::walk::Child;
use crate::typed::{
    self, Block, Call, Expect, ExprKind, LocalId, Program, ResourceId, Target, Test, WorkflowId,
};
use crate::types::Type;

/// A method's parameters as bound names, and the call that it is.
type MethodCall = (Vec<BoundId>, Spec);

/// A test as machines.
#[derive(Clone, Debug, Default)]
pub struct Tested {
    pub machine: Machine,
    pub mocks: Vec<Mocked>,
    /// What `calls` asks for.
    pub callees: Vec<Callee>,
    pub expects: Vec<Expected>,
    /// It reads how runs ended, so that a failed one is no surprise.
    pub reads_failures: bool,
}

/// `mock f(x) { … } then { … }`
#[derive(Clone, Debug)]
pub struct Mocked {
    pub callee: Callee,
    /// Where each parameter lies in what the call sends, where that isn't known from the callee.
    pub params: Vec<Option<Copy>>,
    /// Where the value goes in what the service answers.
    pub answer: Vec<Copy>,
    pub parts: Vec<Machine>,
    pub span: Span,
}

/// An `expect`.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Of the expectation, without the word.
    pub span: Span,
}

/// What is collected while a test is lowered.
#[derive(Debug, Default)]
pub(super) struct Testing {
    mocks: Vec<Mocked>,
    callees: Vec<Callee>,
    expects: Vec<Expected>,
    reads_failures: bool,
    each: usize,
    /// The cases of the `each` around.
    cases: Vec<Expr>,
}

/// How deep missing fields are looked for.
const DEEPEST: usize = 6;

/// Attributes that only tests can read: what a resource took in.
pub(super) fn is_log(name: &str) -> bool {
    matches!(name, "published" | "messages" | "records" | "items" | "events" | "keys")
}

/// The machines of a test, or why there are none.
pub fn test(program: &Program, test: &Test, source: SourceText<'_>) -> Result<Tested, Vec<Diagnostic>> {
    // A test is no workflow: none is "this one".
    let mut lower = Lower::new(program, WorkflowId(u32::MAX), source);
    lower.testing = Some(Testing::default());
    lower.m.name = test.title.as_str().into();
    lower.about = About { span: test.span, ..About::default() };
    lower.m.start = lower.scope_of(&test.body, false);
    if !lower.problems.is_empty() {
        return Err(lower.problems);
    }
    let Testing { mocks, callees, expects, reads_failures, .. } = lower.testing.unwrap_or_default();
    Ok(Tested { machine: lower.m, mocks, callees, expects, reads_failures })
}

fn flow(action: &str) -> Service {
    optimized("flow", action)
}

fn unless_null(name: &str, value: Expr) -> Member {
    Member::Some(name.into(), value)
}

impl<'a> Lower<'a> {
    fn scope_of(&mut self, block: &'a Block, wanted: bool) -> crate::machine::StateId {
        let scope = self.open_scope();
        let value = self.block(block, wanted);
        self.about = About { span: block.span.tail(), ..About::default() };
        self.succeed(if wanted { value } else { Expr::Null });
        self.close_scope(scope)
    }

    /// A task that the test runner answers.
    fn flow_task(&mut self, action: &str, arguments: Expr) -> crate::machine::StateId {
        let spec = Spec::new(action, flow(action), arguments);
        let task = spec.task(loose());
        let id = self.add(StateKind::Task(Box::new(task)), &spec.name, "asks the test runner");
        self.here = vec![Loose::Edge(id, Slot::Out)];
        id
    }

    /// The same, for its result.
    fn flow_value(&mut self, action: &str, arguments: Expr) -> Expr {
        let var = self.temporary(action);
        let id = self.flow_task(action, arguments);
        if let Some(edge) = self.m.state_mut(id).and_then(|state| state.kind.edge_mut(Slot::Out)) {
            edge.assign.push((var, Expr::Result));
        }
        Expr::Var(var)
    }

    /// Whether a call starts a run that the test looks at, rather than a nested one.
    pub(super) fn starts_run(&self, call: &Call) -> bool {
        self.testing.is_some() && call.mode == typed::Mode::Plain
    }

    /// `fulfil(order)` in a test.
    pub(super) fn run_spec(&mut self, id: WorkflowId, payload: Expr, options: Vec<(Arc<str>, Expr)>) -> Spec {
        let name = self.program.workflows.get(id.index()).map_or("", |workflow| &workflow.name).to_owned();
        let mut members =
            vec![Member::Set("workflow".into(), Expr::text(&name)), Member::Set("input".into(), payload)];
        members.extend(options.into_iter().map(|(name, value)| Member::Some(name, value)));
        Spec::new(name, flow("run"), Expr::Record(members))
    }

    // ------------------------------------------------------------ expressions

    /// Notes what a test reads of a run.
    pub(super) fn reads_of_run(&mut self, field: &str) {
        if let Some(testing) = &mut self.testing {
            testing.reads_failures |= matches!(field, "status" | "error" | "cause");
        }
    }

    /// `calls(f)`
    pub(super) fn calls(&mut self, target: &'a Target, span: Span) -> Expr {
        let Some(callee) = self.callee_of(target) else {
            self.unforeseen(span, "a count of these calls");
            return Expr::Null;
        };
        let Some(testing) = &mut self.testing else { return Expr::Null };
        testing.callees.push(callee);
        let number = Expr::number(testing.callees.len() - 1);
        self.flow_value("calls", Expr::record([("callee", number)]))
    }

    /// `alerts.published`
    pub(super) fn log(&mut self, base: &'a typed::Expr, what: &str) -> Expr {
        let of = match self.resolve(&base.ty) {
            Type::Resource { of: Some(of), .. } if what != "keys" => Some(Type::list((**of).clone())),
            _ => None,
        };
        let base = self.value(base);
        let name = match base {
            Expr::Deploy(Deploy::Resource(id, _)) => self.resource_name(id),
            _ => String::new(),
        };
        let arguments = Expr::record([("resource", Expr::text(&name)), ("what", Expr::text(what))]);
        let value = self.flow_value("log", arguments);
        of.map_or(value.clone(), |of| self.completed(&of, value, 0))
    }

    /// The value with `null` for the fields that are missing in it, as a workflow reads it.
    fn completed(&mut self, ty: &Type, value: Expr, depth: usize) -> Expr {
        if depth > DEEPEST || !self.may_lack(ty, depth) {
            return value;
        }
        match self.resolve(ty).clone() {
            Type::Optional(inner) => {
                let there = self.completed(&inner, value.clone(), depth);
                Expr::choose(value.not_null(), there, Expr::Null)
            }
            Type::List(item) => {
                let bound = self.m.bound(&"item".into());
                let body = self.completed(&item, Expr::Bound(bound), depth + 1);
                let lambda = Expr::Lambda(vec![bound], Box::new(body));
                Expr::call(Func::Map { nested: self.may_be_list(&item) }, vec![value, lambda])
            }
            Type::Record(record) => {
                let mut members = Vec::new();
                for (name, field) in &record.fields {
                    let nullable = self.nullable(&field.ty);
                    let read = if nullable { value.clone().maybe(name) } else { value.clone().field(name) };
                    members.push(Member::Set(name.clone(), self.completed(&field.ty, read, depth + 1)));
                }
                Expr::Record(members)
            }
            _ => value,
        }
    }

    /// Whether values of a type may come without a field.
    fn may_lack(&self, ty: &Type, depth: usize) -> bool {
        match self.resolve(ty) {
            _ if depth > DEEPEST => false,
            Type::Optional(inner) | Type::List(inner) => self.may_lack(inner, depth + 1),
            Type::Record(record) => {
                record.fields.values().any(|it| self.nullable(&it.ty) || self.may_lack(&it.ty, depth + 1))
            }
            _ => false,
        }
    }

    fn resource_name(&self, id: ResourceId) -> String {
        self.program.resources.get(id.index()).map_or("", |resource| &resource.name).to_owned()
    }

    fn callee_of(&mut self, target: &'a Target) -> Option<Callee> {
        match target {
            Target::Resource(id) => {
                let kind = self.program.resources.get(id.index()).and_then(|it| it.kind.clone());
                let name = self.resource_name(*id);
                Some(match kind.as_deref() {
                    Some("activity") => Callee::Activity(name),
                    Some("container") => Callee::Container(name),
                    _ => Callee::Function(name),
                })
            }
            Target::Workflow(id) => {
                Some(Callee::Workflow(self.program.workflows.get(id.index())?.name.to_string()))
            }
            Target::Aws { service, action, .. } => {
                Some(Callee::Aws { service: service.to_string(), action: action.to_string() })
            }
            Target::Method { receiver, kind, method } => {
                let (_, callee) = self.method_of(receiver, kind, method)?;
                Some(callee)
            }
            Target::Complete | Target::Reject(_) | Target::Beat => None,
        }
    }

    /// The call that a method is, over its parameters as bound names.
    fn method_of(
        &mut self,
        receiver: &'a typed::Expr,
        kind: &str,
        method: &str,
    ) -> Option<(Option<MethodCall>, Callee)> {
        let Expr::Deploy(Deploy::Resource(id, _)) = self.value(receiver) else { return None };
        let resource = self.resource_name(id);
        let program: &'a Program = self.program;
        let body = program.kinds.kinds.get(kind)?.methods.get(method).and_then(|it| it.body.as_ref());
        let Some(body) = body else {
            let action = match method {
                "get" => "getItem",
                "put" => "putItem",
                "update" => "updateItem",
                "delete" => "deleteItem",
                "batchGet" => "batchGetItem",
                "batchPut" | "batchDelete" => "batchWriteItem",
                other => other,
            };
            let (service, action) = ("dynamodb".to_owned(), action.to_owned());
            return Some((None, Callee::Method { resource, service, action, fixed: Vec::new() }));
        };
        self.env.insert(body.this, Place::Alias(Expr::Deploy(Deploy::Resource(id, "".into()))));
        let mut bounds = Vec::new();
        for param in &body.params {
            let bound = self.m.bound(&"p".into());
            let value = match bounds.is_empty() {
                true => self.message((kind, method), &receiver.ty, Expr::Bound(bound)),
                false => Expr::Bound(bound),
            };
            bounds.push(bound);
            self.env.insert(*param, Place::Alias(value));
        }
        let outer = std::mem::replace(&mut self.in_method, true);
        let value = self.pure(&body.value);
        self.in_method = outer;
        let mut spec = *self.hole.take()?;
        spec.arguments = crate::machine::fold::simplify(spec.arguments);
        spec.result = crate::machine::fold::simplify(value);
        let (Service::Optimized { service, action } | Service::Sdk { service, action }) = &spec.service
        else {
            return None;
        };
        let (service, action) = (service.to_string(), action.to_string());
        let fixed = fixed(&spec.arguments);
        Some((Some((bounds, spec)), Callee::Method { resource, service, action, fixed }))
    }

    // ------------------------------------------------------------ statements

    pub(super) fn mock(&mut self, mock: &'a typed::Mock) {
        let method = match &mock.target {
            Target::Method { receiver, kind, method } => self.method_of(receiver, kind, method),
            _ => None,
        };
        let callee = match &method {
            Some((_, callee)) => Some(callee.clone()),
            None => self.callee_of(&mock.target),
        };
        let Some(callee) = callee else {
            self.unforeseen(mock.span, "this mock");
            return;
        };
        let (params, answer) = match method {
            Some((Some((bounds, spec)), _)) => {
                (bounds.iter().map(|it| place_of(&spec.arguments, *it)).collect(), copies(&spec.result))
            }
            _ => (Vec::new(), Vec::new()),
        };
        let captured = self.captured(mock);
        let mut parts = Vec::new();
        let mut settings = Vec::new();
        for part in &mock.parts {
            parts.push(self.mock_body(mock, &part.body, &captured));
            let times = part.times.as_ref().map_or(Expr::Null, |it| self.value(it));
            let after = part.after.as_ref().map_or(Expr::Null, |it| self.value(it));
            settings.push(Expr::Record(vec![unless_null("times", times), unless_null("after", after)]));
        }
        let captures = captured.iter().map(|local| (name_of(*local), self.read(*local)));
        let captures: Vec<_> = captures.collect();
        let Some(testing) = &mut self.testing else { return };
        testing.mocks.push(Mocked { callee, params, answer, parts, span: mock.span });
        let number = Expr::number(testing.mocks.len() - 1);
        let arguments = Expr::record([
            ("mock", number),
            ("captures", Expr::record(captures)),
            ("parts", Expr::list(settings)),
        ]);
        self.flow_task("mock", arguments);
    }

    fn read(&self, local: LocalId) -> Expr {
        match self.env.get(&local) {
            Some(Place::Var(var)) => Expr::Var(*var),
            Some(Place::Alias(expr)) => expr.clone(),
            None => Expr::Null,
        }
    }

    /// The test's own locals that a mock's bodies read.
    fn captured(&self, mock: &'a typed::Mock) -> Vec<LocalId> {
        let mut found = Vec::new();
        let mut see = |local: LocalId| {
            let known = self.env.get(&local).is_some_and(|place| !is_static(place));
            if known && !mock.params.contains(&local) && !found.contains(&local) {
                found.push(local);
            }
        };
        mock.parts.iter().for_each(|part| locals(Child::Block(&part.body), &mut see));
        found
    }

    /// A body as a machine of its own.
    fn mock_body(&mut self, mock: &'a typed::Mock, body: &'a Block, captured: &[LocalId]) -> Machine {
        let mut inner = Lower::new(self.program, self.this, self.source);
        // Numbers count over the whole test.
        inner.testing = self.testing.take();
        inner.depth = self.depth;
        inner.about = About { span: mock.span, ..About::default() };
        inner.env =
            self.env.iter().filter(|(_, place)| is_static(place)).map(|(k, v)| (*k, v.clone())).collect();
        let input = || Expr::Context(Context::ExecutionInput);
        for (i, param) in mock.params.iter().enumerate() {
            let value = input().field("params").index(Expr::number(i));
            inner.env.insert(*param, Place::Alias(value));
        }
        for local in captured {
            let value = input().field("captures").field(&name_of(*local));
            inner.env.insert(*local, Place::Alias(value));
        }
        inner.m.name = "mock".into();
        inner.m.start = inner.scope_of(body, true);
        self.problems.append(&mut inner.problems);
        self.testing = inner.testing;
        inner.m
    }

    pub(super) fn expect(&mut self, expect: &'a Expect) {
        let (span, members) = match expect {
            Expect::True(value) => (value.span, self.expect_true(value)),
            Expect::Failed { run, error } => {
                let name = error.as_ref().map_or(Expr::Null, |it| Expr::text(&self.error_name(it)));
                let value = self.value(run);
                (run.span, vec![Member::Set("run".into(), value), Member::Set("error".into(), name)])
            }
            Expect::Visited { run, state } => {
                let values = self.operands(&[run, state]);
                let names = ["run", "state"].into_iter().map(Arc::from);
                let members = names.zip(values).map(|(name, value)| Member::Set(name, value));
                (run.span.to(state.span), members.collect())
            }
            Expect::Snapshot(value) => {
                let span = value.span;
                (span, vec![Member::Set("value".into(), self.value(value))])
            }
        };
        let Some(testing) = &mut self.testing else { return };
        testing.expects.push(Expected { span });
        let number = Expr::number(testing.expects.len() - 1);
        let mut all = vec![Member::Set("expect".into(), number)];
        if !testing.cases.is_empty() {
            let cases = testing.cases.iter().cloned().map(Item::List).collect();
            all.push(Member::Set("cases".into(), Expr::List(cases)));
        }
        all.extend(members);
        self.flow_task("expect", Expr::Record(all));
    }

    /// Whether it holds, and the values that say why not.
    fn expect_true(&mut self, value: &'a typed::Expr) -> Vec<Member> {
        let set = |name: &str, value: Expr| Member::Set(name.into(), value);
        if let ExprKind::Binary { op, left, right } = &value.kind
            && !matches!(op, typed::BinaryOp::And | typed::BinaryOp::Or | typed::BinaryOp::Coalesce)
        {
            let values = self.operands(&[left, right]);
            let named: Vec<Expr> = values.into_iter().map(|it| self.name_value(it, "side")).collect();
            let mut again = named.clone().into_iter();
            let ok = self.rebuild(value, &mut || again.next().unwrap_or(Expr::Null));
            let mut sides = named.into_iter();
            let mut side = || sides.next().unwrap_or(Expr::Null);
            let mut members = vec![set("ok", ok), set("left", side()), set("right", side())];
            if [left, right].iter().any(|it| matches!(self.resolve(&it.ty), crate::types::Type::Duration)) {
                members.push(set("durations", Expr::Boolean(true)));
            }
            return members;
        }
        if let ExprKind::Builtin { arguments, .. } = &value.kind
            && let Some(receiver) = arguments.first()
            && !super::expr::needs_states(value)
        {
            let receiver = self.value(receiver);
            return vec![set("ok", self.value(value)), set("left", receiver)];
        }
        vec![set("ok", self.value(value))]
    }

    /// `each case in cases { … }`: every case finds the world as it was before the first.
    pub(super) fn each(&mut self, item: LocalId, items: &'a typed::Expr, body: &'a Block) {
        let list = self.value(items);
        let list = self.name_value(list, "cases");
        let at = self.m.var(&"i".into(), true);
        self.set(at, Expr::number(0));
        let head = self.anchor("each");
        let count = Expr::call(Func::Count, vec![list.clone()]);
        let out = self.branch(Expr::binary(Op::Less, Expr::Var(at), count), "each", "goes through the cases");
        let number = match &mut self.testing {
            Some(testing) => {
                testing.each += 1;
                testing.each
            }
            None => 0,
        };
        self.flow_task("case", Expr::record([("each", Expr::number(number)), ("index", Expr::Var(at))]));
        let var = self.declare(item);
        self.set(var, list.index(Expr::Var(at)));
        if let Some(testing) = &mut self.testing {
            testing.cases.push(Expr::Var(var));
        }
        self.frames.push(Frame::Handlers(Vec::new()));
        self.block(body, false);
        self.frames.pop();
        if let Some(testing) = &mut self.testing {
            testing.cases.pop();
        }
        self.set(at, Expr::binary(Op::Add, Expr::Var(at), Expr::number(1)));
        let back = std::mem::take(&mut self.here);
        self.connect(back, head);
        self.here = out;
    }
}

/// Places that need not be carried along: they read nothing of the machine.
fn is_static(place: &Place) -> bool {
    match place {
        Place::Var(_) => false,
        Place::Alias(expr) => {
            !expr.any(&|e| matches!(e, Expr::Var(_) | Expr::Context(_) | Expr::Input | Expr::Bound(_)))
        }
    }
}

fn name_of(local: LocalId) -> String {
    format!("l{}", local.0)
}

fn locals(child: Child<'_>, see: &mut dyn FnMut(LocalId)) {
    match child {
        Child::Expr(expr) => {
            if let ExprKind::Local(local) = &expr.kind {
                see(*local);
            }
            expr.each_child(&mut |it| locals(it, see));
        }
        Child::Block(block) => block.each_child(&mut |it| locals(it, see)),
    }
}

/// The arguments that are texts whatever the parameters are.
fn fixed(arguments: &Expr) -> Vec<(String, String)> {
    let Expr::Record(members) = arguments else { return Vec::new() };
    let texts = members.iter().filter_map(|member| match member {
        Member::Set(name, Expr::String(text)) => Some((name.to_string(), text.to_string())),
        Member::Set(..) | Member::Some(..) | Member::Computed(..) | Member::Spread(_) => None,
    });
    texts.collect()
}

/// Where a parameter lies in the arguments of a call, if it is there as it is or as JSON.
fn place_of(arguments: &Expr, param: BoundId) -> Option<Copy> {
    let is_param = |e: &Expr| *e == Expr::Bound(param);
    match arguments {
        e if is_param(e) => Some(Copy::default()),
        Expr::Call(Func::ToJson | Func::ToJsonQuoted, inner) if inner.iter().any(is_param) => {
            Some(Copy { json: true, ..Copy::default() })
        }
        Expr::If(_, then, otherwise) => place_of(then, param).or_else(|| place_of(otherwise, param)),
        // Behind what is known before the run, such as a connection's URL.
        Expr::Template(parts) => match parts.as_slice() {
            [Expr::Deploy(_), last] => place_of(last, param),
            _ => None,
        },
        Expr::Record(members) => members.iter().find_map(|member| match member {
            Member::Set(name, value) | Member::Some(name, value) => below(name, place_of(value, param)?),
            Member::Computed(..) | Member::Spread(_) => None,
        }),
        Expr::List(items) => items.iter().enumerate().find_map(|(i, item)| match item {
            Item::One(value) | Item::List(value) => below(&i.to_string(), place_of(value, param)?),
            Item::Spread(_) => None,
        }),
        _ => None,
    }
}

fn below(name: &str, mut copy: Copy) -> Option<Copy> {
    copy.from.insert(0, name.to_owned());
    Some(copy)
}

/// The inverse of a result: where the parts of a value go, so that the result over them gives it.
fn copies(result: &Expr) -> Vec<Copy> {
    match result {
        Expr::Result => vec![Copy::default()],
        Expr::Field { base, name, .. } => copies(base)
            .into_iter()
            .map(|mut copy| {
                copy.to.push(name.to_string());
                copy
            })
            .collect(),
        Expr::Call(Func::ParseJson, inner) => {
            let inner = inner.first().map(copies).unwrap_or_default();
            inner.into_iter().map(|copy| Copy { json: true, ..copy }).collect()
        }
        Expr::If(_, then, otherwise) => match copies(then) {
            none if none.is_empty() => copies(otherwise),
            some => some,
        },
        Expr::Record(members) => {
            let mut all = Vec::new();
            for member in members {
                if let Member::Set(name, value) | Member::Some(name, value) = member {
                    all.extend(copies(value).into_iter().filter_map(|copy| below(name, copy)));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}
