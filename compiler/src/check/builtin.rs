//! Calls of built-in functions and methods: which signature is meant, and what its type variables stand for.

use std::collections::HashMap;
use std::sync::Arc;

use super::expr::{Role, make};
use super::scope::ScopeKind;
use super::{Ctx, broken};
use crate::diagnostics::{close, names as report, types as wrong};
use crate::prelude::{self, Pattern, Signature};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::typed::{Builtin, Definition, Effect, Expr, ExprKind, ListPart, Reference};
use crate::types::Type;

type Vars = HashMap<char, Type>;

impl Ctx<'_> {
    /// `uuid()`, `toJson(x)`
    pub(crate) fn global(
        &mut self,
        signatures: &'static [Signature],
        callee: Span,
        arguments: &[ast::Argument],
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        let Some(signature) = by_count(signatures.iter(), arguments.len()) else { return broken(span) };
        self.program.references.push(Reference { span: callee, to: Definition::Builtin(signature.function) });
        let mut value = self.apply(signature, None, Vars::new(), arguments, expected, span);
        if let (Builtin::Min | Builtin::Max, ExprKind::Builtin { arguments, .. }) =
            (signature.function, &mut value.kind)
        {
            // Of two values: the least item of a list that surely has one.
            let items = std::mem::take(arguments);
            let ty = Type::list(value.ty.clone());
            let list =
                make(ExprKind::List(items.into_iter().map(ListPart::Item).collect()), ty, value.effect, span);
            arguments.push(list);
        }
        value
    }

    /// A method of a value that is no resource.
    pub(crate) fn builtin_method(
        &mut self,
        receiver: Expr,
        name: &ast::Name,
        arguments: &[ast::Argument],
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        let flat_map = name.text == "flatMap";
        let wanted = if flat_map { "map" } else { name.text.as_str() };
        let fits = |it: &&Signature| {
            it.receiver.as_ref().is_some_and(|it| self.unify(it, &receiver.ty, &mut Vars::new()))
        };
        let fitting = prelude::methods(wanted).iter().filter(fits);
        let Some(signature) = by_count(fitting, arguments.len()) else {
            self.no_method(&receiver, name);
            for argument in arguments {
                if !matches!(argument.value.kind, Ast::Lambda { .. }) {
                    self.expr(&argument.value, None);
                }
            }
            return broken(span);
        };
        self.program
            .references
            .push(Reference { span: name.span, to: Definition::Builtin(signature.function) });
        let mut vars = Vars::new();
        if let Some(pattern) = &signature.receiver {
            self.unify(pattern, &receiver.ty, &mut vars);
        }
        if signature.function == Builtin::Merge {
            return self.merge_call(receiver, arguments, span);
        }
        let value = self.apply(signature, Some(receiver), vars, arguments, expected, span);
        if flat_map { self.flattened(value) } else { value }
    }

    fn flattened(&mut self, value: Expr) -> Expr {
        let (span, effect) = (value.span, value.effect);
        let ty = match self.types().resolve(&value.ty) {
            Type::List(item) => match self.types().resolve(item) {
                Type::List(_) | Type::Unknown | Type::Never => (**item).clone(),
                _ => {
                    let shown = self.show(item);
                    self.report(wrong::not_a_list(span, "flatMap", &shown, wrong::NotList::Other));
                    return broken(span);
                }
            },
            _ => return value,
        };
        make(ExprKind::Builtin { function: Builtin::Flatten, arguments: vec![value] }, ty, effect, span)
    }

    /// `a.merge(b)`: of records the type is what a spread of both would have.
    fn merge_call(&mut self, receiver: Expr, arguments: &[ast::Argument], span: Span) -> Expr {
        let [other] = arguments else {
            self.report(wrong::argument_count(span, "merge", &["other"], arguments.len()));
            return broken(span);
        };
        let other = self.expr(&other.value, None);
        let effect = receiver.effect.max(other.effect);
        let (left, right) = (self.types().resolve(&receiver.ty), self.types().resolve(&other.ty));
        let ty = match (left, right) {
            (Type::Record(a), Type::Record(b)) => {
                let mut record = (**a).clone();
                record.fields.extend(b.fields.iter().map(|(name, field)| (name.clone(), field.clone())));
                Type::Record(Arc::new(record))
            }
            (Type::Dict(a), Type::Dict(b)) => Type::dict(self.types().join(a, b)),
            (
                Type::Record(_) | Type::Dict(_) | Type::Json | Type::Unknown,
                Type::Record(_) | Type::Dict(_) | Type::Json | Type::Unknown,
            ) => Type::Json,
            _ => {
                let shown = self.show(&other.ty);
                self.report(wrong::not_spreadable(other.span, &shown, "a record"));
                Type::Unknown
            }
        };
        make(
            ExprKind::Builtin { function: Builtin::Merge, arguments: vec![receiver, other] },
            ty,
            effect,
            span,
        )
    }

    fn no_method(&mut self, receiver: &Expr, name: &ast::Name) {
        let shown = self.show(&receiver.ty);
        let elsewhere = prelude::methods(&name.text);
        if let Type::Json = self.types().resolve(&receiver.ty) {
            self.report(wrong::method_of_json(name, receiver.span));
            return;
        }
        // A list of what has no order, or no form as text, has a method's name but not the method.
        let is_list = matches!(self.types().resolve(&receiver.ty), Type::List(_));
        let for_lists = |it: &Signature| matches!(it.receiver, Some(Pattern::List(_)));
        if let Some(signature) = elsewhere.iter().find(|it| is_list && for_lists(it)) {
            self.report(wrong::method_of_other_list(name, &shown, signature.text));
            return;
        }
        if prelude::global(&name.text).is_some() {
            self.report(wrong::function_as_method(name, &shown));
            return;
        }
        let known: Vec<&str> = self.methods_of(&receiver.ty);
        let foreign = prelude::foreign_method(&name.text).filter(|it| known.contains(it));
        let close = foreign.map(str::to_owned).or_else(|| close(&name.text, known.iter().copied()));
        self.report(report::unknown_method(name, &shown, &known, close.as_deref()));
    }

    /// The names of the methods that a value of that type has.
    pub(crate) fn methods_of(&self, ty: &Type) -> Vec<&'static str> {
        let fits =
            |it: &&Signature| it.receiver.as_ref().is_some_and(|it| self.unify(it, ty, &mut Vars::new()));
        let mut names: Vec<&str> = prelude::all_methods().filter(fits).map(|it| it.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn has_method(&self, ty: &Type, name: &str) -> bool {
        prelude::methods(name)
            .iter()
            .any(|it| it.receiver.as_ref().is_some_and(|it| self.unify(it, ty, &mut Vars::new())))
    }

    fn apply(
        &mut self,
        signature: &'static Signature,
        receiver: Option<Expr>,
        mut vars: Vars,
        arguments: &[ast::Argument],
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        let mut hints = Vars::new();
        if let Some(expected) = expected {
            self.unify(&signature.result, expected, &mut hints);
        }
        let places = self.places(signature, arguments, span);
        let mut values: Vec<Option<Expr>> = vec![None; signature.params.len()];
        // Values first, so that `reduce`'s start decides what its lambda folds.
        for lambdas in [false, true] {
            for (index, argument) in places.iter().enumerate() {
                let (Some(argument), Some(param)) = (argument, signature.params.get(index)) else { continue };
                if matches!(param.ty, Pattern::Lambda(..)) != lambdas {
                    continue;
                }
                let value = self.argument(signature, param, argument, &mut vars, &hints);
                if let Some(place) = values.get_mut(index) {
                    *place = Some(value);
                }
            }
        }
        let mut effect = signature.effect.max(receiver.as_ref().map_or(Effect::Total, |it| it.effect));
        let mut typed: Vec<Expr> = receiver.into_iter().collect();
        for value in values.into_iter().flatten() {
            effect = effect.max(value.effect);
            typed.push(value);
        }
        if signature.function == Builtin::Matches
            && let Some(pattern) = typed.get(1)
        {
            self.written_pattern(pattern.clone());
        }
        for var in ['T', 'U', 'N', 'O', 'S'] {
            vars.entry(var).or_insert(Type::Unknown);
        }
        let mut ty = signature.result.fill(&vars).unwrap_or(Type::Unknown);
        if signature.function == Builtin::Sum && matches!(ty, Type::Never | Type::Unknown) {
            ty = Type::Int;
        }
        make(ExprKind::Builtin { function: signature.function, arguments: typed }, ty, effect, span)
    }

    /// JSONata has regular expressions only where they stand in its own text.
    fn written_pattern(&mut self, pattern: Expr) {
        if pattern.ty.is_silent() || matches!(pattern.kind, ExprKind::Error) {
            return;
        }
        match self.program.constant_text(&pattern) {
            Some("") => self.report(wrong::empty_pattern(pattern.span)),
            Some(_) => {}
            None => self.report(wrong::pattern_not_written(pattern.span)),
        }
    }

    /// Which argument goes to which parameter.
    fn places<'x>(
        &mut self,
        signature: &Signature,
        arguments: &'x [ast::Argument],
        span: Span,
    ) -> Vec<Option<&'x ast::Argument>> {
        let mut places: Vec<Option<&ast::Argument>> = vec![None; signature.params.len()];
        let names: Vec<&str> = signature.params.iter().map(|it| it.name).collect();
        let mut next = 0;
        let mut too_many = false;
        for argument in arguments {
            let index = match &argument.name {
                Some(name) => match names.iter().position(|it| *it == name.text) {
                    Some(index) => index,
                    None => {
                        let optional: Vec<&str> =
                            signature.params.iter().filter(|it| it.optional).map(|it| it.name).collect();
                        self.no_option(name, &format!("`{}`", signature.name), &optional);
                        continue;
                    }
                },
                None => {
                    next += 1;
                    next - 1
                }
            };
            match places.get_mut(index) {
                Some(place) => *place = Some(argument),
                None => too_many = true,
            }
        }
        let lacking = signature.params.iter().zip(&places).any(|(param, it)| !param.optional && it.is_none());
        if too_many || lacking {
            self.report(
                wrong::argument_count(span, signature.name, &names, arguments.len())
                    .note(format!("`{}`", signature.text)),
            );
        }
        places
    }

    fn argument(
        &mut self,
        signature: &Signature,
        param: &prelude::Param,
        argument: &ast::Argument,
        vars: &mut Vars,
        hints: &Vars,
    ) -> Expr {
        if let Pattern::Lambda(params, result) = &param.ty {
            return self.lambda(signature, params, result, &argument.value, vars, hints);
        }
        if let Pattern::Like(var) = &param.ty {
            let item = vars.get(var).cloned().unwrap_or(Type::Unknown);
            let value = self.expr(&argument.value, Some(&item));
            if !value.ty.is_silent() && !item.is_silent() && !self.types().overlap(&value.ty, &item) {
                let (a, b) = (self.show(&value.ty), self.show(&item));
                self.report(wrong::never_contains(value.span, &a, &b));
            }
            return value;
        }
        let role = Role::new("parameter", param.name);
        match param.ty.fill(vars) {
            Some(Type::Json) => {
                let value = self.expr(&argument.value, None);
                self.fit(value, &Type::Json, role)
            }
            Some(wanted) if !open_var(&param.ty) => self.expr_as(&argument.value, &wanted, role),
            filled => {
                let hint = filled.or_else(|| param.ty.fill(hints));
                let value = self.expr(&argument.value, hint.as_ref());
                self.infer(value, &param.ty, vars, role)
            }
        }
    }

    /// Lets an argument decide a type variable, or widen one that an earlier argument decided.
    fn infer(&mut self, value: Expr, pattern: &Pattern, vars: &mut Vars, role: Role<'_>) -> Expr {
        if value.ty.is_silent() {
            return value;
        }
        if let Pattern::Var(var) = pattern
            && let Some(known) = vars.get(var).cloned()
        {
            let widened = self.types().widen(&value.ty);
            if constraint(self, *var, &widened) {
                let joined = self.types().join(&known, &widened);
                vars.insert(*var, joined);
                return value;
            }
        }
        let ty = self.types().widen(&value.ty);
        if self.unify(pattern, &ty, vars) {
            return value;
        }
        let shown = self.show(&value.ty);
        let wanted = match pattern {
            Pattern::Var('N') => "a number",
            Pattern::Var('O') => "a number, a text, a time or a duration",
            Pattern::Var('S') => "text, a number or a boolean",
            Pattern::List(_) => "a list",
            _ => "another type",
        };
        self.report(wrong::wrong_argument(value.span, &role.show(), &shown, wanted));
        broken(value.span)
    }

    /// Checks a lambda whose parameters' types the call decides.
    pub(crate) fn lambda_as(
        &mut self,
        expr: &ast::Expr,
        params: &[Type],
        result: Option<&Type>,
    ) -> Option<Expr> {
        let Ast::Lambda { params: written, body } = &expr.kind else {
            let value = self.expr(expr, None);
            if !matches!(value.kind, ExprKind::Error) {
                self.report(wrong::lambda_wanted(expr.span));
            }
            return None;
        };
        if written.len() > params.len() {
            self.report(wrong::too_many_lambda_params(expr.span, written.len(), params.len()));
        }
        let facts = self.body.facts.clone();
        let ((locals, value), _) = self.scoped(ScopeKind::Lambda, |ctx| {
            let mut locals = Vec::new();
            for (index, param) in written.iter().enumerate() {
                let given = params.get(index).cloned().unwrap_or(Type::Unknown);
                let ty = match &param.ty {
                    Some(ty) => {
                        let own = ctx.type_expr(ty);
                        if !ctx.types().assignable(&given, &own) {
                            let (a, b) = (ctx.show(&given), ctx.show(&own));
                            ctx.report(wrong::lambda_param(param.span, &a, &b));
                        }
                        own
                    }
                    None => given,
                };
                locals.push(ctx.bind(&param.name, ty, false));
            }
            let value = match &body.kind {
                Ast::Block { label: None, block } => {
                    let checked = ctx.open_block(block, super::expr::Want::Value(result));
                    make(ExprKind::Block(checked.block), checked.ty, checked.effect, body.span)
                }
                _ => ctx.expr(body, result),
            };
            (locals, value)
        });
        self.body.facts = facts;
        let (ty, effect) = (value.ty.clone(), value.effect.min(Effect::Fresh));
        Some(make(ExprKind::Lambda { params: locals, body: Box::new(value) }, ty, effect, expr.span))
    }

    fn lambda(
        &mut self,
        signature: &Signature,
        params: &[Pattern],
        result: &Pattern,
        expr: &ast::Expr,
        vars: &mut Vars,
        hints: &Vars,
    ) -> Expr {
        let given: Vec<Type> = params.iter().map(|it| it.fill(vars).unwrap_or(Type::Unknown)).collect();
        let expected = result.fill(vars).or_else(|| result.fill(hints));
        let Some(lambda) = self.lambda_as(expr, &given, expected.as_ref()) else { return broken(expr.span) };
        let ExprKind::Lambda { params: locals, body } = lambda.kind else { return lambda };
        let role = Role::new("what the lambda gives to", signature.name);
        let body = match (result, result.fill(vars)) {
            (Pattern::Type(Type::Boolean), _) if !body.ty.is_silent() => {
                self.fit(*body, &Type::Boolean, role)
            }
            (Pattern::Type(wanted), _) => self.fit(*body, wanted, role),
            // A literal would make too narrow a list: `xs.map(x => "a")` is `string[]` all the same.
            (_, Some(known)) if self.types().assignable(&body.ty, &known) => *body,
            _ => self.infer_result(*body, result, vars, role),
        };
        let (ty, effect) = (body.ty.clone(), body.effect.min(Effect::Fresh));
        make(ExprKind::Lambda { params: locals, body: Box::new(body) }, ty, effect, expr.span)
    }

    fn infer_result(&mut self, value: Expr, pattern: &Pattern, vars: &mut Vars, role: Role<'_>) -> Expr {
        match pattern {
            Pattern::Var(var @ ('T' | 'U')) if !vars.contains_key(var) => {
                vars.insert(*var, value.ty.clone());
                value
            }
            _ => self.infer(value, pattern, vars, role),
        }
    }

    /// Whether a type fits a pattern; binds its variables.
    fn unify(&self, pattern: &Pattern, ty: &Type, vars: &mut Vars) -> bool {
        let resolved = self.types().resolve(ty);
        match (pattern, resolved) {
            (_, Type::Unknown) => true,
            (Pattern::Var(var), _) => match vars.get(var) {
                Some(known) => self.types().assignable(ty, known),
                None => {
                    let ty = if matches!(var, 'N' | 'O') { self.types().widen(ty) } else { ty.clone() };
                    let fits = constraint(self, *var, &ty);
                    if fits {
                        vars.insert(*var, ty);
                    }
                    fits
                }
            },
            (Pattern::Like(_), _) => true,
            (Pattern::Type(wanted), _) => {
                !matches!(resolved, Type::Never) && self.types().assignable(ty, wanted)
            }
            (Pattern::List(item), Type::List(of)) => self.unify(item, of, vars),
            (Pattern::Dict(value), Type::Dict(of)) => self.unify(value, of, vars),
            (Pattern::Dict(value), Type::Record(record)) => {
                let mut joined = Type::Never;
                for field in record.fields.values() {
                    joined = self.types().join(&joined, &field.ty);
                }
                self.unify(value, &joined, vars)
            }
            (Pattern::Optional(inner), _) => {
                let stripped = self.types().without_null(ty);
                self.unify(inner, &stripped, vars)
            }
            // The item of a list that is written without any.
            (Pattern::Record(fields), Type::Never) => {
                let open = fields.iter().filter(|(_, pattern)| open_var(pattern));
                open.for_each(|(_, pattern)| {
                    self.unify(pattern, &Type::Never, vars);
                });
                true
            }
            (Pattern::Record(fields), Type::Record(record)) => fields.iter().all(|(name, pattern)| {
                record.fields.get(*name).is_some_and(|field| self.unify(pattern, &field.ty, vars))
            }),
            _ => false,
        }
    }
}

/// Whether the pattern is one variable, which an argument may still widen.
fn open_var(pattern: &Pattern) -> bool {
    matches!(pattern, Pattern::Var(_))
}

fn constraint(ctx: &Ctx<'_>, var: char, ty: &Type) -> bool {
    let types = ctx.types();
    let fits = |wanted: &Type| types.assignable(ty, wanted);
    match var {
        'N' => fits(&Type::Number),
        'O' => [Type::Number, Type::String, Type::Timestamp, Type::Duration].iter().any(fits),
        'S' => ctx.is_text_like(ty),
        _ => true,
    }
}

/// Of overloads the one that takes as many arguments; else the first.
fn by_count<'s>(mut signatures: impl Iterator<Item = &'s Signature>, count: usize) -> Option<&'s Signature> {
    let takes = |it: &Signature| {
        let least = it.params.iter().filter(|it| !it.optional).count();
        (least..=it.params.len()).contains(&count)
    };
    let first = signatures.next()?;
    if takes(first) {
        return Some(first);
    }
    Some(signatures.find(|it| takes(it)).unwrap_or(first))
}
