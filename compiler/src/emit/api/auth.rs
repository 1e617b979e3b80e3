//! Who may call a route: OpenAPI's security schemes with API Gateway's authorizers in them.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::Writer;
use crate::emit::evaluate::{Result, fail};
use crate::emit::ids::pascal;
use crate::emit::template::{arn, sub};
use crate::emit::value::{Value, concat};
use crate::typed::Expr;
use crate::typed::resource::Route;

/// How long an answer of an authorizing function counts, where nothing is said (API Gateway's own default).
const CACHE: u64 = 300;

impl<'a> Writer<'_, 'a> {
    pub(super) fn security(&self, route: &'a Route) -> Result<Option<Json>> {
        let mut all = Map::new();
        let own = !self.setting(&route.settings, "auth")?.is_null();
        let name = match self.of_route(route, "auth")? {
            // An HTTP API says it in the operation.
            Value::Text(auth) if auth == "iam" && !self.http => Some("iam".to_owned()),
            Value::Record(auth) if own => Some(self.scheme_name(&auth, Some(route))?),
            Value::Record(auth) => Some(self.scheme_name(&auth, None)?),
            _ => None,
        };
        all.extend(name.map(|name| (name, json!([]))));
        if self.of_route(route, "apiKey")? == Value::Boolean(true) {
            all.insert("apiKey".into(), json!([]));
        }
        Ok((!all.is_empty()).then(|| json!([all])))
    }

    pub(super) fn is_iam(&self, route: &'a Route) -> Result<bool> {
        Ok(self.of_route(route, "auth")?.as_text() == Some("iam"))
    }

    /// `users`; `usersGetOrders` where a route has others than the API.
    fn scheme_name(&self, auth: &IndexMap<String, Value>, route: Option<&Route>) -> Result<String> {
        let kind = auth.keys().find(|it| matches!(it.as_str(), "users" | "function" | "jwt"));
        let kind = kind.map_or("users", String::as_str);
        let common = self.setting(&self.api.settings, "auth")?;
        Ok(match route {
            Some(route) if common != Value::Record(auth.clone()) => {
                format!("{kind}{}{}", pascal(&route.method.to_lowercase()), pascal(&route.path))
            }
            _ => kind.to_owned(),
        })
    }

    pub(super) fn security_schemes(&mut self) -> Result<Map<String, Json>> {
        let mut all = Map::new();
        self.add_schemes(&self.api.settings, None, &mut all)?;
        for route in &self.api.routes {
            self.add_schemes(&route.settings, Some(route), &mut all)?;
        }
        Ok(all)
    }

    fn add_schemes(
        &mut self,
        settings: &'a IndexMap<String, Expr>,
        route: Option<&Route>,
        all: &mut Map<String, Json>,
    ) -> Result<()> {
        match self.setting(settings, "auth")? {
            Value::Text(auth) if auth == "iam" && !self.http => {
                all.insert("iam".into(), scheme("awsSigv4", "Authorization"));
            }
            Value::Record(auth) => {
                let name = self.scheme_name(&auth, route)?;
                let made = self.authorizer(&auth)?;
                all.insert(name, made);
            }
            _ => {}
        }
        if self.setting(settings, "apiKey")? == Value::Boolean(true) {
            let key = json!({ "type": "apiKey", "name": "x-api-key", "in": "header" });
            all.insert("apiKey".into(), key);
        }
        Ok(())
    }

    fn authorizer(&mut self, auth: &IndexMap<String, Value>) -> Result<Json> {
        let span = self.api.name_span;
        let json = |it: &Value| self.deployment.json(it, span);
        if let Some(pool) = auth.get("users") {
            if self.http {
                return fail(
                    span,
                    "an `@http` API knows users by their tokens: `auth: { jwt: { issuer: …, audience: […] } }`",
                );
            }
            let authorizer = json!({ "type": "cognito_user_pools", "providerARNs": [json(pool)?] });
            return Ok(with(scheme("cognito_user_pools", "Authorization"), authorizer));
        }
        if let Some(jwt) = auth.get("jwt") {
            if !self.http {
                return fail(
                    span,
                    "only an `@http` API reads tokens by itself; a REST API asks `{ users: … }` or `{ function: … }`",
                );
            }
            let part = |name: &str| jwt.get(name).map_or(Ok(Json::Null), json);
            let configuration = json!({ "issuer": part("issuer")?, "audience": part("audience")? });
            return Ok(json!({
                "type": "oauth2",
                "x-amazon-apigateway-authorizer": {
                    "type": "jwt",
                    "identitySource": "$request.header.Authorization",
                    "jwtConfiguration": configuration,
                },
            }));
        }
        let function = auth.get("function").map_or(Ok(Json::Null), json)?;
        let header = auth.get("header").and_then(Value::as_text).unwrap_or("Authorization").to_owned();
        let cache = auth.get("cache").and_then(Value::seconds).unwrap_or(CACHE);
        self.policy.allow(&["lambda:InvokeFunction"], vec![function.clone()]);
        let prefix = sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/");
        let source = if self.http { "$request.header" } else { "method.request.header" };
        let mut authorizer = json!({
            "type": "request",
            "identitySource": format!("{source}.{header}"),
            "authorizerUri": concat(&[prefix, function, "/invocations".into()]),
            "authorizerCredentials": arn(&self.role),
            "authorizerResultTtlInSeconds": cache,
        });
        if let (true, Some(fields)) = (self.http, authorizer.as_object_mut()) {
            fields.insert("authorizerPayloadFormatVersion".into(), "2.0".into());
            fields.insert("enableSimpleResponses".into(), true.into());
        }
        Ok(with(scheme("custom", &header), authorizer))
    }
}

fn scheme(kind: &str, header: &str) -> Json {
    json!({ "type": "apiKey", "name": header, "in": "header", "x-amazon-apigateway-authtype": kind })
}

fn with(mut scheme: Json, authorizer: Json) -> Json {
    if let Some(fields) = scheme.as_object_mut() {
        fields.insert("x-amazon-apigateway-authorizer".into(), authorizer);
    }
    scheme
}
