"""A pull request that its base has left behind: merged with it and rendered, where git alone would leave a conflict.

`merge` runs with the pull request's code and no token; `verified` runs with the base's code and looks at what came out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from journey.changes import merging
from journey.changes.diff.revisions import is_spec
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.targets import is_rendered

REF = "refs/journey/refresh"
FILE = "refresh.bundle"
MOST_BYTES = 256 * 1024 * 1024
MOST_PULLS = 256
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FILES = ("100644", "100755")


class PullRequest(NamedTuple):
    """An open pull request; `fork`: its branch is not ours; `mergeable`: None where GitHub has not found out yet."""

    number: int
    head: str
    branch: str
    fork: bool
    mergeable: bool | None


def behind(git: Git, pulls: Iterable[PullRequest], base: str) -> list[dict[str, str | int]]:
    """What the jobs that merge are told: pull requests of this repository without all of the base."""
    found = [pull for pull in pulls if not pull.fork and git.commit(pull.head) and not git.is_ancestor(base, pull.head)]
    return [{"number": pull.number, "head": pull.head, "branch": pull.branch} for pull in found[:MOST_PULLS]]


def stuck_forks(pulls: Iterable[PullRequest]) -> list[int]:
    """Numbers of the pull requests of forks that do not merge any more."""
    return [pull.number for pull in pulls if pull.fork and pull.mergeable is False]


def merge(git: Git, head: str, base: str, render: Callable[[], None]) -> str | None:
    """Merge the base into the head that is checked out, and render: the merge commit, held by REF.

    None when there is nothing to push: the head has the base, or git's own merge comes to the same. Raises Refused
    where a file that people write is in conflict.
    """
    _whole(head, base)
    if git.is_ancestor(base, head):
        return None
    git.ask("merge", "--no-commit", "--no-ff", base)
    for path in _unmerged(git):
        if is_rendered(path):
            git.run("rm", "--force", "--quiet", "--", path)
        else:
            _join(git, path)
    render()
    git.run("add", "--all")
    tree = git.run("write-tree")
    clean, plain, _ = _plain(git, head, base)
    if clean and plain == tree:
        return None
    commit = git.run("commit-tree", tree, "-p", head, "-p", base, "-m", "Merge the base and render")
    git.run("update-ref", REF, commit)
    return commit


def _join(git: Git, path: str) -> None:
    """Join the sides of a spec file in the work tree. Raises Refused, and gives the merge up, where that cannot be."""
    try:
        if not is_spec(path):
            raise Refused("ci/conflict", "both sides changed this file", "merge it by hand and `make render`", path)
        data = merging.staged(git, path)
    except Refused:
        git.ask("merge", "--abort")
        raise
    (git.root / path).write_bytes(data)
    git.run("add", "--", path)


def _whole(*commits: str) -> None:
    for commit in commits:
        if not _COMMIT.fullmatch(commit):
            raise Refused("ci/commit", f"`{commit}` is not the full id of a commit")


def _unmerged(git: Git) -> list[str]:
    return sorted(set(filter(None, git.run("diff", "--name-only", "--diff-filter=U", "-z").split("\0"))))


def _plain(git: Git, head: str, base: str) -> tuple[bool, str, str]:
    """git's own merge without a work tree: whether it is clean, its tree (with marks of conflict), what git said."""
    code, output, error = git.ask("merge-tree", "--write-tree", "--no-messages", "--name-only", head, base)
    if code > 1:
        raise Refused("ci/git", f"git merge-tree: {error.strip()}")
    return code == 0, output.split("\n", 1)[0], error


def bundle(git: Git, head: str, base: str, folder: Path) -> Path:
    """Write what `merge` made as a git bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    git.run("bundle", "create", str(path.resolve()), REF, f"^{head}", f"^{base}")
    return path


def verified(git: Git, path: Path, head: str, base: str) -> str:
    """The merge commit of a bundle from outside. Raises Refused unless it is what `merge` would make:

    one commit of exactly the two parents, that differs from git's own merge in rendered, plain files alone.
    """
    _whole(head, base)
    if path.stat().st_size > MOST_BYTES:
        raise Refused("ci/refresh", f"the bundle has more than {MOST_BYTES} bytes")
    git.run("fetch", "--quiet", "--no-tags", str(path.resolve()), f"+{REF}:{REF}")
    commit = git.run("rev-parse", REF)
    if git.parents(commit) != (head, base):
        raise Refused("ci/refresh", "the bundle holds another commit than the merge of the two")
    _, plain, _ = _plain(git, head, base)
    changed = git.changed(plain, commit)
    foreign = sorted(name for name in changed if not (is_rendered(name) or _is_joined(git, head, base, commit, name)))
    if foreign:
        message = "the merge changes a file otherwise than by rendering or joining its sides"
        raise Refused("ci/refresh", message, "merge by hand and `make render`", foreign[0])
    _plain_files(git, commit, changed)
    return commit


def _is_joined(git: Git, head: str, base: str, commit: str, path: str) -> bool:
    """Whether a spec file of the merge is what its two sides, joined here once more, come to."""
    try:
        return is_spec(path) and git.read(commit, path) == merging.of_commits(git, head, base, path).decode()
    except Refused:
        return False


def _plain_files(git: Git, commit: str, paths: Iterable[str]) -> None:
    wanted = set(paths)
    for line in filter(None, git.run("ls-tree", "-r", "-z", commit).split("\0")):
        about, _, name = line.partition("\t")
        if name in wanted and about.split(" ", 1)[0] not in _FILES:
            raise Refused("ci/refresh", "the merge makes a link or a submodule of a rendered file", "", name)
