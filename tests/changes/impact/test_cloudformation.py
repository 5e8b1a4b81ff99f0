"""What CloudFormation is said to do, of templates as they are rendered before and after an edit of the spec."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from journey.changes.impact import cloudformation
from journey.changes.impact.pairs import Sides
from journey.targets import cloudformation as target
from tests.changes.impact.conftest import pair_of
from tests.specs import platform
from tests.targets.delivered import contents
from tests.targets.test_cloudformation import BOOTSTRAP, BY_TERRAFORM, NETWORK, TEXT, THERE

SETS = "environments/dev/cloudformation/network/template.yaml"
FIRST = f"{BOOTSTRAP.format('here')}/template.yaml"


def said(old: Any, new: Any) -> list[str]:
    sides: Any = Sides(None, None)  # type: ignore[arg-type]
    return [f"{found.rule.id}: {found.says}" for found in cloudformation.judge(pair_of(old, new, FIRST), sides)]


def template(path: str, text: str = TEXT) -> Any:
    return contents(target, platform({"platform.yaml": text})).get(path)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("nat: single, ", ""), ["cloudformation/update: network shop-there in us-east-1, in place: Nat changes"]),
        (
            ("pods: 10.32.0.0/16", "pods: 10.48.0.0/16"),
            [
                "cloudformation/replace: network shop-there in us-east-1: what PodsCidr is of is replaced",
                "cloudformation/replace: network shop-there in us-east-1: what PodsCidr1 is of is replaced",
                "cloudformation/replace: network shop-there in us-east-1: what PodsCidr2 is of is replaced",
            ],
        ),
        (
            ("us-east-1b]", "us-east-1b, us-east-1c]"),
            [
                f"cloudformation/create: network shop-there in us-east-1: what {name} is of is made"
                for name in ("Zone3", "NodesCidr3", "PublicCidr3", "DataCidr3", "PodsCidr3")
            ],
        ),
        (
            (THERE, THERE.replace("cloudformation", "terraform")),
            [
                "cloudformation/update: CloudFormation::StackSet Networks1, in place: Description changes",
                "cloudformation/delete: network shop-there in us-east-1 loses its ways out; its VPC and subnets stay",
            ],
        ),
    ],
    ids=["nat", "pods", "a third zone", "another owner"],
)
def test_an_edit_of_a_network(edit: tuple[str, str], expected: list[str]) -> None:
    assert edit[0] in TEXT
    found = said(template(SETS), template(SETS, TEXT.replace(*edit)))
    assert sorted(found) == sorted(expected)


def test_nothing_is_said_of_what_is_the_same_and_of_what_is_no_template() -> None:
    assert said(template(SETS), template(SETS)) == []
    assert said({"kind": "Service"}, {"kind": "Deployment"}) == []


def test_what_is_kept_stays_when_its_template_goes() -> None:
    found = said(template(FIRST, BY_TERRAFORM), None)
    assert "cloudformation/left: S3::Bucket StateBucket stays, and no stack knows it" in found
    assert "cloudformation/delete: IAM::Role PlanRole is deleted" in found
    assert not [line for line in found if line.startswith("cloudformation/data")]


def test_a_bucket_that_is_not_kept_loses_its_data() -> None:
    old = copy.deepcopy(template(FIRST))
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        del old["Resources"]["StateBucket"][policy]
    gone = copy.deepcopy(old)
    del gone["Resources"]["StateBucket"]
    assert said(old, gone) == ["cloudformation/data: S3::Bucket StateBucket is deleted"]
    renamed = copy.deepcopy(old)
    renamed["Resources"]["StateBucket"]["Properties"]["BucketName"] = "another"
    assert said(old, renamed) == ["cloudformation/data: S3::Bucket StateBucket is replaced: BucketName changes"]
    assert said(template(FIRST), template(FIRST) | {"Resources": renamed["Resources"]}) == [
        "cloudformation/replace: S3::Bucket StateBucket is replaced: BucketName changes"
    ]


def test_a_vpc_is_replaced_by_another_network_and_not_by_a_name() -> None:
    path = f"{NETWORK}/vpc.yaml"
    other = copy.deepcopy(template(path))
    properties = other["Resources"]["Vpc"]["Properties"]
    properties |= {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": False}
    assert said(template(path), other) == [
        "cloudformation/replace: EC2::VPC Vpc is replaced: CidrBlock changes",
        "cloudformation/update: EC2::VPC Vpc, in place: EnableDnsSupport changes",
    ]


def test_a_role_that_may_more_or_is_taken_by_others_is_told() -> None:
    old = template(FIRST)
    wider = copy.deepcopy(old)
    drift = wider["Resources"]["DriftRole"]["Properties"]
    drift["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"].append("eks:DeleteCluster")
    issuer = "token.actions.githubusercontent.com"
    trust = drift["AssumeRolePolicyDocument"]["Statement"][0]
    trust["Condition"]["StringEquals"][f"{issuer}:sub"] = "repo:example/shop:*"
    (told,) = [line for line in said(old, wider) if line.startswith("permission/iam-role")]
    assert told.startswith("permission/iam-role: role DriftRole may now be taken by ")
    assert '"repo:example/shop:*"' in told
    cluster = "arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/shop-here"
    assert told.endswith(f", eks:DeleteCluster on {cluster}")
    assert not [line for line in said(wider, old) if "may now eks" in line]
