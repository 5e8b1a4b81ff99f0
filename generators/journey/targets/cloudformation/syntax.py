"""Words of CloudFormation's templates (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference).

Its functions are in their long form: the short one needs tags, which not every reader of YAML takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from journey.artifact import Node

Tree: TypeAlias = dict[str, Node]

VERSION = "2010-09-09"
KEPT: Tree = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
GOES: Tree = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
"""Of a resource that outlives its stack: deleting a stack by mistake must not lose what nobody can make again."""


def ref(name: str) -> Tree:
    """A parameter's value, or a resource's id."""
    return {"Ref": name}


def sub(text: str) -> Tree:
    """A text with `${Name}` in it."""
    return {"Fn::Sub": text}


def got(name: str, attribute: str) -> Tree:
    """An attribute of a resource."""
    return {"Fn::GetAtt": [name, attribute]}


def chosen(condition: str, yes: Node, no: Node) -> Tree:
    """One of two values."""
    return {"Fn::If": [condition, yes, no]}


def equal(one: Node, other: Node) -> Tree:
    """The condition that two values are equal."""
    return {"Fn::Equals": [one, other]}


def arn(service: str, rest: str, region: str = "${AWS::Region}", account: str = "${AWS::AccountId}") -> Tree:
    """An ARN in the partition that the stack stands in."""
    return sub(f"arn:${{AWS::Partition}}:{service}:{region}:{account}:{rest}")


def resource(
    kind: str,
    properties: Mapping[str, Node],
    *,
    condition: str = "",
    after: Sequence[str] = (),
    kept: bool | None = None,
) -> Tree:
    """A resource. after: those that must be there before it, where no value of it says so. kept: whether it
    outlives its stack, where that is said."""
    found: Tree = {"Type": f"AWS::{kind}"}
    if condition:
        found["Condition"] = condition
    if after:
        found["DependsOn"] = list(after)
    fate = {} if kept is None else KEPT if kept else GOES
    return {**found, **fate, "Properties": dict(properties)}


def parameter(description: str, **more: Node) -> Tree:
    """A parameter, of type String."""
    return {"Type": "String", "Description": description, **more}


def yes_or_no(description: str, default: bool) -> Tree:
    """A parameter that is `true` or `false`."""
    return parameter(description, AllowedValues=["true", "false"], Default=str(default).lower())


def output(description: str, value: Node, *, condition: str = "", export: Node = None) -> Tree:
    """An output; other stacks of the account's region read it by what it is exported as."""
    found: Tree = {"Description": description}
    if condition:
        found["Condition"] = condition
    found["Value"] = value
    if export is not None:
        found["Export"] = {"Name": export}
    return found


def template(description: str, regions: Sequence[str], **parts: Mapping[str, Node]) -> Tree:
    """A template; `regions` are those that it is used in, which cfn-lint judges it for."""
    known: Tree = {"cfn-lint": {"config": {"regions": list(regions)}}}
    metadata: Tree = {**known, **parts.pop("Metadata", {})}
    filled = {name: dict(part) for name, part in parts.items() if part}
    return {"AWSTemplateFormatVersion": VERSION, "Description": description, "Metadata": metadata, **filled}


def tags(**named: Node) -> list[Node]:
    """Tags as a list of keys and values."""
    return [{"Key": key, "Value": value} for key, value in named.items()]


def allowed(actions: str | Sequence[str], resources: Node, *, sid: str = "", when: Node = None) -> Tree:
    """A statement of a policy."""
    found: Tree = {"Sid": sid} if sid else {}
    given: Node = [actions] if isinstance(actions, str) else list(actions)
    found |= {"Effect": "Allow", "Action": given, "Resource": resources}
    return found if when is None else {**found, "Condition": when}


def policy(*statements: Node) -> Tree:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(principal: Node, action: str = "sts:AssumeRole", when: Node = None) -> Tree:
    """Who may take a role."""
    statement: Tree = {"Effect": "Allow", "Principal": principal, "Action": action}
    return policy(statement if when is None else {**statement, "Condition": when})


def key(description: str | Tree, *more: Node) -> Tree:
    """Properties of a KMS key that its account governs, rotated each year."""
    root = arn("iam", "root", region="")
    governed: Tree = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {
        "Description": description,
        "EnableKeyRotation": True,
        "PendingWindowInDays": 30,
        "KeyPolicy": policy(governed, *more),
    }


TIERS = ("nodes", "public", "data", "pods")
NUMBERS = (1, 2, 3)
"""Of the zones that a network is made over."""

NAME: Tree = {"Name": parameter("What every resource is named after.", MinLength=1, MaxLength=50)}
NAT: Tree = {
    "Nat": parameter("NAT gateways: one a zone, or a single one.", AllowedValues=["zone", "single"], Default="zone")
}
DAYS: Tree = {
    "FlowLogDays": {
        "Type": "Number",
        "Description": "How long flow logs are kept, in days.",
        "AllowedValues": [30, 90, 180, 365, 731],
        "Default": 365,
    }
}
_THREE = "ThreeZones"
HAS_THREE: Tree = {_THREE: {"Fn::Not": [equal(ref("Zone3"), "")]}}


def of_third(number: int) -> str:
    """The condition of what is there in a third zone alone; empty for the first two."""
    return _THREE if number == NUMBERS[-1] else ""


def zones() -> Tree:
    """The parameters of the zones."""
    found: Tree = {f"Zone{number}": parameter(f"Zone {number}.", MinLength=1) for number in NUMBERS[:2]}
    return {**found, "Zone3": parameter("Zone 3, where there is one.", Default="")}
