//! What tests have shown of values: `if x != null { … }` makes `x` a `T` inside.

use std::sync::Arc;

use super::Ctx;
use crate::typed::{BinaryOp, ConstId, Expr, ExprKind, LocalId};
use crate::types::{LiteralType, Type};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Local(LocalId),
    Const(ConstId),
}

/// A variable, or a field in one: `order.customer.email`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    root: Root,
    path: Vec<Arc<str>>,
}

/// What holds at a point of the program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    known: Vec<(Place, Type)>,
    /// No run comes here.
    pub(crate) dead: bool,
}

impl Facts {
    pub(crate) fn get(&self, place: &Place) -> Option<&Type> {
        self.known.iter().rev().find(|(it, _)| it == place).map(|(_, ty)| ty)
    }

    pub(crate) fn learn(&mut self, place: Place, ty: Type) {
        self.known.retain(|(it, _)| *it != place);
        self.known.push((place, ty));
    }

    pub(crate) fn learn_all(&mut self, facts: Vec<(Place, Type)>) {
        for (place, ty) in facts {
            self.learn(place, ty);
        }
    }

    /// A variable has a new value.
    pub(crate) fn forget(&mut self, local: LocalId) {
        self.known.retain(|(it, _)| it.root != Root::Local(local));
    }
}

/// The place that an expression reads, if it is one.
pub(crate) fn place(expr: &Expr) -> Option<Place> {
    match &expr.kind {
        ExprKind::Local(id) => Some(Place { root: Root::Local(*id), path: Vec::new() }),
        ExprKind::Const(id) => Some(Place { root: Root::Const(*id), path: Vec::new() }),
        ExprKind::Field { base, name, .. } => {
            let mut place = place(base)?;
            place.path.push(name.clone());
            Some(place)
        }
        _ => None,
    }
}

impl Ctx<'_> {
    /// What follows from `condition` being `truth`.
    pub(crate) fn facts_of(&self, condition: &Expr, truth: bool) -> Vec<(Place, Type)> {
        let mut facts = Vec::new();
        self.collect(condition, truth, &mut facts);
        facts
    }

    fn collect(&self, condition: &Expr, truth: bool, out: &mut Vec<(Place, Type)>) {
        match &condition.kind {
            ExprKind::Not(inner) => self.collect(inner, !truth, out),
            ExprKind::Binary { op: BinaryOp::And, left, right } => self.both(left, right, truth, true, out),
            ExprKind::Binary { op: BinaryOp::Or, left, right } => self.both(left, right, truth, false, out),
            ExprKind::Binary { op: BinaryOp::Eq, left, right } => {
                self.equal(left, right, truth, out);
                self.equal(right, left, truth, out);
            }
            ExprKind::Binary { op: BinaryOp::Ne, left, right } => {
                self.equal(left, right, !truth, out);
                self.equal(right, left, !truth, out);
            }
            ExprKind::Binary { op: BinaryOp::In, left, right } if truth => self.one_of(left, right, out),
            ExprKind::Block(block) if block.statements.is_empty() => {
                if let Some(value) = &block.value {
                    self.collect(value, truth, out);
                }
            }
            _ => {}
        }
    }

    /// `all`: both operands have the wanted truth; else the second was only looked at after the first.
    fn both(&self, left: &Expr, right: &Expr, truth: bool, and: bool, out: &mut Vec<(Place, Type)>) {
        if truth == and {
            self.collect(left, truth, out);
            self.collect(right, truth, out);
            return;
        }
        let first = self.facts_of(left, truth);
        let mut second = self.facts_of(left, !truth);
        second.extend(self.facts_of(right, truth));
        for (place, ty) in first {
            if let Some((_, other)) = second.iter().rev().find(|(it, _)| *it == place) {
                let ty = self.types().join(&ty, other);
                out.push((place, ty));
            }
        }
    }

    fn equal(&self, subject: &Expr, other: &Expr, truth: bool, out: &mut Vec<(Place, Type)>) {
        match &other.kind {
            ExprKind::Null => self.null_test(subject, truth, out),
            _ => {
                if let Type::Literal(literal) = &other.ty {
                    self.literal_test(subject, literal, truth, out);
                } else if truth && !self.types().nullable(&other.ty) && !other.ty.is_silent() {
                    // Equal to something that is there.
                    self.null_test(subject, false, out);
                }
            }
        }
    }

    fn null_test(&self, subject: &Expr, is_null: bool, out: &mut Vec<(Place, Type)>) {
        if let Some(place) = place(subject) {
            let ty = if is_null { Type::Null } else { self.types().without_null(&subject.ty) };
            if !matches!(self.types().resolve(&subject.ty), Type::Json) {
                out.push((place, ty));
            }
        }
        // `a?.b != null` says that there is an `a`.
        if let (ExprKind::Field { base, optional: true, .. }, false) = (&subject.kind, is_null) {
            self.null_test(base, false, out);
        }
        if let (ExprKind::Index { base, optional: true, .. }, false) = (&subject.kind, is_null) {
            self.null_test(base, false, out);
        }
    }

    fn literal_test(&self, subject: &Expr, literal: &LiteralType, truth: bool, out: &mut Vec<(Place, Type)>) {
        let types = self.types();
        let wanted = Type::Literal(literal.clone());
        if let Some(place) = place(subject) {
            let left = match truth {
                true => types.keep(&subject.ty, false, |it| types.overlap(it, &wanted)),
                false => types.keep(&subject.ty, true, |it| *it != wanted),
            };
            let closed = matches!(types.resolve(&subject.ty), Type::Union(_) | Type::Optional(_));
            if closed && left != subject.ty {
                out.push((place, left));
            }
        }
        let ExprKind::Field { base, name, .. } = &subject.kind else { return };
        let Some(place) = place(base) else { return };
        let fits = |member: &Type| {
            let Some(field) = types.record(member).and_then(|it| it.fields.get(name)) else { return !truth };
            if truth { types.overlap(&field.ty, &wanted) } else { field.ty != wanted }
        };
        let left = types.keep(&base.ty, !truth, fits);
        if left != base.ty {
            out.push((place, left));
        }
    }

    fn one_of(&self, subject: &Expr, list: &Expr, out: &mut Vec<(Place, Type)>) {
        let Type::List(item) = self.types().resolve(&list.ty) else { return };
        let Some(place) = place(subject) else { return };
        let types = self.types();
        let left = types.keep(&subject.ty, types.nullable(item), |it| types.overlap(it, item));
        if left != subject.ty && !matches!(left, Type::Never) {
            out.push((place, left));
        }
    }

    /// Checks with more facts known, then goes back to what held before. Gives what held at the end.
    pub(crate) fn with_facts<R>(
        &mut self,
        facts: Vec<(Place, Type)>,
        check: impl FnOnce(&mut Self) -> R,
    ) -> (R, Facts) {
        let before = self.body.facts.clone();
        self.body.facts.learn_all(facts);
        let result = check(self);
        let after = std::mem::replace(&mut self.body.facts, before);
        (result, after)
    }

    /// What holds where several ways come together.
    pub(crate) fn merge_facts(&mut self, ways: Vec<Facts>) {
        let mut alive = ways.into_iter().filter(|it| !it.dead);
        let Some(mut merged) = alive.next() else {
            self.body.facts.dead = true;
            return;
        };
        for other in alive {
            let types = &self.program.types;
            merged.known.retain_mut(|(place, ty)| match other.get(place) {
                Some(known) => {
                    *ty = types.join(ty, known);
                    true
                }
                None => false,
            });
        }
        self.body.facts = merged;
    }

    /// Forgets what was known of variables: some code that may assign them may run before here.
    pub(crate) fn forget_variables(&mut self) {
        let locals = &self.program.locals;
        self.body.facts.known.retain(|(place, _)| match place.root {
            Root::Local(id) => locals.get(id.index()).is_some_and(|it| !it.mutable),
            Root::Const(_) => true,
        });
    }
}
