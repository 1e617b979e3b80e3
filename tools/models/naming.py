"""How Step Functions spells AWS's API names.

Step Functions' SDK integrations are generated with the AWS SDK for Java 2.x, so its rules decide: `CodegenNamingUtils` and
`DefaultNamingStrategy` of that SDK, restated here.
"""

import re

# What the Java SDK's customization.config says of DynamoDB and EC2 (other services' were not read, but for S3, Lambda and SQS,
# which rename nothing that Step Functions' users are known to spell anew). `equals` is documented by AWS.
RENAMED_MEMBERS = {
    ("dynamodb", "AttributeValue", "NULL"): "Nul",
    ("dynamodbstreams", "AttributeValue", "NULL"): "Nul",
    ("ec2", "Image", "Public"): "PublicLaunchPermissions",
    ("ec2", "FpgaImage", "Public"): "IsPublic",
}
RENAMED_ANYWHERE = {("ec2", "Return"): "ReturnValue"}
REMOVED_MEMBERS = {("ec2", "DryRun")}
RESERVED_MEMBERS = {"equals": "equalsValue"}

# Read from left to right: each rule opens a gap between two words of a camel-case name.
WORD_GAPS = [
    (r"[^A-Za-z0-9]+", " "),
    (r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 "),
    (r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 "),
    (r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " "),
    (r"([A-Z]+)([A-Z][a-z])", r"\1 \2"),
    (r"([0-9])([a-zA-Z])", r"\1 \2"),
]


def pascal(name):
    """`SES V2` -> `SesV2`."""
    for gap, spaced in WORD_GAPS:
        name = re.sub(gap, spaced, name)
    return "".join(word[:1].upper() + word[1:].lower() for word in name.split())


def error_prefix(service_id):
    """`AWS Health Service` -> `Health`: what stands before the dot of the service's errors."""
    name = pascal(service_id)
    for lead in ("Amazon", "Aws"):
        name = name.removeprefix(lead)
    return name.removesuffix("Service")


def exception(shape):
    """`DBInstanceNotFoundFault` -> `DbInstanceNotFoundException`."""
    return pascal(shape.removesuffix("Fault").removesuffix("Exception")) + "Exception"


def lower_start(name):
    """`DBInstance` -> `dbInstance`, `Ec2` -> `ec2`: the first word's capitals go, the next word's stay."""
    end = 1
    while end < len(name) and name[end].isupper() and not (end + 1 < len(name) and name[end + 1].islower()):
        end += 1
    return name[:end].lower() + name[end:]


def action(operation):
    """`DescribeDBInstances` -> `describeDBInstances`."""
    return lower_start(operation)


def member(service, shape, name):
    """`DBInstanceIdentifier` -> `DbInstanceIdentifier`: a parameter or a field of a result."""
    renamed = RENAMED_MEMBERS.get((service, shape, name)) or RENAMED_ANYWHERE.get((service, name))
    if renamed:
        return renamed
    lowered = lower_start(name)
    lowered = RESERVED_MEMBERS.get(lowered, lowered)
    return lowered[:1].upper() + lowered[1:]
