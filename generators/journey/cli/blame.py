"""`journey blame`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from journey.ci.git import Git, LineCommit
from journey.cli import subject
from journey.cli.root import Shared
from journey.explain import answers, find
from journey.explain.answers import Answer
from journey.problem import Place
from journey.spec.sources import Sources
from journey.tree.model import shown

WIDEST = 44
"""Characters of an origin beside its line; a longer path loses its beginning."""


@click.command("blame")
@click.argument("file")
@click.option("--commits", is_flag=True, help="Add the commit, author and date that last changed that spec line.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, file: str, commits: bool, style: str) -> int:
    """Print a rendered file, each line with the spec line that made it.

    `default` stands beside what the spec leaves unsaid, `constant` beside what the target says itself, and `+N` where
    more lines of the spec have a part in it: `journey explain FILE:LINE` tells them all.
    """
    session = subject.session_of(shared.root)
    path = subject.below(shared.root, file)
    found = subject.rendered(session, shared.root, path)
    known = found.trials.fields(path)
    told = {answer.name: answer for answer in answers.explain(found.trials, path, list(known.values)).answers}
    rows = find.lines_of(found.artifact, known, found.data)
    text = found.data.decode().splitlines()
    origins = [_origin(session.sources, [told[name] for name in names]) for names in rows]
    blamed = _blamed(Path(shared.root), origins) if commits else {}
    pointers = [[find.pointer_text(known.paths[name]) for name in names] for names in rows]
    table = [_Row(origin, blamed.get(origin.place) if origin.place else None) for origin in origins]
    (_print if style == "text" else _json)(table, text, pointers)
    return 0


class Origin:
    """What made a line: a place in the spec with how many others, or a word."""

    def __init__(self, place: Place | None = None, more: int = 0, word: str = "") -> None:
        self.place = place
        self.more = more
        self.word = word

    def __str__(self) -> str:
        if self.place is None:
            return self.word
        text = f"{self.place.file}:{self.place.line}" if self.place.line else self.place.file
        text = text if len(text) <= WIDEST else f"...{text[3 - WIDEST :]}"
        return f"{text} +{self.more}" if self.more else text


class _Row:
    def __init__(self, origin: Origin, commit: LineCommit | None) -> None:
        self.origin = origin
        self.commit = commit

    def __str__(self) -> str:
        if self.commit is None:
            return str(self.origin)
        return f"{self.commit.commit[:8]} {self.commit.date} {self.commit.author:.18} {self.origin}"


def _origin(sources: Sources, answered: list[Answer]) -> Origin:
    """The origin of a line: of its one field, or what all fields below it share."""
    if not answered:
        return Origin()
    shared = [cause.where for cause in answered[0].causes]
    for answer in answered[1:]:
        own = {cause.where for cause in answer.causes}
        shared = [where for where in shared if where in own]
    if shared:
        return Origin(sources.place(shared[0]), len(shared) - 1)
    if any(answer.causes for answer in answered):
        return Origin()
    if answered[0].named and all(answer.named == answered[0].named for answer in answered):
        where = answered[0].named[0]
        place = sources.place(where) if where.path else Place(where.file)
        return Origin(place, len(answered[0].named) - 1)
    return Origin(word="default" if any(answer.defaults for answer in answered) else "constant")


def _blamed(root: Path, origins: list[Origin]) -> dict[Place | None, LineCommit]:
    git = Git(root, {})
    files = {origin.place.file: git.blame(origin.place.file) for origin in origins if origin.place}
    found: dict[Place | None, LineCommit] = {}
    for origin in origins:
        if origin.place and 0 < origin.place.line <= len(files[origin.place.file]):
            found[origin.place] = files[origin.place.file][origin.place.line - 1]
    return found


def _print(table: list[_Row], text: list[str], pointers: list[list[str]]) -> None:
    width = max((len(str(row)) for row in table), default=0)
    number = len(str(len(text)))
    for at, (row, line) in enumerate(zip(table, text, strict=True), 1):
        click.echo(f"{click.style(shown(str(row)).ljust(width), dim=True)} {at:{number}}  {shown(line)}".rstrip())


def _json(table: list[_Row], text: list[str], pointers: list[list[str]]) -> None:
    found = []
    for at, (row, line, fields) in enumerate(zip(table, text, pointers, strict=True), 1):
        place, commit = row.origin.place, row.commit
        found.append(
            {
                "line": at,
                "text": line,
                "fields": fields,
                "origin": {"file": place.file, "line": place.line, "column": place.column} if place else None,
                "more": row.origin.more,
                "kind": row.origin.word or ("cause" if place else ""),
                "commit": commit._asdict() if commit else None,
            }
        )
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))
