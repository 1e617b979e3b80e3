//! Naive and packed machines of random programs agree.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use tests::agreement::{Verdict, compare};

/// `FLOW_SEEDS=from..to` looks at others.
fn seeds() -> std::ops::Range<u64> {
    let given = std::env::var("FLOW_SEEDS").ok();
    let range = given
        .as_deref()
        .and_then(|text| text.split_once(".."))
        .and_then(|(a, b)| Some(a.parse().ok()?..b.parse().ok()?));
    range.unwrap_or(0..60)
}

#[test]
fn naive_and_packed_machines_agree() {
    let (mut agreed, mut refused, mut naive_total, mut packed_total) = (0, Vec::new(), 0, 0);
    for seed in seeds() {
        match compare(seed) {
            Verdict::Agree { naive, packed } => {
                agreed += 1;
                naive_total += naive;
                packed_total += packed;
            }
            Verdict::Refused(errors) => refused.push((seed, errors)),
            Verdict::Differ(text) => panic!("seed {seed}\n{text}"),
        }
    }
    println!(
        "{agreed} agree, {} refused; transitions {naive_total} naive, {packed_total} packed",
        refused.len()
    );
    assert!(agreed > 2 * refused.len(), "too many programs are refused: {:?}", refused.first());
}
