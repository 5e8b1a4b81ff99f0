"""`journey diff` beside dyff and `kubectl diff`: one change, the same two trees, how long and what each shows.

`make bench-peers`. The Express example is copied into a repository, and its service edited in four places, one of which
only says the same amount in another unit. dyff compares the two trees as one file each, kubectl the new tree with a
real API server that has the old one (`journey lab`'s). `--readme` puts times and outputs into
docs/how-to/compare-two-commits.md.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import yaml

from benchmarks.programs import JOURNEY
from journey.lab.control_plane import ControlPlane, control_plane, nearest
from tests.e2e.accepted import definitions, install
from tools import outside

ROOT = Path(__file__).resolve().parent.parent
EXPRESS = ROOT / "examples" / "node-express"
PAGE = ROOT / "docs" / "how-to" / "compare-two-commits.md"
OPEN, CLOSE = "<!-- written by `make bench-peers BENCH_ARGS=--readme` -->", "<!-- end -->"
SERVICE = "apps/express/service.yaml"
EDITS = (
    ("GREETING: Hello", "GREETING: Good day"),
    ("scaling: {min: 2,", "scaling: {min: 3,"),
    ("size: 16Mi", "size: 16384Ki"),
    ('version: "1.0.0"', 'version: "1.1.0"'),
)
OBJECTS = "environments/dev/local/kubernetes"
MANAGER = "argocd-controller"


class Seen(NamedTuple):
    """What a program took, in seconds, and what it showed."""

    name: str
    seconds: float
    output: str


def measured(name: str, command: Sequence[str | Path], folder: Path, runs: int, code: int = 0) -> Seen:
    """Run a program several times, after once to warm up; `code` is what it exits with where trees differ."""
    spent, output = list[float](), ""
    for _ in range(runs + 1):
        start = time.monotonic()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        spent.append(time.monotonic() - start)
        output = done.stdout
        if done.returncode != code:
            raise SystemExit(f"{name} failed:\n{output}{done.stderr}")
    return Seen(name, median(spent[1:]), output)


def repository(folder: Path) -> Path:
    """The example with its edits in a commit of their own."""
    root = folder / "express"
    shutil.copytree(EXPRESS, root, ignore=shutil.ignore_patterns(".journey", "node_modules"))
    for message in ("begin", "edit"):
        file = root / SERVICE
        if message == "edit":
            text = file.read_text(encoding="utf-8")
            for old, new in EDITS:
                assert old in text, old
                text = text.replace(old, new)
            file.write_text(text, encoding="utf-8")
        subprocess.run([JOURNEY, "render"], cwd=root, check=True, stdout=subprocess.DEVNULL)
        git(root, "init", "-q", "-b", "main")
        git(root, "add", "-A")
        git(root, "commit", "-qm", message)
    return root


def git(root: Path, *arguments: str) -> str:
    """The output of git."""
    command = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, check=True, text=True).stdout


def joined(root: Path, revision: str, target: Path) -> Path:
    """The objects of a revision as one file, as dyff takes them."""
    paths = git(root, "ls-tree", "-r", "--name-only", revision, OBJECTS).splitlines()
    target.write_text("".join(f"---\n{git(root, 'show', f'{revision}:{path}')}" for path in paths), encoding="utf-8")
    return target


def program(name: str) -> Path:
    """A peer, built where it is not yet."""
    wanted = outside.of_go(name)
    outside.ensure(wanted, outside.CACHE)
    return outside.folder_of(wanted, outside.CACHE) / wanted.made


def of_kubectl(plane: ControlPlane, root: Path, folder: Path, runs: int) -> Seen:
    """kubectl against a server that has the old tree."""
    install(plane.server, definitions())
    old = joined(root, "HEAD~1", folder / "old.yaml")
    items = list(yaml.load_all(old.read_bytes(), Loader=yaml.CSafeLoader))
    for item in sorted(items, key=lambda item: item["kind"] != "Namespace"):
        plane.server.apply(item, MANAGER)
    kubectl = program("kubectl")
    how: list[str | Path] = ["--kubeconfig", plane.kubeconfig("bench"), "--server-side", "--field-manager", MANAGER]
    seen = measured("kubectl diff", [kubectl, "diff", *how, "-f", folder / "new.yaml"], folder, runs, code=1)
    lines = (line for line in seen.output.splitlines() if not line.startswith(("diff -u", "--- /", "+++ /")))
    return seen._replace(output="\n".join(lines) + "\n")


def compared(folder: Path, runs: int) -> list[Seen]:
    """All three on the same trees."""
    root = repository(folder)
    old, new = joined(root, "HEAD~1", folder / "old.yaml"), joined(root, "HEAD", folder / "new.yaml")
    found = [
        measured("journey diff", [JOURNEY, "diff", "HEAD~1..HEAD"], root, runs),
        measured("dyff between", [program("dyff"), "between", "--omit-header", old, new], folder, runs),
    ]
    with control_plane(folder / "lab", nearest("1.34")) as plane:
        found.append(of_kubectl(plane, root, folder, runs))
    return found


def told(found: Sequence[Seen]) -> str:
    """Times and outputs as Markdown."""
    rows = [f"| `{one.name}` | {one.seconds:.2f} s | {len(one.output.splitlines())} |" for one in found]
    outputs = [f"`{one.name}`:\n\n```text\n{one.output.strip()}\n```\n" for one in found]
    return "\n".join(["| program | time | lines |", "| --- | --- | --- |", *rows, "", *outputs])


def put(text: str, page: Path = PAGE) -> None:
    """Put the text between its marks on the page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(OPEN)
    _, _, after = rest.partition(CLOSE)
    page.write_text(f"{before}{OPEN}\n\n{text}\n{CLOSE}{after}", encoding="utf-8")


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> int:
    """Compare, and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description="Hold journey diff beside its peers.")
    parser.add_argument("--runs", type=int, default=5, help="timed runs after one to warm up (default: %(default)s)")
    parser.add_argument("--readme", action="store_true", help=f"put it into {PAGE.relative_to(ROOT)}")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="journey-peers-") as folder:
        text = told(compared(Path(folder), given.runs))
    say(text)
    if given.readme:
        put(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
