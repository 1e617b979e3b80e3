//! Every real definition of kind `workflow` and `doc` is read, validated and run along some path.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tests::corpus::{Ending, run_all};

/// What is known to become of them; docs/conformance.md lists those that come to no end.
const EXPECTED: [(&str, usize); 6] = [
    ("ended well", 179),
    ("ended in a Fail state", 5),
    ("Refused", 11),
    ("Open", 1),
    ("Reads", 3),
    ("Unbounded", 4),
];

#[test]
fn real_definitions_run_to_an_end() -> Result<(), String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/definitions");
    if !folder.exists() {
        println!("skipped: {} is not there", folder.display());
        return Ok(());
    }
    let all = run_all(&folder)?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (id, ending) in &all {
        let kind = match ending {
            Ending::End => "ended well".to_owned(),
            Ending::Fail(state) => {
                println!("{id}: Fail state {state}");
                "ended in a Fail state".to_owned()
            }
            Ending::Reason(reason, why) => {
                println!("{id}: {reason:?}: {why}");
                format!("{reason:?}")
            }
        };
        *counts.entry(kind).or_default() += 1;
    }
    println!("{} definitions: {counts:?}", all.len());
    let expected = EXPECTED.into_iter().map(|(name, count)| (name.to_owned(), count));
    assert_eq!(counts, expected.collect());
    Ok(())
}
