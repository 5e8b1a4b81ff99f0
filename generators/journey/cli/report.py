"""Findings and changes as text, JSON, SARIF 2.1.0 and GitHub's workflow commands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import click

from journey import __version__
from journey.pipeline import Report, has_error, open_rendered
from journey.problem import Level, Place, Pointer, Problem
from journey.spec.sources import Sources
from journey.tree.model import shown

if TYPE_CHECKING:
    from journey.pipeline.exempt import Exempt
    from journey.pipeline.outside import Judgement

KINDS = ("create", "update", "delete", "chmod")
"""The kinds of change of a plan, in the order of the table's columns."""

MOST_ROWS = 20
"""Rows of a table that still read as a summary."""

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Located(NamedTuple):
    """A Problem with its line and column."""

    place: Place
    problem: Problem


def findings(sources: Sources, problems: Sequence[Problem], style: str) -> None:
    """Print every problem, sorted by where it stands."""
    located = sorted({Located(sources.place(problem.where), problem) for problem in problems}, key=_order)
    {"text": _text, "json": _json, "sarif": _sarif, "github": _github}[style](located)


def traced(root: str, problems: Sequence[Problem]) -> list[Problem]:
    """Problems with those about rendered files on the lines that caused them. Costs nothing where there are none."""
    if not any(isinstance(item.where, Pointer) and not item.rule.startswith(_OF_THE_SPEC) for item in problems):
        return list(problems)
    from journey.explain.findings import located

    return located(open_rendered(root)[0], problems)


_OF_THE_SPEC = ("spec/", "yaml/", "impact/", "tree/")
"""Rules of what people write: their findings stand on their lines already."""


def _order(item: Located) -> tuple[str, int, int, str, str]:
    return item.place.file, item.place.line, item.place.column, item.problem.rule, item.problem.message


def _text(located: list[Located]) -> None:
    """Names that users give may hold what moves a terminal's cursor, turns its text around, or is no text at all."""
    for place, problem in located:
        color = "red" if problem.level is Level.ERROR else "yellow"
        where = f"{click.style(shown(str(place)), bold=True)}: " if place.file else ""
        click.echo(f"{where}{click.style(shown(problem.rule), fg=color)}: {shown(problem.message)}")
        if problem.hint:
            click.echo(f"    {shown(problem.hint)}")


def _json(located: list[Located]) -> None:
    click.echo(json.dumps([_plain(item) for item in located], indent=2, ensure_ascii=False))


def _plain(item: Located) -> dict[str, object]:
    place, problem = item
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "level": problem.level.value,
        "rule": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
    }


def _sarif(located: list[Located]) -> None:
    rules = sorted({item.problem.rule for item in located})
    driver = {"name": "journey", "version": __version__, "rules": [{"id": rule} for rule in rules]}
    run = {"tool": {"driver": driver}, "results": [_sarif_result(item) for item in located]}
    click.echo(json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False))


def _sarif_result(item: Located) -> dict[str, object]:
    place, problem = item
    text = f"{problem.message}. {problem.hint}" if problem.hint else problem.message
    return {
        "ruleId": problem.rule,
        "level": problem.level.value,
        "message": {"text": text},
        "locations": [_sarif_location(place)] if place.file else [],
    }


def _sarif_location(place: Place) -> dict[str, object]:
    found: dict[str, object] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line:
        found["region"] = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": found}


def _github(located: list[Located]) -> None:
    """https://docs.github.com/actions/reference/workflow-commands-for-github-actions"""
    for place, problem in located:
        text = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
        about = [f"file={_property(place.file)}"] if place.file else []
        about += [f"line={place.line}", f"col={place.column}"] if place.line else []
        about.append(f"title={_property(problem.rule)}")
        command = "notice" if problem.level is Level.NOTE else problem.level.value
        click.echo(f"::{command} {','.join(about)}::{_data(text)}")


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def changes(found: Report) -> None:
    """What a render changed, as a table by target and environment."""
    plan = found.plan
    assert plan is not None
    if plan.clean and not found.failed:
        click.echo(f"{_counted(len(plan.unchanged), 'file')} up to date")
        return
    if found.failed:
        click.echo(f"{_counted(len(found.problems), 'problem')}", err=True)
        return
    rows = _rows({kind: getattr(plan, kind) for kind in KINDS})
    table(
        ("", "created", "updated", "deleted", "modes"), [(shown(name), *_cells(count)) for name, count in rows.items()]
    )
    click.echo(f"{_counted(len(plan.unchanged), 'file')} unchanged")


def _rows(changed: Mapping[str, Sequence[str]]) -> dict[str, Counter[str]]:
    """How many files of each kind of change, by folder: the finest grouping that fits into MOST_ROWS, or the coarsest.

    changed: paths by kind of change.
    """
    finest: dict[str, Counter[str]] = {}
    for kind, paths in changed.items():
        for path in paths:
            finest.setdefault(_group(path), Counter())[kind] += 1
    rows = finest
    for depth in (2, 1):
        if len(rows) > MOST_ROWS:
            rows = _joined(finest, depth)
    return dict(sorted(rows.items()))


def _joined(finest: Mapping[str, Counter[str]], depth: int) -> dict[str, Counter[str]]:
    """Groups by fewer folders, each with the number of those that it joins; `clusters/` is joined first."""
    members: dict[str, list[str]] = {}
    for name in finest:
        kept = depth if name.startswith("environments/") else 1
        members.setdefault("/".join(name.split("/")[:kept]), []).append(name)
    rows: dict[str, Counter[str]] = {}
    for name, joined in members.items():
        what = "cluster" if name == "clusters" or name.startswith("environments/") else "folder"
        title = f"{name} ({_counted(len(joined), what)})" if len(joined) > 1 else joined[0]
        rows[title] = sum((finest[member] for member in joined), Counter())
    return rows


def _cells(count: Counter[str]) -> list[str]:
    return [str(count[kind]) if count[kind] else "" for kind in KINDS]


def _group(path: str) -> str:
    """The first folders of a path: an environment on a cluster, a cluster's part, or the folder."""
    parts = path.split("/")
    depth = 3 if parts[0] == "environments" else 2
    return "/".join(parts[:-1][:depth]) or path


def table(head: Sequence[str], rows: Iterable[Sequence[str]], words: bool = False) -> None:
    """Rows under a head, in columns: the first to the left, the others to the right, or with `words` to the left."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    align = str.ljust if words else str.rjust
    for line in lines:
        cells = [line[0].ljust(widths[0]), *map(align, line[1:], widths[1:])]
        click.echo("  ".join(cells).rstrip())


def verdict(found: Report, problems: Sequence[Problem]) -> None:
    """The last line of a check."""
    said = [counted(problems)] if problems else []
    if found.plan is not None and not has_error(problems):
        said.insert(0, f"{_counted(len(found.plan.unchanged), 'file')} of {_counted(found.units, 'unit')} in order")
    click.echo(", ".join(said))


def exempted(found: Sequence[Exempt]) -> None:
    """Each convention that is switched off, with its reason, and how many there are."""
    if found:
        click.echo(f"{_counted(len(found), 'convention')} switched off")
    for item in found:
        click.echo(str(item))


def without_digest(images: Sequence[str]) -> None:
    """Images that services are built on whose digest nobody has found yet."""
    if images:
        click.echo(f"{_counted(len(images), 'base image')} without a digest (make pin): {', '.join(images)}")


def outside(judged: Judgement | None) -> None:
    """What outside programs looked at, and each skip with what it passed over."""
    if judged is None:
        click.echo("outside programs did not run: mend what is above first", err=True)
        return
    click.echo(f"{_counted(judged.files, 'file')} judged by outside programs, {judged.judged} of them now")
    for skip, findings, files in judged.skipped:
        what = f"{_counted(findings, 'finding')} in {_counted(files, 'file')}"
        click.echo(f"skipped {shown(f'{skip.rule} under {skip.path}: {what}: {skip.reason}')}")


def counted(problems: Sequence[Problem]) -> str:
    """How many errors, warnings and notes there are, in words; empty where there are none."""
    errors = sum(problem.level is Level.ERROR for problem in problems)
    warnings = sum(problem.level is Level.WARNING for problem in problems)
    numbers = ((errors, "error"), (warnings, "warning"), (len(problems) - errors - warnings, "note"))
    return ", ".join(_counted(number, what) for number, what in numbers if number)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
