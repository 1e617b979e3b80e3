//! Transactions over tables: all requests happen, or none (API Reference, "TransactWriteItems", "TransactGetItems").

use std::collections::{BTreeMap, HashSet};

use interpreter::ServiceError;
use jsonata::Value;

use super::{Outcome, Problem, Table, invalid, project};
use crate::dynamo::lexer::Names;
use crate::shape::record;

/// Requests in a transaction.
const MOST: usize = 100;

/// The kinds of requests, and what they are alone.
const KINDS: [(&str, &str); 5] = [
    ("Get", "getItem"),
    ("Put", "putItem"),
    ("Update", "updateItem"),
    ("Delete", "deleteItem"),
    ("ConditionCheck", "conditionCheck"),
];

/// Answers a transaction over tables that `find` names by what stands in `TableName`.
pub(crate) fn call(
    tables: &mut BTreeMap<String, Table>,
    find: &dyn Fn(&str) -> Option<Table>,
    arguments: &Value,
    (writes, sdk): (bool, bool),
) -> Result<Value, ServiceError> {
    transact(tables, find, arguments, writes).map_err(|problem| problem.told(sdk))
}

/// How long a `ClientRequestToken` is remembered: 10 minutes (API Reference, "TransactWriteItems").
const REMEMBERED: i64 = 600_000;

/// The tokens of transactions that have been written, with what each wrote and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens(BTreeMap<String, (Value, i64)>);

impl Tokens {
    /// Answers a transaction that has been written under the same token; `None` where it is a new one.
    ///
    /// # Errors
    /// `IdempotentParameterMismatchException` where the token came with another transaction.
    pub(crate) fn known(
        &self,
        arguments: &Value,
        now: i64,
        sdk: bool,
    ) -> Option<Result<Value, ServiceError>> {
        let (written, at) = self.0.get(token(arguments)?)?;
        if now.saturating_sub(*at) > REMEMBERED {
            return None;
        }
        Some(match arguments.get("TransactItems") == Some(written) {
            true => Ok(record([])),
            false => Err(Problem::Mismatch.told(sdk)),
        })
    }

    /// Remembers a transaction that has been written.
    pub(crate) fn remember(&mut self, arguments: &Value, now: i64) {
        if let (Some(token), Some(items)) = (token(arguments), arguments.get("TransactItems")) {
            self.0.insert(token.to_owned(), (items.clone(), now));
        }
    }
}

fn token(arguments: &Value) -> Option<&str> {
    arguments.get("ClientRequestToken").and_then(Value::as_str)
}

/// A request: its table, its kind and its arguments.
type Request<'v> = (String, &'static str, &'v Value);

fn transact(
    tables: &mut BTreeMap<String, Table>,
    find: &dyn Fn(&str) -> Option<Table>,
    arguments: &Value,
    writes: bool,
) -> Outcome {
    let items = arguments.get("TransactItems").and_then(Value::as_array);
    let items = items.ok_or_else(|| invalid("TransactItems must be given"))?;
    if items.is_empty() || items.len() > MOST {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have \
             length less than or equal to {MOST} and greater than or equal to 1"
        )));
    }
    let mut requests = Vec::new();
    for item in items.as_slice() {
        let request = request(item, writes)?;
        if !tables.contains_key(&request.0) {
            let table = find(&request.0).ok_or(Problem::NoTable)?;
            tables.insert(request.0.clone(), table);
        }
        requests.push(request);
    }
    distinct(tables, &requests)?;
    if !writes {
        return read(tables, &requests);
    }
    // What one request does is not seen by another: all begin with the tables as they are.
    let mut after = tables.clone();
    let mut reasons = Vec::new();
    for (name, action, request) in &requests {
        let Some(table) = after.get_mut(name) else { continue };
        reasons.push(match table.answer(action, request) {
            Ok(_) => "None",
            Err(Problem::Condition) => "ConditionalCheckFailed",
            Err(other) => return Err(other),
        });
    }
    if reasons.iter().any(|it| *it != "None") {
        return Err(Problem::Canceled(reasons.join(", ")));
    }
    *tables = after;
    Ok(record([]))
}

fn request(item: &Value, writes: bool) -> Result<Request<'_>, Problem> {
    let members = item.as_object().filter(|it| it.len() == 1).and_then(|it| it.iter().next());
    let one = || invalid("TransactItems can only contain one of Check, Put, Update or Delete");
    let (kind, request) = members.ok_or_else(one)?;
    let known = KINDS.iter().find(|(name, _)| **name == **kind && (*name == "Get") != writes);
    let (_, action) = known.ok_or_else(one)?;
    let table = request.get("TableName").and_then(Value::as_str);
    Ok((table.ok_or_else(|| invalid("TableName must be given"))?.to_owned(), action, request))
}

fn distinct(tables: &BTreeMap<String, Table>, requests: &[Request<'_>]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for (name, action, request) in requests {
        let Some(table) = tables.get(name) else { continue };
        let key = match *action {
            "putItem" => match request.get("Item").and_then(Value::as_object) {
                Some(item) => table.key_of(item)?,
                None => return Err(invalid("Item must be given")),
            },
            _ => table.request_key(request)?.0,
        };
        if !seen.insert((name, key)) {
            return Err(invalid("Transaction request cannot include multiple operations on one item"));
        }
    }
    Ok(())
}

fn read(tables: &BTreeMap<String, Table>, requests: &[Request<'_>]) -> Outcome {
    let mut responses = Vec::new();
    for (name, _, request) in requests {
        let Some(table) = tables.get(name) else { continue };
        let (key, _) = table.request_key(request)?;
        responses.push(match table.items.get(&key) {
            Some(item) => record([("Item", Value::Object(project(item, request, &Names::of(request))?))]),
            None => record([]),
        });
    }
    Ok(record([("Responses", Value::array(responses))]))
}
