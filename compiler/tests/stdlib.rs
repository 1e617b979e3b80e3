//! The standard library itself.

use compiler::source::FileId;
use compiler::syntax;

/// Each file of the standard library parses without a word.
#[test]
fn parses() {
    let mut all = Vec::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../stdlib");
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "flow") {
            let text = std::fs::read_to_string(&path).unwrap();
            let parsed = syntax::parse(FileId(0), &text);
            let lines = |d: &compiler::diagnostics::Diagnostic| {
                let line = text[..d.span().start as usize].lines().count();
                format!("{}:{line}: {}", path.display(), d.message)
            };
            all.extend(parsed.diagnostics.iter().map(lines));
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}
