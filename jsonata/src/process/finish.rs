//! The last look at a tree: what can be known beforehand is noted for the evaluation.

use std::collections::HashSet;
use std::sync::Arc;

use super::Builder;
use crate::ast::*;
use crate::deep;
use crate::value::Value;

impl Builder<'_> {
    /// Slots become symbols, simple paths fields; blocks learn whether they bind.
    pub(super) fn finish(&mut self, node: &mut Node) {
        deep::guarded(|| self.finish_node(node));
    }

    fn slot_symbol(&mut self, slot: u32) -> u32 {
        let label = self.slots.get(slot as usize).map_or(0, |it| it.label);
        // No variable of an expression can have a space in its name.
        self.symbols.intern(&format!(" {label}"))
    }

    fn finish_node(&mut self, node: &mut Node) {
        self.finish_extra(node);
        let symbol = match node.kind {
            Kind::Parent(slot) => Some(self.slot_symbol(slot)),
            _ => None,
        };
        match &mut node.kind {
            Kind::Parent(slot) => *slot = symbol.unwrap_or_default(),
            Kind::Literal(_)
            | Kind::Name(_)
            | Kind::Field(_)
            | Kind::Variable(_)
            | Kind::Context
            | Kind::Wildcard
            | Kind::Descendants
            | Kind::Placeholder
            | Kind::Regex(_) => {}
            Kind::Path(path) => {
                path.steps.iter_mut().for_each(|it| self.finish(it));
                path.tuples = path.steps.iter().any(Node::is_tuple);
            }
            Kind::Numeric(_, parts)
            | Kind::Comparison(_, parts)
            | Kind::Equality(_, parts)
            | Kind::Concat(parts)
            | Kind::Range(parts)
            | Kind::In(parts)
            | Kind::And(parts)
            | Kind::Or(parts)
            | Kind::Apply(parts) => {
                self.finish(&mut parts.0);
                self.finish(&mut parts.1);
            }
            Kind::Negate(operand) | Kind::Bind(_, operand) => self.finish(operand),
            Kind::Array(items) => items.iter_mut().for_each(|it| self.finish(it)),
            Kind::Object(group) => self.finish_group(group),
            Kind::Block(block) => {
                block.expressions.iter_mut().for_each(|it| self.finish(it));
                block.binds = self.evaluates || block.expressions.iter().any(binds);
            }
            Kind::Condition(parts) => {
                self.finish(&mut parts.0);
                self.finish(&mut parts.1);
                parts.2.iter_mut().for_each(|it| self.finish(it));
            }
            Kind::Call(call) | Kind::Partial(call) => {
                self.finish(&mut call.procedure);
                call.arguments.iter_mut().for_each(|it| self.finish(it));
            }
            // Nobody else has these yet, so they can still be changed.
            Kind::TailCall(call, _) => {
                if let Some(it) = Arc::get_mut(call) {
                    self.finish(it);
                }
            }
            Kind::Lambda(lambda) => {
                if let Some(it) = Arc::get_mut(lambda) {
                    self.finish(&mut it.body);
                }
            }
            Kind::Transform(transform) => {
                if let Some(it) = Arc::get_mut(transform) {
                    self.finish(&mut it.pattern);
                    self.finish(&mut it.update);
                    it.delete.iter_mut().for_each(|it| self.finish(it));
                }
            }
            Kind::Sort(terms) => terms.iter_mut().for_each(|it| self.finish(&mut it.expression)),
        }
        simplify(node);
    }

    fn finish_extra(&mut self, node: &mut Node) {
        let Some(mut extra) = node.extra.take() else { return };
        extra.seeking = None;
        if let Some(slot) = extra.ancestor {
            extra.ancestor = Some(self.slot_symbol(slot));
        }
        for stage in extra.predicates.iter_mut().chain(&mut extra.stages).flatten() {
            if let Stage::Filter(it) = stage {
                self.finish(it);
            }
        }
        if let Some(group) = &mut extra.group {
            self.finish_group(group);
        }
        let Extra { predicates, stages, group, focus, index, ancestor, tuple, .. } = &*extra;
        let nothing = predicates.is_none() && stages.is_none() && group.is_none() && !tuple;
        if !(nothing && focus.is_none() && index.is_none() && ancestor.is_none()) {
            node.extra = Some(extra);
        }
    }

    fn finish_group(&mut self, group: &mut Group) {
        for (name, value) in &mut group.pairs {
            self.finish(name);
            self.finish(value);
        }
        let literal = |(name, _): &(Node, Node)| match (&name.kind, &name.extra) {
            (Kind::Literal(Value::String(it)), None) => Some(it.clone()),
            _ => None,
        };
        let keys: Option<Vec<Arc<str>>> = group.pairs.iter().map(literal).collect();
        group.literal_keys = keys.filter(|it| it.iter().collect::<HashSet<_>>().len() == it.len());
    }
}

/// A path of one name without anything about it is a field.
fn simplify(node: &mut Node) {
    if node.extra.is_some() || node.keep_array {
        return;
    }
    let Kind::Path(path) = &mut node.kind else { return };
    if path.keep_singleton || path.tuple {
        return;
    }
    let plain = |(at, step): (usize, &Node)| {
        let kind = matches!(step.kind, Kind::Name(_)) || (at == 0 && matches!(step.kind, Kind::Variable(_)));
        kind && step.extra.is_none() && !step.keep_array
    };
    path.plain = path.steps.iter().enumerate().all(plain);
    if path.plain
        && path.steps.len() == 1
        && matches!(path.steps.first(), Some(Node { kind: Kind::Name(_), .. }))
        && let Some(Node { kind: Kind::Name(field), .. }) = path.steps.pop()
    {
        node.kind = Kind::Field(field);
    }
}

/// Whether evaluating the node may bind a variable in the frame it is evaluated in.
fn binds(node: &Node) -> bool {
    deep::guarded(|| {
        let mut found = matches!(node.kind, Kind::Bind(..));
        node.each_in_frame(&mut |it| found = found || binds(it));
        found
    })
}
