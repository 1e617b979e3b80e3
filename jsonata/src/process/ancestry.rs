//! `%`: which step of a path each one stands for.

use super::Builder;
use crate::ast::*;
use crate::deep;
use crate::error::{Error, Fault};

pub(super) fn no_parent(node: &Node) -> Fault {
    Error::new("S0217").at(node.pos).token(node.type_name())
}

/// What `value` still seeks, `result` seeks too.
pub(super) fn push_ancestry(result: &mut Node, value: &Node) {
    let sought = value.extra.as_ref().and_then(|it| it.seeking.as_ref());
    let own = match value.kind {
        Kind::Parent(slot) => Some(slot as usize),
        _ => None,
    };
    if sought.is_none() && own.is_none() {
        return;
    }
    let seeking = result.extra_mut().seeking.get_or_insert_with(Vec::new);
    seeking.extend(sought.into_iter().flatten().copied().chain(own));
}

impl Builder<'_> {
    /// Finds the steps that the `%` of the last step stand for; what isn't found the path goes on seeking.
    pub(super) fn resolve_ancestry(&mut self, node: &mut Node) -> Result<(), Fault> {
        let Kind::Path(path) = &mut node.kind else { return Ok(()) };
        let Some(last) = path.steps.last() else { return Ok(()) };
        let mut slots = last.extra.as_ref().and_then(|it| it.seeking.clone()).unwrap_or_default();
        if let Kind::Parent(slot) = last.kind {
            slots.push(slot as usize);
        }
        let mut unresolved = Vec::new();
        for slot in slots {
            let mut left = path.steps.len() - 1;
            while self.slots.get(slot).is_some_and(|it| it.level > 0) {
                if left == 0 {
                    unresolved.push(slot);
                    break;
                }
                left -= 1;
                // Steps that bind a focus keep the context: of several in a row the first counts.
                while left > 0 && has_focus(path.steps.get(left)) && has_focus(path.steps.get(left - 1)) {
                    left -= 1;
                }
                if let Some(step) = path.steps.get_mut(left) {
                    self.seek_parent(step, slot)?;
                }
            }
        }
        if !unresolved.is_empty() {
            node.extra_mut().seeking.get_or_insert_with(Vec::new).extend(unresolved);
        }
        Ok(())
    }

    pub(super) fn seek_parent(&mut self, node: &mut Node, slot: usize) -> Result<(), Fault> {
        match &mut node.kind {
            Kind::Name(_) | Kind::Wildcard => {
                let Some(sought) = self.slots.get_mut(slot) else { return Ok(()) };
                sought.level -= 1;
                if sought.level == 0 {
                    let extra = node.extra_mut();
                    if let Some(other) = extra.ancestor {
                        let label = self.slots.get(other as usize).map_or(slot, |it| it.label);
                        if let Some(sought) = self.slots.get_mut(slot) {
                            sought.label = label;
                        }
                    }
                    extra.ancestor = Some(slot as u32);
                    extra.tuple = true;
                }
                Ok(())
            }
            Kind::Parent(_) => {
                if let Some(sought) = self.slots.get_mut(slot) {
                    sought.level += 1;
                }
                Ok(())
            }
            Kind::Block(block) => {
                let Some(last) = block.expressions.last_mut() else { return Ok(()) };
                deep::guarded(|| self.seek_parent(last, slot))?;
                node.extra_mut().tuple = true;
                Ok(())
            }
            Kind::Path(path) => {
                path.tuple = true;
                for (count, step) in path.steps.iter_mut().rev().enumerate() {
                    if count > 0 && self.slots.get(slot).is_none_or(|it| it.level <= 0) {
                        break;
                    }
                    deep::guarded(|| self.seek_parent(step, slot))?;
                }
                node.extra_mut().tuple = true;
                Ok(())
            }
            _ => Err(no_parent(node)),
        }
    }
}

fn has_focus(step: Option<&Node>) -> bool {
    step.and_then(|it| it.extra.as_ref()).is_some_and(|it| it.focus.is_some())
}
