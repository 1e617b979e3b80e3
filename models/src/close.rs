//! "Did you mean": the candidates that a misspelt name may stand for.

use std::cmp::Reverse;

/// The (at most three) candidates close to `name`, the closest first. Case counts for nothing, so that `getitem` finds
/// `getItem`; a candidate that holds the whole name counts as close too.
pub fn close<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let mut found: Vec<(usize, Reverse<usize>, &str)> =
        candidates.into_iter().filter_map(|candidate| rank(&wanted, candidate)).collect();
    found.sort();
    found.dedup();
    found.into_iter().take(3).map(|(_, _, candidate)| candidate).collect()
}

/// Edits between the names, then how much of their start they share; `None`: not close.
fn rank<'a>(wanted: &str, candidate: &'a str) -> Option<(usize, Reverse<usize>, &'a str)> {
    // Picked by gut feeling: a third of the letters may be wrong.
    let allowed = (wanted.len() / 3).max(1);
    if candidate.len().abs_diff(wanted.len()) > allowed && !contains(candidate, wanted) {
        return None;
    }
    let lowered = candidate.to_lowercase();
    let edits = strsim::osa_distance(wanted, &lowered);
    let shared = wanted.bytes().zip(lowered.bytes()).take_while(|(a, b)| a == b).count();
    let edits = if edits <= allowed { edits } else { allowed + 1 };
    (edits <= allowed || contains(candidate, wanted)).then_some((edits, Reverse(shared), candidate))
}

/// Whether the candidate holds the whole name; short names are held by too many.
fn contains(candidate: &str, wanted: &str) -> bool {
    wanted.len() >= 4 && candidate.to_lowercase().contains(wanted)
}
