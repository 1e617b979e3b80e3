//! Evaluating at compile time what can be known then. Meaning and errors stay as they are: nothing that may
//! raise an error or is drawn anew is dropped or repeated.

use std::sync::Arc;

use super::{Context, Expr, Func, Item, Member, Op, VarId};

/// The simplest expression of the same meaning.
pub fn simplify(expr: Expr) -> Expr {
    expr.rewrite(&mut step)
}

/// Puts values in the place of the variables that an expression reads, and simplifies it where it reads one.
pub fn put<'v>(expr: &mut Expr, value: &impl Fn(VarId) -> Option<&'v Expr>) {
    if expr.any(&|e| matches!(e, Expr::Var(var) if value(*var).is_some())) {
        let taken = std::mem::replace(expr, Expr::Null);
        *expr = simplify(taken.rewrite(&mut |e| match e {
            Expr::Var(var) => value(var).cloned().unwrap_or(e),
            other => other,
        }));
    }
}

fn step(expr: Expr) -> Expr {
    match expr {
        Expr::If(c, a, b) => conditional(*c, *a, *b),
        Expr::Not(inner) => negation(*inner),
        Expr::Negate(inner) => match *inner {
            Expr::Number(n) if !n.starts_with('-') => Expr::Number(format!("-{n}").into()),
            other => Expr::Negate(Box::new(other)),
        },
        Expr::Binary(op, a, b) => binary(op, *a, *b),
        Expr::Field { base, name, maybe } => field(*base, name, maybe),
        Expr::Index { base, index } => item(*base, *index),
        Expr::Key { base, key } => match *key {
            Expr::String(name) => field(*base, name, true),
            other => Expr::Key { base, key: Box::new(other) },
        },
        Expr::Template(parts) => template(parts),
        Expr::Record(members) => Expr::Record(record(members)),
        Expr::List(items) => copied(list(items)),
        Expr::Let(bound, value, body) => binding(bound, *value, *body),
        Expr::Call(function, arguments) => call(function, arguments),
        other @ (Expr::Null
        | Expr::Boolean(_)
        | Expr::Number(_)
        | Expr::String(_)
        | Expr::Var(_)
        | Expr::Bound(_)
        | Expr::Result
        | Expr::Error
        | Expr::Input
        | Expr::Context(_)
        | Expr::Deploy(_)
        | Expr::Lambda(..)) => other,
    }
}

fn conditional(c: Expr, a: Expr, b: Expr) -> Expr {
    match (&c, &a, &b) {
        (Expr::Boolean(true), _, _) => a,
        (Expr::Boolean(false), _, _) => b,
        (_, Expr::Boolean(true), Expr::Boolean(false)) => c,
        (_, Expr::Boolean(false), Expr::Boolean(true)) => negation(c),
        _ if a == b && c.effects().total() => a,
        (Expr::Not(_), _, _) => match c {
            Expr::Not(inner) => conditional(*inner, b, a),
            other => Expr::choose(other, a, b),
        },
        // `x != null ? x : null` is `x`.
        (Expr::Binary(Op::Ne, x, null), _, Expr::Null) if **null == Expr::Null && **x == a => a,
        _ => Expr::choose(c, a, b),
    }
}

fn negation(inner: Expr) -> Expr {
    match inner {
        Expr::Boolean(b) => Expr::Boolean(!b),
        Expr::Not(e) => *e,
        Expr::Binary(Op::Eq, a, b) => Expr::Binary(Op::Ne, a, b),
        Expr::Binary(Op::Ne, a, b) => Expr::Binary(Op::Eq, a, b),
        other => Expr::Not(Box::new(other)),
    }
}

/// What is known of a value without running.
pub fn known_null(expr: &Expr) -> Option<bool> {
    match expr {
        Expr::Null => Some(true),
        Expr::Boolean(_)
        | Expr::Number(_)
        | Expr::String(_)
        | Expr::Template(_)
        | Expr::List(_)
        | Expr::Record(_)
        | Expr::Deploy(_)
        | Expr::Not(_)
        | Expr::Negate(_)
        | Expr::Binary(..)
        | Expr::Error => Some(false),
        Expr::If(_, a, b) => known_null(a).filter(|n| known_null(b) == Some(*n)),
        Expr::Let(_, _, body) => known_null(body),
        Expr::Context(Context::ExecutionId | Context::ExecutionName | Context::ExecutionStartTime) => {
            Some(false)
        }
        Expr::Call(function, _) => gives_value(*function).then_some(false),
        _ => None,
    }
}

/// Never null, whatever it is given.
fn gives_value(function: Func) -> bool {
    matches!(
        function,
        Func::Map { .. }
            | Func::Filter { .. }
            | Func::MapValues
            | Func::Sum
            | Func::Count
            | Func::CountIf
            | Func::Flatten
            | Func::Join
            | Func::Length
            | Func::Upper
            | Func::Lower
            | Func::Trim
            | Func::Round
            | Func::Uuid
            | Func::Now
            | Func::ToText
            | Func::ToJson
    )
}

fn is_scalar(expr: &Expr) -> bool {
    matches!(expr, Expr::Null | Expr::Boolean(_) | Expr::Number(_) | Expr::String(_))
}

fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Number(n) => n.parse().ok(),
        _ => None,
    }
}

/// Whole numbers that a double holds exactly.
fn integer(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Number(n) => n.parse::<i64>().ok().filter(|n| n.abs() < 1 << 53),
        _ => None,
    }
}

fn known_equal(a: &Expr, b: &Expr) -> Option<bool> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Some(a == b);
    }
    if is_scalar(a) && is_scalar(b) {
        return Some(a == b);
    }
    match (a, b) {
        (Expr::Null, x) | (x, Expr::Null) if x.effects().total() => known_null(x),
        _ => None,
    }
}

/// Whether the second condition holds wherever the first does, as far as their parts tell. Which of the two may go then is
/// another question: what stands first guards what stands behind it (`0 < $count(xs) and xs[0] > 1`).
fn implies(a: &Expr, b: &Expr) -> bool {
    let given = operands(Op::And, a);
    let held = |part: &&Expr| operands(Op::Or, part).iter().any(|way| given.contains(way));
    operands(Op::And, b).iter().all(held) && a.effects().total() && b.effects().total()
}

/// Whether all parts of the second condition are parts of the first: `a or b` evaluates the second in any case.
fn holds(a: &Expr, b: &Expr) -> bool {
    let given = operands(Op::And, a);
    operands(Op::And, b).iter().all(|part| given.contains(part)) && a.effects().total()
}

/// The operands of a chain of one operator.
fn operands(op: Op, expr: &Expr) -> Vec<&Expr> {
    let (mut found, mut left) = (Vec::new(), vec![expr]);
    while let Some(expr) = left.pop() {
        match expr {
            Expr::Binary(own, a, b) if *own == op => left.extend([&**b, &**a]),
            _ => found.push(expr),
        }
    }
    found
}

fn binary(op: Op, a: Expr, b: Expr) -> Expr {
    match op {
        Op::And => match (&a, &b) {
            (Expr::Boolean(true), _) => b,
            (Expr::Boolean(false), _) => a,
            (_, Expr::Boolean(true)) => a,
            (_, Expr::Boolean(false)) if a.effects().total() => b,
            _ if implies(&a, &b) => a,
            _ => Expr::binary(op, a, b),
        },
        Op::Or => match (&a, &b) {
            (Expr::Boolean(false), _) => b,
            (Expr::Boolean(true), _) => a,
            (_, Expr::Boolean(false)) => a,
            (_, Expr::Boolean(true)) if a.effects().total() => b,
            _ if holds(&a, &b) => b,
            _ if implies(&b, &a) => a,
            _ => Expr::binary(op, a, b),
        },
        Op::Eq | Op::Ne => match known_equal(&a, &b) {
            Some(equal) => Expr::Boolean(equal == (op == Op::Eq)),
            None => boolean_equality(op, a, b),
        },
        Op::Less => compare(op, a, b, |x, y| x < y),
        Op::LessEqual => compare(op, a, b, |x, y| x <= y),
        Op::Greater => compare(op, a, b, |x, y| x > y),
        Op::GreaterEqual => compare(op, a, b, |x, y| x >= y),
        Op::Add => arithmetic(op, a, b, i64::checked_add),
        Op::Subtract => arithmetic(op, a, b, i64::checked_sub),
        Op::Multiply => arithmetic(op, a, b, i64::checked_mul),
        // Only what comes out whole: the rest is JSONata's to round.
        Op::Divide => {
            arithmetic(op, a, b, |x, y| x.checked_rem(y).filter(|rest| *rest == 0).and(x.checked_div(y)))
        }
        Op::In => member_of(a, b),
        Op::Remainder => Expr::binary(op, a, b),
    }
}

/// `b == true` is `b`. Only conditions are known to be booleans.
fn boolean_equality(op: Op, a: Expr, b: Expr) -> Expr {
    let boolean = |e: &Expr| {
        matches!(e, Expr::Not(_))
            || matches!(e, Expr::Binary(op, ..) if !matches!(op, Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder))
    };
    match (&a, &b) {
        (_, Expr::Boolean(value)) if boolean(&a) => {
            if *value == (op == Op::Eq) {
                a
            } else {
                negation(a)
            }
        }
        _ => Expr::binary(op, a, b),
    }
}

fn compare(op: Op, a: Expr, b: Expr, f: impl Fn(f64, f64) -> bool) -> Expr {
    match (number(&a), number(&b)) {
        (Some(x), Some(y)) => Expr::Boolean(f(x, y)),
        _ => Expr::binary(op, a, b),
    }
}

fn arithmetic(op: Op, a: Expr, b: Expr, f: impl Fn(i64, i64) -> Option<i64>) -> Expr {
    let known = integer(&a).zip(integer(&b)).and_then(|(x, y)| f(x, y)).filter(|n| n.abs() < 1 << 53);
    if let Some(n) = known {
        return Expr::number(n);
    }
    let is = |e: &Expr, wanted: f64| number(e) == Some(wanted);
    match op {
        Op::Add if is(&a, 0.0) => b,
        Op::Add | Op::Subtract if is(&b, 0.0) => a,
        Op::Multiply if is(&a, 1.0) => b,
        Op::Multiply if is(&b, 1.0) => a,
        _ => Expr::binary(op, a, b),
    }
}

fn member_of(a: Expr, b: Expr) -> Expr {
    if let Expr::List(items) = &b {
        if items.is_empty() && a.effects().total() {
            return Expr::Boolean(false);
        }
        let known: Option<Vec<bool>> = items
            .iter()
            .map(|item| match item {
                Item::One(e) | Item::List(e) => known_equal(&a, e),
                Item::Spread(_) => None,
            })
            .collect();
        if let Some(known) = known {
            return Expr::Boolean(known.contains(&true));
        }
    }
    Expr::binary(Op::In, a, b)
}

/// A field of a record that is written out.
fn field(base: Expr, name: Arc<str>, maybe: bool) -> Expr {
    let Expr::Record(members) = &base else {
        return match base {
            Expr::Null if maybe => Expr::Null,
            Expr::If(c, a, b) if is_static(&a) && is_static(&b) => {
                conditional(*c, field(*a, name.clone(), maybe), field(*b, name, maybe))
            }
            base => Expr::Field { base: Box::new(base), name, maybe },
        };
    };
    if let Some(base) = only_spread(members, &name) {
        return field(base.clone(), name, maybe);
    }
    match find_member(members, &name) {
        Some(value) if droppable(members, value) => value.clone(),
        None if maybe && members.iter().all(|m| matches!(m, Member::Set(_, e) if e.effects().total())) => {
            Expr::Null
        }
        _ => Expr::Field { base: Box::new(base), name, maybe },
    }
}

fn is_static(expr: &Expr) -> bool {
    matches!(expr, Expr::Record(_) | Expr::Null)
}

/// The last member of that name, where nothing behind it could set it again.
fn find_member<'a>(members: &'a [Member], name: &str) -> Option<&'a Expr> {
    for member in members.iter().rev() {
        match member {
            Member::Set(n, value) if **n == *name => return Some(value),
            Member::Some(n, value) if **n == *name => return Some(value),
            Member::Set(..) | Member::Some(..) => {}
            Member::Spread(_) | Member::Computed(..) => return None,
        }
    }
    None
}

/// The record that is spread into this one, where the field can only come from there.
fn only_spread<'m>(members: &'m [Member], name: &str) -> Option<&'m Expr> {
    let mut found = None;
    for member in members {
        match member {
            Member::Spread(e) if found.is_none() => found = Some(e),
            Member::Set(n, e) if **n != *name && e.effects().total() => {}
            Member::Set(..) | Member::Some(..) | Member::Computed(..) | Member::Spread(_) => return None,
        }
    }
    found
}

/// Whether a record's other members can be forgotten.
fn droppable(members: &[Member], kept: &Expr) -> bool {
    let mut all = true;
    let mut look = |e: &Expr| all &= std::ptr::eq(e, kept) || e.effects().total();
    members.iter().for_each(|member| member.each_expr(&mut look));
    all
}

fn item(base: Expr, index: Expr) -> Expr {
    if let (Expr::List(items), Some(i)) = (&base, integer(&index)) {
        let position = usize::try_from(if i < 0 { i + items.len() as i64 } else { i }).ok();
        // Those that go must not have been able to fail.
        let plain = |(at, item): (usize, &Item)| match item {
            Item::One(e) | Item::List(e) => position == Some(at) || e.effects().total(),
            Item::Spread(_) => false,
        };
        if items.iter().enumerate().all(plain) {
            return position.and_then(|p| items.get(p)).map_or(Expr::Null, |item| item.expr().clone());
        }
    }
    base.index(index)
}

fn template(parts: Vec<Expr>) -> Expr {
    let mut flat: Vec<Expr> = Vec::new();
    for part in parts {
        let inner = match part {
            Expr::Template(inner) => inner,
            other => vec![other],
        };
        for part in inner {
            push_text(&mut flat, part);
        }
    }
    flat.retain(|part| *part != Expr::text(""));
    match flat.as_slice() {
        [] => Expr::text(""),
        [Expr::String(_)] => flat.remove(0),
        _ => Expr::Template(flat),
    }
}

fn push_text(flat: &mut Vec<Expr>, part: Expr) {
    let part = match part {
        Expr::Boolean(b) => Expr::text(&b.to_string()),
        other => match integer(&other) {
            Some(n) => Expr::text(&n.to_string()),
            None => other,
        },
    };
    if let (Some(Expr::String(last)), Expr::String(more)) = (flat.last_mut(), &part) {
        *last = format!("{last}{more}").into();
    } else {
        flat.push(part);
    }
}

fn record(members: Vec<Member>) -> Vec<Member> {
    let mut out: Vec<Member> = Vec::new();
    for member in members {
        match member {
            Member::Some(_, Expr::Null) => {}
            Member::Some(name, value) if known_null(&value) == Some(false) => {
                out.push(Member::Set(name, value))
            }
            Member::Spread(Expr::Record(inner)) => out.extend(inner),
            Member::Spread(Expr::Null) => {}
            Member::Computed(Expr::String(name), value) => out.push(Member::Set(name, value)),
            other => out.push(other),
        }
    }
    without_repeats(out)
}

/// A later member of the same name wins; it takes the place of the first.
fn without_repeats(members: Vec<Member>) -> Vec<Member> {
    let mut out: Vec<Member> = Vec::new();
    for member in members {
        if let Member::Set(name, value) = &member {
            let settable =
                out.iter().position(|m| matches!(m, Member::Set(n, e) if n == name && e.effects().total()));
            let open = out.iter().any(|m| matches!(m, Member::Spread(_) | Member::Computed(..)));
            if let (Some(at), false) = (settable, open) {
                out[at] = Member::Set(name.clone(), value.clone());
                continue;
            }
        }
        out.push(member);
    }
    out
}

/// `[...xs.map(…)]` is the list itself.
fn copied(mut items: Vec<Item>) -> Expr {
    let listed = matches!(
        items.as_slice(),
        [Item::Spread(Expr::Call(Func::Map { .. } | Func::Filter { .. } | Func::SortBy | Func::Distinct, _))]
    );
    match items.pop() {
        Some(Item::Spread(list)) if listed => list,
        last => {
            items.extend(last);
            Expr::List(items)
        }
    }
}

fn list(items: Vec<Item>) -> Vec<Item> {
    let mut out = Vec::new();
    for item in items {
        match item {
            Item::Spread(Expr::List(inner)) => out.extend(inner),
            other => out.push(other),
        }
    }
    out
}

/// Written where it is read once (and would be drawn once), or where it is nothing to repeat.
fn binding(bound: super::BoundId, value: Expr, body: Expr) -> Expr {
    let mut uses = 0;
    body.visit(&mut |e| uses += usize::from(*e == Expr::Bound(bound)));
    let effects = value.effects();
    let cheap = cheap(&value);
    let once = uses == 1 && effects.total() && !in_lambda(&body, bound);
    if (uses == 0 && effects.total()) || cheap || once {
        return body.rewrite(&mut |e| if e == Expr::Bound(bound) { value.clone() } else { step(e) });
    }
    Expr::Let(bound, Box::new(value), Box::new(body))
}

fn in_lambda(body: &Expr, bound: super::BoundId) -> bool {
    body.any(&|e| matches!(e, Expr::Lambda(_, inner) if inner.any(&|x| *x == Expr::Bound(bound))))
}

/// No dearer to write twice than a variable.
pub fn cheap(expr: &Expr) -> bool {
    match expr {
        Expr::Null | Expr::Boolean(_) | Expr::Number(_) | Expr::Var(_) | Expr::Bound(_) | Expr::Deploy(_) => {
            true
        }
        Expr::Result | Expr::Error | Expr::Input | Expr::Context(_) => true,
        Expr::String(s) => s.len() <= 60,
        Expr::Field { base, maybe, .. } => !maybe && cheap(base),
        _ => false,
    }
}

fn call(function: Func, mut arguments: Vec<Expr>) -> Expr {
    match (function, arguments.as_slice()) {
        (Func::IsEmpty, [Expr::List(items)]) if plain(items) => Expr::Boolean(items.is_empty()),
        (Func::Count, [Expr::List(items)]) if plain(items) => Expr::number(items.len()),
        (Func::Map { .. } | Func::Filter { .. }, [Expr::List(items), _]) if items.is_empty() => {
            Expr::List(Vec::new())
        }
        (Func::Map { nested: false }, [Expr::List(items), Expr::Lambda(params, body)])
            if plain(items) && matches!(**body, Expr::Record(_)) =>
        {
            spelled_out(items, params, body).unwrap_or(Expr::Call(function, arguments))
        }
        (Func::Map { .. }, [Expr::Call(Func::Map { nested: false }, inner), Expr::Lambda(params, body)]) => {
            match in_one(inner, params, body) {
                Some(fused) => Expr::Call(function, fused),
                None => Expr::Call(function, arguments),
            }
        }
        (Func::Range, [from, to]) => match short_range(from, to) {
            Some(numbers) => Expr::list(numbers.map(Expr::number)),
            None => Expr::Call(function, arguments),
        },
        (Func::Join, [Expr::List(items), _]) if items.is_empty() => Expr::text(""),
        (Func::Branch, [list @ Expr::List(_), index]) => item(list.clone(), index.clone()),
        (Func::ToText, [Expr::String(_) | Expr::Template(_)]) => arguments.remove(0),
        (Func::ToJsonQuoted, [Expr::String(text)]) => {
            Expr::text(&serde_json::Value::from(&**text).to_string())
        }
        (Func::ToJson | Func::ToJsonQuoted, [e]) if integer(e).is_some() => {
            Expr::text(&integer(e).unwrap_or_default().to_string())
        }
        (Func::ToJsonQuoted, [Expr::Record(_) | Expr::List(_) | Expr::Number(_) | Expr::Boolean(_)]) => {
            Expr::Call(Func::ToJson, arguments)
        }
        (Func::ToText, [e]) if integer(e).is_some() => {
            Expr::text(&integer(e).unwrap_or_default().to_string())
        }
        (Func::Timestamp, [Expr::Call(Func::Now | Func::Timestamp | Func::FromMillis, _)]) => {
            arguments.remove(0)
        }
        (Func::Timestamp, [Expr::Context(super::Context::ExecutionStartTime)]) => arguments.remove(0),
        _ => Expr::Call(function, arguments),
    }
}

/// A map that reads fields of the records which the one before makes: both are one, and what nobody reads isn't made.
fn in_one(inner: &[Expr], params: &[super::BoundId], body: &Expr) -> Option<Vec<Expr>> {
    let ([list, Expr::Lambda(own, made)], [param]) = (inner, params) else { return None };
    let (Expr::Record(members), [_]) = (&**made, own.as_slice()) else { return None };
    let known = |name: &str| members.iter().any(|it| matches!(it, Member::Set(own, _) if **own == *name));
    let total = |it: &Member| matches!(it, Member::Set(_, value) if value.effects().total());
    let (mut reads, mut fields) = (0, 0);
    body.visit(&mut |e| match e {
        Expr::Bound(id) if id == param => reads += 1,
        Expr::Field { base, name, .. } if **base == Expr::Bound(*param) && known(name) => fields += 1,
        _ => {}
    });
    if reads != fields || !members.iter().all(total) {
        return None;
    }
    let body =
        body.clone().rewrite(&mut |e| if e == Expr::Bound(*param) { (**made).clone() } else { step(e) });
    Some(vec![list.clone(), Expr::Lambda(own.clone(), Box::new(body))])
}

/// What is shorter to write out than to compute.
fn short_range(from: &Expr, to: &Expr) -> Option<std::ops::Range<i64>> {
    let (from, to) = (integer(from)?, integer(to)?);
    (to.checked_sub(from)? <= 5).then_some(from..to)
}

/// A record for each item of a short list that is written out: a template where a function would be code.
fn spelled_out(items: &[Item], params: &[super::BoundId], body: &Expr) -> Option<Expr> {
    let [param] = params else { return None };
    if items.len() > 8 || !items.iter().all(|it| cheap(it.expr())) {
        return None;
    }
    let one = |item: &Item| {
        let value = item.expr();
        Item::One(
            body.clone().rewrite(&mut |e| if e == Expr::Bound(*param) { value.clone() } else { step(e) }),
        )
    };
    Some(Expr::List(items.iter().map(one).collect()))
}

fn plain(items: &[Item]) -> bool {
    items.iter().all(|item| matches!(item, Item::One(e) | Item::List(e) if e.effects().total()))
}

#[cfg(test)]
mod tests {
    use super::super::VarId;
    use super::*;

    #[test]
    fn what_guards_stays_in_front() {
        let [guard, guarded] = [Expr::Var(VarId(0)), Expr::Var(VarId(1))];
        let and = |a: &Expr, b: &Expr| Expr::binary(Op::And, a.clone(), b.clone());
        let or = |a: &Expr, b: &Expr| Expr::binary(Op::Or, a.clone(), b.clone());
        let both = and(&guard, &guarded);
        let kept = and(&guard, &and(&guarded, &guard));
        for (given, simplest) in [
            (kept.clone(), kept),
            (and(&both, &guard), both.clone()),
            (or(&both, &guard), guard.clone()),
            (or(&guard, &both), guard.clone()),
            (and(&guard, &or(&guarded, &guard)), guard),
        ] {
            assert_eq!(simplify(given), simplest);
        }
    }
}
