//! Patterns to trees.

/// Groups within groups; more than anybody writes.
const MAX_DEPTH: usize = 200;

#[derive(Debug)]
pub(super) enum Tree {
    Empty,
    Char(char),
    /// `.`
    Any,
    Class(Class),
    Start,
    End,
    WordBoundary {
        negated: bool,
    },
    Group {
        tree: Box<Tree>,
        capture: Option<usize>,
    },
    BackReference(usize),
    NamedReference(String),
    All(Vec<Tree>),
    Either(Vec<Tree>),
    Repeat {
        tree: Box<Tree>,
        least: u32,
        most: Option<u32>,
        greedy: bool,
        captures: (usize, usize),
    },
    Look {
        tree: Box<Tree>,
        ahead: bool,
        negated: bool,
    },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Class {
    pub(super) negated: bool,
    pub(super) ranges: Vec<(char, char)>,
}

/// A pattern's tree, the number of its capturing groups and their names.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) tree: Tree,
    pub(super) captures: usize,
    pub(super) names: Vec<(String, usize)>,
}

pub(super) fn parse(pattern: &str) -> Result<Pattern, String> {
    let symbols: Vec<char> = pattern.chars().collect();
    let total = count_captures(&symbols);
    let mut parser = Parser { symbols, at: 0, captures: 0, total, names: Vec::new(), depth: 0 };
    let tree = parser.either()?;
    if parser.at < parser.symbols.len() {
        return Err("unmatched ')'".into());
    }
    Ok(Pattern { tree, captures: parser.captures, names: parser.names })
}

/// Back-references may point forward, so the groups are counted first.
fn count_captures(symbols: &[char]) -> usize {
    let mut count = 0;
    let mut in_class = false;
    let mut at = 0;
    while let Some(symbol) = symbols.get(at) {
        match symbol {
            '\\' => at += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let named =
                    symbols.get(at + 2) == Some(&'<') && !matches!(symbols.get(at + 3), Some('=' | '!'));
                count += usize::from(symbols.get(at + 1) != Some(&'?') || named);
            }
            _ => {}
        }
        at += 1;
    }
    count
}

struct Parser {
    symbols: Vec<char>,
    at: usize,
    captures: usize,
    total: usize,
    names: Vec<(String, usize)>,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.symbols.get(self.at).copied()
    }

    fn eat(&mut self, text: &str) -> bool {
        let fits =
            text.chars().enumerate().all(|(offset, it)| self.symbols.get(self.at + offset) == Some(&it));
        if fits {
            self.at += text.chars().count();
        }
        fits
    }

    fn either(&mut self) -> Result<Tree, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("groups are nested too deeply".into());
        }
        let mut branches = vec![self.all()?];
        while self.eat("|") {
            branches.push(self.all()?);
        }
        self.depth -= 1;
        Ok(match branches.len() {
            1 => branches.pop().unwrap_or(Tree::Empty),
            _ => Tree::Either(branches),
        })
    }

    fn all(&mut self) -> Result<Tree, String> {
        let mut parts = Vec::new();
        while let Some(symbol) = self.peek() {
            if matches!(symbol, '|' | ')') {
                break;
            }
            let before = self.captures;
            let part = self.atom()?;
            parts.push(self.repeated(part, before)?);
        }
        Ok(match parts.len() {
            1 => parts.pop().unwrap_or(Tree::Empty),
            _ => Tree::All(parts),
        })
    }

    fn repeated(&mut self, tree: Tree, before: usize) -> Result<Tree, String> {
        let Some((least, most)) = self.quantifier()? else { return Ok(tree) };
        let fixed = matches!(tree, Tree::Start | Tree::End | Tree::WordBoundary { .. })
            || matches!(tree, Tree::Look { ahead: false, .. });
        if fixed {
            return Err("nothing to repeat".into());
        }
        let greedy = !self.eat("?");
        if self.quantifier_follows() {
            return Err("nothing to repeat".into());
        }
        Ok(Tree::Repeat { tree: Box::new(tree), least, most, greedy, captures: (before, self.captures) })
    }

    fn quantifier_follows(&mut self) -> bool {
        let at = self.at;
        let follows = matches!(self.quantifier(), Ok(Some(_)) | Err(_));
        self.at = at;
        follows
    }

    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let bounds = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => return self.counted(),
            _ => return Ok(None),
        };
        self.at += 1;
        Ok(Some(bounds))
    }

    /// `{n}`, `{n,}`, `{n,m}`; any other brace is a character.
    fn counted(&mut self) -> Result<Option<(u32, Option<u32>)>, String> {
        let start = self.at;
        self.at += 1;
        let least = self.integer();
        let most = if self.eat(",") { self.integer() } else { least };
        match (least, self.eat("}")) {
            (Some(least), true) => {
                if most.is_some_and(|most| most < least) {
                    return Err("numbers out of order in {} quantifier".into());
                }
                Ok(Some((least, most)))
            }
            _ => {
                self.at = start;
                Ok(None)
            }
        }
    }

    fn integer(&mut self) -> Option<u32> {
        let start = self.at;
        let mut number = 0_u32;
        while let Some(digit) = self.peek().and_then(|it| it.to_digit(10)) {
            number = number.saturating_mul(10).saturating_add(digit);
            self.at += 1;
        }
        (self.at > start).then_some(number)
    }

    fn atom(&mut self) -> Result<Tree, String> {
        let Some(symbol) = self.peek() else { return Ok(Tree::Empty) };
        if symbol == '{' && matches!(self.counted(), Ok(Some(_)) | Err(_)) {
            return Err("nothing to repeat".into());
        }
        self.at += 1;
        Ok(match symbol {
            '^' => Tree::Start,
            '$' => Tree::End,
            '.' => Tree::Any,
            '(' => return self.group(),
            '[' => return self.class(),
            '\\' => return self.escape(),
            '*' | '+' | '?' => return Err("nothing to repeat".into()),
            other => Tree::Char(other),
        })
    }

    fn group(&mut self) -> Result<Tree, String> {
        let look = |ahead, negated| move |tree| Tree::Look { tree: Box::new(tree), ahead, negated };
        if self.eat("?:") {
            let tree = Box::new(self.closed()?);
            return Ok(Tree::Group { tree, capture: None });
        }
        for (mark, ahead, negated) in
            [("?=", true, false), ("?!", true, true), ("?<=", false, false), ("?<!", false, true)]
        {
            if self.eat(mark) {
                return self.closed().map(look(ahead, negated));
            }
        }
        let number = self.captures + 1;
        if self.eat("?<") {
            let name = self.name()?;
            if self.names.iter().any(|(it, _)| *it == name) {
                return Err("duplicate capture group name".into());
            }
            self.names.push((name, number));
        } else if self.peek() == Some('?') {
            return Err("invalid group".into());
        }
        self.captures = number;
        let tree = Box::new(self.closed()?);
        Ok(Tree::Group { tree, capture: Some(number) })
    }

    fn name(&mut self) -> Result<String, String> {
        let mut name = String::new();
        while let Some(symbol) = self.peek() {
            self.at += 1;
            match symbol {
                '>' if !name.is_empty() => return Ok(name),
                it if it.is_alphanumeric() || it == '_' || it == '$' => name.push(it),
                _ => break,
            }
        }
        Err("invalid capture group name".into())
    }

    fn closed(&mut self) -> Result<Tree, String> {
        let tree = self.either()?;
        if self.eat(")") { Ok(tree) } else { Err("unterminated group".into()) }
    }

    fn escape(&mut self) -> Result<Tree, String> {
        let Some(symbol) = self.peek() else { return Err("\\ at end of pattern".into()) };
        if let Some(class) = class_escape(symbol) {
            self.at += 1;
            return Ok(Tree::Class(class));
        }
        match symbol {
            'b' | 'B' => {
                self.at += 1;
                Ok(Tree::WordBoundary { negated: symbol == 'B' })
            }
            'k' if self.symbols.get(self.at + 1) == Some(&'<') && self.has_names() => {
                self.at += 2;
                Ok(Tree::NamedReference(self.name()?))
            }
            '1'..='9' => {
                let start = self.at;
                match self.integer() {
                    Some(number) if number as usize <= self.total => Ok(Tree::BackReference(number as usize)),
                    _ => {
                        self.at = start;
                        Ok(Tree::Char(self.legacy_octal()))
                    }
                }
            }
            _ => Ok(Tree::Char(self.character_escape())),
        }
    }

    fn has_names(&self) -> bool {
        self.symbols.windows(3).any(|it| it == ['(', '?', '<'])
    }

    /// An octal number of up to three digits, or the digit itself.
    fn legacy_octal(&mut self) -> char {
        let mut number = 0;
        let start = self.at;
        while let Some(digit) = self.peek().and_then(|it| it.to_digit(8)) {
            if self.at - start == 3 || number * 8 + digit > 0o377 {
                break;
            }
            number = number * 8 + digit;
            self.at += 1;
        }
        if self.at == start {
            let symbol = self.peek().unwrap_or('\\');
            self.at += 1;
            return symbol;
        }
        char::from_u32(number).unwrap_or('\0')
    }

    /// The character behind a backslash, in a class or outside.
    fn character_escape(&mut self) -> char {
        let Some(symbol) = self.peek() else { return '\\' };
        if symbol.is_digit(8) {
            return self.legacy_octal();
        }
        self.at += 1;
        match symbol {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'x' => self.hex(2).and_then(char::from_u32).unwrap_or('x'),
            'u' => self.unicode().unwrap_or('u'),
            'c' => match self.peek() {
                Some(letter) if letter.is_ascii_alphabetic() => {
                    self.at += 1;
                    char::from(letter as u8 % 32)
                }
                _ => {
                    self.at -= 1;
                    '\\'
                }
            },
            other => other,
        }
    }

    fn hex(&mut self, count: usize) -> Option<u32> {
        let digits: String = self.symbols.get(self.at..self.at + count)?.iter().collect();
        let number = u32::from_str_radix(&digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        self.at += count;
        Some(number)
    }

    /// Four digits; two escapes may make one character.
    fn unicode(&mut self) -> Option<char> {
        let first = self.hex(4)?;
        if let Some(symbol) = char::from_u32(first) {
            return Some(symbol);
        }
        let at = self.at;
        if self.eat("\\u")
            && let Some(second) = self.hex(4)
        {
            let pair = [first as u16, second as u16];
            if let Some(Ok(symbol)) = char::decode_utf16(pair).next() {
                return Some(symbol);
            }
        }
        self.at = at;
        // Half a character can't occur in a text.
        Some(char::REPLACEMENT_CHARACTER)
    }

    fn class(&mut self) -> Result<Tree, String> {
        let mut class = Class { negated: self.eat("^"), ranges: Vec::new() };
        loop {
            let Some(symbol) = self.peek() else { return Err("unterminated character class".into()) };
            if symbol == ']' {
                self.at += 1;
                return Ok(Tree::Class(class));
            }
            let first = self.class_atom(&mut class)?;
            let ranges =
                self.peek() == Some('-') && !matches!(self.symbols.get(self.at + 1), None | Some(']'));
            if !ranges {
                class.ranges.extend(first.map(|it| (it, it)));
                continue;
            }
            self.at += 1;
            let last = self.class_atom(&mut class)?;
            match (first, last) {
                (Some(first), Some(last)) if first > last => {
                    return Err("range out of order in character class".into());
                }
                (Some(first), Some(last)) => class.ranges.push((first, last)),
                // With a class such as `\d` at one end the hyphen is a character.
                (first, last) => {
                    class.ranges.extend(first.into_iter().chain(last).chain(['-']).map(|it| (it, it)));
                }
            }
        }
    }

    /// A character of a class, or nothing for a class within it, whose ranges are added.
    fn class_atom(&mut self, class: &mut Class) -> Result<Option<char>, String> {
        let Some(symbol) = self.peek() else { return Err("unterminated character class".into()) };
        self.at += 1;
        if symbol != '\\' {
            return Ok(Some(symbol));
        }
        let Some(escaped) = self.peek() else { return Err("\\ at end of pattern".into()) };
        if let Some(inner) = class_escape(escaped) {
            self.at += 1;
            class.ranges.extend(if inner.negated { complement(inner.ranges) } else { inner.ranges });
            return Ok(None);
        }
        if escaped == 'b' {
            self.at += 1;
            return Ok(Some('\u{8}'));
        }
        Ok(Some(self.character_escape()))
    }
}

fn class_escape(symbol: char) -> Option<Class> {
    let ranges = match symbol.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        'w' => vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        's' => vec![
            ('\t', '\r'),
            (' ', ' '),
            ('\u{a0}', '\u{a0}'),
            ('\u{1680}', '\u{1680}'),
            ('\u{2000}', '\u{200a}'),
            ('\u{2028}', '\u{2029}'),
            ('\u{202f}', '\u{202f}'),
            ('\u{205f}', '\u{205f}'),
            ('\u{3000}', '\u{3000}'),
            ('\u{feff}', '\u{feff}'),
        ],
        _ => return None,
    };
    Some(Class { negated: symbol.is_ascii_uppercase(), ranges })
}

/// All characters that are not in the ranges, which are in order and apart.
fn complement(ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    let mut result = Vec::new();
    let mut next = Some('\0');
    for (first, last) in ranges {
        if let Some(start) = next
            && start < first
        {
            let end = (start..first).next_back().unwrap_or(start);
            result.push((start, end));
        }
        next = (last..=char::MAX).nth(1);
    }
    result.extend(next.map(|start| (start, char::MAX)));
    result
}
