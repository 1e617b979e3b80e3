//! Which bracket belongs to which, also where some are missing.

use super::scan::{Kind, Token, opener_of};

/// What became of one token that is a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Partner {
    /// Not a bracket.
    Not,
    /// The index of the other one.
    Paired(usize),
    /// Never closed.
    Unclosed,
    /// Closes nothing.
    Stray,
}

/// One entry a token.
pub(super) fn pair(tokens: &[Token]) -> Vec<Partner> {
    let mut partners = vec![Partner::Not; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut set = |index: usize, partner: Partner| {
        if let Some(slot) = partners.get_mut(index) {
            *slot = partner;
        }
    };
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open(_) => open.push(index),
            Kind::Close(closer) => match opener_for(tokens, &open, closer) {
                Some(position) => {
                    open.drain(position + 1..).for_each(|unclosed| set(unclosed, Partner::Unclosed));
                    if let Some(opener) = open.pop() {
                        set(opener, Partner::Paired(index));
                        set(index, Partner::Paired(opener));
                    }
                }
                None => set(index, Partner::Stray),
            },
            _ => {}
        }
    }
    open.into_iter().for_each(|unclosed| set(unclosed, Partner::Unclosed));
    partners
}

/// The place in `open` of the bracket that `closer` closes. Parentheses don't reach out of their braces.
fn opener_for(tokens: &[Token], open: &[usize], closer: u8) -> Option<usize> {
    let wanted = Kind::Open(opener_of(closer));
    for (position, index) in open.iter().enumerate().rev() {
        let kind = tokens.get(*index).map(|token| token.kind);
        if kind == Some(wanted) {
            return Some(position);
        }
        if kind == Some(Kind::Open(b'{')) {
            return None;
        }
    }
    None
}
