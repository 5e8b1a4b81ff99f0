"""What CloudFormation will do when a changed template is deployed: change in place, replace, delete, or leave behind.

Which properties are replaced is said property by property in its template reference ("Update requires: Replacement").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import Tree, mapping, mappings, text, texts

_DOCS = "https://docs.aws.amazon.com/AWSCloudFormation/latest"
_UPDATES = f"{_DOCS}/UserGuide/using-cfn-updating-stacks-update-behaviors.html"
_POLICY = f"{_DOCS}/TemplateReference/aws-attribute-deletionpolicy.html"

UPDATES = Rule("cloudformation/update", Effect.TERRAFORM, "The resource is changed where it is.", _UPDATES)
REPLACES = Rule("cloudformation/replace", Effect.REPLACE, "The resource is made anew beside the old one.", _UPDATES)
DELETES = Rule("cloudformation/delete", Effect.DELETE, "A resource that leaves its template is deleted.", _POLICY)
LOSES = Rule("cloudformation/data", Effect.DATA_LOSS, "What holds data is deleted, or made anew.", _POLICY)
LEAVES = Rule("cloudformation/left", Effect.NOTHING, "A resource that is kept stays, and no stack knows it.", _POLICY)
MAKES = Rule("cloudformation/create", Effect.CREATE, "A resource is made.", _UPDATES)
WIDENS = Rule(
    "permission/iam-role",
    Effect.PERMISSION,
    "A role may do, or may be taken by, what it might not.",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html",
)
RULES = (UPDATES, REPLACES, DELETES, LOSES, LEAVES, MAKES, WIDENS)

REPLACED: Mapping[str, frozenset[str]] = {
    "AWS::CloudFormation::StackSet": frozenset({"StackSetName", "PermissionModel"}),
    "AWS::EC2::NatGateway": frozenset({"AllocationId", "SubnetId"}),
    "AWS::EC2::Route": frozenset({"DestinationCidrBlock", "DestinationIpv6CidrBlock", "RouteTableId"}),
    "AWS::EC2::RouteTable": frozenset({"VpcId"}),
    "AWS::EC2::Subnet": frozenset({"AvailabilityZone", "CidrBlock", "VpcId"}),
    "AWS::EC2::VPC": frozenset({"CidrBlock"}),
    "AWS::EC2::VPCCidrBlock": frozenset({"AmazonProvidedIpv6CidrBlock", "CidrBlock", "VpcId"}),
    "AWS::IAM::OIDCProvider": frozenset({"Url"}),
    "AWS::IAM::Role": frozenset({"Path", "RoleName"}),
    "AWS::KMS::Alias": frozenset({"AliasName"}),
    "AWS::Logs::LogGroup": frozenset({"LogGroupName"}),
    "AWS::S3::Bucket": frozenset({"BucketName"}),
}
"""Type -> properties of ours that cannot be changed."""
HOLDS_DATA = frozenset({"AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::S3::Bucket"})
_INSTANCES = "StackInstancesGroup"
_IN_PLACE = frozenset({"FlowLogDays", "Nat", "TemplatesUrl"})
"""Parameters of a network that replace no VPC and no subnet."""


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """What a changed template does."""
    if not any("AWSTemplateFormatVersion" in side for side in (pair.before, pair.after)):
        return
    before, after = (_resources(side) for side in (pair.before, pair.after))
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield _came_or_went(pair, name, was, now)
        elif was != now:
            yield from _changed(pair, name, was, now)
        if now is not None and text(now, "Type") == "AWS::IAM::Role":
            yield from _widened(pair, name, mapping(was or {}, "Properties"), mapping(now, "Properties"))


def _resources(template: Tree) -> dict[str, Tree]:
    return {name: found for name, found in mapping(template, "Resources").items() if isinstance(found, Mapping)}


def _came_or_went(pair: Pair, name: str, was: Tree | None, now: Tree | None) -> Found:
    """What leaves goes by the policy that its stack knows: the old one."""
    if was is None:
        return Found(MAKES, pair, f"{_told(name, now or {})} is made", None, name)
    if was.get("DeletionPolicy") == "Retain":
        return Found(LEAVES, pair, f"{_told(name, was)} stays, and no stack knows it", None, name)
    rule = LOSES if text(was, "Type") in HOLDS_DATA else DELETES
    return Found(rule, pair, f"{_told(name, was)} is deleted", None, name)


def _told(name: str, resource: Tree) -> str:
    return f"{text(resource, 'Type').removeprefix('AWS::')} {name}"


def _changed(pair: Pair, name: str, was: Tree, now: Tree) -> Iterator[Found]:
    old, new = mapping(was, "Properties"), mapping(now, "Properties")
    kind = text(now, "Type")
    fixed = REPLACED.get(kind, frozenset())
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) == new.get(key) or key == _INSTANCES:
            continue
        about = f"{name}.{key}"
        if key in fixed:
            lost = kind in HOLDS_DATA and was.get("UpdateReplacePolicy") != "Retain"
            yield Found(
                LOSES if lost else REPLACES, pair, f"{_told(name, now)} is replaced: {key} changes", None, about
            )
        else:
            yield Found(UPDATES, pair, f"{_told(name, now)}, in place: {key} changes", None, about)
    yield from _networks(pair, _regions(old), _regions(new))


def _regions(properties: Tree) -> dict[tuple[str, str], dict[str, str]]:
    """(network, region) -> its parameters."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for group in mappings(properties, _INSTANCES):
        said = {
            text(item, "ParameterKey"): text(item, "ParameterValue") for item in mappings(group, "ParameterOverrides")
        }
        for region in texts(group, "Regions"):
            found[said.get("Name", ""), region] = said
    return found


def _networks(pair: Pair, old: Mapping[tuple[str, str], Any], new: Mapping[tuple[str, str], Any]) -> Iterator[Found]:
    for where in dict.fromkeys((*old, *new)):
        was, now, told = old.get(where), new.get(where), f"network {where[0]} in {where[1]}"
        if was is None or now is None:
            says = "is made" if now is not None else "loses its ways out; its VPC and subnets stay"
            yield Found(MAKES if now is not None else DELETES, pair, f"{told} {says}", None, told)
            continue
        for key in (name for name in dict.fromkeys((*was, *now)) if was.get(name) != now.get(name)):
            about = f"{told}: {key}"
            if key in _IN_PLACE:
                yield Found(UPDATES, pair, f"{told}, in place: {key} changes", None, about)
            elif was.get(key) and now.get(key):
                yield Found(REPLACES, pair, f"{told}: what {key} is of is replaced", None, about)
            else:
                rule, says = (MAKES, "is made") if now.get(key) else (LEAVES, "stays, and no stack knows it")
                yield Found(rule, pair, f"{told}: what {key} is of {says}", None, about)


def _widened(pair: Pair, name: str, old: Tree, new: Tree) -> Iterator[Found]:
    more = sorted(_grants(new) - _grants(old))
    if more:
        yield Found(WIDENS, pair, f"role {name} may now {', '.join(more)}", None, f"{name}\n" + "\n".join(more))


def _grants(role: Tree) -> set[str]:
    """Each action on each resource, under its condition; and who may take the role."""
    found: set[str] = set()
    trusts = mappings(mapping(role, "AssumeRolePolicyDocument"), "Statement")
    for statement in trusts:
        found.add(f"be taken by {_short(statement.get('Principal'))}{_when(statement)}")
    for policy in mappings(role, "Policies"):
        for statement in mappings(mapping(policy, "PolicyDocument"), "Statement"):
            if statement.get("Effect") == "Allow":
                found |= {_grant(statement, action) for action in texts(statement, "Action")}
    return found


def _grant(statement: Tree, action: str) -> str:
    return f"{action} on {_short(statement.get('Resource'))}{_when(statement)}"


def _when(statement: Tree) -> str:
    return f" where {_short(statement['Condition'])}" if statement.get("Condition") else ""


def _short(value: object) -> str:
    """A value as a line has it: a function of CloudFormation's by what it is of."""
    if isinstance(value, Mapping) and len(value) == 1:
        (name, inner), *_ = value.items()
        if name in ("Fn::Sub", "Ref", "Fn::GetAtt"):
            return inner if isinstance(inner, str) else ".".join(map(str, inner))
        return f"{name} {_short(inner)}"
    if isinstance(value, (list, tuple)):
        return " and ".join(map(_short, value))
    return value if isinstance(value, str) else json.dumps(value, separators=(", ", ": "))
