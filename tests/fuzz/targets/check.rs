//! Any bytes as a program are checked and every message is drawn; what has no errors is built, twice the same.
#![no_main]

use std::collections::BTreeMap;

use compiler::diagnostics::{Diagnostic, render};
use compiler::output::BuildOptions;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let sources = BTreeMap::from([("main.flow".to_owned(), text)]);
    let analysis = compiler::analyze(&sources, "main.flow", "app");
    draw(&analysis.diagnostics, &analysis.sources);
    let clean = !analysis.diagnostics.iter().any(Diagnostic::is_error);
    let built = compiler::build(&analysis, &BuildOptions::default());
    draw(&built.diagnostics, &analysis.sources);
    assert!(clean || built.files.is_empty());
    let whole = !built.diagnostics.iter().any(Diagnostic::is_error);
    assert!(whole || built.files.is_empty(), "half of an app is written");
    if clean && whole {
        let again = compiler::build(&analysis, &BuildOptions::default());
        assert_eq!(format!("{:?}", built.files), format!("{:?}", again.files));
    }
});

/// Every message in every form; each place is one of the program or of the standard library.
fn draw(diagnostics: &[Diagnostic], sources: &[compiler::source::Source]) {
    for label in diagnostics.iter().flat_map(|it| &it.labels) {
        let source = sources.get(label.span.file.0 as usize);
        let source = source.or_else(|| compiler::library_source(label.span.file));
        assert!(source.is_none_or(|it| it.text.get(label.span.range()).is_some()), "{label:?}");
    }
    for edit in diagnostics.iter().filter_map(|it| it.fix.as_ref()).flat_map(|it| &it.edits) {
        let source = sources.get(edit.span.file.0 as usize).expect("a fix of no file");
        assert!(source.text.get(edit.span.range()).is_some(), "{edit:?}");
    }
    render::text(diagnostics, sources, true);
    render::json(diagnostics, sources);
    render::sarif(diagnostics, sources, "0");
}
