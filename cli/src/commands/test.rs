use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use compiler::Analysis;
use compiler::output::{BuiltTest, BuiltTests};
use emulators::{Failure, Report};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use rayon::prelude::*;

use super::Outcome;
use crate::disk::Disk;
use crate::handlers::Processes;
use crate::{difference, disk, report, snapshots};
use cli::testing;

/// Run the tests of an app, offline
#[derive(Args)]
#[command(after_help = "Examples:
  flow test
  flow test shop --filter declined
  flow test examples/baseline --junit tests.xml      every .flow file of the folder

Tests run the compiled state machines on a virtual clock, each in a world of its own, all at once. What isn't mocked
runs: workflows, functions' handlers where Python or Node is installed, tables, queues, topics, buckets in memory.
Exit codes: 0 all passed, 1 a test failed or the program has errors, 2 wrong use.")]
pub(crate) struct Test {
    /// A .flow file, a folder that holds a main.flow, or a folder of .flow files
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only tests whose title holds this
    #[arg(long, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Write the results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Take what `expect snapshot` sees for right
    #[arg(long)]
    update: bool,
    /// Run the definition before states are merged
    #[arg(long)]
    naive: bool,
}

/// A test that ran.
struct Ran {
    report: Report,
    took: Duration,
    /// Why it failed, for people.
    told: String,
}

/// A program whose tests ran.
struct Suite {
    name: String,
    lines: String,
    ran: Vec<Ran>,
    broken: bool,
}

impl Test {
    pub(crate) fn run(self) -> Outcome {
        let started = Instant::now();
        let mut suites = Vec::new();
        for path in entries(&self.path)? {
            let suite = self.suite(&path)?;
            report::print_all(&suite.lines);
            suites.push(suite);
        }
        let all = || suites.iter().flat_map(|it| &it.ran);
        let failed = all().filter(|it| !it.report.failures.is_empty()).count();
        let broken = suites.iter().any(|it| it.broken);
        if let Some(path) = &self.junit {
            std::fs::write(path, junit(&suites)?).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let passed = all().count() - failed;
        let seconds = started.elapsed().as_secs_f64();
        report::print_all(&format!("{passed} passed, {failed} failed in {seconds:.2} s\n"));
        Ok(ExitCode::from(u8::from(failed > 0 || broken)))
    }

    fn suite(&self, path: &Path) -> Result<Suite, String> {
        let disk = Disk::open(path)?;
        let name = disk::show(path);
        let analysis = compiler::analyze(&disk, &disk.entry, &disk.name());
        let built = compiler::tests(&analysis, self.naive);
        let diagnostics: Vec<_> = analysis.diagnostics.iter().chain(&built.diagnostics).cloned().collect();
        if diagnostics.iter().any(|it| it.is_error()) {
            report::diagnostics(&diagnostics, &analysis.sources, report::Format::Text);
            return Ok(Suite { name, lines: String::new(), ran: Vec::new(), broken: true });
        }
        let app = testing::app(&built, &analysis.program)?;
        let handlers = Processes::new(&disk, &built, &app, &analysis.program)?;
        let wanted: Vec<&BuiltTest> =
            built.tests.iter().filter(|it| it.title.contains(&self.filter)).collect();
        let mut ran: Vec<Ran> = wanted
            .par_iter()
            .map(|test| {
                let started = Instant::now();
                let report = emulators::run(&app, &testing::test(test), &handlers);
                Ran { report, took: started.elapsed(), told: String::new() }
            })
            .collect();
        for (test, ran) in wanted.iter().zip(&mut ran) {
            snapshots::check(&disk, &test.title, &mut ran.report, self.update)?;
        }
        let shown = Shown { analysis: &analysis, built: &built };
        for (test, ran) in wanted.iter().zip(&mut ran) {
            ran.told = ran.report.failures.iter().map(|it| shown.failure(test, it)).collect();
        }
        let lines = wanted.iter().zip(&ran).map(|(test, ran)| result(&test.title, ran)).collect();
        Ok(Suite { name, lines, ran, broken: false })
    }
}

/// The programs at a path.
fn entries(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() || path.join("main.flow").is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let listed = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let files = listed.filter_map(Result::ok).map(|it| it.path());
    let mut files: Vec<PathBuf> = files.filter(|it| it.extension().is_some_and(|it| it == "flow")).collect();
    files.sort();
    // Lets the usual message say what is missing.
    Ok(if files.is_empty() { vec![path.to_owned()] } else { files })
}

/// Results with the places of the source.
struct Shown<'a> {
    analysis: &'a Analysis,
    built: &'a BuiltTests,
}

fn result(title: &str, ran: &Ran) -> String {
    match ran.report.failures.is_empty() {
        true => format!("ok    {title}\n"),
        false => format!("FAIL  {title}\n{}", ran.told),
    }
}

impl Shown<'_> {
    fn failure(&self, test: &BuiltTest, failure: &Failure) -> String {
        let mut lines = vec![failure.message.clone()];
        let sides = [&failure.left, &failure.right].map(|it| it.as_ref());
        lines.extend(match failure.durations.then(|| difference::durations(sides)).flatten() {
            Some(lines) => lines,
            None => difference::lines(sides[0], sides[1]),
        });
        lines.extend(failure.note.as_ref().map(|note| match self.failed_at(failure) {
            Some(place) => format!("{note}, in {place}"),
            None => note.clone(),
        }));
        lines.extend(failure.cases.iter().map(|case| format!("case: {case}")));
        lines.extend(failure.help.iter().map(|help| format!("help: {help}")));
        let place = self.place(test, failure).unwrap_or_default();
        let indented = lines.iter().flat_map(|it| it.lines()).map(|it| format!("        {it}\n"));
        format!("      {place}\n{}", indented.collect::<String>())
    }

    /// `main.flow:12  expect run.transitions == 4`
    fn place(&self, test: &BuiltTest, failure: &Failure) -> Option<String> {
        let span = testing::place(self.built, test, failure)?;
        let source = self.analysis.sources.get(span.file.0 as usize)?;
        let (line, _) = source.line_column(span.start);
        let text = source.slice(source_line(source, span)).trim();
        Some(format!("{}:{line}  {text}", source.path))
    }

    /// `main.flow:12, `charge(order)``
    fn failed_at(&self, failure: &Failure) -> Option<String> {
        let (workflow, state) = failure.at.as_ref()?;
        let built = self.built.workflows.iter().find(|it| it.name == *workflow)?;
        let span = testing::span_of(&built.places, state)?;
        let source = self.analysis.sources.get(span.file.0 as usize)?;
        let text = source.slice(span).lines().next().unwrap_or_default().trim();
        Some(format!("`{state}`, {}:{}  {text}", source.path, source.line_column(span.start).0))
    }
}

/// The line that a span begins on.
fn source_line(source: &compiler::source::Source, span: compiler::source::Span) -> compiler::source::Span {
    let range = source.line_range(source.line_of(span.start as usize)).unwrap_or_default();
    compiler::source::Span::new(span.file, range.start, range.end)
}

fn junit(suites: &[Suite]) -> Result<String, String> {
    let mut whole = quick_junit::Report::new("flow test");
    for suite in suites {
        let mut cases = TestSuite::new(suite.name.clone());
        if suite.broken {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message("the program has errors");
            cases.add_test_case(TestCase::new("compiles", status));
        }
        for ran in &suite.ran {
            let mut status = TestCaseStatus::success();
            if let Some(first) = ran.report.failures.first() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(first.message.clone());
                status.set_description(ran.told.clone());
            }
            let mut case = TestCase::new(ran.report.title.clone(), status);
            case.set_classname(suite.name.clone());
            case.set_time(ran.took);
            cases.add_test_case(case);
        }
        whole.add_test_suite(cases);
    }
    whole.to_string().map_err(|error| error.to_string())
}
