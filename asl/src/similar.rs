//! "Did you mean …?"

/// Among more candidates than this no similar one is looked for: each finding costs a look at all.
pub(crate) const MAX_CANDIDATES: usize = 300;

/// The candidate closest to a misspelt name, if one is close enough.
pub(crate) fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Longer names are no names anyone mistypes, and the distance costs their product.
    if name.len() > 100 {
        return None;
    }
    let most = (name.chars().count() / 3).clamp(1, 3);
    let is_near = |it: &&str| it.len() <= 100 && it.len().abs_diff(name.len()) <= 4 * most;
    let close = candidates.into_iter().filter(is_near);
    let close = close.map(|it| (distance(name, it), it));
    let best = close.min_by_key(|(distance, _)| *distance)?;
    (best.0 <= most).then_some(best.1)
}

/// Whether one name may be meant by the other: a misspelt one is reported once.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || closest(a, [b]).is_some()
}

/// Edits that turn one into the other; letters that differ in case count as one edit for all.
fn distance(a: &str, b: &str) -> usize {
    if a.eq_ignore_ascii_case(b) {
        return 1;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let replaced = diagonal + usize::from(ca != *cb);
            left = replaced.min(left + 1).min(above + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = left;
            }
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
