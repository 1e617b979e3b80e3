//! Mermaid's flowchart language: <https://mermaid.js.org/syntax/flowchart.html>.

use std::fmt::Write;

use crate::chart::{ArrowKind, Chart, Node, NodeKind};

/// Ends with a line feed.
pub(crate) fn print(chart: &Chart) -> String {
    let mut out = String::from("flowchart TD\n");
    level(&mut out, chart, "s", 1);
    out.push_str("  classDef fail stroke:#c0392b\n  classDef task stroke:#d86613\n");
    out
}

fn level(out: &mut String, chart: &Chart, prefix: &str, depth: usize) {
    let pad = "  ".repeat(depth);
    for (i, node) in chart.nodes.iter().enumerate() {
        box_of(out, node, &format!("{prefix}{i}"), depth);
    }
    for arrow in &chart.arrows {
        let line = if arrow.kind == ArrowKind::Catch { "-.->" } else { "-->" };
        let label = arrow.label.as_ref().map(|l| format!("|\"{}\"|", escape(l))).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{pad}{prefix}{} {line}{label} {prefix}{}", arrow.from, arrow.to);
    }
}

fn box_of(out: &mut String, node: &Node, id: &str, depth: usize) {
    let pad = "  ".repeat(depth);
    if !node.inner.is_empty() {
        let _ = writeln!(out, "{pad}subgraph {id}[\"{}\"]", caption(node));
        for (i, chart) in node.inner.iter().enumerate() {
            level(out, chart, &format!("{id}_{i}_"), depth + 1);
        }
        let _ = writeln!(out, "{pad}end");
        return;
    }
    let (open, close, class) = match node.kind {
        NodeKind::Start => ("((", "))", ""),
        NodeKind::End | NodeKind::Succeed => ("(((", ")))", ""),
        NodeKind::Choice => ("{{", "}}", ""),
        NodeKind::Wait | NodeKind::Pass => ("([", "])", ""),
        NodeKind::Fail => ("[", "]", ":::fail"),
        NodeKind::Task | NodeKind::Map | NodeKind::Parallel => ("[", "]", ":::task"),
    };
    let _ = writeln!(out, "{pad}{id}{open}\"{}\"{close}{class}", caption(node));
}

fn caption(node: &Node) -> String {
    match (node.kind, &node.detail) {
        (NodeKind::Start, _) => "start".to_owned(),
        (NodeKind::End, _) => "end".to_owned(),
        (_, Some(detail)) => format!("{}<br/><small>{}</small>", escape(&node.name), escape(detail)),
        (_, None) => escape(&node.name),
    }
}

/// Mermaid takes HTML entities, with `#` in place of `&`.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '&' => out.push_str("#amp;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
