//! Regular expressions as ECMAScript has them, with look-around and back-references, and a bound on their work.
//!
//! A pattern is compiled to a program that runs with a stack of its own: neither a pattern nor a text can make it
//! recurse, and what would take for ever ends with an error.

mod compile;
mod parse;
mod run;

use std::ops::Range;

use compile::Program;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Regex {
    source: String,
    program: Program,
    /// The byte offset behind it in the expression: what errors report.
    pub(crate) end: u32,
}

/// Where a pattern and its groups were found, as byte offsets.
#[derive(Clone, Debug)]
pub(crate) struct Captures {
    pub(crate) range: Range<usize>,
    pub(crate) groups: Vec<Option<Range<usize>>>,
}

/// The search took more steps than it was given.
#[derive(Debug)]
pub(crate) struct Exhausted;

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Flags {
    pub(crate) ignore_case: bool,
    pub(crate) multiline: bool,
}

impl Regex {
    /// Compiles a pattern with the flags `i` and `m`. The error is a reason, as JavaScript would put it.
    pub(crate) fn new(pattern: &str, flags: &str) -> Result<Regex, String> {
        if flags.len() > 1 && (flags.matches('i').count() > 1 || flags.matches('m').count() > 1) {
            return Err(format!("invalid flags '{flags}'"));
        }
        let flags = Flags { ignore_case: flags.contains('i'), multiline: flags.contains('m') };
        let tree = parse::parse(pattern)?;
        let program = compile::compile(&tree, flags)?;
        Ok(Regex { source: pattern.to_owned(), program, end: 0 })
    }

    pub(crate) fn ending_at(self, end: u32) -> Regex {
        Regex { end, ..self }
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The first match from a byte offset on, within so many steps; those taken are subtracted.
    pub(crate) fn search(
        &self,
        text: &str,
        from: usize,
        steps: &mut u64,
    ) -> Result<Option<Captures>, Exhausted> {
        run::search(&self.program, text, from, steps)
    }
}

/// Steps of [`matches_whole`]: a second's work.
const MOST_STEPS: u64 = 10_000_000;

/// Whether the whole text matches an ECMAScript pattern. What is no pattern matches nothing, nor does what would take for
/// ever.
pub fn matches_whole(pattern: &str, ignore_case: bool, text: &str) -> bool {
    let flags = if ignore_case { "i" } else { "" };
    let Ok(regex) = Regex::new(&format!("^(?:{pattern})$"), flags) else { return false };
    let mut steps = MOST_STEPS;
    matches!(regex.search(text, 0, &mut steps), Ok(Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_for_ever_matches_nothing() {
        assert!(matches_whole("(a+)+", false, "aaaa"));
        assert!(matches_whole("A.", true, "ab"));
        assert!(!matches_whole("a", false, "ab"));
        assert!(!matches_whole("(a+)+", false, &format!("{}!", "a".repeat(60))));
        assert!(!matches_whole("(", false, "("));
    }

    /// The match and its groups, `-` for a group that took no part.
    fn first(pattern: &str, flags: &str, text: &str) -> Option<String> {
        let regex = Regex::new(pattern, flags).unwrap();
        let found = regex.search(text, 0, &mut 1_000_000).unwrap()?;
        let groups = found.groups.iter().map(|it| it.clone().map_or("-", |it| &text[it]));
        Some([&text[found.range.clone()]].into_iter().chain(groups).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn matches_like_ecmascript() {
        let cases = [
            ("a(b*)c", "", "xabbc", Some("abbc|bb")),
            ("(a)|(b)", "", "b", Some("b|-|b")),
            ("(?:a|ab)(?:c|bcd)(d*)", "", "abcd", Some("abcd|")),
            ("(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", Some("zaacbbbcac|z|ac|a|-|c")),
            ("(a*)*", "", "b", Some("|-")),
            ("(?=(a+))a*b\\1", "", "baaabac", Some("aba|a")),
            ("(?!foo)...", "", "foobar", Some("oob")),
            ("(?<=\\$)\\d+", "", "cost $42", Some("42")),
            ("(?<!\\$)\\b\\d+", "", "$42 43", Some("43")),
            ("(?<y>\\d{4})-\\k<y>", "", "2020-2020", Some("2020-2020|2020")),
            ("^b", "m", "a\nb", Some("b")),
            ("HELLO", "i", "say hello", Some("hello")),
            ("[^a-c]+", "", "abcxyz", Some("xyz")),
            ("a{2,3}?", "", "aaaa", Some("aa")),
            ("a{,3}", "", "a{,3}", Some("a{,3}")),
            ("[\\]x]+", "", "a]x", Some("]x")),
            ("\\u0041\\x42", "", "AB", Some("AB")),
            ("\\p", "", "p", Some("p")),
            ("(?:)", "", "abc", Some("")),
            (".+", "", "é😀\nx", Some("é😀")),
            ("(?<=(\\d+)(\\d+))$", "", "1053", Some("|1|053")),
        ];
        for (pattern, flags, text, expected) in cases {
            assert_eq!(first(pattern, flags, text).as_deref(), expected, "/{pattern}/{flags} on {text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_pattern() {
        for pattern in ["(", ")", "*", "a**", "[b-a]", "(?<n>a)(?<n>b)", "[a", "(?", "a{3,2}", "\\"] {
            assert!(Regex::new(pattern, "").is_err(), "{pattern}");
        }
    }

    #[test]
    fn gives_up_on_endless_work() {
        let regex = Regex::new("(a+)+$", "").unwrap();
        let text = format!("{}b", "a".repeat(40));
        assert!(regex.search(&text, 0, &mut 100_000).is_err());
    }
}
