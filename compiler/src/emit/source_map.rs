//! `source-map.json`: state ↔ source.

use serde_json::{Map, Value, json};

use super::template::pretty;
use crate::output::{BuiltWorkflow, OutputFile};
use crate::source::Source;

/// `{ version, workflows: { name: { pointer: "main.flow:12:3-14:4" } } }`. Pointers are JSON pointers into the workflow's
/// definition; lines and columns are 1-based, the end is the place behind the last character.
pub fn emit(workflows: &[BuiltWorkflow], sources: &[Source]) -> OutputFile {
    let mut all = Map::new();
    for workflow in workflows {
        let places = workflow.places.iter().filter_map(|place| {
            let source = sources.get(place.span.file.0 as usize)?;
            let (line, column) = source.line_column(place.span.start);
            let (end_line, end_column) = source.line_column(place.span.end);
            let text = format!("{}:{line}:{column}-{end_line}:{end_column}", source.path);
            Some((place.pointer.clone(), Value::String(text)))
        });
        all.insert(workflow.name.clone(), Value::Object(places.collect()));
    }
    OutputFile {
        path: "source-map.json".to_owned(),
        text: pretty(&json!({ "version": 1, "workflows": all })),
    }
}
