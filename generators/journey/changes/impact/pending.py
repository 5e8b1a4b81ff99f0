"""What promotions still to come will do: acknowledgements that none of it needs are spent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from journey.changes.diff.report import compared
from journey.changes.diff.revisions import Changed, Range
from journey.changes.impact.acknowledged import spent
from journey.changes.impact.report import Impact, judged
from journey.changes.promote import base_of, first_of, promoted_blocks, with_base
from journey.changes.since import content
from journey.ci.git import Git
from journey.pipeline import open_spec
from journey.pipeline.preview import Before, Preview, before, preview
from journey.spec import edit, resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View


def spent_now(root: str) -> list[str]:
    """Acknowledgements of the main branch that no environment waits for any more; none where that cannot be told."""
    view = open_spec(root)[0].view
    known = _on_main(root, view)
    names = [name for name in resolve.acknowledgements(view) if name in known]
    return _spent(root, view, names, {}) if names else []


def without_spent(root: str, view: View, files: Mapping[str, bytes], tree: Before | None = None) -> dict[str, bytes]:
    """`platform.yaml` without the acknowledgements that nobody needs once these files of the spec are as given."""
    names = list(resolve.acknowledgements(view))
    gone = _spent(root, view, names, files, tree) if names else []
    if not gone:
        return {}
    data = files.get(ROOT_FILE) or Path(root, ROOT_FILE).read_bytes()
    paths = [("acknowledge",)] if len(gone) == len(names) else [("acknowledge", name) for name in gone]
    for path in paths:
        data = edit.remove(data, path)
    return {ROOT_FILE: data}


def _on_main(root: str, view: View) -> frozenset[str]:
    """What the main branch acknowledges, where there is one."""
    git = Git(Path(root), os.environ)
    branch = resolve.settings(view).repository.branch
    for name in (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}"):
        code, output, _ = git.ask("show", f"{name}:./{ROOT_FILE}")
        if not code:
            said = content(output, ROOT_FILE)
            return frozenset((said or {}).get("acknowledge") or ()) if isinstance(said, Mapping) else frozenset()
    return frozenset()


def _spent(
    root: str, view: View, names: Iterable[str], files: Mapping[str, bytes], tree: Before | None = None
) -> list[str]:
    found = pending(root, view, files, tree)
    return [] if found is None else spent(names, found.verdicts)


def pending(root: str, view: View, files: Mapping[str, bytes], tree: Before | None = None) -> Impact | None:
    """What promoting everything everywhere does, once these files are as given; None where that breaks the spec."""
    tree = tree or before(root)
    goal = preview(root, {**files, **_everywhere(view)}, tree)
    begin = preview(root, files, tree) if files else None
    if goal.problems_bar or (begin and begin.problems_bar):
        return None
    old = begin.after if begin else goal.before
    changed = _between(begin, goal)
    return judged(compared(Range("", ""), changed, old, goal.after), changed, old, goal.after)


def _everywhere(view: View) -> dict[str, bytes]:
    """The promoted files of every environment, as they are when each runs what the first one runs."""
    files: dict[str, bytes] = {}
    for target in resolve.order(view):
        if resolve.follows_head(view, target):
            continue
        source = first_of(view, target)
        for service in resolve.services(view):
            base = base_of(view, service, source)
            if base is not None and base_of(view, service, target) is not None:
                made = with_base(view, service, target, base)
                files[made.file] = made.text.encode()
        blocks = promoted_blocks(view, source, target)
        if view.input(blocks.file) is not None:
            files[blocks.file] = blocks.text.encode()
    return files


def _between(begin: Preview | None, goal: Preview) -> list[Changed]:
    """What differs between two states of which each is known by how it differs from the disk."""
    first = {item.path: item for item in begin.changed} if begin else {}
    last = {item.path: item for item in goal.changed}
    found = []
    for path in sorted(first.keys() | last.keys()):
        old = first[path].new if path in first else last[path].old
        new = last[path].new if path in last else first[path].old
        if old != new:
            found.append(Changed(path, old, new))
    return found
