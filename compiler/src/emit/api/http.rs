//! HTTP APIs: cheaper and faster, but they change no bodies. Functions get the request as it is, workflows the body.

use serde_json::{Map, Value as Json, json};

use super::vtl::From;
use super::{Writer, ref_to};
use crate::emit::evaluate::{Result, fail};
use crate::emit::template::{Resource, Template, arn};
use crate::emit::value::Value;
use crate::typed::Target;
use crate::typed::resource::Route;

impl<'a> Writer<'_, 'a> {
    pub(super) fn http_operation(&mut self, route: &'a Route) -> Result<Json> {
        let mut operation = self.operation(route)?;
        let span = route.action.span;
        let Some(call) = crate::emit::iam::call_in(&route.action.call) else { return Ok(Json::Null) };
        let (scope, names) = self.arguments(route)?;
        let payload =
            call.arguments.first().map_or(Ok(Value::Null), |it| self.deployment.eval(it, &scope))?;
        let whole = match &payload {
            Value::Hole(hole) if hole.path.is_empty() => names.from(hole.root),
            _ => None,
        };
        let credentials = arn(&self.role);
        let integration = match (&call.target, whole) {
            (Target::Resource(id), Some(From::Request)) => {
                let function = self.deployment.attribute(&Value::Resource(*id), "arn", span)?;
                let function = self.deployment.json(&function, span)?;
                self.policy.allow(&["lambda:InvokeFunction"], vec![function.clone()]);
                json!({
                    "type": "aws_proxy",
                    "httpMethod": "POST",
                    "payloadFormatVersion": "2.0",
                    "uri": function,
                    "credentials": credentials,
                })
            }
            (Target::Resource(_), _) => {
                return fail(span, "an `@http` API hands a function the request as it is: write `(request)`");
            }
            (Target::Workflow(id), Some(From::Body)) => {
                let machine = ref_to(self.deployment.workflow_id(*id));
                self.policy.allow(&["states:StartExecution"], vec![machine.clone()]);
                json!({
                    "type": "aws_proxy",
                    "integrationSubtype": "StepFunctions-StartExecution",
                    "payloadFormatVersion": "1.0",
                    "connectionType": "INTERNET",
                    "credentials": credentials,
                    "requestParameters": { "StateMachineArn": machine, "Input": "$request.body" },
                })
            }
            _ => {
                return fail(
                    span,
                    "an `@http` API starts a workflow with the body as it is: write `start f(body)`",
                );
            }
        };
        operation.insert("responses".into(), json!({ "default": { "description": "The answer" } }));
        operation.insert("x-amazon-apigateway-integration".into(), integration);
        Ok(Json::Object(operation))
    }

    pub(super) fn http_resources(
        &self,
        id: &str,
        document: Json,
        condition: Option<String>,
        tags: &Json,
        template: &mut Template,
    ) -> Result<String> {
        for name in ["apiKey", "plan", "trace", "stage"] {
            if let Some(given) = self.api.settings.get(name) {
                return fail(given.span, format!("an `@http` API has no `{name}`: a REST API has"));
            }
        }
        let api = Resource::new("AWS::ApiGatewayV2::Api", json!({ "Body": document }));
        template.resources.insert(id.to_owned(), api.when(condition.clone()));
        let mut stage = Map::new();
        stage.insert("ApiId".into(), ref_to(id));
        stage.insert("StageName".into(), "$default".into());
        stage.insert("AutoDeploy".into(), true.into());
        if let Value::Record(throttle) = self.setting(&self.api.settings, "throttle")? {
            let number =
                |name: &str| throttle.get(name).map(|it| self.deployment.json(it, self.api.span)).transpose();
            let settings =
                json!({ "ThrottlingRateLimit": number("rate")?, "ThrottlingBurstLimit": number("burst")? });
            stage.insert("DefaultRouteSettings".into(), settings);
        }
        let logs = self.access_log(id, condition.clone(), tags, template)?;
        stage.insert("AccessLogSettings".into(), logs);
        let stage = Resource::new("AWS::ApiGatewayV2::Stage", Json::Object(stage)).when(condition);
        Ok(template.add(&self.deployment.ids, &format!("{id}Stage"), stage))
    }
}

/// HTTP APIs answer preflight requests by themselves.
pub(super) fn cors(origins: &[String]) -> Json {
    json!({
        "allowOrigins": origins,
        "allowMethods": ["*"],
        "allowHeaders": ["authorization", "content-type", "x-api-key"],
    })
}
