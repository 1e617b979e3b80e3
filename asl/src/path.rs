//! Where a node stands in its document, as a chain of steps that costs nothing until it is printed.

use std::fmt::Write;

/// The steps from the root to a node; lives on the stack of whoever walks the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The document itself.
    pub(crate) const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// The member `key` below this one.
    pub(crate) fn key(&'a self, key: &'a str) -> Path<'a> {
        Path { parent: Some(self), step: Step::Key(key) }
    }

    /// The element `index` below this one.
    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), step: Step::Index(index) }
    }

    /// As AWS writes it: `/States/Run Providers/Branches[0]/States/A`, the root as `/`.
    pub(crate) fn location(&self) -> String {
        let mut text = String::new();
        for step in self.steps() {
            let written = match step {
                Step::Root => Ok(()),
                Step::Key(key) => write!(text, "/{key}"),
                Step::Index(index) => write!(text, "[{index}]"),
            };
            debug_assert!(written.is_ok());
        }
        if text.is_empty() {
            text.push('/');
        }
        text
    }

    /// As a JSON pointer (RFC 6901).
    pub(crate) fn pointer(&self) -> String {
        let mut text = String::new();
        for step in self.steps() {
            match step {
                Step::Root => {}
                Step::Key(key) => {
                    text.push('/');
                    text.push_str(&key.replace('~', "~0").replace('/', "~1"));
                }
                Step::Index(index) => {
                    text.push('/');
                    text.push_str(&index.to_string());
                }
            }
        }
        text
    }

    fn steps(&self) -> Vec<Step<'a>> {
        let mut steps = Vec::new();
        let mut path = Some(self);
        while let Some(it) = path {
            steps.push(it.step);
            path = it.parent;
        }
        steps.reverse();
        steps
    }
}
