//! Evaluates pure expressions while compiling, as far as they are known: the rest becomes intrinsic functions,
//! conditions and holes ([`Value`]).

use std::cell::Cell;
use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::Deployment;
use super::value::{Condition, Value, concat};
use crate::source::Span;
use crate::typed::{
    Arm, BinaryOp, Block, ContextField, Expr, ExprKind, FnId, ListPart, LocalId, Pattern, RecordPart,
    ResourceId, StmtKind,
};
use crate::types::Type;

mod builtins;

/// Why an expression can't be known when the app is built or deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    pub span: Span,
    pub why: String,
    pub topic: Topic,
}

/// What was to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Setting,
    /// What a trigger hands over.
    Event,
    /// The `when` of a trigger.
    Filter,
    /// How long a queue hides a message from others.
    Hidden,
}

impl Unknown {
    /// The same of something else than a setting, unless it is known of what already.
    #[must_use]
    pub fn of(self, topic: Topic) -> Unknown {
        if self.topic == Topic::Setting { Unknown { topic, ..self } } else { self }
    }
}

pub type Result<T = Value> = std::result::Result<T, Unknown>;

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Binding<'a> {
    Value(Value),
    /// Evaluated when it is first read, where no local is in scope.
    Later(&'a Expr),
    /// A default of a setting: evaluated in the scope that holds it.
    Default(&'a Expr),
    /// What the resource's `uses:` permits.
    Permissions(ResourceId),
}

/// The names that an expression sees.
#[derive(Clone, Debug, Default)]
pub struct Scope<'a> {
    names: HashMap<LocalId, Binding<'a>>,
}

impl<'a> Scope<'a> {
    pub fn bind(&mut self, local: LocalId, binding: Binding<'a>) {
        self.names.insert(local, binding);
    }

    #[must_use]
    pub fn with(&self, local: LocalId, value: Value) -> Scope<'a> {
        let mut inner = self.clone();
        inner.bind(local, Binding::Value(value));
        inner
    }
}

/// Nesting of expressions, calls and attributes together; deeper ones can only be circular.
const MAX_DEPTH: u32 = 200;

/// Counts nesting.
#[derive(Debug, Default)]
pub struct Depth(Cell<u32>);

struct Level<'d>(&'d Depth);

impl Depth {
    fn enter(&self, span: Span) -> Result<Level<'_>> {
        if self.0.get() >= MAX_DEPTH {
            return fail(span, "its value depends on itself");
        }
        self.0.set(self.0.get() + 1);
        Ok(Level(self))
    }
}

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get().saturating_sub(1));
    }
}

pub(super) fn fail<T>(span: Span, why: impl Into<String>) -> Result<T> {
    Err(Unknown { span, why: why.into(), topic: Topic::Setting })
}

/// Applies a strict operation to both sides of a choice.
pub(super) fn over(value: Value, apply: &mut dyn FnMut(Value) -> Result) -> Result {
    match value {
        Value::Choice(condition, yes, no) => {
            let yes = over(*yes, apply)?;
            let no = over(*no, apply)?;
            Ok(choose(condition, yes, no))
        }
        other => apply(other),
    }
}

/// `yes` where the condition holds, else `no`; simplified where the two are equal or booleans.
pub fn choose(condition: Condition, yes: Value, no: Value) -> Value {
    match (yes, no) {
        (yes, no) if yes == no => yes,
        (Value::Boolean(true), Value::Boolean(false)) => Value::Condition(condition),
        (Value::Boolean(false), Value::Boolean(true)) => Value::Condition(not(condition)),
        (yes, no) => Value::Choice(condition, Box::new(yes), Box::new(no)),
    }
}

fn not(condition: Condition) -> Condition {
    match condition {
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

impl<'a> Deployment<'a> {
    /// The value of an expression; an error where only a run could know it.
    pub fn eval(&self, expr: &'a Expr, scope: &Scope<'a>) -> Result {
        let _level = self.depth.enter(expr.span)?;
        let program = self.program;
        Ok(match &expr.kind {
            ExprKind::Null => Value::Null,
            ExprKind::Boolean(it) => Value::Boolean(*it),
            ExprKind::Number(text) => number(text),
            ExprKind::String(text) => Value::text(&**text),
            ExprKind::Template(parts) => self.template(parts, scope)?,
            ExprKind::Duration(it) => Value::Duration(*it),
            ExprKind::Size(it) => Value::Size(*it),
            ExprKind::Percent(it) => Value::Percent(*it),
            ExprKind::Local(local) => self.local(*local, expr.span, scope)?,
            ExprKind::Const(id) => match program.consts.get(id.index()) {
                Some(it) => self.eval(&it.value, &Scope::default())?,
                None => Value::Null,
            },
            ExprKind::Param(id) => match program.params.get(id.index()) {
                Some(param) => self.parameter(&param.name, &param.ty),
                None => Value::Null,
            },
            ExprKind::Condition(name) => Value::Condition(Condition::Named(name.clone())),
            ExprKind::Resource(id) => Value::Resource(*id),
            ExprKind::Workflow(id) => Value::Workflow(*id),
            ExprKind::Api(name) => Value::Api(name.clone()),
            ExprKind::Attribute { base, name } => {
                let base = self.eval(base, scope)?;
                over(base, &mut |base| self.attribute(&base, name, expr.span))?
            }
            ExprKind::Context(field) => context(*field, expr.span)?,
            ExprKind::List(parts) => self.list(parts, scope)?,
            ExprKind::Record(parts) => self.record(parts, scope)?,
            ExprKind::Range { from, to } => self.range(from, to, scope)?,
            ExprKind::Field { base, name, .. } => {
                let base = self.eval(base, scope)?;
                over(base, &mut |base| field(base, name, &expr.ty, expr.span))?
            }
            ExprKind::Index { base, index, .. } => {
                let (base, index) = (self.eval(base, scope)?, self.eval(index, scope)?);
                over(base, &mut |base| index_of(base, &index, &expr.ty, expr.span))?
            }
            ExprKind::Slice { base, from, to } => {
                let bound =
                    |it: &'a Option<Box<Expr>>| it.as_deref().map(|it| self.eval(it, scope)).transpose();
                slice(&self.eval(base, scope)?, bound(from)?, bound(to)?, expr.span)?
            }
            ExprKind::Not(inner) => {
                let inner = self.eval(inner, scope)?;
                over(inner, &mut |it| match it {
                    Value::Boolean(it) => Ok(Value::Boolean(!it)),
                    Value::Condition(it) => Ok(Value::Condition(not(it))),
                    _ => fail(expr.span, "it isn't known before the run"),
                })?
            }
            ExprKind::Negate(inner) => match self.eval(inner, scope)?.as_f64() {
                Some(it) => Value::from_f64(-it),
                None => return fail(expr.span, "numbers that the deployment decides can't be computed with"),
            },
            ExprKind::Binary { op, left, right } => self.binary(*op, left, right, expr.span, scope)?,
            ExprKind::Builtin { function, arguments } => {
                self.builtin(*function, arguments, expr.span, scope)?
            }
            ExprKind::Fn { function, arguments } => self.function(*function, arguments, scope)?,
            ExprKind::If { condition, then, otherwise } => {
                let condition = self.eval(condition, scope)?;
                let mut yes = || self.block(then, scope);
                let mut no = || otherwise.as_ref().map_or(Ok(Value::Null), |it| self.block(it, scope));
                branch(condition, &mut yes, &mut no, expr.span)?
            }
            ExprKind::Match { value, arms } => {
                let value = self.eval(value, scope)?;
                over(value, &mut |value| self.arms(&value, arms, expr.span, scope))?
            }
            ExprKind::Block(block) => self.block(block, scope)?,
            ExprKind::Cast(inner) => self.eval(inner, scope)?,
            ExprKind::Lambda { .. } => return fail(expr.span, "a function isn't a value"),
            ExprKind::Error
            | ExprKind::ErrorField { .. }
            | ExprKind::Call(_)
            | ExprKind::Step { .. }
            | ExprKind::Map(_)
            | ExprKind::Parallel { .. }
            | ExprKind::Try { .. }
            | ExprKind::Saga { .. }
            | ExprKind::Return(_)
            | ExprKind::Fail(_)
            | ExprKind::Break(_)
            | ExprKind::Continue(_)
            | ExprKind::ContinueAs { .. }
            | ExprKind::Calls(_) => return fail(expr.span, "it needs a run"),
        })
    }

    fn local(&self, local: LocalId, span: Span, scope: &Scope<'a>) -> Result {
        match scope.names.get(&local) {
            Some(Binding::Value(value)) => Ok(value.clone()),
            Some(Binding::Later(expr)) => self.eval(expr, &Scope::default()),
            Some(Binding::Default(expr)) => self.eval(expr, scope),
            Some(Binding::Permissions(id)) => Ok(self.permissions(*id)),
            None => {
                let name = self.program.locals.get(local.index()).map_or("it", |it| &it.name);
                fail(span, format!("`{name}` is known only while a workflow runs"))
            }
        }
    }

    /// A parameter: a boolean is a condition, all else a reference.
    fn parameter(&self, name: &str, ty: &Type) -> Value {
        let reference = json!({ "Ref": self.parameter_id(name) });
        match self.program.types.resolve(ty) {
            Type::Boolean => Value::Condition(Condition::Equals(reference, json!("true"))),
            _ => Value::Deploy(reference),
        }
    }

    fn template(&self, parts: &'a [Expr], scope: &Scope<'a>) -> Result {
        let mut values = Vec::new();
        for part in parts {
            match self.eval(part, scope)? {
                Value::Concat(inner) => values.extend(inner),
                other => values.push(other),
            }
        }
        self.join_texts(values, parts.first().map_or(Span::default(), |it| it.span))
    }

    /// Puts values together to one text.
    pub(super) fn join_texts(&self, values: Vec<Value>, span: Span) -> Result {
        if let Some(at) = values.iter().position(|it| matches!(it, Value::Choice(..))) {
            let mut rest = values;
            let chosen = rest.get(at).cloned().unwrap_or(Value::Null);
            return over(chosen, &mut |it| {
                if let Some(place) = rest.get_mut(at) {
                    *place = it;
                }
                self.join_texts(rest.clone(), span)
            });
        }
        if values.iter().any(|it| matches!(it, Value::Hole(_))) {
            return Ok(Value::Concat(values));
        }
        let mut parts = Vec::new();
        for value in &values {
            parts.push(match value {
                Value::Text(_) | Value::Deploy(_) => self.json(value, span)?,
                Value::Number(it) => Json::String(it.to_string()),
                Value::Boolean(it) => Json::String(it.to_string()),
                Value::Condition(it) => json!({ "Fn::If": [self.conditions.name(it), "true", "false"] }),
                Value::Duration(it) => Json::String((it / 1000).to_string()),
                Value::Size(it) => Json::String(super::value::mebibytes(*it).to_string()),
                Value::Handle(id) => json!({ "Ref": id }),
                _ => return fail(span, "it isn't text"),
            });
        }
        Ok(match concat(&parts) {
            Json::String(text) => Value::Text(text),
            other => Value::Deploy(other),
        })
    }

    fn list(&self, parts: &'a [ListPart], scope: &Scope<'a>) -> Result {
        let mut items = Vec::new();
        for part in parts {
            match part {
                ListPart::Item(it) => items.push(self.eval(it, scope)?),
                ListPart::Spread(it) => match self.eval(it, scope)? {
                    Value::List(inner) => items.extend(inner),
                    Value::Null => {}
                    // A list of one or none, by a condition.
                    Value::Choice(condition, yes, no) => {
                        items.extend(optional_items(&condition, *yes, *no, it.span)?);
                    }
                    _ => return fail(it.span, "its length isn't known before the deployment"),
                },
            }
        }
        Ok(Value::List(items))
    }

    fn record(&self, parts: &'a [RecordPart], scope: &Scope<'a>) -> Result {
        let mut fields = IndexMap::new();
        for part in parts {
            match part {
                RecordPart::Field(name, it) => {
                    fields.insert(name.to_string(), self.eval(it, scope)?);
                }
                RecordPart::Spread(it) => match self.eval(it, scope)? {
                    Value::Record(inner) => fields.extend(inner),
                    Value::Null => {}
                    _ => return fail(it.span, "its fields aren't known before the deployment"),
                },
            }
        }
        Ok(Value::Record(fields))
    }

    fn range(&self, from: &'a Expr, to: &'a Expr, scope: &Scope<'a>) -> Result {
        let bound = |it: &'a Expr| match self.eval(it, scope)? {
            Value::Number(n) => Ok(n.as_i64().unwrap_or(0)),
            _ => fail(it.span, "its length isn't known before the deployment"),
        };
        let (from, to) = (bound(from)?, bound(to)?);
        if to.saturating_sub(from) > 10_000 {
            return fail(Span::default(), "it is too long");
        }
        Ok(Value::List((from..=to).map(|n| Value::Number(n.into())).collect()))
    }

    fn function(&self, id: FnId, arguments: &'a [Expr], scope: &Scope<'a>) -> Result {
        let Some(function) = self.program.functions.get(id.index()) else { return Ok(Value::Null) };
        let mut inner = Scope::default();
        for (param, argument) in function.params.iter().zip(arguments) {
            inner.bind(*param, Binding::Value(self.eval(argument, scope)?));
        }
        self.eval(&function.body, &inner)
    }

    pub(super) fn block(&self, block: &'a Block, scope: &Scope<'a>) -> Result {
        let mut scope = scope.clone();
        for statement in &block.statements {
            match &statement.kind {
                StmtKind::Let { local, value } => {
                    let value = self.eval(value, &scope)?;
                    scope.bind(*local, Binding::Value(value));
                }
                _ => return fail(statement.span, "only `let` can stand here"),
            }
        }
        block.value.as_deref().map_or(Ok(Value::Null), |it| self.eval(it, &scope))
    }

    fn binary(&self, op: BinaryOp, left: &'a Expr, right: &'a Expr, span: Span, scope: &Scope<'a>) -> Result {
        let left = self.eval(left, scope)?;
        match op {
            BinaryOp::Coalesce => {
                return over(left, &mut |it| if it.is_null() { self.eval(right, scope) } else { Ok(it) });
            }
            BinaryOp::And => {
                let mut no = || Ok(Value::Boolean(false));
                return branch(left, &mut || self.eval(right, scope), &mut no, span);
            }
            BinaryOp::Or => {
                let mut yes = || Ok(Value::Boolean(true));
                return branch(left, &mut yes, &mut || self.eval(right, scope), span);
            }
            _ => {}
        }
        let right = self.eval(right, scope)?;
        over(left, &mut |left| over(right.clone(), &mut |right| self.operate(op, &left, &right, span)))
    }

    fn operate(&self, op: BinaryOp, left: &Value, right: &Value, span: Span) -> Result {
        let numbers = || match (left.as_f64(), right.as_f64()) {
            (Some(l), Some(r)) => Ok((l, r)),
            _ => fail(span, "numbers that the deployment decides can't be computed with"),
        };
        let order = || -> Result<std::cmp::Ordering> {
            Ok(match (left, right) {
                (Value::Duration(l), Value::Duration(r)) | (Value::Size(l), Value::Size(r)) => l.cmp(r),
                (Value::Text(l), Value::Text(r)) => l.cmp(r),
                _ => {
                    let (l, r) = numbers()?;
                    l.total_cmp(&r)
                }
            })
        };
        Ok(match op {
            BinaryOp::Eq => self.equal(left, right, span)?,
            BinaryOp::Ne => match self.equal(left, right, span)? {
                Value::Boolean(it) => Value::Boolean(!it),
                Value::Condition(it) => Value::Condition(not(it)),
                other => other,
            },
            BinaryOp::Less(_) => Value::Boolean(order()?.is_lt()),
            BinaryOp::LessEqual(_) => Value::Boolean(order()?.is_le()),
            BinaryOp::Greater(_) => Value::Boolean(order()?.is_gt()),
            BinaryOp::GreaterEqual(_) => Value::Boolean(order()?.is_ge()),
            BinaryOp::In => self.member(left, right, span)?,
            BinaryOp::HasKey => match (left, right) {
                (Value::Text(key), Value::Record(fields)) => Value::Boolean(fields.contains_key(key)),
                _ => return fail(span, "it isn't known before the run"),
            },
            BinaryOp::Add => numbers().map(|(l, r)| Value::from_f64(l + r))?,
            BinaryOp::Subtract => numbers().map(|(l, r)| Value::from_f64(l - r))?,
            BinaryOp::Multiply => numbers().map(|(l, r)| Value::from_f64(l * r))?,
            BinaryOp::Divide => numbers().map(|(l, r)| Value::from_f64(l / r))?,
            BinaryOp::Remainder => numbers().map(|(l, r)| Value::from_f64(l % r))?,
            BinaryOp::TimeAdd | BinaryOp::TimeSubtract | BinaryOp::TimeDifference => {
                return fail(span, "times are computed by a run");
            }
            BinaryOp::And | BinaryOp::Or | BinaryOp::Coalesce => Value::Null,
        })
    }

    /// Whether two values are equal: known now, or a condition.
    fn equal(&self, left: &Value, right: &Value, span: Span) -> Result {
        if left.is_null() || right.is_null() {
            return Ok(Value::Boolean(left.is_null() && right.is_null()));
        }
        match (left, right) {
            (Value::Hole(_) | Value::Concat(_), _) | (_, Value::Hole(_) | Value::Concat(_)) => {
                fail(span, "it isn't known before the run")
            }
            (Value::Deploy(_), _) | (_, Value::Deploy(_)) => {
                let (left, right) = (self.json(left, span)?, self.json(right, span)?);
                let text = |it: Json| match it {
                    Json::Number(n) => Json::String(n.to_string()),
                    other => other,
                };
                Ok(Value::Condition(Condition::Equals(text(left), text(right))))
            }
            (Value::Condition(it), Value::Boolean(true)) | (Value::Boolean(true), Value::Condition(it)) => {
                Ok(Value::Condition(it.clone()))
            }
            (Value::Condition(it), Value::Boolean(false)) | (Value::Boolean(false), Value::Condition(it)) => {
                Ok(Value::Condition(not(it.clone())))
            }
            (Value::Number(_), Value::Number(_)) => Ok(Value::Boolean(left.as_f64() == right.as_f64())),
            _ => Ok(Value::Boolean(left == right)),
        }
    }

    fn member(&self, item: &Value, list: &Value, span: Span) -> Result {
        let Value::List(items) = list else {
            return fail(span, "the list isn't known before the deployment");
        };
        let mut found = Value::Boolean(false);
        for candidate in items {
            found = match (found, self.equal(item, candidate, span)?) {
                (Value::Boolean(true), _) | (_, Value::Boolean(true)) => return Ok(Value::Boolean(true)),
                (Value::Condition(a), Value::Condition(b)) => {
                    Value::Condition(Condition::Or(Box::new(a), Box::new(b)))
                }
                (it @ Value::Condition(_), _) | (_, it) => it,
            };
        }
        Ok(found)
    }

    fn arms(&self, value: &Value, arms: &'a [Arm], span: Span, scope: &Scope<'a>) -> Result {
        let Some((arm, rest)) = arms.split_first() else { return fail(span, "no arm fits") };
        let mut inner = scope.clone();
        let fits = self.fits(value, &arm.pattern, span, &mut inner)?;
        let guard = match (&arm.guard, &fits) {
            (Some(guard), Value::Boolean(true) | Value::Condition(_)) => self.eval(guard, &inner)?,
            _ => Value::Boolean(true),
        };
        let mut both = || Ok(guard.clone());
        let fits = branch(fits, &mut both, &mut || Ok(Value::Boolean(false)), span)?;
        // A parameter can only have its allowed values, so the last arm needs no test.
        let fits =
            if rest.is_empty() && matches!(fits, Value::Condition(_)) { Value::Boolean(true) } else { fits };
        branch(fits, &mut || self.eval(&arm.body, &inner), &mut || self.arms(value, rest, span, scope), span)
    }

    fn fits(&self, value: &Value, pattern: &Pattern, span: Span, scope: &mut Scope<'a>) -> Result {
        let mut bind = |local: &Option<LocalId>| {
            if let Some(local) = local {
                scope.bind(*local, Binding::Value(value.clone()));
            }
        };
        Ok(match pattern {
            Pattern::Any(local) => {
                bind(local);
                Value::Boolean(true)
            }
            Pattern::Null => Value::Boolean(value.is_null()),
            Pattern::Boolean(it) => self.equal(value, &Value::Boolean(*it), span)?,
            Pattern::Number(it) => self.equal(value, &number(it), span)?,
            Pattern::String(it) => self.equal(value, &Value::text(&**it), span)?,
            Pattern::Type(ty, local) => {
                bind(local);
                Value::Boolean(has_type(value, self.program.types.resolve(ty)))
            }
            Pattern::Record { fields, bind: local } => {
                bind(local);
                let Value::Record(values) = value else { return Ok(Value::Boolean(false)) };
                for (name, pattern) in fields {
                    let field = values.get(&**name).unwrap_or(&Value::Null);
                    if self.fits(field, pattern, span, scope)? != Value::Boolean(true) {
                        return Ok(Value::Boolean(false));
                    }
                }
                Value::Boolean(true)
            }
            Pattern::Or(patterns) => {
                let mut found = Value::Boolean(false);
                for pattern in patterns {
                    let fits = self.fits(value, pattern, span, scope)?;
                    let mut fits = || Ok(fits.clone());
                    found = branch(found, &mut || Ok(Value::Boolean(true)), &mut fits, span)?;
                }
                found
            }
            Pattern::Error(..) => return fail(span, "errors are known only while a workflow runs"),
        })
    }
}

/// Evaluates one side, or both where the deployment decides.
pub(super) fn branch(
    condition: Value,
    yes: &mut dyn FnMut() -> Result,
    no: &mut dyn FnMut() -> Result,
    span: Span,
) -> Result {
    match condition {
        Value::Boolean(true) => yes(),
        Value::Boolean(false) | Value::Null => no(),
        Value::Condition(condition) => {
            let (yes, no) = (yes()?, no()?);
            Ok(match (yes, no) {
                (Value::Condition(it), Value::Boolean(false)) => {
                    Value::Condition(Condition::And(Box::new(condition), Box::new(it)))
                }
                (Value::Boolean(true), Value::Condition(it)) => {
                    Value::Condition(Condition::Or(Box::new(condition), Box::new(it)))
                }
                (yes, no) => choose(condition, yes, no),
            })
        }
        _ => fail(span, "it isn't known before the run"),
    }
}

/// `...(if c { [a] } else { [] })`: each item stands there only where the condition holds.
fn optional_items(condition: &Condition, yes: Value, no: Value, span: Span) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    for (side, holds) in [(yes, true), (no, false)] {
        match side {
            Value::List(side) => items.extend(side.into_iter().map(|it| {
                let (yes, no) = if holds { (it, Value::Null) } else { (Value::Null, it) };
                choose(condition.clone(), yes, no)
            })),
            Value::Null => {}
            _ => return fail(span, "its length isn't known before the deployment"),
        }
    }
    Ok(items)
}

pub(super) fn number(text: &str) -> Value {
    let whole = text.parse::<i64>().ok().map(|it| Value::Number(it.into()));
    whole.unwrap_or_else(|| text.parse::<f64>().map_or(Value::Null, Value::from_f64))
}

fn context(field: ContextField, span: Span) -> Result {
    let name = match field {
        ContextField::Region => "AWS::Region",
        ContextField::Account => "AWS::AccountId",
        ContextField::Partition => "AWS::Partition",
        ContextField::UrlSuffix => "AWS::URLSuffix",
        ContextField::StackId => "AWS::StackId",
        ContextField::StackName => "AWS::StackName",
        ContextField::ExecutionId
        | ContextField::ExecutionName
        | ContextField::ExecutionStartTime
        | ContextField::ExecutionInput
        | ContextField::StateMachineId
        | ContextField::StateMachineName
        | ContextField::StateName
        | ContextField::StateEnteredTime
        | ContextField::StateRetryCount => return fail(span, "it is known only while a workflow runs"),
    };
    Ok(Value::reference(name))
}

fn field(base: Value, name: &str, ty: &Type, span: Span) -> Result {
    match base {
        Value::Record(mut fields) => Ok(fields.shift_remove(name).unwrap_or(Value::Null)),
        Value::Null => Ok(Value::Null),
        Value::Handle(id) if name == "ref" => Ok(Value::reference(&id)),
        Value::Handle(id) => Ok(Value::attribute(&id, name)),
        Value::Hole(mut hole) => {
            hole.path.push(name.to_owned());
            hole.ty = ty.clone();
            Ok(Value::Hole(hole))
        }
        _ => fail(span, format!("`{name}` of it isn't known before the run")),
    }
}

fn index_of(base: Value, index: &Value, ty: &Type, span: Span) -> Result {
    match (base, index) {
        (Value::List(items), Value::Number(at)) => {
            let at = at.as_i64().unwrap_or(0);
            let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
            let at = usize::try_from(if at < 0 { length + at } else { at });
            Ok(at.ok().and_then(|at| items.into_iter().nth(at)).unwrap_or(Value::Null))
        }
        (Value::Record(fields), Value::Text(name)) => Ok(fields.get(name).cloned().unwrap_or(Value::Null)),
        // By a parameter: one condition a key.
        (Value::Record(fields), Value::Deploy(key)) => {
            let mut entries = fields.into_iter().rev();
            let Some((_, last)) = entries.next() else { return Ok(Value::Null) };
            Ok(entries.fold(last, |other, (name, value)| {
                choose(Condition::Equals(key.clone(), Json::String(name)), value, other)
            }))
        }
        (Value::Deploy(list), Value::Number(at)) => Ok(Value::Deploy(json!({ "Fn::Select": [at, list] }))),
        (hole @ Value::Hole(_), Value::Text(name)) => field(hole, name, ty, span),
        (Value::Null, _) => Ok(Value::Null),
        _ => fail(span, "it isn't known before the run"),
    }
}

fn slice(base: &Value, from: Option<Value>, to: Option<Value>, span: Span) -> Result {
    let Value::List(items) = base else { return fail(span, "it isn't known before the run") };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let bound = |it: Option<Value>, default: i64| {
        let at = match it {
            Some(Value::Number(n)) => n.as_i64().unwrap_or(default),
            _ => default,
        };
        usize::try_from((if at < 0 { length + at } else { at }).clamp(0, length)).unwrap_or(0)
    };
    let (from, to) = (bound(from, 0), bound(to, length));
    Ok(Value::List(items.get(from..to.max(from)).unwrap_or_default().to_vec()))
}

fn has_type(value: &Value, ty: &Type) -> bool {
    match value {
        Value::Null => matches!(ty, Type::Null),
        Value::Boolean(_) | Value::Condition(_) => matches!(ty, Type::Boolean),
        Value::Number(it) => matches!(ty, Type::Number) || (it.is_i64() && matches!(ty, Type::Int)),
        Value::Text(_) | Value::Deploy(_) | Value::Concat(_) => matches!(ty, Type::String | Type::Timestamp),
        Value::Duration(_) => matches!(ty, Type::Duration),
        Value::Size(_) => matches!(ty, Type::Size),
        Value::Percent(_) => matches!(ty, Type::Number),
        Value::List(_) => matches!(ty, Type::List(_)),
        Value::Record(_) => matches!(ty, Type::Record(_) | Type::Dict(_)),
        Value::Resource(_) | Value::Workflow(_) | Value::Api(_) => matches!(ty, Type::Resource { .. }),
        Value::Choice(..) | Value::Hole(_) | Value::Handle(_) => false,
    }
}
