//! Logical ids: readable, alphanumeric, unique, and the same from the same source.

use std::cell::RefCell;
use std::collections::HashSet;

/// `fulfil-orders` → `FulfilOrders`; only letters and digits stay.
pub(super) fn pascal(name: &str) -> String {
    let mut out = String::new();
    let mut upper = true;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            upper = true;
        } else if upper {
            out.push(c.to_ascii_uppercase());
            upper = false;
        } else {
            out.push(c);
        }
    }
    out
}

/// Hands out names that nobody has yet.
#[derive(Debug, Default)]
pub(super) struct Ids {
    taken: RefCell<HashSet<String>>,
}

impl Ids {
    /// `wanted`, or with the first number behind it that makes it new.
    pub(super) fn claim(&self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "Resource" } else { wanted };
        let mut taken = self.taken.borrow_mut();
        let mut name = wanted.to_owned();
        let mut n = 2;
        while !taken.insert(name.clone()) {
            name = format!("{wanted}{n}");
            n += 1;
        }
        name
    }
}

/// `FulfilOrders` → `fulfilOrders`
pub(super) fn camel(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
