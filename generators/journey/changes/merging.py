"""Two changes of one spec file joined by what they say: key by key, element by element, on whatever lines."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from journey.changes.diff.compare import MISSING
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.explain.fields import Path as Steps
from journey.explain.fields import steps_of
from journey.spec import edit, yaml
from journey.spec.edit import EditError
from journey.spec.splice import shown

RULE = "ci/conflict"


class Conflict(NamedTuple):
    """A field that both sides changed, each to something else; `MISSING`: it is gone."""

    path: Steps
    base: Any
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        said = [repr(value) if value is not MISSING else "nothing" for value in (self.base, self.ours, self.theirs)]
        return f"{shown(self.path)}: was {said[0]}, is {said[1]} on this side and {said[2]} on the other"


class Merged(NamedTuple):
    """The joined value, with this side's where they conflict."""

    value: Any
    conflicts: tuple[Conflict, ...] = ()


def merged(base: Any, ours: Any, theirs: Any, path: Steps = ()) -> Merged:
    """Join what two sides made of a value. A list's elements are told apart by their merge keys."""
    if _same(ours, theirs) or _same(base, theirs):
        return Merged(ours)
    if _same(base, ours):
        return Merged(theirs)
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        return _mappings(base if isinstance(base, Mapping) else {}, ours, theirs, path)
    if isinstance(base, list) and isinstance(ours, list) and isinstance(theirs, list):
        return _elements(base, ours, theirs, path)
    return Merged(ours, (Conflict(path, base, ours, theirs),))


def files(base: bytes, ours: bytes, theirs: bytes, file: str) -> tuple[bytes, tuple[Conflict, ...]]:
    """The bytes of this side with the other side's changes in them, and the fields in conflict.

    git's own merge of lines counts where it says the same: it brings the other side's comments too. Raises EditError
    for what cannot be read or written.
    """
    values = [_value(data, file) for data in (base, ours, theirs)]
    found = merged(values[0], values[1], values[2])
    clean, lines = _by_lines(base, ours, theirs)
    if clean and not found.conflicts:
        parsed = yaml.parse(lines, file)
        if not parsed.problems and parsed.value == found.value:
            return lines, ()
    return edit.set_value(ours, (), found.value), found.conflicts


def marked(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """What git makes of the lines, with its marks where they conflict."""
    return _by_lines(base, ours, theirs)[1]


def _by_lines(*sides: bytes) -> tuple[bool, bytes]:
    """What git makes of the lines of base, this side and the other, and whether they join."""
    with tempfile.TemporaryDirectory(prefix="journey-") as folder:
        paths = [Path(folder, name) for name in ("base", "ours", "theirs")]
        for path, data in zip(paths, sides, strict=True):
            path.write_bytes(data)
        base, ours, theirs = map(str, paths)
        done = subprocess.run(["git", "merge-file", "--stdout", ours, base, theirs], capture_output=True)
    return done.returncode == 0, done.stdout


def _value(data: bytes, file: str) -> Any:
    parsed = yaml.parse(data, file)
    if parsed.problems:
        raise EditError(f"{file}: {parsed.problems[0].message}")
    return parsed.value


def _mappings(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any], path: Steps) -> Merged:
    value: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    for key in dict.fromkeys((*ours, *theirs)):
        sides = [side.get(key, MISSING) for side in (base, ours, theirs)]
        found = merged(sides[0], sides[1], sides[2], (*path, key))
        conflicts += found.conflicts
        if found.value is not MISSING:
            value[key] = found.value
    return Merged(value, tuple(conflicts))


def _elements(base: Sequence[Any], ours: Sequence[Any], theirs: Sequence[Any], path: Steps) -> Merged:
    """Elements by key: this side's order, then what the other side added."""
    keyed = [dict(zip(_keys(side), side, strict=True)) for side in (base, ours, theirs)]
    order = dict.fromkeys((*keyed[1], *keyed[2]))
    value: list[Any] = []
    conflicts: list[Conflict] = []
    for key in order:
        at = list(keyed[1]).index(key) if key in keyed[1] else len(ours)
        sides = [side.get(key, MISSING) for side in keyed]
        found = merged(sides[0], sides[1], sides[2], (*path, at))
        conflicts += found.conflicts
        if found.value is not MISSING:
            value.append(found.value)
    return Merged(value, tuple(conflicts))


def _keys(items: Sequence[Any]) -> list[Any]:
    """What tells elements apart on every side: their merge key, or all that a scalar says, and how often it did."""
    seen: dict[str, int] = {}
    keys = []
    steps = steps_of(items) if all(isinstance(item, Mapping) for item in items) else [f"={item}" for item in items]
    for step in steps:
        said = str(step)
        seen[said] = seen.get(said, 0) + 1
        keys.append((said, seen[said]))
    return keys


def _same(one: Any, other: Any) -> bool:
    """Equal all the way down, `1` and `true` told apart."""
    return one is other or (one == other and repr(one) == repr(other))


def staged(git: Git, path: str) -> bytes:
    """What a file of the index in conflict is, once its sides are joined, by its path from the repository's root.

    Raises Refused with every field in conflict, and for what cannot be joined.
    """
    sides = [blob(git, f":{stage}:{path}") for stage in (1, 2, 3)]
    return joined(sides[0], sides[1], sides[2], path)


def of_commits(git: Git, ours: str, theirs: str, path: str) -> bytes:
    """The same for two commits and where they parted. Raises Refused."""
    base = git.run("merge-base", ours, theirs)
    sides = [blob(git, f"{commit}:{path}") for commit in (base, ours, theirs)]
    return joined(sides[0], sides[1], sides[2], path)


def joined(base: bytes | None, ours: bytes | None, theirs: bytes | None, path: str) -> bytes:
    """Three sides of a file, joined. Raises Refused where one side took the file away, or fields conflict."""
    if ours is None or theirs is None:
        raise Refused(RULE, "one side changed this file and the other took it away", "merge it by hand", path)
    try:
        data, conflicts = files(base or b"{}\n", ours, theirs, path)
    except EditError as error:
        raise Refused(RULE, str(error), "merge it by hand", path) from error
    if conflicts:
        said = "; ".join(map(str, conflicts))
        raise Refused(RULE, f"both sides changed the same fields: {said}", "merge it by hand and `make render`", path)
    return data


def blob(git: Git, name: str) -> bytes | None:
    """The bytes of a file of a commit, or of the index; None where there is none."""
    code, output, _ = git.ask("cat-file", "blob", name)
    return None if code else output.encode(errors="surrogateescape")
