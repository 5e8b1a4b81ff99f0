"""Stacks made in moto, a stand-in for AWS: what is there then equals the address plan, name by name."""

from __future__ import annotations

import json
import subprocess
from ipaddress import IPv6Network
from pathlib import Path
from typing import Any

import pytest

from journey import formats
from journey.checks.outside.cfn_lint import CFN_LINT
from journey.facts import addresses, cloudformation, terraform
from journey.lab import programs as lab
from journey.pipeline import programs
from journey.spec.view import View
from journey.targets import cloudformation as target
from tests.specs import platform
from tests.targets.delivered import artifacts
from tests.targets.test_cloudformation import BOOTSTRAP, TEXT

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parent.parent.parent
CLUSTERS = {"here": "eu-west-1", "there": "us-east-1"}
NOT_MADE = ["AWS::EC2::EgressOnlyInternetGateway", "AWS::IAM::OIDCProvider", "AWS::S3::BucketPolicy"]
"""Kinds that moto passes over: of these only cfn-lint has judged the properties."""


@pytest.fixture(scope="module")
def view() -> View:
    return platform({"platform.yaml": TEXT})


@pytest.fixture(scope="module")
def root(view: View, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stacks")
    for path, artifact in artifacts(target, view).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(formats.encode(artifact.format, artifact.content))
    return folder


@pytest.fixture(scope="module")
def made(root: Path) -> Any:
    python = lab.folders(["moto"])["moto"] / "bin" / "python"
    asked = {
        "bootstrap": [
            (region, f"shop-{name}-bootstrap", f"{BOOTSTRAP.format(name)}/template.yaml")
            for name, region in CLUSTERS.items()
        ],
        "sets": "environments/dev/cloudformation/network/template.yaml",
    }
    command = [str(python), str(Path(__file__).with_name("aws_stacks.py")), str(root)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_the_first_stacks_tell_where_state_is_and_who_the_jobs_are(view: View, made: Any) -> None:
    for cluster in CLUSTERS:
        state = terraform.state(view, cluster, "network")
        outputs = made["outputs"][f"shop-{cluster}-bootstrap"]
        assert (outputs["StateBucket"], outputs["StateKeyAlias"]) == (state.bucket, state.kms)
        for act in cloudformation.ACTS:
            role = f"arn:aws:iam::123456789012:role/ci/{cloudformation.role(view, cluster, act)}"
            assert outputs[f"{act.title()}RoleArn"] == role
        assert state.bucket in made["buckets"]
    assert "alias/terraform-state" in made["aliases"]
    assert [name for name in made["roles"] if "networks" in name] == [
        "shop-dev-networks-administration",
        "shop-dev-networks-execution",
    ]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_the_network_is_the_address_plans(view: View, made: Any, cluster: str) -> None:
    found = made["networks"][CLUSTERS[cluster]]
    (network, pods, ipv6) = found["vpcs"][f"shop-{cluster}"]
    said = cloudformation.parameters(view, cluster)
    assert (network, pods) == (said["Cidr"], said["PodsCidr"])
    parts = list(IPv6Network(ipv6).subnets(new_prefix=64))
    assert found["subnets"] == {
        f"shop-{cluster}-{subnet.tier}-{subnet.zone}": {
            "cidr": subnet.cidr,
            "zone": subnet.zone,
            "ipv6": [str(parts[subnet.ipv6])],
        }
        for subnet in addresses.subnets(view, cluster)
    }
    assert found["log_groups"] == [f"/vpc/shop-{cluster}/flow-logs"]
    assert found["flow_logs"] == ["ALL"]


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_each_subnet_is_exported_under_its_name(view: View, made: Any, cluster: str) -> None:
    exports = made["networks"][CLUSTERS[cluster]]["exports"]
    assert exports.pop(f"shop-{cluster}-vpc").startswith("vpc-")
    assert exports.pop(f"shop-{cluster}-ipv6").endswith("/56")
    name = terraform.cloud_name(view, cluster)
    assert exports == {
        cloudformation.exported(name, subnet.tier, subnet.zone): f"{name}-{subnet.tier}-{subnet.zone}"
        for subnet in addresses.subnets(view, cluster)
    }


@pytest.mark.parametrize(("cluster", "gateways"), [("here", 3), ("there", 1)])
def test_datastores_have_no_way_out_and_nodes_that_of_their_zone(
    view: View, made: Any, cluster: str, gateways: int
) -> None:
    found = made["networks"][CLUSTERS[cluster]]
    assert found["nat"] == gateways
    first = addresses.zones(view, cluster)[0]
    for subnet in addresses.subnets(view, cluster):
        zone = first if gateways == 1 else subnet.zone
        ways = {"public": ["internet"], "data": []}.get(subnet.tier, [f"shop-{cluster}-public-{zone}"])
        assert found["routed"][f"shop-{cluster}-{subnet.tier}-{subnet.zone}"] == ways


def test_what_moto_does_not_make_is_known(made: Any) -> None:
    assert made["unknown"] == NOT_MADE


def lint(root: Path, *files: str) -> list[str]:
    program = programs.find(CFN_LINT.name, str(ROOT))
    assert program
    done = programs.run([program, *CFN_LINT.arguments([], files, "")], str(root), {})
    assert (done.code, done.stderr) == (0, "")
    return [f"{finding.path}:{finding.line} {finding.rule}" for finding in CFN_LINT.parse(done.stdout)]


def test_cfn_lint_finds_nothing_in_any_region_used(root: Path) -> None:
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*.yaml"))
    assert len(files) == 7
    assert lint(root, *files) == []


def test_cfn_lint_tells_of_what_cloudformation_would_refuse(root: Path) -> None:
    text = (root / "modules/cloudformation/network/vpc.yaml").read_text()
    (root / "broken.yaml").write_text(text.replace("EnableDnsSupport", "EnableDns"))
    (root / "unread.yaml").write_text("Resources: [\n")
    found = lint(root, "broken.yaml", "unread.yaml")
    assert {line.split()[1] for line in found} == {"cfn-lint/E3002", "cfn-lint/E0000"}
