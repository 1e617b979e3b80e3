//! DynamoDB in memory: items, keys, conditions, updates, queries over tables and indexes.
//!
//! The SDK integration spells types as the Java SDK does (`Bool`, `Nul`, `Ss`), the optimized one as the API does
//! (`BOOL`, `NULL`, `SS`); both are taken, and what was put in is given back as it was.

use std::collections::BTreeMap;

use interpreter::ServiceError;
use jsonata::{Object, Value};

use crate::app::Resource;
use crate::shape::record;
use crate::stores::Answer;

mod attribute;
mod condition;
mod lexer;
mod strict;
#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests;
pub(crate) mod transact;
mod update;

use attribute::{compare, held, key_text, marshal, unmarshal};
use condition::Condition;
use lexer::Names;

/// A table's items, by their keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    key: String,
    sort: Option<String>,
    indexes: BTreeMap<String, (String, Option<String>)>,
    items: BTreeMap<String, Object>,
}

/// What is wrong with a request.
pub(crate) enum Problem {
    /// `ValidationException`, with its message.
    Invalid(String),
    /// `ConditionalCheckFailedException`
    Condition,
    /// `TransactionCanceledException`, with the reason of each request.
    Canceled(String),
    /// `IdempotentParameterMismatchException`
    Mismatch,
    /// `ResourceNotFoundException`
    NoTable,
}

type Outcome = Result<Value, Problem>;

pub(crate) fn invalid(message: impl Into<String>) -> Problem {
    Problem::Invalid(message.into())
}

impl Problem {
    fn told(self, sdk: bool) -> ServiceError {
        let (name, message) = match self {
            Problem::Invalid(message) => ("ValidationException", message),
            Problem::Condition => {
                ("ConditionalCheckFailedException", "The conditional request failed".to_owned())
            }
            Problem::Canceled(reasons) => (
                "TransactionCanceledException",
                format!(
                    "Transaction cancelled, please refer cancellation reasons for specific reasons [{reasons}]"
                ),
            ),
            Problem::Mismatch => (
                "IdempotentParameterMismatchException",
                "The request uses the same client token as a previous, but non-identical request. Do not reuse a \
                 client token with different requests, unless the requests are identical"
                    .to_owned(),
            ),
            Problem::NoTable => ("ResourceNotFoundException", "Requested resource not found".to_owned()),
        };
        let request = "00000000-0000-4000-8000-000000000000";
        if sdk {
            let cause = format!(
                "{message} (Service: DynamoDb, Status Code: 400, Request ID: {request}) (SDK Attempt Count: 1)"
            );
            return ServiceError::new(format!("DynamoDb.{}", sdk_name(name)), cause);
        }
        let cause = format!(
            "{message} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: {name}; Request ID: {request}; \
             Proxy: null)"
        );
        let name = if name == "ValidationException" { "AmazonDynamoDBException" } else { name };
        ServiceError::new(format!("DynamoDB.{name}"), cause)
    }
}

/// The SDK has no class of its own for a validation error.
fn sdk_name(name: &str) -> &str {
    if name == "ValidationException" { "DynamoDbException" } else { name }
}

/// What a mock's parameters stand for.
pub(crate) fn asked(action: &str, arguments: &Value) -> Vec<Value> {
    let object = |name: &str| arguments.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    match action {
        "getItem" | "deleteItem" => vec![plain_key(&object("Key"))],
        "updateItem" => vec![plain_key(&object("Key")), arguments.clone()],
        "putItem" => vec![plain(&object("Item"))],
        "batchGetItem" | "batchWriteItem" => vec![batched(arguments)],
        _ => vec![arguments.clone()],
    }
}

/// What DynamoDB answers where a mock gave a value.
pub(crate) fn answered(action: &str, value: Value, arguments: &Value) -> Value {
    let item = |value: &Value| match value {
        Value::Object(members) => attributes(members),
        other => other.clone(),
    };
    match action {
        "getItem" if value.is_null() => record([]),
        "getItem" => record([("Item", item(&value))]),
        "updateItem" => record([("Attributes", item(&value))]),
        "query" | "scan" => {
            let items: Vec<Value> =
                value.as_array().into_iter().flat_map(|it| it.as_slice()).map(item).collect();
            let count = Value::from(items.len());
            record([("Items", Value::array(items)), ("Count", count.clone()), ("ScannedCount", count)])
        }
        "batchGetItem" => {
            let tables = arguments.get("RequestItems").and_then(Value::as_object);
            let table = tables.and_then(|it| it.keys().next().cloned()).unwrap_or_else(|| "".into());
            let rows = value.as_array().into_iter().flat_map(|it| it.as_slice()).map(item);
            let rows = Value::array(rows);
            record([("Responses", Value::object([(table, rows)]))])
        }
        _ => record([]),
    }
}

/// The keys or items of a batch, plain.
fn batched(arguments: &Value) -> Value {
    let tables = arguments.get("RequestItems").and_then(Value::as_object);
    let Some(requests) = tables.and_then(|it| it.values().next().cloned()) else { return Value::array([]) };
    let list = requests.get("Keys").unwrap_or(&requests).as_array().cloned().unwrap_or_default();
    let plain = list.as_slice().iter().map(|request| {
        let inner = |kind: &str, name: &str| request.get(kind).and_then(|it| it.get(name));
        let put = inner("PutRequest", "Item").and_then(Value::as_object).map(plain);
        let key = inner("DeleteRequest", "Key").or(Some(request)).and_then(Value::as_object).map(plain_key);
        put.or(key).unwrap_or(Value::Null)
    });
    Value::array(plain)
}

fn attributes(members: &Object) -> Value {
    let held = members.iter().filter(|(_, it)| !it.is_null()).map(|(name, it)| (name.clone(), marshal(it)));
    Value::object(held)
}

fn plain(item: &Object) -> Value {
    Value::object(item.iter().map(|(name, it)| (name.clone(), unmarshal(it))))
}

/// A key of one attribute is that attribute.
fn plain_key(key: &Object) -> Value {
    let mut values = key.values();
    match (values.next(), values.next()) {
        (Some(one), None) => unmarshal(one),
        _ => plain(key),
    }
}

impl Table {
    pub(crate) fn new(resource: &Resource) -> Table {
        Table {
            key: resource.key.clone().unwrap_or_else(|| "id".to_owned()),
            sort: resource.sort.clone(),
            indexes: resource.indexes.clone(),
            items: BTreeMap::new(),
        }
    }

    /// Answers a request; `None` for actions that are not known.
    pub(crate) fn call(&mut self, action: &str, arguments: &Value, sdk: bool) -> Option<Answer> {
        let known = matches!(
            action,
            "getItem"
                | "putItem"
                | "updateItem"
                | "deleteItem"
                | "query"
                | "scan"
                | "batchGetItem"
                | "batchWriteItem"
        );
        known.then(|| self.answer(action, arguments).map_err(|problem| problem.told(sdk)))
    }

    /// One request; `conditionCheck` is one only in a transaction.
    fn answer(&mut self, action: &str, arguments: &Value) -> Outcome {
        strict::names(arguments)?;
        match action {
            "getItem" => self.get(arguments),
            "putItem" => self.put(arguments),
            "updateItem" => self.update(arguments),
            "deleteItem" => self.delete(arguments),
            "query" | "scan" => self.search(arguments, action == "query"),
            "batchGetItem" => self.batch_get(arguments),
            "batchWriteItem" => self.batch_write(arguments),
            _ => {
                let (key, _) = self.request_key(arguments)?;
                self.check(arguments, &key)?;
                Ok(record([]))
            }
        }
    }

    /// Puts a plain item in.
    ///
    /// # Errors
    /// What the item lacks.
    pub(crate) fn fill(&mut self, item: &Value) -> Result<(), String> {
        let Value::Object(members) = item else { return Err(format!("an item is an object, not {item}")) };
        let Value::Object(item) = attributes(members) else { return Ok(()) };
        let missing = || {
            let sort = self.sort.as_ref().map(|it| format!(" and `{it}`")).unwrap_or_default();
            format!("an item needs the key `{}`{sort}, of text or a number", self.key)
        };
        let key = self.key_of(&item).map_err(|_| missing())?;
        self.items.insert(key, item);
        Ok(())
    }

    /// All items, plain, by their keys.
    pub(crate) fn items(&self) -> Value {
        Value::array(self.items.values().map(plain))
    }

    fn key_of(&self, item: &Object) -> Result<String, Problem> {
        let part = |name: &str| {
            if item.get(name).and_then(held).is_some_and(|(_, it)| it.as_str() == Some("")) {
                return Err(invalid(format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
                     contain an empty string value. Key: {name}"
                )));
            }
            let found = item.get(name).and_then(key_text);
            found.ok_or_else(|| {
                invalid(format!(
                    "One or more parameter values were invalid: Missing the key {name} in the item"
                ))
            })
        };
        let mut text = part(&self.key)?;
        if let Some(sort) = &self.sort {
            text.push('\u{0}');
            text.push_str(&part(sort)?);
        }
        Ok(text)
    }

    fn request_key<'v>(&self, arguments: &'v Value) -> Result<(String, &'v Object), Problem> {
        let key = arguments.get("Key").and_then(Value::as_object);
        let key = key.ok_or_else(|| invalid("The provided key element does not match the schema"))?;
        let wanted = 1 + usize::from(self.sort.is_some());
        let text = self.key_of(key).ok().filter(|_| key.len() == wanted);
        Ok((text.ok_or_else(|| invalid("The provided key element does not match the schema"))?, key))
    }

    fn get(&self, arguments: &Value) -> Outcome {
        let (key, _) = self.request_key(arguments)?;
        let names = Names::of(arguments);
        Ok(match self.items.get(&key) {
            Some(item) => record([("Item", Value::Object(project(item, arguments, &names)?))]),
            None => record([]),
        })
    }

    /// Fails where the request's condition does not hold for the item as it is.
    fn check(&self, arguments: &Value, key: &str) -> Result<(), Problem> {
        let Some(text) = arguments.get("ConditionExpression").and_then(Value::as_str) else { return Ok(()) };
        let names = Names::of(arguments);
        let condition = Condition::parse(text, &names)?;
        let none = Object::new();
        let item = self.items.get(key).unwrap_or(&none);
        if condition.holds(item) { Ok(()) } else { Err(Problem::Condition) }
    }

    fn put(&mut self, arguments: &Value) -> Outcome {
        let item = arguments.get("Item").and_then(Value::as_object).cloned();
        let item = item.ok_or_else(|| invalid("Item must be given"))?;
        let key = self.key_of(&item)?;
        strict::size(&item)?;
        self.check(arguments, &key)?;
        let old = self.items.insert(key, item);
        Ok(returned(arguments, old.as_ref(), None))
    }

    fn delete(&mut self, arguments: &Value) -> Outcome {
        let (key, _) = self.request_key(arguments)?;
        self.check(arguments, &key)?;
        let old = self.items.remove(&key);
        Ok(returned(arguments, old.as_ref(), None))
    }

    fn update(&mut self, arguments: &Value) -> Outcome {
        let (text, key) = self.request_key(arguments)?;
        self.check(arguments, &text)?;
        let old = self.items.get(&text).cloned();
        let mut item = old.clone().unwrap_or_else(|| key.clone());
        if let Some(expression) = arguments.get("UpdateExpression").and_then(Value::as_str) {
            let names = Names::of(arguments);
            update::apply(expression, &names, old.as_ref().unwrap_or(&Object::new()), &mut item)?;
        }
        if self.key_of(&item)? != text {
            return Err(invalid(
                "One or more parameter values were invalid: Cannot update attribute. This attribute is part of the key",
            ));
        }
        let answer = returned(arguments, old.as_ref(), Some(&item));
        self.items.insert(text, item);
        Ok(answer)
    }

    fn search(&self, arguments: &Value, query: bool) -> Outcome {
        let names = Names::of(arguments);
        let text = |name: &str| arguments.get(name).and_then(Value::as_str);
        let parse = |name: &str| text(name).map(|it| Condition::parse(it, &names)).transpose();
        let (keys, filter) = (parse("KeyConditionExpression")?, parse("FilterExpression")?);
        if query && keys.is_none() {
            return Err(invalid(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
            ));
        }
        let (hash, sort) = match text("IndexName") {
            Some(index) => match self.indexes.get(index) {
                Some((hash, sort)) => (hash.clone(), sort.clone()),
                None => return Err(invalid(format!("The table does not have the specified index: {index}"))),
            },
            None => (self.key.clone(), self.sort.clone()),
        };
        let by_index = text("IndexName").is_some();
        if by_index && arguments.get("ConsistentRead") == Some(&Value::from(true)) {
            return Err(invalid("Consistent reads are not supported on global secondary indexes"));
        }
        if let (true, Some(keys)) = (query, &keys) {
            strict::key_condition(keys, &hash, sort.as_deref())?;
            let names: Vec<&str> = std::iter::once(hash.as_str()).chain(sort.as_deref()).collect();
            filter.iter().try_for_each(|it| strict::filter(it, &names))?;
        }
        let mut found: Vec<&Object> = Vec::new();
        for item in self.items.values() {
            // An index holds only the items that have its keys.
            let indexed = item.get(&hash).is_some() && sort.as_ref().is_none_or(|it| item.get(it).is_some());
            let matches = match &keys {
                Some(condition) => condition.holds(item),
                None => true,
            };
            if indexed && matches {
                found.push(item);
            }
        }
        if let (true, Some(sort)) = (query, &sort) {
            found.sort_by(|a, b| compare(a.get(sort), b.get(sort)).unwrap_or(std::cmp::Ordering::Equal));
        }
        if query && arguments.get("ScanIndexForward") == Some(&Value::from(false)) {
            found.reverse();
        }
        self.page(arguments, &names, found, filter.as_ref())
    }

    /// The request's page of what was found: AWS limits before it filters.
    fn page(
        &self,
        arguments: &Value,
        names: &Names,
        found: Vec<&Object>,
        filter: Option<&Condition>,
    ) -> Outcome {
        let after = match arguments.get("ExclusiveStartKey").and_then(Value::as_object) {
            Some(key) => {
                let key = self.key_of(key)?;
                let at = found.iter().position(|it| self.key_of(it).is_ok_and(|it| it == key));
                at.map_or(0, |at| at + 1)
            }
            None => 0,
        };
        let limit = arguments.get("Limit").and_then(Value::as_i64).and_then(|it| usize::try_from(it).ok());
        let rest = found.get(after..).unwrap_or(&[]);
        let scanned = rest.get(..limit.unwrap_or(rest.len()).min(rest.len())).unwrap_or(rest);
        let mut items = Vec::new();
        for item in scanned {
            if filter.is_none_or(|it| it.holds(item)) {
                items.push(Value::Object(project(item, arguments, names)?));
            }
        }
        let mut answer = Object::new();
        answer.insert("Count", Value::from(items.len()));
        answer.insert("Items", Value::array(items));
        answer.insert("ScannedCount", Value::from(scanned.len()));
        if let (true, Some(last)) = (scanned.len() < rest.len(), scanned.last()) {
            let parts = std::iter::once(&self.key).chain(&self.sort);
            let key = parts.filter_map(|name| Some((name.as_str(), last.get(name)?.clone())));
            answer.insert("LastEvaluatedKey", Value::object(key));
        }
        Ok(Value::Object(answer))
    }

    fn batch_get(&self, arguments: &Value) -> Outcome {
        let mut responses = Object::new();
        let tables = arguments.get("RequestItems").and_then(Value::as_object).cloned().unwrap_or_default();
        for (table, request) in tables.iter() {
            let keys = request.get("Keys").and_then(Value::as_array).cloned().unwrap_or_default();
            strict::batch(self, keys.as_slice(), false)?;
            let mut items = Vec::new();
            for key in keys.as_slice() {
                let Some(key) = key.as_object() else { continue };
                items.extend(self.items.get(&self.key_of(key)?).cloned().map(Value::Object));
            }
            responses.insert(table.clone(), Value::array(items));
        }
        Ok(record([("Responses", Value::Object(responses)), ("UnprocessedKeys", record([]))]))
    }

    fn batch_write(&mut self, arguments: &Value) -> Outcome {
        let tables = arguments.get("RequestItems").and_then(Value::as_object).cloned().unwrap_or_default();
        for requests in tables.values().filter_map(Value::as_array) {
            strict::batch(self, requests.as_slice(), true)?;
        }
        for request in tables.values().filter_map(Value::as_array).flat_map(|it| it.as_slice()) {
            let of = |kind: &str, name: &str| {
                request.get(kind).and_then(|it| it.get(name)).and_then(Value::as_object)
            };
            if let Some(item) = of("PutRequest", "Item") {
                self.items.insert(self.key_of(item)?, item.clone());
            } else if let Some(key) = of("DeleteRequest", "Key") {
                let key = self.key_of(key)?;
                self.items.remove(&key);
            }
        }
        Ok(record([("UnprocessedItems", record([]))]))
    }
}

/// What `ReturnValues` asks for.
fn returned(arguments: &Value, old: Option<&Object>, new: Option<&Object>) -> Value {
    let item = match arguments.get("ReturnValues").and_then(Value::as_str) {
        Some("ALL_OLD" | "UPDATED_OLD") => old,
        Some("ALL_NEW" | "UPDATED_NEW") => new,
        _ => None,
    };
    item.map_or_else(|| record([]), |item| record([("Attributes", Value::Object(item.clone()))]))
}

/// The attributes that `ProjectionExpression` names; of nested paths the whole attribute.
fn project(item: &Object, arguments: &Value, names: &Names) -> Result<Object, Problem> {
    let Some(text) = arguments.get("ProjectionExpression").and_then(Value::as_str) else {
        return Ok(item.clone());
    };
    let mut projected = Object::new();
    for path in text.split(',') {
        let first = path.trim().split(['.', '[']).next().unwrap_or_default();
        let name = names.name(first)?;
        if let Some(value) = item.get(&name) {
            projected.insert(name, value.clone());
        }
    }
    Ok(projected)
}
