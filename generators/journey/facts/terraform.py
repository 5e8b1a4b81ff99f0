"""Stacks: which Terraform states there are, where each is kept, and which reads the outputs of which."""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts import addresses
from journey.spec import resolve
from journey.spec.view import View, query

READS: dict[str, tuple[str, ...]] = {"network": (), "cluster": ("network",)}
"""The stacks of a cluster, in the order in which they are applied, each with those whose outputs it reads."""


class State(NamedTuple):
    """Where a stack's state is kept: the bucket, its region, the object's key, the KMS key's alias."""

    bucket: str
    region: str
    key: str
    kms: str


@query
def made(view: View) -> tuple[tuple[str, str], ...]:
    """(environment, cluster) of each cluster of which Terraform makes a tier on AWS: once, in the first environment
    on it."""
    found: dict[str, str] = {}
    for env, name in resolve.places(view):
        here = resolve.cluster(view, name)
        if here.provider == "aws" and here.iac != "none" and addresses.subnets(view, name):
            found.setdefault(name, env)
    return tuple((env, name) for name, env in found.items())


@query
def owner(view: View, cluster: str, tier: str) -> str:
    """What makes a tier of a cluster, `terraform` or `cloudformation`; the other one reads what it is told of it.

    `iac: cloudformation` is about the network; all else is Terraform's.
    """
    return resolve.cluster(view, cluster).iac if tier == "network" else "terraform"


@query
def stacks(view: View, cluster: str) -> tuple[str, ...]:
    """The stacks of a cluster that are Terraform's, in the order in which they are applied."""
    return tuple(stack for stack in READS if owner(view, cluster, stack) == "terraform")


@query
def cloud_name(view: View, cluster: str) -> str:
    """What a cluster is called in its cloud, and what its resources' names begin with."""
    return names.join(resolve.settings(view).name, cluster)


@query
def state(view: View, cluster: str, stack: str) -> State:
    """Where a stack keeps its state: in a bucket of its cluster's, in its region, so that a region stands alone."""
    bucket = names.join(resolve.settings(view).name, cluster, "terraform-state")
    return State(bucket, resolve.cluster(view, cluster).region, f"{stack}.tfstate", "alias/terraform-state")
