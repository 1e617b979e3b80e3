//! Table methods: DynamoDB through the SDK integration (A4), marshalled by type.

use super::Lower;
use super::call::Spec;
use crate::typed::{self, Call};

impl<'a> Lower<'a> {
    pub(super) fn table_spec(
        &mut self,
        call: &'a Call,
        receiver: &'a typed::Expr,
        method: &str,
    ) -> Option<Spec> {
        let _ = receiver;
        self.problem("F0705", call.span, format!("`table.{method}` has no form in a workflow"));
        None
    }
}
