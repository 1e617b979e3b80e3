//! `param`, `condition`, `output` → `Parameters`, `Conditions`, `Outputs`.

use serde_json::{Map, Value as Json, json};

use super::deploy::{Deployment, Problems, When, first_line};
use super::evaluate::{Result, Scope};
use super::ids::pascal;
use super::template::Template;
use super::value::{Condition, Value};
use crate::typed::{Output, Param};
use crate::types::{LiteralType, Type};

/// Parameters and named conditions.
pub(super) fn emit<'a>(deployment: &Deployment<'a>, template: &mut Template, problems: &mut Problems) {
    for param in &deployment.program.params {
        if let Some(json) = problems.note(parameter(deployment, param)) {
            template.parameters.insert(deployment.parameter_id(&param.name), json);
        }
    }
    for condition in &deployment.program.conditions {
        let when = problems.note(deployment.when(&condition.value, &Scope::default()));
        let yes = Condition::Equals(json!("true"), json!("true"));
        let body = match when {
            Some(When::If(condition)) => condition,
            Some(When::Never) => Condition::Not(Box::new(yes)),
            Some(When::Always) | None => yes,
        };
        deployment.conditions.declare(&pascal(&condition.name), &body);
    }
}

fn parameter<'a>(deployment: &Deployment<'a>, param: &'a Param) -> Result<Json> {
    let (ty, values) = shape(deployment, &param.ty);
    let mut all = Map::new();
    all.insert("Type".into(), ty.into());
    if let Some(docs) = &param.docs {
        all.insert("Description".into(), first_line(docs).into());
    }
    if !values.is_empty() {
        all.insert("AllowedValues".into(), Json::Array(values));
    }
    if let Some(default) = &param.default {
        all.insert("Default".into(), default_of(deployment.constant(default)?));
    } else if matches!(param.ty, Type::Optional(_)) {
        all.insert("Default".into(), "".into());
    }
    for (name, value) in &param.settings {
        let value = deployment.constant(value)?;
        let key = match name.as_str() {
            // A text that reaches a definition must not end the JSONata text around it.
            "pattern" => "AllowedPattern",
            "description" => "Description",
            "secret" => "NoEcho",
            "min" => {
                if ty == "Number" {
                    "MinValue"
                } else {
                    "MinLength"
                }
            }
            "max" => {
                if ty == "Number" {
                    "MaxValue"
                } else {
                    "MaxLength"
                }
            }
            "type" => "Type",
            _ => continue,
        };
        all.insert(key.to_owned(), value);
    }
    if ty == "String"
        && !all.contains_key("AllowedValues")
        && !all.contains_key("AllowedPattern")
        && all.get("Type") == Some(&json!("String"))
    {
        all.insert("AllowedPattern".into(), PLAIN_TEXT.into());
        all.insert("ConstraintDescription".into(), "must not hold quotes, backslashes or line breaks".into());
    }
    Ok(Json::Object(all))
}

/// A parameter's text is put into definitions as it is: what would end a text there is refused.
const PLAIN_TEXT: &str = r#"^[^"'\\\r\n]*$"#;

/// CloudFormation takes a default as text, a number or a list with commas.
fn default_of(value: Json) -> Json {
    match value {
        Json::Bool(it) => it.to_string().into(),
        Json::Array(items) => {
            let texts = items.iter().map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
            texts.collect::<Vec<_>>().join(",").into()
        }
        other => other,
    }
}

fn shape(deployment: &Deployment<'_>, ty: &Type) -> (&'static str, Vec<Json>) {
    match deployment.program.types.resolve(ty) {
        Type::Int | Type::Number | Type::Duration | Type::Size => ("Number", Vec::new()),
        Type::Boolean => ("String", vec!["true".into(), "false".into()]),
        Type::List(item) => match deployment.program.types.resolve(item) {
            Type::Int | Type::Number => ("List<Number>", Vec::new()),
            _ => ("CommaDelimitedList", Vec::new()),
        },
        Type::Literal(literal) => literals(std::slice::from_ref(literal)),
        Type::Union(members) => {
            let all: Option<Vec<LiteralType>> = members
                .iter()
                .map(|it| match deployment.program.types.resolve(it) {
                    Type::Literal(literal) => Some(literal.clone()),
                    _ => None,
                })
                .collect();
            all.map_or(("String", Vec::new()), |all| literals(&all))
        }
        Type::Optional(inner) => shape(deployment, inner),
        _ => ("String", Vec::new()),
    }
}

fn literals(all: &[LiteralType]) -> (&'static str, Vec<Json>) {
    let numbers = all.iter().all(|it| matches!(it, LiteralType::Number(_)));
    let value = |literal: &LiteralType| match literal {
        LiteralType::String(text) => json!(&**text),
        LiteralType::Number(number) => match Value::from_f64(*number) {
            Value::Number(number) => Json::Number(number),
            _ => Json::Null,
        },
        LiteralType::Boolean(it) => it.to_string().into(),
    };
    (if numbers { "Number" } else { "String" }, all.iter().map(value).collect())
}

/// Outputs: the declared ones.
pub(super) fn outputs<'a>(deployment: &Deployment<'a>, template: &mut Template, problems: &mut Problems) {
    for output in &deployment.program.outputs {
        if let Some(Some(json)) = problems.note(one_output(deployment, output)) {
            template.outputs.insert(pascal(&output.name), json);
        }
    }
}

/// None where its condition never holds.
fn one_output<'a>(deployment: &Deployment<'a>, output: &'a Output) -> Result<Option<Json>> {
    let mut all = Map::new();
    let when = deployment.condition_of(&output.attributes)?;
    if when == When::Never {
        return Ok(None);
    }
    if let Some(condition) = super::resources::condition(deployment, &when) {
        all.insert("Condition".into(), condition.into());
    }
    if let Some(docs) = &output.docs {
        all.insert("Description".into(), first_line(docs).into());
    }
    all.insert("Value".into(), deployment.constant(&output.value)?);
    if let Some(name) = output.settings.get("export") {
        all.insert("Export".into(), json!({ "Name": deployment.constant(name)? }));
    }
    Ok(Some(Json::Object(all)))
}
