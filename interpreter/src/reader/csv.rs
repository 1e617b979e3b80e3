//! RFC 4180, read leniently.

/// The rows of a text. A quote opens a quoted cell only at the cell's start; empty lines are no rows.
pub(super) fn rows(text: &str, delimiter: char) -> impl Iterator<Item = Vec<String>> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let (row, after) = row(rest, delimiter);
            rest = after;
            if row.len() > 1 || row.first().is_some_and(|it| !it.is_empty()) {
                return Some(row);
            }
        }
    })
}

/// One row, and the text after it.
fn row(text: &str, delimiter: char) -> (Vec<String>, &str) {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, after) = cell(rest, delimiter);
        cells.push(cell);
        rest = after;
        match rest.chars().next() {
            Some(c) if c == delimiter => rest = rest.get(c.len_utf8()..).unwrap_or(""),
            _ => break,
        }
    }
    let rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\n', '\r'])).unwrap_or(rest);
    (cells, rest)
}

fn cell(text: &str, delimiter: char) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([delimiter, '\n', '\r']).unwrap_or(text.len());
        let (cell, rest) = text.split_at(end);
        return (cell.to_owned(), rest);
    };
    let mut out = String::new();
    let mut rest = quoted;
    loop {
        let Some((before, after)) = rest.split_once('"') else { return (out + rest, "") };
        out.push_str(before);
        match after.strip_prefix('"') {
            Some(more) => {
                out.push('"');
                rest = more;
            }
            None => {
                let end = after.find([delimiter, '\n', '\r']).unwrap_or(after.len());
                let (trailing, rest) = after.split_at(end);
                return (out + trailing, rest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_may_be_quoted() {
        let rows: Vec<_> =
            super::rows("a,b\n\"x, y\",\"say \"\"hi\"\"\"\r\n\n1,\n\"two\nlines\",3", ',').collect();
        let expected = [vec!["a", "b"], vec!["x, y", "say \"hi\""], vec!["1", ""], vec!["two\nlines", "3"]];
        assert_eq!(rows, expected);
    }
}
