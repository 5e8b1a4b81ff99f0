"""What questions cost beside Helm's bare render: explain, blame, uses, diff (`make bench-questions`).

The workload is committed to git in the spec and as it is rendered; then a default that touches all services is
edited, and last one service's image tag in one environment, each in a commit of its own. Whole processes take turns,
round after round; the first round warms up. Exit 1 where a bar is missed; bars are judged from N = 1000.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks import inputs, install, measure
from benchmarks.bars import JUDGED_FROM, wall
from benchmarks.measure import Usage
from benchmarks.programs import EDITED_ENV, JOURNEY, Edit, clean, environment, prepare
from benchmarks.run import work_below


class Question(NamedTuple):
    """A command, and the most that it may take of Helm's time."""

    name: str
    command: tuple[str, ...]
    at_most: float


def committed(folder: Path, env: dict[str, str], message: str) -> None:
    """Render the spec, and commit it with what it renders."""
    git = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", "-c", "core.fsync=none")
    if not (folder / ".git").exists():
        subprocess.run([*git, "init", "-q", "-b", "main"], cwd=folder, check=True)
    subprocess.run([JOURNEY, "render"], cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*git, "add", "-A"], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-qm", message], cwd=folder, check=True)


def questions(edit: Edit, file: str, line: int) -> list[Question]:
    """What is asked, of the service that was edited."""
    spec = f"apps/{edit.service}/service.yaml"
    return [
        Question("explain of one field", (JOURNEY, "explain", f"{file}:{line}"), 0.1),
        Question("blame of one file", (JOURNEY, "blame", file), 0.1),
        Question("uses of one line", (JOURNEY, "uses", f"{spec}:1"), 0.3),
        Question("diff of one edited service", (JOURNEY, "diff", "HEAD~1..HEAD"), 0.3),
        Question("diff of a default that touches all", (JOURNEY, "diff", "HEAD~2..HEAD~1"), 2.0),
    ]


def default(folder: Path) -> None:
    """Edit the default of every environment that every service's configuration takes."""
    root = folder / "platform.yaml"
    spec = yaml.safe_load(root.read_bytes())
    for environment_ in spec["environments"].values():
        environment_["defaults"]["config"]["files"]["/etc/app/LOG_LEVEL"] = "trace"
    inputs.put(root, inputs.dump(spec))


def asked(work: Path, count: int, rounds: int) -> int:
    """Measure, and print a table; the number of bars that are missed."""
    helm = next(program for program in prepare(work, count) if program.name == "helm")
    folder, env = work / "journey", environment(work)
    edit = Edit(folder, count)
    committed(folder, env, "begin")
    default(folder)
    committed(folder, env, "a default")
    edit.apply("9.9.9")
    committed(folder, env, "one image tag")
    file = f"{EDITED_ENV}/{edit.service}/deployment.yaml"
    rows = (folder / file).read_text(encoding="utf-8").splitlines()
    line = next(number for number, row in enumerate(rows, 1) if "image:" in row)
    wanted = questions(edit, file, line)
    runs: dict[str, list[Usage]] = {name: [] for name in ("helm", *(item.name for item in wanted))}
    for number in range(rounds + 1):
        clean(helm)
        usages = {"helm": measure.run(helm.command, helm.folder, env, work / "log")}
        usages |= {item.name: measure.run(item.command, folder, env, work / "log") for item in wanted}
        if number:
            for name, usage in usages.items():
                runs[name].append(usage)
    print(f"N = {count}: Helm's render {wall(runs['helm']):.3f} s")
    missed = 0
    for item in wanted:
        ratio = wall(runs[item.name]) / wall(runs["helm"])
        over = ratio > item.at_most
        missed += over and count >= JUDGED_FROM
        verdict = ("MISSED" if count >= JUDGED_FROM else "above; not judged") if over else "kept"
        print(f"  {item.name:36} {wall(runs[item.name]):7.3f} s  {ratio:5.2f}x  (at most {item.at_most}x) {verdict}")
    return missed


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask at each size."""
    parser = argparse.ArgumentParser(prog="benchmarks.questions", description="Measure questions beside Helm.")
    parser.add_argument("-n", default="100,1000", help="numbers of services, with commas (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="timed rounds after the warm-up (default: %(default)s)")
    parser.add_argument("--dir", type=Path, help="work below this folder, whatever its file system")
    given = parser.parse_args(arguments)
    if not install.ready():
        print("the peer is not installed: python benchmarks/install.py", file=sys.stderr)
        return 2
    counts = [int(item) for item in given.n.split(",")]
    missed = 0
    for count in counts:
        below = work_below(given.dir, 2 * max(counts))
        with tempfile.TemporaryDirectory(prefix="journey-bench-", dir=below) as work:
            missed += asked(Path(work), count, given.runs)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
