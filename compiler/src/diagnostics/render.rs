//! Draws diagnostics: for a terminal (codespan-reporting), as JSON, and as SARIF 2.1.0.
//! The only user of codespan-reporting.

use std::collections::HashMap;
use std::ops::Range;

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{self, Files};
use codespan_reporting::term::{self, Config, StylesWriter};
use codespan_reporting::term::{emit_to_write_style, termcolor};
use serde_json::{Value, json};

use super::window::Window;
use super::{Diagnostic, Edit, Severity};
use crate::source::{Source, Span};

/// The loaded sources as codespan wants them; a file's id is its index.
struct Shelf<'a> {
    sources: &'a [Source],
    /// Instead of files whose lines are too long to be drawn.
    windows: HashMap<usize, Window>,
}

impl<'a> Shelf<'a> {
    fn of(sources: &'a [Source], diagnostic: &Diagnostic) -> Shelf<'a> {
        let mut places: HashMap<usize, Vec<Range<usize>>> = HashMap::new();
        for label in &diagnostic.labels {
            places.entry(label.span.file.0 as usize).or_default().push(label.span.range());
        }
        let window = |(id, labels): (usize, Vec<Range<usize>>)| {
            sources.get(id).and_then(|source| Window::of(source, &labels)).map(|it| (id, it))
        };
        Shelf { sources, windows: places.into_iter().filter_map(window).collect() }
    }

    fn find(&self, id: usize) -> Result<&Source, files::Error> {
        let window = self.windows.get(&id).map(|it| &it.source);
        window.or(self.sources.get(id)).ok_or(files::Error::FileMissing)
    }

    fn place(&self, id: usize, range: Range<usize>) -> Range<usize> {
        match self.windows.get(&id) {
            Some(window) => window.place(range.start)..window.place(range.end),
            None => range,
        }
    }
}

impl<'a> Files<'a> for Shelf<'_> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.find(id)?.path)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.find(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, files::Error> {
        Ok(self.find(id)?.line_of(byte))
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, files::Error> {
        let source = self.find(id)?;
        source.line_range(line).ok_or(files::Error::LineTooLarge { given: line, max: source.line_count() })
    }

    fn column_number(&'a self, id: usize, line: usize, byte: usize) -> Result<usize, files::Error> {
        let drawn = files::column_index(self.source(id)?, self.line_range(id, line)?, byte) + 1;
        Ok(drawn + self.windows.get(&id).map_or(0, |it| it.shift(line)))
    }
}

/// The drawing for people: source frames, labels, notes and help; ends with a line that counts.
pub fn text(diagnostics: &[Diagnostic], sources: &[Source], color: bool) -> String {
    let config = Config::default();
    let mut buffer = if color { termcolor::Buffer::ansi() } else { termcolor::Buffer::no_color() };
    for diagnostic in diagnostics {
        let styles = term::Styles::default();
        let shelf = Shelf::of(sources, diagnostic);
        let mut writer = StylesWriter::new(&mut buffer, &styles);
        // A span outside its file draws nothing; the message itself must not be lost.
        if emit_to_write_style(&mut writer, &config, &shelf, &to_codespan(diagnostic, &shelf)).is_err() {
            let line =
                format!("{}[{}]: {}\n", word(diagnostic.severity), diagnostic.code, diagnostic.message);
            let _ = std::io::Write::write_all(&mut buffer, line.as_bytes());
        }
    }
    String::from_utf8_lossy(buffer.as_slice()).into_owned()
}

/// "2 errors, 1 warning"; `None` where there is nothing to count.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let count = |n: usize, what: &str| match n {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{n} {what}s")),
    };
    let parts = [count(errors, "error"), count(diagnostics.len() - errors, "warning")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn to_codespan(diagnostic: &Diagnostic, shelf: &Shelf<'_>) -> codespan::Diagnostic<usize> {
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
    };
    let labels = diagnostic.labels.iter().enumerate().map(|(i, label)| {
        let style = if i == 0 { codespan::LabelStyle::Primary } else { codespan::LabelStyle::Secondary };
        let file = label.span.file.0 as usize;
        codespan::Label::new(style, file, shelf.place(file, label.span.range())).with_message(&label.text)
    });
    let help = help_text(diagnostic).map(|help| format!("help: {help}"));
    let notes = diagnostic.notes.iter().map(|note| format!("note: {note}")).chain(help);
    codespan::Diagnostic::new(severity)
        .with_code(diagnostic.code.0)
        .with_message(&diagnostic.message)
        .with_labels(labels.collect())
        .with_notes(notes.collect())
}

/// The help, else what the fix would do.
fn help_text(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.help.as_deref().or(diagnostic.fix.as_ref().map(|fix| fix.title.as_str()))
}

/// `{ "diagnostics": [ { code, severity, message, labels, notes, help, fix } ] }`; lines and columns are 1-based,
/// offsets are bytes. The first label is the main place.
pub fn json(diagnostics: &[Diagnostic], sources: &[Source]) -> Value {
    let one = |d: &Diagnostic| {
        json!({
            "code": d.code.0,
            "severity": word(d.severity),
            "message": d.message,
            "labels": d.labels.iter().map(|l| merge(place(l.span, sources), "text", json!(l.text))).collect::<Vec<_>>(),
            "notes": d.notes,
            "help": help_text(d),
            "fix": d.fix.as_ref().map(|fix| json!({
                "title": fix.title,
                "edits": fix.edits.iter().map(|e| edit(e, sources)).collect::<Vec<_>>(),
            })),
        })
    };
    json!({ "diagnostics": diagnostics.iter().map(one).collect::<Vec<_>>() })
}

fn edit(edit: &Edit, sources: &[Source]) -> Value {
    merge(place(edit.span, sources), "text", json!(edit.text))
}

fn merge(mut value: Value, key: &str, more: Value) -> Value {
    if let Value::Object(map) = &mut value {
        map.insert(key.to_owned(), more);
    }
    value
}

fn place(span: Span, sources: &[Source]) -> Value {
    let Some(source) = sources.get(span.file.0 as usize) else { return json!({}) };
    let (line, column) = source.line_column(span.start);
    let (end_line, end_column) = source.line_column(span.end);
    json!({
        "file": source.path, "start": span.start, "end": span.end,
        "line": line, "column": column, "endLine": end_line, "endColumn": end_column,
    })
}

/// SARIF 2.1.0, as code review tools read it.
pub fn sarif(diagnostics: &[Diagnostic], sources: &[Source], version: &str) -> Value {
    let mut codes: Vec<&str> = diagnostics.iter().map(|d| d.code.0).collect();
    codes.sort_unstable();
    codes.dedup();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "flow",
                "version": version,
                "rules": codes.iter().map(|code| json!({ "id": code })).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": diagnostics.iter().map(|d| sarif_result(d, sources)).collect::<Vec<_>>(),
        }],
    })
}

fn sarif_result(diagnostic: &Diagnostic, sources: &[Source]) -> Value {
    let location = |span: Span, text: &str| {
        let mut location = json!({ "physicalLocation": sarif_place(span, sources) });
        if !text.is_empty() {
            location = merge(location, "message", json!({ "text": text }));
        }
        location
    };
    let mut message = diagnostic.message.clone();
    for more in diagnostic.notes.iter().map(String::as_str).chain(help_text(diagnostic)) {
        message.push('\n');
        message.push_str(more);
    }
    let (main, others) = diagnostic.labels.split_first().map_or((None, &[][..]), |(m, o)| (Some(m), o));
    let mut result = json!({
        "ruleId": diagnostic.code.0,
        "level": word(diagnostic.severity),
        "message": { "text": message },
        "locations": main.iter().map(|l| location(l.span, &l.text)).collect::<Vec<_>>(),
    });
    if !others.is_empty() {
        let others = others.iter().enumerate();
        let related = others.map(|(i, l)| merge(location(l.span, &l.text), "id", json!(i + 1)));
        result = merge(result, "relatedLocations", related.collect());
    }
    if let Some(fix) = &diagnostic.fix {
        result = merge(result, "fixes", json!([sarif_fix(fix, sources)]));
    }
    result
}

fn sarif_fix(fix: &super::Fix, sources: &[Source]) -> Value {
    let change = |e: &Edit| {
        let place = sarif_place(e.span, sources);
        json!({
            "artifactLocation": place["artifactLocation"],
            "replacements": [{ "deletedRegion": place["region"], "insertedContent": { "text": e.text } }],
        })
    };
    json!({
        "description": { "text": fix.title },
        "artifactChanges": fix.edits.iter().map(change).collect::<Vec<_>>(),
    })
}

fn sarif_place(span: Span, sources: &[Source]) -> Value {
    let Some(source) = sources.get(span.file.0 as usize) else { return json!({}) };
    let (line, column) = source.line_column(span.start);
    let (end_line, end_column) = source.line_column(span.end);
    json!({
        "artifactLocation": { "uri": source.path },
        "region": { "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn sample() -> (Vec<Diagnostic>, Vec<Source>) {
        let source = Source::new(FileId(0), "main.flow", "let a = 1\nlet b = aa\n");
        let at = Span::new(FileId(0), 18, 20);
        let diagnostic = Diagnostic::error("F0201", at, "there is no `aa` here")
            .here("not found")
            .label(Span::new(FileId(0), 4, 5), "this one has a similar name")
            .fix("use `a`", at, "a");
        (vec![diagnostic], vec![source])
    }

    #[test]
    fn text_shows_both_places_and_the_help() {
        let (diagnostics, sources) = sample();
        let text = text(&diagnostics, &sources, false);
        for part in [
            "error[F0201]: there is no `aa` here",
            "main.flow:2:9",
            "this one has a similar name",
            "help: use `a`",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn json_and_sarif_carry_places_and_fix() {
        let (diagnostics, sources) = sample();
        let json = json(&diagnostics, &sources);
        assert_eq!(json["diagnostics"][0]["labels"][0]["line"], 2);
        assert_eq!(json["diagnostics"][0]["fix"]["edits"][0]["text"], "a");
        let sarif = sarif(&diagnostics, &sources, "0.1.0");
        let result = &sarif["runs"][0]["results"][0];
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startColumn"], 9);
        assert_eq!(result["relatedLocations"][0]["id"], 1);
        assert_eq!(
            result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
            "a"
        );
    }

    #[test]
    fn a_span_outside_its_file_still_gives_the_message() {
        let (mut diagnostics, sources) = sample();
        diagnostics[0].labels[0].span = Span::new(FileId(7), 900, 901);
        assert!(text(&diagnostics, &sources, false).contains("there is no `aa` here"));
        json(&diagnostics, &sources);
        sarif(&diagnostics, &sources, "");
    }
}
