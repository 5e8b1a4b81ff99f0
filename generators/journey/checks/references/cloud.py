"""What stacks make and name in an account of AWS: state, its bucket and key, networks, what one reads of another.

An identity has the place `aws:<environment>`, since an environment is an account, or `aws` for what is named once in
all of AWS; its namespace is the region, where it has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journey.artifact import Artifact, Format, Unit
from journey.facts import cloudformation
from journey.formats.hcl import Attribute, Block
from journey.objects import Tree, mapping, mappings, text, texts

TARGETS = ("cloudformation", "terraform")
EVERYWHERE = "aws"
GROUP = ".aws"
"""Behind a kind of AWS."""

_TIERS = ("nodes", "public", "data", "pods")


def links(unit: Unit, artifacts: Sequence[Artifact]) -> tuple[list[tuple[str, ...]], tuple[tuple[int, str], ...]]:
    """What each file of a unit brings, and (index of a file, identity) of what it names."""
    defines: list[tuple[str, ...]] = []
    refers: list[tuple[int, str]] = []
    account = f"{EVERYWHERE}:{unit.environment}"
    for number, artifact in enumerate(artifacts):
        brings: list[str] = []
        if artifact.format is Format.HCL and unit.environment:
            brings += _stack(account, _blocks(artifact.content))
            refers += ((number, identity) for identity in _named(account, _blocks(artifact.content)))
        elif isinstance(artifact.content, Mapping) and "AWSTemplateFormatVersion" in artifact.content:
            brings += _template(account, artifact.content)
            refers += ((number, identity) for identity in _sets(account, artifact.content))
        defines.append(tuple(brings))
    return defines, tuple(dict.fromkeys(refers))


def identity(place: str, kind: str, name: str, region: str = "") -> str:
    """An identity as all checks of references have it."""
    return f"{place}|{kind}{GROUP}|{region}|{name}"


def _blocks(content: object) -> list[Block]:
    items = content if isinstance(content, Sequence) and not isinstance(content, str) else ()
    return [item for item in items if isinstance(item, Block)]


def _values(block: Block) -> dict[str, Any]:
    return {item.name: item.value for item in block.body if isinstance(item, Attribute)}


def _backends(blocks: Sequence[Block]) -> Iterator[dict[str, Any]]:
    for block in blocks:
        if block.type == "terraform":
            yield from (_values(item) for item in block.body if isinstance(item, Block) and item.labels == ("s3",))


def _state(said: Mapping[str, Any]) -> str:
    return identity(EVERYWHERE, "State", f"{said.get('bucket', '')}/{said.get('key', '')}")


def _stack(account: str, blocks: Sequence[Block]) -> Iterator[str]:
    """A state, and the network or cluster that the stack's module makes."""
    yield from map(_state, _backends(blocks))
    for block in blocks:
        said = _values(block)
        if block.type == "module" and "name" in said:
            yield identity(account, block.labels[0].title(), str(said["name"]), str(said.get("region", "")))


def _named(account: str, blocks: Sequence[Block]) -> Iterator[str]:
    """Where state is kept, whose state is read, and what CloudFormation exports."""
    regions = [str(said.get("region", "")) for said in _backends(blocks)]
    for said in _backends(blocks):
        yield identity(EVERYWHERE, "Bucket", str(said.get("bucket", "")))
        yield identity(account, "Alias", str(said.get("kms_key_id", "")), str(said.get("region", "")))
    for block in blocks:
        said = _values(block)
        if block.labels[:1] == ("terraform_remote_state",) and isinstance(said.get("config"), Mapping):
            yield _state(said["config"])
        if block.labels[:1] == ("aws_cloudformation_export",) and isinstance(said.get("for_each"), Mapping):
            for region in regions[:1]:
                yield from (identity(account, "Export", str(name), region) for name in said["for_each"].values())


_SCOPES = {
    "AWS::IAM::OIDCProvider": ("Provider", "Url", False),
    "AWS::IAM::Role": ("Role", "RoleName", False),
    "AWS::KMS::Alias": ("Alias", "AliasName", True),
}
"""Type of a resource -> its kind, the property that names it, and whether a region has its own."""


def _template(account: str, content: Tree) -> Iterator[str]:
    """What a stack makes under a name of ours, as its parameters are unless somebody says otherwise."""
    config = mapping(mapping(mapping(content, "Metadata"), "cfn-lint"), "config")
    region = next(iter(texts(config, "regions")), "")
    off = {name for name, found in mapping(content, "Parameters").items() if _default(found) == "false"}
    for found in mapping(content, "Resources").values():
        if not isinstance(found, Mapping) or found.get("Condition") in off:
            continue
        properties, kind = mapping(found, "Properties"), text(found, "Type")
        if kind == "AWS::S3::Bucket":
            yield identity(EVERYWHERE, "Bucket", text(properties, "BucketName"))
        elif kind in _SCOPES:
            word, named, of_region = _SCOPES[kind]
            yield identity(account, word, text(properties, named), region if of_region else "")
        elif kind == "AWS::CloudFormation::StackSet":
            for group in mappings(properties, "StackInstancesGroup"):
                yield from _network(account, group)


def _sets(account: str, content: Tree) -> Iterator[str]:
    """What StackSets need: the roles that make their stacks, and the bucket with the templates."""
    found = [one for one in mapping(content, "Resources").values() if isinstance(one, Mapping)]
    sets = [mapping(one, "Properties") for one in found if text(one, "Type") == "AWS::CloudFormation::StackSet"]
    for properties in sets:
        yield identity(account, "Role", text(properties, "ExecutionRoleName"))
        administration = text(mapping(properties, "AdministrationRoleARN"), "Fn::Sub")
        yield identity(account, "Role", administration.rpartition("role/")[2])
        bucket = mapping(mapping(content, "Parameters"), "TemplatesBucket")
        yield identity(EVERYWHERE, "Bucket", text(bucket, "Default"))


def _default(parameter: object) -> object:
    return parameter.get("Default") if isinstance(parameter, Mapping) else None


def _network(account: str, group: Tree) -> Iterator[str]:
    """A region's network, and the subnets that it exports."""
    said = {text(item, "ParameterKey"): text(item, "ParameterValue") for item in mappings(group, "ParameterOverrides")}
    name = said.get("Name", "")
    for region in texts(group, "Regions"):
        yield identity(account, "Network", name, region)
        for tier in _TIERS:
            for number in (1, 2, 3):
                zone = said.get(f"Zone{number}")
                if zone:
                    yield identity(account, "Export", cloudformation.exported(name, tier, zone), region)
