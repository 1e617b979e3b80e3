//! The settings of a resource against its kind.

use indexmap::IndexMap;

use super::{as_record, bounds, by_name, uses};
use crate::check::attributes::On;
use crate::check::declare::arc;
use crate::check::{Body, Ctx, Home};
use crate::diagnostics::{close, resources as report};
use crate::source::FileId;
use crate::syntax::ast::{self, ItemKind};
use crate::typed::Expr;
use crate::types::Type;

/// Fills in what `declare` left out.
pub(super) fn resource(ctx: &mut Ctx<'_>, index: usize) {
    let Some(at) = ctx.resolved.resources.get(index).copied() else { return };
    let Some(item) = ctx.item(at) else { return };
    let body = Body::new(at.file, Home::Setting);
    let (attributes, _) = ctx.in_body(body, |ctx| ctx.attributes(&item.attributes, On::Resource));
    let retry = item.attributes.iter().find(|it| it.name.text == "retry");
    let retry = retry.and_then(|it| super::retry::of_attribute(ctx, at.file, it));
    if let Some(it) = ctx.program.resources.get_mut(index) {
        it.attributes = attributes;
        it.retry = retry;
    }
    match &item.kind {
        ItemKind::Resource(decl) => of_kind(ctx, index, at.file, decl),
        ItemKind::RawResource(decl) => {
            let cfn = ctx.free_value(at.file, &as_record(&decl.properties, item.span));
            if !is_cfn_type(&decl.cfn_type.text) {
                ctx.report(report::not_a_cfn_type(&decl.cfn_type));
            }
            if let Some(it) = ctx.program.resources.get_mut(index) {
                it.cfn = Some(cfn);
            }
        }
        _ => {}
    }
}

/// `AWS::SQS::Queue`, `Custom::Thing`
fn is_cfn_type(name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let word = |it: &&str| !it.is_empty() && it.chars().all(|c| c.is_ascii_alphanumeric());
    // AWS's own have three parts; `Custom::Thing` has two, a module four.
    let known = parts.first() != Some(&"AWS") || parts.len() == 3;
    known && parts.len() >= 2 && parts.iter().all(word)
}

fn of_kind(ctx: &mut Ctx<'_>, index: usize, file: FileId, decl: &ast::ResourceDecl) {
    let Some((kind_file, kind_decl, _)) = ctx.kind_decl(&decl.kind.text) else {
        // Which words the settings may hold is the kind's to say.
        return;
    };
    let of = ctx.program.resources.get(index).and_then(|it| it.of.clone());
    let mut settings = IndexMap::new();
    let (mut existing, mut cfn, mut used) = (None, None, Vec::new());
    let mut meant = Vec::new();
    for (name, value) in by_name(ctx, &decl.settings) {
        match name.text.as_str() {
            "existing" => existing = Some(ctx.setting_value(file, value, &Type::String, "existing")),
            "cfn" => cfn = Some(ctx.free_value(file, value)),
            "uses" => used = uses::uses(ctx, file, value),
            "tags" => {
                let tags = ctx.setting_value(file, value, &Type::dict(Type::String), "tags");
                settings.insert("tags".to_owned(), tags);
            }
            _ => match setting_type(ctx, kind_file, kind_decl, &name.text, of.as_ref()) {
                Some(ty) => {
                    let value = ctx.setting_value(file, value, &ty, &name.text);
                    bounds::check(ctx, kind_decl, &name.text, &value);
                    if kind_decl.name.text == "table" {
                        bounds::keys(ctx, of.as_ref(), &name.text, &value);
                    }
                    settings.insert(name.text.clone(), value);
                }
                None => meant.extend(unknown(ctx, decl, kind_decl, name, value, file)),
            },
        }
    }
    if existing.is_none() {
        missing(ctx, decl, &settings, &meant);
    }
    if let Some(it) = ctx.program.resources.get_mut(index) {
        (it.settings, it.existing, it.cfn, it.uses) = (settings, existing, cfn, used);
    }
}

/// The type of a kind's setting where `T` is `of`.
fn setting_type(
    ctx: &mut Ctx<'_>,
    file: FileId,
    kind: &ast::KindDecl,
    name: &str,
    of: Option<&Type>,
) -> Option<Type> {
    let member = kind.members.iter().find(|it| it.word.text == "setting" && it.name.text == name)?;
    let ty = member.ty.as_ref()?;
    let t = kind.of.as_ref().zip(of);
    if let Some((t, of)) = t {
        ctx.type_params.push((arc(t), of.clone()));
    }
    let (ty, _) = ctx.in_body(Body::new(file, Home::Setting), |ctx| ctx.type_expr(ty));
    if t.is_some() {
        ctx.type_params.pop();
    }
    Some(ty)
}

/// What AWS and other tools call a setting.
fn synonym(kind: &str, name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(|c| *c != '_').collect::<String>().to_lowercase();
    Some(match (kind, plain.as_str()) {
        ("table", "partitionkey" | "hashkey" | "primarykey" | "pk") => "key",
        ("table", "sortkey" | "rangekey" | "sk") => "sort",
        ("table", "gsi" | "globalsecondaryindexes" | "secondaryindexes") => "indexes",
        ("table", "timetolive" | "ttlattribute") => "ttl",
        ("queue", "dlq" | "deadletterqueue" | "maxreceivecount" | "redrive") => "deadLetter",
        ("queue", "visibilitytimeout") => "visibility",
        ("queue" | "stream", "messageretention" | "retentionperiod") => "retention",
        ("function", "memorysize" | "ram") => "memory",
        ("function", "environment" | "variables") => "env",
        ("function", "source" | "codeuri" | "path") => "code",
        ("alarm", "threshold") => "above",
        ("bucket", "versioned") => "versioning",
        _ => return None,
    })
}

/// Gives the setting that is probably meant.
fn unknown(
    ctx: &mut Ctx<'_>,
    decl: &ast::ResourceDecl,
    kind: &ast::KindDecl,
    name: &ast::Name,
    value: &ast::Expr,
    file: FileId,
) -> Option<String> {
    let settings = kind.members.iter().filter(|it| it.word.text == "setting").map(|it| it.name.text.as_str());
    let settings: Vec<&str> = settings.collect();
    let close = synonym(&decl.kind.text, &name.text)
        .map(str::to_owned)
        .or_else(|| close(&name.text, settings.iter().copied().chain(["existing", "cfn", "uses", "tags"])));
    // A property of CloudFormation's own, such as `VisibilityTimeout`, goes under `cfn`.
    let property = name.text.starts_with(|c: char| c.is_ascii_uppercase());
    ctx.report(report::unknown_setting(name, &decl.kind.text, &settings, close.as_deref(), property));
    // What it holds may be words of the setting that is meant.
    let reported = ctx.diagnostics.len();
    ctx.free_value(file, value);
    if close.is_some() {
        ctx.diagnostics.truncate(reported);
    }
    close
}

/// `meant`: settings that are given with a slip in their names.
fn missing(ctx: &mut Ctx<'_>, decl: &ast::ResourceDecl, given: &IndexMap<String, Expr>, meant: &[String]) {
    let given = |name: &str| given.contains_key(name) || meant.iter().any(|it| it == name);
    let Some(kind) = ctx.program.kinds.kinds.get(decl.kind.text.as_str()) else { return };
    let required = kind.settings.iter().filter(|(name, it)| it.required && !given(name));
    let missing: Vec<(String, String)> = required
        .map(|(name, it)| (name.to_string(), it.docs.as_deref().unwrap_or_default().to_owned()))
        .collect();
    if !missing.is_empty() {
        ctx.report(report::settings_missing(&decl.kind.text, &decl.name, &missing));
    }
    if &*decl.kind.text != "function" {
        return;
    }
    if !["code", "inline", "image"].iter().any(|it| given(it)) {
        ctx.report(report::function_without_code(&decl.name));
    } else if !given("image") {
        let wanted: &[&str] = if given("inline") { &["runtime"] } else { &["runtime", "handler"] };
        let lacks: Vec<&str> = wanted.iter().copied().filter(|it| !given(it)).collect();
        if !lacks.is_empty() {
            ctx.report(report::function_without_runtime(&decl.name, &lacks));
        }
    }
}
