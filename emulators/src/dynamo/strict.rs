//! What DynamoDB refuses in a request whatever the table holds: names and values that no expression uses, conditions that
//! a query doesn't take, batches too large (API Reference, "Query", "BatchWriteItem", "BatchGetItem"; Developer Guide,
//! "Key condition expressions", "Expression attribute names").

use std::collections::HashSet;
use std::sync::LazyLock;

use jsonata::{Object, Value};

use super::condition::{Condition, Operand, Step};
use super::lexer::Tokens;
use super::{Problem, Table, invalid};

/// The members of a request that hold expressions.
const EXPRESSIONS: [&str; 5] = [
    "ConditionExpression",
    "UpdateExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
];

/// Writes and keys in a batch.
const WRITES: usize = 25;
const READS: usize = 100;

/// Bytes of an item.
const LARGEST: usize = 400 * 1024;

/// The words that no attribute may have in an expression (Developer Guide, "Reserved words in DynamoDB").
static RESERVED: &str = include_str!("reserved.txt");

/// Reserved words that expressions are made of: where they stand, the parser says what they are.
const SYNTAX: [&str; 9] = ["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"];

fn is_reserved(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| RESERVED.split_whitespace().collect());
    let upper = word.to_ascii_uppercase();
    WORDS.contains(upper.as_str()) && !SYNTAX.contains(&upper.as_str())
}

/// Every name and value that is given must be used, and no attribute named by a reserved word.
pub(super) fn names(arguments: &Value) -> Result<(), Problem> {
    let mut used: HashSet<&str> = HashSet::new();
    for name in EXPRESSIONS {
        let Some(text) = arguments.get(name).and_then(Value::as_str) else { continue };
        if text.trim().is_empty() {
            return Err(invalid(format!("Invalid {name}: The expression can not be empty;")));
        }
        let mut tokens = Tokens::new(text)?;
        while let Some(word) = tokens.next() {
            used.insert(word);
            // What stands before a parenthesis is a function.
            if is_reserved(word) && tokens.peek() != Some("(") {
                return Err(invalid(format!(
                    "Invalid {name}: Attribute name is a reserved keyword; reserved keyword: {word}"
                )));
            }
        }
    }
    for member in ["ExpressionAttributeNames", "ExpressionAttributeValues"] {
        let Some(given) = arguments.get(member).and_then(Value::as_object) else { continue };
        if given.is_empty() {
            return Err(invalid(format!("{member} must not be empty")));
        }
        let unused: Vec<&str> = given.keys().map(|it| &**it).filter(|it| !used.contains(it)).collect();
        if !unused.is_empty() {
            let keys = unused.join(", ");
            return Err(invalid(format!(
                "Value provided in {member} unused in expressions: keys: {{{keys}}}"
            )));
        }
    }
    Ok(())
}

/// The condition of a query: `=` on the partition key, and at most one more on the sort key.
pub(super) fn key_condition(condition: &Condition, hash: &str, sort: Option<&str>) -> Result<(), Problem> {
    let mut parts = Vec::new();
    conjuncts(condition, &mut parts)?;
    let (mut hashes, mut sorts) = (0, 0);
    for part in parts {
        let Some(name) = subject(part) else {
            return Err(invalid(
                "Invalid KeyConditionExpression: an operand must be a key and the other a value",
            ));
        };
        let equal = matches!(part, Condition::Compare(_, sign, _) if sign == "=");
        if name == hash {
            if !equal {
                return Err(invalid("Query key condition not supported"));
            }
            hashes += 1;
        } else if Some(name) == sort {
            sorts += 1;
        } else {
            return Err(invalid(format!("Query condition missed key schema element: {hash}")));
        }
    }
    if hashes == 0 {
        return Err(invalid(format!("Query condition missed key schema element: {hash}")));
    }
    if hashes > 1 || sorts > 1 {
        return Err(invalid("KeyConditionExpressions must only contain one condition per key"));
    }
    Ok(())
}

fn conjuncts<'c>(condition: &'c Condition, into: &mut Vec<&'c Condition>) -> Result<(), Problem> {
    match condition {
        Condition::And(a, b) => {
            conjuncts(a, into)?;
            conjuncts(b, into)
        }
        Condition::Compare(_, sign, _) if sign == "<>" => {
            Err(invalid("Unsupported operator on KeyCondition: NE"))
        }
        Condition::Compare(..) | Condition::Between(..) | Condition::Begins(..) => {
            into.push(condition);
            Ok(())
        }
        Condition::Or(..) => Err(refused("OR")),
        Condition::Not(_) => Err(refused("NOT")),
        Condition::In(..) => Err(refused("IN")),
        Condition::Exists(..) | Condition::TypeIs(..) | Condition::Contains(..) => {
            Err(refused("this function"))
        }
    }
}

fn refused(what: &str) -> Problem {
    invalid(format!("Invalid operator used in KeyConditionExpression: {what}"))
}

/// The attribute that a condition of a query is about.
fn subject(condition: &Condition) -> Option<&str> {
    let one = |operand: &Operand| matches!(operand, Operand::Value(_));
    match condition {
        Condition::Compare(a, _, b) if one(b) => name(a),
        Condition::Compare(a, _, b) if one(a) => name(b),
        Condition::Between(it, low, high) if one(low) && one(high) => name(it),
        Condition::Begins(it, prefix) if one(prefix) => name(it),
        _ => None,
    }
}

fn name(operand: &Operand) -> Option<&str> {
    match operand {
        Operand::Path(path) => match path.as_slice() {
            [Step::Name(name)] => Some(name),
            _ => None,
        },
        Operand::Value(_) | Operand::Size(_) => None,
    }
}

/// A filter of a query can't look at the keys that the query is by.
pub(super) fn filter(condition: &Condition, keys: &[&str]) -> Result<(), Problem> {
    let path = |operand: &Operand| match operand {
        Operand::Path(path) => match path.first() {
            Some(Step::Name(name)) if keys.contains(&name.as_str()) => Err(invalid(format!(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: {name}"
            ))),
            _ => Ok(()),
        },
        Operand::Value(_) | Operand::Size(_) => Ok(()),
    };
    match condition {
        Condition::And(a, b) | Condition::Or(a, b) => {
            filter(a, keys)?;
            filter(b, keys)
        }
        Condition::Not(inner) => filter(inner, keys),
        Condition::Compare(a, _, b)
        | Condition::TypeIs(a, b)
        | Condition::Begins(a, b)
        | Condition::Contains(a, b) => {
            path(a)?;
            path(b)
        }
        Condition::Between(a, b, c) => {
            path(a)?;
            path(b)?;
            path(c)
        }
        Condition::In(a, all) => {
            path(a)?;
            all.iter().try_for_each(path)
        }
        Condition::Exists(a, _) => path(a),
    }
}

/// A batch: at most 25 writes or 100 keys, none of an item twice.
pub(super) fn batch(table: &Table, requests: &[Value], writes: bool) -> Result<(), Problem> {
    let most = if writes { WRITES } else { READS };
    if requests.is_empty() || requests.len() > most {
        return Err(invalid(if writes {
            "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must \
             satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater \
             than or equal to 1]"
        } else {
            "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Map value must \
             satisfy constraint: [Member must have length less than or equal to 100, Member must have length greater \
             than or equal to 1]"
        }));
    }
    let mut seen = HashSet::new();
    for request in requests {
        let item = match writes {
            false => request.as_object(),
            true => {
                let of = |kind: &str, name: &str| request.get(kind).and_then(|it| it.get(name));
                of("PutRequest", "Item").or_else(|| of("DeleteRequest", "Key")).and_then(Value::as_object)
            }
        };
        let item = item.ok_or_else(|| invalid("Supplied AttributeValue has more than one datatypes set"))?;
        if !seen.insert(table.key_of(item)?) {
            return Err(invalid("Provided list of item keys contains duplicates"));
        }
    }
    Ok(())
}

/// An item's size: about what its names and values take.
pub(super) fn size(item: &Object) -> Result<(), Problem> {
    if Value::Object(item.clone()).to_string().len() > LARGEST * 2 {
        return Err(invalid("Item size has exceeded the maximum allowed size"));
    }
    Ok(())
}
