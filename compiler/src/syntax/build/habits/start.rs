//! What stands where a statement or a declaration begins, and in the head of one.

use super::{Site, first_word};
use crate::diagnostics::habits as report;
use crate::diagnostics::{Diagnostic, close, syntax};
use crate::syntax::build::{Builder, is_blank};

/// Words that begin declarations, for those that are misspelt.
const ITEM_WORDS: [&str; 13] = [
    "workflow",
    "step",
    "fn",
    "type",
    "error",
    "policy",
    "import",
    "output",
    "condition",
    "test",
    "param",
    "resource",
    "api",
];

/// Words that stand before a declaration elsewhere.
const MODIFIERS: [&str; 12] = [
    "export",
    "default",
    "async",
    "public",
    "pub",
    "private",
    "protected",
    "static",
    "abstract",
    "declare",
    "final",
    "override",
];

impl<'i> Builder<'i> {
    /// What stands where a statement begins.
    pub(in crate::syntax::build) fn habit_statement(&self, site: &Site<'i>) -> Option<Diagnostic> {
        if let Some(it) = self.comment(site) {
            return Some(it);
        }
        let word = first_word(site.rest);
        let at = self.rest_span(site, word.len());
        match word {
            "elif" | "elseif" | "elsif" | "else" => {
                return Some(report::said(
                    at,
                    "this `else` belongs to no `if`",
                    "`else` stands behind the `}` of its `if`",
                ));
            }
            "catch" | "finally" => {
                return Some(report::said(
                    at,
                    &format!("this `{word}` belongs to no call"),
                    "it stands behind a call, or behind the `}` of `try { … }`",
                ));
            }
            _ => {}
        }
        if site.rest.starts_with('$') {
            let at = self.rest_span(site, 1);
            return Some(report::said(
                at,
                "names begin with a letter",
                "a variable is written by its name alone: `let x = 1`",
            ));
        }
        None
    }

    /// What stands where a declaration begins.
    pub(in crate::syntax::build) fn habit_item(&self, site: &Site<'i>) -> Option<Diagnostic> {
        if let Some(it) = self.comment(site) {
            return Some(it);
        }
        let word = first_word(site.rest);
        let at = self.rest_span(site, word.len());
        let behind = site.rest.get(word.len()..).unwrap_or("").trim_start();
        if let Some(quoted) =
            behind.strip_prefix('"').filter(|_| !word.is_empty() && report::declaration(word).is_none())
        {
            let name = quoted.split('"').next().unwrap_or("");
            let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let start = site.at + site.rest.find('"')?;
            let place = self.place(start, name.len() + 2);
            return plain.then(|| {
                report::said(place, "names stand without quotes", "take the quotes away").fix(
                    "remove the quotes",
                    place,
                    name,
                )
            });
        }
        let answer = report::declaration(word)?;
        Some(report::foreign(at, word, answer.help))
    }

    /// Signs in the head of a declaration.
    pub(super) fn head(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let item = first_word(site.before.trim_start());
        let behind_params = site.before.trim_end().ends_with(')');
        let at = |len| self.rest_span(site, len);
        match (item, site.rest) {
            ("workflow" | "step" | "function" | "fn" | "activity" | "container", rest) if behind_params => {
                let sign = ["=>", ":", "→"].into_iter().find(|it| rest.starts_with(it))?;
                let ours = if sign == ":" { " ->" } else { "->" };
                Some(report::sign(at(sign.len()), sign, ours, "the result"))
            }
            ("error", rest) if rest.starts_with('(') => {
                let inner = rest.strip_prefix('(')?.split(')').next()?;
                let at = at(inner.len() + 2);
                Some(report::sign(at, "( )", &format!(" {{ {} }}", inner.trim()), "what an error carries"))
            }
            ("table" | "queue" | "topic" | "stream", rest) if rest.starts_with('<') => {
                let inner = rest.strip_prefix('<')?.split('>').next()?;
                Some(report::sign(at(inner.len() + 2), "< >", &format!(" of {inner}"), "what it holds"))
            }
            ("table" | "queue" | "topic" | "stream", rest) if rest.starts_with(':') => {
                Some(report::sign(at(1), ":", " of", "what it holds"))
            }
            (_, rest) if rest.starts_with("= {") && words(site.before) == 2 => {
                let it = report::said(
                    at(1),
                    "settings follow the name at once",
                    "write `kind name { setting: value }`",
                );
                Some(it.fix("remove the `=`", at(2), ""))
            }
            ("type", rest) if rest.starts_with(',') => Some(syntax::separator(at(1), ",", " |")),
            ("import", rest) => {
                let help = match first_word(rest) {
                    "as" => "a name is imported as it is called",
                    _ => "write `import { name } from \"./file\"`",
                };
                Some(report::said(at(rest.len()), "an import names what it takes, and the file", help))
            }
            _ => None,
        }
    }

    /// A whole declaration whose first word is a slip: the word, where it starts in the chunk, and what is meant.
    pub(in crate::syntax::build) fn respelt(&self) -> Option<(usize, &'i str, Respelling)> {
        let start = head(self.text)?;
        let rest = self.text.get(start..)?;
        let word = first_word(rest);
        let behind = rest.get(word.len()..)?;
        let next = first_word(behind.trim_start());
        if !behind.starts_with(' ') || word.is_empty() {
            return None;
        }
        if MODIFIERS.contains(&word) && !next.is_empty() {
            return Some((start, word, Respelling::Without));
        }
        let quoted = behind.trim_start().starts_with('"');
        let foreign = match word {
            "fun" | "proc" | "defn" | "pure" | "let_fn" => Some("fn"),
            "parameter" | "variable" => Some("param"),
            "exception" => Some("error"),
            "spec" | "it" if quoted => Some("test"),
            "statemachine" | "stateMachine" | "state_machine" => Some("workflow"),
            _ => None,
        };
        if let Some(ours) = foreign {
            return Some((start, word, Respelling::As(ours)));
        }
        let near = close(word, ITEM_WORDS).filter(|it| word.len() > 3 || it.len() == word.len() + 1)?;
        let ours = ITEM_WORDS.into_iter().find(|it| *it == near)?;
        (!next.is_empty() || quoted).then_some((start, word, Respelling::As(ours)))
    }
}

/// What a declaration's first word stands for.
#[derive(Clone, Copy)]
pub(in crate::syntax::build) enum Respelling {
    /// Another word.
    As(&'static str),
    /// Nothing: the word behind it begins the declaration.
    Without,
}

/// Where the first word of a declaration is, behind docs and attributes.
fn head(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        at += blanks;
        let rest = rest.get(blanks..)?;
        if rest.starts_with("///") {
            at += rest.find('\n')?;
        } else if let Some(attribute) = rest.strip_prefix('@') {
            at += 1 + first_word(attribute).len();
            let arguments = text.get(at..)?;
            if arguments.starts_with('(') {
                at += closed(arguments)?;
            }
        } else {
            return Some(at);
        }
    }
}

/// The length of what the parenthesis at the start encloses, with both parentheses.
fn closed(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
