"""Many branches of one repository, merged without a conflict left to a person: `python -m tests.e2e.merges`.

50 branches each promote a service and 20 each edit another default, all from one commit. They are merged one after the
other, in two orders, on a real bare repository that merges as a host does: without drivers. Where a branch is behind,
what the `refresh` workflow runs brings it up to date first. Then processes promote at the same time, each from a clone
of its own, against a remote that moves under them.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from journey import pipeline
from journey.ci import refresh
from journey.ci.git import Git
from journey.ci.refused import Refused
from tests import specs
from tests.changes.shop import PLATFORM
from tests.e2e.ending import ended
from tests.e2e.table import Row, Table

PROOF = "merges"
JOURNEY = Path(sys.executable).with_name("journey")
PROMOTIONS, DEFAULTS, TOGETHER = 50, 20, 6
WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "somebody"), ("EMAIL", "somebody@example.com"), ("DATE", "2030-01-01T00:00:00Z"))
}
ENVIRONMENT = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def git(root: Path, *arguments: str) -> str:
    """The output of git; drivers are in no clone's configuration."""
    done = subprocess.run(["git", *arguments], cwd=root, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def render(root: Path) -> None:
    """Bring the tree up to date."""
    found = pipeline.run(pipeline.Options(str(root)), write=True)
    assert not found.failed, found.problems


class House:
    """The bare repository, and the branches that were pushed to it, by what they do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bare = folder / "bare.git"
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        self.branches: list[str] = []

    def begin(self) -> None:
        """The platform, and every branch from its one commit."""
        names = [f"s{number:02}" for number in range(PROMOTIONS)]
        labels = ", ".join(f"example.com/d{number:02}: a" for number in range(DEFAULTS))
        services = {f"apps/{name}/service.yaml": "team: web\nports: {http: {port: 8080}}\n" for name in names}
        root = self.folder / "first"
        specs.load({"platform.yaml": f"{PLATFORM}defaults: {{labels: {{{labels}}}}}\n", **services}, root)
        git(root, "init", "-q", "-b", "main")
        git(root, "remote", "add", "origin", str(self.bare))
        render(root)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "begin")
        git(root, "push", "-q", "origin", "main")
        for name in names:
            git(root, "switch", "-q", "-c", f"promote-{name}", "main")
            subprocess.run(
                [JOURNEY, "promote", name, "--to", "staging", "--yes"],
                cwd=root, env=ENVIRONMENT, check=True, capture_output=True,
            )  # fmt: skip
        for number in range(DEFAULTS):
            git(root, "switch", "-q", "-c", f"default-d{number:02}", "main")
            path = root / "platform.yaml"
            path.write_text(path.read_text().replace(f"example.com/d{number:02}: a", f"example.com/d{number:02}: b"))
            render(root)
            git(root, "commit", "-qam", "edit")
        git(root, "switch", "-q", "main")
        git(root, "push", "-q", "--all", "origin")
        self.branches = [name for name in git(root, "branch", "--format=%(refname:short)").split() if name != "main"]

    def merged(self, row: Row, order: Sequence[str], name: str) -> str:
        """Merge all, each brought up to date first; gives the tree that comes out."""
        clone = self.folder / name
        git(self.folder, "clone", "-q", str(self.bare), str(clone))
        here = Git(clone, ENVIRONMENT, bot=False)
        for branch in order:
            head, base = git(clone, "rev-parse", f"origin/{branch}"), git(clone, "rev-parse", "main")
            git(clone, "switch", "-q", "--detach", head)
            try:
                tip = refresh.merge(here, head, base, lambda: render(clone)) or head
            except Refused as refused:
                row.expect(False, f"{branch} is left to a person: {refused.problem.message}")
                continue
            git(clone, "reset", "-q", "--hard")
            git(clone, "switch", "-q", "main")
            code, said, error = here.ask("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", tip)
            row.expect(not code, f"{branch} does not merge: {said}{error}")
        found = pipeline.run(pipeline.Options(str(clone)), write=False)
        row.expect(found.plan is not None and found.plan.clean, "what came out is not what its spec renders")
        return git(clone, "rev-parse", "main^{tree}")


RACER = """
set -u
for turn in $(seq 40); do
  git fetch -q origin && git reset -q --hard origin/main
  "$JOURNEY" promote "$SERVICE" --to staging --yes >/dev/null 2>&1 || exit 3
  git push -q origin HEAD:main 2>/dev/null && exit 0
done
exit 4
"""
"""One who promotes while others do: who comes late takes what is there and says it again. Nothing is forced."""


def raced(row: Row, house: House) -> None:
    """Promotions at the same time: each is there once, and none was overwritten."""
    names = [f"s{number:02}" for number in range(TOGETHER)]
    clones = [house.folder / f"racer-{name}" for name in names]
    for clone in clones:
        git(house.folder, "clone", "-q", str(house.bare), str(clone))
    running = [
        subprocess.Popen(["sh", "-c", RACER], cwd=clone, env={**ENVIRONMENT, "JOURNEY": str(JOURNEY), "SERVICE": name})
        for clone, name in zip(clones, names, strict=True)
    ]
    codes = [process.wait() for process in running]
    row.expect(not any(codes), f"exit codes {codes}")
    git(clones[0], "fetch", "-q")
    subjects = git(clones[0], "log", "--format=%s", "origin/main").splitlines()
    for name in names:
        row.expect(subjects.count(f"Promote {name} from dev to staging") == 1, f"{name}: {subjects}")
    git(clones[0], "reset", "-q", "--hard", "origin/main")
    found = pipeline.run(pipeline.Options(str(clones[0])), write=False)
    row.expect(found.plan is not None and found.plan.clean, "what came out is not what its spec renders")


def prove(table: Table, house: House) -> None:
    """Every row."""
    house.begin()
    trees = []
    for number in range(2):
        order = sorted(house.branches)
        random.Random(number).shuffle(order)
        with table.row(PROOF, f"{len(order)} branches, order {number + 1}") as row:
            trees.append(house.merged(row, order, f"order-{number}"))
    with table.row(PROOF, "both orders come to the same bytes") as row:
        row.expect(trees[0] == trees[1], f"trees {trees}")
    with table.row(PROOF, f"{TOGETHER} promote at the same time") as row:
        raced(row, house)


def main() -> int:
    """Print a table; exit 1 where something is wrong."""
    with tempfile.TemporaryDirectory(prefix="journey-merges-") as folder:
        return ended(lambda table: prove(table, House(Path(folder))))


if __name__ == "__main__":
    sys.exit(main())
