"""What each role may do. None has `*` for action and resource at once.

Who may apply can make roles of the cluster, and so hold what such a role holds: an account that applies is as safe as
the approval of its deployment environment.
"""

from __future__ import annotations

from collections.abc import Iterator

from journey.artifact import Node
from journey.facts import cloudformation, terraform
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.cloudformation.syntax import Tree, allowed, arn, policy

PATH = "/ci/"
"""Of the jobs' own roles: a role's ARN has its path, so that rights over a cluster's roles never reach these."""

_READS = (
    "ec2:Describe*",
    "eks:Describe*",
    "eks:List*",
    "iam:Get*",
    "iam:List*",
    "kms:Describe*",
    "kms:Get*",
    "kms:List*",
    "logs:Describe*",
    "logs:List*",
)
_ROLES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)
_TAKERS = (
    "ec2.amazonaws.com",
    "eks.amazonaws.com",
    "pods.eks.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""Services that roles of a cluster are handed to."""
_LINKED = ("autoscaling.amazonaws.com", "eks-nodegroup.amazonaws.com", "eks.amazonaws.com")


def of(view: View, cluster: str, act: str) -> Tree:
    """The policy of a job's role."""
    return policy(*{"plan": _plan, "apply": _apply, "drift": _drift}[act](view, cluster))


def taking(role: Node) -> Tree:
    """May take another role."""
    return policy(allowed("sts:AssumeRole", role))


def networks(view: View, env: str) -> Tree:
    """May make the networks of an environment, stacks and all."""
    bucket, _ = cloudformation.templates(view, env)
    names = [terraform.cloud_name(view, name) for name in cloudformation.networks(view, env)]
    regions = sorted({resolve.cluster(view, name).region for name in cloudformation.networks(view, env)})
    roles: list[Node] = [arn("iam", f"role/{name}-flow-logs", region="") for name in names]
    return policy(
        allowed(("cloudformation:*",), arn("cloudformation", "stack/StackSet-*", region="*"), sid="Stacks"),
        allowed("s3:GetObject", _of_bucket(bucket, "/*"), sid="Templates"),
        _decrypts(view, cloudformation.networks(view, env)[0]),
        allowed(("ec2:*", "logs:*", "kms:*"), "*", sid="Networks", when=_within(*regions)),
        allowed((*_ROLES, "iam:GetRole", "iam:GetRolePolicy"), roles, sid="Roles"),
        allowed("iam:PassRole", roles, sid="Passing", when=_passed("vpc-flow-logs.amazonaws.com")),
    )


def _plan(view: View, cluster: str) -> Iterator[Node]:
    """Reads, and locks the state that it reads."""
    bucket = terraform.state(view, cluster, "").bucket
    yield allowed("s3:ListBucket", _of_bucket(bucket), sid="States")
    yield allowed("s3:GetObject", _of_bucket(bucket, "/*"), sid="State")
    yield allowed(("s3:PutObject", "s3:DeleteObject"), _of_bucket(bucket, "/*.tflock"), sid="Lock")
    yield _decrypts(view, cluster)
    yield allowed((*_READS, *_exports(view, cluster)), "*", sid="Resources")


def _apply(view: View, cluster: str) -> Iterator[Node]:
    """Makes what the cluster's stacks say, in its region; of roles only those that are named after it."""
    yield from _plan(view, cluster)
    name, region = terraform.cloud_name(view, cluster), resolve.cluster(view, cluster).region
    roles = arn("iam", f"role/{name}-*", region="")
    yield allowed("s3:PutObject", _of_bucket(terraform.state(view, cluster, "").bucket, "/*.tfstate"), sid="Write")
    yield allowed(("ec2:*", "eks:*", "kms:*", "logs:*"), "*", sid="Make", when=_within(region))
    yield allowed(_ROLES, roles, sid="Roles")
    yield allowed("iam:PassRole", roles, sid="Passing", when=_passed(*_TAKERS))
    linked: Node = {"StringEquals": {"iam:AWSServiceName": list(_LINKED)}}
    services = arn("iam", "role/aws-service-role/*", region="")
    yield allowed("iam:CreateServiceLinkedRole", services, sid="Linked", when=linked)


def _drift(view: View, cluster: str) -> Iterator[Node]:
    """Learns where the cluster's API is; what it may read there is said by an access entry."""
    yield allowed("eks:DescribeCluster", arn("eks", f"cluster/{terraform.cloud_name(view, cluster)}"))


def _exports(view: View, cluster: str) -> tuple[str, ...]:
    said = terraform.owner(view, cluster, "network") == "cloudformation"
    return ("cloudformation:ListExports",) if said else ()


def _of_bucket(bucket: str, rest: str = "") -> Tree:
    return arn("s3", f"{bucket}{rest}", region="", account="")


def _decrypts(view: View, cluster: str) -> Node:
    """Of keys by their alias (docs.aws.amazon.com/kms/latest/developerguide, "kms:ResourceAliases")."""
    kms = terraform.state(view, cluster, "").kms
    named: Node = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": kms}}
    return allowed(("kms:Decrypt", "kms:GenerateDataKey"), arn("kms", "key/*"), sid="StateKey", when=named)


def _within(*regions: str) -> Node:
    return {"StringEquals": {"aws:RequestedRegion": list(regions)}}


def _passed(*services: str) -> Node:
    return {"StringEquals": {"iam:PassedToService": list(services)}}
