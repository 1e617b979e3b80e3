//! GZIP (RFC 1952): the files of S3 Inventory, and what Athena writes if nothing else is asked for.

use std::sync::Arc;

use miniz_oxide::inflate::decompress_to_vec_with_limit;

/// Most bytes that are made of one file.
const LARGEST: usize = 1 << 30;

/// What is in the file, if it is a GZIP file; else the file.
pub(super) fn unpacked(bytes: &Arc<[u8]>) -> Result<Arc<[u8]>, String> {
    if !bytes.starts_with(&[0x1f, 0x8b, 8]) {
        return Ok(bytes.clone());
    }
    let broken = || "The GZIP file is broken.".to_owned();
    let body = header(bytes).and_then(|start| bytes.get(start..)).ok_or_else(broken)?;
    decompress_to_vec_with_limit(body, LARGEST).map(Arc::from).map_err(|_| broken())
}

/// How long the header is.
fn header(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        let extra = [*bytes.get(at)?, *bytes.get(at + 1)?];
        at += 2 + usize::from(u16::from_le_bytes(extra));
    }
    // A name and a comment end with a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += bytes.get(at..)?.iter().position(|it| *it == 0)? + 1;
        }
    }
    Some(at + if flags & 2 != 0 { 2 } else { 0 })
}
