//! Text delimited files as AWS reads them (Developer Guide, "How Step Functions parses input CSV files"): cells may
//! stand in quotes; a doubled quote is a quote, within them or not; a backslash keeps a backslash, a quote or the
//! delimiter behind it, and goes.

/// The first row that is not empty, and the text after it.
pub(super) fn first_row(text: &str, delimiter: char) -> (Vec<String>, &str) {
    let mut rest = text;
    while !rest.is_empty() {
        let (row, after) = row(rest, delimiter);
        rest = after;
        if row.len() > 1 || row.first().is_some_and(|it| !it.is_empty()) {
            return (row, rest);
        }
    }
    (Vec::new(), rest)
}

/// One row, and the text after it.
pub(super) fn row(text: &str, delimiter: char) -> (Vec<String>, &str) {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let mut out = String::new();
        let (more, after) = cell(rest, delimiter, &mut |part| out.push_str(part));
        cells.push(out);
        rest = after;
        if !more {
            return (cells, rest);
        }
    }
}

/// Whether the row is empty, and the text after it.
pub(super) fn skip_row(text: &str, delimiter: char) -> (bool, &str) {
    let (mut empty, mut rest) = (true, text);
    loop {
        let (more, after) = cell(rest, delimiter, &mut |part| empty &= part.is_empty());
        empty &= !more;
        rest = after;
        if !more {
            return (empty, rest);
        }
    }
}

/// Hands on the pieces of a cell. Whether another one follows in the row, and the text after it.
fn cell<'t>(text: &'t str, delimiter: char, out: &mut dyn FnMut(&'t str)) -> (bool, &'t str) {
    let (mut rest, mut quoted) = match text.strip_prefix('"') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    loop {
        let ends = |c: char| !quoted && (c == delimiter || c == '\n' || c == '\r');
        let stops = |c: char| c == '\\' || c == '"' || ends(c);
        let (before, after) = rest.split_at(rest.find(stops).unwrap_or(rest.len()));
        out(before);
        let mut following = after.chars();
        match following.next() {
            None => return (false, ""),
            Some('\\') => {
                // Only these are kept by it; before anything else it just goes.
                let next = following.next().filter(|c| *c == '\\' || *c == '"' || *c == delimiter);
                let end = 1 + next.map_or(0, char::len_utf8);
                out(after.get(1..end).unwrap_or_default());
                rest = after.get(end..).unwrap_or_default();
            }
            Some('"') => {
                let twice = after.starts_with("\"\"");
                out(if twice || !quoted { "\"" } else { "" });
                quoted &= twice;
                rest = after.get(1 + usize::from(twice)..).unwrap_or_default();
            }
            Some(c) if c == delimiter => return (true, after.get(c.len_utf8()..).unwrap_or_default()),
            Some(_) => {
                let line = after.strip_prefix("\r\n").or_else(|| after.strip_prefix(['\n', '\r']));
                return (false, line.unwrap_or(after));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    fn rows(mut text: &str, delimiter: char) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        while !text.is_empty() {
            let (row, rest) = super::row(text, delimiter);
            let (empty, after) = super::skip_row(text, delimiter);
            assert_eq!(rest, after);
            if !empty {
                rows.push(row);
            }
            text = rest;
        }
        rows
    }

    #[test]
    fn cells_may_be_quoted() {
        let found = rows("a,b\n\"x, y\",\"say \"\"hi\"\"\"\r\n\n1,\n\"two\nlines\",3", ',');
        let expected = [vec!["a", "b"], vec!["x, y", "say \"hi\""], vec!["1", ""], vec!["two\nlines", "3"]];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_backslash_keeps_what_is_special() {
        let found = rows("C:\\\\Files\\\\x.exe,1\na\\,b,\\\"q\\\"\n\\x|\\|,\"a\\\"b\"", ',');
        let expected = [vec!["C:\\Files\\x.exe", "1"], vec!["a,b", "\"q\""], vec!["x||", "a\"b"]];
        assert_eq!(found, expected);
        assert_eq!(rows("a\\|b|c", '|'), [vec!["a|b", "c"]]);
    }

    #[test]
    fn a_doubled_quote_is_a_quote_anywhere() {
        let text =
            "abc,123,\"commas, (\"\"), and a newline (\n)\",{\"\"MyKey\"\":\"\"MyValue\"\"},\"[1,2,3]\"";
        let expected =
            vec!["abc", "123", "commas, (\"), and a newline (\n)", "{\"MyKey\":\"MyValue\"}", "[1,2,3]"];
        assert_eq!(rows(text, ','), [expected]);
    }
}
