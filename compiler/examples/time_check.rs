//! How long each step of the front end takes: `cargo run --release -p compiler --example time_check -- FILE…`.
//!
//! Each file is read as a program of one file, nine times; the fastest time of each step counts, with its speed over the
//! text. Imports are not followed. `--only parse` before the files runs that step alone, which is what a profiler wants.
#![allow(clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use compiler::source::FileId;

const ROUNDS: usize = 9;

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = match arguments.first().map(String::as_str) {
        Some("--only") if arguments.len() > 1 => arguments.drain(..2).next_back(),
        _ => None,
    };
    for path in arguments {
        match std::fs::read_to_string(&path) {
            Ok(text) => measure(&path, text, only.as_deref()),
            Err(error) => eprintln!("{path}: {error}"),
        }
    }
}

fn measure(path: &str, text: String, only: Option<&str>) {
    let bytes = text.len();
    let world = BTreeMap::from([("main.flow".to_owned(), text)]);
    let text = world.get("main.flow").map_or("", String::as_str);
    let parsed = compiler::syntax::parse(FileId(0), text);
    let resolved = compiler::resolve::resolve("main.flow", &world);
    let checked = compiler::check::check(&resolved.value);
    let steps: [(&str, &dyn Fn()); 5] = [
        ("parse", &|| drop(compiler::syntax::parse(FileId(0), text))),
        ("print", &|| drop(compiler::syntax::print(&parsed, text))),
        ("parse and resolve", &|| drop(compiler::resolve::resolve("main.flow", &world))),
        ("check", &|| drop(compiler::check::check(&resolved.value))),
        ("audit", &|| drop(compiler::audit::audit(&checked.value))),
    ];
    println!("{path}: {bytes} bytes, {} lines", text.lines().count());
    for (name, step) in steps.into_iter().filter(|(name, _)| only.is_none_or(|it| it == *name)) {
        let fastest = (0..ROUNDS).map(|_| time(step)).min().unwrap_or_default();
        let speed = bytes as f64 / fastest.as_secs_f64().max(1e-9) / 1e6;
        println!("  {name:<18} {fastest:>12.2?} {speed:>8.1} MB/s");
    }
}

fn time(step: &dyn Fn()) -> Duration {
    let start = Instant::now();
    step();
    start.elapsed()
}
