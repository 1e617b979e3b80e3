//! Lists in brackets.

use crate::source::Span;
use crate::syntax::ast::*;

use super::Printer;
use super::doc::Doc;

/// How a list in braces is written.
pub(super) struct Braces<'d> {
    /// Offset behind the list; comments before it belong to the list.
    pub(super) end: u32,
    /// Between two pieces on one line, and at the end of each line but the last.
    pub(super) flat_separator: &'static str,
    pub(super) line_separator: &'d str,
    /// Each on its own line, however short.
    pub(super) broken: bool,
}

impl<'a> Printer<'a> {
    /// `{ a, b }`, on one line where the writer did so and it fits.
    pub(super) fn braces<T>(
        &mut self,
        items: &[T],
        style: &Braces<'_>,
        span: impl Fn(&T) -> Span,
        mut print: impl FnMut(&mut Self, &T) -> Doc,
    ) -> Doc {
        let first = items.first().map(|item| span(item).start);
        let start = first.unwrap_or(style.end);
        let comments = self.pending(style.end).is_some();
        let broken = style.broken || first.is_some_and(|first| self.starts_line(first));
        if !comments && items.is_empty() {
            return Doc::text("{}");
        }
        if !comments && !broken {
            let docs: Vec<Doc> = items.iter().map(|item| print(self, item)).collect();
            let separator = match style.line_separator {
                "" => Doc::Line(style.flat_separator),
                _ => Doc::concat([Doc::text(","), Doc::Line(" ")]),
            };
            let body = Doc::join(docs, &separator);
            return Doc::strict([
                Doc::text("{"),
                Doc::indent([Doc::Line(" "), body]),
                Doc::Line(" "),
                Doc::text("}"),
            ]);
        }
        let head = self.head_comment(start);
        let pieces = items
            .iter()
            .map(|item| {
                let at = span(item);
                self.piece(at.start, at.end, style.end, |printer| print(printer, item))
            })
            .collect();
        let body = self.lines(pieces, style.line_separator, style.end);
        self.broken(("{", "}"), head, body)
    }

    /// `[a, b]` or `(a, b)`: on one line where it fits.
    pub(super) fn list<T>(
        &mut self,
        brackets: (&'static str, &'static str),
        items: &[T],
        end: u32,
        span: impl Fn(&T) -> Span,
        mut print: impl FnMut(&mut Self, &T) -> Doc,
    ) -> Doc {
        let start = items.first().map_or(end, |item| span(item).start);
        if !self.comments_between(items.iter().map(&span), end) {
            if items.is_empty() {
                return Doc::text(format!("{}{}", brackets.0, brackets.1));
            }
            let docs: Vec<Doc> = items.iter().map(|item| print(self, item)).collect();
            let separator = Doc::concat([Doc::text(","), Doc::Line(" ")]);
            let body = Doc::indent([Doc::Line(""), Doc::join(docs, &separator), Doc::IfBroken(",")]);
            return Doc::strict([Doc::text(brackets.0), body, Doc::Line(""), Doc::text(brackets.1)]);
        }
        let head = self.head_comment(start);
        let pieces = items
            .iter()
            .map(|item| {
                let at = span(item);
                self.piece(at.start, at.end, end, |printer| print(printer, item))
            })
            .collect();
        let body = self.lines_ending(pieces, ",", ",", end);
        self.broken(brackets, head, body)
    }

    /// Whether comments stand between the items of a list, rather than in one of them.
    pub(super) fn comments_between(&self, items: impl Iterator<Item = Span>, end: u32) -> bool {
        let mut next = self.next;
        for item in items {
            let in_front = self.comments.get(next).is_some_and(|comment| comment.span.start < item.start);
            if in_front {
                return true;
            }
            next = self.comments.partition_point(|comment| comment.span.start < item.end).max(next);
        }
        self.comments.get(next).is_some_and(|comment| comment.span.start < end)
    }

    /// `end` is behind the closing parenthesis.
    pub(super) fn arguments(&mut self, arguments: &[Argument], end: u32) -> Doc {
        if hugs(arguments) && !self.comments_between(arguments.iter().map(|argument| argument.span), end) {
            let docs: Vec<Doc> = arguments.iter().map(|argument| self.argument(argument)).collect();
            return Doc::concat([Doc::text("("), Doc::join(docs, &Doc::text(", ")), Doc::text(")")]);
        }
        self.list(
            ("(", ")"),
            arguments,
            end,
            |argument| argument.span,
            |printer, argument| printer.argument(argument),
        )
    }

    fn argument(&mut self, argument: &Argument) -> Doc {
        let value = match &argument.value.kind {
            // As an argument it needs no comma to be a record.
            ExprKind::Record(fields) if matches!(fields.as_slice(), [Field::Shorthand(_)]) => {
                let end = argument.value.span.end;
                let style = Braces { end, flat_separator: ", ", line_separator: ",", broken: false };
                self.braces(fields, &style, field_span, |printer, field| printer.field(field))
            }
            _ => self.expr(&argument.value),
        };
        match &argument.name {
            Some(name) => Doc::concat([Doc::text(format!("{}: ", name.text)), value]),
            None => value,
        }
    }

    /// The fields of a record or of settings. `end` is behind the closing brace.
    pub(super) fn fields(&mut self, fields: &[Field], end: u32) -> Doc {
        let shorthand = fields.iter().any(|field| matches!(field, Field::Shorthand(_)));
        if let ([Field::Shorthand(name)], None) = (fields, self.pending(end)) {
            return Doc::text(format!("{{ {}, }}", name.text));
        }
        let documented = |field: &Field| matches!(field, Field::Named { docs: Some(_), .. });
        let style = Braces {
            end,
            flat_separator: ", ",
            // Only a comma tells a record that starts with a lone name from a block.
            line_separator: if shorthand { "," } else { "" },
            broken: fields.iter().any(documented),
        };
        self.braces(fields, &style, field_span, |printer, field| printer.field(field))
    }

    /// Settings behind a declaration, if there are any.
    pub(super) fn settings(&mut self, settings: &[Field], end: u32) -> Doc {
        if settings.is_empty() {
            return Doc::nil();
        }
        Doc::concat([Doc::text(" "), self.fields(settings, end)])
    }

    pub(super) fn field(&mut self, field: &Field) -> Doc {
        match field {
            Field::Named { name, quoted, value, docs, .. } => {
                let mut parts = self.docs(docs);
                parts.push(Doc::text(format!("{}: ", self.name(name, *quoted))));
                parts.push(self.expr(value));
                Doc::Concat(parts)
            }
            Field::Shorthand(name) => Doc::text(&name.text),
            Field::Spread(value, _) => Doc::concat([Doc::text("..."), self.expr(value)]),
            Field::Error(span) => Doc::text(self.slice(span.start, span.end)),
        }
    }
}

pub(super) fn field_span(field: &Field) -> Span {
    match field {
        Field::Named { span, .. } | Field::Spread(_, span) | Field::Error(span) => *span,
        Field::Shorthand(name) => name.span,
    }
}

/// The last argument brings its own braces, so the parentheses need no lines.
fn hugs(arguments: &[Argument]) -> bool {
    let Some((last, others)) = arguments.split_last() else { return false };
    let braced = |expr: &Expr| match &expr.kind {
        ExprKind::Record(fields) => !fields.is_empty(),
        ExprKind::List(elements) => !elements.is_empty(),
        ExprKind::Block { .. } | ExprKind::Match { .. } | ExprKind::If { .. } => true,
        ExprKind::Call { arguments, .. } => hugs(arguments),
        _ => false,
    };
    let hugged = match &last.value.kind {
        ExprKind::Lambda { body, .. } => braced(body),
        _ => braced(&last.value),
    };
    hugged && others.iter().all(|argument| is_short(&argument.value))
}

/// A list of one record needs no lines of its own either.
pub(super) fn list_hugs(elements: &[Element]) -> bool {
    matches!(elements, [Element::Item(Expr { kind: ExprKind::Record(fields), .. })] if !fields.is_empty())
}

fn is_short(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(_)
        | ExprKind::Literal(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Percent(_) => true,
        ExprKind::Field { base, .. } => is_short(base),
        _ => false,
    }
}
