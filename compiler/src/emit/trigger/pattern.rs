//! `when` over an event → an event pattern: comparisons of the event's fields with constants, joined by `&&`.

use serde_json::{Map, Value as Json, json};

use super::Wire;
use crate::emit::evaluate::{Binding, Result, Scope, fail};
use crate::emit::value::{Hole, Value};
use crate::source::Span;
use crate::typed::{BinaryOp, Builtin, Expr, ExprKind};

/// Adds the trigger's condition to the pattern.
pub(super) fn add_condition(wire: &Wire<'_, '_>, pattern: &mut Json) -> Result<()> {
    let Some(when) = &wire.trigger.when else { return Ok(()) };
    if pattern.is_null() {
        *pattern = Json::Object(Map::new());
    }
    let mut tests = Vec::new();
    collect(wire, when, &mut tests)?;
    for (hole, test) in tests {
        let path = match wire.path(&hole) {
            Ok(path) => path,
            Err(why) => return fail(when.span, why),
        };
        let steps: Vec<&str> = path.split('.').collect();
        put(pattern, &steps, test, when.span)?;
    }
    Ok(())
}

fn put(pattern: &mut Json, path: &[&str], test: Json, span: Span) -> Result<()> {
    let (Some(fields), Some((first, rest))) = (pattern.as_object_mut(), path.split_first()) else {
        return fail(
            span,
            "two conditions on one field, or on a field and its parts, can't be told to EventBridge",
        );
    };
    if rest.is_empty() {
        return match fields.insert((*first).to_owned(), json!([test])) {
            None => Ok(()),
            Some(_) => fail(span, "two conditions on one field can't be told to EventBridge"),
        };
    }
    put(fields.entry(*first).or_insert_with(|| Json::Object(Map::new())), rest, test, span)
}

fn collect<'a>(wire: &Wire<'_, 'a>, expr: &'a Expr, tests: &mut Vec<(Hole, Json)>) -> Result<()> {
    let why = "only comparisons of the event's fields with constants, joined by `&&`, can filter events";
    match &expr.kind {
        ExprKind::Binary { op: BinaryOp::And, left, right } => {
            collect(wire, left, tests)?;
            collect(wire, right, tests)
        }
        ExprKind::Binary { op, left, right } => {
            let (left_value, right_value) = (value(wire, left)?, value(wire, right)?);
            let (hole, constant, op) = match (left_value, right_value) {
                (Value::Hole(hole), constant) => (hole, constant, *op),
                (constant, Value::Hole(hole)) => (hole, constant, mirrored(*op)),
                _ => return fail(expr.span, why),
            };
            let constant = match &constant {
                Value::List(_) if op == BinaryOp::In => wire.deployment.json(&constant, expr.span)?,
                other => wire.deployment.json(other, expr.span)?,
            };
            let Some(test) = test(op, constant) else { return fail(expr.span, why) };
            tests.push((hole, test));
            Ok(())
        }
        ExprKind::Builtin { function, arguments } => {
            let [receiver, text] = arguments.as_slice() else { return fail(expr.span, why) };
            let (Value::Hole(hole), Value::Text(text)) = (value(wire, receiver)?, value(wire, text)?) else {
                return fail(expr.span, why);
            };
            let test = match function {
                Builtin::StartsWith => json!({ "prefix": text }),
                Builtin::EndsWith => json!({ "suffix": text }),
                Builtin::Contains => json!({ "wildcard": format!("*{text}*") }),
                _ => return fail(expr.span, why),
            };
            tests.push((hole, test));
            Ok(())
        }
        _ => fail(expr.span, why),
    }
}

fn value<'a>(wire: &Wire<'_, 'a>, expr: &'a Expr) -> Result {
    let mut scope = Scope::default();
    if let Some(binder) = wire.trigger.binder {
        let ty = crate::types::Type::Json;
        scope.bind(binder, Binding::Value(Value::Hole(Hole { root: binder, path: Vec::new(), ty })));
    }
    wire.deployment.eval(expr, &scope)
}

fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less(it) => BinaryOp::Greater(it),
        BinaryOp::LessEqual(it) => BinaryOp::GreaterEqual(it),
        BinaryOp::Greater(it) => BinaryOp::Less(it),
        BinaryOp::GreaterEqual(it) => BinaryOp::LessEqual(it),
        other => other,
    }
}

fn test(op: BinaryOp, constant: Json) -> Option<Json> {
    Some(match op {
        BinaryOp::Eq if constant.is_null() => json!({ "exists": false }),
        BinaryOp::Ne if constant.is_null() => json!({ "exists": true }),
        BinaryOp::Eq => constant,
        BinaryOp::Ne => json!({ "anything-but": [constant] }),
        BinaryOp::Less(_) => json!({ "numeric": ["<", constant] }),
        BinaryOp::LessEqual(_) => json!({ "numeric": ["<=", constant] }),
        BinaryOp::Greater(_) => json!({ "numeric": [">", constant] }),
        BinaryOp::GreaterEqual(_) => json!({ "numeric": [">=", constant] }),
        _ => return None,
    })
}
