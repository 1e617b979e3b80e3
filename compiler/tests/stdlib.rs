//! The standard library itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::collections::BTreeMap;

use compiler::source::FileId;
use compiler::syntax;

/// Each file of the standard library parses and checks without a word.
#[test]
fn is_right() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../stdlib");
    let mut all = Vec::new();
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "flow") {
            let text = std::fs::read_to_string(&path).unwrap();
            let parsed = syntax::parse(FileId(0), &text);
            all.extend(parsed.diagnostics.iter().map(|d| format!("{}: {}", path.display(), d.message)));
            names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        }
    }
    // A kind is looked at where its name stands, be it in a comment.
    let text = format!("// {}\n", compiler::library_kinds().collect::<Vec<_>>().join(" "));
    let sources: BTreeMap<String, String> = BTreeMap::from([("main.flow".to_owned(), text)]);
    let analysis = compiler::analyze(&sources, "main.flow", "app");
    for diagnostic in &analysis.diagnostics {
        let span = diagnostic.span();
        let place = compiler::library_source(span.file).map(|source| {
            let (line, column) = source.line_column(span.start);
            format!("{}:{line}:{column}", source.path)
        });
        all.push(format!("{} {} {}", place.unwrap_or_default(), diagnostic.code, diagnostic.message));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    assert_eq!(
        analysis.program.kinds.kinds.len(),
        names.len(),
        "a file that the compiler doesn't list, or a kind more"
    );
}
