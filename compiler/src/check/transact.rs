//! `transact { … }`: requests to tables that all happen or none. They are writes, or reads.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::IndexMap;

use super::call::{CallMode, Callee, How};
use super::expr::{Want, make};
use super::raises::Raises;
use super::{Ctx, broken};
use crate::diagnostics::types as wrong;
use crate::source::Span;
use crate::syntax::ast::{self, Branches, ExprKind as Ast};
use crate::typed::{Call, Effect, Expr, ExprKind, ListPart, RecordPart, Target};
use crate::types::{FieldType, Record, Type};

/// Requests in a transaction (API Reference, "TransactWriteItems", "TransactGetItems").
const MOST: usize = 100;

/// A request as it is written, and its name.
type Written<'e> = (Option<&'e ast::Name>, &'e ast::Expr);

impl Ctx<'_> {
    pub(crate) fn transact(
        &mut self,
        requests: &Branches,
        clauses: &[ast::Clause],
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        self.task(span, "`transact`");
        let written = self.written(requests);
        if written.is_empty() || written.len() > MOST {
            self.report(wrong::transact_count(span, written.len()));
        }
        let mut calls = Vec::new();
        for (name, request) in &written {
            calls.push((*name, self.request(request)));
        }
        let mut places: HashMap<String, Span> = HashMap::new();
        for (_, call) in &calls {
            if let Some(place) = self.item_of(call)
                && let Some(first) = places.insert(place.clone(), call.span)
            {
                self.report(wrong::transact_twice(call.span, first, &place));
            }
        }
        let reads = calls.iter().filter(|(_, call)| method(call) == Some("get")).count();
        if reads > 0
            && let Some((_, other)) =
                calls.iter().find(|(_, call)| method(call).is_some_and(|it| it != "get"))
        {
            self.report(wrong::transact_mixed(other.span));
        }
        if let (0, Some((Some(name), _))) = (reads, calls.first()) {
            self.report(wrong::transact_name(name.span));
        }
        self.transaction(calls, reads > 0, clauses, want, span)
    }

    /// The requests, each a call.
    fn written<'e>(&mut self, requests: &'e Branches) -> Vec<Written<'e>> {
        let mut all = Vec::new();
        let mut add =
            |ctx: &mut Self, name: Option<&'e ast::Name>, statement: &'e ast::Stmt| match &statement.kind {
                ast::StmtKind::Expr(call) => all.push((name, call)),
                _ => ctx.report(wrong::transact_what(statement.span)),
            };
        match requests {
            Branches::Statements(block) => block.statements.iter().for_each(|it| add(self, None, it)),
            Branches::Named(named) => {
                for (name, block) in named {
                    block.statements.iter().for_each(|it| add(self, Some(name), it));
                }
            }
        }
        all
    }

    fn request(&mut self, request: &ast::Expr) -> Expr {
        let raises = std::mem::take(&mut self.body.raises);
        let outer = std::mem::replace(&mut self.body.transacts, true);
        let call = match &request.kind {
            Ast::Guarded { call, clauses } => {
                if let Some(clause) = clauses.first() {
                    self.report(wrong::transact_clause(clause.span));
                }
                self.expr_want(call, Want::Value(None))
            }
            _ => self.expr_want(request, Want::Value(None)),
        };
        self.body.transacts = outer;
        self.body.raises = raises;
        if method(&call).is_none() && !matches!(call.kind, ExprKind::Error) {
            self.report(wrong::transact_what(request.span));
            return broken(request.span);
        }
        call
    }

    /// The item that a request is about, as far as the source tells: `stock` and `id`.
    fn item_of(&self, call: &Expr) -> Option<String> {
        let call = request_of(call)?;
        let Target::Method { receiver, method, .. } = &call.target else { return None };
        let key = call.arguments.first()?;
        let key = if **method == *"put" {
            let named = matches!(key.kind, ExprKind::Local(_) | ExprKind::Const(_) | ExprKind::Field { .. });
            let field = self.table_keys(receiver);
            let (field, None) = (field.key?, field.sort) else { return None };
            named.then(|| format!("{}.{field}", self.source_of(key.span)))?
        } else {
            self.source_of(key.span)
        };
        Some(format!("{}[{key}]", self.source_of(receiver.span)))
    }

    fn transaction(
        &mut self,
        calls: Vec<(Option<&ast::Name>, Expr)>,
        reads: bool,
        clauses: &[ast::Clause],
        want: Want<'_>,
        span: Span,
    ) -> Expr {
        let named = calls.iter().any(|(name, _)| name.is_some());
        let result = match (reads, named) {
            (false, _) => Type::Null,
            (true, true) => self.named_rows(&calls),
            (true, false) => {
                let mut rows = Type::Never;
                for (_, call) in &calls {
                    rows = self.types().join(&rows, &call.ty);
                }
                Type::list(rows)
            }
        };
        let requests = if named && reads {
            let field = |(name, call): (Option<&ast::Name>, Expr)| {
                RecordPart::Field(name.map_or("", |it| it.text.as_str()).into(), call)
            };
            ExprKind::Record(calls.into_iter().map(field).collect())
        } else {
            ExprKind::List(calls.into_iter().map(|(_, call)| ListPart::Item(call)).collect())
        };
        let requests = make(requests, Type::Json, Effect::Total, span);
        let prefixes: BTreeSet<Arc<str>> = BTreeSet::from(["DynamoDb".into()]);
        let raises = Raises { states: true, prefixes, ..Raises::default() };
        let receiver = make(ExprKind::Null, Type::Null, Effect::Total, span);
        let target =
            Target::Method { receiver: Box::new(receiver), kind: "table".into(), method: "transact".into() };
        let callee = Callee {
            target,
            name: "transact".to_owned(),
            params: Vec::new(),
            options: IndexMap::new(),
            mode: CallMode::Plain,
            result: result.clone(),
            throws: Vec::new(),
            raises,
        };
        let how = How { awaits: None, token: None, clauses, alias: None, span, call: span, start: false };
        self.finish_call(callee, (None, vec![requests], IndexMap::new()), result, how, want)
    }

    fn named_rows(&mut self, calls: &[(Option<&ast::Name>, Expr)]) -> Type {
        let mut record = Record::default();
        let mut places: HashMap<&str, Span> = HashMap::new();
        for (name, call) in calls {
            let Some(name) = name else { continue };
            if let Some(first) = places.insert(&name.text, name.span) {
                self.report(crate::diagnostics::names::field_twice(&name.text, name.span, first));
            }
            record.fields.insert(
                name.text.as_str().into(),
                FieldType { ty: call.ty.clone(), docs: None, required: false },
            );
        }
        Type::Record(Arc::new(record))
    }
}

fn request_of(call: &Expr) -> Option<&Call> {
    match &call.kind {
        ExprKind::Call(call) => Some(call),
        _ => None,
    }
}

/// The table's method that a request is.
fn method(call: &Expr) -> Option<&str> {
    match &request_of(call)?.target {
        Target::Method { kind, method, .. } if **kind == *"table" => Some(method),
        _ => None,
    }
}
