//! Types → JSON Schema, as API Gateway's models take it (draft 4 inside OpenAPI 3.0).

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use crate::types::{LiteralType, Type, Types};

/// Schemas by the names of their types; references go by these names.
#[derive(Debug, Default)]
pub(super) struct Schemas {
    pub(super) all: IndexMap<String, Json>,
}

/// Records within records without a name; deeper ones are left open.
const MAX_DEPTH: u32 = 24;

impl Schemas {
    /// The schema of a type. Declared types become references, and their schemas are kept.
    pub(super) fn of(&mut self, types: &Types, ty: &Type) -> Json {
        self.at(types, ty, 0)
    }

    /// Puts an unnamed type under a name.
    pub(super) fn named(&mut self, types: &Types, ty: &Type, name: &str) -> Json {
        if matches!(ty, Type::Named(_)) {
            return self.of(types, ty);
        }
        let schema = self.of(types, ty);
        self.all.insert(name.to_owned(), schema);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    fn at(&mut self, types: &Types, ty: &Type, depth: u32) -> Json {
        if depth > MAX_DEPTH {
            return json!({});
        }
        let mut inner = |ty: &Type| self.at(types, ty, depth + 1);
        match ty {
            Type::Named(id) => match types.declared.get(id.0 as usize) {
                Some(declared) => {
                    let name = declared.name.to_string();
                    if !self.all.contains_key(&name) {
                        // A place holder ends the recursion of recursive types.
                        self.all.insert(name.clone(), json!({}));
                        let mut schema = self.at(types, &declared.ty, depth + 1);
                        if let (Some(docs), Some(fields)) = (&declared.docs, schema.as_object_mut()) {
                            fields.insert("description".into(), docs.as_ref().into());
                        }
                        self.all.insert(name.clone(), schema);
                    }
                    json!({ "$ref": format!("#/components/schemas/{name}") })
                }
                None => json!({}),
            },
            Type::String | Type::Bytes | Type::Token(_) => json!({ "type": "string" }),
            Type::Timestamp => json!({ "type": "string", "format": "date-time" }),
            Type::Int => json!({ "type": "integer" }),
            Type::Number | Type::Duration | Type::Size => json!({ "type": "number" }),
            Type::Boolean => json!({ "type": "boolean" }),
            Type::Literal(literal) => literals(&[literal]),
            Type::Record(record) => {
                let mut properties = Map::new();
                let mut required = Vec::new();
                for (name, field) in &record.fields {
                    let mut schema = inner(&field.ty);
                    let plain = schema.get("$ref").is_none();
                    if let (Some(docs), Some(fields), true) = (&field.docs, schema.as_object_mut(), plain) {
                        fields.insert("description".into(), docs.as_ref().into());
                    }
                    properties.insert(name.to_string(), schema);
                    if !types.may_be_absent(field) {
                        required.push(Json::from(&**name));
                    }
                }
                let mut schema = json!({ "type": "object", "properties": properties });
                if let (false, Some(fields)) = (required.is_empty(), schema.as_object_mut()) {
                    fields.insert("required".into(), required.into());
                }
                schema
            }
            Type::List(item) => json!({ "type": "array", "items": inner(item) }),
            Type::Dict(value) => json!({ "type": "object", "additionalProperties": inner(value) }),
            Type::Optional(ty) => or_null(inner(ty)),
            Type::Union(members) => {
                let all: Option<Vec<&LiteralType>> = members
                    .iter()
                    .map(|it| match types.resolve(it) {
                        Type::Literal(literal) => Some(literal),
                        _ => None,
                    })
                    .collect();
                match all {
                    Some(all) => literals(&all),
                    None => json!({ "anyOf": members.iter().map(inner).collect::<Vec<_>>() }),
                }
            }
            Type::Unknown
            | Type::Never
            | Type::Null
            | Type::Json
            | Type::Resource { .. }
            | Type::Error(_)
            | Type::Run(_) => json!({}),
        }
    }
}

/// What may be `null` too. API Gateway's models are of JSON Schema's draft 4, where OpenAPI's `nullable` says nothing;
/// [`for_clients`] says it as OpenAPI does.
fn or_null(schema: Json) -> Json {
    match schema.as_object() {
        Some(fields) if fields.is_empty() => schema,
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// A schema as OpenAPI 3.0 has it: it knows no type `null`.
pub(super) fn for_clients(schema: &Json) -> Option<Json> {
    let fields = schema.as_object()?;
    let [inner, last] = fields.get("anyOf")?.as_array()?.as_slice() else { return None };
    if *last != json!({ "type": "null" }) {
        return None;
    }
    let mut all = match inner.as_object()? {
        it if it.contains_key("$ref") => Map::from_iter([("allOf".to_owned(), json!([inner]))]),
        it => it.clone(),
    };
    all.insert("nullable".into(), true.into());
    all.extend(
        fields.iter().filter(|(name, _)| *name != "anyOf").map(|(name, it)| (name.clone(), it.clone())),
    );
    Some(Json::Object(all))
}

fn literals(all: &[&LiteralType]) -> Json {
    let kind = match all.first() {
        Some(LiteralType::String(_)) | None => "string",
        Some(LiteralType::Number(_)) => "number",
        Some(LiteralType::Boolean(_)) => "boolean",
    };
    let value = |literal: &&LiteralType| match literal {
        LiteralType::String(text) => json!(&**text),
        LiteralType::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
            let whole = *number as i64;
            whole.into()
        }
        LiteralType::Number(number) => json!(number),
        LiteralType::Boolean(it) => json!(it),
    };
    let same =
        all.iter().all(|it| std::mem::discriminant(*it) == std::mem::discriminant(all.first().unwrap_or(it)));
    let mut schema = json!({ "enum": all.iter().map(value).collect::<Vec<_>>() });
    if let (true, Some(fields)) = (same, schema.as_object_mut()) {
        fields.insert("type".into(), kind.into());
    }
    schema
}
