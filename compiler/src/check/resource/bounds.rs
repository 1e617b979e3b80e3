//! What AWS takes of a setting: `@range(128MB, 10240MB)` in the kind's declaration, and the texts that are schedules.

use crate::check::Ctx;
use crate::diagnostics::resources as report;
use crate::syntax::ast::{self, KindDecl};
use crate::typed::{Expr, ExprKind, RecordPart};
use crate::types::{LiteralType, Type};

/// Holds a written value against the bounds of its setting. What is only known at deployment is AWS's to judge.
pub(super) fn check(ctx: &mut Ctx<'_>, kind: &KindDecl, setting: &str, value: &Expr) {
    let member = kind.members.iter().find(|it| it.word.text == "setting" && it.name.text == setting);
    let range = member.and_then(|it| it.attributes.iter().find(|it| it.name.text == "range"));
    if let Some([least, most]) = range.map(|it| it.arguments.as_slice())
        && let (Some(given), Some(low), Some(high)) =
            (ctx.program.constant(value), written(&least.value), written(&most.value))
        && !(low.0..=high.0).contains(&given)
        && has_unit(&least.value, value)
    {
        ctx.report(report::out_of_range(value.span, setting, &low.1, &high.1));
    }
    if range.is_none() && matches!(value.ty, Type::Duration | Type::Size) {
        ctx.at_least(value, 0.0, setting);
    }
    if kind.name.text == "schedule" && setting == "at" {
        schedule(ctx, value);
    }
}

/// The fields that a table's items, or an index's, are found by: DynamoDB takes text, numbers and bytes.
pub(super) fn keys(ctx: &mut Ctx<'_>, of: Option<&Type>, setting: &str, value: &Expr) {
    match (setting, &value.kind) {
        ("key" | "sort", _) => key(ctx, of, value, false),
        ("indexes", ExprKind::Record(indexes)) => {
            for index in indexes {
                let RecordPart::Field(_, Expr { kind: ExprKind::Record(settings), .. }) = index else {
                    continue;
                };
                for setting in settings {
                    if let RecordPart::Field(name, value) = setting
                        && matches!(&**name, "key" | "sort")
                    {
                        key(ctx, of, value, true);
                    }
                }
            }
        }
        _ => {}
    }
}

/// `sparse`: items may lack it.
fn key(ctx: &mut Ctx<'_>, of: Option<&Type>, value: &Expr, sparse: bool) {
    let ExprKind::String(name) = &value.kind else { return };
    let record = of.and_then(|it| ctx.types().record(it));
    let Some(field) = record.and_then(|it| it.fields.get(&**name)) else { return };
    let ty = field.ty.clone();
    let lacking = ctx.types().nullable(&ty) && !sparse;
    if lacking || !is_key(ctx, &ctx.types().without_null(&ty)) {
        let shown = ctx.show(&ty);
        ctx.report(report::no_key(value.span, name, &shown, lacking));
    }
}

fn is_key(ctx: &Ctx<'_>, ty: &Type) -> bool {
    match ctx.types().resolve(ty) {
        Type::String | Type::Int | Type::Number | Type::Timestamp | Type::Bytes | Type::Duration => true,
        Type::Unknown | Type::Token(_) => true,
        Type::Literal(literal) => !matches!(literal, LiteralType::Boolean(_)),
        Type::Union(members) => members.iter().all(|it| is_key(ctx, it)),
        _ => false,
    }
}

/// A number where a time or size belongs has no unit, which was said.
fn has_unit(bound: &ast::Expr, value: &Expr) -> bool {
    match &bound.kind {
        ast::ExprKind::Duration(_) => matches!(value.ty, Type::Duration),
        ast::ExprKind::Size(_) => matches!(value.ty, Type::Size),
        _ => true,
    }
}

/// A bound, with its text: times in milliseconds, sizes in bytes, numbers as they are.
fn written(value: &ast::Expr) -> Option<(f64, String)> {
    match &value.kind {
        ast::ExprKind::Duration(milliseconds) => {
            let seconds = milliseconds / 1000;
            let text = match seconds {
                _ if seconds % 86_400 == 0 && seconds > 0 => format!("{}d", seconds / 86_400),
                _ if seconds % 3_600 == 0 && seconds > 0 => format!("{}h", seconds / 3_600),
                _ if seconds % 60 == 0 && seconds > 0 => format!("{}m", seconds / 60),
                _ => format!("{seconds}s"),
            };
            Some((f64::from(u32::try_from(*milliseconds).ok()?), text))
        }
        ast::ExprKind::Size(bytes) => Some((*bytes as f64, format!("{}MB", bytes >> 20))),
        ast::ExprKind::Literal(ast::Literal::Number(text)) => Some((text.parse().ok()?, text.clone())),
        _ => None,
    }
}

/// EventBridge Scheduler's `rate(…)`, `cron(…)` and `at(…)`, where the text is written out:
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>.
pub(super) fn schedule(ctx: &mut Ctx<'_>, value: &Expr) {
    if let ExprKind::String(text) = &value.kind
        && let Err(why) = read_schedule(text)
    {
        ctx.report(report::bad_schedule(value.span, text, &why));
    }
}

fn read_schedule(text: &str) -> Result<(), String> {
    let inner = |head: &str| text.strip_prefix(head)?.strip_suffix(')');
    if let Some(rate) = inner("rate(") {
        return read_rate(rate);
    }
    if let Some(cron) = inner("cron(") {
        let fields = cron.split_whitespace().count();
        if fields != 6 {
            return Err(format!(
                "`cron(…)` has six fields (minutes, hours, day of month, month, day of week, year), not {fields}"
            ));
        }
        let (day, week) = (cron.split_whitespace().nth(2), cron.split_whitespace().nth(4));
        return match (day, week) {
            (Some("?"), Some("?")) => Err("only one of day of month and day of week is `?`".to_owned()),
            (Some(day), Some(week)) if day != "?" && week != "?" => {
                Err("one of day of month and day of week is `?`".to_owned())
            }
            _ => Ok(()),
        };
    }
    if let Some(at) = inner("at(") {
        let form: String = at.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        return if form == "0000-00-00T00:00:00" {
            Ok(())
        } else {
            Err("write `at(2030-01-31T12:00:00)`".to_owned())
        };
    }
    Err("it is `rate(1 day)`, `cron(0 3 * * ? *)` or `at(2030-01-31T12:00:00)`".to_owned())
}

fn read_rate(rate: &str) -> Result<(), String> {
    let mut words = rate.split_whitespace();
    let (count, unit) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let Ok(count) = count.parse::<u32>() else {
        return Err("`rate(…)` has a whole number and a unit: `rate(5 minutes)`".to_owned());
    };
    let single = unit.strip_suffix('s').unwrap_or(unit);
    if !matches!(single, "minute" | "hour" | "day") || words.next().is_some() {
        return Err("the units of `rate(…)` are minutes, hours and days".to_owned());
    }
    match (count, single == unit) {
        (0, _) => Err("a rate is at least 1".to_owned()),
        (1, false) => Err(format!("one is `rate(1 {single})`")),
        (2.., true) => Err(format!("more than one are `rate({count} {single}s)`")),
        _ => Ok(()),
    }
}
