//! The language reference as tests: `tests/reference/**/*.md`.
//!
//! Every heading is a program. Its blocks:
//! - ```` ```flow ```` (or ```` ```flow types.flow ````): a file; without a name, the entry.
//! - ```` ```asl ```` (or ```` ```asl fulfil ````): the definition of the (named) workflow. `UPDATE=1` rewrites it.
//! - ```` ```states ````: one line a state of the packed definition, `name: Type -> next`. `UPDATE=1` rewrites it.
//! - ```` ```requests ````: what the tests (or the one of the title behind the word) ask of services, a line a request.
//!   `UPDATE=1` rewrites it.
//! - ```` ```carriers ````: what carries each event over, a line each: what it hands over, and which events it takes.
//!   `UPDATE=1` rewrites it.
//! - ```` ```permissions ````: what each role may do, a line a statement. `UPDATE=1` rewrites it.
//! - ```` ```resource Name ````: the properties of a resource of the template, by logical id. `UPDATE=1` rewrites it.
//!
//! What pipes hand over is held against the types of what it goes to. `test` blocks are run. What they send is held against the models of AWS's APIs.
//!
//! Comments in a file say what must be found on their line (or, where the comment stands alone, on the next line
//! with code): `// error: F0301 "part of the message"`, `// warning: F0410`, `// type: Order?` (of the name that the
//! line declares), `// fails: "part of the message"` (where a test fails). A diagnostic or a failure that no comment asks
//! for fails the case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use compiler::diagnostics::{Diagnostic, Severity};
use compiler::source::Source;
use serde_json::Value;

use crate::markdown::{Block, Section, sections};

mod running;

use running::{Failed, Ran};

/// The repository's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Every Markdown page below a folder, in order.
pub fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            found.extend(pages(&entry));
        } else if entry.extension().is_some_and(|extension| extension == "md") {
            found.push(entry);
        }
    }
    found
}

/// What a page's run gave.
#[derive(Debug, Default)]
pub struct Report {
    pub passed: usize,
    pub failures: Vec<String>,
    /// New texts of blocks, last first, where they differ and are to be rewritten.
    pub updates: Vec<(std::ops::Range<usize>, String)>,
}

/// Runs every case of a page.
pub fn run_page(page: &str, update: bool) -> Report {
    let mut report = Report::default();
    for section in sections(page) {
        if !section.blocks.iter().any(|block| block.language == "flow") {
            continue;
        }
        let before = report.failures.len();
        run_section(&section, update, &mut report);
        report.passed += usize::from(report.failures.len() == before);
    }
    report.updates.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    report
}

fn run_section(section: &Section, update: bool, report: &mut Report) {
    let files: Vec<&Block> = section.blocks.iter().filter(|block| block.language == "flow").collect();
    let name =
        |block: &Block| if block.info.is_empty() { "main.flow".to_owned() } else { block.info.clone() };
    let sources: BTreeMap<String, String> =
        files.iter().map(|block| (name(block), block.text.clone())).collect();
    let entry = if sources.contains_key("main.flow") {
        "main.flow".to_owned()
    } else {
        files.first().map(|b| name(b)).unwrap_or_default()
    };
    let mut analysis = compiler::analyze(&sources, &entry, "app");
    // A page shows one thing, so most names in it have no use; they are asked for where they are the thing.
    analysis.diagnostics.retain(|it| {
        !matches!(it.code.0, "F0224" | "F0225") || sources.values().any(|text| text.contains(it.code.0))
    });
    let fail = |text: String| format!("{}: {text}", section.title);
    if sources.len() < files.len() {
        report.failures.push(fail("two programs of one name: give each a section of its own".to_owned()));
    }

    let expected: Vec<Expected> =
        files.iter().flat_map(|block| expectations(&name(block), &block.text)).collect();
    let mut built = None;
    let mut diagnostics = analysis.diagnostics.clone();
    if !diagnostics.iter().any(Diagnostic::is_error) {
        let output = compiler::build(&analysis, &compiler::output::BuildOptions::default());
        diagnostics.extend(output.diagnostics.iter().cloned());
        built = Some(output);
    }
    report.failures.extend(compare(&expected, &diagnostics, &analysis).into_iter().map(fail));
    let ran = match diagnostics.iter().any(Diagnostic::is_error) || analysis.program.tests.is_empty() {
        true => Vec::new(),
        false => running::run(&analysis).unwrap_or_else(|error| {
            report.failures.push(fail(format!("the tests can't be run: {error}")));
            Vec::new()
        }),
    };
    report.failures.extend(unforeseen(&expected, &ran).into_iter().map(fail));

    if !diagnostics.iter().any(Diagnostic::is_error) {
        if !analysis.program.triggers.is_empty() {
            report.failures.extend(crate::pipes::problems(&analysis).into_iter().map(fail));
        }
        for block in &section.blocks {
            let actual = match block.language.as_str() {
                "carriers" => crate::pipes::shown(&analysis),
                "permissions" => crate::template::permissions(&analysis),
                "resource" => crate::template::properties(&analysis, &block.info),
                _ => continue,
            };
            differ(block, actual, update, &section.title, report);
        }
    }
    for block in section.blocks.iter().filter(|block| block.language == "requests") {
        let of = |it: &&Ran| block.info.is_empty() || it.title == block.info;
        let actual: String = ran.iter().filter(of).map(|it| it.requests.as_str()).collect();
        differ(block, actual, update, &section.title, report);
    }
    for block in section.blocks.iter().filter(|block| matches!(block.language.as_str(), "asl" | "states")) {
        let workflows = built.as_ref().map(|built| built.workflows.as_slice()).unwrap_or_default();
        let workflow = workflows.iter().find(|w| block.info.is_empty() || w.name == block.info);
        let Some(workflow) = workflow else {
            report.failures.push(fail(format!("line {}: nothing was built for this block", block.line)));
            continue;
        };
        let actual = match block.language.as_str() {
            "asl" => serde_json::to_string_pretty(&workflow.definition).unwrap_or_default() + "\n",
            _ => states(&workflow.definition, 0),
        };
        differ(block, actual, update, &section.title, report);
    }
}

/// A block that isn't what came out is rewritten or reported.
fn differ(block: &Block, actual: String, update: bool, title: &str, report: &mut Report) {
    if actual == block.text {
        return;
    }
    if update {
        report.updates.push((block.range.clone(), actual));
        return;
    }
    let diff = similar::TextDiff::from_lines(&block.text, &actual).unified_diff().to_string();
    report.failures.push(format!("{title}: line {}: the output differs\n{diff}", block.line));
}

/// The failures of tests that no comment asks for, and the comments that none answers.
fn unforeseen(expected: &[Expected], ran: &[Ran]) -> Vec<String> {
    let mut left: Vec<(&str, &Failed)> =
        ran.iter().flat_map(|it| it.failures.iter().map(|failed| (it.title.as_str(), failed))).collect();
    let mut failures = Vec::new();
    for want in expected {
        let What::Fails(part) = &want.what else { continue };
        let hit = |(_, it): &(&str, &Failed)| {
            it.file == want.file && it.line == want.line && it.text.contains(part.as_str())
        };
        match left.iter().position(hit) {
            Some(i) => drop(left.remove(i)),
            None => failures.push(format!("{}:{}: nothing fails here with {part:?}", want.file, want.line)),
        }
    }
    let told =
        |(title, it): &(&str, &Failed)| format!("{}:{}: {title:?} fails: {}", it.file, it.line, it.text);
    failures.extend(left.iter().map(told));
    failures
}

/// `charge: Task -> notify, catch -> refund`, bodies indented.
pub fn states(definition: &Value, depth: usize) -> String {
    let mut out = String::new();
    let Some(states) = definition.get("States").and_then(Value::as_object) else { return out };
    for (name, state) in states {
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let list = |key: &str| state.get(key).and_then(Value::as_array).into_iter().flatten();
        let mut exits: Vec<String> = list("Choices").filter_map(|rule| text(rule, "Next")).collect();
        exits.extend(text(state, "Default"));
        exits.extend(text(state, "Next"));
        exits.extend(state.get("End").map(|_| "end".to_owned()));
        let catches =
            list("Catch").filter_map(|catcher| text(catcher, "Next")).map(|next| format!("catch {next}"));
        exits.extend(catches);
        let pad = "  ".repeat(depth);
        let arrow = if exits.is_empty() { String::new() } else { format!(" -> {}", exits.join(", ")) };
        out.push_str(&format!("{pad}{name}: {}{arrow}\n", text(state, "Type").unwrap_or_default()));
        for body in state.get("ItemProcessor").into_iter().chain(list("Branches")) {
            out.push_str(&states_of(body, depth + 1));
        }
    }
    out
}

fn states_of(body: &Value, depth: usize) -> String {
    states(body, depth)
}

/// What a comment asks for.
#[derive(Clone, Debug)]
struct Expected {
    file: String,
    /// 1-based.
    line: usize,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Diagnostic { severity: Severity, code: String, part: String },
    Type(String),
    Fails(String),
}

fn expectations(file: &str, text: &str) -> Vec<Expected> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        for (word, severity) in [
            ("error", Some(Severity::Error)),
            ("warning", Some(Severity::Warning)),
            ("type", None),
            ("fails", None),
        ] {
            for (at, _) in line.match_indices(&format!("// {word}: ")) {
                let alone = line[..at].trim().is_empty();
                let next =
                    || lines[i..].iter().position(|l| !l.trim().is_empty() && !l.trim().starts_with("//"));
                let target = if alone { i + next().unwrap_or(0) } else { i };
                let rest = &line[at + word.len() + 5..];
                let rest = rest.find(" // ").map_or(rest, |end| &rest[..end]);
                let quoted = |part: &str| part.trim().trim_matches('"').replace("\\\"", "\"");
                let what = match severity {
                    None if word == "fails" => What::Fails(quoted(rest)),
                    None => What::Type(rest.trim().to_owned()),
                    Some(severity) => {
                        let (code, part) = rest.split_once(' ').unwrap_or((rest, ""));
                        What::Diagnostic { severity, code: code.trim().to_owned(), part: quoted(part) }
                    }
                };
                found.push(Expected { file: file.to_owned(), line: target + 1, what });
            }
        }
    }
    found
}

fn compare(expected: &[Expected], diagnostics: &[Diagnostic], analysis: &compiler::Analysis) -> Vec<String> {
    let mut failures = Vec::new();
    let mut left: Vec<(&Diagnostic, String, usize)> = diagnostics
        .iter()
        .map(|d| {
            let source = analysis.sources.get(d.span().file.0 as usize);
            (
                d,
                source.map(|s| s.path.clone()).unwrap_or_default(),
                source.map_or(0, |s| s.line_column(d.span().start).0),
            )
        })
        .collect();
    for want in expected {
        match &want.what {
            What::Fails(_) => {}
            What::Type(ty) => failures.extend(check_type(want, ty, analysis)),
            What::Diagnostic { severity, code, part } => {
                let hit = left.iter().position(|(d, file, line)| {
                    d.severity == *severity
                        && d.code.0 == code
                        && *file == want.file
                        && *line == want.line
                        && says(d, part)
                });
                match hit {
                    Some(i) => drop(left.remove(i)),
                    None => failures
                        .push(format!("{}:{}: no {severity:?} {code} {part:?} here", want.file, want.line)),
                }
            }
        }
    }
    for (diagnostic, file, line) in left {
        let text =
            compiler::diagnostics::render::text(std::slice::from_ref(diagnostic), &analysis.sources, false);
        failures.push(format!("{file}:{line}: not asked for:\n{text}"));
    }
    failures
}

fn says(diagnostic: &Diagnostic, part: &str) -> bool {
    let labels = diagnostic.labels.iter().map(|label| &label.text);
    let help = diagnostic.help.iter().chain(diagnostic.fix.iter().map(|fix| &fix.title));
    std::iter::once(&diagnostic.message)
        .chain(labels)
        .chain(&diagnostic.notes)
        .chain(help)
        .any(|text| text.contains(part))
}

fn check_type(want: &Expected, ty: &str, analysis: &compiler::Analysis) -> Option<String> {
    let place = |span: compiler::source::Span| {
        let source: &Source = analysis.sources.get(span.file.0 as usize)?;
        Some((source.path.as_str(), source.line_column(span.start).0))
    };
    let here = |span| place(span) == Some((want.file.as_str(), want.line));
    let program = &analysis.program;
    let types: Vec<String> =
        program.locals.iter().filter(|l| here(l.span)).map(|l| program.types.show(&l.ty)).collect();
    if types.iter().any(|found| found == ty) {
        return None;
    }
    Some(format!("{}:{}: expected the type {ty}, found {}", want.file, want.line, types.join(", ")))
}
