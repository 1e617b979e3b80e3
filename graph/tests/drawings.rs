//! Every definition of the examples and the corpus can be drawn: all states are there, and the same bytes come again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use serde_json::Value;

fn definitions(folder: &Path, suffix: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("{} is not there: skipped", folder.display());
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            definitions(&path, suffix, found);
        } else if path.to_string_lossy().ends_with(suffix) {
            found.push(path);
        }
    }
}

/// The names of all states, those of branches and bodies too.
fn names(level: &Value, found: &mut Vec<String>) {
    for (name, state) in level.get("States").and_then(Value::as_object).into_iter().flatten() {
        found.push(name.clone());
        for body in ["ItemProcessor", "Iterator"] {
            names(state.get(body).unwrap_or(&Value::Null), found);
        }
        let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten();
        branches.for_each(|branch| names(branch, found));
    }
}

/// Words as they stand in the image, whatever lines they were broken into.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn holds(definition: &Value, path: &Path) {
    let draw = || graph::chart(definition, &graph::Plain);
    let (svg, mermaid, dot) = (graph::svg(&draw(), "it"), graph::mermaid(&draw()), graph::dot(&draw(), "it"));
    assert_eq!(svg, graph::svg(&draw(), "it"), "{}: drawn again, other bytes", path.display());
    let document =
        roxmltree::Document::parse(&svg).unwrap_or_else(|e| panic!("{}: not XML: {e}", path.display()));
    let titles = document.descendants().filter(|it| it.attribute("class") == Some("title"));
    let words: String = titles.filter_map(|it| it.text()).map(letters).collect();
    let mut all = Vec::new();
    names(definition, &mut all);
    for name in all {
        let start: String = letters(&name).chars().take(12).collect();
        assert!(words.contains(&start), "{}: `{name}` is not in the drawing", path.display());
    }
    assert!(mermaid.lines().count() > 1 && dot.starts_with("digraph"), "{}", path.display());
}

#[test]
fn every_definition_can_be_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths = Vec::new();
    definitions(&root.join("examples"), ".asl.json", &mut paths);
    definitions(&root.join("../shared/corpus/definitions"), ".json", &mut paths);
    let mut drawn = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(read) = serde_json::from_str::<Value>(&text) else { continue };
        // The corpus wraps a definition in what is known of it.
        let definition = read.get("definition").unwrap_or(&read).clone();
        if definition.get("States").is_some() {
            holds(&definition, &path);
            drawn += 1;
        }
    }
    println!("{drawn} definitions drawn");
    assert!(drawn > 0);
}

#[test]
fn what_is_no_definition_gives_an_empty_drawing() {
    for text in [
        "null",
        "[]",
        "{}",
        r#"{"States": 1}"#,
        r#"{"StartAt": "a", "States": {"a": 1, "b": {"Next": "c"}}}"#,
    ] {
        let chart = graph::chart(&serde_json::from_str(text).unwrap(), &graph::Plain);
        assert!(roxmltree::Document::parse(&graph::svg(&chart, "it")).is_ok(), "{text}");
    }
}
