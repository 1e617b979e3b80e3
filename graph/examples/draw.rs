//! Draws an ASL file: `cargo run -p graph --example draw -- FILE > out.svg`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: draw FILE")?;
    let definition: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
    let definition = definition.get("definition").unwrap_or(&definition);
    print!("{}", graph::svg(&graph::chart(definition, &graph::Plain), &path));
    Ok(())
}
