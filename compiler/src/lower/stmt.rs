//! Statements and blocks.

use std::sync::Arc;

use super::frames::Frame;
use super::{About, Loose, Lower, Place, loose};
use crate::machine::flow::Slot;
use crate::machine::{Choice, Context, Expr, Func, Item, Member, Op, StateKind, Until, VarId};
use crate::source::Span;
use crate::typed::{self, Block, ForSource, LabelId, LocalId, PathStep, Stmt, StmtKind};
use crate::types::Type;

/// Longest literal list that a `for` is unrolled over.
const UNROLLED: usize = 8;
/// Most copies of a body, where such loops stand inside each other: a definition has room for 1 MB.
const COPIES: usize = 32;

impl<'a> Lower<'a> {
    /// A block's value, null where it has none or none is wanted.
    pub(super) fn block(&mut self, block: &'a Block, wanted: bool) -> Expr {
        self.nested(block.span, Expr::Null, |it| match block.label {
            Some(label) => it.labelled(label, block, wanted),
            None => it.statements(block, wanted),
        })
    }

    fn statements(&mut self, block: &'a Block, wanted: bool) -> Expr {
        for statement in &block.statements {
            self.statement(statement);
        }
        match &block.value {
            Some(value) => {
                let about =
                    std::mem::replace(&mut self.about, About { span: value.span, ..About::default() });
                let result = self.value_or_effect(value, wanted);
                self.about = about;
                result
            }
            None => Expr::Null,
        }
    }

    fn labelled(&mut self, label: LabelId, block: &'a Block, wanted: bool) -> Expr {
        self.frames.push(Frame::Label { label, breaks: Vec::new(), continues: Vec::new() });
        self.conditional(1);
        let mut value = self.statements(block, wanted);
        self.conditional(-1);
        if wanted && block.value.is_some() {
            value = self.pin(value);
        }
        self.leave_label();
        value
    }

    /// Ends a loop or labelled block: `break` leads here.
    fn leave_label(&mut self) {
        if let Some(Frame::Label { breaks, .. }) = self.frames.pop() {
            self.here.extend(breaks);
        }
    }

    fn take_continues(&mut self) {
        if let Some(Frame::Label { continues, .. }) = self.frames.last_mut() {
            let continues = std::mem::take(continues);
            self.here.extend(continues);
        }
    }

    pub(super) fn statement(&mut self, statement: &'a Stmt) {
        let about =
            About { docs: statement.docs.clone(), name: statement.name.clone(), span: statement.span };
        let outer = std::mem::replace(&mut self.about, about);
        match &statement.kind {
            StmtKind::Let { local, value } => self.let_(*local, value),
            StmtKind::Assign { local, path, value } => self.assign(*local, path, value),
            StmtKind::Expr(value) => {
                self.value_or_effect(value, false);
            }
            StmtKind::While { label, condition, body } => self.while_(*label, condition, body),
            StmtKind::Repeat { label, max, body, until } => {
                self.repeat(*label, max.as_ref(), body, until.as_ref())
            }
            StmtKind::For { label, item, index, source, body } => match source {
                ForSource::List(list) => self.for_list(*label, *item, *index, list, body),
                ForSource::Pages { call, input_token, output_token } => {
                    self.for_pages(*label, *item, *index, call, (input_token, output_token), body);
                }
            },
            StmtKind::Wait { until, value } => self.wait(*until, value, statement.span),
            StmtKind::Mock(mock) => self.mock(mock),
            StmtKind::Expect(expect) => self.expect(expect),
            StmtKind::Each { item, items, body } => self.each(*item, items, body),
        }
        self.about = outer;
    }

    fn let_(&mut self, local: LocalId, value: &'a typed::Expr) {
        let declared = self.program.locals.get(local.index());
        self.hint = declared.map(|local| local.name.clone());
        let result = self.value(value);
        self.hint = None;
        let mutable = declared.is_some_and(|local| local.mutable);
        if matches!(self.resolve(&value.ty), Type::Resource { .. }) || super::is_resource(&result) {
            let result = self.pin_conditions(result);
            self.env.insert(local, Place::Alias(result));
            return;
        }
        // A value that just got a variable of its own keeps it.
        if let (false, Expr::Var(var)) = (mutable, &result)
            && self.stable.contains(var)
            && self.m.vars.get(var.index()).is_some_and(|var| var.temporary)
        {
            self.env.insert(local, Place::Var(*var));
            return;
        }
        let var = self.declare(local);
        self.set(var, result);
    }

    /// A choice of resources is made where it is read: what it depends on is remembered.
    fn pin_conditions(&mut self, value: Expr) -> Expr {
        match value {
            Expr::If(c, a, b) => {
                let c = self.pin(*c);
                let (a, b) = (self.pin_conditions(*a), self.pin_conditions(*b));
                Expr::choose(c, a, b)
            }
            other => other,
        }
    }

    fn assign(&mut self, local: LocalId, path: &'a [PathStep], value: &'a typed::Expr) {
        let mut indexes = Vec::new();
        for step in path {
            if let PathStep::Index(index) = step {
                let index = self.value(index);
                indexes.push(self.pin(index));
            }
        }
        self.hint = self.program.locals.get(local.index()).map(|local| local.name.clone());
        let value = self.value(value);
        self.hint = None;
        let Some(Place::Var(var)) = self.env.get(&local).cloned() else { return };
        let new = self.put(Expr::Var(var), path, &mut indexes.into_iter(), value);
        self.set(var, new);
    }

    /// `base` with what lies at `path` replaced.
    fn put(
        &mut self,
        base: Expr,
        path: &[PathStep],
        indexes: &mut dyn Iterator<Item = Expr>,
        value: Expr,
    ) -> Expr {
        let Some((step, rest)) = path.split_first() else { return value };
        match step {
            PathStep::Field(name) => {
                let inner = self.put(base.clone().maybe(name), rest, indexes, value);
                Expr::Record(vec![Member::Spread(or_empty(base)), Member::Set(name.clone(), inner)])
            }
            PathStep::Index(written) => {
                let index = indexes.next().unwrap_or(Expr::Null);
                if matches!(
                    self.resolve(&written.ty),
                    Type::Int | Type::Number | Type::Literal(crate::types::LiteralType::Number(_))
                ) {
                    return self.put_item(base, index, rest, indexes, value);
                }
                let old = Expr::Key { base: Box::new(base.clone()), key: Box::new(index.clone()) };
                let inner = self.put(old, rest, indexes, value);
                Expr::Record(vec![Member::Spread(or_empty(base)), Member::Computed(index, inner)])
            }
        }
    }

    fn put_item(
        &mut self,
        list: Expr,
        index: Expr,
        rest: &[PathStep],
        indexes: &mut dyn Iterator<Item = Expr>,
        value: Expr,
    ) -> Expr {
        let (item, at) = (self.m.bound(&"item".into()), self.m.bound(&"at".into()));
        let new = self.put(Expr::Bound(item), rest, indexes, value);
        let position = match &index {
            Expr::Number(n) if n.starts_with('-') => {
                Expr::binary(Op::Add, Expr::call(Func::Count, vec![list.clone()]), index)
            }
            _ => index,
        };
        let body = Expr::choose(Expr::Bound(at).equals(position), new, Expr::Bound(item));
        Expr::call(Func::Map { nested: true }, vec![list, Expr::Lambda(vec![item, at], Box::new(body))])
    }

    // ------------------------------------------------------------ loops

    fn while_(&mut self, label: LabelId, condition: &'a typed::Expr, body: &'a Block) {
        let words = format!("while {}", self.words(condition.span));
        let head = self.anchor(&words);
        self.frames.push(Frame::Label { label, breaks: Vec::new(), continues: Vec::new() });
        let condition = self.value(condition);
        let out = self.branch(condition, &words, "leaves the loop when its condition is false");
        self.looped(1);
        self.block(body, false);
        self.looped(-1);
        self.take_continues();
        let back = std::mem::take(&mut self.here);
        self.connect(back, head);
        self.here = out;
        self.leave_label();
    }

    /// A choice: `here` is where the condition holds; gives the other way.
    pub(super) fn branch(&mut self, condition: Expr, name: &str, why: &str) -> Vec<Loose> {
        let condition = self.safe(condition);
        if condition == Expr::Boolean(true) {
            return Vec::new();
        }
        let choice = Choice { rules: vec![(condition, loose())], default: loose() };
        let id = self.add(StateKind::Choice(choice), name, why);
        self.here = vec![Loose::Edge(id, Slot::Rule(0))];
        vec![Loose::Edge(id, Slot::Default)]
    }

    fn repeat(
        &mut self,
        label: LabelId,
        max: Option<&'a typed::Expr>,
        body: &'a Block,
        until: Option<&'a typed::Expr>,
    ) {
        let span = self.about.span;
        let bound = max.map(|max| {
            let max = self.value(max);
            let max = self.pin(max);
            let round = self.m.var(&"round".into(), true);
            self.set(round, Expr::number(0));
            (max, round)
        });
        let head = self.anchor("repeat");
        self.frames.push(Frame::Label { label, breaks: Vec::new(), continues: Vec::new() });
        self.looped(1);
        self.block(body, false);
        self.looped(-1);
        self.take_continues();
        self.about.span = span;
        let mut done = Vec::new();
        if let Some(until) = until {
            let words = format!("until {}", self.words(until.span));
            let condition = self.value(until);
            let again = self.branch(condition, &words, "leaves the loop when its condition is true");
            done = std::mem::replace(&mut self.here, again);
        }
        if let Some((max, round)) = bound {
            let next = Expr::binary(Op::Add, Expr::Var(round), Expr::number(1));
            self.set(round, next);
            let more = Expr::binary(Op::Less, Expr::Var(round), max.clone());
            let over = self.branch(more, "again?", "bounds the rounds of the loop");
            let again = std::mem::replace(&mut self.here, over);
            let cause = Expr::Template(vec![Expr::text("not done after "), max, Expr::text(" rounds")]);
            self.raise_named("States.Timeout", cause, span);
            self.here = again;
        }
        let back = std::mem::take(&mut self.here);
        self.connect(back, head);
        self.here = done;
        self.leave_label();
    }

    fn for_list(
        &mut self,
        label: LabelId,
        item: LocalId,
        index: Option<LocalId>,
        list: &'a typed::Expr,
        body: &'a Block,
    ) {
        let words = self.words(list.span);
        let list = self.value(list);
        if let Some(items) = literal_items(&list).filter(|items| items.len() * self.copies <= COPIES) {
            self.unroll(label, item, index, items, body);
            return;
        }
        let list = self.name_value(list, "items");
        let at = self.m.var(&"i".into(), true);
        self.set(at, Expr::number(0));
        let head = self.anchor(&format!("for {words}"));
        self.frames.push(Frame::Label { label, breaks: Vec::new(), continues: Vec::new() });
        let more = Expr::binary(Op::Less, Expr::Var(at), Expr::call(Func::Count, vec![list.clone()]));
        let out = self.branch(more, &format!("for {words}"), "goes through the list one by one");
        self.looped(1);
        let var = self.declare(item);
        self.set(var, list.index(Expr::Var(at)));
        if let Some(index) = index {
            let var = self.declare(index);
            self.set(var, Expr::Var(at));
        }
        self.block(body, false);
        self.looped(-1);
        self.take_continues();
        self.set(at, Expr::binary(Op::Add, Expr::Var(at), Expr::number(1)));
        let back = std::mem::take(&mut self.here);
        self.connect(back, head);
        self.here = out;
        self.leave_label();
    }

    fn unroll(
        &mut self,
        label: LabelId,
        item: LocalId,
        index: Option<LocalId>,
        items: Vec<Expr>,
        body: &'a Block,
    ) {
        self.frames.push(Frame::Label { label, breaks: Vec::new(), continues: Vec::new() });
        let outside = self.copies;
        self.copies *= items.len().max(1);
        for (at, value) in items.into_iter().enumerate() {
            let var = self.declare(item);
            self.set(var, value);
            if let Some(index) = index {
                let var = self.declare(index);
                self.set(var, Expr::number(at));
            }
            self.block(body, false);
            self.take_continues();
        }
        self.copies = outside;
        self.leave_label();
    }

    fn for_pages(
        &mut self,
        label: LabelId,
        item: LocalId,
        index: Option<LocalId>,
        call: &'a typed::Call,
        (input, output): (&Arc<str>, &Arc<str>),
        body: &'a Block,
    ) {
        let token = self.m.var(&"nextToken".into(), true);
        self.set(token, Expr::Null);
        let number = index.map(|index| self.start_count(index));
        let head = self.anchor("pages");
        self.frames.push(Frame::Label { label, breaks: Vec::new(), continues: Vec::new() });
        self.looped(1);
        let page = self.declare(item);
        let (answer, value) = self.page(call, input, token);
        self.set(page, value);
        self.set(token, answer.maybe(output));
        self.block(body, false);
        self.looped(-1);
        self.take_continues();
        if let Some(number) = number {
            self.set(number, Expr::binary(Op::Add, Expr::Var(number), Expr::number(1)));
        }
        let out = self.branch(
            Expr::Var(token).not_null(),
            "another page?",
            "asks for the next page while there is one",
        );
        let back = std::mem::replace(&mut self.here, out);
        self.connect(back, head);
        self.leave_label();
    }

    fn start_count(&mut self, index: LocalId) -> VarId {
        let var = self.declare(index);
        self.stable.remove(&var);
        self.set(var, Expr::number(0));
        var
    }

    // ------------------------------------------------------------ wait

    fn wait(&mut self, until: bool, value: &'a typed::Expr, span: Span) {
        let words = self.words(span);
        let value = self.value(value);
        let value = self.safe(value);
        let value = if value.effects().fresh { self.name_value(value, "time") } else { value };
        let until = if until {
            Until::Time(Expr::call(Func::Timestamp, vec![value]))
        } else {
            Until::Seconds(super::retry::seconds(value))
        };
        let name = if words.is_empty() { "wait".to_owned() } else { words };
        self.step(StateKind::Wait(until, loose()), &name, "waits, as the source says");
    }
}

/// What is there to spread of a record that may be null.
pub(super) fn or_empty(base: Expr) -> Expr {
    match base {
        Expr::Field { maybe: true, .. } | Expr::Key { .. } | Expr::Index { .. } => {
            Expr::choose(base.clone().not_null(), base, Expr::Record(Vec::new()))
        }
        Expr::Context(Context::ExecutionInput) => base,
        other => other,
    }
}

/// The items of a short list that is written out.
fn literal_items(list: &Expr) -> Option<Vec<Expr>> {
    let Expr::List(items) = list else { return None };
    if items.len() > UNROLLED {
        return None;
    }
    items
        .iter()
        .map(|item| match item {
            Item::One(e) | Item::List(e) => Some(e.clone()),
            Item::Spread(_) => None,
        })
        .collect()
}
