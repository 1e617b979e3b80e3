//! Gives boxes their sizes and places. Each level is laid out by itself (dagre, layered, top to bottom); a Map or
//! Parallel state is then one box of its bodies' size in the level above.

use dagre::graph::{Graph, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel};

use crate::chart::{ArrowKind, Chart, Node, NodeKind};

/// Pixels.
const LINE: f64 = 16.0;
const SMALL: f64 = 13.0;
const PAD: f64 = 12.0;
const GAP: f64 = 18.0;
const WIDEST: f64 = 230.0;

#[derive(Clone, Debug, Default)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) boxes: Vec<Placed>,
    pub(crate) lines: Vec<Line>,
}

/// A box with its top left corner, in the coordinates of its own level.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) kind: NodeKind,
    pub(crate) title: Vec<String>,
    pub(crate) detail: Vec<String>,
    pub(crate) comment: Option<String>,
    /// Offsets within the box, and what is drawn there.
    pub(crate) inner: Vec<(f64, f64, Drawing)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) kind: ArrowKind,
    /// Lines of text and their centre.
    pub(crate) label: Option<(Vec<String>, f64, f64)>,
}

pub(crate) fn layout(chart: &Chart) -> Drawing {
    let mut boxes: Vec<Placed> = chart.nodes.iter().map(measure).collect();
    let mut graph: Graph<NodeLabel, EdgeLabel> =
        Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
    for (i, placed) in boxes.iter().enumerate() {
        let label = NodeLabel { width: placed.width, height: placed.height, ..NodeLabel::default() };
        graph.set_node(i.to_string(), Some(label));
    }
    for (i, arrow) in chart.arrows.iter().enumerate() {
        let (width, height) = label_size(arrow.label.as_deref());
        let weight = if arrow.kind == ArrowKind::Catch { 1 } else { 3 };
        let label = EdgeLabel {
            width,
            height,
            weight,
            labelpos: dagre::layout::types::LabelPos::Center,
            ..EdgeLabel::default()
        };
        graph.set_edge(arrow.from.to_string(), arrow.to.to_string(), Some(label), Some(&i.to_string()));
    }
    let options = LayoutOptions {
        nodesep: 34.0,
        edgesep: 18.0,
        ranksep: 34.0,
        marginx: 4.0,
        marginy: 4.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    for (i, placed) in boxes.iter_mut().enumerate() {
        if let Some(node) = graph.node(&i.to_string()) {
            placed.x = node.x.unwrap_or(0.0) - placed.width / 2.0;
            placed.y = node.y.unwrap_or(0.0) - placed.height / 2.0;
        }
    }
    let lines = chart.arrows.iter().enumerate().filter_map(|(i, arrow)| {
        let edge = graph.edge(&arrow.from.to_string(), &arrow.to.to_string(), Some(&i.to_string()))?;
        let points = edge.points.iter().map(|p| (p.x, p.y)).collect();
        let label = arrow
            .label
            .as_deref()
            .zip(edge.x.zip(edge.y))
            .map(|(text, (x, y))| (wrap(text, 150.0, SMALL), x, y));
        Some(Line { points, kind: arrow.kind, label })
    });
    fit(Drawing { width: 0.0, height: 0.0, lines: lines.collect(), boxes })
}

/// Moves everything so that it starts at 0, 0 and sets the size.
fn fit(mut drawing: Drawing) -> Drawing {
    let mut low = (f64::MAX, f64::MAX);
    let mut high = (0.0_f64, 0.0_f64);
    let mut see = |x: f64, y: f64, w: f64, h: f64| {
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x + w), high.1.max(y + h));
    };
    for placed in &drawing.boxes {
        see(placed.x, placed.y, placed.width, placed.height);
    }
    for line in &drawing.lines {
        line.points.iter().for_each(|(x, y)| see(x - 2.0, *y, 4.0, 0.0));
        if let Some((text, x, y)) = &line.label {
            let width = widest(text, SMALL);
            see(x - width / 2.0, y - SMALL, width, 2.0 * SMALL);
        }
    }
    if drawing.boxes.is_empty() {
        return drawing;
    }
    for placed in &mut drawing.boxes {
        (placed.x, placed.y) = (placed.x - low.0, placed.y - low.1);
    }
    for line in &mut drawing.lines {
        line.points.iter_mut().for_each(|point| *point = (point.0 - low.0, point.1 - low.1));
        if let Some((_, x, y)) = &mut line.label {
            (*x, *y) = (*x - low.0, *y - low.1);
        }
    }
    (drawing.width, drawing.height) = (high.0 - low.0, high.1 - low.1);
    drawing
}

fn measure(node: &Node) -> Placed {
    let title = wrap(&node.name, WIDEST, LINE);
    let detail = node.detail.as_deref().map(|d| wrap(d, WIDEST, SMALL)).unwrap_or_default();
    let text_width = widest(&title, LINE).max(widest(&detail, SMALL));
    let text_height = title.len() as f64 * (LINE + 2.0) + detail.len() as f64 * (SMALL + 3.0);
    let mut placed = Placed {
        x: 0.0,
        y: 0.0,
        width: (text_width + 2.0 * PAD + 6.0).max(90.0),
        height: text_height + 2.0 * PAD - 4.0,
        kind: node.kind,
        title,
        detail,
        comment: node.comment.clone(),
        inner: Vec::new(),
    };
    match node.kind {
        NodeKind::Start => (placed.width, placed.height) = (16.0, 16.0),
        NodeKind::End => (placed.width, placed.height) = (18.0, 18.0),
        NodeKind::Choice => placed.width += 20.0,
        NodeKind::Task | NodeKind::Wait | NodeKind::Pass | NodeKind::Succeed | NodeKind::Fail => {}
        NodeKind::Map | NodeKind::Parallel => hold(&mut placed, node),
    }
    placed
}

/// Sets the bodies of a Map or Parallel side by side below the title.
fn hold(placed: &mut Placed, node: &Node) {
    let top = placed.height;
    let mut x = PAD;
    let mut tallest = 0.0_f64;
    for chart in &node.inner {
        let drawing = layout(chart);
        let (width, height) = (drawing.width, drawing.height);
        placed.inner.push((x, top, drawing));
        x += width + GAP;
        tallest = tallest.max(height);
    }
    let bodies = x - GAP + PAD;
    let spare = (placed.width - bodies).max(0.0) / 2.0;
    placed.inner.iter_mut().for_each(|(at, _, _)| *at += spare);
    placed.width = placed.width.max(bodies);
    placed.height = top + tallest + PAD;
}

fn label_size(label: Option<&str>) -> (f64, f64) {
    let Some(label) = label else { return (0.0, 0.0) };
    let lines = wrap(label, 150.0, SMALL);
    (widest(&lines, SMALL) + 8.0, lines.len() as f64 * (SMALL + 2.0) + 4.0)
}

fn widest(lines: &[String], size: f64) -> f64 {
    lines.iter().map(|line| text_width(line, size)).fold(0.0, f64::max)
}

/// An estimate for a common sans-serif face; wide and narrow letters counted apart.
fn text_width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '(' | ')' | '['
        | ']' | ' ' => 0.32,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.88,
        'A'..='Z' | '$' | '&' | '=' | '<' | '>' | '+' | '_' => 0.68,
        c if c as u32 > 0x2e7f => 1.0,
        _ => 0.56,
    };
    // Faces differ; a box too wide looks better than one too narrow.
    text.chars().map(em).sum::<f64>() * size * 1.12
}

/// Breaks at blanks, and after punctuation where a word alone is too wide.
fn wrap(text: &str, limit: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in text.split_inclusive([' ', '.', ':', '_', '-']) {
        if !line.is_empty() && text_width(&line, size) + text_width(piece, size) > limit {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(piece);
    }
    lines.push(line);
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}
