//! `cargo run --release -p compiler --example time_check -- FILE`: how long each step of the front end takes.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::time::Instant;

fn main() {
    for path in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let world = BTreeMap::from([("main.flow".to_owned(), text)]);
        for _ in 0..3 {
            let start = Instant::now();
            let resolved = compiler::resolve::resolve("main.flow", &world);
            let parsed = start.elapsed();
            let checked = compiler::check::check(&resolved.value);
            let done = start.elapsed();
            let audited = compiler::audit::audit(&checked.value);
            let all = start.elapsed();
            let diagnostics = resolved.diagnostics.len() + checked.diagnostics.len() + audited.len();
            println!(
                "{path}: parse and resolve {parsed:?}, check {:?}, audit {:?}, {diagnostics} diagnostics",
                done.checked_sub(parsed).unwrap_or_default(),
                all.checked_sub(done).unwrap_or_default()
            );
        }
    }
}
