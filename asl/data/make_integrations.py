#!/usr/bin/env python3
"""Writes integrations.json, what the validator knows of service integrations.

usage: make_integrations.py OPTIMIZED.json SDK_SUPPORTED.json > integrations.json

Sources
  OPTIMIZED      the optimized integrations with their patterns, gathered from the pages under
                 https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
  SDK_SUPPORTED  the services and unsupported operations of
                 https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
  botocore       (Apache-2.0) the arguments of the operations behind optimized integrations

Arguments of an optimized integration are the operation's members with a capital first letter.
Those that are no plain operation, or differ from it, are listed below from their own pages.
"""

import json
import sys

import botocore
from botocore.session import get_session

# Name of the service in botocore where it differs from the one in the resource.
BOTOCORE = {"elasticmapreduce": "emr", "states": "stepfunctions"}

# (arguments, required): from the page of the integration.
SPECIAL = {
    "apigateway:invoke": (
        "ApiEndpoint Method Headers Stage Path QueryParameters RequestBody AllowNullValues AuthType",
        "ApiEndpoint Method",
    ),
    "http:invoke": (
        "ApiEndpoint Method Authentication InvocationConfig Headers QueryParameters RequestBody Transform",
        "ApiEndpoint Method",
    ),
    "bedrock:invokeModel": (
        "ModelId Body Accept ContentType Input Output Trace GuardrailIdentifier GuardrailVersion"
        " PerformanceConfigLatency ServiceTier",
        "ModelId",
    ),
    "eks:call": (
        "ClusterName CertificateAuthority Endpoint Method Path QueryParameters RequestBody",
        "ClusterName CertificateAuthority Endpoint Method Path",
    ),
    "eks:runJob": (
        "ClusterName CertificateAuthority Endpoint Namespace Job LogOptions",
        "ClusterName CertificateAuthority Endpoint Job",
    ),
    "elasticmapreduce:addStep": ("ClusterId Step ExecutionRoleArn", "ClusterId Step"),
    "elasticmapreduce:cancelStep": ("ClusterId StepId StepCancellationOption", "ClusterId StepId"),
    "elasticmapreduce:terminateCluster": ("ClusterId", "ClusterId"),
    "elasticmapreduce:setClusterTerminationProtection": (
        "ClusterId TerminationProtected",
        "ClusterId TerminationProtected",
    ),
    "elasticmapreduce:modifyInstanceFleetByName": (
        "ClusterId InstanceFleetName InstanceFleet",
        "ClusterId InstanceFleetName InstanceFleet",
    ),
    "elasticmapreduce:modifyInstanceGroupByName": (
        "ClusterId InstanceGroupName InstanceGroup",
        "ClusterId InstanceGroupName InstanceGroup",
    ),
}

OPERATIONS = {"elasticmapreduce:createCluster": "RunJobFlow"}


def arguments(session, service, api):
    """The arguments of an optimized integration and which of them are required."""
    name = f"{service}:{api}"
    if name in SPECIAL:
        known, required = SPECIAL[name]
        return known.split(), required.split()
    model = session.get_service_model(BOTOCORE.get(service, service))
    operation = OPERATIONS.get(name, api[0].upper() + api[1:])
    shape = model.operation_model(operation).input_shape
    tokens = {member for member, it in shape.members.items() if it.metadata.get("idempotencyToken")}
    capital = lambda it: it[0].upper() + it[1:]
    known = [capital(it) for it in shape.members]
    return known, [capital(it) for it in shape.required_members if it not in tokens]


def main(optimized, supported):
    session = get_session()
    integrations = {}
    for it in json.load(open(optimized))["integrations"]:
        known, required = arguments(session, it["service"], it["api"])
        integrations[f"{it['service']}:{it['api']}"] = {
            "patterns": [pattern["suffix"] for pattern in it["patterns"].values()],
            "arguments": sorted(known),
            "required": sorted(required),
        }
    sdk = json.load(open(supported))
    lower = lambda it: it[0].lower() + it[1:]
    result = {
        "source": "make_integrations.py; argument names from botocore " + botocore.__version__,
        "optimized": dict(sorted(integrations.items())),
        "sdk_services": sorted(it.lower() for it in sdk["prefixes"]),
        "sdk_unsupported": {
            service: sorted(map(lower, operations))
            for service, operations in sorted(sdk["unsupported_operations"].items())
            if isinstance(operations, list)
        },
    }
    print(json.dumps(result, separators=(",", ":")).replace('},"', '},\n"'))


main(*sys.argv[1:])
