//! Every span slices its text, and lies within the span of what it is a part of.

use compiler::syntax::Parsed;

/// A node of the tree's debug form.
#[derive(Default)]
struct Node {
    own: Option<(usize, usize)>,
    parts: Option<(usize, usize)>,
}

/// Panics where a span is not in its place.
pub fn check(text: &str, parsed: &Parsed) {
    let labels = parsed.diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels);
    for label in labels {
        assert!(text.get(label.span.range()).is_some(), "{:?} in {text:?}", label.span);
    }
    for item in &parsed.file.items {
        check_debug(text, &format!("{item:?}"));
    }
}

fn check_debug(text: &str, debug: &str) {
    let mut stack = vec![Node::default()];
    let mut chars = debug.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => skip_string(&mut chars),
            '{' | '(' | '[' => stack.push(Node::default()),
            '}' | ')' | ']' => close(text, debug, &mut stack),
            '0' => {
                if let Some(span) = span_at(&debug[at..]) {
                    assert!(text.get(span.0..span.1).is_some(), "{span:?} in {text:?}");
                    let own = debug[..at].ends_with("{ span: ") || debug[..at].ends_with(", span: ");
                    add(stack.last_mut().unwrap(), span, own);
                    for _ in 0..written(span) {
                        chars.next();
                    }
                }
            }
            _ => {}
        }
    }
}

fn skip_string(chars: &mut std::str::CharIndices<'_>) {
    while let Some((_, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '"' => return,
            _ => {}
        }
    }
}

/// `0:12..15`
fn span_at(debug: &str) -> Option<(usize, usize)> {
    let rest = debug.strip_prefix("0:")?;
    let (start, rest) = rest.split_once("..")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((start.parse().ok()?, rest[..end].parse().ok()?))
}

/// The rest of the characters of a span's debug form.
fn written(span: (usize, usize)) -> usize {
    format!("{}..{}", span.0, span.1).len() + 1
}

fn add(node: &mut Node, span: (usize, usize), own: bool) {
    if own {
        node.own = Some(span);
    } else {
        let parts = node.parts.get_or_insert(span);
        *parts = (parts.0.min(span.0), parts.1.max(span.1));
    }
}

fn close(text: &str, debug: &str, stack: &mut Vec<Node>) {
    let Some(node) = stack.pop() else { return };
    if let (Some(own), Some(parts)) = (node.own, node.parts) {
        assert!(own.0 <= parts.0 && parts.1 <= own.1, "{parts:?} outside of {own:?} in\n{text}\n{debug}");
    }
    if let (Some(span), Some(parent)) = (node.own.or(node.parts), stack.last_mut()) {
        add(parent, span, false);
    }
}
