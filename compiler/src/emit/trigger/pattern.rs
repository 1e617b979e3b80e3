//! `when` over an event → an event pattern: comparisons of the event's fields with constants, joined by `&&`.

use serde_json::{Map, Value as Json, json};

use super::Wire;
use crate::emit::api::letter;
use crate::emit::evaluate::{Binding, Result, Scope, Topic, fail};
use crate::emit::value::{Hole, Value};
use crate::source::Span;
use crate::typed::{BinaryOp, Builtin, Expr, ExprKind};
use crate::types::{Type, Types};

/// Adds the trigger's condition to the pattern.
pub(super) fn add_condition(wire: &Wire<'_, '_>, pattern: &mut Json) -> Result<()> {
    add_tests(wire, pattern).map_err(|it| it.of(Topic::Filter))
}

fn add_tests(wire: &Wire<'_, '_>, pattern: &mut Json) -> Result<()> {
    let Some(when) = &wire.trigger.when else { return Ok(()) };
    if pattern.is_null() {
        *pattern = Json::Object(Map::new());
    }
    let mut tests = Vec::new();
    collect(wire, when, &mut tests)?;
    for Test { hole, op, constant } in tests {
        let (path, accepted) = place(wire, &hole, op, constant).or_else(|why| fail(when.span, why))?;
        let steps: Vec<&str> = path.split('.').collect();
        put(pattern, &steps, accepted, when.span)?;
    }
    Ok(())
}

/// A comparison of a piece of the event with a constant.
struct Test {
    hole: Hole,
    op: Compare,
    constant: Json,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Compare {
    Is(BinaryOp),
    StartsWith,
    EndsWith,
    Contains,
}

/// Where in AWS's event the comparison looks, and what it accepts there.
fn place(
    wire: &Wire<'_, '_>,
    hole: &Hole,
    op: Compare,
    constant: Json,
) -> std::result::Result<(String, Vec<Json>), String> {
    let types = &wire.deployment.program.types;
    let mut hole = hole.clone();
    let missing_fits = matches!(types.resolve(&hole.ty), Type::Optional(_) | Type::Json);
    // A pattern sees leaves only, so that a record is there where one of its leaves is.
    if constant.is_null() {
        leaf(types, &mut hole, 0)?;
    }
    let mut path = wire.path(&hole)?;
    let mut constant = constant;
    if wire.is_image(&hole) {
        let letter = letter(required(types, &hole.ty));
        path = format!("{path}.{letter}");
        constant = in_dynamo(letter, op, constant)?;
    }
    let known = test(op, &constant).ok_or_else(|| WHY.to_owned())?;
    let mut accepted = match (op, &constant) {
        (Compare::Is(BinaryOp::In), Json::Array(items)) => items.clone(),
        _ => vec![known],
    };
    // `anything-but` wants a value, and here nothing is another value too.
    if missing_fits && op == Compare::Is(BinaryOp::Ne) && !constant.is_null() {
        accepted.push(json!({ "exists": false }));
    }
    Ok((path, accepted))
}

const WHY: &str = "only comparisons of the event's fields with constants, joined by `&&`, can filter events";

/// Goes down to a text, number or boolean that is always there.
fn leaf(types: &Types, hole: &mut Hole, depth: u32) -> std::result::Result<(), String> {
    let Type::Record(record) = required(types, &hole.ty) else {
        return match required(types, &hole.ty) {
            Type::List(_) | Type::Dict(_) => {
                Err("whether a list is there can't be told to EventBridge".into())
            }
            _ => Ok(()),
        };
    };
    let always = |ty: &Type| !matches!(types.resolve(ty), Type::Optional(_) | Type::List(_) | Type::Dict(_));
    let found = record.fields.iter().find(|(_, field)| always(&field.ty));
    let Some((name, field)) = found.filter(|_| depth < 8) else {
        return Err("whether it is there can't be told to EventBridge: none of its fields always is".into());
    };
    let (name, ty) = (name.to_string(), field.ty.clone());
    hole.path.push(name);
    hole.ty = ty;
    leaf(types, hole, depth + 1)
}

fn required<'t>(types: &'t Types, ty: &'t Type) -> &'t Type {
    match types.resolve(ty) {
        Type::Optional(inner) => types.resolve(inner),
        other => other,
    }
}

/// The constant as DynamoDB writes it: numbers are text.
fn in_dynamo(letter: &str, op: Compare, constant: Json) -> std::result::Result<Json, String> {
    match (letter, op, constant) {
        (_, Compare::Is(BinaryOp::Eq | BinaryOp::Ne), Json::Null) => Ok(Json::Null),
        ("N", Compare::Is(BinaryOp::Eq | BinaryOp::Ne), Json::Number(it)) => Ok(it.to_string().into()),
        ("N", Compare::Is(BinaryOp::In), Json::Array(items)) => {
            Ok(items.iter().map(|it| Json::from(it.to_string())).collect())
        }
        ("N", ..) => {
            Err("a table's stream writes numbers as text: they can be equal or not, but not compared".into())
        }
        ("S" | "BOOL" | "B", _, constant) => Ok(constant),
        _ => Err("a record or list of an item can't be compared".into()),
    }
}

fn put(pattern: &mut Json, path: &[&str], accepted: Vec<Json>, span: Span) -> Result<()> {
    let (Some(fields), Some((first, rest))) = (pattern.as_object_mut(), path.split_first()) else {
        return fail(
            span,
            "two conditions on one field, or on a field and its parts, can't be told to EventBridge",
        );
    };
    if rest.is_empty() {
        return match fields.insert((*first).to_owned(), accepted.into()) {
            None => Ok(()),
            Some(_) => fail(span, "two conditions on one field can't be told to EventBridge"),
        };
    }
    put(fields.entry(*first).or_insert_with(|| Json::Object(Map::new())), rest, accepted, span)
}

fn collect<'a>(wire: &Wire<'_, 'a>, expr: &'a Expr, tests: &mut Vec<Test>) -> Result<()> {
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
                _ => return fail(expr.span, WHY),
            };
            let constant = wire.deployment.json(&constant, expr.span)?;
            tests.push(Test { hole, op: Compare::Is(op), constant });
            Ok(())
        }
        ExprKind::Builtin { function, arguments } => {
            let [receiver, text] = arguments.as_slice() else { return fail(expr.span, WHY) };
            let (Value::Hole(hole), Value::Text(text)) = (value(wire, receiver)?, value(wire, text)?) else {
                return fail(expr.span, WHY);
            };
            let op = match function {
                Builtin::StartsWith => Compare::StartsWith,
                Builtin::EndsWith => Compare::EndsWith,
                Builtin::Contains => Compare::Contains,
                _ => return fail(expr.span, WHY),
            };
            tests.push(Test { hole, op, constant: text.into() });
            Ok(())
        }
        ExprKind::Not(inner) => flag(wire, inner, false, tests),
        _ => flag(wire, expr, true, tests),
    }
}

/// `event.body.urgent`, `!event.body.urgent`
fn flag<'a>(wire: &Wire<'_, 'a>, expr: &'a Expr, wanted: bool, tests: &mut Vec<Test>) -> Result<()> {
    let Ok(Value::Hole(hole)) = value(wire, expr) else { return fail(expr.span, WHY) };
    tests.push(Test { hole, op: Compare::Is(BinaryOp::Eq), constant: wanted.into() });
    Ok(())
}

fn value<'a>(wire: &Wire<'_, 'a>, expr: &'a Expr) -> Result {
    let mut scope = Scope::default();
    if let Some(binder) = wire.trigger.binder {
        let ty = wire.deployment.program.locals.get(binder.index()).map_or(Type::Json, |it| it.ty.clone());
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

fn test(op: Compare, constant: &Json) -> Option<Json> {
    Some(match op {
        Compare::StartsWith => json!({ "prefix": constant }),
        Compare::EndsWith => json!({ "suffix": constant }),
        Compare::Contains => json!({ "wildcard": format!("*{}*", constant.as_str()?) }),
        Compare::Is(BinaryOp::Eq) if constant.is_null() => json!({ "exists": false }),
        Compare::Is(BinaryOp::Ne) if constant.is_null() => json!({ "exists": true }),
        Compare::Is(BinaryOp::Eq | BinaryOp::In) => constant.clone(),
        Compare::Is(BinaryOp::Ne) => json!({ "anything-but": [constant] }),
        Compare::Is(BinaryOp::Less(_)) => json!({ "numeric": ["<", constant] }),
        Compare::Is(BinaryOp::LessEqual(_)) => json!({ "numeric": ["<=", constant] }),
        Compare::Is(BinaryOp::Greater(_)) => json!({ "numeric": [">", constant] }),
        Compare::Is(BinaryOp::GreaterEqual(_)) => json!({ "numeric": [">=", constant] }),
        Compare::Is(_) => return None,
    })
}
