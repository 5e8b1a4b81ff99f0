"""Real OpenTofu on every rendered stack and module: `python -m tests.e2e.terraform ROOT...`.

In an account of moto's, an environment each, the rendered CloudFormation makes what Terraform needs. Then OpenTofu,
with its own S3 backend, takes the stacks in their order: init, validate, plan, apply, and a plan that changes nothing.
Its AWS provider is a stand-in that serves the real one's distilled schema and makes nothing (`aws_provider.py`).
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from journey import formats
from journey.facts import cloudformation, terraform
from journey.pipeline import open_spec
from journey.spec import resolve
from journey.spec.view import View
from journey.targets import cloudformation as stacks
from journey.targets import terraform as modules
from tests import specs
from tests.e2e.account import Account
from tests.e2e.ending import ended
from tests.e2e.table import Row, Table
from tests.targets.delivered import artifacts
from tests.targets.test_cloudformation import TEXT

PROOF = "terraform"
QUIET = ("-input=false", "-no-color")
BY_CLOUDFORMATION = "of CloudFormation's networks"

Platform = tuple[str, Path, View]
"""What it is called, where a copy of what is rendered lies, and its spec."""


def platforms(roots: list[str], folder: Path) -> Iterator[Platform]:
    """Platforms that have stacks, and one whose networks are CloudFormation's."""
    for root in roots:
        view = open_spec(root)[0].view
        if terraform.made(view):
            name = resolve.settings(view).name
            for part in ("environments", "modules"):
                shutil.copytree(Path(root, part), folder / name / part)
            yield name, folder / name, view
    view = specs.platform({"platform.yaml": TEXT})
    for artifact in (*artifacts(stacks, view).values(), *artifacts(modules, view).values()):
        file = folder / BY_CLOUDFORMATION / artifact.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(formats.encode(artifact.format, artifact.content))
    yield BY_CLOUDFORMATION, folder / BY_CLOUDFORMATION, view


def prove(table: Table, roots: list[str], folder: Path) -> None:
    """Every row."""
    account, refusals = Account(folder), True
    for name, root, view in platforms(roots, folder):
        for env, made in groupby(terraform.made(view), key=lambda place: place[0]):
            with account.opened():
                for _, cluster in made:
                    _cluster(table, account, root, view, env, cluster, name)
                    if refusals:
                        with table.row(PROOF, "what the provider, or another stack, does not have") as row:
                            _refused(row, account, root, view, env, cluster)
                        refusals = False
    _, root, _ = next(platforms([], folder / "modules"))
    for module in sorted((root / "modules" / "terraform").iterdir()):
        with table.row(PROOF, f"test of the module {module.name}") as row:
            _tested(row, account, module)


def _cluster(table: Table, account: Account, root: Path, view: View, env: str, cluster: str, name: str) -> None:
    region = resolve.cluster(view, cluster).region
    with table.row(PROOF, f"{env} on {cluster}: the first stack") as row:
        template = root / f"environments/{env}/{cluster}/cloudformation/bootstrap/template.yaml"
        outputs = account.asked("stack", region, f"{cluster}-bootstrap", str(template))
        row.expect(outputs["StateBucket"] == terraform.state(view, cluster, "").bucket, f"{name}: {outputs}")
        for act in cloudformation.ACTS:
            role = outputs[f"{act.title()}RoleArn"]
            row.expect(role.endswith(f"/{cloudformation.role(view, cluster, act)}"), f"{name}: {role}")
    for stack in terraform.stacks(view, cluster):
        with table.row(PROOF, f"{env} on {cluster}: {stack}") as row:
            _stack(row, account, _folder(root, env, cluster, stack), terraform.state(view, cluster, stack))


def _folder(root: Path, env: str, cluster: str, stack: str) -> Path:
    return root / "environments" / env / cluster / "terraform" / stack


def _stack(row: Row, account: Account, folder: Path, state: terraform.State) -> None:
    """From init to a plan that changes nothing; the state lies under its key, and no lock is left."""
    for words in (("init", *QUIET), ("validate", "-no-color"), ("plan", *QUIET, "-out=plan")):
        done = account.tofu(folder, *words)
        row.expect(not done.code, f"{words[0]}: {done.said[-1500:]}")
        if done.code:
            return
    shown = json.loads(account.tofu(folder, "show", "-json", "plan").said)
    for change in shown["resource_changes"]:
        wanted = ["read"] if change["mode"] == "data" else ["create"]
        row.expect(change["change"]["actions"] == wanted, f"{change['address']}: {change['change']['actions']}")
    done = account.tofu(folder, "apply", *QUIET, "plan")
    row.expect(not done.code, f"apply: {done.said[-1500:]}")
    done = account.tofu(folder, "plan", *QUIET, "-detailed-exitcode")
    row.expect(done.code == 0, f"a second plan changes something: {done.said[-1500:]}")
    kept = account.asked("object", state.region, state.bucket, state.key)
    row.expect(kept == {"encryption": "aws:kms", "key": state.kms}, f"state is kept as {kept}")
    left = account.asked("object", state.region, state.bucket, f"{state.key}.tflock")
    row.expect(left is None, "a lock was left")


REFUSALS = (
    ("modules/terraform/network/main.tf", "cidr_block ", "cidr_blocks ", "Unsupported argument"),
    ("modules/terraform/network/main.tf", "vpc_id  ", "vpc_ids ", "Missing required argument"),
    ("modules/terraform/cluster/main.tf", "vpc_config {", "vpc_configuration {", "Unsupported block type"),
    (
        "modules/terraform/cluster/main.tf",
        "aws_eks_cluster.this.name",
        "aws_eks_cluster.this.nam",
        "Unsupported attribute",
    ),
    ("{stack}/main.tf", "outputs.node_subnets", "outputs.nodes", "Unsupported attribute"),
    ("{stack}/main.tf", 'version = "~> 6.25"', 'version = "~> 7.0"', "doesn't match the updated version"),
)
"""(file, what is said there, what is written instead, what OpenTofu must say)."""


def _refused(row: Row, account: Account, root: Path, view: View, env: str, cluster: str) -> None:
    """A change of a rendered file each; and a state that somebody holds."""
    last = terraform.stacks(view, cluster)[-1]
    stack = _folder(root, env, cluster, last)
    for path, old, new, wanted in REFUSALS:
        file = root / path.format(stack=stack.relative_to(root))
        text = file.read_text(encoding="utf-8")
        row.expect(bool(re.search(re.escape(old), text)), f"{path} does not say `{old}`")
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        place = stack.parent / "network" if "/network/" in path else stack
        said = "".join(account.tofu(place, *words).said for words in (("init", *QUIET), ("plan", *QUIET)))
        row.expect(bool(re.search(wanted, said)), f"{path}: `{new}` is taken: {said[-600:]}")
        file.write_text(text, encoding="utf-8")
    state = terraform.state(view, cluster, last)
    where = (state.region, state.bucket, f"{state.key}.tflock")
    account.asked("put", *where, json.dumps({"ID": "held", "Who": "somebody"}))
    account.tofu(stack, "init", *QUIET)
    done = account.tofu(stack, "plan", *QUIET)
    row.expect(bool(done.code) and "state lock" in done.said, f"a held state is planned: {done.said[-600:]}")
    account.asked("delete", *where)


def _tested(row: Row, account: Account, module: Path) -> None:
    done = account.tofu(module, "init", *QUIET)
    row.expect(not done.code, done.said[-1500:])
    done = account.tofu(module, "test", "-no-color")
    told = re.search(r"(\d+) passed, (\d+) failed", done.said)
    row.expect(not done.code and told is not None and told[2] == "0", done.said[-1500:])
    row.count += int(told[1]) if told else 0


def main() -> int:
    """Print a table; exit 1 where something is wrong."""
    with tempfile.TemporaryDirectory(prefix="journey-terraform-") as folder:
        return ended(lambda table: prove(table, sys.argv[1:] or ["."], Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
