"""Two revisions of a repository, read from git's objects: nothing is checked out, and no work tree is looked at.

That works in a shallow clone too, for revisions that it has.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NamedTuple

from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.spec.sources import ROOT_FILE, is_promoted
from journey.targets import is_rendered

RULE = "diff/revision"


class Range(NamedTuple):
    """Two commits by their full ids."""

    old: str
    new: str


class Changed(NamedTuple):
    """A rendered file's bytes in both commits; None where it is not there. `was` is its path before a rename."""

    path: str
    old: bytes | None
    new: bytes | None
    was: str = ""


def resolve(git: Git, said: str, branch: str) -> Range:
    """The commits of `REV..REV`, of `REV` (to HEAD), or of nothing: from where HEAD left `branch` to HEAD.

    On the branch itself, nothing means HEAD's last commit. Raises Refused for a revision that is not there, and, where
    HEAD is meant without being named, for changes that are not committed.
    """
    old, dots, new = said.partition("..")
    if dots and not (old and new and not new.startswith(".")):
        raise Refused(RULE, f"`{said}` is no range of revisions", "write REV..REV, or REV for REV..HEAD")
    if git.ask("rev-parse", "--git-dir")[0]:
        raise Refused(RULE, "this is no git repository", "run it in a clone")
    if not dots:
        committed(git, "name both revisions: REV..HEAD")
    head = _commit(git, new or "HEAD")
    return Range(_commit(git, old) if old else _left(git, head, branch), head)


def committed(git: Git, otherwise: str) -> None:
    """Raises Refused where the spec or a rendered file below the work folder has changes that are not committed.

    otherwise: what else than to commit them its hint tells to do.
    """
    code, output, error = git.ask("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", ".")
    if code:
        raise Refused(RULE, f"git status: {error.strip()}", "mend the index first")
    prefix = git.run("rev-parse", "--show-prefix")
    rows = [(row[:2], row[3:].removeprefix(prefix)) for row in output.split("\0") if row]
    unmerged = [path for state, path in rows if state in {"DD", "AU", "UD", "UA", "DU", "AA", "UU"}]
    if unmerged:
        raise Refused(RULE, f"{unmerged[0]} is not merged", f"finish the merge, or {otherwise}")
    dirty = [path for _, path in rows if is_rendered(path) or is_spec(path)]
    if dirty:
        more = f" and {len(dirty) - 1} more" if len(dirty) > 1 else ""
        raise Refused(RULE, f"{dirty[0]}{more} is not committed", f"commit it, or {otherwise}")


def is_spec(path: str) -> bool:
    """Whether a file is one of the spec, by its name."""
    return os.path.basename(path) in (ROOT_FILE, "service.yaml") or is_promoted(path)


def _commit(git: Git, revision: str) -> str:
    found = git.commit(revision)
    if found is None:
        shallow = git.ask("rev-parse", "--is-shallow-repository")[1].strip() == "true"
        hint = f"this clone is shallow: git fetch --deepen=100, or git fetch origin {revision}"
        raise Refused(
            RULE, f"there is no revision `{revision}`", hint if shallow else "git log and git branch -a list them"
        )
    return found


def _left(git: Git, head: str, branch: str) -> str:
    for name in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        tip = git.commit(name)
        if tip is None or tip == head:
            continue
        code, base, _ = git.ask("merge-base", tip, head)
        if not code and base.strip() != head:
            return base.strip()
    return _commit(git, f"{head}~1")


def rendered(git: Git, between: Range) -> list[Changed]:
    """The rendered files below the work folder that differ between the commits, by path."""
    found = {path: ids for path, ids in differing(git, between, "--relative").items() if is_rendered(path)}
    ids = [name for pair in found.values() for name in pair if name is not None]
    data = dict(zip(ids, blobs(git, ids), strict=True))
    return [Changed(path, data.get(old or ""), data.get(new or "")) for path, (old, new) in found.items()]


def differing(git: Git, between: Range, *options: str) -> dict[str, tuple[str | None, str | None]]:
    """The blobs of every path that differs between two commits, old and new; None where there is no file."""
    output = git.run("diff-tree", "-r", "--no-renames", "--raw", "-z", "--no-abbrev", *options, *between)
    parts = iter(output.split("\0"))
    rows = ((head.split(), path) for head, path in zip(parts, parts, strict=False))
    return {
        path: (head[2] if head[2].strip("0") else None, head[3] if head[3].strip("0") else None) for head, path in rows
    }


def spec_files(git: Git, commit: str) -> dict[str, bytes]:
    """The YAML and JSON files of a commit that are not rendered, by path, for a spec to be read from.

    They are those of the work folder's own subfolder.
    """
    rows = listed(git, commit)
    folders = [path for kind, _, path in rows if kind == "tree" and not _elsewhere(f"{path}/")]
    rows += [row for folder in folders for row in listed(git, commit, "-r", "--", f"{folder}/")]
    wanted = {
        path: name
        for kind, name, path in rows
        if kind == "blob" and path.endswith((".yaml", ".yml", ".json")) and not _elsewhere(path)
    }
    return dict(zip(wanted, blobs(git, list(wanted.values())), strict=True))


def listed(git: Git, commit: str, *options: str) -> list[tuple[str, str, str]]:
    """What a commit holds below the work folder: kind, id and path; of files those that are no links."""
    output = git.run("ls-tree", "-z", commit, *options)
    rows = (row.partition("\t") for row in filter(None, output.split("\0")))
    told = ((head.split(), path) for head, _, path in rows)
    return [(head[1], head[2], path) for head, path in told if head[0].startswith("100") or head[1] == "tree"]


def _elsewhere(path: str) -> bool:
    return is_rendered(path) or path.startswith(("examples/", "tests/", "node_modules/"))


def blobs(git: Git, names: Iterable[str]) -> list[bytes]:
    """The bytes of blobs, in order, by one process (git-scm.com/docs/git-cat-file, "BATCH OUTPUT")."""
    asked = "".join(f"{name}\n" for name in names).encode()
    if not asked:
        return []
    data = git.feed(asked, "cat-file", "--batch")
    found, at = [], 0
    while at < len(data):
        end = data.index(b"\n", at)
        head = data[at:end].split()
        if len(head) != 3:
            hint = "fetch it: git fetch --refetch"
            raise Refused(RULE, f"this clone lacks the content {head[0].decode()}", hint)
        size = int(head[2])
        found.append(data[end + 1 : end + 1 + size])
        at = end + 2 + size
    return found
