//! Which errors can get out of a piece of code, and which names a `catch` or `retry` may have.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Ctx;
use crate::aws::{ErrorName as Known, error_known};
use crate::diagnostics::{close, names as report};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast;
use crate::typed::ErrorRef;
use crate::types::ErrorId;

/// What a piece of code can raise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raises {
    /// Declared errors, with the place of the first call or `fail` that raises each.
    pub(crate) declared: Vec<(ErrorId, Span)>,
    /// Prefixes of AWS's own: `Lambda`, `DynamoDb`.
    pub(crate) prefixes: BTreeSet<Arc<str>>,
    /// There is a state that Step Functions can fail, with `States.…`.
    pub(crate) states: bool,
    /// Something may raise any name at all: a callback whose holder fails the task, a function with `throws` unknown.
    pub(crate) anything: bool,
}

/// What a caught error stands for when it is raised again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Caught {
    pub(crate) declared: Vec<ErrorId>,
}

impl Raises {
    pub(crate) fn add(&mut self, id: ErrorId, span: Span) {
        if !self.declared.iter().any(|(it, _)| *it == id) {
            self.declared.push((id, span));
        }
    }

    pub(crate) fn absorb(&mut self, other: Raises) {
        for (id, span) in other.declared {
            self.add(id, span);
        }
        self.prefixes.extend(other.prefixes);
        self.states |= other.states;
        self.anything |= other.anything;
    }
}

impl Ctx<'_> {
    /// The error that a name stands for; a misspelt one is reported.
    pub(crate) fn error_ref(&mut self, name: &ast::ErrorName) -> Option<ErrorRef> {
        if name.text.is_empty() {
            return None;
        }
        if name.text == "States.ALL" {
            return Some(ErrorRef::All);
        }
        match self.symbol(&name.text, name.span) {
            Some(Symbol::Error(id)) => return Some(ErrorRef::Declared(id)),
            Some(symbol) if self.known_symbol(symbol) => {
                self.report(report::not_an_error(&name.text, symbol.noun(), name.span));
                return None;
            }
            Some(_) => return None,
            None => {}
        }
        match error_known(&name.text) {
            Known::Known => return Some(ErrorRef::Aws(name.text.as_str().into())),
            Known::Unknown { close } => {
                let close = close
                    .first()
                    .map(|it| if it.ends_with("StatusCode.") { "States.Http.StatusCode.404" } else { it });
                self.report(report::unknown_error(&name.text, name.span, close));
                return None;
            }
            Known::Custom => {}
        }
        if let Some(id) = self.by_wire_name(&name.text) {
            let declared = self.program.errors.get(id.0 as usize).map(|it| it.span);
            let to = declared.map(crate::typed::Definition::Item);
            self.program.references.extend(to.map(|to| crate::typed::Reference { span: name.span, to }));
            return Some(ErrorRef::Declared(id));
        }
        let close = self.close_error(&name.text);
        self.report(report::unknown_error(&name.text, name.span, close.as_deref()));
        None
    }

    fn by_wire_name(&self, name: &str) -> Option<ErrorId> {
        let index = self.program.errors.iter().position(|it| &*it.wire_name == name)?;
        u32::try_from(index).ok().map(ErrorId)
    }

    fn close_error(&self, name: &str) -> Option<String> {
        let scope = self.resolved.scopes.get(self.body.file.0 as usize);
        let items = scope.into_iter().flat_map(|it| it.iter());
        let errors = items.filter(|(_, it)| matches!(it.symbol, Symbol::Error(_))).map(|(name, _)| &**name);
        let lambda = ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Lambda.Unknown"];
        let states = crate::aws::STATES_ERRORS.iter().copied();
        close(name, errors.chain(states).chain(lambda))
    }

    /// The error with the prefix that the integration used has: `DynamoDB.X` of an SDK integration is `DynamoDb.X`.
    /// What a clause can't meet at all is said by `audit`.
    pub(crate) fn as_raised(&self, error: ErrorRef, raises: &Raises) -> ErrorRef {
        let ErrorRef::Aws(name) = &error else { return error };
        let Some((prefix, rest)) = name.split_once('.') else { return error };
        match raises.prefixes.iter().find(|it| it.eq_ignore_ascii_case(prefix)) {
            Some(own) if **own != *prefix && !raises.prefixes.contains(prefix) => {
                ErrorRef::Aws(format!("{own}.{rest}").into())
            }
            _ => error,
        }
    }
}
