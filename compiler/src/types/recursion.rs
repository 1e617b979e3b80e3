//! Types that contain themselves, and types that are too large to be written out.

use std::collections::HashSet;

use super::{Type, Types};

/// Levels of a type that are written out.
const DEEPEST: usize = 24;

/// Parts of a type that are written out.
const MOST_PARTS: usize = 2_000;

/// Types that are followed one by one, to see whether they come back to themselves.
const MOST_FOLLOWED: usize = 1_000;

impl Types {
    /// Notes which declared types occur within themselves. What names no other type can't, nor what is named by none,
    /// and so on; of the rest, which are few, each is followed. Beyond a thousand they all count: time stays bounded.
    pub fn mark_recursive(&mut self) {
        let names: Vec<Vec<usize>> = self.declared.iter().map(|it| self.names(&it.ty)).collect();
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); names.len()];
        for (user, names) in names.iter().enumerate() {
            for name in names {
                if let Some(users) = users.get_mut(*name) {
                    users.push(user);
                }
            }
        }
        let endless = without_ends(&names, &users, vec![true; names.len()]);
        let candidates = without_ends(&users, &names, endless);
        let many = candidates.iter().filter(|it| **it).count() > MOST_FOLLOWED;
        for (at, (declared, candidate)) in self.declared.iter_mut().zip(&candidates).enumerate() {
            declared.recursive = *candidate && (many || leads_back(&names, at));
        }
    }

    /// The declared types that stand in the text of a type.
    fn names(&self, ty: &Type) -> Vec<usize> {
        let (mut found, mut left) = (Vec::new(), vec![ty]);
        while let Some(ty) = left.pop() {
            match ty {
                Type::Named(id) => found.push(id.0 as usize),
                _ => left.extend(self.form(ty).inner()),
            }
        }
        found
    }

    /// Whether a type names one that occurs within itself.
    pub fn is_recursive(&self, ty: &Type) -> bool {
        let mut ty = ty;
        for _ in 0..=self.declared.len() {
            let Type::Named(id) = ty else { return false };
            match self.declared.get(id.0 as usize) {
                Some(declared) if declared.recursive => return true,
                Some(declared) => ty = &declared.ty,
                None => return false,
            }
        }
        false
    }

    /// Whether a type can be written out part by part, as code that goes through its values does: one that contains
    /// itself has no end, and neither would anybody read more than 24 levels or 2,000 parts.
    pub fn can_be_written_out(&self, ty: &Type) -> bool {
        !self.is_recursive(ty) && self.written(ty, DEEPEST, MOST_PARTS).is_some()
    }

    fn written(&self, ty: &Type, depth: usize, budget: usize) -> Option<usize> {
        let left = budget.checked_sub(1)?;
        if self.is_recursive(ty) {
            return Some(left);
        }
        let inner = self.form(ty);
        let depth = depth.checked_sub(1)?;
        inner.inner().into_iter().try_fold(left, |left, inner| self.written(inner, depth, left))
    }
}

/// Takes away what leads nowhere, then what led there alone, and so on.
fn without_ends(to: &[Vec<usize>], from: &[Vec<usize>], mut kept: Vec<bool>) -> Vec<bool> {
    let is_kept = |kept: &[bool], at: usize| kept.get(at).copied().unwrap_or(false);
    let mut open: Vec<usize> =
        to.iter().map(|all| all.iter().filter(|it| is_kept(&kept, **it)).count()).collect();
    let mut ends: Vec<usize> = open
        .iter()
        .enumerate()
        .filter(|(at, open)| **open == 0 && is_kept(&kept, *at))
        .map(|(at, _)| at)
        .collect();
    while let Some(end) = ends.pop() {
        if let Some(kept) = kept.get_mut(end) {
            *kept = false;
        }
        for before in from.get(end).into_iter().flatten().filter(|it| is_kept(&kept, **it)) {
            if let Some(open) = open.get_mut(*before) {
                *open -= 1;
                if *open == 0 {
                    ends.push(*before);
                }
            }
        }
    }
    kept
}

fn leads_back(names: &[Vec<usize>], start: usize) -> bool {
    let (mut seen, mut left) = (HashSet::new(), vec![start]);
    while let Some(at) = left.pop() {
        for next in names.get(at).into_iter().flatten() {
            if *next == start {
                return true;
            }
            if seen.insert(*next) {
                left.push(*next);
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::TypeId;
    use super::*;

    #[test]
    fn what_occurs_within_itself_is_known() {
        let mut types = Types::default();
        let id = |at: u32| Type::Named(TypeId(at));
        types.declare("Tree", None, Type::record([("kids", Type::list(id(0)))]));
        types.declare("Holds", None, Type::record([("tree", id(0)), ("n", Type::Int)]));
        types.declare("Of", None, Type::record([("n", id(4)), ("m", id(4))]));
        types.declare("Back", None, Type::record([("holds", id(1)), ("of", id(5).optional())]));
        types.declare("Leaf", None, Type::Int);
        types.declare("Forth", None, Type::record([("back", id(3))]));
        types.mark_recursive();
        let recursive: Vec<&str> =
            types.declared.iter().filter(|it| it.recursive).map(|it| &*it.name).collect();
        assert_eq!(recursive, ["Tree", "Back", "Forth"]);
        assert!(types.can_be_written_out(&id(1)) && !types.can_be_written_out(&id(0)));
    }
}
