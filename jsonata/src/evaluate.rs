//! Evaluates a tree.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::ast::*;
use crate::deep;
use crate::environment::{Bindings, Environment};
use crate::error::{Error, Fault};
use crate::expression::Dialect;
use crate::function::{Callable, Closure, Frame, Function, Held, Thunk, TransformClosure};
use crate::functions;
use crate::number::number_to_string;
use crate::operators;
use crate::regex::{Captures, Regex};
use crate::value::{Array, Flags, Value};

pub(crate) static UNDEFINED: Value = Value::Undefined;

/// Variables bound in one block, call or tuple.
#[derive(Debug, Default)]
struct Variables {
    parent: Frame,
    bound: Vec<(Symbol, Value)>,
    /// A function remembers the frame, so it lives as long as the evaluation.
    captured: bool,
}

/// One evaluation.
pub(crate) struct Evaluator<'e> {
    pub(crate) symbols: std::borrow::Cow<'e, Symbols>,
    bindings: &'e Bindings,
    root: Value,
    pub(crate) environment: &'e Environment,
    /// What each symbol means outside of all frames: a binding or a built-in function.
    globals: Vec<Option<Value>>,
    frames: Vec<Variables>,
    free: Vec<Frame>,
    /// Where each built-in function was called last, and under which name.
    pub(crate) places: Vec<Option<(u32, Option<Symbol>)>>,
    /// Lists of arguments to be used again.
    pub(crate) spare: Vec<Vec<Value>>,
    pub(crate) owner: u64,
    now: Option<i64>,
    /// An infinity or NaN came up, for which JSON has no text.
    pub(crate) not_finite: bool,
    /// Nothing became an item of an array; JSON has null there.
    pub(crate) holes: bool,
    /// Values copied by a transform for one of its matches.
    pub(crate) copied: usize,
    depth: usize,
    steps: u64,
    started: std::cell::Cell<Option<Instant>>,
}

/// How many steps one search with a regular expression may take: about a second.
const REGEX_STEPS: u64 = 50_000_000;

/// How many steps lie between two looks at the clock.
const CLOCK_STEPS: u64 = 1024;

impl<'e> Evaluator<'e> {
    pub(crate) fn new(
        symbols: &'e Symbols,
        root: Value,
        bindings: &'e Bindings,
        environment: &'e Environment,
    ) -> Evaluator<'e> {
        static OWNERS: AtomicU64 = AtomicU64::new(0);
        let mut evaluator = Evaluator {
            symbols: std::borrow::Cow::Borrowed(symbols),
            bindings,
            root,
            environment,
            globals: Vec::new(),
            frames: vec![Variables::default()],
            free: Vec::new(),
            places: Vec::new(),
            spare: Vec::new(),
            owner: OWNERS.fetch_add(1, Ordering::Relaxed),
            now: None,
            not_finite: false,
            holes: false,
            copied: 0,
            depth: 0,
            steps: 0,
            started: std::cell::Cell::new(None),
        };
        evaluator.fill_globals();
        evaluator
    }

    /// Gives the symbols that are new their meaning.
    pub(crate) fn fill_globals(&mut self) {
        let known = self.globals.len();
        let meaning = |(name, built_in): (&Arc<str>, Option<functions::BuiltIn>)| {
            if &**name == "$" {
                return Some(self.root.clone());
            }
            let bound = self.bindings.get(name).cloned();
            bound.or_else(|| built_in.map(|it| Value::from(Callable::BuiltIn(it))))
        };
        let mut new: Vec<Option<Value>> = self.symbols.iter().skip(known).map(meaning).collect();
        match known {
            0 => self.globals = new,
            _ => self.globals.append(&mut new),
        }
    }

    /// The clock is read once: all of an evaluation happens at one time.
    pub(crate) fn now(&mut self) -> i64 {
        *self.now.get_or_insert_with(|| (self.environment.clock)())
    }

    /// Refuses values that are too big to hold.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.environment.limits.memory { Err(memory_limit()) } else { Ok(()) }
    }

    /// Refuses a value that holds more than may be held, however much of it is shared: walking through it would
    /// take for ever.
    pub(crate) fn weigh(&self, value: &Value) -> Result<(), Fault> {
        let mut left = self.environment.limits.memory;
        if fits(value, &mut left) { Ok(()) } else { Err(memory_limit()) }
    }

    /// Counts a step of work that evaluates no expression.
    pub(crate) fn step(&mut self) -> Result<(), Fault> {
        self.steps += 1;
        if self.steps.is_multiple_of(CLOCK_STEPS) { self.look_at_clock() } else { Ok(()) }
    }

    /// Counts the making of so many items, and refuses more than may be held.
    pub(crate) fn items(&mut self, count: usize) -> Result<(), Fault> {
        self.charge(count.saturating_mul(8))?;
        self.steps += count as u64;
        if count as u64 >= CLOCK_STEPS { self.look_at_clock() } else { Ok(()) }
    }

    /// Searches with a regular expression; what would take for ever is an error.
    pub(crate) fn search(
        &mut self,
        regex: &Regex,
        text: &str,
        from: usize,
    ) -> Result<Option<Captures>, Fault> {
        let mut left = REGEX_STEPS;
        let found = regex.search(text, from, &mut left);
        self.steps += (REGEX_STEPS - left) / CLOCK_STEPS * CLOCK_STEPS;
        self.look_at_clock()?;
        found.map_err(|_| {
            let text = "Regular expression takes too long: Check for nested repetitions";
            Error::new("U1001").text(text)
        })
    }

    fn look_at_clock(&self) -> Result<(), Fault> {
        let limits = &self.environment.limits;
        let late = match (self.started.get(), limits.time) {
            (Some(started), Some(time)) => started.elapsed() > time,
            // Most evaluations end before they look at the clock even once.
            (None, Some(_)) => {
                self.started.set(Some(Instant::now()));
                false
            }
            (_, None) => false,
        };
        if late || self.steps > limits.steps {
            return Err(Error::new("U1001").text("Expression evaluation timeout: Check for infinite loop"));
        }
        Ok(())
    }

    fn enter(&mut self) -> Result<(), Fault> {
        self.leaf()?;
        self.depth += 1;
        self.step()
    }

    /// Makes a result fit to leave: AWS bounds what it holds, and writes what JSON has no number for as a text. What told
    /// a sequence from a list is forgotten, as it is where values travel as JSON.
    pub(crate) fn finish(&self, value: Value) -> Result<Value, Fault> {
        self.weigh(&value)?;
        let value = unmarked(value);
        let value = if self.holes && !value.is_undefined() { filled(&value) } else { value };
        let texts = self.not_finite && self.symbols.dialect() == Dialect::Aws;
        Ok(if texts { finite(&value) } else { value })
    }

    /// The same for what has containers within a container; a plain list or record is walked in no time.
    pub(crate) fn weigh_nested(&self, value: &Value) -> Result<(), Fault> {
        let container = |it: &Value| matches!(it, Value::Array(_) | Value::Object(_));
        let nested = match value {
            Value::Array(items) => items.iter().any(container),
            Value::Object(members) => members.values().any(container),
            _ => false,
        };
        if nested { self.weigh(value) } else { Ok(()) }
    }

    // Variables.

    pub(crate) fn lookup(&self, frame: Frame, symbol: Symbol) -> Option<&Value> {
        let mut frame = frame;
        loop {
            let variables = self.frames.get(frame as usize)?;
            if let Some((_, value)) = variables.bound.iter().rev().find(|(it, _)| *it == symbol) {
                return Some(value);
            }
            if frame == 0 {
                return self.globals.get(symbol as usize)?.as_ref();
            }
            frame = variables.parent;
        }
    }

    /// A variable by its name, which the expression may never have mentioned as a variable.
    pub(crate) fn lookup_name(&self, frame: Frame, name: &str) -> Option<Value> {
        match self.symbols.find(name) {
            Some(symbol) => self.lookup(frame, symbol).cloned(),
            None => self.bindings.get(name).cloned().or_else(|| {
                functions::BuiltIn::named(name, self.symbols.dialect()).map(|it| Callable::BuiltIn(it).into())
            }),
        }
    }

    pub(crate) fn bind(&mut self, frame: Frame, symbol: Symbol, value: Value) {
        let Some(variables) = self.frames.get_mut(frame as usize) else { return };
        match variables.bound.iter_mut().find(|(it, _)| *it == symbol) {
            Some((_, old)) => *old = value,
            None => variables.bound.push((symbol, value)),
        }
    }

    pub(crate) fn new_frame(&mut self, parent: Frame) -> Frame {
        if let Some(frame) = self.free.pop()
            && let Some(variables) = self.frames.get_mut(frame as usize)
        {
            variables.parent = parent;
            return frame;
        }
        let frame = self.frames.len() as Frame;
        self.frames.push(Variables { parent, ..Variables::default() });
        frame
    }

    /// Adds a variable that the frame is known not to have.
    pub(crate) fn push_variable(&mut self, frame: Frame, symbol: Symbol, value: Value) {
        if let Some(variables) = self.frames.get_mut(frame as usize) {
            variables.bound.push((symbol, value));
        }
    }

    /// Gives a frame back unless a function remembers it.
    pub(crate) fn release(&mut self, frame: Frame) {
        if let Some(variables) = self.frames.get_mut(frame as usize)
            && !variables.captured
            && frame != 0
        {
            variables.bound.clear();
            self.free.push(frame);
        }
    }

    /// Gives back the frames that a finished tail call leaves, up to the frame its lambda was made in.
    pub(crate) fn release_up_to(&mut self, frame: Frame, end: Frame) {
        let mut frame = frame;
        while frame != end && frame != 0 {
            let Some(variables) = self.frames.get(frame as usize) else { return };
            let parent = variables.parent;
            if variables.captured {
                return;
            }
            self.release(frame);
            frame = parent;
        }
    }

    pub(crate) fn capture(&mut self, frame: Frame) {
        let mut frame = frame;
        while frame != 0 {
            match self.frames.get_mut(frame as usize) {
                Some(variables) if !variables.captured => {
                    variables.captured = true;
                    frame = variables.parent;
                }
                _ => return,
            }
        }
    }

    // Expressions.

    pub(crate) fn evaluate(&mut self, node: &Node, input: &Value, frame: Frame) -> Result<Value, Fault> {
        // Leaves don't come back here, but they count: a field is a path and the name in it.
        let left = self.environment.limits.depth.saturating_sub(self.depth);
        if node.extra.is_none() && left > 1 {
            match &node.kind {
                Kind::Literal(value) => return Ok(value.clone()),
                Kind::Field(field) => {
                    if let Value::Object(object) = input {
                        return Ok(match object.get_near(&field.name, &field.hint) {
                            Some(Value::Array(it)) => normalize(Value::Array(it.clone()), false),
                            Some(it) => it.clone(),
                            None => Value::Undefined,
                        });
                    }
                }
                Kind::Variable(symbol) if !node.keep_array => {
                    return Ok(match self.lookup(frame, *symbol) {
                        Some(Value::Array(it)) => normalize(Value::Array(it.clone()), false),
                        Some(it) => it.clone(),
                        None => Value::Undefined,
                    });
                }
                Kind::Path(path) if path.plain && !node.keep_array => {
                    if let Some(value) = self.plain_path(path, input, frame) {
                        return Ok(value);
                    }
                }
                _ => {}
            }
        }
        self.enter()?;
        let result = deep::guarded(|| self.evaluate_whole(node, input, frame));
        self.depth -= 1;
        result
    }

    /// A path that leads from object to object. Nothing if an array lies on it or it ends in a sequence.
    fn plain_path(&self, path: &Path, input: &Value, frame: Frame) -> Option<Value> {
        let mut steps = path.steps.iter();
        let mut value = input;
        if let Some(Node { kind: Kind::Variable(symbol), .. }) = path.steps.first() {
            steps.next();
            value = self.lookup(frame, *symbol).unwrap_or(&UNDEFINED);
        }
        for step in steps {
            let Kind::Name(field) = &step.kind else { return None };
            value = match value {
                Value::Object(object) => object.get_near(&field.name, &field.hint).unwrap_or(&UNDEFINED),
                Value::Array(_) => return None,
                _ => return Some(Value::Undefined),
            };
        }
        match value {
            Value::Array(items) if items.is_sequence() || items.flags.has(Flags::CONS) => None,
            other => Some(other.clone()),
        }
    }

    fn evaluate_whole(&mut self, node: &Node, input: &Value, frame: Frame) -> Result<Value, Fault> {
        let mut result = self.evaluate_kind(node, input, frame)?;
        if node.extra.is_some() {
            for stage in node.predicates().unwrap_or_default() {
                if let Stage::Filter(predicate) = stage {
                    result = self.filter_value(predicate, result, frame)?;
                }
            }
            if let Some(group) = node.group()
                && !matches!(node.kind, Kind::Path(_))
            {
                result = self.group(group, &result, frame)?;
            }
        }
        Ok(normalize(result, node.keep_array))
    }

    fn evaluate_kind(&mut self, node: &Node, input: &Value, frame: Frame) -> Result<Value, Fault> {
        match &node.kind {
            Kind::Literal(value) => Ok(value.clone()),
            Kind::Name(field) => Ok(functions::object::lookup(input, &field.name)),
            Kind::Field(field) => self.field(field, input),
            Kind::Variable(symbol) => Ok(self.lookup(frame, *symbol).cloned().unwrap_or_default()),
            Kind::Context => Ok(unwrapped(input).clone()),
            Kind::Wildcard => {
                self.weigh_nested(input)?;
                Ok(operators::wildcard(input))
            }
            Kind::Descendants => {
                self.weigh_nested(input)?;
                Ok(operators::descendants(input))
            }
            Kind::Parent(symbol) => Ok(self.lookup(frame, *symbol).cloned().unwrap_or_default()),
            Kind::Path(path) => self.path(path, node, input, frame),
            Kind::Numeric(operator, parts) => {
                let (left, right) = self.both(parts, input, frame)?;
                let result = operators::numeric(*operator, &left, &right);
                self.not_finite |= matches!(result, Ok(Value::Number(it)) if !it.is_finite());
                result.map_err(|it| it.at(node.pos).token(operator.sign()))
            }
            Kind::Comparison(order, parts) => {
                let (left, right) = self.both(parts, input, frame)?;
                operators::compare(*order, left, right).map_err(|it| it.at(node.pos).token(order.sign()))
            }
            Kind::Equality(negated, parts) => {
                let (left, right) = self.both(parts, input, frame)?;
                self.weigh_nested(&left)?;
                let defined = !left.is_undefined() && !right.is_undefined();
                Ok(Value::Bool(defined && (left == right) != *negated))
            }
            Kind::Concat(parts) => {
                let mut text = String::with_capacity(64);
                self.concat(parts, node.pos, &mut text, input, frame)?;
                Ok(Value::from(text))
            }
            Kind::Range(parts) => {
                let (left, right) = self.both(parts, input, frame)?;
                self.range(&left, &right).map_err(|it| it.at(node.pos).token(".."))
            }
            Kind::In(parts) => {
                let (left, right) = self.both(parts, input, frame)?;
                Ok(Value::Bool(operators::includes(&left, &right)))
            }
            Kind::And(parts) => self.boolean(parts, false, input, frame, node.pos),
            Kind::Or(parts) => self.boolean(parts, true, input, frame, node.pos),
            Kind::Negate(operand) => {
                let value = self.evaluate(operand, input, frame)?;
                operators::negate(value).map_err(|it| it.at(node.pos).token("-"))
            }
            Kind::Array(items) => self.array(items, node.cons, input, frame),
            Kind::Object(group) => self.object(group, input, frame),
            Kind::Block(block) => self.block(block, input, frame),
            Kind::Condition(parts) => self.condition(parts, input, frame),
            Kind::Bind(symbol, value) => {
                let value = self.evaluate(value, input, frame)?;
                self.bind(frame, *symbol, value.clone());
                Ok(value)
            }
            Kind::Call(call) => self.call(call, node.pos, None, input, frame),
            Kind::TailCall(call, looked_at) => {
                if *looked_at {
                    self.capture(frame);
                }
                let thunk = Thunk { call: call.clone(), input: Held(input.clone()), frame };
                Ok(Callable::Thunk(Arc::new(thunk)).into())
            }
            Kind::Partial(call) => self.partial(call, node.pos, input, frame),
            Kind::Placeholder => Ok(Value::Undefined),
            Kind::Lambda(lambda) => {
                self.capture(frame);
                let closure = Closure {
                    lambda: lambda.clone(),
                    parameters: None,
                    input: Held(input.clone()),
                    frame,
                    owner: self.owner,
                    place: Default::default(),
                };
                Ok(Callable::Lambda(Arc::new(closure)).into())
            }
            Kind::Apply(parts) => self.apply_operator(parts, node.pos, input, frame),
            Kind::Transform(transform) => {
                self.capture(frame);
                let closure = TransformClosure { transform: transform.clone(), frame, owner: self.owner };
                Ok(Callable::Transform(Arc::new(closure)).into())
            }
            Kind::Regex(regex) => Ok(Callable::Regex(regex.clone()).into()),
            // Sorting is a step of a path and done there.
            Kind::Sort(_) => Ok(Value::Undefined),
        }
    }

    fn both(&mut self, parts: &(Node, Node), input: &Value, frame: Frame) -> Result<(Value, Value), Fault> {
        Ok((self.evaluate(&parts.0, input, frame)?, self.evaluate(&parts.1, input, frame)?))
    }

    /// Names in paths are looked up on the spot; like any expression they need room below the limit.
    pub(crate) fn leaf(&self) -> Result<(), Fault> {
        if self.depth >= self.environment.limits.depth { Err(too_deep()) } else { Ok(()) }
    }

    /// A path of one name.
    fn field(&mut self, field: &Field, input: &Value) -> Result<Value, Fault> {
        self.leaf()?;
        let found = match input {
            Value::Object(object) => object.get_near(&field.name, &field.hint).cloned().unwrap_or_default(),
            Value::Array(items) => return crate::path::field_of_items(field, items),
            _ => Value::Undefined,
        };
        Ok(normalize(found, false))
    }

    /// Appends both sides of a `&`. A chain of them, `a & b & c`, fills one text.
    fn concat(
        &mut self,
        parts: &(Node, Node),
        pos: u32,
        out: &mut String,
        input: &Value,
        frame: Frame,
    ) -> Result<(), Fault> {
        let (left, right) = parts;
        let blamed = |it: Fault| it.at(pos).token("&");
        let limit = self.environment.limits.memory;
        match &left.kind {
            Kind::Concat(inner) if left.extra.is_none() && !left.keep_array => {
                self.enter()?;
                let done = deep::guarded(|| self.concat(inner, left.pos, out, input, frame));
                self.depth -= 1;
                done?;
                let right = self.evaluate(right, input, frame)?;
                functions::string::write_value(out, &right, limit).map_err(blamed)?;
            }
            _ => {
                let left = self.evaluate(left, input, frame)?;
                let right = self.evaluate(right, input, frame)?;
                functions::string::write_value(out, &left, limit).map_err(blamed)?;
                functions::string::write_value(out, &right, limit).map_err(blamed)?;
            }
        }
        self.charge(out.len()).map_err(blamed)
    }

    fn range(&mut self, left: &Value, right: &Value) -> Result<Value, Fault> {
        match operators::range_bounds(left, right)? {
            None => Ok(Value::Undefined),
            Some((from, to)) => {
                self.items((to - from + 1) as usize)?;
                Ok(Value::sequence((from..=to).map(|it| Value::Number(it as f64)).collect()))
            }
        }
    }

    fn boolean(
        &mut self,
        parts: &(Node, Node),
        or: bool,
        input: &Value,
        frame: Frame,
        pos: u32,
    ) -> Result<Value, Fault> {
        let left = self.evaluate(&parts.0, input, frame)?;
        let rest = |it: &mut Self| -> Result<bool, Fault> {
            if operators::truth(&left)? == or {
                return Ok(or);
            }
            let right = it.evaluate(&parts.1, input, frame)?;
            operators::truth(&right)
        };
        // jsonata-js blames the operator for whatever goes wrong on its right side.
        let token = if or { "or" } else { "and" };
        rest(self).map(Value::Bool).map_err(|it| it.at(pos).token(token))
    }

    fn array(&mut self, items: &[Node], cons: bool, input: &Value, frame: Frame) -> Result<Value, Fault> {
        let mut result = Vec::with_capacity(items.len());
        for item in items {
            let value = self.evaluate(item, input, frame)?;
            match value {
                Value::Undefined => {}
                Value::Array(inner) if !matches!(item.kind, Kind::Array(_)) => match result.is_empty() {
                    true => result = inner.into_vec(),
                    false => result.extend_from_slice(&inner),
                },
                other => result.push(other),
            }
        }
        self.charge(result.len() * 8)?;
        Ok(Value::Array(Array::flagged(result, if cons { Flags::CONS } else { Flags::NONE })))
    }

    fn block(&mut self, block: &Block, input: &Value, frame: Frame) -> Result<Value, Fault> {
        if !block.binds {
            return self.all_in(block, input, frame);
        }
        let inner = self.new_frame(frame);
        let result = self.all_in(block, input, inner);
        if !matches!(&result, Ok(Value::Function(Function { callable: Callable::Thunk(_), .. }))) {
            self.release(inner);
        }
        result
    }

    fn all_in(&mut self, block: &Block, input: &Value, frame: Frame) -> Result<Value, Fault> {
        let mut result = Value::Undefined;
        for expression in &block.expressions {
            result = self.evaluate(expression, input, frame)?;
        }
        Ok(result)
    }

    fn condition(
        &mut self,
        parts: &(Node, Node, Option<Node>),
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let condition = self.evaluate(&parts.0, input, frame)?;
        if operators::truth(&condition)? {
            return self.evaluate(&parts.1, input, frame);
        }
        match &parts.2 {
            Some(otherwise) => self.evaluate(otherwise, input, frame),
            None => Ok(Value::Undefined),
        }
    }
}

/// Subtracts what a value holds from what is left; false if it isn't enough.
pub(crate) fn fits(value: &Value, left: &mut usize) -> bool {
    let size = match value {
        Value::String(text) => text.len().max(1),
        // What is in them counts; nothing in them must count for something, or many of them would be for nothing.
        Value::Array(items) if items.is_empty() => 8,
        Value::Object(members) if members.is_empty() => 8,
        Value::Array(_) | Value::Object(_) => 0,
        _ => 8,
    };
    let Some(rest) = left.checked_sub(size) else { return false };
    *left = rest;
    match value {
        Value::Array(items) => deep::guarded(|| items.iter().all(|it| fits(it, left))),
        Value::Object(members) => deep::guarded(|| {
            members.iter().all(|(name, it)| match left.checked_sub(name.len()) {
                Some(rest) => {
                    *left = rest;
                    fits(it, left)
                }
                None => false,
            })
        }),
        _ => true,
    }
}

/// The value with null for nothing.
fn filled(value: &Value) -> Value {
    match value {
        Value::Undefined => Value::Null,
        Value::Array(items) => deep::guarded(|| Value::array(items.iter().map(filled))),
        Value::Object(members) => {
            deep::guarded(|| Value::object(members.iter().map(|(name, it)| (name.clone(), filled(it)))))
        }
        other => other.clone(),
    }
}

/// The value without the marks of its lists. What has none is shared, not copied.
fn unmarked(value: Value) -> Value {
    match value {
        Value::Array(mut items) if !items.iter().any(marked) => {
            items.flags = Flags::NONE;
            Value::Array(items)
        }
        Value::Array(items) => deep::guarded(|| Value::array(items.iter().cloned().map(unmarked))),
        Value::Object(members) if members.values().any(marked) => deep::guarded(|| {
            Value::object(members.iter().map(|(name, it)| (name.clone(), unmarked(it.clone()))))
        }),
        other => other,
    }
}

fn marked(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.flags != Flags::NONE || deep::guarded(|| items.iter().any(marked)),
        Value::Object(members) => deep::guarded(|| members.values().any(marked)),
        _ => false,
    }
}

/// The value with texts such as `"Infinity"` for numbers that are none in JSON.
fn finite(value: &Value) -> Value {
    match value {
        Value::Number(it) if !it.is_finite() => Value::from(number_to_string(*it)),
        Value::Array(items) => deep::guarded(|| Value::array(items.iter().map(finite))),
        Value::Object(members) => {
            deep::guarded(|| Value::object(members.iter().map(|(name, it)| (name.clone(), finite(it)))))
        }
        other => other.clone(),
    }
}

pub(crate) fn memory_limit() -> Fault {
    Error::new("U1003").text("Expression evaluation memory limit exceeded: Check for excessive memory usage")
}

fn too_deep() -> Fault {
    let text = "Stack overflow error: Check for non-terminating recursive function.  \
                Consider rewriting as tail-recursive.";
    Error::new("U1001").text(text)
}

/// The input itself where it was an array and had to be wrapped.
pub(crate) fn unwrapped(input: &Value) -> &Value {
    match input {
        Value::Array(it) if it.flags.has(Flags::OUTER) => it.first().unwrap_or(&UNDEFINED),
        other => other,
    }
}

/// A sequence of one is its item, a sequence of none is nothing.
pub(crate) fn normalize(value: Value, keep: bool) -> Value {
    let Value::Array(mut array) = value else { return value };
    if !array.is_sequence() || array.flags.has(Flags::TUPLES) {
        return Value::Array(array);
    }
    if keep {
        array.flags = array.flags.with(Flags::KEEP);
    }
    match array.as_slice() {
        [] => Value::Undefined,
        [one] if !array.flags.has(Flags::KEEP) => one.clone(),
        _ => Value::Array(array),
    }
}
