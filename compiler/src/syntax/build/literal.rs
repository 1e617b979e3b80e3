//! Strings, numbers, durations, sizes.

use crate::diagnostics::syntax as report;
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};

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
        match parts.as_mut_slice() {
            [] => ExprKind::Literal(Literal::String(String::new())),
            [TemplatePart::Text(text, _)] => ExprKind::Literal(Literal::String(std::mem::take(text))),
            _ => ExprKind::Template(parts),
        }
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
