//! The `test` blocks of a page's program, run as `flow test` runs them.

use cli::testing;
use compiler::Analysis;
use emulators::{NoHandlers, Report, Request};

use crate::requests;

/// What a test block's run gave.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) title: String,
    pub(super) failures: Vec<Failed>,
    /// `dynamodb:getItem {…}`, a line a request to a service.
    pub(super) requests: String,
}

/// A failure of a test, and where.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub(super) file: String,
    /// 1-based.
    pub(super) line: usize,
    pub(super) text: String,
}

/// Runs every test of a program without errors.
///
/// # Errors
/// Where the program can't be run.
pub(super) fn run(analysis: &Analysis) -> Result<Vec<Ran>, String> {
    let mut ran = run_as(analysis, false)?;
    // What each statement means by itself: the same, but for what counts or names states.
    for (packed, naive) in ran.iter_mut().zip(run_as(analysis, true)?) {
        let news = naive.failures.into_iter().filter(|it| !about_states(it, analysis));
        for failed in news {
            if !packed.failures.iter().any(|it| it.line == failed.line) {
                let text = format!("before states are merged: {}", failed.text);
                packed.failures.push(Failed { text, ..failed });
            }
        }
    }
    Ok(ran)
}

/// Whether a failure is of an expectation that counts or names states.
fn about_states(failed: &Failed, analysis: &Analysis) -> bool {
    let source = analysis.sources.iter().find(|it| it.path == failed.file);
    let line = source.and_then(|it| it.text.lines().nth(failed.line.checked_sub(1)?));
    line.is_some_and(|it| ["transitions", "visited", "cost", "states"].iter().any(|word| it.contains(word)))
}

fn run_as(analysis: &Analysis, naive: bool) -> Result<Vec<Ran>, String> {
    let built = compiler::tests(analysis, naive);
    if let Some(first) = built.diagnostics.iter().find(|it| it.is_error()) {
        return Err(format!("{} {}", first.code, first.message));
    }
    let app = testing::app(&built, &analysis.program)?;
    let ran = built.tests.iter().map(|test| {
        let report = emulators::run(&app, &testing::test(test), &NoHandlers);
        let failures = report.failures.iter().map(|failure| {
            let span = testing::place(&built, test, failure).unwrap_or(test.span);
            let source = analysis.sources.get(span.file.0 as usize);
            Failed {
                file: source.map(|it| it.path.clone()).unwrap_or_default(),
                line: source.map_or(0, |it| it.line_column(span.start).0),
                text: told(failure),
            }
        });
        let mut failures: Vec<Failed> = failures.collect();
        failures.extend(refused(&report).map(|text| Failed { file: String::new(), line: 0, text }));
        Ran { title: test.title.clone(), failures, requests: shown(&report.requests) }
    });
    Ok(ran.collect())
}

/// A failure as text, its help included.
fn told(failure: &emulators::Failure) -> String {
    let mut text = failure.message.clone();
    if let Some(left) = &failure.left {
        text.push_str(&format!("\n  left:  {left}"));
    }
    if let Some(right) = &failure.right {
        text.push_str(&format!("\n  right: {right}"));
    }
    for more in failure.note.iter().chain(&failure.help) {
        text.push_str(&format!("\n  {more}"));
    }
    text
}

/// What AWS would refuse, although nothing in memory did.
fn refused(report: &Report) -> impl Iterator<Item = String> {
    report.requests.iter().flat_map(|request| {
        let problems = requests::problems(&request.resource, &request.arguments);
        problems.into_iter().map(|it| format!("AWS refuses the request of {}: {it}", request.state))
    })
}

fn shown(requests: &[Request]) -> String {
    let lines = requests.iter().map(|it| {
        let resource = it.resource.trim_start_matches("arn:aws:states:::");
        format!("{resource} {}\n", it.arguments)
    });
    lines.collect()
}
