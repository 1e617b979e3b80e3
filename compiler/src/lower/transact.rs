//! `transact { … }`: one request for all that it holds (API Reference, "TransactWriteItems", "TransactGetItems").

use super::Lower;
use super::call::Spec;
use super::resource::sdk;
use crate::machine::{Expr, Member};
use crate::typed::{self, Call, ExprKind, ListPart, RecordPart, Target};

/// The requests of a transaction, with their names.
fn requests(call: &Call) -> Vec<(Option<&str>, &Call)> {
    let parts: Vec<(Option<&str>, &typed::Expr)> = match call.arguments.first().map(|it| &it.kind) {
        Some(ExprKind::List(parts)) => {
            parts.iter().map(|(ListPart::Item(e) | ListPart::Spread(e))| (None, e)).collect()
        }
        Some(ExprKind::Record(parts)) => { parts.iter() }
            .filter_map(|part| match part {
                RecordPart::Field(name, e) => Some((Some(&**name), e)),
                RecordPart::Spread(_) => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let calls = parts.into_iter().filter_map(|(name, e)| match &e.kind {
        ExprKind::Call(call) => Some((name, &**call)),
        _ => None,
    });
    calls.collect()
}

impl<'a> Lower<'a> {
    pub(super) fn transact_spec(&mut self, call: &'a Call) -> Option<Spec> {
        let requests = requests(call);
        let reads = requests.iter().any(|(_, it)| method(it) == Some("get"));
        let named = requests.iter().any(|(name, _)| name.is_some());
        let (mut items, mut rows) = (Vec::new(), Vec::new());
        for (at, (name, request)) in requests.into_iter().enumerate() {
            let Target::Method { receiver, method, .. } = &request.target else { continue };
            // Nothing of a write is given back.
            self.value_wanted = false;
            let spec = self.table_spec(request, receiver, method)?;
            let word = match &**method {
                "get" => "Get",
                "put" => "Put",
                "update" => "Update",
                "delete" => "Delete",
                _ => "ConditionCheck",
            };
            // A transaction reads consistently anyhow.
            let arguments = match spec.arguments {
                Expr::Record(members) => {
                    Expr::Record(members.into_iter().filter(|it| !is_consistent(it)).collect())
                }
                other => other,
            };
            items.push(Expr::record([(word, arguments)]));
            let answer = Expr::Result.field("Responses").index(Expr::number(at));
            let row = spec.result.rewrite(&mut |e| if e == Expr::Result { answer.clone() } else { e });
            rows.push((name.unwrap_or_default(), row));
        }
        let action = if reads { "transactGetItems" } else { "transactWriteItems" };
        let arguments = Expr::record([("TransactItems", Expr::list(items))]);
        let mut spec =
            Spec::new("transact", sdk("dynamodb", action), crate::machine::fold::simplify(arguments));
        spec.result = match (reads, named) {
            (false, _) => Expr::Null,
            (true, true) => Expr::record(rows),
            (true, false) => Expr::list(rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>()),
        };
        Some(spec)
    }
}

fn method(call: &Call) -> Option<&str> {
    match &call.target {
        Target::Method { method, .. } => Some(method),
        _ => None,
    }
}

fn is_consistent(member: &Member) -> bool {
    matches!(member, Member::Set(name, _) if **name == *"ConsistentRead")
}
