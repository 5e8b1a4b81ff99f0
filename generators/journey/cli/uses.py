"""`journey uses`."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import click

from journey.cli import subject
from journey.cli.root import Shared
from journey.explain import find
from journey.explain.fields import short
from journey.explain.uses import Use, uses
from journey.problem import Pointer
from journey.spec import positions
from journey.spec.sources import Sources
from journey.spec.splice import shown as dotted
from journey.spec.validate import did_you_mean
from journey.tree.model import shown


@click.command("uses")
@click.argument("where", metavar="SPECFILE:LINE|SPECFILE:POINTER")
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, where: str, style: str) -> int:
    """List every rendered file and field that a line of the spec reaches."""
    session = subject.session_of(shared.root)
    asked = find.split(where)
    asked = asked._replace(file=subject.below(shared.root, asked.file))
    nodes = _nodes(session.sources, shared.root, asked)
    found = uses(session, nodes)
    {"text": _text, "json": _json, "markdown": _markdown}[style](session.sources, found)
    return 0


def _nodes(sources: Sources, root: str, asked: find.Asked) -> list[Pointer]:
    """The innermost nodes of the spec that begin on the line, or that the pointer names."""
    if asked.file not in sources.documents:
        hint = did_you_mean(asked.file, sources.documents)
        raise subject.Refusal("; ".join(filter(None, (f"{asked.file} is no file of the spec", hint))))
    data = Path(root, asked.file).read_bytes()
    if not (asked.line or asked.pointer):
        raise subject.Refusal(f"name a line or a pointer: {asked.file}:12")
    located = positions.lines(data, key=True)
    if asked.pointer:
        wanted = asked.pointer if asked.pointer.startswith("/") else find.pointer_text(find.steps(asked.pointer))
        chosen = [path for path in located if find.pointer_text(path) == wanted]
    else:
        chosen = [path for path, (line, _) in located.items() if line == asked.line and path]
    inner = {path[:end] for path in chosen for end in range(len(path))}
    if not chosen:
        said = f"line {asked.line}" if asked.line else asked.pointer
        hint = did_you_mean(asked.pointer, map(find.pointer_text, located)) if asked.pointer else ""
        raise subject.Refusal("; ".join(filter(None, (f"nothing begins at {said} of {asked.file}", hint))))
    return [Pointer(asked.file, path) for path in chosen if path not in inner]


def _text(sources: Sources, found: dict[Pointer, list[Use]]) -> None:
    for where, used in found.items():
        files = {use.file for use in used}
        fields = sum(not use.whole for use in used)
        head = f"{sources.place(where)} {dotted(where.path)}"
        click.echo(f"{click.style(shown(head), bold=True)}: {fields} fields in {len(files)} files")
        for file, group in groupby(used, key=lambda use: use.file):
            click.echo(f"  {file}")
            for use in group:
                said = "(the file)" if use.whole else f"{find.pointer_text(use.path)}: {short(use.value)}"
                click.echo(f"    {shown(said)}")


def _markdown(sources: Sources, found: dict[Pointer, list[Use]]) -> None:
    for where, used in found.items():
        click.echo(f"`{sources.place(where)}` `{dotted(where.path)}`\n\n| file | field | value |\n| --- | --- | --- |")
        for use in used:
            field = "(the file)" if use.whole else f"`{find.pointer_text(use.path)}`"
            value = "" if use.whole else short(use.value).replace("|", "\\|")
            click.echo(f"| `{use.file}` | {field} | {value} |")
        click.echo("")


def _json(sources: Sources, found: dict[Pointer, list[Use]]) -> None:
    told = [
        {
            **dict(zip(("file", "line", "column"), sources.place(where), strict=True)),
            "pointer": find.pointer_text(where.path),
            "uses": [
                {"file": use.file, "pointer": find.pointer_text(use.path), "value": use.value, "whole": use.whole}
                for use in used
            ],
        }
        for where, used in found.items()
    ]
    click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))
