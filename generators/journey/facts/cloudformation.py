"""What stands before Terraform, or in its place: what CloudFormation makes, how it is called, and who may call it.

An environment is taken to be an account of its own: of what an account, or an account's region, has once, the
environment's first cluster there makes it.
"""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts import addresses, terraform
from journey.spec import resolve
from journey.spec.view import View, query

ROLE_LIMIT, ROLE_SET_LIMIT = 64, 128
"""Characters of a role's name, and of a StackSet's (docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html;
docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html)."""

ACTS = ("plan", "apply", "drift")
"""What workflows do in an account, each by a role of its own."""


class Firsts(NamedTuple):
    """Whether a cluster is its account's first, and the first of its region there."""

    of_account: bool
    of_region: bool


class Member(NamedTuple):
    """A cluster whose network a StackSet makes."""

    cluster: str
    region: str


def variable(act: str, env: str, cluster: str) -> str:
    """The variable of the repository that holds the ARN of the role of a workflow's job."""
    parts = (act, "role", cluster) if act == "drift" else (act, "role", env, cluster)
    return "_".join(parts).replace("-", "_").upper()


@query
def role(view: View, cluster: str, act: str) -> str:
    """The name of the role that a job takes for an act."""
    return names.join(resolve.settings(view).name, cluster, act, limit=ROLE_LIMIT)


@query
def firsts(view: View, env: str, cluster: str) -> Firsts:
    """What of its account's a cluster makes."""
    here = [name for place, name in terraform.made(view) if place == env]
    region = resolve.cluster(view, cluster).region
    beside = [name for name in here if resolve.cluster(view, name).region == region]
    return Firsts(here[:1] == [cluster], beside[:1] == [cluster])


@query
def networks(view: View, env: str) -> tuple[str, ...]:
    """Clusters of an environment whose network CloudFormation makes."""
    return tuple(
        name
        for place, name in terraform.made(view)
        if place == env and terraform.owner(view, name, "network") == "cloudformation"
    )


@query
def sets(view: View, env: str) -> tuple[tuple[Member, ...], ...]:
    """The members of each StackSet of an environment.

    A StackSet has one stack a region: a region's second cluster is in the second one.
    """
    found: list[list[Member]] = []
    for name in networks(view, env):
        region = resolve.cluster(view, name).region
        free = next((members for members in found if region not in {other.region for other in members}), None)
        if free is None:
            free = []
            found.append(free)
        free.append(Member(name, region))
    return tuple(map(tuple, found))


def set_name(view: View, env: str, number: int) -> str:
    """What a StackSet of an environment is called; they count from 0."""
    parts = (resolve.settings(view).name, env, "network", *((str(number + 1),) if number else ()))
    return names.join(*parts, limit=ROLE_SET_LIMIT)


@query
def templates(view: View, env: str) -> tuple[str, str]:
    """The bucket that nested stacks' templates are put into, and its region: those of the first network."""
    first = networks(view, env)[0]
    return names.join(resolve.settings(view).name, first, "templates"), resolve.cluster(view, first).region


@query
def logs_bucket(view: View, cluster: str) -> str:
    """The bucket that the access logs of a cluster's other buckets are in."""
    return names.join(resolve.settings(view).name, cluster, "access-logs")


def exported(name: str, tier: str, zone: str) -> str:
    """What the id of a subnet is exported as; `name` is what its cluster is called in its cloud."""
    return f"{name}-{tier}-{zone}"


@query
def parameters(view: View, cluster: str) -> dict[str, str]:
    """The parameters of a cluster's network: the address plan."""
    here = resolve.cluster(view, cluster)
    zones = addresses.zones(view, cluster)
    found = {
        "Name": terraform.cloud_name(view, cluster),
        "Cidr": here.network or "",
        "PodsCidr": here.pods,
        "Nat": here.nat,
    }
    found |= {f"Zone{number}": zone for number, zone in enumerate(zones, 1)}
    for subnet in addresses.subnets(view, cluster):
        found[f"{subnet.tier.title()}Cidr{zones.index(subnet.zone) + 1}"] = subnet.cidr
    return found


OF_THIRD = ("Zone3", *(f"{tier}Cidr3" for tier in ("Nodes", "Public", "Data", "Pods")))
"""Parameters that only a network over three zones has."""

SET_ACTS = ("administration", "execution")


@query
def set_role(view: View, env: str, act: str) -> str:
    """The name of a role of an environment's StackSets."""
    return names.join(resolve.settings(view).name, env, "networks", act, limit=ROLE_LIMIT)
