//! What stands where nothing of Flow can, looked at as what another language would mean by it.
//!
//! A site is one line of the laid out text with a place in it: `before` is what stands on the line up to there, `rest` what
//! stands behind. Each rule looks at both and gives the message that teaches; where none knows, the caller has its own.

use crate::diagnostics::habits::{self as report, Answer};
use crate::diagnostics::{Diagnostic, close, syntax};
use crate::source::Span;

use super::Builder;

mod clause;

/// One line, cut in two where something is wrong.
pub(super) struct Site<'t> {
    pub(super) before: &'t str,
    /// Without blanks around it.
    pub(super) rest: &'t str,
    /// Where `rest` starts in the chunk.
    pub(super) at: usize,
}

/// Words that begin statements, for those that are misspelt.
const STATEMENT_WORDS: [&str; 14] = [
    "return", "while", "repeat", "await", "match", "parallel", "break", "continue", "expect", "mock", "fail",
    "wait", "saga", "until",
];

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
    /// The line around a place of the chunk, cut at the first thing behind it.
    pub(super) fn site(&self, at: usize) -> Site<'i> {
        let head = self.text.get(..at).unwrap_or("");
        let before = head.rsplit('\n').next().unwrap_or("");
        let line = self.text.get(at..).unwrap_or("").split('\n').next().unwrap_or("");
        let line = line.trim_end_matches(super::is_blank);
        let rest = line.trim_start_matches(super::is_blank);
        Site { before, rest, at: at + line.len() - rest.len() }
    }

    fn place(&self, from: usize, len: usize) -> Span {
        Span::new(self.file, self.at(from), self.at(from + len))
    }

    /// The first bytes of the rest, to the end of a letter.
    fn rest_span(&self, site: &Site<'_>, len: usize) -> Span {
        let rest = self.text.get(site.at..).unwrap_or("");
        let end = (len..rest.len()).find(|it| rest.is_char_boundary(*it)).unwrap_or(rest.len());
        self.place(site.at, end)
    }

    /// What stands behind something that is complete.
    pub(super) fn habit_behind(&self, site: &Site<'i>) -> Option<Diagnostic> {
        self.comment(site)
            .or_else(|| self.behind_retry(site))
            .or_else(|| self.foreign_clause(site))
            .or_else(|| self.unit(site))
            .or_else(|| self.operator(site))
            .or_else(|| self.head(site))
            .or_else(|| self.type_form(site))
            .or_else(|| self.after_word(site))
            .or_else(|| self.list_sign(site))
    }

    /// `# text`, `/* text */`, `-- text`
    pub(super) fn comment(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let rest = site.rest;
        let ours = if let Some(text) = rest.strip_prefix("/*") {
            text.trim_end().strip_suffix("*/").map(str::trim)
        } else if let Some(text) = rest.strip_prefix("<!--") {
            text.trim_end().strip_suffix("-->").map(str::trim)
        } else if let Some(text) = rest.strip_prefix('#') {
            Some(text.trim_start_matches('#').trim())
        } else {
            return None;
        };
        let ours = ours.filter(|it| !it.contains(['{', '}'])).map(|it| format!("// {it}"));
        Some(report::comment(self.rest_span(site, rest.len()), ours.as_deref()))
    }

    /// Words that other languages begin clauses with.
    fn foreign_clause(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = first_word(site.rest);
        let at = self.rest_span(site, word.len());
        let behind = site.rest.get(word.len()..).unwrap_or("").trim_start();
        let block_before = site.before.trim_end().ends_with('}');
        let ours = match word {
            "except" | "rescue" | "on_error" | "onError" if block_before || site.before.contains('(') => {
                "catch"
            }
            "ensure" | "always" if block_before => "finally",
            "timeout" if behind.starts_with(|c: char| c.is_ascii_digit()) => "within",
            "rollback" | "compensate" | "revert" => "undo",
            "throw" | "raises" | "raise" if site.before.contains(')') => "throws",
            "fails" | "fail" | "errors" if site.before.trim_start().starts_with("expect") => "failed",
            "while" if block_before && site.before.contains("repeat") => {
                let help = "`repeat { … } until condition` ends when the condition holds";
                return Some(report::foreign(at, "repeat … while", help));
            }
            "extends" | "implements" => {
                let help = "take its fields over: `type A = { ...Order, extra: int }`; errors are told apart by name alone";
                return Some(report::foreign(at, word, help));
            }
            _ => return None,
        };
        Some(syntax::foreign_word(at, word, ours))
    }

    /// `10 seconds`, `5 m`
    fn unit(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let before = site.before.trim_end();
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let word = first_word(site.rest);
        if digits == 0 || word.is_empty() || before.len() == site.before.len() {
            return None;
        }
        let unit = syntax::unit_meant(word)?;
        let number = before.get(before.len() - digits..)?;
        let start = site.at.checked_sub(site.before.len() - before.len() + digits)?;
        let at = self.place(start, site.at + word.len() - start);
        Some(syntax::apart(at, word, &format!("{number}{unit}")))
    }

    /// Operators that Flow has not.
    fn operator(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = first_word(site.rest);
        let sign = site.rest.get(
            ..site
                .rest
                .find(|c: char| c.is_alphanumeric() || " \"({[".contains(c))
                .unwrap_or(site.rest.len()),
        )?;
        let at = self.rest_span(site, word.len().max(sign.len()));
        let (written, help) = match (word, sign) {
            ("mod", _) => return Some(syntax::foreign_word(at, word, "%")),
            ("is" | "isnt", _) => (word, "compare with `==` or `!=`: `x == null`"),
            ("instanceof", _) => (word, "`match x { n: number => …, _ => … }` asks what a value is"),
            ("matches" | "like", _) | (_, "=~") => (
                if word.is_empty() { sign } else { word },
                "write `text.matches(\"pattern\")`, or `text.contains(\"part\")`",
            ),
            ("div", _) => (word, "whole numbers are divided with `a.div(b)`"),
            ("xor", _) | (_, "^") => (
                if word.is_empty() { sign } else { word },
                "powers are `x.power(2)`; for booleans write `a != b`",
            ),
            ("then", _) if site.before.trim_start().starts_with("if") => {
                (word, "put what belongs to it in braces: `if condition { … }`")
            }
            (_, "!." | "!" | "!!") => (
                "!",
                "say what counts where it is missing: `x ?? other`, `x?.field`, `x ?? fail Error(\"why\")`",
            ),
            (_, ":=") => {
                return Some(
                    report::sign(at, ":=", "=", "a value")
                        .help("declare it with `let x = …`, change it with `x = …`"),
                );
            }
            (_, "->") if self.lambda_before(site) => return Some(report::sign(at, "->", "=>", "a lambda")),
            (_, "=") if self.lambda_before(site) => return Some(report::sign(at, "=", "=>", "a lambda")),
            (_, "->" | "::") => {
                let gap = self.place(site.at, sign.len());
                return Some(report::sign(gap, sign, ".", "a field"));
            }
            (_, "...") if site.before.ends_with(|c: char| c.is_ascii_digit()) => {
                return Some(report::sign(at, "...", "..", "a range"));
            }
            ("or", _) if site.before.contains('"') => return Some(syntax::foreign_word(at, "or", "|")),
            ("if", _) => ("a if c else b", "write `if c { a } else { b }`"),
            ("for", _) if site.before.contains('[') => {
                ("[x for x in xs]", "write `xs.map(x => …)`, with `.filter(x => …)` before it")
            }
            (_, sign) if sign.starts_with('|') && site.before.trim_end().ends_with('(') => {
                ("|x| …", "a lambda is written `x => …`")
            }
            (_, "&") => {
                ("&", "put two records together: `{ ...A, b: int }`; conditions are joined with `&&`")
            }
            _ => return None,
        };
        Some(report::foreign(at, written, help))
    }

    /// `xs.map(x` or `await token` stands before.
    fn lambda_before(&self, site: &Site<'i>) -> bool {
        let before = site.before.trim_end();
        let word = last_word(before);
        let head = before.strip_suffix(word).unwrap_or("").trim_end();
        !word.is_empty() && (head.ends_with('(') && head.contains('.') || last_word(head) == "await")
    }

    /// Signs in the head of a declaration.
    fn head(&self, site: &Site<'i>) -> Option<Diagnostic> {
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

    /// `Array<string>`, `Map<string, int>`
    pub(super) fn type_form(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let inner = site.rest.strip_prefix('<')?;
        let name = last_word(site.before);
        let known = name.starts_with(|c: char| c.is_ascii_uppercase())
            || matches!(name, "list" | "dict" | "map" | "set" | "array" | "optional");
        if name.is_empty() || !known {
            return None;
        }
        let (inner, sure) = match inner.find('>') {
            Some(end) if !inner.get(..end)?.contains('<') => (inner.get(..end)?, true),
            _ => (inner.split([',', '>', '=']).next()?, false),
        };
        let last = inner.rsplit(',').next()?.trim();
        let ours = match name {
            "Map" | "Dict" | "Record" | "HashMap" | "dict" | "map" | "Object" => format!("dict<{last}>"),
            "Optional" | "Option" | "Maybe" | "Nullable" | "optional" => format!("{}?", inner.trim()),
            "Promise" | "Future" | "Task" | "Awaited" => inner.trim().to_owned(),
            "Partial" | "Pick" | "Omit" | "Readonly" | "Required" => "{ ...T, field: type }".to_owned(),
            _ => format!("{}[]", inner.trim()),
        };
        let start = site.at.checked_sub(name.len())?;
        let len = name.len() + if sure { inner.len() + 2 } else { 1 };
        let written = self.text.get(start..start + len)?;
        let sure = sure && !ours.contains("...");
        Some(report::type_form(self.place(start, len), written, &ours, sure))
    }

    /// `word something` where the word begins the line.
    fn after_word(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = last_word(site.before);
        let before = site.before.trim_end();
        let alone = !word.is_empty() && before.trim_start() == word;
        let start = site.at.checked_sub(site.before.len())? + before.len().checked_sub(word.len())?;
        let at = self.place(start, word.len());
        let gap = site.before.len() > before.len();
        if word == "new" && gap {
            let help = match first_word(site.rest) {
                "Date" => "the present time is `now()`",
                it if it.contains("Error") || it.contains("Exception") => {
                    "declare `error OutOfStock`, raise it with `fail OutOfStock(\"why\")`"
                }
                _ => "a record is written `{ field: value }`; resources are declared",
            };
            return Some(report::foreign(at, "new", help));
        }
        if matches!(word, "f" | "r" | "b" | "u") && site.rest.starts_with('"') && !gap {
            return Some(report::said(at, "a text needs no prefix", "any text takes `${…}`").fix(
                "remove it",
                at,
                "",
            ));
        }
        if matches!(word, "lambda" | "function") {
            return Some(report::foreign(at, word, "a lambda is written `x => …`"));
        }
        if site.rest.starts_with('.')
            && site.rest.get(1..).is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
        {
            let digits = site.rest.get(1..)?.chars().take_while(char::is_ascii_digit).count();
            let at = self.rest_span(site, digits + 1);
            return Some(report::sign(at, ".", &format!("[{}]", site.rest.get(1..=digits)?), "an index"));
        }
        if site.rest.starts_with('(') && gap && !word.is_empty() && !before.ends_with(')') {
            let gap = self.place(start + word.len(), site.at - start - word.len());
            return Some(report::call_gap(gap));
        }
        if before.ends_with(')')
            && site.rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && gap
            && cast(before).is_some()
        {
            let help =
                "a value is asserted with `x as T`, converted with `toNumber(x)`, `x.toString()`, `.round()`";
            return Some(report::said(self.rest_span(site, site.rest.len()), "a cast is no `(T)`", help));
        }
        if !alone || !gap {
            return None;
        }
        self.lone_word(site, word, at)
    }

    /// The line is one word and something that does not belong to it.
    fn lone_word(&self, site: &Site<'i>, word: &str, at: Span) -> Option<Diagnostic> {
        if matches!(word, "except" | "rescue") {
            return Some(syntax::foreign_word(at, word, "catch"));
        }
        let name = first_word(site.rest);
        let behind = site.rest.get(name.len()..).unwrap_or("").trim_start();
        if matches!(word, "raise" | "throw" | "throws") {
            return Some(syntax::foreign_word(at, word, "fail"));
        }
        if behind.starts_with('=') && !behind.starts_with("==") && !name.is_empty() {
            let ours = match word {
                "int" | "integer" | "long" => "int",
                "float" | "double" => "number",
                "String" | "str" => "string",
                "bool" => "boolean",
                "auto" | "mut" | "final" | "val" | "set" | "local" | "my" => "",
                other => other,
            };
            let ours = if ours.is_empty() { format!("let {name}") } else { format!("let {name}: {ours}") };
            let whole = Span { end: self.rest_span(site, name.len()).end, ..at };
            let help = format!("write `{ours} = …`; `var` for what is assigned again");
            return Some(report::foreign(at, word, &help).fix(format!("write `{ours}`"), whole, ours));
        }
        if matches!(word, "map" | "try" | "parallel" | "saga") {
            let help = match word {
                "map" => "write `map x in xs { … }`; for values `xs.map(x => …)`",
                "try" => {
                    "write `try { … } catch as e { … }`; a call alone needs no `try`: `f(x) catch as e { … }`"
                }
                _ => "its body stands in braces: `{ … }`",
            };
            return Some(report::said(at, &format!("`{word}` is not written so"), help));
        }
        if let Some(Answer { help, .. }) = report::statement(word).or_else(|| report::name(word)) {
            return Some(report::foreign(at, word, help));
        }
        if let Some(ours) = close(word, STATEMENT_WORDS).filter(|_| word.len() > 3) {
            return Some(report::misspelt(at, word, &ours));
        }
        let value = site.rest.starts_with('"') || site.rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        let simple = !site.rest.contains(['{', '}', '(', ')', '=']);
        if !value {
            return None;
        }
        let end = at.end;
        let open = Span { start: end, end: self.rest_span(site, 0).start, ..at };
        let close = self.rest_span(site, site.rest.len()).tail();
        let whole = self.rest_span(site, site.rest.len());
        Some(report::call_form(whole, &format!("write `{word}(…)`"), simple.then_some((open, close))))
    }

    /// `,` between statements, `=` between a name and its value.
    fn list_sign(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let comma = site.rest.starts_with(',');
        if !comma {
            return None;
        }
        let at = self.rest_span(site, 1);
        let before = site.before;
        let open = before.rfind('{').map_or("", |it| before.get(it + 1..).unwrap_or(""));
        let assigned = open.contains('=') && !open.contains("==") && !open.contains("=>");
        if assigned && !open.contains('(') && !open.contains("let ") {
            let equals = before.len() - open.len() + open.find('=')?;
            let start = site.at.checked_sub(before.len())? + equals;
            return Some(
                report::sign(self.place(start, 1), "=", ":", "a field")
                    .help("a record is `{ name: value, other: value }`"),
            );
        }
        if before.contains('(') && before.matches('(').count() > before.matches(')').count() {
            return Some(report::said(
                at,
                "Flow has no tuples",
                "write a list `[a, b]`, or a record `{ a: …, b: … }`",
            ));
        }
        if !open.is_empty() || before.trim_start().starts_with(char::is_alphabetic) {
            return Some(report::said(
                at,
                "statements are not separated by `,`",
                "each stands on a line of its own",
            ));
        }
        None
    }

    /// What stands where a statement begins.
    pub(super) fn habit_statement(&self, site: &Site<'i>) -> Option<Diagnostic> {
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
    pub(super) fn habit_item(&self, site: &Site<'i>) -> Option<Diagnostic> {
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

    /// What stands where `name: value` is wanted.
    pub(super) fn habit_field(&self, site: &Site<'i>) -> Option<Diagnostic> {
        if let Some(it) = self.comment(site) {
            return Some(it);
        }
        let name = first_word(site.rest);
        let behind = site.rest.get(name.len()..).unwrap_or("");
        let text = behind.trim_start();
        if name.is_empty() {
            return None;
        }
        let item = self.text.trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
        if text.starts_with('=') && !text.starts_with("==") {
            let start = site.at + name.len();
            let sign = if text.starts_with("=>") { "=>" } else { "=" };
            let at = self.place(start, behind.len() - text.len() + sign.len());
            return Some(report::sign(at, sign, ":", "a field"));
        }
        let route = matches!(name, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" | "ANY");
        if route && text.starts_with('/') {
            let path = text.split([' ', '(']).next().unwrap_or("");
            let start = site.at + site.rest.find('/')?;
            let at = self.place(start, path.len());
            return Some(report::said(at, "a path stands in quotes", "put the path in quotes").fix(
                "add the quotes",
                at,
                format!("\"{path}\""),
            ));
        }
        let statement = text.starts_with('(')
            || STATEMENT_WORDS.contains(&name)
            || matches!(name, "let" | "var" | "if" | "for");
        if item == "function" && statement {
            let help = "a `function` is a Lambda: its braces hold settings such as `code: \"functions/name\"`; what runs in the state machine is a `workflow` or `step`, what is computed a `fn`";
            return Some(report::said(
                self.rest_span(site, site.rest.len()),
                "a `function` holds settings, not code",
                help,
            ));
        }
        let second = first_word(text);
        if item == "type" && !second.is_empty() && behind.starts_with(' ') && text.len() == second.len() {
            let types = [
                "string",
                "int",
                "number",
                "boolean",
                "json",
                "timestamp",
                "str",
                "bool",
                "float",
                "String",
                "integer",
            ];
            let swapped = types.contains(&name);
            let ours = if swapped { format!("{second}: {name}") } else { format!("{name}: {second}") };
            let at = self.rest_span(site, site.rest.len());
            return Some(report::sign(at, " ", &ours, "a field").help(format!("write `{ours}`")));
        }
        None
    }

    /// What stands where a block is wanted.
    pub(super) fn habit_block(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let word = first_word(site.rest);
        let condition = ["if", "while", "else"].iter().any(|it| site.before.trim_start().starts_with(it))
            || site.before.contains(" if ");
        let at = self.rest_span(site, word.len().max(1));
        if condition && matches!(word, "is" | "instanceof" | "matches" | "like" | "mod") {
            return self.operator(site);
        }
        if condition && site.rest.starts_with('=') && !site.rest.starts_with("=>") {
            return Some(report::sign(at, "=", "==", "a comparison"));
        }
        let caught = site.before.contains("catch");
        if caught && let Some(it) = self.behind_catch(site) {
            return Some(it);
        }
        if site.rest.starts_with("=>") || site.rest.starts_with(": {") {
            let len = if site.rest.starts_with('=') { 2 } else { 1 };
            let blanks = site.rest.get(len..).map_or(0, |it| it.len() - it.trim_start().len());
            let at = self.rest_span(site, len + blanks);
            return Some(
                report::said(
                    at,
                    &format!("no `{}` stands before a block", site.rest.get(..len)?),
                    "the block follows at once: `{ … }`",
                )
                .fix("remove it", at, ""),
            );
        }
        let repeat = site.before.trim_start().starts_with("repeat");
        if repeat && site.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let help = "so many times is `for i in 1..5 { … }`; `repeat (max: 5) { … } until condition` stops earlier";
            return Some(report::said(at, "`repeat` takes no number", help));
        }
        None
    }

    /// What stands where something else is wanted: `what` is the word that `expected` has for it.
    pub(super) fn habit_gap(&self, what: &str, site: &Site<'i>) -> Option<Diagnostic> {
        let (before, rest) = (site.before.trim_end(), site.rest);
        let at = |len| self.rest_span(site, len);
        let start = before.trim_start();
        match what {
            "value" | "type" if rest.starts_with('<') => self.type_form(site),
            "type" if rest.starts_with('[') => {
                let inner = rest.strip_prefix('[')?.split(']').next()?;
                Some(report::type_form(
                    at(inner.len() + 2),
                    "[T]",
                    &format!("{inner}[]"),
                    !inner.contains(','),
                ))
            }
            "type" if rest.starts_with('"') && start.starts_with("resource") => {
                let inner = rest.strip_prefix('"')?.split('"').next()?;
                Some(
                    report::said(at(inner.len() + 2), "types stand without quotes", "take the quotes away")
                        .fix("remove the quotes", at(inner.len() + 2), inner),
                )
            }
            "type" if start.starts_with("resource") && rest.starts_with(['=', '{']) => {
                let help = "write `resource name: AWS::Service::Type { Property: value }`";
                Some(report::said(at(1), "the type of the resource is missing", help))
            }
            "value" if start.starts_with("output") && rest.starts_with(':') => {
                Some(report::sign(at(1), ":", " =", "an output"))
            }
            "value" if start.starts_with("output") && rest.starts_with('{') => {
                Some(report::said(at(1), "an output is no block", "write `output name = value`"))
            }
            "value" if rest.starts_with(',') => Some(report::said(
                at(1),
                "`let` declares one name",
                "declare one a line, or take a record apart: `let { a, b } = record`",
            )),
            "value" if rest.starts_with(":=") => Some(report::sign(at(2), ":=", "=", "a value")),
            "name" if rest.starts_with('[') && start == "let" => Some(report::said(
                at(1),
                "a list is not taken apart",
                "take items by their place: `let first = xs[0]`; a record is taken apart with `let { a, b } = record`",
            )),
            "name" if rest.starts_with('(') && start.ends_with("for") => {
                let (written, help) = if rest.contains('=') {
                    (
                        "`for` goes over a list or range",
                        "write `for i in 0..9 { … }`, or `while condition { … }`",
                    )
                } else {
                    ("`for` has no parentheses", "write it without parentheses: `for x in xs { … }`")
                };
                Some(report::said(at(1), written, help))
            }
            "name" if rest.starts_with('$') => Some(report::said(
                at(1),
                "names begin with a letter",
                "a variable is written by its name alone",
            )),
            "name" if rest.starts_with('{') && last_word(before) == "with" => Some(report::said(
                at(1),
                "`with` takes the name of a policy",
                "`with` names a `policy`; options stand in the clause: `retry (attempts: 3)`",
            )),
            "name" if rest.starts_with(|c: char| !c.is_ascii()) => Some(report::said(
                at(rest.chars().next()?.len_utf8()),
                "names have no such letter",
                "a name has the letters a to z, digits and `_`",
            )),
            "name" if rest.starts_with('"') => {
                let inner = rest.strip_prefix('"')?.split('"').next()?;
                Some(report::said(at(inner.len() + 2), "names stand without quotes", "take the quotes away"))
            }
            "string" if start.starts_with("import") => self.head(site),
            "string" if start.starts_with("test") => {
                let name = first_word(rest);
                let place = at(name.len());
                let it = report::said(
                    at(name.len().max(1)),
                    "a test has a title in quotes",
                    "write `test \"what it shows\" { … }`",
                );
                Some(if name.is_empty() {
                    it
                } else {
                    it.fix("put it in quotes", place, format!("\"{name}\""))
                })
            }
            "action" if rest.starts_with("=>") => Some(report::sign(at(2), "=>", "->", "what to do")),
            "action" if rest.starts_with('{') => Some(report::said(
                at(1),
                "a trigger or route ends in one call, not in a block",
                "write `-> start workflow(…)`",
            )),
            "action" if rest.starts_with(':') => Some(report::sign(at(1), ":", " ->", "what to do")),
            "arm" => self.foreign_arm(site),
            "equals" if rest.starts_with("extends") => self.foreign_clause(site),
            "expression" => self.operand(site),
            _ => None,
        }
    }

    /// `"a": b`, `"a" -> b`, `case "a": b`, `"a", "b" => c`
    fn foreign_arm(&self, site: &Site<'i>) -> Option<Diagnostic> {
        if last_word(site.before) == "case" {
            let start = site.at.checked_sub(site.before.len())? + site.before.rfind("case")?;
            return Some(report::foreign(
                self.place(start, 4),
                "case",
                "an arm is `value => result`; nothing falls through",
            ));
        }
        let at = |len| self.rest_span(site, len);
        match site.rest {
            rest if rest.starts_with("->") => Some(report::sign(at(2), "->", "=>", "an arm")),
            rest if rest.starts_with(':') => Some(report::sign(at(1), ":", " =>", "an arm")),
            rest if rest.starts_with(',') => Some(syntax::separator(at(1), ",", " |")),
            rest if rest.starts_with('{') => {
                Some(report::sign(at(0), "{", "=> ", "an arm").help("write `=>` before the block"))
            }
            _ => None,
        }
    }

    /// What stands where an operand is wanted.
    fn operand(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let (before, rest) = (site.before.trim_end(), site.rest);
        let at = |len| self.rest_span(site, len);
        if before.ends_with('*') && rest.starts_with('*') {
            return Some(report::foreign(at(1), "**", "powers are `x.power(2)`"));
        }
        if before.ends_with('<') && rest.starts_with('>') {
            let start = site.at.checked_sub(1)?;
            return Some(syntax::foreign_word(self.place(start, 2), "<>", "!="));
        }
        if rest.starts_with('.')
            && rest.get(1..).is_some_and(|it| it.starts_with(|c: char| c.is_ascii_digit()))
        {
            let digits = rest.get(1..)?.chars().take_while(char::is_ascii_digit).count();
            return Some(syntax::bad_number(at(digits + 1), rest.get(..=digits)?));
        }
        if rest.starts_with("++") || rest.starts_with("--") {
            return Some(report::foreign(at(2), rest.get(..2)?, "write `x += 1` on a line of its own"));
        }
        if rest.starts_with("$.") || rest.starts_with("$states") || rest.starts_with("$$") {
            return Some(report::said(
                at(1),
                "values have no `$` here",
                "values are read by their names: the parameter, a `let`, `execution.input`",
            ));
        }
        if rest.starts_with('<') {
            return Some(report::said(at(1), "a cast is no `<T>`", "a value is asserted with `x as T`"));
        }
        None
    }

    /// A whole declaration whose first word is a slip: the word, where it starts in the chunk, and what is meant.
    pub(super) fn respelt(&self) -> Option<(usize, &'i str, Respelling)> {
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
pub(super) enum Respelling {
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
        let blanks = rest.len() - rest.trim_start_matches(super::is_blank).len();
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

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The word that the text ends with, blanks behind it aside.
fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map_or(0, |at| at + text.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).unwrap_or("")
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// `(T)` at the end, as a cast of C's has it.
fn cast(before: &str) -> Option<&str> {
    let inner = before.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let head = inner.get(..open)?.trim_end();
    let name = inner.get(open + 1..)?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (plain && head.ends_with(['=', '(', ','])).then_some(name)
}
