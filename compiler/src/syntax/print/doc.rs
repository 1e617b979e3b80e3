//! A small document printer in the manner of Wadler: text, breakable lines and groups that break or don't.

/// Columns of a line.
const WIDTH: usize = 100;
const INDENT: usize = 2;

#[derive(Clone, Debug)]
pub(super) enum Doc {
    Text(String),
    /// A newline where the group around it is broken, else this text.
    Line(&'static str),
    /// This text where the group around it is broken.
    IfBroken(&'static str),
    /// Always a newline.
    Hard,
    /// Always a newline, with an empty line before it.
    Blank,
    Concat(Vec<Doc>),
    /// Indented where the group around it is broken.
    Indent(Box<Doc>),
    /// Always indented, and on its own: groups in it break or don't whatever is around.
    Nest(Box<Doc>),
    /// All its lines are broken, or none; always broken where the flag says so.
    Group(Box<Doc>, bool),
}

impl Doc {
    pub(super) fn nil() -> Doc {
        Doc::Concat(Vec::new())
    }

    pub(super) fn text(text: impl Into<String>) -> Doc {
        Doc::Text(text.into())
    }

    pub(super) fn concat(docs: impl IntoIterator<Item = Doc>) -> Doc {
        Doc::Concat(docs.into_iter().collect())
    }

    pub(super) fn group(docs: impl IntoIterator<Item = Doc>) -> Doc {
        Doc::Group(Box::new(Doc::concat(docs)), false)
    }

    /// A group that is broken as soon as anything in it is, so that a second printing finds what the first one made.
    pub(super) fn strict(docs: impl IntoIterator<Item = Doc>) -> Doc {
        let inner = Doc::concat(docs);
        let broken = inner.has_newline();
        Doc::Group(Box::new(inner), broken)
    }

    fn has_newline(&self) -> bool {
        match self {
            Doc::Text(_) | Doc::Line(_) | Doc::IfBroken(_) => false,
            Doc::Hard | Doc::Blank | Doc::Nest(_) => true,
            Doc::Concat(docs) => docs.iter().any(Doc::has_newline),
            Doc::Indent(inner) => inner.has_newline(),
            Doc::Group(inner, broken) => *broken || inner.has_newline(),
        }
    }

    pub(super) fn indent(docs: impl IntoIterator<Item = Doc>) -> Doc {
        Doc::Indent(Box::new(Doc::concat(docs)))
    }

    pub(super) fn nest(docs: impl IntoIterator<Item = Doc>) -> Doc {
        Doc::Nest(Box::new(Doc::concat(docs)))
    }

    pub(super) fn join(docs: impl IntoIterator<Item = Doc>, separator: &Doc) -> Doc {
        let mut joined = Vec::new();
        for doc in docs {
            if !joined.is_empty() {
                joined.push(separator.clone());
            }
            joined.push(doc);
        }
        Doc::Concat(joined)
    }

    /// As many on a line as there is room for.
    pub(super) fn fill(docs: impl IntoIterator<Item = Doc>, separator: &str) -> Doc {
        let mut filled = Vec::new();
        for doc in docs {
            if filled.is_empty() {
                filled.push(doc);
                continue;
            }
            filled.push(Doc::text(separator));
            filled.push(Doc::group([Doc::Line(" "), doc]));
        }
        Doc::Concat(filled)
    }

    /// Everything on one line.
    pub(super) fn flat(&self) -> String {
        render(self, usize::MAX)
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Flat,
    Broken,
}

pub(super) fn pretty(doc: &Doc) -> String {
    render(doc, WIDTH)
}

fn render(doc: &Doc, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    let mut stack = vec![(0, Mode::Broken, doc)];
    while let Some((indent, mode, doc)) = stack.pop() {
        match doc {
            Doc::Text(text) => {
                out.push_str(text);
                column = match text.rsplit_once('\n') {
                    Some((_, last)) => last.chars().count(),
                    None => column + text.chars().count(),
                };
            }
            Doc::Line(flat) if mode == Mode::Flat => {
                out.push_str(flat);
                column += flat.len();
            }
            Doc::IfBroken(text) => {
                if mode == Mode::Broken {
                    out.push_str(text);
                    column += text.len();
                }
            }
            Doc::Line(_) | Doc::Hard | Doc::Blank => {
                newline(&mut out, indent, matches!(doc, Doc::Blank));
                column = indent;
            }
            Doc::Concat(docs) => stack.extend(docs.iter().rev().map(|doc| (indent, mode, doc))),
            Doc::Indent(inner) => {
                let indent = if mode == Mode::Broken { indent + INDENT } else { indent };
                stack.push((indent, mode, inner));
            }
            Doc::Nest(inner) => stack.push((indent + INDENT, Mode::Broken, inner)),
            Doc::Group(inner, broken) => {
                let flat = !broken && fits(inner, &stack, width.saturating_sub(column));
                stack.push((indent, if flat { Mode::Flat } else { Mode::Broken }, inner));
            }
        }
    }
    out
}

fn newline(out: &mut String, indent: usize, blank: bool) {
    out.truncate(out.trim_end_matches(' ').len());
    out.push_str(if blank { "\n\n" } else { "\n" });
    out.extend(std::iter::repeat_n(' ', indent));
}

/// Whether `doc`, flat, and what follows it up to the next newline take no more than `room` columns.
fn fits(doc: &Doc, after: &[(usize, Mode, &Doc)], room: usize) -> bool {
    let mut room = room;
    let mut rest = after.iter().rev();
    let mut stack = vec![(Mode::Flat, doc)];
    loop {
        let (mode, doc) = match stack.pop() {
            Some(next) => next,
            None => match rest.next() {
                Some((_, mode, doc)) => (*mode, *doc),
                None => return true,
            },
        };
        let used = match doc {
            // Of a text over several lines, what is on this one.
            Doc::Text(text) if text.contains('\n') => {
                return text.split('\n').next().is_none_or(|line| line.chars().count() <= room);
            }
            Doc::Text(text) => text.chars().count(),
            Doc::Line(flat) if mode == Mode::Flat => flat.len(),
            Doc::IfBroken(_) => 0,
            Doc::Line(_) | Doc::Hard | Doc::Blank => return true,
            Doc::Concat(docs) => {
                stack.extend(docs.iter().rev().map(|doc| (mode, doc)));
                0
            }
            Doc::Indent(inner) => {
                stack.push((mode, inner));
                0
            }
            Doc::Group(inner, broken) => {
                // One that follows may still break.
                stack.push((if *broken { Mode::Broken } else { mode }, inner));
                0
            }
            Doc::Nest(inner) => {
                stack.push((Mode::Broken, inner));
                0
            }
        };
        if used > room {
            return false;
        }
        room -= used;
    }
}
