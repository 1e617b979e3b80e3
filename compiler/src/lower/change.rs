//! What `update` changes, as DynamoDB's update expression (Developer Guide, "Using update expressions").

use super::Lower;
use super::dynamo::{Over, Step, Text, path, reads, strip, write_path};
use crate::machine::{Expr, Func, Item};
use crate::source::Span;
use crate::typed::{self, BinaryOp, ExprKind, ListPart, RecordPart, StmtKind};
use crate::types::Type;

/// The clauses of an update. A part that is only there under a condition is empty text else.
#[derive(Default)]
struct Clauses {
    sets: Vec<Expr>,
    removes: Vec<Expr>,
}

impl<'a> Lower<'a> {
    /// The update expression; none where nothing changes.
    pub(super) fn change_text(&mut self, change: &'a typed::Expr, over: &mut Over<'_>) -> Option<Expr> {
        let mut clauses = Clauses::default();
        self.changes(&[], change, over, &mut clauses);
        if clauses.sets.is_empty() && clauses.removes.is_empty() {
            return None;
        }
        Some(self.clauses_text(clauses))
    }

    /// The changes below a place in the item.
    fn changes(&mut self, at: &[Step], change: &'a typed::Expr, over: &mut Over<'_>, clauses: &mut Clauses) {
        let Some(parts) = record_parts(change) else {
            self.whole_record(at, change, over, clauses);
            return;
        };
        for part in parts {
            match part {
                RecordPart::Field(name, value) => {
                    let mut place = at.to_vec();
                    place.push(Step::Name(name.clone()));
                    self.field_change(&place, value, over, clauses);
                }
                // `{ ...it, … }` keeps what is there.
                RecordPart::Spread(e) if is_place(e, at, over) => {}
                RecordPart::Spread(e) => self.whole_record(at, e, over, clauses),
            }
        }
    }

    /// A change that is a value: all fields of its type.
    fn whole_record(
        &mut self,
        at: &[Step],
        change: &'a typed::Expr,
        over: &mut Over<'_>,
        clauses: &mut Clauses,
    ) {
        let Type::Record(record) = self.resolve(&change.ty).clone() else {
            self.cant(change.span, "the change must be a record, so that its fields are known");
            return;
        };
        if reads(change, over.it) {
            self.cant(change.span, "DynamoDB can't evaluate this over an item");
            return;
        }
        let value = self.pure(change);
        for (name, field) in &record.fields {
            let mut place = at.to_vec();
            place.push(Step::Name(name.clone()));
            // The whole item as a change: its key says which item it is.
            if is_key(&place, over) {
                continue;
            }
            let optional = self.nullable(&field.ty);
            let read = if optional { value.clone().maybe(name) } else { value.clone().field(name) };
            self.put_change(&place, (read, &field.ty, optional), over, clauses);
        }
    }

    fn field_change(
        &mut self,
        at: &[Step],
        value: &'a typed::Expr,
        over: &mut Over<'_>,
        clauses: &mut Clauses,
    ) {
        if is_place(value, at, over) {
            return;
        }
        if is_key(at, over) {
            self.problems.push(crate::diagnostics::build::key_changed(value.span, last(at)));
            return;
        }
        if self.within_text(over.table, at) {
            self.cant(value.span, "what is around this field is held as JSON text: set it as a whole");
            return;
        }
        if matches!(strip(value).kind, ExprKind::Null) {
            let name = write_path(at, over.dynamo);
            clauses.removes.push(name.expr());
            return;
        }
        if !reads(value, over.it) {
            let raw = self.pure(value);
            self.put_change(at, (raw, &value.ty, self.nullable(&value.ty)), over, clauses);
            return;
        }
        if record_parts(value).is_some_and(|parts| parts.iter().any(|it| keeps(it, at, over))) {
            self.changes(at, value, over, clauses);
            return;
        }
        let optional = self.nullable(&value.ty) && path(value, over.it).is_some();
        if optional {
            self.cant(value.span, "the field that is copied may be missing; say what then: `it.a ?? …`");
            return;
        }
        let ty = self.type_at(over.table, at).unwrap_or_else(|| value.ty.clone());
        let name = write_path(at, over.dynamo);
        let operand = self.operand(value, (&ty, last(at)), over);
        clauses.sets.push(name.then(" = ").then(operand).expr());
    }

    /// Sets a field to a value, or removes it where the value is null.
    fn put_change(
        &mut self,
        at: &[Step],
        (raw, ty, optional): (Expr, &Type, bool),
        over: &mut Over<'_>,
        clauses: &mut Clauses,
    ) {
        let ty = self.type_at(over.table, at).unwrap_or_else(|| ty.clone());
        let name = write_path(at, over.dynamo);
        let held = self.marshal(&ty, raw.clone());
        if !optional {
            let alias = over.dynamo.value(last(at), held);
            clauses.sets.push(name.then(format!(" = {alias}")).expr());
            return;
        }
        let there = raw.not_null();
        let alias = over.dynamo.value_if(last(at), there.clone(), held);
        let set = name.clone().then(format!(" = {alias}")).expr();
        clauses.sets.push(Expr::choose(there.clone(), set, Expr::text("")));
        clauses.removes.push(Expr::choose(there, Expr::text(""), name.expr()));
    }

    /// `SET …` and `REMOVE …`; parts that depend on a value being null are chosen while running.
    fn clauses_text(&mut self, clauses: Clauses) -> Expr {
        let mut parts = Vec::new();
        for (word, list) in [("SET ", clauses.sets), ("REMOVE ", clauses.removes)] {
            if list.is_empty() {
                continue;
            }
            let sure = |e: &Expr| !matches!(e, Expr::If(..));
            let text = if list.iter().all(sure) {
                let comma = |(i, e): (usize, Expr)| (i > 0).then(|| Expr::text(", ")).into_iter().chain([e]);
                let all =
                    std::iter::once(Expr::text(word)).chain(list.into_iter().enumerate().flat_map(comma));
                Expr::Template(all.collect())
            } else {
                self.chosen_clause(word, list)
            };
            parts.push(text);
        }
        let loose = parts.len() > 1 && parts.iter().any(|it| !matches!(it, Expr::Template(_)));
        let spaced = parts.into_iter().enumerate().flat_map(|(i, part)| {
            let gap = (i > 0).then(|| Expr::text(" "));
            gap.into_iter().chain([part])
        });
        let text = Expr::Template(spaced.collect());
        // One of them may be empty.
        let text = if loose { Expr::call(Func::Trim, vec![text]) } else { text };
        crate::machine::fold::simplify(text)
    }

    fn chosen_clause(&mut self, word: &str, list: Vec<Expr>) -> Expr {
        if let [Expr::If(condition, then, otherwise)] = list.as_slice() {
            // One part: the word stands with it.
            let worded = |e: &Expr| match e {
                Expr::String(text) if text.is_empty() => Expr::text(""),
                other => Expr::Template(vec![Expr::text(word), other.clone()]),
            };
            return Expr::choose((**condition).clone(), worded(then), worded(otherwise));
        }
        let (item, text) = (self.m.bound(&"part".into()), self.m.bound(&"parts".into()));
        let filled = Expr::Lambda(vec![item], Box::new(Expr::Bound(item).equals(Expr::text("")).negated()));
        let list = Expr::call(Func::Filter { nested: false }, vec![Expr::list(list), filled]);
        let joined = Expr::call(Func::Join, vec![list, Expr::text(", ")]);
        let read = Expr::Bound(text);
        let body = Expr::choose(
            read.clone().equals(Expr::text("")),
            Expr::text(""),
            Expr::Template(vec![Expr::text(word), read]),
        );
        Expr::Let(text, Box::new(joined), Box::new(body))
    }

    // ------------------------------------------------------------ operands

    /// What a field is set to: a path, a value, a calculation. `of`: the field's type and name.
    fn operand(&mut self, e: &'a typed::Expr, of: (&Type, &str), over: &mut Over<'_>) -> Text {
        let e = strip(e);
        if path(e, over.it).is_some() {
            let place = self.path_text(e, over);
            return place.unwrap_or_else(|| self.cant(e.span, "this lies within what is held as JSON text"));
        }
        if !reads(e, over.it) {
            let raw = self.pure(e);
            let held = self.marshal(of.0, raw);
            return Text::from(over.dynamo.value(of.1, held));
        }
        match &e.kind {
            ExprKind::Binary { op: BinaryOp::Add | BinaryOp::Subtract, .. } => self.sum(e, of, over),
            ExprKind::Binary { op: BinaryOp::Coalesce, left, right } => {
                let Some(field) = self.path_text(left, over) else {
                    return self.cant(left.span, "only a field can be missing here");
                };
                let otherwise = self.operand(right, of, over);
                field.around("if_not_exists(", ", ").then(otherwise).then(")")
            }
            ExprKind::List(parts) => self.append(parts, of, e.span, over),
            _ => self.cant(e.span, "DynamoDB can't evaluate this over an item"),
        }
    }

    /// DynamoDB adds or subtracts two operands: what is known before is summed up first.
    fn sum(&mut self, e: &'a typed::Expr, of: (&Type, &str), over: &mut Over<'_>) -> Text {
        let (mut fields, mut known) = (Vec::new(), Vec::new());
        terms(e, true, over, &mut fields, &mut known);
        let total =
            known.into_iter().map(|(plus, e)| (plus, self.pure(e))).reduce(|(a_plus, a), (plus, b)| {
                let (op, plus) = match (a_plus, plus) {
                    (true, plus) => {
                        (if plus { crate::machine::Op::Add } else { crate::machine::Op::Subtract }, true)
                    }
                    (false, false) => (crate::machine::Op::Add, false),
                    (false, true) => return (true, Expr::binary(crate::machine::Op::Subtract, b, a)),
                };
                (plus, Expr::binary(op, a, b))
            });
        let number = self.plain_number(of.0).is_some();
        match (fields.as_slice(), total, number) {
            ([(plus, field)], Some((sign, value)), true) => {
                let field = self.operand(field, of, over);
                let held = self.marshal(of.0, value);
                let value = Text::from(over.dynamo.value(of.1, held));
                match (plus, sign) {
                    (true, true) => field.then(" + ").then(value),
                    (true, false) => field.then(" - ").then(value),
                    (false, true) => value.then(" - ").then(field),
                    (false, false) => self.cant(e.span, "DynamoDB can't negate a field"),
                }
            }
            ([(true, a), (plus, b)], None, true) => {
                let a = self.operand(a, of, over);
                let b = self.operand(b, of, over);
                a.then(if *plus { " + " } else { " - " }).then(b)
            }
            _ => self.cant(e.span, "DynamoDB adds or subtracts two numbers, one of them a field of the item"),
        }
    }

    fn plain_number(&self, ty: &Type) -> Option<()> {
        let held = |it: &Type| matches!(it, Type::Int | Type::Number | Type::Duration | Type::Size);
        match self.resolve(ty) {
            Type::Optional(inner) => self.plain_number(inner),
            other => held(other).then_some(()),
        }
    }

    /// `[...it.list, x]`, `[x, ...it.list]`, `[...it.list, ...it.other]`
    fn append(&mut self, parts: &'a [ListPart], of: (&Type, &str), span: Span, over: &mut Over<'_>) -> Text {
        let item_ty = match self.resolve(of.0) {
            Type::List(item) => (**item).clone(),
            _ => Type::Json,
        };
        let is_field = |part: &ListPart| matches!(part, ListPart::Spread(e) if reads(e, over.it));
        let stray = parts.iter().any(|part| matches!(part, ListPart::Item(e) if reads(e, over.it)));
        let fields: Vec<usize> = (0..parts.len()).filter(|i| parts.get(*i).is_some_and(is_field)).collect();
        let (first, rest) = match fields.as_slice() {
            [0] => (parts.first(), parts.get(1..)),
            [last] if *last + 1 == parts.len() => (parts.last(), parts.get(..*last)),
            [0, 1] if parts.len() == 2 => (parts.first(), None),
            _ => (None, None),
        };
        let (Some(ListPart::Spread(field)), false) = (first, stray) else {
            return self.cant(span, "DynamoDB puts values before or behind a list: `[...it.list, x]`");
        };
        let list = self.operand(field, of, over);
        let other = match (rest, parts.get(1)) {
            (None, Some(ListPart::Spread(other))) => self.operand(other, of, over),
            (rest, _) => {
                let held = self.list_of(rest.unwrap_or(&[]), &item_ty);
                Text::from(over.dynamo.value(of.1, Expr::record([("L", held)])))
            }
        };
        let (a, b) = if fields.first() == Some(&0) { (list, other) } else { (other, list) };
        a.around("list_append(", ", ").then(b).then(")")
    }

    fn list_of(&mut self, parts: &'a [ListPart], item_ty: &Type) -> Expr {
        let items = parts.iter().map(|part| match part {
            ListPart::Item(e) => {
                let raw = self.pure(e);
                Item::One(self.marshal(item_ty, raw))
            }
            ListPart::Spread(e) => {
                let list = self.pure(e);
                let bound = self.m.bound(&"item".into());
                let held = self.marshal(item_ty, Expr::Bound(bound));
                let lambda = Expr::Lambda(vec![bound], Box::new(held));
                Item::Spread(Expr::call(Func::Map { nested: false }, vec![list, lambda]))
            }
        });
        Expr::List(items.collect())
    }
}

/// The terms of a sum: those that look at the item, and the others.
fn terms<'a>(
    e: &'a typed::Expr,
    plus: bool,
    over: &Over<'_>,
    fields: &mut Vec<(bool, &'a typed::Expr)>,
    known: &mut Vec<(bool, &'a typed::Expr)>,
) {
    match &strip(e).kind {
        _ if !reads(e, over.it) => known.push((plus, e)),
        ExprKind::Binary { op: op @ (BinaryOp::Add | BinaryOp::Subtract), left, right } => {
            terms(left, plus, over, fields, known);
            terms(right, plus == (*op == BinaryOp::Add), over, fields, known);
        }
        _ => fields.push((plus, e)),
    }
}

fn last(at: &[Step]) -> &str {
    match at.last() {
        Some(Step::Name(name)) => name,
        Some(Step::Index(_)) | None => "v",
    }
}

/// Whether an expression is what lies at that place already.
fn is_place(e: &typed::Expr, at: &[Step], over: &Over<'_>) -> bool {
    match at {
        [] => matches!(strip(e).kind, ExprKind::Local(local) if Some(local) == over.it),
        at => path(e, over.it).is_some_and(|path| path == at),
    }
}

fn is_key(at: &[Step], over: &Over<'_>) -> bool {
    let keys = &over.table.keys;
    matches!(at, [Step::Name(name)] if keys.key.as_ref() == Some(name) || keys.sort.as_ref() == Some(name))
}

fn keeps(part: &RecordPart, at: &[Step], over: &Over<'_>) -> bool {
    matches!(part, RecordPart::Spread(e) if is_place(e, at, over))
}

/// The members of a record that is written out, also as what a lambda gives.
fn record_parts(body: &typed::Expr) -> Option<&[RecordPart]> {
    match &body.kind {
        ExprKind::Record(parts) => Some(parts),
        ExprKind::Lambda { body, .. } => record_parts(body),
        ExprKind::Block(block) => match (&block.value, block.statements.last().map(|s| &s.kind)) {
            (Some(value), _) => record_parts(value),
            (None, Some(StmtKind::Expr(value))) => record_parts(value),
            _ => None,
        },
        ExprKind::Cast(inner) => record_parts(inner),
        _ => None,
    }
}
