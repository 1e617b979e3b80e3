//! Operators: overloading is resolved here.

use super::Ctx;
use super::expr::{Role, make};
use crate::diagnostics::types as wrong;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp as Op, UnaryOp};
use crate::typed::{BinaryOp, Effect, Expr, ExprKind, Order};
use crate::types::{LiteralType, Type};

/// The families that arithmetic tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Int,
    Number,
    Text,
    Time,
    Duration,
    Size,
    Silent,
    Other,
}

impl Ctx<'_> {
    pub(crate) fn unary(&mut self, op: UnaryOp, operand: &ast::Expr, span: Span) -> Expr {
        match op {
            UnaryOp::Not => {
                let value = self.condition(operand, "the operand of `!`");
                let effect = value.effect;
                make(ExprKind::Not(Box::new(value)), Type::Boolean, effect, span)
            }
            UnaryOp::Negate => {
                let value = self.expr(operand, None);
                let (effect, family) = (value.effect, self.family(&value.ty));
                let ty = match family {
                    Family::Int => Type::Int,
                    Family::Number => Type::Number,
                    Family::Duration => Type::Duration,
                    Family::Silent => Type::Unknown,
                    Family::Text | Family::Time | Family::Size | Family::Other => {
                        self.operand(&value, "-", "a number");
                        Type::Unknown
                    }
                };
                make(ExprKind::Negate(Box::new(value)), ty, effect, span)
            }
        }
    }

    /// A value that decides something: `boolean` and nothing else.
    pub(crate) fn condition(&mut self, expr: &ast::Expr, what: &str) -> Expr {
        let value = self.expr(expr, Some(&Type::Boolean));
        self.condition_of(value, what)
    }

    fn condition_of(&mut self, mut value: Expr, what: &str) -> Expr {
        if self.types().assignable(&value.ty, &Type::Boolean) {
            return value;
        }
        let inner = self.types().without_null(&value.ty);
        let (shown, nullable) = (self.show(&value.ty), self.types().nullable(&value.ty));
        let boolean = nullable && self.types().assignable(&inner, &Type::Boolean);
        let hint = match self.types().resolve(&inner) {
            _ if boolean => wrong::ConditionHint::MaybeFalse,
            _ if nullable => wrong::ConditionHint::NotNull,
            Type::Int | Type::Number => wrong::ConditionHint::NotZero,
            Type::String | Type::Literal(LiteralType::String(_)) | Type::List(_) => {
                wrong::ConditionHint::NotEmpty
            }
            Type::Json => wrong::ConditionHint::Json,
            _ => wrong::ConditionHint::None,
        };
        self.report(wrong::not_boolean(value.span, what, &shown, hint));
        value.ty = Type::Boolean;
        value
    }

    pub(crate) fn binary(
        &mut self,
        op: Op,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        match op {
            Op::And | Op::Or => self.logical(op, op_span, left, right, span),
            Op::Coalesce => self.coalesce(op_span, left, right, expected, span),
            Op::Eq | Op::Ne => self.equality(op, op_span, left, right, span),
            Op::Lt | Op::Le | Op::Gt | Op::Ge => self.ordering(op, op_span, left, right, span),
            Op::In => self.membership(op_span, left, right, span),
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem => {
                self.arithmetic(op, op_span, left, right, span)
            }
        }
    }

    fn logical(&mut self, op: Op, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (name, typed) = if op == Op::And { ("&&", BinaryOp::And) } else { ("||", BinaryOp::Or) };
        let what = format!("an operand of `{name}`");
        let left = self.expr(left, Some(&Type::Boolean));
        let inner = self.types().without_null(&left.ty);
        if op == Op::Or && !left.ty.is_silent() && !self.types().assignable(&inner, &Type::Boolean) {
            return self.or_else(left, op_span, right, span);
        }
        let left = self.condition_of(left, &what);
        let facts = self.facts_of(&left, op == Op::And);
        let (right, after) = self.with_facts(facts, |ctx| ctx.condition(right, &what));
        if after.dead {
            // `c || fail E(…)`: what follows holds only where `c` decided.
            let facts = self.facts_of(&left, op != Op::And);
            self.body.facts.learn_all(facts);
        }
        let effect = left.effect.max(right.effect);
        make(binary(typed, left, right), Type::Boolean, effect, span)
    }

    /// `name || "none"`, as other languages give a value for what is missing or empty.
    fn or_else(&mut self, left: Expr, op_span: Span, right: &ast::Expr, span: Span) -> Expr {
        let right = self.expr(right, None);
        if self.types().assignable(&right.ty, &Type::Boolean) && !right.ty.is_silent() {
            let effect = left.effect.max(right.effect);
            let left = self.condition_of(left, "an operand of `||`");
            return make(binary(BinaryOp::Or, left, right), Type::Boolean, effect, span);
        }
        let nullable = self.types().nullable(&left.ty);
        let shown = self.show(&left.ty);
        self.report(wrong::or_for_missing(op_span, left.span, &shown, nullable));
        super::broken(span)
    }

    fn coalesce(
        &mut self,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: Option<&Type>,
        span: Span,
    ) -> Expr {
        let optional = expected.map(|it| it.clone().optional());
        let left = self.expr(left, optional.as_ref());
        let inner = self.types().without_null(&left.ty);
        let hint =
            if matches!(inner, Type::Never | Type::Json) { expected.cloned() } else { Some(inner.clone()) };
        let facts = super::facts::place(&left).map(|it| (it, Type::Null));
        let is_json = matches!(self.types().resolve(&left.ty), Type::Json | Type::Unknown);
        let facts = facts.filter(|_| !is_json).into_iter().collect();
        let (right, after) = self.with_facts(facts, |ctx| ctx.expr(right, hint.as_ref()));
        if !is_json && !left.ty.is_silent() && !self.types().nullable(&left.ty) {
            let shown = self.show(&left.ty);
            self.report(wrong::never_null(left.span, op_span, right.span, &shown));
        }
        if after.dead
            && let Some(place) = super::facts::place(&left)
            && !is_json
        {
            self.body.facts.learn(place, inner.clone());
        }
        let effect = left.effect.max(right.effect);
        let ty = if is_json { left.ty.clone() } else { self.types().join(&inner, &right.ty) };
        make(binary(BinaryOp::Coalesce, left, right), ty, effect, span)
    }

    fn equality(&mut self, op: Op, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        // A literal first takes its type from the other side, too.
        let literal_first = matches!(left.kind, ast::ExprKind::Literal(_));
        let (left, right) = if literal_first {
            let right = self.expr(right, None);
            (self.expr(left, Some(&right.ty)), right)
        } else {
            let left = self.expr(left, None);
            let right = self.expr(right, Some(&left.ty));
            (left, right)
        };
        let silent = left.ty.is_silent() || right.ty.is_silent();
        if !silent && !self.comparable(&left, &right) {
            let (a, b) = (self.show(&left.ty), self.show(&right.ty));
            let closest = self.meant_literal(&left, &right);
            self.report(wrong::never_equal(op_span, left.span, right.span, &a, &b, closest));
        }
        let typed = if op == Op::Eq { BinaryOp::Eq } else { BinaryOp::Ne };
        let effect = left.effect.max(right.effect);
        make(binary(typed, left, right), Type::Boolean, effect, span)
    }

    fn comparable(&self, left: &Expr, right: &Expr) -> bool {
        let null = |it: &Expr| matches!(it.kind, ExprKind::Null);
        if null(left) || null(right) {
            // Asking is never wrong: what comes from outside may break its promise.
            return true;
        }
        let timestamp = |a: &Expr, b: &Expr| {
            let inner = self.types().without_null(&a.ty);
            matches!(self.types().resolve(&inner), Type::Timestamp) && matches!(&b.kind, ExprKind::String(_))
        };
        self.types().overlap(&left.ty, &right.ty) || timestamp(left, right) || timestamp(right, left)
    }

    /// The literal of a union that a misspelt one was meant to be.
    fn meant_literal(&self, left: &Expr, right: &Expr) -> Option<(Span, String)> {
        let (written, union) = match (&left.kind, &right.kind) {
            (_, ExprKind::String(text)) => ((right.span, text), &left.ty),
            (ExprKind::String(text), _) => ((left.span, text), &right.ty),
            _ => return None,
        };
        let (members, _) = self.types().members(union);
        let texts: Vec<&str> = members.iter().filter_map(literal_text).collect();
        let close = crate::diagnostics::close(written.1, texts)?;
        Some((written.0, format!("{close:?}")))
    }

    fn ordering(&mut self, op: Op, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        let symbol = op_symbol(op);
        let effect = left.effect.max(right.effect);
        let order = match (self.family(&left.ty), self.family(&right.ty)) {
            (Family::Silent, _) | (_, Family::Silent) => Order::Number,
            (Family::Int | Family::Number, Family::Int | Family::Number)
            | (Family::Duration, Family::Duration)
            | (Family::Size, Family::Size) => Order::Number,
            (Family::Text, Family::Text) => Order::Text,
            (Family::Time, Family::Time) => Order::Time,
            (Family::Time, Family::Text) if is_time_text(&right) => Order::Time,
            (Family::Text, Family::Time) if is_time_text(&left) => Order::Time,
            _ => {
                self.bad_operands(
                    symbol,
                    op_span,
                    &left,
                    &right,
                    "two numbers, two texts, two times or two durations",
                );
                Order::Number
            }
        };
        let typed = match op {
            Op::Lt => BinaryOp::Less(order),
            Op::Le => BinaryOp::LessEqual(order),
            Op::Gt => BinaryOp::Greater(order),
            _ => BinaryOp::GreaterEqual(order),
        };
        make(binary(typed, left, right), Type::Boolean, effect, span)
    }

    fn membership(&mut self, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let left = self.expr(left, None);
        // A list written right there takes its items' types from what is looked for.
        let hint = Type::list(left.ty.clone());
        let literal = matches!(right.kind, ast::ExprKind::List(_))
            && matches!(
                self.types().resolve(&left.ty),
                Type::Literal(_) | Type::Union(_) | Type::Optional(_)
            );
        let right = if literal {
            self.list_of_choices(right, &left)
        } else {
            self.expr(right, Some(&hint).filter(|_| false))
        };
        let effect = left.effect.max(right.effect);
        let typed = match self.types().resolve(&right.ty).clone() {
            Type::List(item) => {
                if !left.ty.is_silent() && !self.types().overlap(&left.ty, &item) {
                    let (a, b) = (self.show(&left.ty), self.show(&right.ty));
                    self.report(wrong::never_in(op_span, left.span, right.span, &a, &b));
                }
                BinaryOp::In
            }
            Type::Record(_) | Type::Dict(_) => {
                let left_ty = left.ty.clone();
                if !self.types().assignable(&left_ty, &Type::String) {
                    self.operand(&left, "in", "the name of a key");
                }
                BinaryOp::HasKey
            }
            Type::Json => BinaryOp::In,
            Type::Unknown | Type::Never => BinaryOp::In,
            _ => {
                self.operand(&right, "in", "a list, a record or a dict");
                BinaryOp::In
            }
        };
        make(binary(typed, left, right), Type::Boolean, effect, span)
    }

    /// `x in ["a", "b"]`: each must be one that `x` can be.
    fn list_of_choices(&mut self, list: &ast::Expr, subject: &Expr) -> Expr {
        let value = self.expr(list, Some(&Type::list(Type::Unknown)));
        if let ExprKind::List(parts) = &value.kind {
            for part in parts {
                let crate::typed::ListPart::Item(item) = part else { continue };
                if matches!(item.kind, ExprKind::String(_)) && !self.types().overlap(&item.ty, &subject.ty) {
                    let (a, b) = (self.show(&subject.ty), self.show(&item.ty));
                    let closest = self.meant_literal(subject, item);
                    let diagnostic = wrong::never_equal(item.span, subject.span, item.span, &a, &b, closest);
                    self.report(diagnostic);
                    let mut silent = value.clone();
                    silent.ty = Type::list(Type::Unknown);
                    return silent;
                }
            }
        }
        value
    }

    fn arithmetic(&mut self, op: Op, op_span: Span, left: &ast::Expr, right: &ast::Expr, span: Span) -> Expr {
        let (left, right) = (self.expr(left, None), self.expr(right, None));
        let effect = left.effect.max(right.effect);
        use Family as F;
        let families = (self.family(&left.ty), self.family(&right.ty));
        let numeric = |f: F| matches!(f, F::Int | F::Number);
        let found = match (op, families.0, families.1) {
            (_, F::Silent, _) | (_, _, F::Silent) => Some((plain(op), Type::Unknown)),
            (Op::Add | Op::Sub | Op::Mul | Op::Rem, F::Int, F::Int) => Some((plain(op), Type::Int)),
            (Op::Div, a, b) if numeric(a) && numeric(b) => Some((BinaryOp::Divide, Type::Number)),
            (_, a, b) if numeric(a) && numeric(b) => Some((plain(op), Type::Number)),
            (Op::Add | Op::Sub, F::Duration, F::Duration) => Some((plain(op), Type::Duration)),
            (Op::Add | Op::Sub, F::Size, F::Size) => Some((plain(op), Type::Size)),
            (Op::Mul, F::Duration, b) if numeric(b) => Some((BinaryOp::Multiply, Type::Duration)),
            (Op::Mul, a, F::Duration) if numeric(a) => Some((BinaryOp::Multiply, Type::Duration)),
            (Op::Div, F::Duration, b) if numeric(b) => Some((BinaryOp::Divide, Type::Duration)),
            (Op::Div, F::Duration, F::Duration) => Some((BinaryOp::Divide, Type::Number)),
            (Op::Add, F::Time, F::Duration) => Some((BinaryOp::TimeAdd, Type::Timestamp)),
            (Op::Add, F::Duration, F::Time) => {
                let effect = left.effect.max(right.effect);
                return make(binary(BinaryOp::TimeAdd, right, left), Type::Timestamp, effect, span);
            }
            (Op::Sub, F::Time, F::Duration) => Some((BinaryOp::TimeSubtract, Type::Timestamp)),
            (Op::Sub, F::Time, F::Time) => Some((BinaryOp::TimeDifference, Type::Duration)),
            _ => None,
        };
        let Some((typed, ty)) = found else {
            self.bad_arithmetic(op, op_span, &left, &right, families, span);
            return super::broken(span);
        };
        let divides = matches!(typed, BinaryOp::Divide | BinaryOp::Remainder);
        if divides && is_zero(&right) {
            self.report(wrong::division_by_zero(right.span));
        }
        let fails = divides && !never_zero(&right);
        let effect = if fails { effect.max(Effect::Fallible) } else { effect };
        make(binary(typed, left, right), ty, effect, span)
    }

    fn bad_arithmetic(
        &mut self,
        op: Op,
        op_span: Span,
        left: &Expr,
        right: &Expr,
        families: (Family, Family),
        span: Span,
    ) {
        let is_text = |f: Family| matches!(f, Family::Text);
        if op == Op::Add && (is_text(families.0) || is_text(families.1)) {
            let text = |expr: &Expr| self.text_piece(expr);
            let template = text(left).zip(text(right)).map(|(a, b)| format!("\"{a}{b}\""));
            self.report(wrong::plus_on_text(op_span, left.span, right.span, span, template));
            return;
        }
        let list = |expr: &Expr| matches!(self.types().resolve(&expr.ty), Type::List(_));
        if op == Op::Add && (list(left) || list(right)) {
            self.report(wrong::plus_on_lists(op_span, left.span, right.span));
            return;
        }
        self.bad_operands(op_symbol(op), op_span, left, right, "numbers");
    }

    /// An operand as a piece of `"text ${e}"`.
    fn text_piece(&self, expr: &Expr) -> Option<String> {
        let source = self.resolved.sources.get(expr.span.file.0 as usize)?.slice(expr.span);
        match &expr.kind {
            ExprKind::String(_) | ExprKind::Template(_) => {
                source.strip_prefix('"')?.strip_suffix('"').map(str::to_owned)
            }
            _ if source.contains('"') || source.is_empty() => None,
            _ => Some(format!("${{{source}}}")),
        }
    }

    fn bad_operands(&mut self, symbol: &str, op_span: Span, left: &Expr, right: &Expr, wanted: &str) {
        for operand in [left, right] {
            if self.types().nullable(&operand.ty) {
                let shown = self.show(&operand.ty);
                self.report(wrong::missing_operand(operand.span, symbol, &shown));
                return;
            }
        }
        let (a, b) = (self.show(&left.ty), self.show(&right.ty));
        let json = [left, right].iter().any(|it| matches!(self.types().resolve(&it.ty), Type::Json));
        self.report(wrong::bad_operands(op_span, symbol, left.span, right.span, &a, &b, wanted, json));
    }

    fn operand(&mut self, value: &Expr, symbol: &str, wanted: &str) {
        let shown = self.show(&value.ty);
        let diagnostic = if self.types().nullable(&value.ty) {
            wrong::missing_operand(value.span, symbol, &shown)
        } else {
            wrong::bad_operand(value.span, symbol, &shown, wanted)
        };
        self.report(diagnostic);
    }

    fn family(&self, ty: &Type) -> Family {
        match self.types().resolve(ty) {
            Type::Unknown | Type::Never => Family::Silent,
            Type::Int => Family::Int,
            Type::Number => Family::Number,
            Type::String | Type::Bytes => Family::Text,
            Type::Timestamp => Family::Time,
            Type::Duration => Family::Duration,
            Type::Size => Family::Size,
            Type::Literal(LiteralType::String(_)) => Family::Text,
            Type::Literal(LiteralType::Number(n)) if n.fract() == 0.0 => Family::Int,
            Type::Literal(LiteralType::Number(_)) => Family::Number,
            Type::Union(members) => {
                let mut families = members.iter().map(|it| self.family(it));
                let first = families.next().unwrap_or(Family::Other);
                families.fold(first, |a, b| match (a, b) {
                    (a, b) if a == b => a,
                    (Family::Int | Family::Number, Family::Int | Family::Number) => Family::Number,
                    _ => Family::Other,
                })
            }
            Type::Null | Type::Boolean | Type::Json | Type::Literal(LiteralType::Boolean(_)) => Family::Other,
            Type::Record(_) | Type::List(_) | Type::Dict(_) | Type::Optional(_) | Type::Named(_) => {
                Family::Other
            }
            Type::Token(_) | Type::Resource { .. } | Type::Error(_) | Type::Run(_) => Family::Other,
        }
    }

    /// Checks that a value is an `int`, for options such as `concurrency`.
    pub(crate) fn int(&mut self, expr: &ast::Expr, name: &str) -> Expr {
        self.expr_as(expr, &Type::Int, Role::new("option", name))
    }
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> ExprKind {
    ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) }
}

fn plain(op: Op) -> BinaryOp {
    match op {
        Op::Sub => BinaryOp::Subtract,
        Op::Mul => BinaryOp::Multiply,
        Op::Div => BinaryOp::Divide,
        Op::Rem => BinaryOp::Remainder,
        _ => BinaryOp::Add,
    }
}

pub(crate) fn op_symbol(op: Op) -> &'static str {
    match op {
        Op::Or => "||",
        Op::And => "&&",
        Op::Coalesce => "??",
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::In => "in",
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Rem => "%",
    }
}

fn is_zero(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Number(text) if text.parse() == Ok(0.0))
}

fn never_zero(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(text) => text.parse::<f64>().is_ok_and(|it| it != 0.0),
        ExprKind::Duration(ms) => *ms != 0,
        _ => false,
    }
}

fn is_time_text(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::String(text) if super::expr::is_rfc3339(text))
}

pub(crate) fn literal_text(ty: &Type) -> Option<&str> {
    match ty {
        Type::Literal(LiteralType::String(text)) => Some(text),
        _ => None,
    }
}
