"""`journey explain`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from journey.ci.git import Git, LineCommit
from journey.cli import report, subject
from journey.cli.root import Shared
from journey.explain import answers, find
from journey.explain.answers import Answer, Cause, Explanation
from journey.explain.fields import short
from journey.explain.trials import REMOVED
from journey.problem import Level, Pointer, Problem
from journey.spec.positions import lines
from journey.spec.sources import Sources
from journey.spec.splice import shown as dotted
from journey.targets import named
from journey.tree.model import shown

MOST_CAUSES = 6
"""Causes of a field that are told unless all are asked for: those that the value repeats come first."""
MOST_FIELDS = 200
"""Fields of one answer; who asks about more wants `journey blame`."""


@click.command("explain")
@click.argument("what", metavar="FILE[:POINTER|:LINE]")
@click.option("--format", "style", type=click.Choice(subject.STYLES), default="text", show_default=True)
@click.option("--all", "all_", is_flag=True, help="Tell every cause, not the nearest alone.")
@click.pass_obj
def command(shared: Shared, what: str, style: str, all_: bool) -> int:
    """Tell why a rendered field says what it says: its causes in the spec, what lost to them, defaults, rules.

    POINTER is a JSON Pointer (/spec/replicas) or a dotted path (spec.replicas, containers[0] or [name=web]); without
    it the question is why the file is there.
    """
    session = subject.session_of(shared.root)
    asked = find.split(what)
    asked = asked._replace(file=subject.below(shared.root, asked.file))
    found = subject.rendered(session, shared.root, asked.file)
    known = found.trials.fields(asked.file)
    try:
        names = find.fields_at(found.artifact, known, found.data, asked)
    except find.NotFound as error:
        raise subject.refused(error) from error
    if not (asked.line or asked.pointer):
        names = names[:1]
    if len(names) > MOST_FIELDS:
        raise subject.Refusal(f"{what} holds {len(names)} fields; see them all: journey blame {asked.file}")
    told = answers.explain(found.trials, asked.file, names)
    if not (asked.line or asked.pointer):
        told = told._replace(answers=())
    teller = Teller(session.sources, Path(shared.root), asked.file, all_)
    located = lines(found.data, key=True) if style in ("text", "markdown") else {}
    places = {name: located.get(known.paths[name], (0, 0))[0] for name in names}
    {"text": teller.text, "markdown": teller.markdown, "json": teller.json}.get(style, teller.findings(style))(
        told, places
    )
    return 0


class Teller:
    """Tells an explanation, each node of the spec with its line."""

    def __init__(self, sources: Sources, root: Path, file: str, every: bool) -> None:
        self.sources = sources
        self.root = root
        self.file = file
        self.every = every
        self._blamed: dict[str, list[LineCommit]] = {}

    def text(self, told: Explanation, places: dict[Any, int]) -> None:
        """For a terminal."""
        for answer in told.answers:
            line = f":{places[answer.name]}" if places.get(answer.name) else ""
            head = f"{self.file}{line} {find.pointer_text(answer.path)}"
            click.echo(f"{click.style(shown(head), bold=True)}: {shown(short(answer.value))}")
            for label, text in self._rows(answer):
                click.echo(f"  {label:9} {shown(text)}")
        if not told.answers:
            click.echo(click.style(shown(self.file), bold=True))
        for text in self._causes(told.presence):
            click.echo(f"  {'there by':9} {shown(text)}")
        if not told.answers and not told.presence:
            click.echo("  no line of the spec takes it away: the target always renders it")
        target = named(told.unit.target)
        click.echo(f"  {'target':9} {told.unit}: {target.DESCRIPTION if target else ''}")

    def markdown(self, told: Explanation, places: dict[Any, int]) -> None:
        """For a pull request: GitHub-flavoured Markdown."""
        for answer in told.answers:
            click.echo(f"**`{self.file}`** `{find.pointer_text(answer.path)}` is `{short(answer.value)}`\n")
            click.echo("| | |\n| --- | --- |")
            for label, text in self._rows(answer):
                click.echo(f"| {label} | {_cell(text)} |")
            click.echo("")
        for text in self._causes(told.presence):
            click.echo(f"- `{self.file}` is there by {_cell(text)}")
        click.echo(f"- rendered by `{told.unit}`")

    def json(self, told: Explanation, places: dict[Any, int]) -> None:
        """For programs."""
        fields = [self._plain(answer, told) for answer in told.answers]
        presence = [self._plain_cause(cause) for cause in told.presence]
        found = {"file": self.file, "unit": str(told.unit), "presence": presence, "fields": fields}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, default=str))

    def findings(self, style: str) -> Any:
        """As findings on the lines of the spec."""

        def tell(told: Explanation, places: dict[Any, int]) -> None:
            problems = [
                Problem(
                    cause.where, "explain/cause", f"makes {self.file} {find.pointer_text(answer.path)}", "", Level.NOTE
                )
                for answer in told.answers
                for cause in answer.causes
            ]
            problems += [
                Problem(cause.where, "explain/presence", f"{self.file} is there by this", "", Level.NOTE)
                for cause in told.presence
            ]
            report.findings(self.sources, problems, style)

        return tell

    def _rows(self, answer: Answer) -> Iterator[tuple[str, str]]:
        for text in self._causes(answer.causes):
            yield "because", text
        for lost in answer.lost:
            yield "over", self.node(lost.where, lost.value)
        for default in answer.defaults:
            yield (
                "default",
                f"{dotted(default.where.path)} is not said in {default.where.file}: {short(default.value)}",
            )
        for rule in answer.rules:
            yield "through", f"{rule.name}: {rule.description}"
        for where in answer.named:
            yield "name", f"{self.sources.place(where) if where.path else where.file} is called so"
        if answer.constant:
            yield "constant", "the target says so itself; no line of the spec alters it"

    def _causes(self, causes: tuple[Cause, ...]) -> Iterator[str]:
        chosen = causes if self.every else causes[:MOST_CAUSES]
        for cause in chosen:
            copied = self._copied_from(cause.where)
            becomes = "it would be gone" if cause.becomes is None else f"it would be {short(cause.becomes)}"
            instead = "without it" if cause.instead is REMOVED else f"with {short(cause.instead)}"
            yield f"{self.node(cause.where, cause.value)}{copied} ({instead} {becomes})"
        if len(chosen) < len(causes):
            yield f"and {len(causes) - len(chosen)} more: --all"

    def node(self, where: Pointer, value: object) -> str:
        """A node with its place and what it says."""
        return f"{self.sources.place(where)} {dotted(where.path)}: {short(value)}"

    def _copied_from(self, where: Pointer) -> str:
        """Where a promoted value was copied from, and by which commit."""
        head = answers.head_of(where)
        if head is None:
            return ""
        line = self.sources.place(where).line
        if where.file not in self._blamed:
            self._blamed[where.file] = Git(self.root, {}).blame(where.file)
        told = self._blamed[where.file]
        commit = f" by commit {told[line - 1].commit[:10]}" if 0 < line <= len(told) else ""
        return f", promoted from {self.sources.place(head)}{commit}"

    def _plain(self, answer: Answer, told: Explanation) -> dict[str, object]:
        return {
            "pointer": find.pointer_text(answer.path),
            "value": answer.value,
            "target": told.unit.target,
            "causes": [self._plain_cause(cause) for cause in answer.causes],
            "lost": [self._plain_node(lost.where, lost.value) for lost in answer.lost],
            "defaults": [
                {"file": one.where.file, "pointer": find.pointer_text(one.where.path), "value": one.value}
                for one in answer.defaults
            ],
            "rules": [{"name": rule.name, "description": rule.description} for rule in answer.rules],
            "named": [self._plain_node(where, None) for where in answer.named],
            "constant": answer.constant,
        }

    def _plain_cause(self, cause: Cause) -> dict[str, object]:
        removed = cause.instead is REMOVED
        tried = {"removed": removed, "value": None if removed else cause.instead, "becomes": cause.becomes}
        return {**self._plain_node(cause.where, cause.value), "copied": cause.copied, "tried": tried}

    def _plain_node(self, where: Pointer, value: object) -> dict[str, object]:
        place = self.sources.place(where)
        return {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "pointer": find.pointer_text(where.path),
            "value": value,
        }


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
