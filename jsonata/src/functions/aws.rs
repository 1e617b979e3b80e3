//! The functions that AWS Step Functions adds to JSONata.

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::{Scope, arg};
use crate::value::Value;

type Outcome = Result<Value, Fault>;

pub(crate) fn partition(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(arg(arguments, 0).clone())
}
pub(crate) fn range(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(arg(arguments, 0).clone())
}
pub(crate) fn hash(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(arg(arguments, 0).clone())
}
pub(crate) fn random(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(arg(arguments, 0).clone())
}
pub(crate) fn uuid(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(arg(arguments, 0).clone())
}
pub(crate) fn parse(_: &mut Evaluator<'_>, _: &[Value], _: Scope<'_>) -> Outcome {
    Err(Error::new("D3137"))
}
