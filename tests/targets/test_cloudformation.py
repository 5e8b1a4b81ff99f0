"""CloudFormation: what a cluster's first stack makes, and networks that are CloudFormation's and not Terraform's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest

from journey import formats
from journey.facts import addresses, cloudformation, terraform
from journey.spec.view import View
from journey.targets import cloudformation as target
from journey.targets import github_actions
from journey.targets import terraform as stacks
from journey.targets.cloudformation import rights
from tests.specs import PLATFORM, judge, platform
from tests.targets.delivered import artifacts, contents

HERE = (
    'here: {provider: aws, region: eu-west-1, kubernetes: "1.34", gateway: ingress, pods: 10.16.0.0/16,'
    " network: 10.17.0.0/20, iac: cloudformation,"
    " nodePools: {a: {size: m7g.large, zones: [eu-west-1a, eu-west-1b, eu-west-1c]}}}"
)
THERE = (
    'there: {provider: aws, region: us-east-1, kubernetes: "1.34", gateway: ingress, pods: 10.32.0.0/16,'
    " network: 10.33.0.0/20, nat: single, iac: cloudformation,"
    " nodePools: {a: {size: m7g.large, zones: [us-east-1a, us-east-1b]}}}"
)
TEXT = PLATFORM.replace("gateway: ingress}", f"gateway: ingress}}\n  {HERE}\n  {THERE}").replace(
    "clusters: [local]", "clusters: [local, here, there]"
)
BY_TERRAFORM = TEXT.replace("cloudformation", "terraform")
BOOTSTRAP = "environments/dev/{}/cloudformation/bootstrap"
NETWORK = "modules/cloudformation/network"


@pytest.fixture(scope="module")
def view() -> View:
    assert judge({"platform.yaml": TEXT}) == []
    return platform({"platform.yaml": TEXT})


@pytest.fixture(scope="module")
def found(view: View) -> Mapping[str, Any]:
    return contents(target, view)


def bootstrap(found: Mapping[str, Any], cluster: str = "here") -> Any:
    return found[f"{BOOTSTRAP.format(cluster)}/template.yaml"]


def test_the_files(found: Mapping[str, Any]) -> None:
    assert list(found) == [
        *(f"{BOOTSTRAP.format(name)}/{file}" for name in ("here", "there") for file in _STACK),
        *(f"environments/dev/cloudformation/network/{file}" for file in _STACK),
        *(f"{NETWORK}/{name}.yaml" for name in ("network", "vpc", "egress", "flow-logs")),
    ]


_STACK = ("template.yaml", "stack-policy.json")


def test_what_was_asked_can_be_kept_between_runs(view: View, found: Mapping[str, Any]) -> None:
    assert len(found) > 5
    asked: list[Any] = [part for key in view.engine.memos for part in key]
    assert [part for part in asked if not isinstance(part, str)] == []


def test_where_terraform_makes_networks_there_is_the_first_stack_alone() -> None:
    units = target.units(platform({"platform.yaml": BY_TERRAFORM}))
    assert [unit.name for unit in units] == ["bootstrap", "bootstrap"]
    assert list(target.units(platform({}))) == []


def test_state_is_kept_where_terraform_looks_for_it(view: View, found: Mapping[str, Any]) -> None:
    made = bootstrap(found)["Resources"]
    said = formats.encode(*_file(view, "environments/dev/here/terraform/cluster/main.tf")).decode()
    assert f'bucket       = "{made["StateBucket"]["Properties"]["BucketName"]}"' in said
    assert f'kms_key_id   = "{made["StateKeyAlias"]["Properties"]["AliasName"]}"' in said


def _file(view: View, path: str) -> tuple[Any, object]:
    artifact = artifacts(stacks, view)[path]
    return artifact.format, artifact.content


def test_outputs_name_the_variables_that_the_workflows_read(view: View, found: Mapping[str, Any]) -> None:
    workflows = contents(github_actions, view)
    read = {
        match
        for name in ("infrastructure", "drift")
        for match in re.findall(r"vars\.(\w+_ROLE_\w+)", str(workflows[f".github/workflows/{name}.yaml"]))
    }
    told = {
        output["Description"].removeprefix("Value of the repository's variable ").rstrip(".")
        for cluster in ("here", "there")
        for name, output in bootstrap(found, cluster)["Outputs"].items()
        if name.endswith("RoleArn")
    }
    assert told == read == {"PLAN_ROLE_DEV_HERE", "APPLY_ROLE_DEV_HERE", "DRIFT_ROLE_HERE", *_OF_THERE}


_OF_THERE = ("PLAN_ROLE_DEV_THERE", "APPLY_ROLE_DEV_THERE", "DRIFT_ROLE_THERE")


@pytest.mark.parametrize(
    ("role", "subject"),
    [
        ("PlanRole", "repo:example/shop:pull_request"),
        ("ApplyRole", "repo:example/shop:environment:dev"),
        ("DriftRole", "repo:example/shop:ref:refs/heads/main"),
    ],
)
def test_a_role_is_taken_by_one_kind_of_job_of_this_repository(
    found: Mapping[str, Any], role: str, subject: str
) -> None:
    (statement,) = bootstrap(found)["Resources"][role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    issuer = "token.actions.githubusercontent.com"
    said = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}
    assert statement["Condition"] == {"StringEquals": said}
    assert statement["Principal"]["Federated"]["Fn::Sub"].endswith(f":oidc-provider/{issuer}")


def test_what_an_account_has_once_its_first_cluster_makes(found: Mapping[str, Any]) -> None:
    def defaults(cluster: str) -> tuple[str, str]:
        parameters = bootstrap(found, cluster)["Parameters"]
        return parameters["FirstOfAccount"]["Default"], parameters["FirstOfRegion"]["Default"]

    assert (defaults("here"), defaults("there")) == (("true", "true"), ("false", "true"))
    beside = TEXT.replace("us-east-1", "eu-west-1")
    parameters = bootstrap(contents(target, platform({"platform.yaml": beside})), "there")["Parameters"]
    assert parameters["FirstOfRegion"]["Default"] == "false"


def statements(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for content in found.values():
        for resource in content.get("Resources", {}).values():
            for policy in resource["Properties"].get("Policies", ()):
                yield from policy["PolicyDocument"]["Statement"]


def test_no_role_may_do_anything_to_anything(found: Mapping[str, Any]) -> None:
    known = list(statements(found))
    assert len(known) > 20
    for statement in known:
        assert "*" not in statement["Action"]
        wide = statement["Resource"] == "*" and any(action.endswith(":*") for action in statement["Action"])
        assert not wide or "aws:RequestedRegion" in statement["Condition"]["StringEquals"], statement


def test_who_plans_reads_no_passwords(view: View) -> None:
    policy: Any = rights.of(view, "here", "plan")
    actions = [action for statement in policy["Statement"] for action in statement["Action"]]
    assert "ec2:Describe*" in actions
    assert not any(fnmatchcase("ec2:GetPasswordData", action) for action in actions)


def test_it_is_logged_who_reads_and_writes_state(view: View, found: Mapping[str, Any]) -> None:
    made = bootstrap(found)["Resources"]
    assert made["LogsBucket"]["Properties"]["BucketName"] == cloudformation.logs_bucket(view, "here")
    for bucket, prefix in (("StateBucket", "state/"), ("TemplatesBucket", "templates/")):
        logged = {"DestinationBucketName": {"Ref": "LogsBucket"}, "LogFilePrefix": prefix}
        assert made[bucket]["Properties"]["LoggingConfiguration"] == logged
    delivery = made["LogsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][1]
    assert (delivery["Principal"], delivery["Action"]) == ({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject")


def test_who_applies_governs_the_roles_of_its_cluster_and_no_others(view: View) -> None:
    policy: Any = rights.of(view, "here", "apply")
    (roles,) = (item["Resource"]["Fn::Sub"] for item in policy["Statement"] if item.get("Sid") == "Roles")
    pattern = roles.split(":role/")[1]
    modules = artifacts(stacks, platform({"platform.yaml": BY_TERRAFORM}))
    said = "".join(str(formats.encode(one.format, one.content)) for path, one in modules.items() if "main.tf" in path)
    made = re.findall(r'"\$\{var\.name\}(-(?:cluster|nodes|volumes|flow-logs))"', said)
    assert len(made) >= 4
    assert all(fnmatchcase(f"shop-here{name}", pattern) for name in made)
    assert not fnmatchcase(f"{rights.PATH.strip('/')}/shop-here-apply", pattern)


def test_what_holds_state_or_evidence_outlives_its_stack(found: Mapping[str, Any]) -> None:
    kept = {
        f"{path.rpartition('/')[0].rpartition('/')[2]}/{name}"
        for path, content in found.items()
        for name, resource in content.get("Resources", {}).items()
        if resource.get("DeletionPolicy") == resource.get("UpdateReplacePolicy") == "Retain"
    }
    assert {"bootstrap/StateBucket", "bootstrap/StateKey", "network/Vpc", "network/Group", "network/Key"} <= kept
    policy = found[f"{BOOTSTRAP.format('here')}/stack-policy.json"]["Statement"][1]
    assert (policy["Effect"], policy["Action"]) == ("Deny", ["Update:Replace", "Update:Delete"])
    assert "LogicalResourceId/StateBucket" in policy["Resource"]


def test_a_stack_set_gives_each_region_its_address_plan(view: View, found: Mapping[str, Any]) -> None:
    (made,) = found["environments/dev/cloudformation/network/template.yaml"]["Resources"].values()
    groups = made["Properties"]["StackInstancesGroup"]
    assert [group["Regions"] for group in groups] == [["eu-west-1"], ["us-east-1"]]
    for group, cluster in zip(groups, ("here", "there"), strict=True):
        said = {item["ParameterKey"]: item["ParameterValue"] for item in group["ParameterOverrides"]}
        zones = addresses.zones(view, cluster)
        for subnet in addresses.subnets(view, cluster):
            number = zones.index(subnet.zone) + 1
            assert said[f"{subnet.tier.title()}Cidr{number}"] == subnet.cidr
        assert said["Zone3"] == ("eu-west-1c" if cluster == "here" else "")
        assert set(said) | {"TemplatesUrl", "FlowLogDays"} == set(found[f"{NETWORK}/network.yaml"]["Parameters"])


def test_a_second_cluster_of_a_region_is_in_a_second_stack_set() -> None:
    beside = platform({"platform.yaml": TEXT.replace("us-east-1", "eu-west-1")})
    sets = cloudformation.sets(beside, "dev")
    assert [[member.cluster for member in members] for members in sets] == [["here"], ["there"]]
    assert [cloudformation.set_name(beside, "dev", number) for number in (0, 1)] == [
        "shop-dev-network",
        "shop-dev-network-2",
    ]


@pytest.mark.parametrize("text", [TEXT, BY_TERRAFORM], ids=["cloudformation", "terraform"])
def test_each_network_has_one_owner(text: str) -> None:
    view = platform({"platform.yaml": text})
    files = {**artifacts(target, view), **artifacts(stacks, view)}
    for cluster in ("here", "there"):
        by_terraform = f"environments/dev/{cluster}/terraform/network/main.tf" in files
        by_cloudformation = cluster in cloudformation.networks(view, "dev")
        assert by_terraform != by_cloudformation
        assert terraform.stacks(view, cluster) == (("network", "cluster") if by_terraform else ("cluster",))


def test_terraform_reads_what_cloudformation_exports(view: View, found: Mapping[str, Any]) -> None:
    said = formats.encode(*_file(view, "environments/dev/there/terraform/cluster/main.tf")).decode()
    assert "terraform_remote_state" not in said
    exports = [output["Export"]["Name"]["Fn::Sub"] for output in found[f"{NETWORK}/network.yaml"]["Outputs"].values()]
    values = {"Name": "shop-there", "Zone1": "us-east-1a", "Zone2": "us-east-1b", "Zone3": ""}
    names = {re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], name) for name in exports}
    read = re.findall(r'= "(shop-there-(?:nodes|pods)-\S+)"', said)
    assert len(read) == 4
    assert set(read) <= names
