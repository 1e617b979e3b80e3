//! `aws.<service>.<action>({ … })`: parameters, results and errors from the models of AWS's APIs.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;

use super::call::{CallMode, Callee, How};
use super::expr::{Role, Want, make};
use super::raises::Raises;
use super::{Ctx, Home, broken};
use crate::aws::{self, Action, Flavor, Lookup, Machine, Pattern, Shape, ShapeRef};
use crate::diagnostics::{close, integrations as report};
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{Effect, Expr, ExprKind, ForSource, ListPart, RecordPart, Target};
use crate::types::{FieldType, Record, Type, TypeId};

/// Declared types that stand for shapes, so that each is made once.
#[derive(Default)]
pub(crate) struct Shapes {
    known: HashMap<(ShapeRef, bool), TypeId>,
}

/// The parts of `aws.sdk.sqs.sendMessage`.
struct Path<'p> {
    sdk: bool,
    service: &'p ast::Name,
    action: &'p ast::Name,
}

impl Ctx<'_> {
    pub(crate) fn aws_call(
        &mut self,
        callee: &ast::Expr,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        let Some(path) = path(callee) else {
            self.loose_arguments(arguments);
            self.report(report::not_an_action(callee.span));
            return broken(how.span);
        };
        let mode = self.mode(how);
        let Some((action, pattern)) = self.aws_action(&path, mode, how) else {
            self.loose_arguments(arguments);
            return broken(how.span);
        };
        self.task(how.call, &format!("the call of `{}`", action.name()));
        let name = format!("{}.{}", path.service.text, action.name());
        let wanted = action.arguments();
        let ty = wanted.map(|it| self.arguments_type(it, &name));
        let result = match action.result(pattern) {
            Some(shape) => self.shape_type(shape, false),
            None => Type::record([]),
        };
        let (raises, target) = (self.aws_raises(&action), target_of(&action));
        let callee = Callee {
            target,
            name,
            params: Vec::new(),
            options: IndexMap::new(),
            mode,
            result,
            throws: Vec::new(),
            raises,
        };
        let result = self.token_result(&callee, want);
        let ((token, arguments), _) = self.scoped(super::scope::ScopeKind::Block, |ctx| {
            let token = how.token.map(|name| ctx.bind(name, Type::Token(Arc::new(result.clone())), false));
            (token, ctx.aws_arguments(arguments, ty.as_ref(), &callee.name, how.call))
        });
        if let (Some(shape), Some(value)) = (wanted, arguments.first()) {
            self.check_values(value, shape, 0);
        }
        let result = self.answer(token, result, Type::Json);
        self.finish_call(callee, (token, arguments, IndexMap::new()), result, how, want)
    }

    fn aws_arguments(
        &mut self,
        arguments: &[ast::Argument],
        ty: Option<&Type>,
        name: &str,
        span: Span,
    ) -> Vec<Expr> {
        if let Some(named) = arguments.iter().find_map(|it| it.name.as_ref()) {
            self.report(report::parameters_in_braces(named.span, name));
            self.loose_arguments(arguments);
            return vec![broken(span)];
        }
        match (arguments, ty) {
            ([], ty) => {
                let empty = make(ExprKind::Record(Vec::new()), Type::record([]), Effect::Total, span);
                match ty {
                    Some(ty) => vec![self.fit(empty, ty, Role::new("the parameters of", name))],
                    None => vec![empty],
                }
            }
            ([one], Some(ty)) => {
                let value = self.expr(&one.value, Some(ty));
                vec![self.parameters(value, ty, name)]
            }
            ([one], None) => vec![self.expr(&one.value, None)],
            _ => {
                self.loose_arguments(arguments);
                let needed = ty.map(|it| self.needed(it)).unwrap_or_default();
                self.report(report::one_record(span, name, arguments.len(), &needed));
                vec![broken(span)]
            }
        }
    }

    /// Holds the one argument against the action's parameters.
    fn parameters(&mut self, value: Expr, ty: &Type, name: &str) -> Expr {
        let record = match self.types().resolve(&value.ty) {
            Type::Record(_) | Type::Dict(_) | Type::Unknown | Type::Never => true,
            Type::Union(members) => members.iter().all(|it| self.types().record(it).is_some()),
            _ => false,
        };
        if record {
            return self.fit(value, ty, Role::new("the parameters of", name));
        }
        let (found, needed) = (self.show(&value.ty), self.needed(ty));
        self.report(report::not_parameters(value.span, name, &found, &needed));
        broken(value.span)
    }

    /// The names of the parameters that an action can't do without.
    fn needed(&self, ty: &Type) -> Vec<Arc<str>> {
        let lacking = self.types().lacking(&Type::record([]), ty);
        lacking.into_iter().map(|(name, _)| name).collect()
    }

    /// Finds the action in the integration that can do what the call asks for.
    fn aws_action(&mut self, path: &Path<'_>, mode: CallMode, how: How<'_>) -> Option<(Action, Pattern)> {
        let (service, name) = (path.service.text.as_str(), path.action.text.as_str());
        let optimized = match aws::action(service, name, Flavor::Optimized) {
            Lookup::Found(action) if !path.sdk => Some(action),
            _ => None,
        };
        let sdk = match aws::action(service, name, Flavor::Sdk) {
            Lookup::Found(action) => Some(action),
            _ => None,
        };
        if optimized.is_none() && sdk.is_none() {
            self.unknown_action(path);
            return None;
        }
        let machine = match self.body.home {
            Home::Workflow { express: true } => Machine::Express,
            _ => Machine::Standard,
        };
        let patterns: &[Pattern] = match mode {
            CallMode::Plain => &[Pattern::Request],
            CallMode::Await => &[Pattern::Sync2, Pattern::Sync],
            CallMode::Token => &[Pattern::Token],
        };
        for action in optimized.iter().chain(&sdk) {
            // In Express the mode was refused already.
            let pattern = patterns.iter().find(|it| action.allows(**it, Machine::Standard));
            if let Some(pattern) = pattern {
                self.check_offered(action, path, machine);
                return Some((*action, *pattern));
            }
        }
        let at = how.awaits.unwrap_or(how.call);
        let shown = format!("{service}.{name}");
        match mode {
            CallMode::Await => self.report(report::no_sync(at, &shown)),
            CallMode::Token => self.report(report::no_callback(at, &shown)),
            CallMode::Plain => {
                let only = optimized.is_some_and(|it| it.patterns().contains(&Pattern::Sync));
                self.report(report::no_request(path.action.span, &shown, only));
            }
        }
        None
    }

    fn check_offered(&mut self, action: &Action, path: &Path<'_>, _machine: Machine) {
        let shown = format!("{}.{}", path.service.text, action.name());
        if let Some(why) = action.refused() {
            self.report(report::refused(path.action.span, &shown, why));
        } else if action.deprecated() {
            self.report(report::deprecated(path.action.span, &shown));
        }
    }

    fn unknown_action(&mut self, path: &Path<'_>) {
        let flavors = if path.sdk { [Flavor::Sdk, Flavor::Sdk] } else { [Flavor::Sdk, Flavor::Optimized] };
        let mut services: Vec<&'static str> = Vec::new();
        let mut actions: Vec<&'static str> = Vec::new();
        let mut known = false;
        for flavor in flavors {
            match aws::action(&path.service.text, &path.action.text, flavor) {
                Lookup::Found(_) => {}
                Lookup::NoService { close } => services.extend(close),
                Lookup::NoAction { service, close } => {
                    known = true;
                    actions.extend(close);
                    let all = service.actions(flavor);
                    actions.extend(all.into_iter().filter(|it| it.eq_ignore_ascii_case(&path.action.text)));
                }
            }
        }
        if known {
            let text = &path.action.text;
            let exact = actions.iter().find(|it| it.eq_ignore_ascii_case(text)).copied();
            let near = close(text, actions.iter().copied());
            let close = exact.or(near.as_deref()).or(actions.first().copied());
            self.report(report::unknown_action(path.action, &path.service.text, close));
        } else {
            let text = &path.service.text;
            let near = close(text, services.iter().copied());
            let close = near.as_deref().or(services.first().copied());
            self.report(report::unknown_service(path.service, close));
        }
    }

    fn aws_raises(&self, action: &Action) -> Raises {
        let errors = action.errors();
        let prefixes: BTreeSet<Arc<str>> =
            errors.iter().filter_map(|it| it.split_once('.')).map(|(prefix, _)| Arc::from(prefix)).collect();
        // Where no prefix is known, no name can be called impossible.
        let anything = prefixes.is_empty();
        Raises { states: true, prefixes, anything, ..Raises::default() }
    }

    // ------------------------------------------------------------ types of shapes

    fn arguments_type(&mut self, shape: ShapeRef, name: &str) -> Type {
        let ty = self.shape_type(shape, true);
        if let Type::Named(id) = &ty
            && let Some(declared) = self.program.types.declared.get_mut(id.0 as usize)
        {
            declared.name = format!("parameters of {name}").into();
        }
        ty
    }

    /// The type of a shape: as an argument (`input`) what may be left out is optional, and times are text.
    pub(crate) fn shape_type(&mut self, shape: ShapeRef, input: bool) -> Type {
        match shape.shape() {
            // AWS adds values as it goes, so that a union would be out of date; see `check_values`.
            Shape::String { .. } => Type::String,
            Shape::Int => Type::Int,
            Shape::Number => Type::Number,
            Shape::Boolean => Type::Boolean,
            Shape::Timestamp if input => Type::String,
            Shape::Timestamp => Type::Timestamp,
            Shape::Bytes => Type::String,
            Shape::Json => Type::Json,
            Shape::List(item) => Type::list(self.shape_type(item, input)),
            Shape::Map(value) => Type::dict(self.shape_type(value, input)),
            Shape::Record(record) => self.shape_record(shape, record, input),
        }
    }

    fn shape_record(&mut self, shape: ShapeRef, record: aws::Record, input: bool) -> Type {
        if let Some(id) = self.shapes.known.get(&(shape, input)) {
            return Type::Named(*id);
        }
        let id = self.program.types.declare(record.name, None, Type::Unknown);
        self.shapes.known.insert((shape, input), id);
        let mut fields = IndexMap::with_capacity(record.members.len());
        for member in &record.members {
            let ty = self.shape_type(member.shape, input);
            let required = member.required && input;
            let ty = if member.required { ty } else { ty.optional() };
            fields.insert(Arc::from(member.name), FieldType { ty, docs: None, required });
        }
        if let Some(declared) = self.program.types.declared.get_mut(id.0 as usize) {
            declared.ty = Type::Record(Arc::new(Record { fields }));
        }
        Type::Named(id)
    }

    /// Looks at literal texts where AWS lists the values: another one is hardly right.
    fn check_values(&mut self, value: &Expr, shape: ShapeRef, depth: usize) {
        if depth > 12 {
            return;
        }
        match (&value.kind, shape.shape()) {
            (ExprKind::String(text), Shape::String { values })
                if !values.is_empty() && !values.contains(&&**text) =>
            {
                let near = close(text, values.iter().copied());
                self.report(report::unlisted_value(value.span, text, &values, near.as_deref()));
            }
            (ExprKind::List(parts), Shape::List(item)) => {
                for part in parts {
                    if let ListPart::Item(value) = part {
                        self.check_values(value, item, depth + 1);
                    }
                }
            }
            (ExprKind::Record(parts), Shape::Record(record)) => {
                for part in parts {
                    if let RecordPart::Field(name, value) = part
                        && let Some(member) = record.member(name)
                    {
                        self.check_values(value, member.shape, depth + 1);
                    }
                }
            }
            (ExprKind::Record(parts), Shape::Map(of)) => {
                for part in parts {
                    if let RecordPart::Field(_, value) = part {
                        self.check_values(value, of, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    // ------------------------------------------------------------ pages

    /// `for page in pages(aws.s3.listObjectsV2({ … }))`
    pub(crate) fn pages(&mut self, call: &ast::Expr, span: Span) -> (ForSource, Type) {
        let value = self.expr(call, None);
        let page = value.ty.clone();
        let ExprKind::Call(call) = value.kind else {
            if !matches!(value.kind, ExprKind::Error) {
                self.report(report::pages_what(span));
            }
            return (ForSource::List(broken(span)), Type::Unknown);
        };
        if let Target::Method { kind, method, .. } = &call.target
            && **kind == *"table"
            && matches!(&**method, "query" | "scan")
        {
            let (input_token, output_token) = ("ExclusiveStartKey".into(), "LastEvaluatedKey".into());
            return (ForSource::Pages { call, input_token, output_token }, page);
        }
        let Target::Aws { service, action, optimized } = &call.target else {
            self.report(report::pages_what(span));
            return (ForSource::List(broken(span)), Type::Unknown);
        };
        let flavor = if *optimized { Flavor::Optimized } else { Flavor::Sdk };
        let paging = match aws::action(service, action, flavor) {
            Lookup::Found(action) => action.pagination(),
            Lookup::NoService { .. } | Lookup::NoAction { .. } => None,
        };
        let tokens =
            paging.and_then(|it| Some(((*it.inputs.first()?).to_owned(), (*it.outputs.first()?).to_owned())));
        match tokens {
            Some((input, output)) => {
                let (input_token, output_token) = (input.into(), output.into());
                (ForSource::Pages { call, input_token, output_token }, page)
            }
            None => {
                self.report(report::no_pages(span, &format!("{service}.{action}")));
                (ForSource::List(broken(span)), Type::Unknown)
            }
        }
    }

    /// The prefixes of the errors that a method's call can raise, by the service that it calls.
    pub(crate) fn service_prefixes(&self, service: &str, action: &str) -> BTreeSet<Arc<str>> {
        for flavor in [Flavor::Optimized, Flavor::Sdk] {
            if let Lookup::Found(action) = aws::action(service, action, flavor) {
                return self.aws_raises(&action).prefixes;
            }
        }
        BTreeSet::new()
    }
}

fn path(callee: &ast::Expr) -> Option<Path<'_>> {
    let ast::ExprKind::Field { base, name: action, .. } = &callee.kind else { return None };
    let ast::ExprKind::Field { base: root, name: service, .. } = &base.kind else { return None };
    match &root.kind {
        ast::ExprKind::Name(aws) if aws == "aws" => Some(Path { sdk: false, service, action }),
        ast::ExprKind::Field { base, name, .. } if name.text == "sdk" => match &base.kind {
            ast::ExprKind::Name(aws) if aws == "aws" => Some(Path { sdk: true, service, action }),
            _ => None,
        },
        _ => None,
    }
}

fn target_of(action: &Action) -> Target {
    let optimized = action.flavor() == Flavor::Optimized;
    // `arn:aws:states:::aws-sdk:sqs:sendMessage`: the service as the ARN has it.
    let arn = action.resource(Pattern::Request);
    let service = arn.rsplit(':').nth(1).unwrap_or("");
    Target::Aws { service: service.into(), action: action.name().into(), optimized }
}
