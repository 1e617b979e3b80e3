#[test]
fn dump() {
    let Ok(path) = std::env::var("DUMP") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = compiler::syntax::parse(compiler::source::FileId(0), &text);
    if std::env::var("TREE").is_ok() {
        println!("{:#?}", parsed.file.items);
    }
    for d in &parsed.diagnostics {
        let s = d.span();
        let line = text[..s.start as usize].matches('\n').count() + 1;
        println!("{line}: {} {} [{}]", d.code, d.message, &text[s.range()]);
    }
    println!("{} items", parsed.file.items.len());
}
