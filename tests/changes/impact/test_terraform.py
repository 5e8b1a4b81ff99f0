# ruff: noqa: E501 - tables
"""What Terraform is said to do, of arguments of resources and of modules."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from journey.changes.impact import terraform
from journey.changes.impact.pairs import Sides
from tests.changes.impact.conftest import pair_of

MODULE = """\
locals {
  zones = [for subnet in var.subnets : subnet.zone]
}
resource "aws_vpc" "this" {
  cidr_block = var.cidr
  tags = { Name = var.name }
}
resource "aws_subnet" "this" {
  for_each   = var.subnets
  cidr_block = each.value.cidr
}
resource "aws_nat_gateway" "this" {
  for_each = toset(local.zones)
}
resource "aws_db_instance" "main" {
  engine         = var.engine
  instance_class = var.class
}
resource "other_thing" "this" {
  size = var.class
}
"""


class Inside(NamedTuple):
    """Stands for a revision whose modules are this one."""

    def texts(self, folder: str) -> list[str]:
        assert folder == "modules/terraform/network/"
        return [MODULE]


def call(arguments: str) -> str:
    return f'module "network" {{\n  source = "../../../../modules/terraform/network"\n{arguments}\n}}\n'


def said(old: str | None, new: str | None) -> dict[str, list[str]]:
    inside: Any = Inside()
    found: dict[str, list[str]] = {}
    for item in terraform.judge(
        pair_of(old, new, "environments/prod/east/terraform/network/main.tf"), Sides(inside, inside)
    ):
        found.setdefault(item.rule.id, []).append(item.says)
    return found


SUBNETS = 'subnets = { a = { zone = 1, cidr = "10.0.0.0/24" }, b = { zone = 2, cidr = "10.0.1.0/24" } }'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('cidr = "10.0.0.0/16"', 'cidr = "10.1.0.0/16"', {"terraform/replace": ["aws_vpc.this is replaced: cidr_block changes, by network.cidr"]}),
        ('name = "a"', 'name = "b"', {"terraform/update": ["aws_vpc.this, in place: tags changes, by network.name"]}),
        (SUBNETS, SUBNETS.replace("10.0.1", "10.0.2"), {"terraform/replace": ["aws_subnet.this is replaced: cidr_block changes, by network.subnets.b.cidr"]}),
        (
            SUBNETS,
            SUBNETS.partition(", b")[0] + " }",
            {"terraform/destroy": [
                "aws_subnet.this: instances may be destroyed, by network.subnets.b",
                "aws_nat_gateway.this: instances may be destroyed, by network.subnets.b",
            ]},
        ),
        (SUBNETS.partition(", b")[0] + " }", SUBNETS, {"terraform/create": ["what is made for each subnets is made for b"]}),
        ('engine = "postgres"', 'engine = "mysql"', {"terraform/data": ["aws_db_instance.main is replaced: engine changes, by network.engine"]}),
        (
            'class = "small"',
            'class = "large"',
            {
                "terraform/update": ["aws_db_instance.main, in place: instance_class changes, by network.class"],
                "terraform/unknown": ["other_thing.this: size changes, by network.class"],
            },
        ),
        ("nobody = 1", "nobody = 2", {"terraform/unknown": ["network.nobody changes"]}),
    ],
)  # fmt: skip
def test_an_argument_of_a_module_is_followed(old: str, new: str, expected: dict[str, list[str]]) -> None:
    assert said(call(old), call(new)) == expected


BUCKET = 'resource "aws_s3_bucket" "main" {\n  bucket = "a"\n  tags = { a = "b" }\n}\n'
RULE = 'resource "aws_vpc_security_group_ingress_rule" "main" {\n  cidr_ipv4 = "10.0.0.0/8"\n}\n'
POLICY = (
    'resource "aws_iam_policy" "main" {\n  policy = jsonencode({ Action = ["s3:GetObject"], Resource = "arn:a" })\n}\n'
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, BUCKET, {"terraform/create": ["aws_s3_bucket.main is made"]}),
        (BUCKET, "", {"terraform/data": ["aws_s3_bucket.main is destroyed"]}),
        (RULE, "", {"terraform/destroy": ["aws_vpc_security_group_ingress_rule.main is destroyed"]}),
        (BUCKET, BUCKET.replace('"b"', '"c"'), {"terraform/update": ["aws_s3_bucket.main, in place: tags changes, by aws_s3_bucket.main.tags"]}),
        (BUCKET, BUCKET.replace('"a"', '"c"'), {"terraform/data": ["aws_s3_bucket.main is replaced: bucket changes, by aws_s3_bucket.main.bucket"]}),
        (
            RULE,
            RULE.replace("10.0.0.0/8", "0.0.0.0/0"),
            {
                "terraform/update": ["aws_vpc_security_group_ingress_rule.main, in place: cidr_ipv4 changes, by aws_vpc_security_group_ingress_rule.main.cidr_ipv4"],
                "exposure/security-group": ["aws_vpc_security_group_ingress_rule.main lets in 0.0.0.0/0"],
            },
        ),
        (
            POLICY,
            POLICY.replace("s3:GetObject", "s3:*"),
            {
                "terraform/update": ["aws_iam_policy.main, in place: policy changes, by aws_iam_policy.main.policy"],
                "permission/iam": ["aws_iam_policy.main gives s3:*"],
            },
        ),
        ('provider "aws" {\n  region = "a"\n}\n', 'provider "aws" {\n  region = "b"\n}\n', {"terraform/settings": ["provider.aws changes"]}),
    ],
)  # fmt: skip
def test_a_resource_is_judged_by_its_providers_rules(old: str | None, new: str, expected: dict[str, list[str]]) -> None:
    assert said(old, new) == expected
