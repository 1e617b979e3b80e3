//! Strings, numbers, durations, sizes.

use crate::diagnostics::syntax as report;
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};
use crate::syntax::scan::BLOCK;

impl<'i> Builder<'i> {
    /// A string without holes, as a name: a path, a title.
    pub(super) fn plain_string(&mut self, pair: P<'i>) -> Name {
        let span = self.span(&pair);
        let inner = pair.into_inner().next();
        inner.map_or(Name { text: String::new(), span }, |inner| self.string_name(inner))
    }

    pub(super) fn string_name(&mut self, pair: P<'i>) -> Name {
        let span = self.span(&pair);
        Name { text: self.string_value(pair), span }
    }

    /// The value of a string that may have no holes.
    pub(super) fn string_value(&mut self, pair: P<'i>) -> String {
        let span = self.span(&pair);
        match self.string(pair) {
            ExprKind::Literal(Literal::String(text)) => text,
            _ => {
                self.diagnostics.push(report::unexpected(span, "${"));
                String::new()
            }
        }
    }

    /// A string, or a template where it has holes. Quotes of other languages are reported.
    pub(super) fn string(&mut self, pair: P<'i>) -> ExprKind {
        if pair.as_rule() != Rule::string {
            let (span, text) = (self.span(&pair), pair.as_str());
            let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
            let fixed = format!("\"{}\"", inner.replace('"', "\\\""));
            self.diagnostics.push(report::quotes(span, text, &fixed));
            return ExprKind::Literal(Literal::String(inner.to_owned()));
        }
        if pair.as_str().starts_with(BLOCK) {
            return self.text_block(pair);
        }
        let mut parts: Vec<TemplatePart> = Vec::new();
        // Of a string that is not closed, the blanks at the end are no part.
        let end = self.span(&pair).end;
        for inner in pair.into_inner() {
            let exact = self.exact(&inner);
            let span = Span { start: exact.start.min(end), end: exact.end.min(end), ..exact };
            match inner.as_rule() {
                Rule::text => push_text(&mut parts, inner.as_str(), span),
                Rule::escape => {
                    let text = self.escape(inner.as_str(), span);
                    push_text(&mut parts, &text, span);
                }
                Rule::hole => {
                    let hole = self.hole(inner, span);
                    parts.push(TemplatePart::Hole(hole));
                }
                _ => {}
            }
        }
        text_of(parts)
    }

    /// The lines between the `"""`, without the indentation of the last one.
    fn text_block(&mut self, pair: P<'i>) -> ExprKind {
        let pieces: Vec<P<'i>> = pair.into_inner().collect();
        let end = pieces.last().filter(|it| it.as_rule() == Rule::block_end);
        let indent = end.map_or("", |it| it.as_str().trim_start_matches('\n').trim_end_matches('"'));
        let end_is_known = end.is_some();
        let close = end.map(|it| self.span(it)).unwrap_or_default();
        let mut parts: Vec<TemplatePart> = Vec::new();
        let (mut lines, mut at_start) = (0, false);
        for piece in pieces {
            let exact = self.exact(&piece);
            if std::mem::take(&mut at_start)
                && piece.as_rule() != Rule::block_text
                && !matches!(piece.as_rule(), Rule::block_line | Rule::block_end)
                && !indent.is_empty()
            {
                self.diagnostics.push(report::block_indentation(exact, close));
            }
            match piece.as_rule() {
                Rule::block_junk if !piece.as_str().trim().is_empty() => {
                    self.diagnostics.push(report::block_begins_below(self.span(&piece)));
                }
                Rule::block_line => {
                    if lines > 0 {
                        push_text(&mut parts, "\n", exact);
                    }
                    lines += 1;
                    at_start = true;
                }
                Rule::block_text => {
                    let begins = piece.as_span().start();
                    let first = self.text.get(..begins).is_some_and(|before| before.ends_with('\n'));
                    let text = piece.as_str();
                    let text = text.strip_suffix('\r').unwrap_or(text);
                    let line = match text.strip_prefix(indent) {
                        _ if !first => text,
                        Some(line) => line,
                        None => {
                            if !text.trim().is_empty() {
                                self.diagnostics.push(report::block_indentation(self.span(&piece), close));
                            }
                            ""
                        }
                    };
                    push_text(&mut parts, line, exact);
                }
                Rule::escape => {
                    let text = self.escape(piece.as_str(), exact);
                    push_text(&mut parts, &text, exact);
                }
                // Of what is never closed nobody knows what belongs to it.
                Rule::hole if end_is_known => {
                    let hole = self.hole(piece, exact);
                    parts.push(TemplatePart::Hole(hole));
                }
                _ => {}
            }
        }
        text_of(parts)
    }

    /// With the blanks at its ends, which count in a string.
    pub(super) fn exact(&self, pair: &P<'i>) -> Span {
        let span = pair.as_span();
        Span::new(self.file, self.at(span.start()), self.at(span.end()))
    }

    fn hole(&mut self, pair: P<'i>, span: Span) -> Expr {
        let mut hole = self.missing(span.head());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::hole_junk => self.junk(&inner),
                Rule::missing_quote => {}
                _ => hole = self.expr(inner),
            }
        }
        hole
    }

    fn escape(&mut self, text: &str, span: Span) -> String {
        let plain = match text.get(1..2).unwrap_or("") {
            "n" => Some('\n'),
            "t" => Some('\t'),
            "r" => Some('\r'),
            "b" => Some('\u{8}'),
            "f" => Some('\u{c}'),
            "\"" => Some('"'),
            "\\" => Some('\\'),
            "/" => Some('/'),
            "$" => Some('$'),
            "u" => {
                let digits = text.get(2..).unwrap_or("").trim_matches(['{', '}']);
                u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
            }
            _ => None,
        };
        if plain.is_none() {
            self.diagnostics.push(report::bad_escape(span, text));
        }
        plain.map_or_else(|| text.get(1..).unwrap_or("").to_owned(), String::from)
    }

    pub(super) fn bad_number(&mut self, pair: &P<'i>) -> ExprKind {
        let span = self.span(pair);
        self.diagnostics.push(report::bad_number(span, pair.as_str()));
        ExprKind::Missing
    }
}

fn text_of(mut parts: Vec<TemplatePart>) -> ExprKind {
    match parts.as_mut_slice() {
        [] => ExprKind::Literal(Literal::String(String::new())),
        [TemplatePart::Text(text, _)] => ExprKind::Literal(Literal::String(std::mem::take(text))),
        _ => ExprKind::Template(parts),
    }
}

fn push_text(parts: &mut Vec<TemplatePart>, text: &str, span: Span) {
    if let Some(TemplatePart::Text(before, before_span)) = parts.last_mut() {
        before.push_str(text);
        *before_span = before_span.to(span);
    } else {
        parts.push(TemplatePart::Text(text.to_owned(), span));
    }
}

/// `1h30m` in milliseconds.
pub(super) fn duration(text: &str) -> u64 {
    pieces(text, |unit| match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => 86_400_000,
    })
}

/// `256MB` in bytes; as AWS counts memory, a KB is 1,024 bytes.
pub(super) fn size(text: &str) -> u64 {
    pieces(text, |unit| match unit {
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => 1 << 40,
    })
}

/// The sum of numbers with units. Too large a sum is cut to the largest there is.
fn pieces(text: &str, scale: impl Fn(&str) -> u64) -> u64 {
    let mut rest = text;
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        sum += number.parse::<f64>().unwrap_or(0.0) * scale(unit) as f64;
        rest = tail;
    }
    sum.round() as u64
}
