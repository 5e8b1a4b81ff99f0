"""A clone of a platform's repository that a lab's Argo CD syncs: changed where `edits` says so, and rendered.

What a person does who takes the repository over: their own address in it, then `journey render`, then a push.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.lab.charts import Wanted
from journey.lab.programs import LabError
from journey.live.origin import CHARTS
from journey.problem import Step
from journey.spec.edit import set_value
from journey.spec.resolve import ROOT_FILE
from journey.spec.yaml import parse

IDENTITY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "lab"), ("EMAIL", "lab@example.com"))
}
"""Who commits in the clone."""


class Edit(NamedTuple):
    """A value that the clone has otherwise."""

    file: str
    path: tuple[Step, ...]
    value: str


class Fork:
    """The clone at `folder`, the bare repository that is synced, and the address that it is pulled by."""

    def __init__(self, folder: Path, bare: Path, url: str, branch: str) -> None:
        self.folder = folder
        self.bare = bare
        self.url = url
        self.branch = branch
        self.git = Git(folder, {**os.environ, **IDENTITY}, bot=False)

    def render(self) -> None:
        """Render the clone by the command that people use. Raises LabError with what it says."""
        code, said = self.journey("render")
        if code:
            raise LabError(f"the clone does not render:\n{said}")

    def journey(self, *arguments: str) -> tuple[int, str]:
        """Run `journey` in the clone: its exit code, and what it says."""
        command = [sys.executable, "-m", "journey", "--root", str(self.folder), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env={**os.environ, **IDENTITY}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    def edit(self, edits: Iterable[Edit]) -> None:
        """Set values of the clone's spec; all other bytes stay."""
        for edit in edits:
            file = self.folder / edit.file
            file.write_bytes(set_value(file.read_bytes(), edit.path, edit.value))

    def commit(self, message: str) -> str:
        """Commit all that differs; gives the commit's id."""
        self.git.run("add", "--all")
        self.git.run("commit", "--quiet", "--message", message)
        return self.git.run("rev-parse", "HEAD").strip()

    def push(self) -> None:
        """Give the branch to the repository that is synced."""
        self.git.run("push", "--quiet", str(self.bare), f"HEAD:refs/heads/{self.branch}")


def clone(root: Path, folder: Path, name: str, address: str, branch: str) -> Fork:
    """Clone what is committed at `root`, and make the bare repository that the lab serves at `address`.

    Raises LabError where `root` is not the top of a repository.
    """
    bare = folder / "origin" / f"{name}.git"
    work = folder / "clone"
    git = Git(root, dict(os.environ), bot=False)
    try:
        top = Path(git.run("rev-parse", "--show-toplevel").strip())
        if top.resolve() != root.resolve():
            raise LabError(f"{root} is not the top of its repository: Argo CD would not find its paths")
        git.run("clone", "--quiet", "--no-local", str(top), str(work))
        fork = Fork(work, bare, f"{address}/{name}.git", branch)
        fork.git.run("checkout", "--quiet", "-B", branch)
        git.run("init", "--quiet", "--bare", f"--initial-branch={branch}", str(bare))
    except Refused as error:
        raise LabError(str(error)) from error
    return fork


def edits(fork: Fork, charts: str, servers: Mapping[str, str]) -> Iterator[Edit]:
    """What the clone has otherwise: the repository's address, the clusters' addresses, and those of chart repositories.

    `servers` are addresses by cluster; `charts` is where the charts' stand-ins are served. Promoted files hold add-ons.
    """
    yield Edit(ROOT_FILE, ("repository", "url"), fork.url)
    for cluster, address in servers.items():
        yield Edit(ROOT_FILE, ("clusters", cluster, "server"), address)
    for file in spec_files(fork.folder):
        for addon, chart in charts_in(fork.folder / file):
            yield Edit(file, ("addons", addon, "chart", "repository"), charts)
            if "digest" in chart:
                raise LabError(f"{file}: the chart of {addon} is pinned by digest, which its stand-in cannot have")


def spec_files(folder: Path) -> list[str]:
    """The files that hold add-ons: platform.yaml, and what was promoted of it."""
    return [ROOT_FILE, *sorted(file.relative_to(folder).as_posix() for file in folder.glob("promoted/*.yaml"))]


def charts_in(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each add-on's chart."""
    content = parse(file.read_bytes(), file.name).value
    assert isinstance(content, dict)
    for name, addon in (content.get("addons") or {}).items():
        yield name, addon["chart"]


def wanted_charts(folder: Path) -> set[Wanted]:
    """The charts that a platform names, in any of its bases."""
    return {
        Wanted(chart["name"], chart["version"]) for file in spec_files(folder) for _, chart in charts_in(folder / file)
    }


def chart_address(address: str) -> str:
    """Where the stand-ins of charts are served."""
    return f"{address}/{CHARTS}"
