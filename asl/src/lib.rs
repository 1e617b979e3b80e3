//! The Amazon States Language: data model, reader with positions, validator.
//!
//! ```text
//! text ── read ──> Document (a tree with places) ──> StateMachine (what it means)
//!                      │
//!                      └── validate ──> Vec<Diagnostic> (AWS's findings, and Flow's own)
//! ```

mod build;
mod diagnostic;
mod intrinsic;
mod jsonpath;
pub mod model;
mod node;
mod path;
mod reader;
mod resource;
mod similar;
mod validate;

pub use diagnostic::{Diagnostic, Origin, Severity};
pub use model::StateMachine;
pub use node::{Content, Member, Node, Span};
pub use resource::{Integration, Pattern, Resource};
pub use validate::{MachineType, Options, validate};

/// The notation a definition is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, what AWS takes.
    Json,
    /// YAML, what SAM and the toolkits turn into JSON.
    Yaml,
}

impl Format {
    /// By the ending of a file's name: `.yaml` and `.yml` are YAML, all else JSON.
    pub fn of_file_name(name: &str) -> Format {
        match name.rsplit_once('.') {
            Some((_, "yaml" | "yml")) => Format::Yaml,
            _ => Format::Json,
        }
    }
}

/// A definition's text as a tree with places.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The whole definition.
    pub root: Node,
    /// Length of the text in bytes; AWS takes 1,048,576.
    pub length: usize,
}

impl Document {
    /// The node at a JSON pointer, such as a state's `pointer` with `/Arguments` behind it.
    pub fn node(&self, pointer: &str) -> Option<&Node> {
        self.root.at_pointer(pointer)
    }

    /// Where the node at a JSON pointer stands.
    pub fn span(&self, pointer: &str) -> Option<Span> {
        self.node(pointer).map(|it| it.span)
    }
}

/// What [`read`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The tree; `None` if the text is no JSON or YAML.
    pub document: Option<Document>,
    /// The model; `None` if the definition lacks something the model needs.
    pub machine: Option<StateMachine>,
    /// Errors of the notation. What is wrong with the definition itself is [`validate`]'s part.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a definition. Never fails as a whole, never panics, whatever the text.
pub fn read(text: &str, format: Format) -> Read {
    match tree(text, format) {
        Ok(root) => {
            let machine = build::build(&root);
            let document = Document { root, length: text.len() };
            Read { document: Some(document), machine, diagnostics: Vec::new() }
        }
        Err(error) => Read { document: None, machine: None, diagnostics: vec![*error] },
    }
}

fn tree(text: &str, format: Format) -> Result<Node, Box<Diagnostic>> {
    // Of blanks alone AWS says what it says of any text that is no object (recorded).
    if text.is_empty() {
        let message = "Received a null or empty workflow input.";
        return Err(Box::new(Diagnostic::aws_nowhere("MISSING_DESCRIPTION", message)));
    }
    let root = match format {
        Format::Json => reader::read_json(text)?.map(|(node, _)| node),
        Format::Yaml => reader::read_yaml(text)?,
    };
    let root = root.filter(|it| it.members().is_some());
    root.ok_or_else(|| {
        Box::new(Diagnostic::aws_nowhere(
            "SCHEMA_VALIDATION_FAILED",
            "Definition must be a valid JSON object",
        ))
    })
}
