"""checkov, actionlint, zizmor and hadolint themselves, as `make tools` installs them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from journey import pipeline, tree
from journey.checks.outside import CHECKERS, Checker
from journey.checks.outside.actionlint import ACTIONLINT
from journey.checks.outside.checkov import CHECKOV
from journey.checks.outside.hadolint import HADOLINT
from journey.checks.outside.zizmor import ZIZMOR
from journey.formats import text
from journey.pipeline import outside, policies, programs
from journey.pipeline.outside import Judgement
from journey.targets import images
from tests import specs
from tests.targets.delivered import artifacts

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOYMENT = (ROOT / "policies" / "host-path" / "allowed.yaml").read_text()
WORKFLOW = """\
on: push
permissions: write-all
jobs:
  a:
    runs-on: ubuntu-lates
    steps:
    - run: echo ${{ github.head_ref }}
"""
RAISES = """\
from checkov.kubernetes.checks.resource.base_spec_check import BaseK8Check
class Own(BaseK8Check):
    def __init__(self):
        super().__init__(name="own", id="OWN_BROKEN", categories=[], supported_entities=["Deployment"])
    def scan_spec_conf(self, conf):
        return conf["no such key"]
check = Own()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty platform that uses the programs of this checkout."""
    link = tmp_path / programs.FOLDER
    link.parent.mkdir()
    link.symlink_to(ROOT / programs.BUILT)
    return tmp_path


def judge(root: Path, files: dict[str, str], every: bool = False, checkers: Sequence[Checker] = CHECKERS) -> Judgement:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    found = specs.load({}, root)
    plan = tree.Plan(tree.Owned(), unchanged=tuple(sorted(files)), entries={})
    return outside.judge(str(root), found, plan, every, checkers=checkers)


def told(judgement: Judgement, prefix: str = "") -> set[str]:
    return {f"{problem.rule} {problem.message}" for problem in judgement.problems if problem.rule.startswith(prefix)}


def test_every_program_is_there() -> None:
    assert [checker.name for checker in CHECKERS if programs.find(checker.name, str(ROOT)) is None] == []


def test_every_policy_refuses_its_denied_example_and_passes_its_allowed_one(tmp_path: Path) -> None:
    sources = policies.load(str(ROOT))
    stage = tmp_path / "tree"
    policies.stage(sources, tmp_path / "policies", stage / "denied")
    for source in sources:
        folder = stage / "allowed" / policies.staged_name(source)
        folder.mkdir(parents=True)
        shutil.copyfile(source.file.parent / policies.ALLOWED, folder / policies.ALLOWED)
    program = programs.find(CHECKOV.name, str(ROOT))
    assert program
    command = [program, *CHECKOV.arguments(["allowed", "denied"], [], str(tmp_path / "policies"))]
    output = programs.run(command, str(stage), CHECKOV.environment)
    assert (output.code, output.stderr) == (0, "")
    found = {(finding.path, finding.rule) for finding in CHECKOV.parse(output.stdout)}
    for source in sources:
        name, rule = policies.staged_name(source), f"checkov/{source.id}"
        assert (f"denied/{name}/denied.yaml", rule) in found
        assert (f"allowed/{name}/allowed.yaml", rule) not in found


def test_findings_come_back_with_their_places(root: Path) -> None:
    path = "environments/dev/local/kubernetes/cart/deployment-cart.yaml"
    judgement = judge(root, {path: DEPLOYMENT, ".github/workflows/ci.yaml": WORKFLOW})
    found = told(judgement)
    assert f"checkov/CKV_K8S_43 {path}:1: Deployment cart: Image should use digest" in found
    rules = {problem.rule for problem in judgement.problems}
    assert {"actionlint/runner-label", "zizmor/template-injection"} <= rules
    assert {rule for rule in rules if rule.startswith("checkov/CKV2_GHA")} == {"checkov/CKV2_GHA_1"}
    assert not judgement.crashed


TERRAFORM = 'resource "aws_vpc" "this" {\n  cidr_block = "10.0.0.0/16"\n}\n'
TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: acme
"""


def test_stacks_are_judged_in_both_languages(root: Path) -> None:
    stack = "environments/dev/cloud/terraform/network/main.tf"
    module = "modules/terraform/network/main.tf"
    template = "environments/dev/cloud/cloudformation/bootstrap/template.yaml"
    call = 'module "network" {\n  source = "../../../../../modules/terraform/network"\n}\n'
    judgement = judge(root, {stack: call, module: TERRAFORM, template: TEMPLATE}, checkers=(CHECKOV,))
    found = {line.rpartition(": ")[0] for line in told(judgement)}
    assert f"checkov/CKV2_AWS_11 {module}:1: aws_vpc this" in found
    assert f"checkov/CKV_AWS_18 {template}:3: AWS::S3::Bucket Bucket" in found
    assert not judgement.crashed


def test_judging_what_changed_tells_what_judging_all_tells(root: Path) -> None:
    folder = "environments/dev/local/kubernetes/cart"
    role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: {}\nmetadata: {{name: cart, namespace: shop}}\n{}\n"
    files = {
        f"{folder}/deployment-cart.yaml": DEPLOYMENT,
        f"{folder}/role-cart.yaml": role.format("Role", 'rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]'),
        f"{folder}/rolebinding-cart.yaml": role.format(
            "RoleBinding",
            "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: cart}\n"
            "subjects: [{kind: ServiceAccount, name: cart, namespace: shop}]",
        ),
    }
    assert not {rule for rule in told(judge(root, files)) if "CKV2_K8S_5" in rule}
    wide = 'rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]'
    files[f"{folder}/role-cart.yaml"] = role.format("Role", wide)
    some = judge(root, files)
    assert some.judged == 2
    assert {rule for rule in told(some) if "CKV2_K8S_5" in rule}
    whole = judge(root, files, every=True)
    assert (whole.judged, whole.problems) == (3, some.problems)


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ('raise ValueError("broken")\nid = "OWN_BROKEN"', "did not judge all"),
        (
            RAISES,
            "KeyError",
        ),
    ],
)
def test_a_policy_that_breaks_fails_the_run(root: Path, policy: str, why: str) -> None:
    folder = root / "policies" / "own-broken"
    folder.mkdir(parents=True)
    (folder / "policy.py").write_text(policy)
    (folder / "denied.yaml").write_text(DEPLOYMENT)
    judgement = judge(root, {"environments/dev/deployment-cart.yaml": DEPLOYMENT})
    assert judgement.crashed
    (message,) = told(judgement, "outside/")
    assert message.startswith("outside/crashed checkov gave no verdict: ")
    assert why in message


@pytest.mark.parametrize("checker", [ACTIONLINT, ZIZMOR], ids=lambda checker: checker.name)
def test_a_workflow_that_cannot_be_read_is_told(root: Path, checker: Checker) -> None:
    (root / "platform.yaml").write_text(specs.PLATFORM)
    judgement = judge(root, {".github/workflows/ci.yaml": "on: [\n"})
    rules = {problem.rule.partition("/")[0] for problem in judgement.problems}
    assert rules & {checker.name, "outside"}


BAD = "FROM debian\n# hadolint ignore=DL3002\nUSER root\nRUN cd /x && echo $HOME\n"


@pytest.mark.parametrize(
    ("content", "rules"), [(BAD, {"DL3002", "DL3003", "DL3006", "SC2086"}), ("FORM x\n", {"DL1000"})]
)
def test_a_dockerfile_is_judged_with_the_shell_in_it(root: Path, content: str, rules: set[str]) -> None:
    judgement = judge(root, {"apps/shop/Dockerfile": content}, checkers=(HADOLINT,))
    found = {problem.rule for problem in judgement.problems}
    assert {f"hadolint/{rule}" for rule in rules} <= found


@pytest.mark.parametrize("runtime", ["python", "node", "nginx", "generic"])
def test_a_rendered_dockerfile_is_clean(root: Path, runtime: str) -> None:
    service = f"team: web\nruntime: {runtime}\nbuild: {{start: [/run], run: [make all], sources: [apps/kit]}}\n"
    view = specs.platform({"apps/shop/service.yaml": service})
    rendered = artifacts(images, view)["apps/shop/Dockerfile"].content
    judgement = judge(root, {"apps/shop/Dockerfile": text.emit(rendered)}, checkers=(HADOLINT,))
    assert (told(judgement), judgement.judged) == (set(), 1)


PLATFORMS = [ROOT, *(path.parent for path in sorted(ROOT.glob("examples/*/platform.yaml")))]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda path: path.name)
def test_the_platforms_of_the_repository_are_clean(platform: Path) -> None:
    found = pipeline.run(pipeline.Options(str(platform)), write=False)
    assert found.plan is not None
    judgement = outside.judge(str(platform), found.sources, found.plan)
    assert told(judgement) == set()
    assert judgement.files > 50
