//! `match`: patterns, what each leaves over, and whether nothing is missed.

use std::sync::Arc;

use super::Ctx;
use super::block::Checked;
use super::expr::{Want, make};
use super::facts::place;
use super::scope::ScopeKind;
use crate::diagnostics::{close, names as report, types as wrong};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, MatchKind};
use crate::typed::{Arm, ErrorRef, Expr, ExprKind, Pattern};
use crate::types::Type;

/// The fields that an earlier arm took where they are null: in a pattern that says at least the same of the others, they
/// are there.
fn fields_there(earlier: &[ast::MatchArm], pattern: &ast::MatchPattern) -> Vec<String> {
    let MatchKind::Record { fields, .. } = &pattern.kind else { return Vec::new() };
    let says = |name: &ast::Name, literal: &ast::Literal| {
        let same = |it: &ast::MatchPattern| matches!(&it.kind, MatchKind::Literal(own) if own == literal);
        fields.iter().any(|(own, pattern)| own.text == name.text && same(pattern))
    };
    let taken = |arm: &ast::MatchArm| {
        let MatchKind::Record { fields, .. } = &arm.pattern.kind else { return None };
        let mut absent = None;
        for (name, pattern) in fields {
            match &pattern.kind {
                MatchKind::Literal(ast::Literal::Null) if absent.is_none() => {
                    absent = Some(name.text.clone())
                }
                MatchKind::Literal(literal) if says(name, literal) => {}
                _ => return None,
            }
        }
        absent.filter(|_| arm.guard.is_none())
    };
    earlier.iter().filter_map(taken).collect()
}

impl Ctx<'_> {
    pub(crate) fn match_expr(
        &mut self,
        value: &ast::Expr,
        arms: &[ast::MatchArm],
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        let value = self.expr(value, None);
        let mut effect = value.effect;
        let subject = place(&value);
        let (mut members, mut null) = self.types().members(&value.ty);
        if let Type::Error(which) = self.types().resolve(&value.ty)
            && !which.is_empty()
        {
            members = which.iter().map(|it| Type::Error(Arc::new([*it].into()))).collect();
        }
        let whole = value.ty.clone();
        let silent = whole.is_silent();
        let mut typed = Vec::with_capacity(arms.len());
        let (mut types, mut ways) = (Vec::new(), Vec::new());
        let mut catch_all: Option<Span> = None;
        let mut seen: Vec<Type> = Vec::new();
        let outer = std::mem::replace(&mut self.matching, whole.clone());
        for (at, arm) in arms.iter().enumerate() {
            if let Some(first) = catch_all {
                self.report(wrong::arm_after_all(arm.pattern.span, first));
            }
            let left = self.left_over(&members, null, &whole);
            let facts_before = self.body.facts.clone();
            self.there = fields_there(arms.get(..at).unwrap_or_default(), &arm.pattern);
            let ((arm_typed, result, covered), _) = self.scoped(ScopeKind::Block, |ctx| {
                let (pattern, covered) = ctx.pattern(&arm.pattern, &left, silent);
                if let (Some(place), Some(ty)) = (&subject, ctx.matched_type(&covered, &left)) {
                    ctx.body.facts.learn(place.clone(), ty);
                }
                let guard = arm.guard.as_ref().map(|it| ctx.condition(it, "the guard of an arm"));
                if let Some(guard) = &guard {
                    let facts = ctx.facts_of(guard, true);
                    ctx.body.facts.learn_all(facts);
                }
                let body = ctx.arm_body(&arm.body, want);
                (Arm { pattern, guard, body, span: arm.span }, arm.guard.is_none(), covered)
            });
            ways.push(std::mem::replace(&mut self.body.facts, facts_before));
            effect = effect.max(arm_typed.body.effect);
            if let Some(guard) = &arm_typed.guard {
                effect = effect.max(guard.effect);
            }
            types.push(arm_typed.body.ty.clone());
            typed.push(arm_typed);
            if result {
                self.subtract(&mut members, &mut null, &covered);
                if !covered.whole.is_empty() && covered.whole.iter().all(|it| seen.contains(it)) {
                    self.report(wrong::arm_never_taken(arm.pattern.span));
                }
                seen.extend(covered.whole.iter().cloned());
                if covered.all && !is_torn(&arm.pattern) {
                    catch_all = catch_all.or(Some(arm.pattern.span));
                }
            }
        }
        self.matching = outer;
        if catch_all.is_none() && !silent && self.check_exhaustive(&value, &members, null, arms, span) {
            // What the arms leave over goes on behind them, too: one mistake, one message.
            ways.push(self.body.facts.clone());
        }
        self.merge_facts(ways);
        let ty = if arms.is_empty() { Type::Unknown } else { self.branch_type(types.iter(), want) };
        make(ExprKind::Match { value: Box::new(value), arms: typed }, ty, effect, span)
    }

    fn arm_body(&mut self, body: &ast::Expr, want: Want<'_>) -> Expr {
        if let ast::ExprKind::Block { label: None, block } = &body.kind {
            let Checked { block, ty, effect } = self.open_block(block, want);
            return make(ExprKind::Block(block), ty, effect, body.span);
        }
        let mut value = self.expr_want(body, want);
        if self.body.facts.dead {
            value.ty = Type::Never;
        }
        value
    }

    /// What is left of the matched value's type.
    fn left_over(&self, members: &[Type], null: bool, whole: &Type) -> Type {
        if matches!(self.types().resolve(whole), Type::Union(_) | Type::Optional(_) | Type::Boolean) {
            let union = self.types().union(members.iter().cloned());
            return match (null, union) {
                (true, Type::Never) => Type::Null,
                (true, other) => other.optional(),
                (false, Type::Never) => whole.clone(),
                (false, other) => other,
            };
        }
        whole.clone()
    }

    fn matched_type(&self, covered: &Covered, left: &Type) -> Option<Type> {
        if covered.all {
            return (!matches!(self.types().resolve(left), Type::Json)).then(|| left.clone());
        }
        let union = self.types().union(covered.types.iter().cloned());
        match (covered.null, union) {
            (true, Type::Never) => Some(Type::Null),
            (true, other) => Some(other.optional()),
            (false, Type::Never) => None,
            (false, other) => Some(other),
        }
    }

    /// Takes off what an arm has covered.
    fn subtract(&self, members: &mut Vec<Type>, null: &mut bool, covered: &Covered) {
        if covered.null || covered.all {
            *null = false;
        }
        let types = &self.program.types;
        let gone = |member: &Type, whole: &Type| match (member, whole) {
            (Type::Error(member), Type::Error(whole)) => !member.is_empty() && member.is_subset(whole),
            _ => types.assignable(member, whole),
        };
        members.retain(|member| !covered.all && !covered.whole.iter().any(|it| gone(member, it)));
    }

    /// Whether something is missing.
    fn check_exhaustive(
        &mut self,
        value: &Expr,
        members: &[Type],
        null: bool,
        arms: &[ast::MatchArm],
        span: Span,
    ) -> bool {
        let mut missing: Vec<String> = members.iter().map(|it| self.pattern_of(it)).collect();
        if null {
            missing.push("null".to_owned());
        }
        if missing.is_empty() {
            return false;
        }
        let whole = self.types().resolve(&value.ty);
        let open = !matches!(whole, Type::Union(_) | Type::Optional(_) | Type::Boolean | Type::Error(_))
            && !matches!(members, [Type::Literal(_) | Type::Null, ..]);
        let last = arms.last().map(|it| it.span);
        let shown = self.show(&value.ty);
        self.report(wrong::not_exhaustive(span, value.span, &shown, &missing, open, last));
        true
    }

    /// The pattern that takes what is of a type.
    fn pattern_of(&self, ty: &Type) -> String {
        if let Some(record) = self.types().record(ty) {
            let literal = record.fields.iter().find(|(_, it)| matches!(it.ty, Type::Literal(_)));
            if let Some((name, field)) = literal {
                return format!("{{ {name}: {} }}", self.show(&field.ty));
            }
        }
        match ty {
            Type::Error(which) if !which.is_empty() => {
                let names: Vec<Arc<str>> = which.iter().map(|it| self.error_name(*it)).collect();
                names.join(" | ")
            }
            Type::Literal(_) | Type::Null | Type::Error(_) => self.show(ty),
            _ => format!("it: {}", self.show(ty)),
        }
    }

    /// Checks a pattern against what may come, binds its names, and gives what it covers.
    fn pattern(&mut self, pattern: &ast::MatchPattern, of: &Type, silent: bool) -> (Pattern, Covered) {
        match &pattern.kind {
            MatchKind::Missing => (Pattern::Any(None), Covered::everything()),
            MatchKind::Wildcard => (Pattern::Any(None), Covered::everything()),
            MatchKind::Literal(literal) => self.literal_pattern(literal, of, pattern.span, silent),
            MatchKind::Bind { name, ty: None } => self.name_pattern(name, of),
            MatchKind::Bind { name, ty: Some(ty) } => {
                let wanted = self.type_expr(ty);
                self.type_pattern(name, wanted, of, ty.span, silent)
            }
            MatchKind::Record { fields, bind } => {
                self.record_pattern(fields, bind.as_ref(), of, pattern.span, silent)
            }
            MatchKind::Or(alternatives) => {
                let mut all = Covered::default();
                let mut parts = Vec::new();
                for alternative in alternatives {
                    let (part, covered) = self.pattern(alternative, of, silent);
                    all.add(covered);
                    parts.push(part);
                }
                (Pattern::Or(parts), all)
            }
        }
    }

    fn literal_pattern(
        &mut self,
        literal: &ast::Literal,
        of: &Type,
        span: Span,
        silent: bool,
    ) -> (Pattern, Covered) {
        let ty = super::type_expr::literal_type(literal);
        let pattern = match literal {
            // Asking for null is never wrong: what comes from outside may break its promise.
            ast::Literal::Null => {
                return (Pattern::Null, Covered { null: true, ..Covered::default() });
            }
            ast::Literal::Boolean(value) => Pattern::Boolean(*value),
            ast::Literal::Number(text) => Pattern::Number(text.as_str().into()),
            ast::Literal::String(text) => Pattern::String(text.as_str().into()),
        };
        if !silent && !of.is_silent() && !self.types().overlap(&ty, of) {
            if self.types().overlap(&ty, &self.matching) {
                self.report(wrong::arm_never_taken(span));
                return (pattern, Covered::default());
            }
            let (members, _) = self.types().members(of);
            let texts: Vec<&str> = members.iter().filter_map(super::operator::literal_text).collect();
            let close = super::operator::literal_text(&ty).and_then(|it| close(it, texts.iter().copied()));
            let (a, b) = (self.show(&ty), self.show(&self.matching));
            let meant = close.as_deref().map(Type::text);
            let others = texts.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>();
            self.report(wrong::pattern_never_fits(span, &a, &b, close, &others));
            let meant: Vec<Type> = meant.into_iter().collect();
            return (pattern, Covered { types: meant.clone(), whole: meant, ..Covered::default() });
        }
        (pattern, Covered { types: vec![ty.clone()], whole: vec![ty], ..Covered::default() })
    }

    /// A bare name binds what is left; where a caught error is matched, the name of an error stands for itself.
    fn name_pattern(&mut self, name: &ast::Name, of: &Type) -> (Pattern, Covered) {
        if let Type::Error(_) = self.types().resolve(of)
            && let Some(Symbol::Error(id)) = self.symbol(&name.text, name.span)
        {
            let one = Type::Error(Arc::new([id].into()));
            let covered = Covered { types: vec![one.clone()], whole: vec![one], ..Covered::default() };
            return (Pattern::Error(ErrorRef::Declared(id), None), covered);
        }
        let local = self.bind(name, of.clone(), false);
        (Pattern::Any(Some(local)), Covered::everything())
    }

    fn type_pattern(
        &mut self,
        name: &ast::Name,
        wanted: Type,
        of: &Type,
        span: Span,
        silent: bool,
    ) -> (Pattern, Covered) {
        let types = self.types();
        let json = matches!(types.resolve(of), Type::Json | Type::Unknown) || silent;
        let inner = if json {
            wanted.clone()
        } else {
            types.keep(of, types.nullable(&wanted), |it| types.overlap(it, &wanted))
        };
        if matches!(inner, Type::Never) {
            let (a, b) = (self.show(&wanted), self.show(of));
            self.report(wrong::pattern_never_fits(span, &a, &b, None, &[]));
        }
        let bound = if json || !matches!(types_resolve(self, of), Type::Union(_) | Type::Optional(_)) {
            wanted.clone()
        } else {
            inner
        };
        let null = self.types().nullable(&wanted);
        let local =
            (name.text != "_" && !name.text.is_empty()).then(|| self.bind(name, bound.clone(), false));
        let covered = Covered {
            types: vec![self.types().without_null(&bound)],
            whole: vec![self.types().without_null(&wanted)],
            null,
            ..Covered::default()
        };
        (Pattern::Type(wanted, local), covered)
    }

    fn record_pattern(
        &mut self,
        fields: &[(ast::Name, ast::MatchPattern)],
        bind: Option<&ast::Name>,
        of: &Type,
        span: Span,
        silent: bool,
    ) -> (Pattern, Covered) {
        let there = std::mem::take(&mut self.there);
        let (members, _) = self.types().members(of);
        let json = silent || matches!(self.types().resolve(of), Type::Json | Type::Unknown);
        let fits = |member: &&Type| self.may_match(member, fields);
        let fitting: Vec<Type> = members.iter().filter(fits).cloned().collect();
        if fitting.is_empty() && !json {
            self.no_member_fits(&members, fields, of, span);
        }
        let mut total = true;
        let mut typed = Vec::new();
        for (name, pattern) in fields {
            let mut ty = self.field_in_all(&fitting, &name.text, json);
            if there.contains(&name.text) {
                ty = self.types().without_null(&ty);
            }
            let outer = std::mem::replace(&mut self.matching, ty.clone());
            let (pattern, covered) = self.pattern(pattern, &ty, json || fitting.is_empty());
            self.matching = outer;
            total &= covered.all || self.covers_field(&covered, &ty);
            typed.push((Arc::from(name.text.as_str()), pattern));
        }
        let ty =
            if json || fitting.is_empty() { Type::Json } else { self.types().union(fitting.iter().cloned()) };
        let bind = bind.map(|it| self.bind(it, ty, false));
        let whole = if total { fitting.clone() } else { Vec::new() };
        (Pattern::Record { fields: typed, bind }, Covered { types: fitting, whole, ..Covered::default() })
    }

    fn covers_field(&self, covered: &Covered, ty: &Type) -> bool {
        let (members, null) = self.types().members(ty);
        (!null || covered.null)
            && members.iter().all(|it| covered.whole.iter().any(|wide| self.types().assignable(it, wide)))
    }

    fn field_in_all(&self, members: &[Type], name: &str, json: bool) -> Type {
        if json {
            return Type::Json;
        }
        let mut joined = Type::Never;
        for member in members {
            let field = self.types().record(member).and_then(|it| it.fields.get(name));
            joined = self.types().join(&joined, field.map_or(&Type::Json, |it| &it.ty));
        }
        if matches!(joined, Type::Never) { Type::Unknown } else { joined }
    }

    /// Whether a member has the pattern's fields, and its literals can be equal.
    fn may_match(&self, member: &Type, fields: &[(ast::Name, ast::MatchPattern)]) -> bool {
        if matches!(self.types().resolve(member), Type::Json | Type::Dict(_)) {
            return true;
        }
        let Some(record) = self.types().record(member) else { return false };
        fields.iter().all(|(name, pattern)| {
            let Some(field) = record.fields.get(name.text.as_str()) else { return false };
            self.literals_meet(pattern, &field.ty)
        })
    }

    fn literals_meet(&self, pattern: &ast::MatchPattern, ty: &Type) -> bool {
        match &pattern.kind {
            MatchKind::Literal(literal) => self.types().overlap(&super::type_expr::literal_type(literal), ty),
            MatchKind::Or(all) => all.iter().any(|it| self.literals_meet(it, ty)),
            MatchKind::Missing | MatchKind::Wildcard | MatchKind::Bind { .. } | MatchKind::Record { .. } => {
                true
            }
        }
    }

    fn no_member_fits(
        &mut self,
        members: &[Type],
        fields: &[(ast::Name, ast::MatchPattern)],
        of: &Type,
        span: Span,
    ) {
        let records: Vec<_> = members.iter().filter_map(|it| self.types().record(it)).collect();
        let names: Vec<&str> = records.iter().flat_map(|it| it.fields.keys().map(|it| &**it)).collect();
        let unknown = fields.iter().find(|(name, _)| !names.contains(&name.text.as_str()));
        let shown = self.show(of);
        let diagnostic = match unknown {
            Some((name, _)) if !records.is_empty() => {
                let close = close(&name.text, names.iter().copied());
                report::unknown_field(name, &shown, &[], close.as_deref())
            }
            _ => wrong::pattern_never_fits(span, "this pattern", &shown, None, &[]),
        };
        self.report(diagnostic);
    }
}

fn types_resolve<'c>(ctx: &'c Ctx<'_>, ty: &'c Type) -> &'c Type {
    ctx.types().resolve(ty)
}

/// What a pattern takes of the values that may come.
#[derive(Clone, Debug, Default)]
struct Covered {
    /// Everything.
    all: bool,
    null: bool,
    /// The types of what gets into the arm.
    types: Vec<Type>,
    /// Types all of whose values get into the arm.
    whole: Vec<Type>,
}

impl Covered {
    fn everything() -> Self {
        Covered { all: true, ..Covered::default() }
    }

    fn add(&mut self, other: Covered) {
        self.all |= other.all;
        self.null |= other.null;
        self.types.extend(other.types);
        self.whole.extend(other.whole);
    }
}

/// A piece of the pattern could not be read: who knows what it would have taken.
fn is_torn(pattern: &ast::MatchPattern) -> bool {
    match &pattern.kind {
        MatchKind::Missing => true,
        MatchKind::Or(all) => all.iter().any(is_torn),
        MatchKind::Literal(_) | MatchKind::Wildcard | MatchKind::Bind { .. } | MatchKind::Record { .. } => {
            false
        }
    }
}
