"""Words of Terraform's language as blocks: short constructors over `journey.formats.hcl`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from journey.formats.hcl import Attribute, Block, Call, Expression, Item, Raw, Reference

REQUIRED = "~> 1.11"
"""Terraform's or OpenTofu's version: state files locked by S3 itself came with 1.11 and 1.10."""
PROVIDER = {"source": "hashicorp/aws", "version": "~> 6.25"}
"""From the minor version on whose schema every argument is held against."""


def block(kind: str, /, *labels: str, inner: Sequence[Block] = (), **arguments: Expression) -> Block:
    """A block of arguments, then of nested blocks."""
    return filled(kind, labels, arguments, inner)


def filled(
    kind: str, labels: tuple[str, ...], arguments: Mapping[str, Expression], inner: Sequence[Block] = ()
) -> Block:
    """A block whose arguments are known by name only when it is made."""
    return Block(kind, labels, (*(Attribute(name, value) for name, value in arguments.items()), *inner))


def resource(kind: str, name: str, /, *inner: Block, **arguments: Expression) -> Block:
    """A resource; `for_each` comes first, nested blocks last."""
    return filled("resource", (kind, name), arguments, inner)


def data(kind: str, name: str, /, **arguments: Expression) -> Block:
    """A data source."""
    return filled("data", (kind, name), arguments)


def output(name: str, description: str, value: str) -> Block:
    """An output, of an expression as text."""
    return block("output", name, description=description, value=Raw(value))


class Refusal(NamedTuple):
    """When a variable's value is not taken, and what is said then."""

    unless: str
    message: str


REQUIRED_VALUE = Raw("")
"""In place of a default: there is none."""


def variable(name: str, kind: str, description: str, *refusals: Refusal, default: Expression = REQUIRED_VALUE) -> Block:
    """A typed variable; one without a default is required."""
    body: list[Item] = [Attribute("description", description), Attribute("type", Raw(kind))]
    if default is not REQUIRED_VALUE:
        body.append(Attribute("default", default))
    body.append(Attribute("nullable", False))
    body += (block("validation", condition=Raw(refusal.unless), error_message=refusal.message) for refusal in refusals)
    return Block("variable", (name,), tuple(body))


def versions() -> tuple[Item, ...]:
    """What a module asks of Terraform and of the provider."""
    providers = block("required_providers", aws=PROVIDER)
    return (block("terraform", inner=(providers,), required_version=REQUIRED),)


def policy(*statements: dict[str, Expression]) -> Call:
    """An IAM policy document (docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html)."""
    return Call("jsonencode", ({"Version": "2012-10-17", "Statement": statements},))


def trust(*services: str, actions: tuple[str, ...] = ("sts:AssumeRole",)) -> Call:
    """Which of AWS's services may take a role."""
    statement: dict[str, Expression] = {"Effect": "Allow", "Principal": {"Service": services}, "Action": actions}
    return policy(statement)


def key(name: str, description: str, *more: dict[str, Expression]) -> Block:
    """A KMS key that its account governs, rotated each year."""
    root = Raw('"arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"')
    governed: dict[str, Expression] = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": root},
        "Action": "kms:*",
        "Resource": "*",
    }
    return resource(
        "aws_kms_key",
        name,
        description=Raw(description),
        enable_key_rotation=True,
        deletion_window_in_days=30,
        policy=policy(governed, *more),
    )


def logs_key(name: str, description: str) -> Block:
    """A key under which CloudWatch encrypts log groups (docs.aws.amazon.com/AmazonCloudWatch/latest/logs, "Encrypt log
    data in CloudWatch Logs using AWS KMS"); the module has a variable `region`."""
    statement: dict[str, Expression] = {
        "Sid": "Logs",
        "Effect": "Allow",
        "Principal": {"Service": Raw('"logs.${var.region}.amazonaws.com"')},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
    }
    return key(name, description, statement)


def account() -> tuple[Block, Block]:
    """Which account and partition this is, as `key` asks."""
    return data("aws_caller_identity", "current"), data("aws_partition", "current")


def ref(path: str) -> Reference:
    """A reference."""
    return Reference(path)
