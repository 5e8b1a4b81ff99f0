"""Terraform: what a cluster's stacks say, and every argument of the modules against the provider's own schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from journey import formats
from journey.artifact import Artifact
from journey.formats.hcl import Attribute, Block, Comment
from journey.targets import terraform
from tests.facts.test_addresses import MADE
from tests.specs import platform
from tests.targets.delivered import artifacts

PROVIDER = json.loads((Path(__file__).parent / "aws_provider.json").read_text(encoding="utf-8"))
"""Made by `python -m tools.provider_schema`."""
META = {"for_each", "depends_on", "lifecycle"}
STACK = "environments/dev/cloud/terraform"


@pytest.fixture(scope="module")
def found() -> Mapping[str, Artifact]:
    return artifacts(terraform, platform({"platform.yaml": MADE}))


def text(artifact: Artifact) -> str:
    return formats.encode(artifact.format, artifact.content).decode()


def faults(block: Block, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    """Arguments and nested blocks that a body does not have, may not set, or lacks."""
    given = {
        item.name if isinstance(item, Attribute) else item.type for item in block.body if not isinstance(item, Comment)
    }
    for item in block.body:
        if isinstance(item, Attribute):
            if item.name not in schema["arguments"] and item.name not in META:
                yield f"{path}.{item.name}"
        elif isinstance(item, Block) and item.type not in META:
            nested = schema["blocks"].get(item.type)
            yield from [f"{path}.{item.type}"] if nested is None else faults(item, nested, f"{path}.{item.type}")
    yield from (f"{path} lacks {name}" for name in schema["required"] if name not in given)


def resources(found: Mapping[str, Artifact]) -> Iterator[Block]:
    for artifact in found.values():
        if artifact.path.startswith("modules/") and artifact.path.endswith("/main.tf"):
            content: Any = artifact.content
            yield from (block for block in content if block.type == "resource")


def test_every_argument_is_one_that_the_provider_has(found: Mapping[str, Artifact]) -> None:
    blocks = list(resources(found))
    assert len(blocks) > 30
    for block in blocks:
        assert list(faults(block, PROVIDER["resources"][block.labels[0]], ".".join(block.labels))) == []


def test_an_argument_that_the_provider_lacks_is_found() -> None:
    vpc = Block("resource", ("aws_vpc", "this"), (Attribute("cidr", "10.0.0.0/16"), Attribute("arn", "x")))
    assert list(faults(vpc, PROVIDER["resources"]["aws_vpc"], "vpc")) == ["vpc.cidr", "vpc.arn"]
    route = Block("resource", ("aws_route_table", "this"), (Block("routes"),))
    expected = ["table.routes", "table lacks vpc_id"]
    assert list(faults(route, PROVIDER["resources"]["aws_route_table"], "table")) == expected


def test_a_stack_only_calls_its_module_with_the_address_plan(found: Mapping[str, Artifact]) -> None:
    content: Any = found[f"{STACK}/network/main.tf"].content
    assert [block.type for block in content] == ["terraform", "provider", "module"]
    said = text(found[f"{STACK}/network/main.tf"])
    assert 'source    = "../../../../../modules/terraform/network"' in said
    assert 'cidr = "10.17.12.128/25"' in said


def test_the_cluster_reads_the_outputs_of_the_network(found: Mapping[str, Artifact]) -> None:
    said = text(found[f"{STACK}/cluster/main.tf"])
    assert 'data "terraform_remote_state" "network"' in said
    assert "node_subnets = data.terraform_remote_state.network.outputs.node_subnets" in said
    assert 'output "node_subnets"' in text(found[f"{STACK}/network/outputs.tf"])


def test_every_stack_has_a_state_of_its_own(found: Mapping[str, Artifact]) -> None:
    network, cluster = (text(found[f"{STACK}/{name}/main.tf"]) for name in ("network", "cluster"))
    assert 'key          = "network.tfstate"' in network
    assert 'key          = "cluster.tfstate"' in cluster
    assert network.count("use_lockfile = true") == cluster.count("use_lockfile = true") == 1


def test_a_pool_without_zones_stands_in_all_and_its_image_is_the_processors(found: Mapping[str, Artifact]) -> None:
    pools = "{a: {size: m7g.large, zones: [eu-west-1a, eu-west-1b]}}"
    more = "{a: {size: m7i.large, zones: [eu-west-1a, eu-west-1b]}, b: {size: c7gn.large, price: spot}}"
    view = platform({"platform.yaml": MADE.replace(pools, more)})
    said = text(artifacts(terraform, view)[f"{STACK}/cluster/main.tf"])
    first, second = said.split("    b = {")
    assert 'image = "AL2023_x86_64_STANDARD"' in first
    assert 'image = "AL2023_ARM_64_STANDARD"' in second
    assert 'price = "SPOT"' in second
    assert 'zones = ["eu-west-1a", "eu-west-1b"]' in second


def test_nothing_is_rendered_where_terraform_makes_nothing() -> None:
    assert list(terraform.units(platform({}))) == []
