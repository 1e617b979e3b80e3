//! `cargo run -p compiler --example check -- FILE`: what is wrong with a program.
#![allow(clippy::disallowed_methods)]

use compiler::diagnostics::render;
use compiler::source::Sources;

struct Disk(std::path::PathBuf);

impl Sources for Disk {
    fn read(&self, path: &str) -> Result<String, String> {
        std::fs::read_to_string(self.0.join(path)).map_err(|it| it.to_string())
    }
}

fn main() {
    for path in std::env::args().skip(1) {
        let path = std::path::Path::new(&path);
        let folder = path.parent().unwrap_or(std::path::Path::new("."));
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or("main.flow");
        let analysis = compiler::analyze(&Disk(folder.to_owned()), name, "app");
        println!("== {}: {} diagnostics", path.display(), analysis.diagnostics.len());
        print!("{}", render::text(&analysis.diagnostics, &analysis.sources, false));
    }
}
