"""Stacks: a state of its own each, that calls one module with what the spec says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from journey.facts import addresses, cloudformation, terraform
from journey.formats.hcl import Attribute, Block, Expression, Item, Raw
from journey.spec import resolve
from journey.spec.platform import NodePool
from journey.spec.view import View
from journey.targets.terraform import cluster, network
from journey.targets.terraform.syntax import PROVIDER, REQUIRED, block, data, filled, ref

_MODULES = "../../../../../modules/terraform"
_GRAVITON = re.compile(r"(a1|[a-z]+[0-9]+[a-z-]*g[a-z-]*)\.")
_PRICES = {"on-demand": "ON_DEMAND", "spot": "SPOT"}
_OUTPUTS = {module.NAME: module.OUTPUTS for module in (network, cluster)}


def main(view: View, env: str, name: str, stack: str) -> tuple[Item, ...]:
    """A stack's file: state, provider, what it reads of other stacks, and its module."""
    call = {"network": _network, "cluster": _cluster}[stack](view, name)
    reads = [item for other in terraform.READS[stack] for item in _read(view, name, other)]
    module = filled("module", (stack,), {"source": f"{_MODULES}/{stack}", **call})
    return (_terraform(view, name, stack), _provider(view, env, name, stack), *reads, module)


def outputs(stack: str) -> tuple[Item, ...]:
    """The module's outputs, for stacks that read this one."""
    return tuple(_passed_on(stack, item) for item in _OUTPUTS[stack])


def _passed_on(stack: str, item: Block) -> Item:
    body = {part.name: part.value for part in item.body if isinstance(part, Attribute)}
    name = item.labels[0]
    return block("output", name, description=body["description"], value=ref(f"module.{stack}.{name}"))


def _terraform(view: View, name: str, stack: str) -> Item:
    """The lock is an object beside the state (opentofu.org/docs/language/settings/backends/s3, `use_lockfile`)."""
    providers = block("required_providers", aws=PROVIDER)
    where = {**_where(view, name, stack), "encrypt": True, "kms_key_id": _kms(view, name, stack), "use_lockfile": True}
    locked = filled("backend", ("s3",), where)
    return block("terraform", inner=(providers, locked), required_version=REQUIRED)


def _where(view: View, name: str, stack: str) -> dict[str, Expression]:
    state = terraform.state(view, name, stack)
    return {"bucket": state.bucket, "key": state.key, "region": state.region}


def _kms(view: View, name: str, stack: str) -> str:
    return terraform.state(view, name, stack).kms


def _provider(view: View, env: str, name: str, stack: str) -> Item:
    """Its default tags are on everything: costs are allocated by them."""
    tags = {
        "platform": resolve.settings(view).name,
        "environment": env,
        "cluster": name,
        "stack": stack,
        "managed-by": "terraform",
    }
    region = resolve.cluster(view, name).region
    return block("provider", "aws", inner=(block("default_tags", tags=tags),), region=region)


_EXPORTED = {"nodes": "node_subnets", "pods": "pod_subnets"}
"""Tiers whose subnets a cluster stands in, and the variable of its module that takes them."""


def _read(view: View, name: str, stack: str) -> Iterator[Item]:
    """What another stack says: Terraform's by its state, CloudFormation's by what it exports."""
    if terraform.owner(view, name, stack) == "terraform":
        yield data("terraform_remote_state", stack, backend="s3", config=_where(view, name, stack))
        return
    prefix = terraform.cloud_name(view, name)
    for tier, variable in _EXPORTED.items():
        exports = {zone: cloudformation.exported(prefix, tier, zone) for zone in addresses.zones(view, name)}
        yield data("aws_cloudformation_export", variable, for_each=exports, name=ref("each.value"))


def _subnets(view: View, name: str, variable: str) -> Raw:
    """Subnets by zone, as an expression."""
    if terraform.owner(view, name, "network") == "terraform":
        return Raw(f"data.terraform_remote_state.network.outputs.{variable}")
    return Raw(f"{{ for zone, found in data.aws_cloudformation_export.{variable} : zone => found.value }}")


def _named(view: View, name: str) -> dict[str, Expression]:
    return {"name": terraform.cloud_name(view, name), "region": resolve.cluster(view, name).region}


def _network(view: View, name: str) -> dict[str, Expression]:
    here = resolve.cluster(view, name)
    subnets: dict[str, Expression] = {
        f"{found.tier}-{found.zone}": {
            "tier": found.tier,
            "zone": found.zone,
            "cidr": found.cidr,
            "ipv6": found.ipv6,
        }
        for found in addresses.subnets(view, name)
    }
    return {
        **_named(view, name),
        "cidr": here.network,
        "pods_cidr": here.pods,
        "nat": here.nat,
        "subnets": subnets,
    }


def _cluster(view: View, name: str) -> dict[str, Expression]:
    here = resolve.cluster(view, name)
    zones = addresses.zones(view, name)
    return {
        **_named(view, name),
        "kubernetes": here.kubernetes,
        **{variable: _subnets(view, name, variable) for variable in _EXPORTED.values()},
        "node_pools": {pool: _pool(found, zones) for pool, found in here.node_pools.items()},
    }


def _pool(pool: NodePool, zones: tuple[str, ...]) -> dict[str, Expression]:
    """A pool that names no zones stands in all of the cluster's. Amazon Linux 2023 by the machine's processor: a `g`
    behind the generation is Graviton (docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html)."""
    arm = _GRAVITON.match(pool.size) is not None
    return {
        "size": pool.size,
        "image": "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD",
        "min": pool.min,
        "max": pool.max,
        "price": _PRICES[pool.price],
        "zones": pool.zones or zones,
    }
