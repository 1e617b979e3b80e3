//! Any text is read, and every message points into it.
#![no_main]

use compiler::source::FileId;
use compiler::syntax::parse;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = parse(FileId(0), text);
    for label in parsed.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        assert!(text.get(label.span.range()).is_some());
    }
    for item in &parsed.file.items {
        assert!(text.get(item.span.range()).is_some());
    }
});
