//! The raw tree to the tree that is evaluated: paths put together, `%` resolved, tail calls marked.

mod ancestry;
mod finish;

use std::sync::Arc;

use crate::ast::*;
use crate::deep;
use crate::error::{Error, Fault};
use crate::parser::{Infix, Raw, RawKind};
use crate::process::ancestry::{no_parent, push_ancestry};
use crate::value::Value;

/// Builds the tree of a whole expression.
pub(crate) fn process(raw: Raw, symbols: &mut Symbols) -> Result<Node, Fault> {
    let mut builder = Builder { symbols, slots: Vec::new(), evaluates: false };
    let mut tree = builder.node(raw)?;
    let seeking = tree.extra.as_ref().is_some_and(|it| it.seeking.is_some());
    if seeking || matches!(tree.kind, Kind::Parent(_)) {
        return Err(no_parent(&tree));
    }
    builder.finish(&mut tree);
    Ok(tree)
}

/// A `%` on its way to the step it stands for.
struct Slot {
    /// How many steps up its ancestor is.
    level: i32,
    /// Slots of one ancestor share a label.
    label: usize,
}

struct Builder<'a> {
    symbols: &'a mut Symbols,
    slots: Vec<Slot>,
    /// `$eval` is mentioned; it binds variables wherever it is called.
    evaluates: bool,
}

fn path_of(steps: Vec<Node>, start: u32, pos: u32) -> Node {
    Node::new(
        Kind::Path(Path { steps, keep_singleton: false, tuple: false, tuples: false, plain: false }),
        start,
        pos,
    )
}

impl Builder<'_> {
    fn node(&mut self, raw: Raw) -> Result<Node, Fault> {
        deep::guarded(|| {
            let keep_array = raw.keep_array;
            let mut node = self.of_kind(raw)?;
            node.keep_array |= keep_array;
            Ok(node)
        })
    }

    fn of_kind(&mut self, raw: Raw) -> Result<Node, Fault> {
        let (start, pos) = (raw.start, raw.pos);
        let simple = |kind| Ok(Node::new(kind, start, pos));
        match raw.kind {
            RawKind::Name(name) => {
                let mut step = Node::new(Kind::Name(Field::new(name)), start, pos);
                step.keep_array = raw.keep_array;
                let mut node = path_of(vec![step], start, pos);
                if let Kind::Path(path) = &mut node.kind {
                    path.keep_singleton = raw.keep_array;
                }
                Ok(node)
            }
            RawKind::Variable(name) if name.is_empty() => simple(Kind::Context),
            RawKind::Variable(name) => {
                self.evaluates |= &*name == "eval";
                simple(Kind::Variable(self.symbols.intern(&name)))
            }
            RawKind::Literal(value) => simple(Kind::Literal(value)),
            RawKind::Regex(regex) => simple(Kind::Regex(regex)),
            RawKind::Wildcard => simple(Kind::Wildcard),
            RawKind::Descendants => simple(Kind::Descendants),
            RawKind::Placeholder => simple(Kind::Placeholder),
            RawKind::Parent => {
                let slot = self.slots.len();
                self.slots.push(Slot { level: 1, label: slot });
                simple(Kind::Parent(slot as u32))
            }
            RawKind::End => Err(Error::new("S0207").at(pos).token("(end)")),
            RawKind::Dot(parts) => self.dot(*parts),
            RawKind::Filter(parts) => self.filter(*parts, pos),
            RawKind::Group(left, pairs) => self.group(*left, pairs, pos),
            RawKind::OrderBy(left, terms) => self.order_by(*left, terms, start, pos),
            RawKind::Focus(left, name) => self.focus(*left, &name, raw.keep_array, pos),
            RawKind::Index(left, name) => self.index(*left, &name),
            RawKind::Bind(name, value) => {
                let value = self.node(*value)?;
                let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
                push_ancestry(&mut node, &value);
                node.kind = Kind::Bind(self.symbols.intern(&name), Box::new(value));
                Ok(node)
            }
            RawKind::Apply(parts) => {
                let parts = (self.node(parts.0)?, self.node(parts.1)?);
                let keep = parts.0.keep_array || parts.1.keep_array;
                let mut node = Node::new(Kind::Apply(Box::new(parts)), start, pos);
                node.keep_array = keep;
                Ok(node)
            }
            RawKind::Infix(infix, parts) => self.infix(infix, *parts, start, pos),
            RawKind::Negate(operand) => self.negate(*operand, start, pos),
            RawKind::Array(items) => {
                let items = self.all(items)?;
                let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
                items.iter().for_each(|it| push_ancestry(&mut node, it));
                node.kind = Kind::Array(items);
                Ok(node)
            }
            RawKind::Object(pairs) => {
                let group = self.pairs(pairs, pos)?;
                let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
                for (name, value) in &group.pairs {
                    push_ancestry(&mut node, name);
                    push_ancestry(&mut node, value);
                }
                node.kind = Kind::Object(group);
                Ok(node)
            }
            RawKind::Block(expressions) => self.block(expressions, start, pos),
            RawKind::Condition(parts) => self.condition(*parts, start, pos),
            RawKind::Transform(parts) => {
                let pattern = self.node(parts.0)?;
                let update = self.node(parts.1)?;
                let delete = parts.2.map(|it| self.node(it)).transpose()?;
                simple(Kind::Transform(Arc::new(Transform { pattern, update, delete, pos })))
            }
            RawKind::Call { procedure, arguments, partial } => {
                let arguments = self.all(arguments)?;
                let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
                arguments.iter().for_each(|it| push_ancestry(&mut node, it));
                let call = Box::new(Call { procedure: self.node(*procedure)?, arguments });
                node.kind = if partial { Kind::Partial(call) } else { Kind::Call(call) };
                Ok(node)
            }
            RawKind::Lambda { parameters, signature, body } => {
                let parameters = parameters.iter().map(|it| self.symbols.intern(it)).collect();
                let body = tail_calls(self.node(*body)?, false);
                simple(Kind::Lambda(Arc::new(Lambda { parameters, signature, body })))
            }
        }
    }

    fn all(&mut self, raws: Vec<Raw>) -> Result<Vec<Node>, Fault> {
        raws.into_iter().map(|it| self.node(it)).collect()
    }

    fn pairs(&mut self, raws: Vec<(Raw, Raw)>, pos: u32) -> Result<Group, Fault> {
        let mut pairs = Vec::with_capacity(raws.len());
        for (name, value) in raws {
            pairs.push((self.node(name)?, self.node(value)?));
        }
        Ok(Group { pairs, pos, literal_keys: None })
    }

    fn infix(&mut self, infix: Infix, parts: (Raw, Raw), start: u32, pos: u32) -> Result<Node, Fault> {
        let parts = Box::new((self.node(parts.0)?, self.node(parts.1)?));
        let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
        push_ancestry(&mut node, &parts.0);
        push_ancestry(&mut node, &parts.1);
        node.kind = match infix {
            Infix::Numeric(it) => Kind::Numeric(it, parts),
            Infix::Comparison(it) => Kind::Comparison(it, parts),
            Infix::Equal => Kind::Equality(false, parts),
            Infix::NotEqual => Kind::Equality(true, parts),
            Infix::Concat => Kind::Concat(parts),
            Infix::Range => Kind::Range(parts),
            Infix::In => Kind::In(parts),
            Infix::And => Kind::And(parts),
            Infix::Or => Kind::Or(parts),
        };
        Ok(node)
    }

    fn negate(&mut self, operand: Raw, start: u32, pos: u32) -> Result<Node, Fault> {
        let mut operand = self.node(operand)?;
        if let Kind::Literal(Value::Number(number)) = &mut operand.kind {
            *number = -*number;
            return Ok(operand);
        }
        let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
        push_ancestry(&mut node, &operand);
        node.kind = Kind::Negate(Box::new(operand));
        Ok(node)
    }

    fn block(&mut self, expressions: Vec<Raw>, start: u32, pos: u32) -> Result<Node, Fault> {
        let expressions = self.all(expressions)?;
        let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
        for part in &expressions {
            push_ancestry(&mut node, part);
            let first_cons = |path: &Path| path.steps.first().is_some_and(|it| it.cons);
            node.cons |= part.cons || matches!(&part.kind, Kind::Path(path) if first_cons(path));
        }
        node.kind = Kind::Block(Block { expressions, binds: true });
        Ok(node)
    }

    fn condition(&mut self, parts: (Raw, Raw, Option<Raw>), start: u32, pos: u32) -> Result<Node, Fault> {
        let condition = self.node(parts.0)?;
        let then = self.node(parts.1)?;
        let otherwise = parts.2.map(|it| self.node(it)).transpose()?;
        let mut node = Node::new(Kind::Literal(Value::Undefined), start, pos);
        push_ancestry(&mut node, &condition);
        push_ancestry(&mut node, &then);
        if let Some(it) = &otherwise {
            push_ancestry(&mut node, it);
        }
        node.kind = Kind::Condition(Box::new((condition, then, otherwise)));
        Ok(node)
    }

    fn dot(&mut self, parts: (Raw, Raw)) -> Result<Node, Fault> {
        let mut left = self.node(parts.0)?;
        let (start, pos) = (left.start, left.pos);
        if !matches!(left.kind, Kind::Path(_)) {
            let parent = match left.kind {
                Kind::Parent(slot) => Some(slot as usize),
                _ => None,
            };
            left = path_of(vec![left], start, pos);
            if let Some(slot) = parent {
                left.extra_mut().seeking = Some(vec![slot]);
            }
        }
        let mut right = self.node(parts.1)?;
        let Kind::Path(path) = &mut left.kind else { return Ok(left) };
        match right.kind {
            Kind::Path(rest) => path.steps.extend(rest.steps),
            _ => {
                predicates_to_stages(&mut right);
                path.steps.push(right);
            }
        }
        path.finish_dot()?;
        self.resolve_ancestry(&mut left)?;
        Ok(left)
    }

    fn filter(&mut self, parts: (Raw, Raw), pos: u32) -> Result<Node, Fault> {
        let mut left = self.node(parts.0)?;
        if on_last_step(&mut left, |step| step.group().is_some()) {
            return Err(Error::new("S0209").at(pos));
        }
        let predicate = self.node(parts.1)?;
        let is_path = matches!(left.kind, Kind::Path(_));
        on_last_step(&mut left, |step| self.add_predicate(step, predicate, is_path))?;
        Ok(left)
    }

    fn add_predicate(&mut self, step: &mut Node, predicate: Node, is_path: bool) -> Result<(), Fault> {
        let sought = predicate.extra.as_ref().and_then(|it| it.seeking.clone());
        if let Some(sought) = sought {
            for slot in sought {
                match self.slots.get_mut(slot) {
                    Some(it) if it.level != 1 => it.level -= 1,
                    _ => self.seek_parent(step, slot)?,
                }
            }
            push_ancestry(step, &predicate);
        }
        let extra = step.extra_mut();
        let stages = if is_path { &mut extra.stages } else { &mut extra.predicates };
        stages.get_or_insert_with(Vec::new).push(Stage::Filter(predicate));
        Ok(())
    }

    fn group(&mut self, left: Raw, pairs: Vec<(Raw, Raw)>, pos: u32) -> Result<Node, Fault> {
        let mut left = self.node(left)?;
        if left.group().is_some() {
            return Err(Error::new("S0210").at(pos));
        }
        let group = self.pairs(pairs, pos)?;
        left.extra_mut().group = Some(group);
        Ok(left)
    }

    fn order_by(&mut self, left: Raw, terms: Vec<(bool, Raw)>, start: u32, pos: u32) -> Result<Node, Fault> {
        let mut left = self.node(left)?;
        if !matches!(left.kind, Kind::Path(_)) {
            let (start, pos) = (left.start, left.pos);
            left = path_of(vec![left], start, pos);
        }
        let mut sort = Node::new(Kind::Literal(Value::Undefined), start, pos);
        let mut processed = Vec::with_capacity(terms.len());
        for (descending, expression) in terms {
            let expression = self.node(expression)?;
            push_ancestry(&mut sort, &expression);
            processed.push(SortTerm { descending, expression });
        }
        sort.kind = Kind::Sort(processed);
        if let Kind::Path(path) = &mut left.kind {
            path.steps.push(sort);
        }
        self.resolve_ancestry(&mut left)?;
        Ok(left)
    }

    fn focus(&mut self, left: Raw, name: &str, keep_array: bool, pos: u32) -> Result<Node, Fault> {
        let mut left = self.node(left)?;
        let symbol = self.symbols.intern(name);
        on_last_step(&mut left, |step| {
            if step.extra.as_ref().is_some_and(|it| it.stages.is_some() || it.predicates.is_some()) {
                return Err(Error::new("S0215").at(pos));
            }
            if matches!(step.kind, Kind::Sort(_)) {
                return Err(Error::new("S0216").at(pos));
            }
            step.keep_array |= keep_array;
            let extra = step.extra_mut();
            // `@$` binds nothing.
            extra.focus = (!name.is_empty()).then_some(symbol);
            extra.tuple = true;
            Ok(())
        })?;
        Ok(left)
    }

    fn index(&mut self, left: Raw, name: &str) -> Result<Node, Fault> {
        let mut left = self.node(left)?;
        let symbol = self.symbols.intern(name);
        if !matches!(left.kind, Kind::Path(_)) {
            predicates_to_stages(&mut left);
            let (start, pos) = (left.start, left.pos);
            left = path_of(vec![left], start, pos);
        }
        on_last_step(&mut left, |step| {
            let extra = step.extra_mut();
            match &mut extra.stages {
                None => extra.index = (!name.is_empty()).then_some(symbol),
                Some(stages) => stages.push(Stage::Index(symbol)),
            }
            extra.tuple = true;
        });
        Ok(left)
    }
}

/// What was a predicate of an expression is one of a step now.
fn predicates_to_stages(node: &mut Node) {
    if let Some(extra) = &mut node.extra
        && extra.predicates.is_some()
    {
        extra.stages = extra.predicates.take();
    }
}

/// Does something to the last step of a path, or to the node itself.
fn on_last_step<R>(node: &mut Node, change: impl FnOnce(&mut Node) -> R) -> R {
    if let Kind::Path(path) = &mut node.kind
        && let Some(last) = path.steps.last_mut()
    {
        return change(last);
    }
    change(node)
}

impl Path {
    /// What holds for a path after each `.`.
    fn finish_dot(&mut self) -> Result<(), Fault> {
        for step in &mut self.steps {
            match &step.kind {
                Kind::Literal(Value::String(name)) => step.kind = Kind::Name(Field::new(name.clone())),
                Kind::Literal(value) => {
                    return Err(Error::new("S0213").at(step.pos).value(value.clone()));
                }
                _ => {}
            }
        }
        self.keep_singleton |= self.steps.iter().any(|it| it.keep_array);
        if let Some(first) = self.steps.first_mut() {
            first.cons |= matches!(first.kind, Kind::Array(_));
        }
        if let Some(last) = self.steps.last_mut() {
            last.cons |= matches!(last.kind, Kind::Array(_));
        }
        Ok(())
    }
}

/// Marks the calls that a lambda ends with. `seen` when the result is looked at on the way out.
fn tail_calls(mut node: Node, seen: bool) -> Node {
    let looked_at =
        seen || node.extra.as_ref().is_some_and(|it| it.predicates.is_some() || it.group.is_some());
    match node.kind {
        Kind::Call(_) if node.predicates().is_none() => {
            let (start, pos) = (node.start, node.pos);
            Node::new(Kind::TailCall(Arc::new(node), looked_at), start, pos)
        }
        Kind::Condition(parts) => {
            let (condition, then, otherwise) = *parts;
            let then = deep::guarded(|| tail_calls(then, looked_at));
            let otherwise = otherwise.map(|it| deep::guarded(|| tail_calls(it, looked_at)));
            node.kind = Kind::Condition(Box::new((condition, then, otherwise)));
            node
        }
        Kind::Block(ref mut block) => {
            if let Some(last) = block.expressions.pop() {
                block.expressions.push(deep::guarded(|| tail_calls(last, looked_at)));
            }
            node
        }
        _ => node,
    }
}
