//! Very long lines, cut around what a diagnostic shows of them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::source::Source;

/// Longer lines are cut to so many bytes.
const MOST: usize = 160;
/// What stays before the place that is shown.
const BEFORE: usize = 60;
const CUT: char = '…';

/// A file with lines cut out of their middle: as many lines as before, other columns.
pub(super) struct Window {
    pub(super) source: Source,
    /// What is left, in order: where it was, and where it is.
    pieces: Vec<(Range<usize>, usize)>,
    /// Characters that a line lacks before what is left of it.
    shifts: BTreeMap<usize, usize>,
}

impl Window {
    /// None where no line around `labels`, the most important first, is too long.
    pub(super) fn of(source: &Source, labels: &[Range<usize>]) -> Option<Window> {
        let first = labels.iter().map(|it| source.line_of(it.start)).min()?;
        let last = labels.iter().map(|it| source.line_of(it.end)).max()?;
        let lines = first.saturating_sub(1)..=last.saturating_add(1);
        let long: Vec<usize> =
            { lines.filter(|line| source.line_range(*line).is_some_and(|it| it.len() > MOST)) }.collect();
        if long.is_empty() {
            return None;
        }
        let mut window = Builder { text: &source.text, out: String::new(), pieces: Vec::new(), done: 0 };
        let mut shifts = BTreeMap::new();
        for line in long {
            let Some(range) = source.line_range(line) else { continue };
            shifts.insert(line, window.line(range, labels));
        }
        window.keep(window.done..source.text.len());
        let source = Source::new(source.id, source.path.as_str(), window.out.as_str());
        Some(Window { source, pieces: window.pieces, shifts })
    }

    /// A place of the file in the cut one; the nearest one that is left.
    pub(super) fn place(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|(old, _)| old.end < at);
        match self.pieces.get(next) {
            Some((old, new)) => new + at.saturating_sub(old.start),
            None => self.source.text.len(),
        }
    }

    /// Characters to add to a column of the cut file.
    pub(super) fn shift(&self, line: usize) -> usize {
        self.shifts.get(&line).copied().unwrap_or(0)
    }
}

struct Builder<'t> {
    text: &'t str,
    out: String,
    pieces: Vec<(Range<usize>, usize)>,
    /// Where what is not looked at yet begins.
    done: usize,
}

impl Builder<'_> {
    fn keep(&mut self, range: Range<usize>) {
        self.pieces.push((range.clone(), self.out.len()));
        self.out.push_str(self.text.get(range.clone()).unwrap_or(""));
        self.done = range.end;
    }

    /// Cuts one line; gives how many characters it lacks before what is left.
    fn line(&mut self, line: Range<usize>, labels: &[Range<usize>]) -> usize {
        let whole = self.text.get(line.clone()).unwrap_or("");
        let end = line.start + whole.trim_end_matches(['\n', '\r']).len();
        let on_line = |it: &&Range<usize>| it.start < line.end && it.end >= line.start;
        let focus = labels.iter().find(on_line).map_or(line.start, |it| it.start.max(line.start));
        let from = self.boundary(if focus < line.start + MOST { line.start } else { focus - BEFORE });
        let to = self.boundary((from + MOST).min(end));
        self.keep(self.done..line.start);
        let mut lacks = 0;
        if from > line.start {
            self.out.push(CUT);
            lacks = self.text.get(line.start..from).map_or(0, |it| it.chars().count()).saturating_sub(1);
        }
        self.keep(from..to);
        if to < end {
            self.out.push(CUT);
        }
        self.done = end;
        lacks
    }

    /// The end of the character at a place.
    fn boundary(&self, at: usize) -> usize {
        (at..self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn source(text: &str) -> Source {
        Source::new(FileId(0), "main.flow", text)
    }

    #[test]
    fn lines_that_fit_stay() {
        assert!(Window::of(&source(&"short\n".repeat(200)), std::slice::from_ref(&(900..905))).is_none());
    }

    #[test]
    fn places_move_with_what_is_left() {
        let text = format!("a\n{}here{}\nb\n", "ä".repeat(300), "z".repeat(300));
        let at = text.find("here").unwrap_or_default();
        let source = source(&text);
        let Some(window) = Window::of(&source, std::slice::from_ref(&(at..at + 4))) else { unreachable!() };
        let new = window.place(at);
        assert_eq!(window.source.text.get(new..new + 4), Some("here"));
        assert_eq!(window.source.line_count(), source.line_count());
        assert!(window.source.line_range(1).is_some_and(|it| it.len() < MOST + 10));
        let source_start = window.source.line_range(1).map_or(0, |it| it.start);
        let cut = window.source.text.get(source_start..new).unwrap_or("");
        assert_eq!(cut.chars().count() + window.shift(1), 300);
        let end = text.len();
        assert_eq!(window.place(end), window.source.text.len());
        assert!(window.place(at + 250) <= window.source.text.len());
    }
}
