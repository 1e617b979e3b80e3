//! Runs a file of JSONata conformance cases: `jsonata_suite CASES DATASETS`.

#[path = "../../../jsonata/tests/common/suite.rs"]
mod suite;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [cases, datasets] = arguments.as_slice() else {
        eprintln!("usage: jsonata_suite CASES DATASETS");
        return ExitCode::from(2);
    };
    match suite::run(Path::new(cases), Path::new(datasets)) {
        Ok(report) => print(&report),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

fn print(report: &suite::Report) -> ExitCode {
    for (group, (passed, run)) in &report.groups {
        println!("{group}: {passed}/{run}");
    }
    for (id, difference) in &report.failures {
        println!("FAILED {id}: {difference}");
    }
    println!("{} passed, {} failed", report.passed(), report.failures.len());
    if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
