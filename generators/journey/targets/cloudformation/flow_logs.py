"""The template of a VPC's flow logs: to a log group under a key of its own.

Source: docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html.
"""

from __future__ import annotations

from journey.targets.cloudformation.syntax import (
    DAYS,
    NAME,
    Tree,
    allowed,
    got,
    key,
    output,
    policy,
    ref,
    resource,
    sub,
    tags,
    template,
    trust,
)

_WRITES = ("logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams")
_ENCRYPTS = ("kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*")


def content(regions: tuple[str, ...]) -> Tree:
    """The template. Logs and their key stay when the stack goes: they say what happened in it."""
    logs = {"Principal": {"Service": sub("logs.${AWS::Region}.${AWS::URLSuffix}")}}
    statement: Tree = {**allowed(_ENCRYPTS, "*", sid="Logs"), **logs}
    group: Tree = {
        "LogGroupName": sub("/vpc/${Name}/flow-logs"),
        "RetentionInDays": ref("FlowLogDays"),
        "KmsKeyId": got("Key", "Arn"),
    }
    written = policy(allowed(_WRITES, sub("${Group.Arn}")))
    role: Tree = {
        "RoleName": sub("${Name}-flow-logs"),
        "AssumeRolePolicyDocument": trust({"Service": "vpc-flow-logs.amazonaws.com"}),
        "Policies": [{"PolicyName": "write", "PolicyDocument": written}],
    }
    flow: Tree = {
        "ResourceType": "VPC",
        "ResourceId": ref("VpcId"),
        "TrafficType": "ALL",
        "LogDestination": got("Group", "Arn"),
        "DeliverLogsPermissionArn": got("Role", "Arn"),
        "MaxAggregationInterval": 60,
        "Tags": tags(Name=ref("Name")),
    }
    return template(
        "Flow logs of a VPC.",
        regions,
        Parameters={**NAME, "VpcId": {"Type": "AWS::EC2::VPC::Id", "Description": "The VPC."}, **DAYS},
        Resources={
            "Key": resource("KMS::Key", key(sub("Flow logs of ${Name}"), statement), kept=True),
            "Group": resource("Logs::LogGroup", group, kept=True),
            "Role": resource("IAM::Role", role),
            "FlowLog": resource("EC2::FlowLog", flow),
        },
        Outputs={"LogGroup": output("Where the logs are.", ref("Group"))},
    )
