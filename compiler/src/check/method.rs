//! Methods: of resources they are tasks, of anything else they are built in.

use std::sync::Arc;

use super::call::{CallMode, Callee, How};
use super::expr::{Want, make};
use super::raises::Raises;
use super::{Ctx, broken};
use crate::aws::{self, Flavor, Lookup, Machine, Pattern};
use crate::diagnostics::{close, names as report, types as wrong};
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{BinaryOp, Block, Effect, Expr, ExprKind, Stmt, StmtKind, Target};
use crate::types::Type;

impl Ctx<'_> {
    pub(crate) fn method_call(
        &mut self,
        base: &ast::Expr,
        optional: bool,
        name: &ast::Name,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        let receiver = self.expr(base, None);
        if receiver.ty.is_silent() || name.text.is_empty() {
            self.loose_arguments(arguments);
            return broken(how.span);
        }
        let nullable = self.types().nullable(&receiver.ty);
        if nullable && !optional {
            let shown = self.show(&receiver.ty);
            self.report(wrong::missing_base(&receiver, name.span, &shown, &format!(".{}(…)", name.text)));
            self.loose_arguments(arguments);
            return broken(how.span);
        }
        if nullable {
            return self.optional_method(receiver, name, arguments, how, want);
        }
        self.method_of(receiver, name, arguments, how, want)
    }

    fn method_of(
        &mut self,
        receiver: Expr,
        name: &ast::Name,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        if let Some((kind, of)) = self.resource_kind(&receiver.ty) {
            return self.resource_method(receiver, &kind, of.as_ref(), name, arguments, how, want);
        }
        if let Type::Record(record) = self.types().resolve(&receiver.ty)
            && record.fields.contains_key(name.text.as_str())
            && !self.has_method(&receiver.ty, &name.text)
        {
            self.loose_arguments(arguments);
            self.report(wrong::field_is_no_method(name));
            return broken(how.span);
        }
        self.pure_call(how, &name.text);
        self.builtin_method(receiver, name, arguments, want.ty(), how.call)
    }

    /// `x?.trim()`: nothing is called where `x` is null.
    fn optional_method(
        &mut self,
        receiver: Expr,
        name: &ast::Name,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        let span = receiver.span;
        let inner = self.types().without_null(&receiver.ty);
        let local = self.new_local("", receiver.ty.clone(), false, span);
        let read = |ty: Type| make(ExprKind::Local(local), ty, Effect::Total, span);
        let whole = receiver.ty.clone();
        let value = self.method_of(read(inner), name, arguments, how, want);
        if matches!(value.kind, ExprKind::Error) {
            return value;
        }
        let effect = receiver.effect.max(value.effect);
        let ty = value.ty.clone().optional();
        let null = make(ExprKind::Null, Type::Null, Effect::Total, span);
        let there =
            ExprKind::Binary { op: BinaryOp::Ne, left: Box::new(read(whole)), right: Box::new(null.clone()) };
        let condition = make(there, Type::Boolean, Effect::Total, span);
        let then = Block { value: Some(Box::new(value)), span: how.span, ..Block::default() };
        let otherwise = Block { value: Some(Box::new(null)), span, ..Block::default() };
        let choice = ExprKind::If { condition: Box::new(condition), then, otherwise: Some(otherwise) };
        let choice = make(choice, ty.clone(), effect, how.span);
        let bind = Stmt { kind: StmtKind::Let { local, value: receiver }, docs: None, name: None, span };
        let block =
            Block { statements: vec![bind], value: Some(Box::new(choice)), label: None, span: how.span };
        make(ExprKind::Block(block), ty, effect, how.span)
    }

    /// The kind of a resource value, or of all members of a union of them.
    pub(crate) fn resource_kind(&self, ty: &Type) -> Option<(Arc<str>, Option<Type>)> {
        match self.types().resolve(ty) {
            Type::Resource { kind, of } => Some((kind.clone(), of.as_deref().cloned())),
            Type::Union(members) => {
                let mut kinds = members.iter().map(|it| self.resource_kind(it));
                let first = kinds.next()??;
                kinds.all(|it| it.is_some_and(|(kind, _)| kind == first.0)).then_some(first)
            }
            _ => None,
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn resource_method(
        &mut self,
        receiver: Expr,
        kind: &Arc<str>,
        of: Option<&Type>,
        name: &ast::Name,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        if &**kind == "table" {
            return self.table_method(receiver, of, name, arguments, how, want);
        }
        let Some(method) = self.kind_method(kind, of, &name.text) else {
            self.loose_arguments(arguments);
            let known = self.kind_methods(kind);
            let known: Vec<&str> = known.iter().map(|it| &**it).collect();
            let close = close(&name.text, known.iter().copied());
            self.report(report::unknown_method(name, kind, &known, close.as_deref()));
            return broken(how.span);
        };
        self.fifo_group(&receiver, &name.text, arguments, how.call);
        let mut mode = self.mode(how);
        let shown = format!("{}.{}", self.source_of(receiver.span), name.text);
        let at = how.awaits.unwrap_or(how.call);
        let takes_token = self.method_takes_token(kind, &name.text);
        if mode == CallMode::Await {
            let why = if takes_token {
                "it has its answer at once; a callback is `await token => …`"
            } else {
                "it has its answer at once"
            };
            self.report(crate::diagnostics::flow::nothing_to_await(at, &shown, why));
        }
        if mode == CallMode::Token && !takes_token {
            let why = "Step Functions has no callback for it: it has its answer at once";
            self.report(crate::diagnostics::flow::no_token(at, &shown, why));
            mode = CallMode::Plain;
        }
        let raises =
            Raises { states: true, prefixes: self.method_prefixes(kind, &name.text), ..Raises::default() };
        let target = Target::Method {
            receiver: Box::new(receiver),
            kind: kind.clone(),
            method: name.text.as_str().into(),
        };
        let callee = Callee {
            target,
            name: shown,
            params: method.params.clone(),
            options: method.options.clone(),
            mode,
            result: method.result.clone(),
            throws: Vec::new(),
            raises,
        };
        self.task_call(callee, arguments, how, want)
    }

    /// A FIFO queue or topic takes no message without a group.
    fn fifo_group(&mut self, receiver: &Expr, method: &str, arguments: &[ast::Argument], call: Span) {
        let ExprKind::Resource(id) = &receiver.kind else { return };
        let item = self.resolved.resources.get(id.index()).and_then(|at| self.resolved.item(*at));
        let Some(ast::ItemKind::Resource(decl)) = item.map(|it| &it.kind) else { return };
        let fifo = decl.settings.iter().any(|field| {
            matches!(field, ast::Field::Named { name, value, .. } if name.text == "fifo"
                && matches!(value.kind, ast::ExprKind::Literal(ast::Literal::Boolean(true))))
        });
        let grouped = arguments.iter().any(|it| it.name.as_ref().is_some_and(|name| name.text == "group"));
        if fifo && !grouped && matches!(method, "send" | "publish") {
            self.report(wrong::no_group(call));
        }
    }

    /// A piece of the source, for messages; a long one is cut.
    pub(crate) fn source_of(&self, span: Span) -> String {
        let source = self.resolved.sources.get(span.file.0 as usize).map_or("", |it| it.slice(span));
        let line = source.lines().next().unwrap_or("");
        if line.len() < source.len() || line.chars().count() > 40 {
            return format!("{}…", line.chars().take(24).collect::<String>());
        }
        line.to_owned()
    }
}

/// What a method of a kind takes and gives, with the resource's own type put in.
pub(crate) struct MethodType {
    pub(crate) params: Vec<(Arc<str>, Type)>,
    pub(crate) options: indexmap::IndexMap<Arc<str>, Type>,
    pub(crate) result: Type,
}

impl Ctx<'_> {
    /// A method of a kind for a resource `of` that type.
    pub(crate) fn kind_method(&self, kind: &str, of: Option<&Type>, name: &str) -> Option<MethodType> {
        let method = self.program.kinds.kinds.get(kind)?.methods.get(name)?;
        let of = of.unwrap_or(&Type::Json);
        let fill = |(name, ty): (&Arc<str>, &Type)| (name.clone(), ty.with_of(of));
        Some(MethodType {
            params: method.params.iter().map(|(name, ty)| fill((name, ty))).collect(),
            options: method.options.iter().map(fill).collect(),
            result: method.result.with_of(of),
        })
    }

    /// The names of a kind's methods.
    pub(crate) fn kind_methods(&self, kind: &str) -> Vec<Arc<str>> {
        if kind == "table" {
            return Self::table_method_names().iter().map(|it| Arc::from(*it)).collect();
        }
        self.program.kinds.kinds.get(kind).map(|it| it.methods.keys().cloned().collect()).unwrap_or_default()
    }

    /// The type of an attribute of a kind, such as `orders.arn`.
    pub(crate) fn attribute_type(&mut self, base: &Expr, kind: &str, name: &ast::Name) -> Option<Type> {
        if kind == "workflow" {
            if matches!(name.text.as_str(), "arn" | "name") {
                return Some(Type::String);
            }
            let close = close(&name.text, ["arn", "name"]);
            self.report(report::unknown_field(name, "workflow", &["arn", "name"], close.as_deref()));
            return None;
        }
        if kind == "api" {
            if matches!(name.text.as_str(), "url" | "id" | "arn") {
                return Some(Type::String);
            }
            let close = close(&name.text, ["url", "id", "arn"]);
            self.report(report::unknown_field(name, "api", &["url", "id", "arn"], close.as_deref()));
            return None;
        }
        if self.body.home == super::Home::Test
            && let Some(ty) = self.seen_in_tests(base, kind, &name.text)
        {
            return Some(ty);
        }
        let Some(found) = self.program.kinds.kinds.get(kind) else {
            // A raw resource: CloudFormation knows its attributes.
            return Some(Type::String);
        };
        if let Some(ty) = found.attributes.get(name.text.as_str()) {
            let of = self.resource_kind(&base.ty).and_then(|(_, of)| of).unwrap_or(Type::Json);
            return Some(ty.with_of(&of));
        }
        if found.methods.contains_key(name.text.as_str()) {
            self.report(wrong::method_without_call(name, kind));
            return None;
        }
        let log = log_of(kind).filter(|_| self.body.home == super::Home::Test);
        let known: Vec<&str> = log.into_iter().chain(found.attributes.keys().map(|it| &**it)).collect();
        let close = close(&name.text, known.iter().copied());
        let diagnostic = report::unknown_field(name, kind, &known, close.as_deref());
        self.report(diagnostic);
        None
    }

    /// What a test can read of a resource: all that was written to it.
    fn seen_in_tests(&self, base: &Expr, kind: &str, name: &str) -> Option<Type> {
        if log_of(kind) != Some(name) {
            return None;
        }
        let of = self.resource_kind(&base.ty).and_then(|(_, of)| of).unwrap_or(Type::Json);
        Some(Type::list(match kind {
            "bus" => Type::Json,
            "bucket" => Type::String,
            _ => of,
        }))
    }

    /// Whether the integration behind a method has a callback.
    fn method_takes_token(&self, kind: &str, name: &str) -> bool {
        let method = self.program.kinds.kinds.get(kind).and_then(|it| it.methods.get(name));
        let Some(body) = method.and_then(|it| it.body.as_ref()) else { return true };
        let Some((service, action, optimized)) = aws_in(&body.value) else { return true };
        let flavor = if optimized { Flavor::Optimized } else { Flavor::Sdk };
        match aws::action(service, action, flavor) {
            Lookup::Found(action) => action.allows(Pattern::Token, Machine::Standard),
            Lookup::NoService { .. } | Lookup::NoAction { .. } => true,
        }
    }

    /// The prefixes of the errors that a method can raise: those of the actions that its body calls.
    pub(crate) fn method_prefixes(&self, kind: &str, name: &str) -> std::collections::BTreeSet<Arc<str>> {
        let body = self
            .program
            .kinds
            .kinds
            .get(kind)
            .and_then(|it| it.methods.get(name))
            .and_then(|it| it.body.as_ref());
        let mut prefixes = std::collections::BTreeSet::new();
        if let Some(body) = body {
            self.prefixes_in(&body.value, &mut prefixes);
        }
        prefixes
    }

    /// A method's body holds one call, maybe inside a field access, a cast or a built-in.
    fn prefixes_in(&self, value: &Expr, into: &mut std::collections::BTreeSet<Arc<str>>) {
        match &value.kind {
            ExprKind::Call(call) => {
                if let Target::Aws { service, action, .. } = &call.target {
                    into.extend(self.service_prefixes(service, action));
                }
            }
            ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => self.prefixes_in(base, into),
            ExprKind::Cast(inner) => self.prefixes_in(inner, into),
            ExprKind::Builtin { arguments, .. } => arguments.iter().for_each(|it| self.prefixes_in(it, into)),
            ExprKind::Block(block) => block.value.iter().for_each(|it| self.prefixes_in(it, into)),
            _ => {}
        }
    }
}

/// The service, the action and whether the integration is an optimized one, of the call in a method's body.
fn aws_in(value: &Expr) -> Option<(&str, &str, bool)> {
    match &value.kind {
        ExprKind::Call(call) => match &call.target {
            Target::Aws { service, action, optimized } => Some((service, action, *optimized)),
            _ => None,
        },
        ExprKind::Field { base, .. } | ExprKind::Index { base, .. } => aws_in(base),
        ExprKind::Cast(inner) => aws_in(inner),
        ExprKind::Builtin { arguments, .. } => arguments.iter().find_map(aws_in),
        _ => None,
    }
}

/// What a kind of resource took in, as tests name it.
fn log_of(kind: &str) -> Option<&'static str> {
    match kind {
        "topic" => Some("published"),
        "queue" => Some("messages"),
        "stream" => Some("records"),
        "table" => Some("items"),
        "bus" => Some("events"),
        "bucket" => Some("keys"),
        _ => None,
    }
}
