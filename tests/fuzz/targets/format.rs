//! What the formatter prints has no errors, as many declarations and comments, and is its own format.
#![no_main]

use compiler::source::FileId;
use compiler::syntax::{parse, print};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let before = parse(FileId(0), text);
    if before.diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
        return;
    }
    let printed = print(&before, text).expect("no errors, yet not printed");
    let after = parse(FileId(0), &printed);
    assert!(after.diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{printed}");
    assert_eq!(before.file.items.len(), after.file.items.len(), "{printed}");
    assert_eq!(before.file.comments.len(), after.file.comments.len(), "{printed}");
    assert_eq!(print(&after, &printed).as_deref(), Some(printed.as_str()));
});
