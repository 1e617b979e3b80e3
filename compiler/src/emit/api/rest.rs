//! REST APIs: API Gateway checks bodies, turns requests into calls of AWS, and answers into plain JSON.

use serde_json::{Map, Value as Json, json};

use super::vtl::{From, Level, Names, Vtl};
use super::{Writer, fingerprint, ref_to};
use crate::emit::evaluate::{Result, Scope, fail};
use crate::emit::ids::pascal;
use crate::emit::template::{Resource, Template, arn, sub};
use crate::emit::value::{Value, concat};
use crate::source::Span;
use crate::typed::resource::Route;
use crate::typed::{Call, ErrorRef, ResourceId, Target, WorkflowId};

/// What every REST document has: bodies and parameters are checked, and the answer says what is wrong with them.
pub(super) fn document_extensions(document: &mut Map<String, Json>, cors: Option<&[String]>) {
    let all = json!({ "all": { "validateRequestBody": true, "validateRequestParameters": true } });
    document.insert("x-amazon-apigateway-request-validators".into(), all);
    document.insert("x-amazon-apigateway-request-validator".into(), "all".into());
    let template = "{\"message\": $context.error.messageString, \"errors\": \"$util.escapeJavaScript($context.error.validationErrorString)\"}";
    let mut responses = json!({
        "BAD_REQUEST_BODY": { "statusCode": 400, "responseTemplates": { "application/json": template } },
    });
    // What API Gateway answers by itself passes no integration, and a browser hides it from the page without the header.
    if let (Some(origins), Some(all)) = (cors, responses.as_object_mut()) {
        let origin = match origins {
            [_, _, ..] => "method.request.header.Origin".to_owned(),
            _ => format!("'{}'", first(origins)),
        };
        let parameters = json!({ "gatewayresponse.header.Access-Control-Allow-Origin": origin });
        for name in ["DEFAULT_4XX", "DEFAULT_5XX"] {
            all.insert(name.into(), json!({}));
        }
        for response in all.values_mut().filter_map(Json::as_object_mut) {
            response.insert("responseParameters".into(), parameters.clone());
        }
    }
    document.insert("x-amazon-apigateway-gateway-responses".into(), responses);
}

/// The origin that answers name where they name no other.
pub(super) fn first(origins: &[String]) -> &str {
    origins.first().map_or("*", String::as_str)
}

/// Names the origin of the request in the answer where it is one of several that may read it; a header holds but one.
pub(super) fn echo(origins: &[String]) -> String {
    let [_, _, ..] = origins else { return String::new() };
    let is = |origin: &String| format!("$origin == '{}'", origin.replace('\'', ""));
    let any = origins.iter().map(is).collect::<Vec<_>>().join(" || ");
    let set = "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)";
    format!("#set($origin = $input.params('Origin'))#if({any}){set}#end")
}

/// How one answer of AWS becomes one of the API.
pub(super) struct Answer {
    /// `200`, `4\d{2}`, `default`
    pub(super) pattern: &'static str,
    pub(super) status: u16,
    /// None: the answer as it is.
    pub(super) template: Option<Json>,
}

/// A call of AWS by API Gateway.
pub(super) struct Integration {
    /// Behind `arn:…:apigateway:REGION:`.
    pub(super) uri: Json,
    pub(super) headers: Vec<(&'static str, &'static str)>,
    pub(super) request: Json,
    pub(super) answers: Vec<Answer>,
    /// The whole request goes to a function.
    pub(super) proxy: bool,
}

const FAILED: &str = "{\"message\": \"Internal server error\"}";
const REFUSED: &str = "{\"message\": $input.json('$.message')}";
/// An option of the call and the field of a form it goes to.
const GROUP: (&str, &str) = ("group", "MessageGroupId");
const DEDUPLICATION: (&str, &str) = ("deduplication", "MessageDeduplicationId");
const FORM: (&str, &str) = ("Content-Type", "'application/x-www-form-urlencoded'");

/// The same of a service that is called with a form.
const FORM_REFUSED: &str = "{\"message\": $input.json('$.Error.Message')}";

/// The answers of a service that takes a form.
fn form_answers(status: u16, template: &str) -> Vec<Answer> {
    answers_refusing(status, template.into(), FORM_REFUSED)
}

/// The answers of a service that speaks in status codes.
pub(super) fn answers(status: u16, template: impl Into<Json>) -> Vec<Answer> {
    answers_refusing(status, template.into(), REFUSED)
}

fn answers_refusing(status: u16, template: Json, refused: &str) -> Vec<Answer> {
    vec![
        Answer { pattern: "200", status, template: Some(template) },
        Answer { pattern: "4\\d{2}", status: 400, template: Some(refused.into()) },
        Answer { pattern: "default", status: 500, template: Some(FAILED.into()) },
    ]
}

/// The call at the end of a route.
pub(super) struct Site<'s, 'a> {
    pub(super) call: &'a Call,
    pub(super) scope: &'s Scope<'a>,
    pub(super) names: &'s Names,
    pub(super) span: Span,
}

impl<'a> Writer<'_, 'a> {
    pub(super) fn rest_operation(&mut self, route: &'a Route) -> Result<Json> {
        let mut operation = self.operation(route)?;
        let span = route.action.span;
        let Some(call) = crate::emit::iam::call_in(&route.action.call) else {
            return fail(span, "a route ends in one call");
        };
        let (scope, names) = self.arguments(route)?;
        let site = Site { call, scope: &scope, names: &names, span };
        let integration = self.integration(route, &site)?;
        let cors = self.origins()?;
        let origins = cors.as_deref();
        let mut responses = Map::new();
        for answer in &integration.answers {
            responses.insert(answer.status.to_string(), response(answer, origins.is_some()));
        }
        if integration.proxy {
            responses.insert("200".into(), json!({ "description": "The function's answer" }));
        }
        operation.insert("responses".into(), Json::Object(responses));
        operation.insert("x-amazon-apigateway-integration".into(), integration.json(&self.role, origins));
        Ok(Json::Object(operation))
    }

    fn status(&self, route: &'a Route, default: u16) -> Result<u16> {
        let status = self.setting(&route.settings, "status")?.as_f64().unwrap_or(f64::from(default));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to HTTP's range"
        )]
        let status = status.clamp(200.0, 599.0) as u16;
        Ok(status)
    }

    /// An argument of the call, `null` where it has none.
    pub(super) fn argument(&self, site: &Site<'_, 'a>, at: usize) -> Result<Value> {
        site.call.arguments.get(at).map_or(Ok(Value::Null), |it| self.deployment.eval(it, site.scope))
    }

    fn option(&self, site: &Site<'_, 'a>, name: &str) -> Result<Option<Value>> {
        site.call.options.get(name).map(|it| self.deployment.eval(it, site.scope)).transpose()
    }

    fn integration(&mut self, route: &'a Route, site: &Site<'_, 'a>) -> Result<Integration> {
        match &site.call.target {
            Target::Resource(id) => self.function(*id, site),
            Target::Workflow(id) if route.action.start => self.start(*id, site, self.status(route, 202)?),
            Target::Workflow(id) => self.run(*id, site, self.status(route, 200)?),
            Target::Method { receiver, kind, method } => {
                let Value::Resource(id) = self.deployment.eval(receiver, site.scope)? else {
                    return fail(site.span, "which resource it is must be known");
                };
                let status = self.status(route, if &**method == "get" { 200 } else { 202 })?;
                match (&**kind, &**method) {
                    ("queue", "send") => self.send(id, site, status),
                    ("topic", "publish") => self.publish(id, site, status),
                    ("bus", "emit") => self.put_event(id, site, status),
                    ("table", _) => self.item(id, method, site),
                    _ => fail(site.span, "an API can't call this by itself"),
                }
            }
            Target::Complete => {
                let fields = [
                    ("taskToken", self.argument(site, 0)?, false),
                    ("output", self.argument(site, 1)?, true),
                ];
                self.token("SendTaskSuccess", &fields, site, self.status(route, 204)?)
            }
            Target::Beat => {
                let fields = [("taskToken", self.argument(site, 0)?, false)];
                self.token("SendTaskHeartbeat", &fields, site, self.status(route, 204)?)
            }
            Target::Reject(error) => {
                let fields = [
                    ("taskToken", self.argument(site, 0)?, false),
                    ("error", Value::text(self.error_name(error)), false),
                    ("cause", self.argument(site, 1)?, false),
                ];
                self.token("SendTaskFailure", &fields, site, self.status(route, 204)?)
            }
            Target::Aws { .. } => fail(site.span, "an API can't call this by itself"),
        }
    }

    fn error_name(&self, error: &ErrorRef) -> String {
        match error {
            ErrorRef::Declared(id) => self
                .deployment
                .program
                .errors
                .get(id.0 as usize)
                .map_or(String::new(), |it| it.wire_name.to_string()),
            ErrorRef::Aws(name) => name.to_string(),
            ErrorRef::All => "States.TaskFailed".to_owned(),
        }
    }

    pub(super) fn attribute(&self, id: ResourceId, name: &str, span: Span) -> Result<Json> {
        self.deployment.json(&self.deployment.attribute(&Value::Resource(id), name, span)?, span)
    }

    fn function(&mut self, id: ResourceId, site: &Site<'_, 'a>) -> Result<Integration> {
        let function = self.attribute(id, "arn", site.span)?;
        self.policy.allow(&["lambda:InvokeFunction"], vec![function.clone()]);
        let uri = concat(&["lambda:path/2015-03-31/functions/".into(), function, "/invocations".into()]);
        let value = self.argument(site, 0)?;
        let whole = matches!(&value, Value::Hole(hole) if hole.path.is_empty() && site.names.from(hole.root) == Some(From::Request));
        if whole {
            return Ok(Integration { proxy: true, ..Integration::new(uri, Vtl::default(), Vec::new()) });
        }
        let failed = "{\"error\": $input.json('$.errorType'), \"message\": $input.json('$.errorMessage')}";
        let answers = vec![
            Answer { pattern: "default", status: 200, template: None },
            Answer { pattern: "(\\n|.)+", status: 500, template: Some(failed.into()) },
        ];
        let mut vtl = Vtl::default();
        vtl.value(self.deployment, site.names, &payload(value), Level::Plain, site.span)?;
        Ok(Integration::new(uri, vtl, answers))
    }

    /// `{"stateMachineArn":"…","input":"…"`, not closed yet.
    fn execution(&mut self, id: WorkflowId, action: &str, site: &Site<'_, 'a>) -> Result<Vtl> {
        let machine = ref_to(self.deployment.workflow_id(id));
        self.policy.allow(&[action], vec![machine.clone()]);
        let mut vtl = Vtl::default();
        vtl.code("{\"stateMachineArn\":\"");
        vtl.deploy(machine, Level::Plain);
        vtl.code("\",\"input\":\"");
        let input = payload(self.argument(site, 0)?);
        vtl.value(self.deployment, site.names, &input, Level::Quoted, site.span)?;
        vtl.code("\"");
        Ok(vtl)
    }

    fn start(&mut self, id: WorkflowId, site: &Site<'_, 'a>, status: u16) -> Result<Integration> {
        let mut vtl = self.execution(id, "states:StartExecution", site)?;
        if let Some(name) = self.option(site, "name")?.filter(|it| !it.is_null()) {
            vtl.code(",\"name\":");
            vtl.value(self.deployment, site.names, &name, Level::Plain, site.span)?;
        }
        vtl.code("}");
        let started =
            "{\"executionArn\": $input.json('$.executionArn'), \"startDate\": $input.json('$.startDate')}";
        Ok(Integration::new("states:action/StartExecution", vtl, answers(status, started)))
    }

    /// Runs an Express workflow and answers with its output.
    fn run(&mut self, id: WorkflowId, site: &Site<'_, 'a>, status: u16) -> Result<Integration> {
        let mut vtl = self.execution(id, "states:StartSyncExecution", site)?;
        vtl.code("}");
        Ok(Integration::new("states:action/StartSyncExecution", vtl, answers(status, RUN)))
    }

    fn send(&mut self, id: ResourceId, site: &Site<'_, 'a>, status: u16) -> Result<Integration> {
        let queue = self.attribute(id, "arn", site.span)?;
        self.policy.allow(&["sqs:SendMessage"], vec![queue]);
        self.policy.extend(self.deployment.grants(id, Some("send"))?);
        let name = self.attribute(id, "name", site.span)?;
        let uri = concat(&["sqs:path/".into(), sub("${AWS::AccountId}"), "/".into(), name]);
        let mut vtl = Vtl::default();
        vtl.code("Action=SendMessage&MessageBody=");
        self.message(&mut vtl, site)?;
        self.form_options(&mut vtl, site, &[("delay", "DelaySeconds"), GROUP, DEDUPLICATION])?;
        let sent = "{\"messageId\": $input.json('$.SendMessageResponse.SendMessageResult.MessageId')}";
        Ok(Integration::new(uri, vtl, form_answers(status, sent)).headers(&[FORM]))
    }

    fn publish(&mut self, id: ResourceId, site: &Site<'_, 'a>, status: u16) -> Result<Integration> {
        let topic = self.attribute(id, "arn", site.span)?;
        self.policy.allow(&["sns:Publish"], vec![topic.clone()]);
        self.policy.extend(self.deployment.grants(id, Some("publish"))?);
        let mut vtl = Vtl::default();
        vtl.code("Action=Publish&TopicArn=");
        vtl.deploy(topic, Level::Form);
        vtl.code("&Message=");
        self.message(&mut vtl, site)?;
        self.form_options(&mut vtl, site, &[("subject", "Subject"), GROUP, DEDUPLICATION])?;
        let sent = "{\"messageId\": $input.json('$.PublishResponse.PublishResult.MessageId')}";
        Ok(Integration::new("sns:action/Publish", vtl, form_answers(status, sent)).headers(&[FORM]))
    }

    /// What isn't text travels as JSON.
    fn message(&self, vtl: &mut Vtl, site: &Site<'_, 'a>) -> Result<()> {
        let Some(message) = site.call.arguments.first() else { return Ok(()) };
        let value = self.deployment.eval(message, site.scope)?;
        let text = matches!(
            self.deployment.program.types.resolve(&message.ty),
            crate::types::Type::String | crate::types::Type::Literal(_) | crate::types::Type::Timestamp
        );
        if !text {
            return vtl.value(self.deployment, site.names, &value, Level::Form, site.span);
        }
        let parts = if let Value::Concat(parts) = value { parts } else { vec![value] };
        parts.into_iter().try_for_each(|part| self.form_text(vtl, part, site.names, site.span))
    }

    /// A piece of text in a form.
    fn form_text(&self, vtl: &mut Vtl, value: Value, names: &Names, span: Span) -> Result<()> {
        match value {
            Value::Hole(hole) => {
                vtl.code("$util.urlEncode(");
                vtl.inside_raw(names, &hole, span)?;
                vtl.code(")");
            }
            value => match self.deployment.json(&self.deployment.join_texts(vec![value], span)?, span)? {
                Json::String(text) => vtl.text(&text, Level::Form),
                other => vtl.deploy(other, Level::Form),
            },
        }
        Ok(())
    }

    fn form_options(&self, vtl: &mut Vtl, site: &Site<'_, 'a>, known: &[(&str, &str)]) -> Result<()> {
        for (name, parameter) in known {
            let Some(option) = site.call.options.get(*name) else { continue };
            vtl.code(&format!("&{parameter}="));
            let value = self.deployment.eval(option, site.scope)?;
            self.form_text(vtl, value, site.names, option.span)?;
        }
        Ok(())
    }

    fn put_event(&mut self, id: ResourceId, site: &Site<'_, 'a>, status: u16) -> Result<Integration> {
        let bus = self.attribute(id, "arn", site.span)?;
        self.policy.allow(&["events:PutEvents"], vec![bus]);
        let name = self.deployment.attribute(&Value::Resource(id), "name", site.span)?;
        let source = self.option(site, "source")?.unwrap_or_else(|| Value::reference("AWS::StackName"));
        let kind = self.option(site, "type")?.unwrap_or_else(|| Value::text("event"));
        let mut vtl = Vtl::default();
        let mut head = "{\"Entries\":[{";
        for (field, value) in [("EventBusName", name), ("Source", source), ("DetailType", kind)] {
            vtl.code(&format!("{head}\"{field}\":"));
            vtl.value(self.deployment, site.names, &value, Level::Plain, site.span)?;
            head = ",";
        }
        vtl.code(",\"Detail\":\"");
        let detail = payload(self.argument(site, 0)?);
        vtl.value(self.deployment, site.names, &detail, Level::Quoted, site.span)?;
        vtl.code("\"}]}");
        let headers =
            [("X-Amz-Target", "'AWSEvents.PutEvents'"), ("Content-Type", "'application/x-amz-json-1.1'")];
        Ok(Integration::new("events:action/PutEvents", vtl, answers(status, "{}")).headers(&headers))
    }

    /// Completes, fails or keeps alive a task; `output` is JSON inside a text.
    fn token(
        &mut self,
        action: &str,
        fields: &[(&str, Value, bool)],
        site: &Site<'_, 'a>,
        status: u16,
    ) -> Result<Integration> {
        self.policy.allow(&[&format!("states:{action}")], vec!["*".into()]);
        let mut vtl = Vtl::default();
        vtl.code("{");
        for (at, (name, value, quoted)) in fields.iter().enumerate() {
            if value.is_null() && !quoted {
                continue;
            }
            let comma = if at == 0 { "" } else { "," };
            let (quote, level) = if *quoted { ("\"", Level::Quoted) } else { ("", Level::Plain) };
            vtl.code(&format!("{comma}\"{name}\":{quote}"));
            vtl.value(self.deployment, site.names, value, level, site.span)?;
            vtl.code(quote);
        }
        vtl.code("}");
        Ok(Integration::new(format!("states:action/{action}"), vtl, answers(status, "")))
    }

    pub(super) fn rest_resources(
        &self,
        id: &str,
        document: Json,
        condition: Option<String>,
        tags: &Json,
        template: &mut Template,
    ) -> Result<String> {
        let fingerprint = fingerprint(&document);
        let name = document.pointer("/info/title").cloned().unwrap_or_default();
        let description = self.api.docs.as_deref().map(crate::emit::deploy::first_line);
        let api = json!({
            "Name": name,
            "Description": description,
            "EndpointConfiguration": { "Types": ["REGIONAL"] },
            "Body": document,
            "Tags": tags,
        });
        let api = Resource::new("AWS::ApiGateway::RestApi", api).when(condition.clone());
        template.resources.insert(id.to_owned(), api);
        let deployment = Resource::new("AWS::ApiGateway::Deployment", json!({ "RestApiId": ref_to(id) }));
        let wanted = format!("{id}Deployment{fingerprint}");
        let deployment = template.add(&self.deployment.ids, &wanted, deployment.when(condition.clone()));
        let stage_name = super::stage(self.deployment, self.api);
        let trace = (self.setting(&self.api.settings, "trace")? == Value::Boolean(true)).then_some(true);
        let stage = json!({
            "RestApiId": ref_to(id),
            "DeploymentId": ref_to(&deployment),
            "StageName": stage_name,
            "TracingEnabled": trace,
            "MethodSettings": self.throttling()?,
            "AccessLogSetting": self.access_log(id, condition.clone(), tags, template)?,
            "Tags": tags,
        });
        let wanted = format!("{id}{}Stage", pascal(&stage_name));
        let stage = Resource::new("AWS::ApiGateway::Stage", stage).when(condition.clone());
        let stage = template.add(&self.deployment.ids, &wanted, stage);
        if self.setting(&self.api.settings, "apiKey")? == Value::Boolean(true) {
            self.usage_plan(id, &stage, condition, template)?;
        } else if let Some(plan) = self.api.settings.get("plan") {
            return fail(plan.span, "a plan is for callers with a key: `apiKey: true`");
        }
        Ok(stage)
    }

    fn throttling(&self) -> Result<Json> {
        let Value::Record(throttle) = self.setting(&self.api.settings, "throttle")? else {
            return Ok(Json::Null);
        };
        let number =
            |name: &str| throttle.get(name).map(|it| self.deployment.json(it, self.api.span)).transpose();
        Ok(json!([{
            "ResourcePath": "/*",
            "HttpMethod": "*",
            "ThrottlingRateLimit": number("rate")?,
            "ThrottlingBurstLimit": number("burst")?,
        }]))
    }

    /// A key for callers, good for this API.
    fn usage_plan(
        &self,
        id: &str,
        stage: &str,
        condition: Option<String>,
        template: &mut Template,
    ) -> Result<()> {
        let ids = &self.deployment.ids;
        let mut key =
            Resource::new("AWS::ApiGateway::ApiKey", json!({ "Enabled": true })).when(condition.clone());
        key.depends_on.push(stage.to_owned());
        let key = template.add(ids, &format!("{id}Key"), key);
        let (throttle, quota) = self.limits()?;
        let plan = json!({
            "ApiStages": [{ "ApiId": ref_to(id), "Stage": ref_to(stage) }],
            "Throttle": throttle,
            "Quota": quota,
        });
        let plan = Resource::new("AWS::ApiGateway::UsagePlan", plan).when(condition.clone());
        let plan = template.add(ids, &format!("{id}Plan"), plan);
        let link = json!({ "KeyId": ref_to(&key), "KeyType": "API_KEY", "UsagePlanId": ref_to(&plan) });
        template.add(
            ids,
            &format!("{id}PlanKey"),
            Resource::new("AWS::ApiGateway::UsagePlanKey", link).when(condition),
        );
        Ok(())
    }

    /// `plan: { rate: 10, burst: 20, quota: 1000, per: day }`
    fn limits(&self) -> Result<(Json, Json)> {
        let Value::Record(plan) = self.setting(&self.api.settings, "plan")? else {
            return Ok((Json::Null, Json::Null));
        };
        let of = |names: &[(&str, &str)]| -> Result<Map<String, Json>> {
            let mut all = Map::new();
            for (name, field) in names {
                if let Some(value) = plan.get(*name).filter(|it| !it.is_null()) {
                    all.insert((*field).into(), self.deployment.json(value, self.api.span)?);
                }
            }
            Ok(all)
        };
        let throttle = of(&[("rate", "RateLimit"), ("burst", "BurstLimit")])?;
        let mut quota = of(&[("quota", "Limit")])?;
        if !quota.is_empty() {
            let per = plan.get("per").and_then(Value::as_text).unwrap_or("month");
            quota.insert("Period".into(), per.to_uppercase().into());
        }
        let some = |all: Map<String, Json>| if all.is_empty() { Json::Null } else { Json::Object(all) };
        Ok((some(throttle), some(quota)))
    }
}

/// An execution's output, or its error with status 500.
/// `error` and `cause` may be missing where the execution timed out.
const RUN: &str = "#set($run = $input.path('$'))#if($run.status == \"SUCCEEDED\")$run.output#else#set($context.responseOverride.status = 500){\"error\": #if($run.containsKey('error'))$input.json('$.error')#else\"States.Timeout\"#end, \"message\": #if($run.containsKey('cause'))$input.json('$.cause')#else\"\"#end}#end";

/// No argument is an empty record.
fn payload(value: Value) -> Value {
    if value.is_null() { Value::Record(indexmap::IndexMap::new()) } else { value }
}

fn response(answer: &Answer, cors: bool) -> Json {
    let description = match answer.status {
        200..300 => "Done",
        400..500 => "Refused",
        _ => "Failed",
    };
    let mut response = json!({ "description": description });
    if let (true, Some(fields)) = (cors, response.as_object_mut()) {
        let schema = json!({ "schema": { "type": "string" } });
        fields.insert("headers".into(), json!({ "Access-Control-Allow-Origin": schema }));
    }
    response
}

impl Integration {
    pub(super) fn new(uri: impl Into<Json>, request: Vtl, answers: Vec<Answer>) -> Self {
        Self { uri: uri.into(), headers: Vec::new(), request: request.finish(), answers, proxy: false }
    }

    fn headers(self, headers: &[(&'static str, &'static str)]) -> Self {
        Self { headers: headers.to_vec(), ..self }
    }

    fn json(&self, role: &str, origins: Option<&[String]>) -> Json {
        let prefix = sub("arn:${AWS::Partition}:apigateway:${AWS::Region}:");
        let mut all = Map::new();
        all.insert("type".into(), if self.proxy { "aws_proxy" } else { "aws" }.into());
        all.insert("httpMethod".into(), "POST".into());
        all.insert("uri".into(), concat(&[prefix, self.uri.clone()]));
        all.insert("credentials".into(), arn(role));
        if self.proxy {
            return Json::Object(all);
        }
        all.insert("passthroughBehavior".into(), "never".into());
        if !self.headers.is_empty() {
            let header = |(name, value): &(&str, &str)| {
                (format!("integration.request.header.{name}"), Json::from(*value))
            };
            all.insert("requestParameters".into(), Json::Object(self.headers.iter().map(header).collect()));
        }
        all.insert("requestTemplates".into(), json!({ "application/json": self.request }));
        let mut responses = Map::new();
        for answer in &self.answers {
            let mut response = json!({ "statusCode": answer.status.to_string() });
            if let Some(fields) = response.as_object_mut() {
                let echo = origins.map(echo).filter(|it| !it.is_empty());
                let template = match (&answer.template, echo) {
                    (Some(template), Some(echo)) => Some(concat(&[echo.into(), template.clone()])),
                    (None, Some(echo)) => Some(format!("{echo}$input.json('$')").into()),
                    (template, None) => template.clone(),
                };
                if let Some(template) = template {
                    fields.insert("responseTemplates".into(), json!({ "application/json": template }));
                }
                if let Some(origins) = origins {
                    let header = "method.response.header.Access-Control-Allow-Origin";
                    fields.insert(
                        "responseParameters".into(),
                        json!({ header: format!("'{}'", first(origins)) }),
                    );
                }
            }
            responses.insert(answer.pattern.to_owned(), response);
        }
        all.insert("responses".into(), Json::Object(responses));
        Json::Object(all)
    }
}
