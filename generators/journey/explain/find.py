"""From a rendered file to the unit that renders it, and from what a person writes to a field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from journey.artifact import Artifact, Format, Unit
from journey.explain.fields import Fields, Name, Path
from journey.explain.trials import Trials
from journey.pipeline.session import Session
from journey.spec import positions
from journey.spec.validate import did_you_mean


class NotFound(Exception):
    """What is asked for is not there: `message` says what, `hint` what may be meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def trials_of(session: Session, path: str) -> Trials:
    """The unit that renders a file, ready to be rendered under changes. Raises NotFound for a file that none does."""
    documents = session.sources.values
    seen: list[str] = []
    for unit in _likely(session, path):
        trials = Trials(documents, unit, session.render, session.engine)
        if trials.artifact(path) is not None:
            return trials
        seen += trials.artifacts
    raise NotFound(f"{path} is not rendered from this spec", did_you_mean(path, seen) if len(seen) < MOST_NAMES else "")


MOST_NAMES = 5000
"""Files among which a name like the one that was asked for is looked for: it takes a second."""


def _likely(session: Session, path: str) -> list[Unit]:
    """The units of which one has the file: the one that the last run knew, else all, those named in the path first."""
    outcomes, parts = session.known.outcomes, set(path.split("/"))

    def strangeness(unit: Unit) -> int:
        return -sum(word in parts for word in unit if word)

    encoded = path.encode()
    near = (unit for unit in outcomes if not unit.service or unit.service in parts)
    for unit in (*near, *outcomes):
        if encoded in bytes(outcomes[unit].raw) and path in session.known.result(unit).paths:
            if unit in set(session.units()):
                return [unit]
            break
    return sorted(session.units(), key=strangeness)


class Asked(NamedTuple):
    """A file, and which of its fields: a line number, a pointer, or (neither) the file as a whole."""

    file: str
    line: int = 0
    pointer: str = ""


def split(text: str) -> Asked:
    """`FILE`, `FILE:LINE` or `FILE:POINTER`; a pointer is a JSON Pointer (RFC 6901) or a dotted path."""
    file, separator, rest = text.partition(":")
    if not separator:
        return Asked(file)
    return Asked(file, line=int(rest)) if rest.isdigit() else Asked(file, pointer=rest)


_DOTTED = re.compile(r"\[([^\]]*)\]|([^.\[\]]+)")


def fields_at(artifact: Artifact, found: Fields, data: bytes, asked: Asked) -> list[Name]:
    """The names of the fields that are asked about. Raises NotFound where there is no such."""
    if asked.line:
        return _on_line(artifact, found, data, asked.line)
    if not asked.pointer:
        return list(found.values)
    path = steps(asked.pointer)
    chosen = [name for name in found.values if _begins(name, found.paths[name], path)]
    if not chosen:
        known = [pointer_text(found.paths[name]) for name in found.values]
        said = pointer_text(path) if not asked.pointer.startswith("/") else asked.pointer
        raise NotFound(f"{asked.file} has no field {said}", did_you_mean(said, known))
    return chosen


def steps(pointer: str) -> list[str]:
    if pointer.startswith("/"):
        return [step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")]
    return [match[1] if match[1] is not None else match[2] for match in _DOTTED.finditer(pointer)]


def pointer_text(path: Iterable[object]) -> str:
    """A path as a JSON Pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _begins(name: Name, path: Path, asked: Sequence[str]) -> bool:
    """Whether a field is, or stands below, what is asked for: by key, index, or `key=value` of an element."""
    if len(path) < len(asked):
        return False
    steps = zip(asked, name, path, strict=False)
    return all(said in (str(key), str(step)) for said, key, step in steps)


def _on_line(artifact: Artifact, found: Fields, data: bytes, line: int) -> list[Name]:
    total = len(data.splitlines())
    if line > total:
        raise NotFound(f"{artifact.path} has {total} lines", "")
    chosen = lines_of(artifact, found, data)[line - 1]
    if not chosen:
        hint = "comments and blank lines come from the format"
        raise NotFound(f"line {line} of {artifact.path} holds no field", hint)
    return chosen


def lines_of(artifact: Artifact, found: Fields, data: bytes) -> list[list[Name]]:
    """The fields that each line of a file holds or opens; a line of a longer scalar is that scalar's."""
    count = len(data.splitlines())
    if artifact.format is Format.TEXT:
        return [[name] if name else [] for name in _text_lines(found, data)]
    if artifact.format not in (Format.YAML, Format.JSON):
        return _ordered(found, data)
    begins = positions.lines(data, key=True)
    names = found.names()
    table: list[list[Name]] = [[] for _ in range(count)]
    for path, (line, _) in begins.items():
        if path in names:
            table[line - 1].append(names[path])
    for path, (line, _) in begins.items():
        if path and path not in names and not table[line - 1]:
            table[line - 1] += [name for other, name in names.items() if other[: len(path)] == path]
    for path, name in names.items():
        _go_on(table, begins[path][0], name, found.values[name])
    return table


def _go_on(table: list[list[Name]], line: int, name: Name, value: object) -> None:
    """Give a text of several lines those on which nothing else begins."""
    if isinstance(value, str):
        for row in table[line : line + value.rstrip("\n").count("\n") + 1]:
            if row:
                return
            row.append(name)


def _text_lines(found: Fields, data: bytes) -> list[Name | None]:
    """The fields of a text by line. The remark that the format adds is no field."""
    by_text: dict[object, list[Name]] = {}
    for name, value in found.values.items():
        by_text.setdefault(value, []).append(name)
    rows: list[Name | None] = []
    for line in data.decode().splitlines():
        waiting = by_text.get(line)
        rows.append(waiting.pop(0) if waiting else None)
    return rows


def _ordered(found: Fields, data: bytes) -> list[list[Name]]:
    """The fields of a file whose emitter keeps their order: each stands on the next line that holds its key."""
    rows = data.decode().splitlines()
    table: list[list[Name]] = [[] for _ in rows]
    at = 1  # below the remark that the format adds
    for name, path in found.paths.items():
        word = str(next((step for step in reversed(path) if isinstance(step, str)), ""))
        whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        here = next((number for number in range(at, len(rows)) if whole.search(rows[number])), at)
        table[here].append(name)
        at = here
    return table
