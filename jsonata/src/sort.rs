//! Sorting as jsonata-js does it: a stable merge sort whose comparisons may fail.

use std::cmp::Ordering;

use crate::error::{Error, Fault};
use crate::evaluate::UNDEFINED;
use crate::operators::compare_texts;
use crate::value::Value;

/// The order of `count` items. `after(a, b)` says whether item `a`, which stands before `b`, must come after it.
///
/// It compares the same pairs in the same order as jsonata-js, so that the same comparison fails first.
pub(crate) fn merge_sort(
    count: usize,
    mut after: impl FnMut(usize, usize) -> Result<bool, Fault>,
) -> Result<Vec<usize>, Fault> {
    let mut items: Vec<usize> = (0..count).collect();
    let mut spare = items.clone();
    sort_part(&mut items, &mut spare, &mut after)?;
    Ok(items)
}

/// Halves, so that the recursion is as deep as the count has bits.
fn sort_part(
    items: &mut [usize],
    spare: &mut [usize],
    after: &mut impl FnMut(usize, usize) -> Result<bool, Fault>,
) -> Result<(), Fault> {
    if items.len() < 2 {
        return Ok(());
    }
    let middle = items.len() / 2;
    let (left, right) = items.split_at_mut(middle);
    let (spare_left, spare_right) = spare.split_at_mut(middle);
    sort_part(left, spare_left, after)?;
    sort_part(right, spare_right, after)?;
    let (mut from_left, mut from_right) = (left.iter().peekable(), right.iter().peekable());
    for slot in spare.iter_mut() {
        let take_right = match (from_left.peek(), from_right.peek()) {
            (Some(a), Some(b)) => after(**a, **b)?,
            (None, _) => true,
            (_, None) => false,
        };
        let next = if take_right { from_right.next() } else { from_left.next() };
        if let Some(next) = next {
            *slot = *next;
        }
    }
    items.copy_from_slice(spare);
    Ok(())
}

/// Sorts items by their keys, numbers or texts with nothing at the end; gives the runs of equal keys.
pub(crate) fn by_key(
    items: &mut Vec<(Value, usize)>,
    descending: bool,
) -> Result<Vec<std::ops::Range<usize>>, Fault> {
    let directed = |it: Ordering| if descending { it.reverse() } else { it };
    if items.iter().all(|(key, _)| matches!(key, Value::Number(it) if !it.is_nan())) {
        let number = |key: &Value| key.as_f64().unwrap_or(f64::NAN);
        items
            .sort_by(|(a, _), (b, _)| directed(number(a).partial_cmp(&number(b)).unwrap_or(Ordering::Equal)));
    } else if items.iter().all(|(key, _)| key.is_string()) {
        items.sort_by(|(a, _), (b, _)| {
            directed(compare_texts(a.as_str().unwrap_or_default(), b.as_str().unwrap_or_default()))
        });
    } else {
        let key = |at: usize| items.get(at).map_or(&UNDEFINED, |(key, _)| key);
        let order = merge_sort(items.len(), |a, b| {
            let ordering = compare_keys(key(a), key(b))?;
            let missing = key(a).is_undefined() || key(b).is_undefined();
            Ok(if missing { ordering } else { directed(ordering) } == Ordering::Greater)
        })?;
        let sorted = order.into_iter().filter_map(|at| items.get(at).cloned()).collect();
        *items = sorted;
    }
    Ok(equal_runs(items))
}

fn equal_runs(items: &[(Value, usize)]) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 1..=items.len() {
        let (before, here) = (items.get(at - 1), items.get(at));
        let same = matches!((before, here), (Some((a, _)), Some((b, _))) if a == b);
        if !same {
            if at - start > 1 {
                runs.push(start..at);
            }
            start = at;
        }
    }
    runs
}

/// The order of numbers, the greater or the lesser ones at the end; equal ones stay as they are.
pub(crate) fn numbers(keys: &[f64], descending: bool) -> Vec<usize> {
    let mut keyed: Vec<(f64, usize)> = keys.iter().copied().zip(0..).collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let ordering = a.partial_cmp(b).unwrap_or(Ordering::Equal);
        if descending { ordering.reverse() } else { ordering }
    });
    keyed.into_iter().map(|(_, at)| at).collect()
}

/// Compares two sort keys: numbers, texts or nothing.
pub(crate) fn compare_keys(a: &Value, b: &Value) -> Result<Ordering, Fault> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Ok(compare_numbers(*a, *b)),
        (Value::Undefined, Value::Undefined) => Ok(Ordering::Equal),
        (Value::Undefined, _) => Ok(Ordering::Greater),
        (_, Value::Undefined) => Ok(Ordering::Less),
        (Value::String(a), Value::String(b)) => Ok(compare_texts(a, b)),
        _ => {
            let sortable = |it: &Value| it.is_number() || it.is_string();
            if !sortable(a) || !sortable(b) {
                let culprit = if sortable(a) { b } else { a };
                return Err(Error::new("T2008").value(culprit.clone()));
            }
            match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) => Ok(compare_numbers(a, b)),
                _ => Err(Error::new("T2007").value(a.clone()).value2(b.clone())),
            }
        }
    }
}

fn compare_numbers(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Greater)
}
