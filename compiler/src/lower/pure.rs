//! Expressions that one JSONata expression can hold.

use super::{Casts, Lower, Place};
use crate::machine::expr::{Deploy, DeployType};
use crate::machine::{BoundId, Context, Expr, Func, Item, Member, Op};
use crate::typed::{self, Arm, BinaryOp, Block, ContextField, ErrorField, ExprKind, ListPart, LocalId};
use crate::typed::{Order, RecordPart, StmtKind};
use crate::types::{Form, Type};

/// Gives the value of a part.
pub(super) type Part<'p, 'a> = &'p mut dyn FnMut(&mut Lower<'a>, &'a typed::Expr) -> Expr;

impl<'a> Lower<'a> {
    /// The expression; no state is made.
    pub(super) fn pure(&mut self, expr: &'a typed::Expr) -> Expr {
        self.nested(expr.span, Expr::Null, |it| it.node(expr, &mut |it, part| it.pure(part)))
    }

    /// As [`Lower::pure`], over the values that its operands already have.
    pub(super) fn rebuild(&mut self, expr: &'a typed::Expr, next: &mut dyn FnMut() -> Expr) -> Expr {
        let value = self.node(expr, &mut |_, _| next());
        crate::machine::fold::simplify(value)
    }

    fn node(&mut self, expr: &'a typed::Expr, part: Part<'_, 'a>) -> Expr {
        match &expr.kind {
            ExprKind::Error | ExprKind::Null => Expr::Null,
            ExprKind::Boolean(b) => Expr::Boolean(*b),
            ExprKind::Number(n) => Expr::Number(n.clone()),
            ExprKind::String(s) => Expr::String(s.clone()),
            ExprKind::Template(parts) => Expr::Template(parts.iter().map(|p| part(self, p)).collect()),
            ExprKind::Duration(millis) => Expr::number(millis),
            ExprKind::Size(bytes) => Expr::number(bytes),
            ExprKind::Percent(p) => Expr::number(p),
            ExprKind::Local(local) => self.local(*local),
            ExprKind::Const(id) => match self.program.consts.get(id.index()) {
                Some(constant) => self.pure(&constant.value),
                None => Expr::Null,
            },
            ExprKind::Param(id) => {
                let ty = self
                    .program
                    .params
                    .get(id.index())
                    .map_or(DeployType::String, |p| self.deploy_type(&p.ty));
                Expr::Deploy(Deploy::Param(*id, ty))
            }
            ExprKind::Condition(name) => Expr::Deploy(Deploy::Condition(name.clone())),
            ExprKind::Resource(id) => Expr::Deploy(Deploy::Resource(*id, "".into())),
            ExprKind::Workflow(id) => Expr::Deploy(Deploy::Workflow(*id, "".into())),
            ExprKind::Api(name) => Expr::Deploy(Deploy::Api(name.clone(), "".into())),
            ExprKind::Attribute { base, name } => {
                let base = part(self, base);
                attribute(base, name)
            }
            ExprKind::Context(field) => context(*field),
            ExprKind::List(parts) => self.list(parts, part),
            ExprKind::Record(parts) => self.record(parts, part),
            ExprKind::Range { from, to } => {
                let arguments = vec![part(self, from), part(self, to)];
                Expr::call(Func::Range, arguments)
            }
            ExprKind::Field { base, name, optional } => self.field(base, name, *optional, &expr.ty, part),
            ExprKind::Index { base, index, .. } => {
                let (list, index) = (part(self, base), part(self, index));
                self.index(list, &base.ty, index)
            }
            ExprKind::Slice { base, from, to } => {
                let list = part(self, base);
                let from = from.as_ref().map_or(Expr::Null, |e| part(self, e));
                let to = to.as_ref().map_or(Expr::Null, |e| part(self, e));
                self.slice(list, &base.ty, from, to)
            }
            ExprKind::Not(inner) => part(self, inner).negated(),
            ExprKind::Negate(inner) => Expr::Negate(Box::new(part(self, inner))),
            ExprKind::Binary { op, left, right } => {
                let (a, b) = (part(self, left), part(self, right));
                let (a, b) = self.as_instants(*op, (left, a), (right, b));
                self.binary(*op, a, b)
            }
            ExprKind::Builtin { function, arguments } => {
                let values: Vec<Expr> = arguments.iter().map(|a| part(self, a)).collect();
                self.builtin(*function, arguments, values, expr)
            }
            ExprKind::Lambda { params, body } => self.lambda(params, body),
            ExprKind::Fn { function, arguments } => {
                let values: Vec<Expr> = arguments.iter().map(|a| part(self, a)).collect();
                self.fn_call(*function, values)
            }
            ExprKind::If { condition, then, otherwise } => {
                let condition = part(self, condition);
                let then = self.pure_block(then);
                let otherwise = otherwise.as_ref().map_or(Expr::Null, |block| self.pure_block(block));
                Expr::choose(condition, then, otherwise)
            }
            ExprKind::Match { value, arms } => self.pure_match(value, arms, part),
            ExprKind::Block(block) => self.pure_block(block),
            ExprKind::Cast(inner) => {
                let value = part(self, inner);
                self.cast(value, &inner.ty, expr)
            }
            ExprKind::ErrorField { error, field } => {
                let error = part(self, error);
                error_field(error, *field, self.program.errors.iter().any(|it| it.data.is_some()))
            }
            ExprKind::Return(Some(value)) => part(self, value),
            ExprKind::Call(call) => self.hole_call(call),
            ExprKind::Step { .. }
            | ExprKind::Map(_)
            | ExprKind::Parallel { .. }
            | ExprKind::Try { .. }
            | ExprKind::Saga { .. }
            | ExprKind::Return(None)
            | ExprKind::Fail(_)
            | ExprKind::Break(_)
            | ExprKind::Continue(_)
            | ExprKind::ContinueAs { .. }
            | ExprKind::Calls(_) => {
                self.unforeseen(expr.span, "a task inside an expression");
                Expr::Null
            }
        }
    }

    fn local(&mut self, local: LocalId) -> Expr {
        match self.env.get(&local) {
            Some(Place::Var(var)) => Expr::Var(*var),
            Some(Place::Alias(expr)) => expr.clone(),
            None => Expr::Null,
        }
    }

    /// What an `as` of the program says of a value. Tests and mocks may lie.
    fn cast(&mut self, value: Expr, of: &Type, whole: &typed::Expr) -> Expr {
        let types = &self.program.types;
        if self.casts == Casts::Trusted
            || self.in_method
            || types.assignable(of, &whole.ty)
            || super::is_resource(&value)
        {
            return value;
        }
        let shape = types.shape(&whole.ty);
        if shape.form == Form::Any {
            return value;
        }
        let line = self.line(whole.span);
        let number = self.m.cast(shape, line);
        Expr::call(Func::Cast(number), vec![value])
    }

    fn deploy_type(&self, ty: &Type) -> DeployType {
        use crate::types::LiteralType;
        match self.resolve(ty) {
            Type::Int
            | Type::Number
            | Type::Duration
            | Type::Size
            | Type::Literal(LiteralType::Number(_)) => DeployType::Number,
            Type::Boolean | Type::Literal(LiteralType::Boolean(_)) => DeployType::Boolean,
            Type::Union(members) => {
                members.first().map_or(DeployType::String, |member| self.deploy_type(member))
            }
            _ => DeployType::String,
        }
    }

    // ------------------------------------------------------------ data

    fn list(&mut self, parts: &'a [ListPart], part: Part<'_, 'a>) -> Expr {
        let items = parts
            .iter()
            .map(|p| match p {
                ListPart::Item(e) if self.is_list(&e.ty) => Item::List(part(self, e)),
                ListPart::Item(e) => Item::One(part(self, e)),
                ListPart::Spread(e) => Item::Spread(part(self, e)),
            })
            .collect();
        Expr::List(items)
    }

    pub(super) fn is_list(&self, ty: &Type) -> bool {
        matches!(self.resolve(ty), Type::List(_))
    }

    /// Whether values of the type may be lists.
    pub(super) fn may_be_list(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::List(_) | Type::Json | Type::Unknown => true,
            Type::Optional(inner) => self.may_be_list(inner),
            Type::Union(members) => members.iter().any(|m| self.may_be_list(m)),
            _ => false,
        }
    }

    fn record(&mut self, parts: &'a [RecordPart], part: Part<'_, 'a>) -> Expr {
        let members = parts
            .iter()
            .map(|p| match p {
                RecordPart::Field(name, e) if self.omit_null && self.nullable(&e.ty) => {
                    Member::Some(name.clone(), part(self, e))
                }
                RecordPart::Field(name, e) => Member::Set(name.clone(), part(self, e)),
                RecordPart::Spread(e) => {
                    let value = part(self, e);
                    Member::Spread(if self.nullable(&e.ty) { super::stmt::or_empty(value) } else { value })
                }
            })
            .collect();
        Expr::Record(members)
    }

    fn field(
        &mut self,
        base: &'a typed::Expr,
        name: &str,
        optional: bool,
        ty: &Type,
        part: Part<'_, 'a>,
    ) -> Expr {
        let of = self.resolve(&base.ty).clone();
        if matches!(of, Type::Run(_)) {
            self.reads_of_run(name);
        }
        let declared = match &of {
            Type::Record(record) => record.fields.get(name).map(|field| self.nullable(&field.ty)),
            _ => None,
        };
        let value = part(self, base);
        // A narrowed field is there for certain; what is declared to be missing sometimes may be absent.
        let maybe = optional || declared.unwrap_or(true) && (declared.is_none() || self.nullable(ty));
        if maybe { value.maybe(name) } else { value.field(name) }
    }

    fn index(&mut self, base: Expr, ty: &Type, index: Expr) -> Expr {
        let inner = match self.resolve(ty) {
            Type::Optional(inner) => self.resolve(inner).clone(),
            other => other.clone(),
        };
        match inner {
            Type::Dict(_) | Type::Record(_) => Expr::Key { base: Box::new(base), key: Box::new(index) },
            Type::Json if matches!(index, Expr::String(_) | Expr::Template(_)) => {
                Expr::Key { base: Box::new(base), key: Box::new(index) }
            }
            Type::String => {
                let next = Expr::binary(Op::Add, index.clone(), Expr::number(1));
                Expr::call(Func::Substring, vec![base, index, next])
            }
            _ => base.index(index),
        }
    }

    fn slice(&mut self, base: Expr, ty: &Type, from: Expr, to: Expr) -> Expr {
        if matches!(self.resolve(ty), Type::String) {
            let from = if from == Expr::Null { Expr::number(0) } else { from };
            return Expr::call(Func::Substring, vec![base, from, to]);
        }
        Expr::call(Func::Slice, vec![base, from, to])
    }

    // ------------------------------------------------------------ operators

    pub(super) fn binary(&mut self, op: BinaryOp, a: Expr, b: Expr) -> Expr {
        let plain = |op| Expr::binary(op, a.clone(), b.clone());
        let ordered = |op, order: Order| match order {
            Order::Number | Order::Text => Expr::binary(op, a.clone(), b.clone()),
            Order::Time => Expr::binary(op, millis(a.clone()), millis(b.clone())),
        };
        match op {
            BinaryOp::And => plain(Op::And),
            BinaryOp::Or => plain(Op::Or),
            BinaryOp::Coalesce => self.coalesce(a, b),
            BinaryOp::Eq => plain(Op::Eq),
            BinaryOp::Ne => plain(Op::Ne),
            BinaryOp::Less(order) => ordered(Op::Less, order),
            BinaryOp::LessEqual(order) => ordered(Op::LessEqual, order),
            BinaryOp::Greater(order) => ordered(Op::Greater, order),
            BinaryOp::GreaterEqual(order) => ordered(Op::GreaterEqual, order),
            BinaryOp::In => plain(Op::In),
            BinaryOp::HasKey => Expr::Key { base: Box::new(b), key: Box::new(a) }.not_null(),
            BinaryOp::Add => plain(Op::Add),
            BinaryOp::Subtract => plain(Op::Subtract),
            BinaryOp::Multiply => plain(Op::Multiply),
            BinaryOp::Divide => plain(Op::Divide),
            BinaryOp::Remainder => plain(Op::Remainder),
            BinaryOp::TimeAdd => from_millis(Expr::binary(Op::Add, millis(a), b)),
            BinaryOp::TimeSubtract => from_millis(Expr::binary(Op::Subtract, millis(a), b)),
            BinaryOp::TimeDifference => Expr::binary(Op::Subtract, millis(a), millis(b)),
        }
    }

    /// Times are compared as times; a text that stands beside one is one, too.
    fn as_instants(
        &mut self,
        op: BinaryOp,
        (left, a): (&typed::Expr, Expr),
        (right, b): (&typed::Expr, Expr),
    ) -> (Expr, Expr) {
        let time =
            |it: &Self, side: &typed::Expr| it.is_time(&side.ty) || matches!(side.kind, ExprKind::String(_));
        match op {
            BinaryOp::Eq | BinaryOp::Ne
                if (self.is_time(&left.ty) || self.is_time(&right.ty))
                    && time(self, left)
                    && time(self, right) =>
            {
                (self.instant(a, &left.ty), self.instant(b, &right.ty))
            }
            BinaryOp::In => match self.resolve(&right.ty).clone() {
                Type::List(item) if self.is_time(&item) && self.is_time(&left.ty) => {
                    (self.instant(a, &left.ty), self.instants(b, &item))
                }
                _ => (a, b),
            },
            _ => (a, b),
        }
    }

    fn coalesce(&mut self, a: Expr, b: Expr) -> Expr {
        let simple = matches!(a, Expr::Var(_) | Expr::Bound(_) | Expr::Field { .. } | Expr::Index { .. });
        if simple && a.size() <= 6 {
            return Expr::choose(a.clone().not_null(), a, b);
        }
        let bound = self.m.bound(&"v".into());
        let read = Expr::Bound(bound);
        let body = Expr::choose(read.clone().not_null(), read, b);
        Expr::Let(bound, Box::new(a), Box::new(body))
    }

    // ------------------------------------------------------------ functions and blocks

    fn lambda(&mut self, params: &[LocalId], body: &'a typed::Expr) -> Expr {
        let bounds: Vec<BoundId> = params.iter().map(|param| self.bind_local(*param)).collect();
        let body = self.pure(body);
        Expr::Lambda(bounds, Box::new(body))
    }

    /// A name for a local inside one expression.
    pub(super) fn bind_local(&mut self, local: LocalId) -> BoundId {
        let name =
            self.program.locals.get(local.index()).map_or_else(|| "v".into(), |local| local.name.clone());
        let bound = self.m.bound(&name);
        self.env.insert(local, Place::Alias(Expr::Bound(bound)));
        bound
    }

    fn fn_call(&mut self, function: typed::FnId, values: Vec<Expr>) -> Expr {
        let Some(function) = self.program.functions.get(function.index()) else { return Expr::Null };
        let mut bindings = Vec::new();
        for (param, value) in function.params.iter().zip(values) {
            if super::is_resource(&value) || matches!(value, Expr::Lambda(..)) {
                self.env.insert(*param, Place::Alias(value));
            } else {
                bindings.push((self.bind_local(*param), value));
            }
        }
        let body = self.pure(&function.body);
        bindings
            .into_iter()
            .rev()
            .fold(body, |body, (bound, value)| Expr::Let(bound, Box::new(value), Box::new(body)))
    }

    /// A block of pure statements. `return` may stand at the end of it and of what is last in it.
    pub(super) fn pure_block(&mut self, block: &'a Block) -> Expr {
        self.nested(block.span, Expr::Null, |it| {
            it.pure_statements(&block.statements, block.value.as_deref())
        })
    }

    fn pure_statements(&mut self, statements: &'a [typed::Stmt], value: Option<&'a typed::Expr>) -> Expr {
        let Some((first, rest)) = statements.split_first() else {
            return value.map_or(Expr::Null, |value| self.pure(value));
        };
        match &first.kind {
            StmtKind::Let { local, value: bound } => {
                let bound = self.pure(bound);
                if super::is_resource(&bound) {
                    self.env.insert(*local, Place::Alias(bound));
                    return self.pure_statements(rest, value);
                }
                let id = self.bind_local(*local);
                let body = self.pure_statements(rest, value);
                Expr::Let(id, Box::new(bound), Box::new(body))
            }
            StmtKind::Expr(e) => self.pure_statement(e, rest, value),
            _ => self.pure_statements(rest, value),
        }
    }

    /// `if c { return a }` before other statements is a conditional around them.
    fn pure_statement(
        &mut self,
        e: &'a typed::Expr,
        rest: &'a [typed::Stmt],
        value: Option<&'a typed::Expr>,
    ) -> Expr {
        match &e.kind {
            ExprKind::Return(Some(result)) => self.pure(result),
            ExprKind::If { condition, then, otherwise: None } if returns(then) => {
                let condition = self.pure(condition);
                let then = self.pure_block(then);
                let otherwise = self.pure_statements(rest, value);
                Expr::choose(condition, then, otherwise)
            }
            _ => self.pure_statements(rest, value),
        }
    }

    fn pure_match(&mut self, value: &'a typed::Expr, arms: &'a [Arm], part: Part<'_, 'a>) -> Expr {
        let subject = part(self, value);
        let simple = crate::machine::fold::cheap(&subject) || super::is_resource(&subject);
        let bound = (!simple).then(|| self.m.bound(&"value".into()));
        let read = bound.map_or_else(|| subject.clone(), Expr::Bound);
        let mut tests = Vec::new();
        for arm in arms {
            let test = self.pattern(&arm.pattern, &read, &value.ty);
            let test = match &arm.guard {
                Some(guard) => test.and(self.pure(guard)),
                None => test,
            };
            let body = self.pure(&arm.body);
            let always = test == Expr::Boolean(true);
            tests.push((test, body));
            if always {
                break;
            }
        }
        let last = match tests.last() {
            Some((Expr::Boolean(true), _)) => tests.pop().map_or(Expr::Null, |(_, body)| body),
            _ => Expr::call(Func::Raise, vec![self.unmatched_cause(&read, value.span)]),
        };
        let chain = tests.into_iter().rev().fold(last, |rest, (test, body)| Expr::choose(test, body, rest));
        match bound {
            Some(bound) => Expr::Let(bound, Box::new(subject), Box::new(chain)),
            None => chain,
        }
    }
}

/// Whether a block ends in `return`.
fn returns(block: &Block) -> bool {
    let is_return = |e: &typed::Expr| matches!(e.kind, ExprKind::Return(Some(_)));
    match (&block.value, block.statements.last()) {
        (Some(value), _) => is_return(value),
        (None, Some(typed::Stmt { kind: StmtKind::Expr(e), .. })) => is_return(e),
        _ => false,
    }
}

/// An attribute of a resource, or of a choice of them.
pub(super) fn attribute(base: Expr, name: &str) -> Expr {
    match base {
        Expr::Deploy(Deploy::Resource(id, _)) => Expr::Deploy(Deploy::Resource(id, name.into())),
        Expr::Deploy(Deploy::Workflow(id, _)) => Expr::Deploy(Deploy::Workflow(id, name.into())),
        Expr::Deploy(Deploy::Api(api, _)) => Expr::Deploy(Deploy::Api(api, name.into())),
        Expr::If(c, a, b) => Expr::choose(*c, attribute(*a, name), attribute(*b, name)),
        Expr::Let(bound, value, body) => Expr::Let(bound, value, Box::new(attribute(*body, name))),
        // What stands for "no arm matches".
        other @ Expr::Call(Func::Raise, _) => other,
        other => other.field(name),
    }
}

fn millis(time: Expr) -> Expr {
    Expr::call(Func::ToMillis, vec![time])
}

fn from_millis(number: Expr) -> Expr {
    Expr::call(Func::FromMillis, vec![number])
}

/// A failed callback may have no cause at all, and what stands in a `Fail` must be text.
pub(super) fn error_cause(error: Expr) -> Expr {
    let cause = error.maybe("Cause");
    Expr::choose(cause.clone().not_null(), cause, Expr::text(""))
}

/// `carries`: some error of the program has data.
fn error_field(error: Expr, field: ErrorField, carries: bool) -> Expr {
    match field {
        ErrorField::Name => error.field("Error"),
        ErrorField::Message if carries => Expr::call(Func::ErrorMessage, vec![error, Expr::Boolean(true)]),
        ErrorField::Message => Expr::call(Func::ErrorMessage, vec![error]),
        ErrorField::Cause => error_cause(error),
        ErrorField::Data => Expr::call(Func::ErrorData, vec![error]),
    }
}

fn context(field: ContextField) -> Expr {
    let stack = |name: &str| Expr::Deploy(Deploy::Stack(name.into()));
    match field {
        ContextField::ExecutionId => Expr::Context(Context::ExecutionId),
        ContextField::ExecutionName => Expr::Context(Context::ExecutionName),
        ContextField::ExecutionStartTime => Expr::Context(Context::ExecutionStartTime),
        ContextField::ExecutionInput => Expr::Context(Context::ExecutionInput),
        ContextField::StateMachineId => Expr::Context(Context::StateMachineId),
        ContextField::StateMachineName => Expr::Context(Context::StateMachineName),
        ContextField::StateName => Expr::Context(Context::StateName),
        ContextField::StateEnteredTime => Expr::Context(Context::StateEnteredTime),
        ContextField::StateRetryCount => Expr::Context(Context::StateRetryCount),
        ContextField::Region => stack("AWS::Region"),
        ContextField::Account => stack("AWS::AccountId"),
        ContextField::Partition => stack("AWS::Partition"),
        ContextField::UrlSuffix => stack("AWS::URLSuffix"),
        ContextField::StackId => stack("AWS::StackId"),
        ContextField::StackName => stack("AWS::StackName"),
    }
}
