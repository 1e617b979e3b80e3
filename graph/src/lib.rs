//! Draws a state machine: ASL in; SVG, Mermaid or Graphviz text out. No IO.
//!
//! `chart` reads the definition into boxes and arrows; `layout` gives them places; the three printers draw them.

mod chart;
mod dot;
mod layout;
mod mermaid;
mod svg_print;

pub use chart::{Arrow, ArrowKind, Chart, Node, NodeKind, chart};

/// What an arrow says instead of its JSONata, by the JSON pointer of its Choice rule or Catcher.
pub trait Captions {
    /// `pointer` is such as `/States/check/Choices/0`.
    fn caption(&self, pointer: &str) -> Option<String>;
}

/// No captions of its own: conditions are shown as they stand in the definition.
pub struct Plain;

impl Captions for Plain {
    fn caption(&self, _: &str) -> Option<String> {
        None
    }
}

/// A stand-alone SVG image; light and dark.
pub fn svg(chart: &Chart, title: &str) -> String {
    svg_print::print(&layout::layout(chart), title)
}

/// A Mermaid flowchart, as GitHub and GitLab draw it in Markdown.
pub fn mermaid(chart: &Chart) -> String {
    mermaid::print(chart)
}

/// Graphviz' language.
pub fn dot(chart: &Chart, title: &str) -> String {
    dot::print(chart, title)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Chart {
        let definition = json!({
            "StartAt": "check",
            "States": {
                "check": { "Type": "Choice", "Choices": [{ "Condition": "{% $n > 1 %}", "Next": "all \"of\" them" }], "Default": "stop" },
                "all \"of\" them": {
                    "Type": "Map", "MaxConcurrency": 5, "End": true,
                    "ItemProcessor": { "StartAt": "ship", "States": {
                        "ship": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": true,
                                  "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "ship" }] },
                    } },
                },
                "stop": { "Type": "Fail", "Error": "NoItems" },
            },
        });
        chart(&definition, &Plain)
    }

    #[test]
    fn reads_states_arrows_and_bodies() {
        let chart = sample();
        assert_eq!(chart.nodes.len(), 5, "three states, the start and the end");
        let labels: Vec<&str> = chart.arrows.iter().filter_map(|a| a.label.as_deref()).collect();
        assert_eq!(labels, ["$n > 1", "else"]);
        let body = &chart.nodes[2].inner[0];
        assert_eq!(body.nodes[1].detail.as_deref(), Some("lambda:invoke, waits for a token"));
        assert!(
            body.arrows.iter().any(|a| a.kind == ArrowKind::Catch && a.label.as_deref() == Some("any error"))
        );
    }

    #[test]
    fn draws_each_format_the_same_twice() {
        let chart = sample();
        assert!(
            svg(&chart, "w").contains("all &quot;of&quot; them")
                || svg(&chart, "w").contains("all \"of\" them")
        );
        assert_eq!(svg(&chart, "w"), svg(&chart, "w"));
        assert!(mermaid(&chart).contains("all #quot;of#quot; them"));
        assert!(dot(&chart, "w").contains(r#"all \"of\" them"#));
    }

    #[test]
    fn anything_that_is_no_definition_draws_an_empty_chart() {
        for odd in
            [json!(null), json!([]), json!({ "States": [] }), json!({ "States": { "a": 1 }, "StartAt": 2 })]
        {
            let chart = chart(&odd, &Plain);
            svg(&chart, "");
            mermaid(&chart);
            dot(&chart, "");
        }
    }
}
