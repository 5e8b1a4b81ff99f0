"""A diff as words: the lines that text and Markdown share, Markdown that fits GitHub's limit, and plain data.

Nothing that a spec or a file says is taken for Markdown: it stands in code spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from journey.changes.diff.compare import MISSING
from journey.changes.diff.report import Diff, Group, Located, Row, Value, places, things
from journey.ci.comment import code
from journey.explain.fields import Name, short, short_pair
from journey.spec.splice import shown as dotted

LIMIT = 65_536
"""Characters that GitHub takes as the body of a comment."""
MOST_NAMED = 4
"""Objects that a row names before it counts the rest."""
MOST_EDITS = 5
GENERATORS = "generators"


def summary(found: Diff) -> str:
    """The first line: how much differs, by how many causes."""
    fields = [field for group in found.groups for field in group.fields]
    folded = sum(group.folded for group in found.groups)
    if not fields and not folded:
        return "nothing that is rendered differs"
    where = [place for place in places(fields) if place != "platform"]
    said = (
        f"{_counted(len(fields), 'field')} in {_counted(len(things(fields)), 'object')} in "
        f"{_counted(len(where), 'place')} by {_counted(len(found.groups), 'cause')}"
    )
    return f"{said}, and {_counted(folded, 'hash', 'hashes')} of them folded" if folded else said


def heading(group: Group) -> str:
    """What a group's cause is, and what it reaches."""
    reach = f"{_counted(len(group.fields), 'field')} in {_counted(len(things(group.fields)), 'object')}"
    where = ", ".join(places(group.fields))
    folded = f", {_counted(group.folded, 'hash', 'hashes')} folded" if group.folded else ""
    return f"{reach}{f' in {where}' if where else ''}{folded}"


def causes(group: Group) -> list[str]:
    """The edits of a group, a line each."""
    if not group.edits:
        return [f"{GENERATORS}: no edit of the spec explains it"]
    said = [edit(item) for item in group.edits[:MOST_EDITS]]
    if len(group.edits) > MOST_EDITS:
        said.append(f"and {len(group.edits) - MOST_EDITS} more edits")
    return said


def edit(item: Located) -> str:
    """An edit on its line."""
    steps = item.edit.before if item.edit.new is MISSING else item.edit.after
    what = f" {dotted(steps)}" if steps else ""
    return f"{item.place}{what}: {change(item.edit.old, item.edit.new, secret=False)}"


def change(old: Any, new: Any, secret: bool = True) -> str:
    """Old and new value."""
    if old is MISSING:
        return f"added {short(new)}" if secret or not isinstance(new, dict | list) else "added"
    if new is MISSING:
        return f"removed {short(old)}" if secret or not isinstance(old, dict | list) else "removed"
    if old == new and old == "(hidden)":
        return "changed (hidden)"
    return " -> ".join(short_pair(old, new))


def row(item: Row) -> Iterator[str]:
    """A field with its change, and a line for each exception."""
    for number, one in enumerate(item.values):
        lead = "except " if number else f"{item.kind}{f' {name(item.name)}' if item.name else ''}: "
        whole = not item.name and isinstance(one.old if one.new is MISSING else one.new, dict | list)
        said = ("removed" if one.new is MISSING else "added") if whole else change(one.old, one.new)
        yield f"{lead}{said} ({_who(one)})"


def name(steps: Name) -> str:
    """A field's name, an element of a list by its key."""
    text = "".join(f"[{step}]" if isinstance(step, int) or "=" in str(step) else f".{step}" for step in steps)
    return text.removeprefix(".").replace(".~", " >")


def _who(one: Value) -> str:
    named: dict[str, list[str]] = {}
    for field in one.fields:
        where = "/".join(filter(None, field.unit[1:3])) or field.path
        named.setdefault(field.thing.name, []).append(where)
    shown = [f"{who} in {', '.join(dict.fromkeys(where))}" for who, where in list(named.items())[:MOST_NAMED]]
    more = len(named) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def lines(found: Diff) -> Iterator[tuple[int, str]]:
    """Everything, as (depth, text): 0 the summary, 1 a cause, 2 what it reaches, 3 a row."""
    yield 0, summary(found)
    for group in found.groups:
        yield from ((1, cause) for cause in causes(group))
        if group.joint:
            yield 2, "only these edits together explain it"
        yield 2, heading(group)
        for item in group.rows:
            yield from ((3, line) for line in row(item))
    if found.silent:
        yield 1, f"{_counted(len(found.silent), 'edit')} without effect on anything rendered"
        yield from ((3, edit(item)) for item in found.silent)


def markdown(found: Diff, room: int = LIMIT) -> str:
    """GitHub-flavoured Markdown of at most `room` characters: summary and causes first, then detail as far as it fits.

    What is left out is counted.
    """
    return bullets(list(lines(found)), ([0, 2, 1], [3]), room, "journey diff")


def bullets(told: Sequence[tuple[int, str]], order: Sequence[Sequence[int]], room: int, command: str) -> str:
    """Lines as a list of at most `room` characters. `order`: which depths are taken first, as far as they fit.

    What is left out is counted; `command` shows it.
    """
    room -= 200
    chosen: set[int] = set()
    for depths in order:
        used = sum(len(_bullet(*told[at])) for at in chosen)
        chosen |= _fitting(told, depths, room - used)
    text = "".join(_bullet(*line) for at, line in enumerate(told) if at in chosen)
    left = len(told) - len(chosen)
    return text + (f"\n{left} more lines do not fit here: `{command}` shows them.\n" if left else "")


def _fitting(told: Sequence[tuple[int, str]], depths: Sequence[int], room: int) -> set[int]:
    """The first of these depths' lines, in order, that fit."""
    chosen: set[int] = set()
    for at, (depth, text) in enumerate(told):
        if depth in depths:
            room -= len(_bullet(depth, text))
            if room < 0:
                break
            chosen.add(at)
    return chosen


def _bullet(depth: int, text: str) -> str:
    if depth == 0:
        return f"**{text}**\n\n"
    return f"{'  ' * (min(depth, 2) - 1)}- {code(text)}\n"


def plain(found: Diff) -> dict[str, Any]:
    """The diff for programs. A value that is not there has no key."""
    return {
        "old": found.between.old,
        "new": found.between.new,
        "causes": [_plain_group(group) for group in found.groups],
        "withoutEffect": [plain_edit(item) for item in found.silent],
    }


def _plain_group(group: Group) -> dict[str, Any]:
    return {
        "cause": "spec" if group.edits else GENERATORS,
        "edits": [plain_edit(item) for item in group.edits],
        "together": group.joint,
        "folded": group.folded,
        "fields": [
            {
                "file": field.path,
                "kind": field.thing.kind,
                "name": field.thing.name,
                "field": name(field.difference.name),
                "environment": field.unit.environment,
                "cluster": field.unit.cluster,
                "service": field.unit.service,
                "target": field.unit.target,
                **_values(field.difference.old, field.difference.new),
            }
            for field in group.fields
        ],
    }


def plain_edit(item: Located) -> dict[str, Any]:
    """An edit for programs."""
    steps = item.edit.before if item.edit.new is MISSING else item.edit.after
    place = {"file": item.place.file, "line": item.place.line, "column": item.place.column}
    return {**place, "field": dotted(steps), **_values(item.edit.old, item.edit.new)}


def _values(old: Any, new: Any) -> dict[str, Any]:
    return {key: item for key, item in (("old", old), ("new", new)) if item is not MISSING}


def _counted(number: int, what: str, plural: str = "") -> str:
    return f"{number} {what if number == 1 else plural or f'{what}s'}"


def noticed(found: Diff) -> Iterable[tuple[Located, str]]:
    """Each edit with what it reaches, to be told on its line."""
    for group in found.groups:
        for item in group.edits:
            yield item, f"{'with others, ' if len(group.edits) > 1 else ''}changes {heading(group)}"
