//! Quotas of the whole definition
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>).

use super::Machine;
use crate::diagnostic::{Diagnostic, Severity};
use crate::path::Path;

/// Largest definition, bytes.
const LARGEST: usize = 1_048_576;

/// `DEFINITION_TOO_LARGE`: the API refuses more than 1 MB.
pub(super) fn size(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    let length = machine.document.length;
    if length > LARGEST {
        let message = format!("the definition has {length} bytes; AWS takes {LARGEST}");
        let span = machine.root.span;
        let error = Diagnostic::flow("DEFINITION_TOO_LARGE", message, &Path::ROOT, span);
        found.push(error.with_severity(Severity::Error));
    }
}
