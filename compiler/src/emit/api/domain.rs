//! What stands around a stage: the log of its requests, and a domain of one's own.

use serde_json::{Value as Json, json};

use super::{Writer, ref_to};
use crate::emit::evaluate::Result;
use crate::emit::template::{Resource, Template, arn};
use crate::emit::value::Value;

/// The fields of a request in the log, as JSON.
const LOGGED: [(&str, &str); 9] = [
    ("requestId", "$context.requestId"),
    ("time", "$context.requestTime"),
    ("ip", "$context.identity.sourceIp"),
    ("method", "$context.httpMethod"),
    ("path", "$context.path"),
    ("status", "$context.status"),
    ("length", "$context.responseLength"),
    ("error", "$context.error.message"),
    ("integrationError", "$context.integrationErrorMessage"),
];

impl Writer<'_, '_> {
    /// `logs: 30`: where a stage writes each request, for so many days.
    pub(super) fn access_log(
        &self,
        id: &str,
        condition: Option<String>,
        tags: &Json,
        template: &mut Template,
    ) -> Result<Json> {
        let days = self.setting(&self.api.settings, "logs")?;
        if days.is_null() {
            return Ok(Json::Null);
        }
        let days = self.deployment.json(&days, self.api.span)?;
        let group = json!({ "RetentionInDays": days, "Tags": tags });
        let group = Resource::new("AWS::Logs::LogGroup", group).when(condition);
        let group = template.add(&self.deployment.ids, &format!("{id}Logs"), group);
        let fields = LOGGED.map(|(name, value)| format!("\"{name}\":\"{value}\""));
        Ok(json!({ "DestinationArn": arn(&group), "Format": format!("{{{}}}", fields.join(",")) }))
    }

    /// `domain: { name: …, certificate: … }`
    pub(super) fn domain(
        &self,
        id: &str,
        stage: &str,
        condition: Option<String>,
        tags: &Json,
        template: &mut Template,
    ) -> Result<()> {
        let Value::Record(domain) = self.setting(&self.api.settings, "domain")? else { return Ok(()) };
        let part = |name: &str| {
            domain.get(name).map_or(Ok(Json::Null), |it| self.deployment.json(it, self.api.span))
        };
        let (name, certificate, zone) = (part("name")?, part("certificate")?, part("zone")?);
        let add = |template: &mut Template, suffix: &str, ty: &str, properties: Json| {
            let resource = Resource::new(ty, properties).when(condition.clone());
            template.add(&self.deployment.ids, &format!("{id}{suffix}"), resource)
        };
        let own = if self.http {
            let made = json!({
                "DomainName": name,
                "DomainNameConfigurations": [{
                    "CertificateArn": certificate,
                    "EndpointType": "REGIONAL",
                    "SecurityPolicy": "TLS_1_2",
                }],
            });
            let own = add(template, "Domain", "AWS::ApiGatewayV2::DomainName", made);
            let mapping = json!({ "DomainName": ref_to(&own), "ApiId": ref_to(id), "Stage": ref_to(stage) });
            add(template, "Mapping", "AWS::ApiGatewayV2::ApiMapping", mapping);
            own
        } else {
            let made = json!({
                "DomainName": name,
                "RegionalCertificateArn": certificate,
                "EndpointConfiguration": { "Types": ["REGIONAL"] },
                "SecurityPolicy": "TLS_1_2",
                "Tags": tags,
            });
            let own = add(template, "Domain", "AWS::ApiGateway::DomainName", made);
            let mapping =
                json!({ "DomainName": ref_to(&own), "RestApiId": ref_to(id), "Stage": ref_to(stage) });
            add(template, "Mapping", "AWS::ApiGateway::BasePathMapping", mapping);
            own
        };
        if !zone.is_null() {
            let attribute = |name: &str| json!({ "Fn::GetAtt": [own, name] });
            let record = json!({
                "Name": ref_to(&own),
                "Type": "A",
                "HostedZoneId": zone,
                "AliasTarget": {
                    "DNSName": attribute("RegionalDomainName"),
                    "HostedZoneId": attribute("RegionalHostedZoneId"),
                },
            });
            add(template, "Record", "AWS::Route53::RecordSet", record);
        }
        Ok(())
    }
}
