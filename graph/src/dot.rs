//! Graphviz' DOT language: <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write;

use crate::chart::{ArrowKind, Chart, Node, NodeKind};

/// Ends with a line feed.
pub(crate) fn print(chart: &Chart, title: &str) -> String {
    let mut out = format!("digraph {} {{\n", quote(title));
    out.push_str("  compound=true\n  node [shape=box style=rounded fontname=\"Helvetica\"]\n  edge [fontname=\"Helvetica\" fontsize=10]\n");
    level(&mut out, chart, "s", 1);
    out.push_str("}\n");
    out
}

fn level(out: &mut String, chart: &Chart, prefix: &str, depth: usize) {
    let pad = "  ".repeat(depth);
    for (i, node) in chart.nodes.iter().enumerate() {
        box_of(out, node, &format!("{prefix}{i}"), depth);
    }
    for arrow in &chart.arrows {
        let (from, tail) = anchor(chart, arrow.from, prefix, true);
        let (to, head) = anchor(chart, arrow.to, prefix, false);
        let mut options = vec![];
        options.extend(arrow.label.as_ref().map(|label| format!("label={}", quote(label))));
        options.extend(tail.map(|cluster| format!("ltail={cluster}")));
        options.extend(head.map(|cluster| format!("lhead={cluster}")));
        if arrow.kind == ArrowKind::Catch {
            options.push("style=dashed color=\"#c0392b\"".to_owned());
        }
        let _ = writeln!(out, "{pad}{from} -> {to} [{}]", options.join(" "));
    }
}

/// Graphviz joins nodes, not clusters: an arrow to a cluster goes to a node inside and is cut at its border.
fn anchor(chart: &Chart, index: usize, prefix: &str, last: bool) -> (String, Option<String>) {
    let id = format!("{prefix}{index}");
    let Some(node) = chart.nodes.get(index) else { return (id, None) };
    let mut inside = (node, id.clone());
    while let Some(inner) = inside.0.inner.first() {
        let at = if last { inner.nodes.len().saturating_sub(1) } else { 0 };
        let Some(next) = inner.nodes.get(at) else { break };
        inside = (next, format!("{}_0_{at}", inside.1));
    }
    if inside.1 == id { (id, None) } else { (inside.1, Some(format!("cluster_{id}"))) }
}

fn box_of(out: &mut String, node: &Node, id: &str, depth: usize) {
    let pad = "  ".repeat(depth);
    if !node.inner.is_empty() {
        let _ = writeln!(
            out,
            "{pad}subgraph cluster_{id} {{\n{pad}  label={} style=rounded",
            quote(&caption(node))
        );
        for (i, chart) in node.inner.iter().enumerate() {
            level(out, chart, &format!("{id}_{i}_"), depth + 1);
        }
        let _ = writeln!(out, "{pad}}}");
        return;
    }
    let shape = match node.kind {
        NodeKind::Start => "shape=circle width=0.2 label=\"\" style=filled fillcolor=black",
        NodeKind::End => "shape=doublecircle width=0.15 label=\"\" style=filled fillcolor=black",
        NodeKind::Choice => "shape=diamond",
        NodeKind::Fail => "color=\"#c0392b\"",
        NodeKind::Task
        | NodeKind::Wait
        | NodeKind::Pass
        | NodeKind::Succeed
        | NodeKind::Map
        | NodeKind::Parallel => "",
    };
    let label = if matches!(node.kind, NodeKind::Start | NodeKind::End) {
        String::new()
    } else {
        format!("label={} ", quote(&caption(node)))
    };
    let _ = writeln!(out, "{pad}{id} [{label}{shape}]");
}

fn caption(node: &Node) -> String {
    node.detail.as_ref().map_or_else(|| node.name.clone(), |detail| format!("{}\n{detail}", node.name))
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
