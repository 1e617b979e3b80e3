//! Methods: of resources they are tasks, of anything else they are built in.

use std::sync::Arc;

use super::call::{Callee, How};
use super::expr::{Want, make};
use super::raises::Raises;
use super::{Ctx, broken};
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
        let there = ExprKind::Binary { op: BinaryOp::Ne, left: Box::new(read(whole)), right: Box::new(null.clone()) };
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
        let mode = self.mode(how);
        if mode == super::call::CallMode::Await {
            let at = how.awaits.unwrap_or(how.call);
            let why = "it has its answer at once; a callback is `await token => …`";
            self.report(crate::diagnostics::flow::nothing_to_await(at, &name.text, why));
        }
        let shown = format!("{}.{}", self.source_of(receiver.span), name.text);
        let raises = Raises { states: true, prefixes: self.method_prefixes(kind, &name.text), ..Raises::default() };
        let target = Target::Method { receiver: Box::new(receiver), kind: kind.clone(), method: name.text.as_str().into() };
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
