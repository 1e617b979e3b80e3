//! What stands where a field, a block, a value or another piece is wanted.

use super::{STATEMENT_WORDS, Site, first_word, last_word};
use crate::diagnostics::habits as report;
use crate::diagnostics::{Diagnostic, syntax};
use crate::syntax::build::Builder;

impl<'i> Builder<'i> {
    /// What stands where `name: value` is wanted.
    pub(in crate::syntax::build) fn habit_field(&self, site: &Site<'i>) -> Option<Diagnostic> {
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
    pub(in crate::syntax::build) fn habit_block(&self, site: &Site<'i>) -> Option<Diagnostic> {
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
        let item = first_word(site.before.trim_start());
        if site.rest.starts_with('<') && matches!(item, "fn" | "step" | "workflow" | "function") {
            let end = site.rest.find('>').map_or(1, |it| it + 1);
            let help = "write the types out, or take `json`; the methods of lists and dicts work with any";
            return Some(report::said(self.rest_span(site, end), "Flow has no parameters for types", help));
        }
        let repeat = site.before.trim_start().starts_with("repeat");
        if repeat && site.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let help = "so many times is `for i in 0..5 { … }`; `repeat (max: 5) { … } until condition` stops earlier";
            return Some(report::said(at, "`repeat` takes no number", help));
        }
        None
    }

    /// What stands where something else is wanted: `what` is the word that `expected` has for it.
    pub(in crate::syntax::build) fn habit_gap(&self, what: &str, site: &Site<'i>) -> Option<Diagnostic> {
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
                        "write `for i in 0..10 { … }`, or `while condition { … }`",
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
    pub(super) fn foreign_arm(&self, site: &Site<'i>) -> Option<Diagnostic> {
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
    pub(super) fn operand(&self, site: &Site<'i>) -> Option<Diagnostic> {
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
}
