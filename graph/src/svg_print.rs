//! The SVG image. Colours follow the reader's light or dark theme.

use svg::node::Text as Words;
use svg::node::element::path::Data;
use svg::node::element::{Circle, Definitions, Group, Marker, Path, Polygon, Rectangle, Style, Text, Title};
use svg::{Document, Node as _};

use crate::chart::{ArrowKind, NodeKind};
use crate::layout::{Drawing, Line, Placed};

const MARGIN: f64 = 16.0;

// Colours stand in rules of their own, not in variables: many viewers and converters don't know `var()`.
const STYLE: &str = "
text { font-family: ui-sans-serif, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2430; text-anchor: middle }
.small { font-size: 13px; fill: #5b6472 } .title { font-size: 16px; font-weight: 600 }
.paper { fill: #ffffff } .dot { fill: #1f2430 } .ring { fill: none; stroke: #1f2430; stroke-width: 1.5 }
.box { fill: #ffffff; stroke: #7b8494; stroke-width: 1.5 } .inside { fill: #f5f7fa; stroke: #0f7f8c; stroke-dasharray: 5 4 }
.task { stroke: #d86613 } .choice { stroke: #6a4fd0 } .wait { stroke: #2f7dc0 } .end { stroke: #2e8540 } .fail { stroke: #c0392b }
.arrow { fill: none; stroke: #7b8494; stroke-width: 1.4 } .head { fill: #7b8494 }
.catch { stroke: #c0392b; stroke-dasharray: 5 4 } .catch-head { fill: #c0392b }
.label { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
text { fill: #e7eaf0 } .small { fill: #a6aebb } .paper { fill: #12151b } .dot { fill: #e7eaf0 } .ring { stroke: #e7eaf0 }
.box { fill: #1c212a; stroke: #8b94a5 } .inside { fill: #171b22; stroke: #4cc0cc }
.task { stroke: #f0904a } .choice { stroke: #a08cf0 } .wait { stroke: #6ab0ea } .end { stroke: #5fbf74 } .fail { stroke: #ef7b6e }
.arrow { stroke: #8b94a5 } .head { fill: #8b94a5 } .catch { stroke: #ef7b6e } .catch-head { fill: #ef7b6e } .label { stroke: #12151b }
}
";

pub(crate) fn print(drawing: &Drawing, title: &str) -> String {
    let (width, height) = (drawing.width + 2.0 * MARGIN, drawing.height + 2.0 * MARGIN);
    let paper = Rectangle::new().set("width", "100%").set("height", "100%").set("class", "paper");
    let body = level(drawing).set("transform", format!("translate({} {})", round(MARGIN), round(MARGIN)));
    let document = Document::new()
        .set("viewBox", format!("0 0 {} {}", round(width), round(height)))
        .set("width", round(width))
        .set("height", round(height))
        .set("role", "img")
        .add(Title::new(title))
        .add(Style::new(STYLE))
        .add(Definitions::new().add(head("head")).add(head("catch-head")))
        .add(paper)
        .add(body);
    format!("{document}\n")
}

fn head(id: &str) -> Marker {
    let shape = Polygon::new().set("points", "0,0 9,4.5 0,9").set("class", id);
    let marker = Marker::new().set("id", id).set("markerWidth", 9).set("markerHeight", 9).set("refX", 8.5);
    marker.set("refY", 4.5).set("orient", "auto").set("markerUnits", "userSpaceOnUse").add(shape)
}

fn level(drawing: &Drawing) -> Group {
    let boxes = drawing.boxes.iter().map(placed);
    let group = boxes.fold(Group::new(), Group::add);
    let group = drawing.lines.iter().fold(group, |group, line| group.add(arrow(line)));
    drawing.lines.iter().filter_map(label).fold(group, Group::add)
}

fn placed(placed: &Placed) -> Group {
    let mut group =
        Group::new().set("transform", format!("translate({} {})", round(placed.x), round(placed.y)));
    if let Some(comment) = &placed.comment {
        group.append(Title::new(comment.as_str()));
    }
    let (w, h) = (placed.width, placed.height);
    let circle =
        |r: f64| Circle::new().set("cx", round(w / 2.0)).set("cy", round(h / 2.0)).set("r", round(r));
    match placed.kind {
        NodeKind::Start => return group.add(circle(w / 2.0).set("class", "dot")),
        NodeKind::End => {
            let ring = circle(w / 2.0 - 1.0).set("class", "ring");
            return group.add(ring).add(circle(w / 2.0 - 4.5).set("class", "dot"));
        }
        NodeKind::Choice => {
            let (cut, mid) = (14.0, h / 2.0);
            let corners = [(cut, 0.0), (w - cut, 0.0), (w, mid), (w - cut, h), (cut, h), (0.0, mid)];
            let points = corners.map(|(x, y)| format!("{},{}", round(x), round(y))).join(" ");
            group.append(Polygon::new().set("points", points).set("class", "box choice"));
        }
        kind => {
            let frame = Rectangle::new().set("width", round(w)).set("height", round(h)).set("rx", 9);
            group.append(frame.set("class", format!("box {}", ink(kind)).trim_end()));
        }
    }
    let mut y = 24.0;
    for line in &placed.title {
        group.append(words(line, w / 2.0, y, "title"));
        y += 18.0;
    }
    for line in &placed.detail {
        group.append(words(line, w / 2.0, y - 1.0, "small"));
        y += 16.0;
    }
    for (x, y, drawing) in &placed.inner {
        group.append(level(drawing).set("transform", format!("translate({} {})", round(*x), round(*y))));
    }
    group
}

/// The class of a kind's frame; none has the plain one.
fn ink(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Task => "task",
        NodeKind::Choice => "choice",
        NodeKind::Wait => "wait",
        NodeKind::Succeed => "end",
        NodeKind::Fail => "fail",
        NodeKind::Map | NodeKind::Parallel => "inside",
        NodeKind::Pass | NodeKind::Start | NodeKind::End => "",
    }
}

fn words(text: &str, x: f64, y: f64, class: &str) -> Text {
    Text::new("").set("x", round(x)).set("y", round(y)).set("class", class).add(Words::new(text))
}

/// A smooth line through dagre's points: curves that meet halfway between them.
fn arrow(line: &Line) -> Path {
    let at = |(x, y): (f64, f64)| (round(x), round(y));
    let mut data = Data::new();
    if let (Some(first), Some(last)) = (line.points.first(), line.points.last()) {
        data = data.move_to(at(*first));
        for pair in line.points.get(1..).unwrap_or_default().windows(2) {
            if let [a, b] = pair {
                let middle = if b == last { *b } else { (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)) };
                let (control, middle) = (at(*a), at(middle));
                data = data.quadratic_curve_to((control.0, control.1, middle.0, middle.1));
            }
        }
        if line.points.len() == 2 {
            data = data.line_to(at(*last));
        }
    }
    let (class, end) =
        if line.kind == ArrowKind::Catch { ("arrow catch", "catch-head") } else { ("arrow", "head") };
    Path::new().set("class", class).set("d", data).set("marker-end", format!("url(#{end})"))
}

fn label(line: &Line) -> Option<Group> {
    let (lines, x, y) = line.label.as_ref()?;
    let top = y - (lines.len() as f64 - 1.0) * 7.5 + 4.0;
    let texts =
        lines.iter().enumerate().map(|(i, text)| words(text, *x, top + 15.0 * i as f64, "small label"));
    Some(texts.fold(Group::new(), Group::add))
}

/// A tenth of a pixel is enough, and keeps the file small.
fn round(n: f64) -> f64 {
    (n * 10.0).round() / 10.0
}
