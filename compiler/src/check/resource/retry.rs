//! `app { retry: … }` and `@retry(…)`: what stands in place of the default retries.

use crate::check::{Body, Ctx, Home};
use crate::diagnostics::flow as report;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::typed::DefaultRetry;

/// `none`, `default`, a policy, or `{ attempts: 3, every: 1s }`; anything else is reported.
pub(in crate::check) fn default_retry(
    ctx: &mut Ctx<'_>,
    file: FileId,
    value: &ast::Expr,
) -> Option<DefaultRetry> {
    let body = Body::new(file, Home::Setting);
    let (found, _) = ctx.in_body(body, |ctx| match &value.kind {
        Ast::Name(word) if !ctx.is_declared(word) => word_of(ctx, word, value.span),
        Ast::Template(parts) => match parts.as_slice() {
            [ast::TemplatePart::Text(word, _)] => word_of(ctx, word, value.span),
            _ => not_one(ctx, value.span),
        },
        Ast::Name(name) => policy(ctx, name, value.span),
        Ast::Record(fields) => timing(ctx, fields, value.span),
        _ => not_one(ctx, value.span),
    });
    found
}

/// Of `@retry(…)`.
pub(super) fn of_attribute(
    ctx: &mut Ctx<'_>,
    file: FileId,
    attribute: &ast::Attribute,
) -> Option<DefaultRetry> {
    match attribute.arguments.as_slice() {
        [ast::Argument { name: None, value, .. }] => default_retry(ctx, file, value),
        _ => not_one(ctx, attribute.span),
    }
}

fn not_one(ctx: &mut Ctx<'_>, span: Span) -> Option<DefaultRetry> {
    ctx.report(report::not_a_default_retry(span));
    None
}

fn word_of(ctx: &mut Ctx<'_>, word: &str, span: Span) -> Option<DefaultRetry> {
    match word {
        "none" => Some(DefaultRetry::Off),
        "default" => Some(DefaultRetry::Recommended),
        _ => policy(ctx, word, span),
    }
}

fn policy(ctx: &mut Ctx<'_>, name: &str, span: Span) -> Option<DefaultRetry> {
    let name = ast::Name { text: name.to_owned(), span };
    let (retries, off) = ctx.policy_retries(&name)?;
    if off {
        return Some(DefaultRetry::Off);
    }
    if retries.is_empty() {
        ctx.report(report::policy_without_retry(span, &name.text));
        return None;
    }
    Some(DefaultRetry::Policy(retries))
}

fn timing(ctx: &mut Ctx<'_>, fields: &[ast::Field], span: Span) -> Option<DefaultRetry> {
    let options = super::by_name(ctx, fields).into_iter().map(|(name, value)| ast::Argument {
        name: Some(name.clone()),
        value: value.clone(),
        span: name.span,
    });
    let options: Vec<ast::Argument> = options.collect();
    Some(DefaultRetry::Timing(Box::new(ctx.retry_timing(&options, span))))
}
