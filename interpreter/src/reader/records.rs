//! The records of a file.

use std::sync::Arc;

use jsonata::Value;

use super::csv;

#[derive(Debug)]
pub(crate) enum Records {
    Values(Vec<Value>),
    /// The members of an object.
    Members(Vec<(Arc<str>, Value)>),
    /// A JSON text a line.
    Lines(Places),
    /// Rows of cells.
    Table {
        places: Places,
        headers: Arc<[Arc<str>]>,
        delimiter: char,
    },
}

/// Where the records of a text begin.
#[derive(Debug)]
pub(crate) struct Places {
    bytes: Arc<[u8]>,
    starts: Vec<usize>,
}

impl Places {
    /// A record up to the next one's start.
    fn piece(&self, index: usize) -> &str {
        let start = self.starts.get(index).copied().unwrap_or(self.bytes.len());
        let end = self.starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        self.bytes.get(start..end).and_then(|it| std::str::from_utf8(it).ok()).unwrap_or_default()
    }
}

impl Records {
    /// Lines that are not blank.
    pub(super) fn lines(bytes: Arc<[u8]>) -> Records {
        let mut starts = Vec::new();
        let mut at = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        for line in bytes.get(at..).unwrap_or_default().split(|it| *it == b'\n') {
            if !line.trim_ascii().is_empty() {
                starts.push(at);
            }
            at += line.len() + 1;
        }
        Records::Lines(Places { bytes, starts })
    }

    /// Rows that are not empty, from a place on. The bytes are text.
    pub(super) fn table(
        bytes: Arc<[u8]>,
        start: usize,
        headers: Arc<[Arc<str>]>,
        delimiter: char,
    ) -> Records {
        let mut starts = Vec::new();
        let mut rest = bytes.get(start..).and_then(|it| std::str::from_utf8(it).ok()).unwrap_or_default();
        while !rest.is_empty() {
            let at = bytes.len() - rest.len();
            let (empty, after) = csv::skip_row(rest, delimiter);
            if !empty {
                starts.push(at);
            }
            rest = after;
        }
        Records::Table { places: Places { bytes, starts }, headers, delimiter }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Records::Values(values) => values.len(),
            Records::Members(members) => members.len(),
            Records::Lines(places) | Records::Table { places, .. } => places.starts.len(),
        }
    }

    /// A record, and of a member its name.
    pub(super) fn get(&self, index: usize) -> Result<(Option<Arc<str>>, Value), String> {
        match self {
            Records::Values(values) => Ok((None, values.get(index).cloned().unwrap_or(Value::Null))),
            Records::Members(members) => Ok(match members.get(index) {
                Some((key, value)) => (Some(key.clone()), value.clone()),
                None => (None, Value::Null),
            }),
            Records::Lines(places) => {
                let value = places.piece(index).trim().parse();
                value.map(|it| (None, it)).map_err(|_| format!("Line {} is not valid JSON.", index + 1))
            }
            Records::Table { places, headers, delimiter } => {
                // A row that is too short is filled up with empty cells; cells beyond the headers are dropped.
                let (row, _) = csv::row(places.piece(index), *delimiter);
                let cells = row.into_iter().chain(std::iter::repeat(String::new()));
                Ok((None, Value::object(headers.iter().cloned().zip(cells.map(Value::from)))))
            }
        }
    }
}
