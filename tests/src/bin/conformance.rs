//! `cargo run -p tests --bin conformance -- FOLDER`: runs recorded cases, says which fail and where.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: conformance FOLDER");
        return ExitCode::from(2);
    };
    match tests::conformance::run_folder(Path::new(&folder)) {
        Ok(report) => {
            for (id, difference) in &report.failures {
                println!("FAIL {id}\n     {difference}");
            }
            for (area, (passed, cases)) in &report.areas {
                println!("{area}: {passed}/{cases}");
            }
            println!("{} not run", report.skipped);
            println!("{} passed, {} failed", report.passed(), report.failures.len());
            if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
