"""Objects that went under one name and came under another: one change, not two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from journey.changes.diff import compare
from journey.changes.diff.revisions import Changed

LEAST_ALIKE = 0.6
"""The part of the leaves that must be alike, names aside; git takes half of the lines for a rename."""


def joined(changed: Sequence[Changed]) -> list[Changed]:
    """The files, with those that were renamed as one: of the same kind and place, and mostly alike."""
    gone = {file.path: _read(file.path, file.old) for file in changed if file.new is None}
    came = {file.path: _read(file.path, file.new) for file in changed if file.old is None}
    was: dict[str, str] = {}
    for path, content in came.items():
        best = max(
            ((_alike(gone[other], content), other) for other in gone if _place(other, gone) == _place(path, came)),
            default=(0.0, ""),
        )
        if best[0] >= LEAST_ALIKE:
            was[path] = best[1]
            del gone[best[1]]
    before = {file.path: file.old for file in changed}
    taken = set(was.values())
    return [
        Changed(file.path, before[was[file.path]], file.new, was[file.path]) if file.path in was else file
        for file in changed
        if file.path not in taken
    ]


def _read(path: str, data: bytes | None) -> Any:
    return compare.parsed(path, data)


def _place(path: str, contents: Mapping[str, Any]) -> tuple[str, ...]:
    """What does not differ between the names of a renamed thing: environment, cluster, target and kind."""
    what = compare.thing(path, contents[path])
    return (what.kind, *path.split("/")[:4]) if what.kind else (path,)


def _alike(old: Any, new: Any) -> float:
    before, after = set(_leaves(old, ())), set(_leaves(new, ()))
    return len(before & after) / max(len(before | after), 1)


def _leaves(node: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, item in node.items():
            if at or key != "metadata":
                yield from _leaves(item, (*at, str(key)))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _leaves(item, (*at, str(index)))
    else:
        yield at, str(node)
