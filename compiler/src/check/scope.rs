//! Locals: block scopes, what a `map` or lambda shuts in, labels.

use std::collections::HashMap;
use std::sync::Arc;

use super::Ctx;
use crate::diagnostics::{close, names as report};
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::{Definition, LabelId, LocalId, Reference};
use crate::types::Type;

/// What a scope is the scope of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum ScopeKind {
    #[default]
    Block,
    /// A loop, or a labelled block (`loops` is false).
    Loop { label: Option<Arc<str>>, id: LabelId, loops: bool },
    /// The body of a `map` or a branch of `parallel`: outer variables are read-only, nothing jumps out.
    AtOnce(&'static str),
    /// A lambda: pure.
    Lambda,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    pub(crate) names: HashMap<Arc<str>, LocalId>,
    pub(crate) kind: ScopeKind,
    /// Of a loop or labelled block: somebody jumps behind its end.
    pub(crate) left: bool,
}

/// What a jump may reach.
pub(crate) enum Jump {
    To(LabelId),
    /// It would leave a `map` or `parallel`.
    Leaves(&'static str),
    Nowhere,
}

impl Ctx<'_> {
    pub(crate) fn scoped<R>(&mut self, kind: ScopeKind, check: impl FnOnce(&mut Self) -> R) -> (R, Scope) {
        self.body.scopes.push(Scope { kind, ..Scope::default() });
        let result = check(self);
        let scope = self.body.scopes.pop().unwrap_or_default();
        (result, scope)
    }

    /// Puts a new local in scope. Two of one name in one block are a mistake; an inner block may hide an outer's.
    pub(crate) fn bind(&mut self, name: &ast::Name, ty: Type, mutable: bool) -> LocalId {
        let id = self.new_local(&name.text, ty, mutable, name.span);
        if name.text.is_empty() || name.text == "_" {
            return id;
        }
        let Some(scope) = self.body.scopes.last_mut() else { return id };
        if let Some(first) = scope.names.insert(name.text.as_str().into(), id) {
            let span = self.program.locals.get(first.index()).map_or(name.span, |it| it.span);
            self.report(report::shadows(&name.text, name.span, span));
        }
        id
    }

    pub(crate) fn find_local(&mut self, name: &str, span: Span) -> Option<LocalId> {
        let id = self.body.scopes.iter().rev().find_map(|scope| scope.names.get(name).copied())?;
        self.program.references.push(Reference { span, to: Definition::Local(id) });
        Some(id)
    }

    /// The `map` or `parallel` that stands between here and the declaration of a local, if any.
    pub(crate) fn barrier(&self, local: LocalId) -> Option<&'static str> {
        for scope in self.body.scopes.iter().rev() {
            if scope.names.values().any(|it| *it == local) {
                return None;
            }
            if let ScopeKind::AtOnce(what) = scope.kind {
                return Some(what);
            }
        }
        None
    }

    /// The innermost `map` or `parallel` around here.
    pub(crate) fn inside_at_once(&self) -> Option<&'static str> {
        self.body.scopes.iter().rev().find_map(|scope| match scope.kind {
            ScopeKind::AtOnce(what) => Some(what),
            ScopeKind::Block | ScopeKind::Loop { .. } | ScopeKind::Lambda => None,
        })
    }

    pub(crate) fn inside_lambda(&self) -> bool {
        self.body.scopes.iter().any(|scope| scope.kind == ScopeKind::Lambda)
    }

    pub(crate) fn new_label(&mut self) -> LabelId {
        self.labels += 1;
        LabelId(self.labels - 1)
    }

    /// Where `break` or `continue` goes; `loops`: only loops count (for `continue`, and `break` without a label).
    pub(crate) fn jump(&mut self, label: Option<&ast::Name>, loops_only: bool) -> Jump {
        let mut barrier = None;
        for scope in self.body.scopes.iter_mut().rev() {
            match &scope.kind {
                ScopeKind::AtOnce(what) => barrier = barrier.or(Some(*what)),
                ScopeKind::Loop { label: own, id, loops } => {
                    let named = match label {
                        Some(label) => own.as_deref() == Some(&label.text) && (*loops || !loops_only),
                        None => *loops,
                    };
                    if named {
                        // `continue` stays in its loop.
                        scope.left |= !loops_only;
                        return barrier.map_or(Jump::To(*id), Jump::Leaves);
                    }
                }
                ScopeKind::Block | ScopeKind::Lambda => {}
            }
        }
        Jump::Nowhere
    }

    /// Names in reach that are close to a misspelt one.
    pub(crate) fn close_value(&self, name: &str) -> Option<String> {
        let locals = self.body.scopes.iter().flat_map(|scope| scope.names.keys().map(|it| &**it));
        let scope = self.resolved.scopes.get(self.body.file.0 as usize);
        let items = scope.into_iter().flat_map(|it| it.keys().map(|it| &**it));
        let items = items.filter(|it| !it.starts_with(char::is_uppercase));
        close(name, locals.chain(items).chain(crate::prelude::global_names()))
    }

    pub(crate) fn close_label(&self, name: &str) -> Option<String> {
        let labels = self.body.scopes.iter().filter_map(|scope| match &scope.kind {
            ScopeKind::Loop { label, .. } => label.as_deref(),
            ScopeKind::Block | ScopeKind::AtOnce(_) | ScopeKind::Lambda => None,
        });
        close(name, labels)
    }
}
