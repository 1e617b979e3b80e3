//! Blocks, branches, and what is reached.

use super::expr::{Role, Want, make};
use super::scope::ScopeKind;
use super::{Ctx, Home};
use crate::diagnostics::{flow, types as wrong};
use crate::source::Span;
use crate::syntax::ast::{self, StmtKind as Ast};
use crate::typed::{Block, Effect, Expr, ExprKind, Stmt, StmtKind};
use crate::types::Type;

/// A checked block with the type of its value and what running it can do.
pub(crate) struct Checked {
    pub(crate) block: Block,
    pub(crate) ty: Type,
    pub(crate) effect: Effect,
}

impl Ctx<'_> {
    /// A block in a scope of its own.
    pub(crate) fn block(&mut self, block: &ast::Block, want: Want<'_>) -> Checked {
        self.scoped(ScopeKind::Block, |ctx| ctx.open_block(block, want)).0
    }

    /// A block in the present scope.
    pub(crate) fn open_block(&mut self, block: &ast::Block, want: Want<'_>) -> Checked {
        let mut statements = Vec::with_capacity(block.statements.len());
        let mut effect = Effect::Total;
        let mut value = None;
        let mut unreachable = false;
        let last = block.statements.len().saturating_sub(1);
        for (index, stmt) in block.statements.iter().enumerate() {
            if self.body.facts.dead {
                // Said once a block; what follows is checked as if it were reached.
                if !unreachable && !matches!(stmt.kind, Ast::Error) {
                    self.report(flow::unreachable(stmt.span));
                }
                unreachable = true;
                self.body.facts.dead = false;
            }
            if let (true, Want::Value(expected), Ast::Expr(expr)) = (index == last, want, &stmt.kind)
                && stmt.attributes.is_empty()
            {
                let checked = self.expr(expr, expected);
                effect = effect.max(checked.effect);
                value = Some(checked);
                continue;
            }
            effect = effect.max(self.statement(stmt, &mut statements));
        }
        let dead = self.body.facts.dead || unreachable;
        self.body.facts.dead = dead;
        let ty = match (&value, dead) {
            (_, true) => Type::Never,
            (Some(value), false) => value.ty.clone(),
            (None, false) => Type::Null,
        };
        let block = Block { statements, value: value.map(Box::new), label: None, span: block.span };
        Checked { block, ty, effect }
    }

    /// The place of a block's closing brace; the block's end where it is missing.
    fn closing(&self, span: Span) -> Span {
        let source = self.resolved.sources.get(span.file.0 as usize).map_or("", |it| it.slice(span));
        match source.ends_with('}') {
            true => Span { start: span.end - 1, ..span },
            false => span.tail(),
        }
    }

    /// The body of a workflow or step.
    pub(crate) fn callable_block(&mut self, block: &ast::Block, name: &ast::Name) -> (Block, Type) {
        let result = self.body.result.clone();
        if matches!(self.body.home, Home::Workflow { .. }) {
            let checked = self.block(block, Want::Effect);
            let wants =
                result.as_ref().is_some_and(|it| !matches!(it, Type::Null) && !self.types().nullable(it));
            if wants && !self.body.facts.dead && !block.span.range().is_empty() {
                let shown = self.show(&result.unwrap_or(Type::Null));
                let last = block.statements.last().and_then(value_statement);
                self.report(flow::missing_return(self.closing(block.span), name, &shown, last));
            }
            return (checked.block, Type::Null);
        }
        let mut checked = self.block(block, Want::Value(result.as_ref()));
        let mut ty = checked.ty;
        match (&result, checked.block.value.take()) {
            (Some(wanted), Some(value)) => {
                let value = self.fit(*value, wanted, Role::new("the result of", &name.text));
                checked.block.value = Some(Box::new(value));
            }
            (Some(wanted), None) if !ty.is_silent() && !self.types().assignable(&Type::Null, wanted) => {
                let shown = self.show(wanted);
                self.report(flow::missing_return(self.closing(block.span), name, &shown, None));
            }
            (_, value) => checked.block.value = value,
        }
        for returned in std::mem::take(&mut self.body.returns) {
            ty = self.types().join(&ty, &returned);
        }
        (checked.block, if matches!(ty, Type::Never) { Type::Never } else { ty })
    }

    pub(crate) fn if_expr(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Block,
        otherwise: Option<&ast::Expr>,
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        let condition = self.condition(condition, "the condition of `if`");
        let (yes, no) = (self.facts_of(&condition, true), self.facts_of(&condition, false));
        let (then, after_then) = self.with_facts(yes, |ctx| ctx.block(then, want));
        let (otherwise, after_else) =
            self.with_facts(no.clone(), |ctx| otherwise.map(|it| ctx.else_block(it, want)));
        self.merge_facts(vec![after_then, after_else]);
        let else_type = otherwise.as_ref().map_or(Type::Null, |it| it.ty.clone());
        let else_effect = otherwise.as_ref().map_or(Effect::Total, |it| it.effect);
        let effect = condition.effect.max(then.effect).max(else_effect);
        let ty = self.branch_type([&then.ty, &else_type], want);
        let (then, otherwise) = (then.block, otherwise.map(|it| it.block));
        make(ExprKind::If { condition: Box::new(condition), then, otherwise }, ty, effect, span)
    }

    /// The type of several ways in one.
    pub(crate) fn branch_type<'t>(&self, ways: impl IntoIterator<Item = &'t Type>, want: Want<'_>) -> Type {
        let mut joined = Type::Never;
        for ty in ways {
            joined = self.types().join(&joined, ty);
        }
        match (want, joined) {
            (_, Type::Never) => Type::Never,
            (Want::Effect, _) => Type::Null,
            (Want::Value(_), ty) => ty,
        }
    }

    /// What stands behind `else`: a block or another `if`.
    fn else_block(&mut self, otherwise: &ast::Expr, want: Want<'_>) -> Checked {
        if let ast::ExprKind::Block { label: None, block } = &otherwise.kind {
            return self.block(block, want);
        }
        let value = self.expr_want(otherwise, want);
        let (ty, effect, span) = (value.ty.clone(), value.effect, value.span);
        let mut block = Block { span, ..Block::default() };
        match want {
            Want::Value(_) => block.value = Some(Box::new(value)),
            Want::Effect => {
                block.statements.push(Stmt { kind: StmtKind::Expr(value), docs: None, name: None, span });
            }
        }
        Checked { block, ty, effect }
    }

    pub(crate) fn block_expr(
        &mut self,
        label: Option<&ast::Name>,
        block: &ast::Block,
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        let Some(label) = label else {
            if let Some(name) = self.meant_as_record(block, want) {
                return self.record(&[ast::Field::Shorthand(name)], want.ty(), span);
            }
            let checked = self.block(block, want);
            return make(ExprKind::Block(checked.block), checked.ty, checked.effect, span);
        };
        let id = self.new_label();
        let kind = ScopeKind::Loop { label: Some(label.text.as_str().into()), id, loops: false };
        let before = self.body.facts.clone();
        let (mut checked, scope) = self.scoped(kind, |ctx| ctx.open_block(block, want));
        checked.block.label = Some(id);
        if scope.left {
            // Somebody jumps behind the end: only what held before is sure, and not of variables.
            self.body.facts = before;
            self.forget_variables();
            checked.ty = match want {
                Want::Effect => Type::Null,
                Want::Value(_) => self.types().join(&checked.ty, &Type::Null),
            };
        }
        make(ExprKind::Block(checked.block), checked.ty, checked.effect, span)
    }

    /// `{ token }` is a block by its form; where a record with that field is wanted, and `token` itself is none, it
    /// was meant as one.
    fn meant_as_record(&mut self, block: &ast::Block, want: Want<'_>) -> Option<ast::Name> {
        let [ast::Stmt { kind: Ast::Expr(expr), .. }] = block.statements.as_slice() else { return None };
        let ast::ExprKind::Name(text) = &expr.kind else { return None };
        let wanted = self.types().without_null(want.ty()?);
        let field = self.types().record(&wanted)?.fields.contains_key(text.as_str());
        if !field {
            return None;
        }
        let reported = self.diagnostics.len();
        let value = self.expr(expr, None);
        self.diagnostics.truncate(reported);
        let fits = !value.ty.is_silent() && self.types().assignable(&value.ty, &wanted);
        (!fits).then(|| ast::Name { text: text.clone(), span: expr.span })
    }

    /// A value that nobody takes was hardly meant so.
    pub(crate) fn unused_value(&mut self, value: &Expr) {
        let pure = value.effect < Effect::Task && !value.ty.is_silent();
        let control = matches!(
            value.kind,
            ExprKind::If { .. }
                | ExprKind::Match { .. }
                | ExprKind::Block(_)
                | ExprKind::Error
                | ExprKind::Null
        );
        if pure && !control {
            let equality = matches!(
                &value.kind,
                ExprKind::Binary { op: crate::typed::BinaryOp::Eq, left, .. } if super::facts::place(left).is_some()
            );
            self.report(wrong::unused_value(value.span, equality));
        }
    }
}

/// The span of a last statement that looks as if it should be returned.
fn value_statement(stmt: &ast::Stmt) -> Option<Span> {
    match &stmt.kind {
        Ast::Expr(ast::Expr { kind: ast::ExprKind::If { .. } | ast::ExprKind::Match { .. }, .. }) => None,
        Ast::Expr(expr) => Some(expr.span),
        _ => None,
    }
}
