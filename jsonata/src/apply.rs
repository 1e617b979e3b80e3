//! Calls: arguments, context, tail calls, partial application, `~>`.

use std::sync::Arc;

use crate::ast::*;
use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, UNDEFINED};
use crate::function::{CallPlace, Callable, Closure, Frame, Function, Held, Partial};
use crate::functions::{self, BUILT_INS, Scope};
use crate::value::{Flags, Value};

/// What a call is called in errors.
fn procedure_name(symbols: &Symbols, procedure: &Node) -> Option<Value> {
    match &procedure.kind {
        Kind::Variable(symbol) => Some(Value::String(symbols.name(*symbol))),
        Kind::Context => Some("".into()),
        Kind::Field(field) => Some(Value::String(field.name.clone())),
        Kind::Path(path) => match &path.steps.first()?.kind {
            Kind::Name(field) => Some(Value::String(field.name.clone())),
            Kind::Variable(symbol) => Some(Value::String(symbols.name(*symbol))),
            Kind::Context => Some("".into()),
            _ => None,
        },
        Kind::Literal(value) => Some(value.clone()),
        Kind::Call(_) | Kind::Partial(_) => Some("(".into()),
        Kind::Array(_) => Some("[".into()),
        Kind::Object(_) => Some("{".into()),
        Kind::Negate(_) => Some("-".into()),
        Kind::Wildcard => Some("*".into()),
        Kind::Descendants => Some("**".into()),
        _ => None,
    }
}

impl Evaluator<'_> {
    /// `f(…)`; with `first` in front of the arguments where it stands behind `~>`.
    pub(crate) fn call(
        &mut self,
        call: &Call,
        pos: u32,
        first: Option<Value>,
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let function = self.evaluate(&call.procedure, input, frame)?;
        if function.is_undefined()
            && let Some(name) = self.meant_variable(&call.procedure, frame)
        {
            return Err(Error::new("T1005").at(pos).token(name));
        }
        let mut arguments = self.spare.pop().unwrap_or_default();
        arguments.extend(first);
        for argument in &call.arguments {
            let mut value = self.evaluate(argument, input, frame)?;
            if let Value::Function(it) = &mut value {
                it.handed = true;
            }
            arguments.push(value);
        }
        if let Value::Function(it) = &function {
            let name = match call.procedure.kind {
                Kind::Variable(symbol) => Some(symbol),
                _ => None,
            };
            self.note_call(it, pos, name);
        }
        let result = match &function {
            Value::Function(it @ Function { callable: Callable::BuiltIn(built_in), handed: false }) => {
                let result = built_in.signature().validate(&mut arguments, input);
                let result = result
                    .and_then(|()| built_in.run(self, &arguments, Scope { context: input, frame }))
                    .map_err(|error| self.blamed(error, it));
                arguments.clear();
                self.spare.push(arguments);
                result.and_then(|it| self.finish_call(it, None, input, frame))
            }
            _ => self.invoke(&function, arguments, input, frame),
        };
        result.map_err(|mut error| {
            error.offset.get_or_insert(pos as usize);
            if error.token.is_none() {
                error.token = procedure_name(&self.symbols, &call.procedure);
            }
            error
        })
    }

    /// The name without `$` that was called although only the variable is a function.
    fn meant_variable(&self, procedure: &Node, frame: Frame) -> Option<Arc<str>> {
        let name = match &procedure.kind {
            Kind::Field(field) => &field.name,
            Kind::Path(path) => match &path.steps.first()?.kind {
                Kind::Name(field) => &field.name,
                _ => return None,
            },
            _ => return None,
        };
        let value = self.lookup_name(frame, name)?;
        let truthy = match &value {
            Value::Undefined | Value::Null => false,
            Value::Bool(it) => *it,
            Value::Number(it) => *it != 0.0 && !it.is_nan(),
            Value::String(it) => !it.is_empty(),
            Value::Long(_) | Value::Array(_) | Value::Object(_) | Value::Function(_) => true,
        };
        truthy.then(|| name.clone())
    }

    fn note_call(&mut self, function: &Function, pos: u32, name: Option<Symbol>) {
        if function.handed {
            return;
        }
        match &function.callable {
            Callable::BuiltIn(it) => {
                if self.places.is_empty() {
                    self.places.resize(BUILT_INS, None);
                }
                if let Some(place) = self.places.get_mut(it.number()) {
                    *place = Some((pos, name));
                }
            }
            Callable::Lambda(it) => it.place.note(pos, name),
            Callable::Partial(it) => it.place.note(pos, name),
            _ => {}
        }
    }

    fn noted_call(&self, function: &Function) -> (Option<u32>, Option<Symbol>) {
        match &function.callable {
            Callable::BuiltIn(it) => match self.places.get(it.number()).copied().flatten() {
                Some((pos, name)) => (Some(pos), name),
                None => (None, None),
            },
            Callable::Lambda(it) => it.place.get(),
            Callable::Partial(it) => it.place.get(),
            _ => (None, None),
        }
    }

    /// Calls a value, and then whatever it ends by calling.
    pub(crate) fn invoke(
        &mut self,
        function: &Value,
        arguments: Vec<Value>,
        context: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let result = self.invoke_once(function, arguments, context, frame)?;
        self.finish_call(result, lambda_frame(function), context, frame)
    }

    /// Makes the calls that a call ends with, one after the other.
    fn finish_call(
        &mut self,
        mut result: Value,
        mut end: Option<Frame>,
        context: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        while let Value::Function(Function { callable: Callable::Thunk(thunk), .. }) = &result {
            let thunk = thunk.clone();
            let Kind::Call(call) = &thunk.call.kind else { break };
            let next = self.evaluate(&call.procedure, &thunk.input.0, thunk.frame)?;
            if let Value::Function(it) = &next {
                let name = match call.procedure.kind {
                    Kind::Variable(symbol) => Some(symbol),
                    _ => None,
                };
                self.note_call(it, call.procedure.pos, name);
            }
            let mut arguments = Vec::with_capacity(call.arguments.len());
            for argument in &call.arguments {
                arguments.push(self.evaluate(argument, &thunk.input.0, thunk.frame)?);
            }
            if let Some(end) = end {
                self.release_up_to(thunk.frame, end);
            }
            end = lambda_frame(&next);
            self.step()?;
            result = self.invoke_once(&next, arguments, context, frame)?;
        }
        Ok(result)
    }

    fn invoke_once(
        &mut self,
        function: &Value,
        arguments: Vec<Value>,
        context: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let Value::Function(function) = function else { return Err(Error::new("T1006")) };
        // What was handed over as an argument is called without context.
        let context = if function.handed { &Value::Null } else { context };
        self.run(function, arguments, context, frame).map_err(|it| self.blamed(it, function))
    }

    /// The error as it leaves a function: with the place and name of the function's last call.
    fn blamed(&self, mut error: Fault, function: &Function) -> Fault {
        let (pos, name) = self.noted_call(function);
        if error.token.is_none() {
            error.token = name.map(|it| Value::String(self.symbols.name(it)));
        }
        if let Some(pos) = pos {
            error.offset = Some(pos as usize);
        }
        error
    }

    fn run(
        &mut self,
        function: &Function,
        mut arguments: Vec<Value>,
        context: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        match &function.callable {
            Callable::BuiltIn(it) => {
                it.signature().validate(&mut arguments, context)?;
                it.run(self, &arguments, Scope { context, frame })
            }
            Callable::Lambda(closure) => {
                if let Some(signature) = &closure.lambda.signature
                    && closure.parameters.is_none()
                {
                    signature.validate(&mut arguments, context)?;
                }
                self.run_lambda(closure, arguments)
            }
            Callable::Thunk(thunk) => {
                let Kind::Call(call) = &thunk.call.kind else { return Ok(Value::Undefined) };
                self.call(call, thunk.call.pos, None, &thunk.input.0, thunk.frame)
            }
            Callable::Partial(partial) => {
                let mut given = arguments.into_iter();
                let fill = |it: &Option<Held>| match it {
                    Some(held) => held.0.clone(),
                    None => given.next().unwrap_or_default(),
                };
                let mut all: Vec<Value> = partial.arguments.iter().map(fill).collect();
                // jsonata-js doesn't check these; here arrays are still made where arrays are needed.
                let _ = partial.function.signature().validate(&mut all, &UNDEFINED);
                partial.function.run(self, &all, Scope { context: &UNDEFINED, frame })
            }
            Callable::Regex(regex) => functions::matching::match_with(self, regex, &arguments),
            Callable::Next(next) => functions::matching::next_match(self, next),
            Callable::Transform(closure) => self.transform(closure, arguments, context),
            Callable::Chain(parts) => {
                // It has one parameter.
                let only = arguments.into_iter().next().unwrap_or_default();
                let first = self.invoke(&parts.0.0, vec![only], context, frame)?;
                self.invoke(&parts.1.0, vec![first], context, frame)
            }
            Callable::Tuple(_) => Err(Error::new("T1006")),
        }
    }

    fn run_lambda(
        &mut self,
        closure: &Closure,
        arguments: impl IntoIterator<Item = Value>,
    ) -> Result<Value, Fault> {
        if closure.owner != self.owner {
            return Err(Error::new("T1006"));
        }
        let frame = self.new_frame(closure.frame);
        let parameters = closure.parameters.as_ref().unwrap_or(&closure.lambda.parameters);
        let mut arguments = arguments.into_iter();
        for parameter in parameters {
            let argument = arguments.next().unwrap_or_default();
            match parameters.len() {
                1 => self.push_variable(frame, *parameter, argument),
                _ => self.bind(frame, *parameter, argument),
            }
        }
        let result = self.evaluate(&closure.lambda.body, &closure.input.0, frame);
        if !matches!(&result, Ok(Value::Function(Function { callable: Callable::Thunk(_), .. }))) {
            self.release(frame);
        }
        result
    }

    /// Calls a function for one of the built-in higher-order functions.
    pub(crate) fn call_back<const N: usize>(
        &mut self,
        function: &Value,
        arguments: [Value; N],
        scope: Scope<'_>,
    ) -> Result<Value, Fault> {
        if let Value::Function(it) = function
            && let Callable::Lambda(closure) = &it.callable
            && (closure.lambda.signature.is_none() || closure.parameters.is_some())
        {
            let result = self.run_lambda(closure, arguments).map_err(|error| self.blamed(error, it))?;
            return self.finish_call(result, Some(closure.frame), &Value::Null, scope.frame);
        }
        self.invoke(function, arguments.into(), &Value::Null, scope.frame)
    }

    /// `f(?, 2)`
    pub(crate) fn partial(
        &mut self,
        call: &Call,
        pos: u32,
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let mut arguments: Vec<Option<Held>> = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(match argument.kind {
                Kind::Placeholder => None,
                _ => Some(Held(self.evaluate(argument, input, frame)?)),
            });
        }
        let function = self.evaluate(&call.procedure, input, frame)?;
        if function.is_undefined()
            && let Some(name) = self.meant_variable(&call.procedure, frame)
        {
            return Err(Error::new("T1007").at(pos).token(name));
        }
        let Value::Function(function) = &function else {
            let error = Error::new("T1008").at(pos);
            return Err(match procedure_name(&self.symbols, &call.procedure) {
                Some(name) => error.token(name),
                None => error,
            });
        };
        Ok(match &function.callable {
            Callable::Lambda(closure) => self.partial_lambda(closure, arguments),
            Callable::BuiltIn(it) => {
                arguments.resize_with(it.arity(), || Some(Held::default()));
                Callable::Partial(Arc::new(Partial { function: *it, arguments, place: CallPlace::default() }))
                    .into()
            }
            Callable::Partial(inner) => {
                let mut given = arguments.into_iter();
                let fill = |it: &Option<Held>| match it {
                    Some(held) => Some(held.clone()),
                    None => given.next().unwrap_or(Some(Held::default())),
                };
                let arguments = inner.arguments.iter().map(fill).collect();
                Callable::Partial(Arc::new(Partial {
                    function: inner.function,
                    arguments,
                    place: CallPlace::default(),
                }))
                .into()
            }
            // The others take one argument; applying them partially leaves them as they are.
            _ => Value::Function(function.clone()),
        })
    }

    fn partial_lambda(&mut self, closure: &Closure, arguments: Vec<Option<Held>>) -> Value {
        let frame = self.new_frame(closure.frame);
        let parameters = closure.parameters.as_ref().unwrap_or(&closure.lambda.parameters);
        let mut left = Vec::new();
        let mut arguments = arguments.into_iter();
        for parameter in parameters {
            match arguments.next() {
                Some(None) => left.push(*parameter),
                Some(Some(held)) => self.bind(frame, *parameter, held.0.clone()),
                None => self.bind(frame, *parameter, Value::Undefined),
            }
        }
        self.capture(frame);
        let closure = Closure {
            lambda: closure.lambda.clone(),
            parameters: Some(left),
            input: closure.input.clone(),
            frame,
            owner: closure.owner,
            place: Default::default(),
        };
        Callable::Lambda(Arc::new(closure)).into()
    }

    /// `a ~> b`
    pub(crate) fn apply_operator(
        &mut self,
        parts: &(Node, Node),
        pos: u32,
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let left = self.evaluate(&parts.0, input, frame)?;
        if let Kind::Call(call) = &parts.1.kind {
            return self.call_behind(call, &parts.1, left, input, frame);
        }
        let right = self.evaluate(&parts.1, input, frame)?;
        if !right.is_function() {
            return Err(Error::new("T2006").at(pos).value(right));
        }
        if left.is_function() {
            return Ok(Callable::Chain(Arc::new((Held(left), Held(right)))).into());
        }
        self.invoke(&right, vec![left], &Value::Null, frame)
    }

    /// A call behind `~>` is made with the left side in front; like jsonata-js, without what hangs on the call.
    fn call_behind(
        &mut self,
        call: &Call,
        node: &Node,
        left: Value,
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        self.call(call, node.pos, Some(left), input, frame)
    }
}

/// The frame in which a lambda was made.
fn lambda_frame(function: &Value) -> Option<Frame> {
    match function {
        Value::Function(Function { callable: Callable::Lambda(it), .. }) => Some(it.frame),
        _ => None,
    }
}

/// Wraps an input that is an array, so that it counts as one item.
pub(crate) fn wrap_input(input: &Value) -> Value {
    match input {
        Value::Array(items) if !items.is_sequence() => {
            let flags = Flags::SEQUENCE.with(Flags::OUTER);
            Value::Array(crate::value::Array::flagged(vec![input.clone()], flags))
        }
        other => other.clone(),
    }
}
