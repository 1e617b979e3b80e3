//! Which bracket belongs to which, also where some are missing.
//!
//! Brackets that match are taken as they are. Where a declaration's don't, its lines' indentation tells which one is
//! missing, if that explains the text with fewer mistakes than the brackets alone.

use super::scan::{Kind, Token, opener_of};

/// What became of one token that is a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Partner {
    /// Not a bracket.
    Not,
    /// The index of the other one.
    Paired(usize),
    /// Never closed; a brace may end before the newline with this index.
    Unclosed(Option<usize>),
    /// Closes nothing.
    Stray,
    /// A closing brace whose opening one is missing at the end of the line before the newline with this index.
    Opened(usize),
}

/// One entry a token.
pub(super) fn pair(text: &str, tokens: &[Token]) -> Vec<Partner> {
    let mut partners = vec![Partner::Not; tokens.len()];
    let mut start = 0;
    // Where all brackets match, how the lines stand is nobody's business.
    let broken = has_mistake(text, tokens);
    while start < tokens.len() {
        match plain(text, tokens, start, broken) {
            (end, None) => {
                apply(&mut partners, plain_pairs(tokens, start..end));
                start = end;
            }
            // Up to the mistake each declaration is looked at by its lines.
            (_, Some(mistake)) => start = mend(text, tokens, start, mistake, &mut partners),
        }
    }
    partners
}

type Pairs = Vec<(usize, Partner)>;

fn apply(partners: &mut [Partner], pairs: Pairs) {
    for (index, partner) in pairs {
        if let Some(slot) = partners.get_mut(index) {
            *slot = partner;
        }
    }
}

fn has_mistake(text: &str, tokens: &[Token]) -> bool {
    let mut start = 0;
    while start < tokens.len() {
        match plain(text, tokens, start, false) {
            (end, None) => start = end,
            (_, Some(_)) => return true,
        }
    }
    false
}

/// Matches brackets from `start` to where none is open at a line's end, or to the first mistake. `broken`: there is a
/// mistake somewhere, which lines may show the place of.
fn plain(text: &str, tokens: &[Token], start: usize, broken: bool) -> (usize, Option<usize>) {
    let mut open = Vec::new();
    let mut last = None;
    for (index, token) in tokens.iter().enumerate().skip(start) {
        match token.kind {
            Kind::Open(bracket) => open.push(bracket),
            Kind::Close(bracket) if open.pop() != Some(opener_of(bracket)) => return (index, Some(index)),
            Kind::Close(_) => last = Some(index),
            Kind::Newline if open.is_empty() => {
                let mistake = last.filter(|last| broken && closes_early(text, tokens, start, *last, index));
                return (index + 1, mistake);
            }
            _ => {}
        }
    }
    (tokens.len(), (!open.is_empty()).then_some(tokens.len()))
}

/// A declaration that begins at the margin ends with a bracket on a line that does not, and the next line goes on
/// within it: one closing bracket was too many before.
fn closes_early(text: &str, tokens: &[Token], start: usize, last: usize, newline: usize) -> bool {
    let margin = |index: usize| {
        let at = tokens.get(index).map_or(0, |it| it.start);
        let line = text.get(..at).and_then(|it| it.rsplit('\n').next()).unwrap_or("");
        line.len() - line.trim_start_matches([' ', '\t']).len()
    };
    let next =
        (newline + 1..tokens.len()).find(|it| tokens.get(*it).is_some_and(|it| it.kind != Kind::Newline));
    let code = |index: &usize| tokens.get(*index).is_some_and(|it| it.kind != Kind::Newline);
    let first = (start..last).find(code);
    match (first, next) {
        (Some(first), Some(next)) => margin(first) == 0 && margin(last) > 0 && margin(next) > 0,
        _ => false,
    }
}

/// Pairs what can be paired by the brackets alone.
fn plain_pairs(tokens: &[Token], range: std::ops::Range<usize>) -> Pairs {
    let mut pairs = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for index in range {
        let Some(token) = tokens.get(index) else { break };
        match token.kind {
            Kind::Open(_) => open.push(index),
            Kind::Close(closer) => match opener_for(tokens, &open, closer) {
                Some(position) => {
                    pairs.extend(
                        open.drain(position + 1..).map(|unclosed| (unclosed, Partner::Unclosed(None))),
                    );
                    if let Some(opener) = open.pop() {
                        pairs.push((opener, Partner::Paired(index)));
                        pairs.push((index, Partner::Paired(opener)));
                    }
                }
                None => pairs.push((index, Partner::Stray)),
            },
            _ => {}
        }
    }
    pairs.extend(open.into_iter().map(|unclosed| (unclosed, Partner::Unclosed(None))));
    pairs
}

/// The place in `open` of the bracket that `closer` closes. Parentheses don't reach out of their braces.
fn opener_for(tokens: &[Token], open: &[usize], closer: u8) -> Option<usize> {
    let wanted = Kind::Open(opener_of(closer));
    for (position, index) in open.iter().enumerate().rev() {
        let kind = tokens.get(*index).map(|token| token.kind);
        if kind == Some(wanted) {
            return Some(position);
        }
        if kind == Some(Kind::Open(b'{')) {
            return None;
        }
    }
    None
}

/// Mends the declarations from `start` past the mistake. Gives where to go on.
fn mend(text: &str, tokens: &[Token], start: usize, mistake: usize, partners: &mut [Partner]) -> usize {
    let end = region_end(text, tokens, start, mistake);
    let by_lines = Lines::new(text, tokens).pairs(start, end);
    let by_brackets = plain_pairs(tokens, start..end);
    let mistakes = |pairs: &Pairs| pairs.iter().filter(|(_, it)| !matches!(it, Partner::Paired(_))).count();
    // Text that nobody indented has far more mistakes by its lines.
    let better = if mistakes(&by_lines) <= 2 * mistakes(&by_brackets) { by_lines } else { by_brackets };
    apply(partners, better);
    end
}

/// The first line past the mistake that has no indentation and closes nothing.
fn region_end(text: &str, tokens: &[Token], start: usize, mistake: usize) -> usize {
    let from = mistake.max(start + 1);
    for (index, token) in tokens.iter().enumerate().skip(from) {
        let Some(next) = tokens.get(index + 1) else { break };
        let line_starts = token.kind == Kind::Newline && next.kind != Kind::Newline;
        if line_starts
            && next.start == token.end
            && !matches!(next.kind, Kind::Close(_))
            && begins_item(text, tokens, index + 1)
        {
            return index + 1;
        }
    }
    tokens.len()
}

/// `workflow f`, `/// doc`, `@attribute`, `test "…"`: what only a declaration begins with.
fn begins_item(text: &str, tokens: &[Token], index: usize) -> bool {
    let Some(token) = tokens.get(index) else { return false };
    let after = tokens.get(index + 1).map(|next| next.kind);
    match token.kind {
        Kind::Doc => true,
        Kind::Other => text.get(token.start..token.end) == Some("@"),
        Kind::Word => {
            let word = text.get(token.start..token.end);
            let of_string = matches!(word, Some("test" | "import")) && !matches!(after, Some(Kind::Operator));
            after == Some(Kind::Word) || of_string
        }
        _ => false,
    }
}

/// An open bracket, with the indentation of its line.
#[derive(Clone, Copy)]
struct Open {
    index: usize,
    indent: usize,
}

/// Matches brackets with the help of indentation: what is in brackets stands deeper than the line that opens them.
struct Lines<'t> {
    text: &'t str,
    tokens: &'t [Token],
    open: Vec<Open>,
    pairs: Pairs,
    /// The lines so far at no bracket or within the last open one: their indentation, and the newline that ends them.
    lines: Vec<(usize, usize)>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str, tokens: &'t [Token]) -> Self {
        Lines { text, tokens, open: Vec::new(), pairs: Vec::new(), lines: Vec::new() }
    }

    fn pairs(mut self, start: usize, end: usize) -> Pairs {
        let mut indent = self.indent(start);
        let mut first = true;
        let mut newline = None;
        for index in start..end {
            let Some(token) = self.tokens.get(index) else { break };
            if token.kind == Kind::Newline {
                if !first {
                    self.lines.push((indent, index));
                }
                first = true;
                newline = newline.or(Some(index));
                continue;
            }
            if first {
                let depth = self.indent(index);
                self.line_starts(index, depth, newline);
                // The body of a signature over several lines is as deep as the first of them wants it.
                if !(newline.is_some_and(|newline| self.goes_on(newline)) && depth > indent) {
                    indent = depth;
                }
                first = false;
            }
            newline = None;
            match token.kind {
                Kind::Open(_) => self.open.push(Open { index, indent }),
                Kind::Close(closer) => self.close(index, closer, indent),
                _ => {}
            }
        }
        let rest = std::mem::take(&mut self.open);
        self.pairs.extend(rest.into_iter().map(|open| (open.index, Partner::Unclosed(None))));
        self.pairs
    }

    /// The blanks before a token that is the first of its line.
    fn indent(&self, index: usize) -> usize {
        let start = self.tokens.get(index).map_or(0, |token| token.start);
        let before = self.text.get(..start).unwrap_or("");
        before.len() - before.trim_end_matches([' ', '\t']).len()
    }

    /// A line that is no deeper than the one that opened a bracket is no longer in it.
    fn line_starts(&mut self, index: usize, indent: usize, newline: Option<usize>) {
        let closes = self.tokens.get(index).is_some_and(|token| matches!(token.kind, Kind::Close(_)));
        while let Some(last) = self.open.last().copied() {
            let outside = last.indent > indent || last.indent == indent && !closes;
            if !outside {
                return;
            }
            self.open.pop();
            let brace = self.tokens.get(last.index).is_some_and(|token| token.kind == Kind::Open(b'{'));
            self.pairs.push((last.index, Partner::Unclosed(newline.filter(|_| brace))));
        }
    }

    fn close(&mut self, index: usize, closer: u8, indent: usize) {
        let wanted = Kind::Open(opener_of(closer));
        let kind = |open: &Open| self.tokens.get(open.index).map(|token| token.kind);
        let last = self.open.last().copied();
        let deeper = last.is_some_and(|last| last.indent < indent) || last.is_none();
        if closer == b'}' && deeper && self.begins_line(index) && self.indent(index) == indent {
            // Its opening brace would be on a line as deep as it is.
            let after = last.map_or(0, |last| last.index);
            match self.header(indent, after) {
                Some(newline) => self.pairs.push((index, Partner::Opened(newline))),
                None => self.pairs.push((index, Partner::Stray)),
            }
            return;
        }
        let outer = last.is_some_and(|last| last.indent < indent && kind(&last) == Some(Kind::Open(b'{')));
        if closer == b'}' && outer && !self.begins_line(index) {
            // What it would close is closed by a line that stands as deep.
            self.pairs.push((index, Partner::Stray));
            return;
        }
        let brace = self.open.iter().rposition(|open| kind(open) == Some(Kind::Open(b'{')));
        let found = self.open.iter().rposition(|open| kind(open) == Some(wanted));
        let Some(position) = found.filter(|found| brace.is_none_or(|brace| *found >= brace)) else {
            self.pairs.push((index, Partner::Stray));
            return;
        };
        let unclosed = self.open.split_off(position + 1);
        self.pairs.extend(unclosed.into_iter().map(|open| (open.index, Partner::Unclosed(None))));
        if let Some(open) = self.open.pop() {
            self.pairs.push((open.index, Partner::Paired(index)));
            self.pairs.push((index, Partner::Paired(open.index)));
        }
    }

    fn begins_line(&self, index: usize) -> bool {
        index
            .checked_sub(1)
            .and_then(|i| self.tokens.get(i))
            .is_none_or(|before| before.kind == Kind::Newline)
    }

    /// The newline behind the line that lacks a `{`: the last one as deep as its `}`, behind the token `after`.
    fn header(&mut self, indent: usize, after: usize) -> Option<usize> {
        let found = self.lines.iter().rposition(|(depth, newline)| *depth <= indent && *newline > after)?;
        if found + 1 == self.lines.len() {
            // Nothing stands in between that could be a block.
            return None;
        }
        let (depth, mut header) = self.lines.get(found).copied()?;
        for (_, newline) in self.lines.iter().skip(found + 1) {
            if !self.goes_on(header) {
                break;
            }
            header = *newline;
        }
        self.lines.truncate(found);
        (depth == indent).then_some(header)
    }

    /// The line behind this newline goes on with a signature.
    fn goes_on(&self, newline: usize) -> bool {
        let word = self.tokens.get(newline + 1).and_then(|token| self.text.get(token.start..token.end));
        matches!(word, Some("throws" | "->"))
    }
}
