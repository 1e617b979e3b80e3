//! Many items of a table at once. DynamoDB takes a bounded number a request and may hand some back undone: a loop asks
//! until nothing is left (API Reference, "BatchWriteItem", "BatchGetItem").

use super::call::Spec;
use super::resource::sdk;
use super::{Lower, loose};
use crate::machine::{Expr, Func, Item, Member, Op, StateKind, Until};
use crate::typed::{self, Call, Target};
use crate::types::Type;

/// Writes in a request, and reads.
const WRITES: u64 = 25;
const READS: u64 = 100;

/// The receiver and the method, where a call is one of many items.
pub(super) fn batched(call: &Call) -> Option<(&typed::Expr, &str)> {
    match &call.target {
        Target::Method { receiver, kind, method } if **kind == *"table" && method.starts_with("batch") => {
            Some((receiver, method))
        }
        _ => None,
    }
}

impl<'a> Lower<'a> {
    pub(super) fn batch(
        &mut self,
        call: &'a Call,
        (receiver, method): (&'a typed::Expr, &'a str),
        wanted: bool,
    ) -> Expr {
        let this = self.value(receiver);
        let this = self.pin_choice(this);
        let table = self.table(this, receiver);
        let reads = method == "batchGet";
        let requests = self.requests(call, method, &table);
        let written = matches!(&requests, Expr::List(items)
            if !items.is_empty() && items.iter().all(|it| !matches!(it, Item::Spread(_))));
        let rest = self.m.var(&"rest".into(), true);
        self.set(rest, requests);
        let found = (reads && wanted).then(|| self.temporary("found"));
        if let Some(found) = found {
            // It grows.
            self.stable.remove(&found);
            self.set(found, Expr::List(Vec::new()));
        }
        let count = |list: Expr| Expr::call(Func::Count, vec![list]);
        let some = |list: Expr| Expr::binary(Op::Greater, count(list), Expr::number(0));
        // A list that is written out holds something: the first request needs no look at it.
        let head = self.anchor(method);
        let out = match written {
            true => Vec::new(),
            false => self.branch(some(Expr::Var(rest)), "anything left?", "asks for the next part of a list"),
        };
        self.looped(1);
        let most = if reads { READS } else { WRITES };
        let part = Expr::call(Func::Take, vec![Expr::Var(rest), Expr::number(most)]);
        let part = if reads { Expr::record([("Keys", part)]) } else { part };
        let arguments =
            Expr::record([("RequestItems", Expr::Record(vec![Member::Computed(table.name.clone(), part)]))]);
        let action = if reads { "batchGetItem" } else { "batchWriteItem" };
        let spec = Spec::new(self.callee(call), sdk("dynamodb", action), arguments);
        let clauses = (call.clauses.retries.as_slice(), call.clauses.catches.as_slice());
        let answer = self.guarded_call(spec, call, clauses, true, Some("answer".into()));
        if let Some(found) = found {
            let rows = self.rows(&answer, call, &table);
            let both = vec![Item::Spread(Expr::Var(found)), Item::Spread(rows)];
            self.set(found, Expr::List(both));
        }
        let undone = self.undone(&answer, reads, &table);
        let undone = self.name_value(undone, "undone");
        let later = Expr::call(Func::Drop, vec![Expr::Var(rest), Expr::number(most)]);
        self.set(rest, Expr::List(vec![Item::Spread(undone.clone()), Item::Spread(later)]));
        let mut done =
            self.branch(some(undone), "anything undone?", "what was handed back is asked for again");
        let pause = StateKind::Wait(Until::Seconds(Expr::number(1)), loose());
        self.step(pause, "wait for capacity", "DynamoDB hands back what is too much for now");
        let back = std::mem::replace(&mut self.here, std::mem::take(&mut done));
        self.connect(back, head);
        let out = match written {
            true => self.branch(some(Expr::Var(rest)), "anything left?", "asks for the next part of a list"),
            false => out,
        };
        let back = std::mem::replace(&mut self.here, out);
        self.connect(back, head);
        self.looped(-1);
        found.map_or(Expr::Null, Expr::Var)
    }

    /// All keys or write requests, in DynamoDB's form.
    fn requests(&mut self, call: &'a Call, method: &str, table: &super::table::Table) -> Expr {
        let Some(argument) = call.arguments.first() else { return Expr::List(Vec::new()) };
        let list = self.value(argument);
        let of = match self.resolve(&argument.ty) {
            Type::List(of) => (**of).clone(),
            _ => Type::Json,
        };
        if let Expr::List(items) = &list
            && items.iter().all(|it| !matches!(it, Item::Spread(_)))
        {
            let items = items.iter().map(|it| Item::One(self.request(method, it.expr().clone(), &of, table)));
            return Expr::List(items.collect());
        }
        let bound = self.m.bound(&"item".into());
        let one = self.request(method, Expr::Bound(bound), &of, table);
        Expr::call(Func::Map { nested: false }, vec![list, Expr::Lambda(vec![bound], Box::new(one))])
    }

    fn request(&mut self, method: &str, item: Expr, of: &Type, table: &super::table::Table) -> Expr {
        match method {
            "batchGet" => self.key_of(item, of, table),
            "batchDelete" => {
                let key = self.key_of(item, of, table);
                Expr::record([("DeleteRequest", Expr::record([("Key", key)]))])
            }
            _ => {
                let members = self.marshal_fields(&table.item, &item);
                Expr::record([("PutRequest", Expr::record([("Item", Expr::Record(members))]))])
            }
        }
    }

    /// What an answer holds of the table's items.
    fn rows(&mut self, answer: &Expr, call: &Call, table: &super::table::Table) -> Expr {
        let rows = of_table(answer.clone().maybe("Responses"), table);
        let item = self.m.bound(&"item".into());
        let value = self.items_value(&call.result, table, &Expr::Bound(item));
        Expr::call(Func::Map { nested: false }, vec![rows, Expr::Lambda(vec![item], Box::new(value))])
    }

    /// What an answer hands back.
    fn undone(&mut self, answer: &Expr, reads: bool, table: &super::table::Table) -> Expr {
        if !reads {
            return of_table(answer.clone().maybe("UnprocessedItems"), table);
        }
        let keys = Expr::Key {
            base: Box::new(answer.clone().maybe("UnprocessedKeys")),
            key: Box::new(table.name.clone()),
        };
        or_none(keys.maybe("Keys"))
    }
}

fn of_table(base: Expr, table: &super::table::Table) -> Expr {
    or_none(Expr::Key { base: Box::new(base), key: Box::new(table.name.clone()) })
}

fn or_none(list: Expr) -> Expr {
    Expr::choose(list.clone().not_null(), list, Expr::List(Vec::new()))
}
