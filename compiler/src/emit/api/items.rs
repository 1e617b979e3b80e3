//! Routes that read and write one item of a table: DynamoDB's form is put on and taken off by the item's type.

use serde_json::Value as Json;

use super::Writer;
use super::rest::{Integration, Site, answers};
use super::vtl::{From, Level, Names, Vtl, escaped};
use crate::emit::evaluate::{Result, fail};
use crate::emit::value::{Hole, Value};
use crate::source::Span;
use crate::typed::ResourceId;
use crate::types::{LiteralType, Type};

/// How deep records and lists in an item may go.
const MAX_DEPTH: u32 = 12;

/// Said of a field that an API can't give to a table.
const SELF: &str =
    "a field whose type contains itself is held as JSON text, which takes a workflow or a function";

impl<'a> Writer<'_, 'a> {
    pub(super) fn item(&mut self, id: ResourceId, method: &str, site: &Site<'_, 'a>) -> Result<Integration> {
        let (names, span) = (site.names, site.span);
        let table = self.attribute(id, "arn", span)?;
        let of = self.deployment.resource(id).and_then(|it| it.of.clone()).unwrap_or(Type::Json);
        let argument = self.argument(site, 0)?;
        let name = self.deployment.attribute(&Value::Resource(id), "name", span)?;
        let mut vtl = Vtl::default();
        let (action, answers) = match method {
            "get" => ("GetItem", answers(200, self.found(&of, span)?)),
            "put" => ("PutItem", answers(204, "")),
            _ => ("DeleteItem", answers(204, "")),
        };
        if method == "put"
            && let Value::Hole(hole) = &argument
            && names.from(hole.root) == Some(From::Body)
        {
            let path = hole.path.iter().fold("$".to_owned(), |path, step| format!("{path}.{step}"));
            vtl.code(&format!("#set($item = $input.path('{path}'))"));
        }
        vtl.code("{\"TableName\":");
        vtl.value(self.deployment, names, &name, Level::Plain, span)?;
        if method == "put" {
            vtl.code(",\"Item\":");
            self.put(&mut vtl, &argument, &of, names, span)?;
            self.absent(&mut vtl, id, site)?;
        } else {
            vtl.code(",\"Key\":");
            self.key(&mut vtl, id, &argument, &of, names, span)?;
        }
        vtl.code("}");
        self.policy.allow(&[&format!("dynamodb:{action}")], vec![table]);
        let decrypt = self.deployment.grants(id, Some(method))?;
        self.policy.extend(decrypt);
        let uri = format!("dynamodb:action/{action}");
        Ok(Integration::new(uri, vtl, answers))
    }

    /// `orders.put(body, when: absent)`
    fn absent(&self, vtl: &mut Vtl, id: ResourceId, site: &Site<'_, 'a>) -> Result<()> {
        if !site.call.options.contains_key("when") {
            return Ok(());
        }
        let (key, _) = self.keys(id)?;
        vtl.code(",\"ConditionExpression\":\"attribute_not_exists(");
        vtl.text("#", Level::Plain);
        vtl.code("k)\",\"ExpressionAttributeNames\":{\"");
        vtl.text("#", Level::Plain);
        vtl.code(&format!("k\":{}}}", Json::from(key)));
        Ok(())
    }

    /// The names of the partition and sort keys.
    fn keys(&self, id: ResourceId) -> Result<(String, Option<String>)> {
        let Some(resource) = self.deployment.resource(id) else { return Ok((String::new(), None)) };
        let text = |name: &str| {
            let value = self.deployment.setting(&resource.settings, name)?;
            Ok(value.as_text().map(str::to_owned))
        };
        Ok((text("key")?.unwrap_or_default(), text("sort")?))
    }

    /// One value, or a record of both keys.
    fn key(
        &self,
        vtl: &mut Vtl,
        id: ResourceId,
        value: &Value,
        of: &Type,
        names: &Names,
        span: Span,
    ) -> Result<()> {
        let (key, sort) = self.keys(id)?;
        let mut parts: Vec<(String, Value)> = Vec::new();
        match (value, sort) {
            (Value::Record(fields), sort) => {
                for name in [Some(key), sort].into_iter().flatten() {
                    parts.push((name.clone(), fields.get(&name).cloned().unwrap_or(Value::Null)));
                }
            }
            (value, None) => parts.push((key, value.clone())),
            (_, Some(_)) => return fail(span, "this table has two keys: hand over a record of both"),
        }
        vtl.code("{");
        for (at, (name, value)) in parts.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let letter = letter(&self.field(of, name));
            vtl.code(&format!("{comma}{}:{{\"{letter}\":\"", Json::from(name.as_str())));
            vtl.inside(self.deployment, names, value, Level::Plain, span)?;
            vtl.code("\"}");
        }
        vtl.code("}");
        Ok(())
    }

    fn field(&self, of: &Type, name: &str) -> Type {
        match self.deployment.program.types.resolve(of) {
            Type::Record(record) => record.fields.get(name).map_or(Type::String, |it| it.ty.clone()),
            _ => Type::String,
        }
    }

    /// The item to write: the body as a whole, or a record of pieces.
    fn put(&self, vtl: &mut Vtl, value: &Value, of: &Type, names: &Names, span: Span) -> Result<()> {
        let types = &self.deployment.program.types;
        let Type::Record(record) = types.resolve(of) else {
            return fail(span, "the table's items have no known fields");
        };
        vtl.code("{");
        let mut first = true;
        for (name, field) in &record.fields {
            let (ty, optional) = match types.resolve(&field.ty) {
                Type::Optional(inner) => ((**inner).clone(), true),
                _ => (field.ty.clone(), false),
            };
            let mut part = Vtl::default();
            match value {
                Value::Hole(_) => {
                    let place = member("$item", name);
                    // Commas come first, so that what is left out leaves no trace.
                    let comma = if first { "" } else { "," };
                    if optional {
                        if first {
                            return fail(span, "the first field of the item must not be optional");
                        }
                        part.code(&format!("#if({})", given(&place)));
                    }
                    part.code(comma);
                    part.text(&format!("{}:", Json::from(&**name)), Level::Plain);
                    self.marshal(&mut part, &place, &ty, 0, span)?;
                    if optional {
                        part.code("#end");
                    }
                }
                Value::Record(fields) => {
                    let Some(given) = fields.get(&**name).filter(|it| !it.is_null()) else { continue };
                    let comma = if first { "" } else { "," };
                    part.text(&format!("{comma}{}:", Json::from(&**name)), Level::Plain);
                    self.marshal_value(&mut part, given, &ty, names, span)?;
                }
                _ => return fail(span, "an item is the body, or a record of pieces of the request"),
            }
            first = false;
            vtl.append(part);
        }
        vtl.code("}");
        Ok(())
    }

    fn marshal_value(
        &self,
        vtl: &mut Vtl,
        value: &Value,
        ty: &Type,
        names: &Names,
        span: Span,
    ) -> Result<()> {
        match (value, self.deployment.program.types.resolve(ty)) {
            (_, Type::Record(_) | Type::List(_) | Type::Dict(_) | Type::Json) => {
                fail(span, "records and lists go into a table from the body as a whole only")
            }
            (Value::Hole(Hole { .. }), _) | (_, _) => {
                let letter = letter(self.deployment.program.types.resolve(ty));
                let quote = if letter == "BOOL" { "" } else { "\"" };
                vtl.code(&format!("{{\"{letter}\":{quote}"));
                vtl.inside(self.deployment, names, value, Level::Plain, span)?;
                vtl.code(&format!("{quote}}}"));
                Ok(())
            }
        }
    }

    /// A place of the body in DynamoDB's form.
    fn marshal(&self, vtl: &mut Vtl, place: &str, ty: &Type, depth: u32, span: Span) -> Result<()> {
        let types = &self.deployment.program.types;
        if depth > MAX_DEPTH {
            return fail(span, "the item is nested too deeply");
        }
        match types.resolve(ty) {
            _ if types.is_recursive(ty) => return fail(span, SELF),
            Type::Record(record) => {
                vtl.code("{\"M\":{");
                for (at, (name, field)) in record.fields.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    let inner = member(place, name);
                    let (ty, optional) = match types.resolve(&field.ty) {
                        Type::Optional(inner) => ((**inner).clone(), true),
                        _ => (field.ty.clone(), false),
                    };
                    vtl.text(&format!("{comma}{}:", Json::from(&**name)), Level::Plain);
                    if optional {
                        vtl.code(&format!("#if({})", given(&inner)));
                    }
                    self.marshal(vtl, &inner, &ty, depth + 1, span)?;
                    if optional {
                        vtl.code("#else{\"NULL\":true}#end");
                    }
                }
                vtl.code("}}");
            }
            Type::List(item) => {
                let each = format!("$e{depth}");
                vtl.code(&format!("{{\"L\":[#foreach({each} in {place})"));
                self.marshal(vtl, &each, item, depth + 1, span)?;
                vtl.code("#if($foreach.hasNext),#end#end]}");
            }
            Type::Dict(item) => {
                let each = format!("$e{depth}");
                let key = escaped(&format!("{each}.key"), 1);
                vtl.code(&format!("{{\"M\":{{#foreach({each} in {place}.entrySet())\"{key}\":"));
                self.marshal(vtl, &format!("{each}.value"), item, depth + 1, span)?;
                vtl.code("#if($foreach.hasNext),#end#end}}");
            }
            Type::Optional(inner) => self.marshal(vtl, place, inner, depth + 1, span)?,
            Type::Json => return fail(span, "`json` has no form in a table that an API could give it"),
            scalar => {
                let letter = letter(scalar);
                match letter {
                    "BOOL" | "N" => {
                        let quote = if letter == "N" { "\"" } else { "" };
                        vtl.code(&format!("{{\"{letter}\":{quote}{place}{quote}}}"));
                    }
                    _ => vtl.code(&format!("{{\"{letter}\":\"{}\"}}", escaped(place, 1))),
                }
            }
        }
        Ok(())
    }

    /// The answer of `GetItem` as plain JSON; 404 where there is no item.
    fn found(&self, of: &Type, span: Span) -> Result<Json> {
        let mut vtl = Vtl::default();
        vtl.code("#set($root = $input.path('$'))#set($item = $root.Item)");
        vtl.code("#if(!$root.containsKey('Item'))#set($context.responseOverride.status = 404){\"message\": \"Not found\"}#else ");
        let Type::Record(record) = self.deployment.program.types.resolve(of) else {
            return fail(span, "the table's items have no known fields");
        };
        self.fields(&mut vtl, "$item", record, 0, span)?;
        vtl.code("#end");
        Ok(vtl.finish())
    }

    fn fields(
        &self,
        vtl: &mut Vtl,
        place: &str,
        record: &crate::types::Record,
        depth: u32,
        span: Span,
    ) -> Result<()> {
        vtl.code("{");
        for (at, (name, field)) in record.fields.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            vtl.text(&format!("{comma}{}:", Json::from(&**name)), Level::Plain);
            let inner = member(place, name);
            match self.deployment.program.types.resolve(&field.ty) {
                Type::Optional(ty) => {
                    let letter = letter(self.deployment.program.types.resolve(ty));
                    vtl.code(&format!("#if({} && {})", has(place, name), has(&inner, letter)));
                    self.unmarshal(vtl, &inner, ty, depth + 1, span)?;
                    vtl.code("#else null#end");
                }
                ty => self.unmarshal(vtl, &inner, ty, depth + 1, span)?,
            }
        }
        vtl.code("}");
        Ok(())
    }

    fn unmarshal(&self, vtl: &mut Vtl, place: &str, ty: &Type, depth: u32, span: Span) -> Result<()> {
        let types = &self.deployment.program.types;
        if depth > MAX_DEPTH {
            return fail(span, "the item is nested too deeply");
        }
        match types.resolve(ty) {
            _ if types.is_recursive(ty) => return fail(span, SELF),
            Type::Optional(inner) => {
                let letter = letter(types.resolve(inner));
                vtl.code(&format!("#if({})", has(place, letter)));
                self.unmarshal(vtl, place, inner, depth + 1, span)?;
                vtl.code("#else null#end");
            }
            Type::Record(record) => self.fields(vtl, &format!("{place}.M"), record, depth, span)?,
            Type::List(item) => {
                let each = format!("$e{depth}");
                vtl.code(&format!("[#foreach({each} in {place}.L)"));
                self.unmarshal(vtl, &each, item, depth + 1, span)?;
                vtl.code("#if($foreach.hasNext),#end#end]");
            }
            Type::Dict(item) => {
                let each = format!("$e{depth}");
                let key = escaped(&format!("{each}.key"), 1);
                vtl.code(&format!("{{#foreach({each} in {place}.M.entrySet())\"{key}\":"));
                self.unmarshal(vtl, &format!("{each}.value"), item, depth + 1, span)?;
                vtl.code("#if($foreach.hasNext),#end#end}");
            }
            Type::Json => return fail(span, "`json` in an item can't be read by an API without a function"),
            scalar => match letter(scalar) {
                "N" => vtl.code(&format!("{place}.N")),
                "BOOL" => vtl.code(&format!("{place}.BOOL")),
                letter => vtl.code(&format!("\"{}\"", escaped(&format!("{place}.{letter}"), 1))),
            },
        }
        Ok(())
    }
}

/// A field of a place; names that Velocity could not read go through the map's own method.
pub(super) fn member(place: &str, name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { format!("{place}.{name}") } else { format!("{place}.get({})", word(name)) }
}

/// Whether a place has a field. `#if` on the field itself takes `false` for missing, and the versions of Velocity differ
/// over the empty string.
fn has(place: &str, name: &str) -> String {
    format!("{place}.containsKey({})", word(name))
}

/// Whether a place holds a value, `false` and the empty string among them: what is missing or null prints as nothing
/// where it is asked to be quiet, and equals no text.
pub(super) fn given(place: &str) -> String {
    let quiet = place.replacen('$', "$!", 1);
    format!("\"{quiet}\" != \"\" || {place} == \"\"")
}

/// A string of Velocity; in double quotes `$` and `#` would be read, and a quote is doubled.
fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// DynamoDB's name of a type.
pub(in crate::emit) fn letter(ty: &Type) -> &'static str {
    match ty {
        Type::Optional(inner) => letter(inner),
        Type::Union(members) => members.first().map_or("S", letter),
        Type::Int | Type::Number | Type::Literal(LiteralType::Number(_)) => "N",
        Type::Boolean | Type::Literal(LiteralType::Boolean(_)) => "BOOL",
        Type::Bytes => "B",
        Type::Record(_) | Type::Dict(_) => "M",
        Type::List(_) => "L",
        _ => "S",
    }
}
