"""The git repository that a platform stands in, as `git` itself tells of it."""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from journey.ci.git import Git
from journey.problem import Level, Place, Problem
from journey.tree import Owned

MISSING = "doctor/git"
BELOW = "doctor/git-folder"
IGNORED = "doctor/ignored"

RULES = {
    MISSING: "The platform stands in a git repository, for clusters pull what is rendered from one.",
    BELOW: "The platform stands at the top of its repository, where GitHub looks for workflows.",
    IGNORED: "Git ignores no rendered file, and nothing of the spec.",
}

SPEC = ("platform.yaml", "apps/service/service.yaml", "apps/service/promoted/environment.yaml")
"""Paths as files of a spec have them."""


class Here(NamedTuple):
    """Where a platform stands: whether inside a work tree, and in which folder of it ("" is the top)."""

    inside: bool
    folder: str


def look(root: Path, environment: Mapping[str, str]) -> Here:
    """Ask git."""
    code, prefix, _ = Git(root, environment).ask("rev-parse", "--show-prefix")
    return Here(code == 0, prefix.rstrip("\n").rstrip("/"))


def judge(here: Here, root: Path, owned: Owned, environment: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the repository."""
    if not here.inside:
        hint = "git init, then add and commit the spec together with what is rendered"
        yield Problem(Place(""), MISSING, "there is no git repository here", hint)
        return
    if here.folder and (root / ".github/workflows").is_dir():
        message = f"the workflows in {here.folder}/.github/workflows never run: GitHub looks at the top alone"
        hint = "move the platform to the top of the repository, or leave `github-actions` out of `targets`"
        yield Problem(Place(".github/workflows"), BELOW, message, hint, Level.WARNING)
    yield from _ignored(Git(root, environment), owned)


def _ignored(git: Git, owned: Owned) -> Iterator[Problem]:
    """Patterns of git that hit files which belong into it, one Problem a pattern."""
    hit: dict[tuple[str, int, str], list[str]] = {}
    for source, line, pattern, path in _ignoring(git.root, [*SPEC, *_examples(owned), *_listed(git, owned)]):
        if not pattern.startswith("!"):
            hit.setdefault((source, line, pattern), []).append(path)
    for (source, line, pattern), paths in hit.items():
        message = f"`{pattern}` keeps files such as {paths[-1]} out of git"
        yield Problem(Place(source, line, 1), IGNORED, message, "remove the line, or narrow it")


def _examples(owned: Owned) -> Iterator[str]:
    """Paths such as rendered files have, for a tree that is not rendered yet."""
    yield from (f"{folder}/rendered.yaml" for folder in owned.folders)
    yield from (pattern.replace("*", "rendered") for pattern in owned.patterns)


def _listed(git: Git, owned: Owned) -> list[str]:
    """Ignored files among those that rendering owns."""
    asked = [*owned.folders, *(f":(glob){pattern}" for pattern in owned.patterns)]
    _, output, _ = git.ask("ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--", *asked)
    return [path for path in output.split("\0") if path]


def _ignoring(root: Path, paths: Iterable[str]) -> Iterator[tuple[str, int, str, str]]:
    """(file, line, pattern, path) for each path that a pattern decides about, tracked already or not."""
    command = ["git", "check-ignore", "--no-index", "--verbose", "-z", "--stdin"]
    asked = "".join(f"{path}\0" for path in dict.fromkeys(paths)).encode(errors="surrogateescape")
    output = subprocess.run(command, cwd=root, input=asked, capture_output=True).stdout
    fields = output.decode(errors="surrogateescape").split("\0")[:-1]
    for source, line, pattern, path in zip(*(iter(fields),) * 4, strict=True):
        yield posixpath.normpath(source), int(line), pattern, path
