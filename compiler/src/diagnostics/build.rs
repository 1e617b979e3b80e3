//! What only a build finds out. Codes F0700 to F0799.

use super::Diagnostic;
use crate::emit::evaluate::Unknown;

pub fn not_known_at_deployment(unknown: &Unknown) -> Diagnostic {
    Diagnostic::error("F0701", unknown.span, "this can't be known when the app is deployed")
        .here(&unknown.why)
        .note("a setting is computed by the compiler, from constants, parameters and attributes of resources")
        .help("use a `param`, an attribute such as `orders.arn`, or a constant")
}
