"""`journey compare`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import click

from journey.changes.compare import Behind, Comparison, Difference, Why, compare
from journey.changes.promotion import person
from journey.cli import changing, subject
from journey.cli.root import Shared
from journey.explain.fields import short
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.sources import Sources
from journey.spec.validate import did_you_mean
from journey.spec.view import View
from journey.tree.model import shown


@click.command("compare")
@click.argument("first", metavar="ENV")
@click.argument("second", metavar="ENV")
@click.option("--service", "services", multiple=True, help="Only this service; repeatable.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@changing.now_option
@click.pass_obj
def command(
    shared: Shared, first: str, second: str, services: tuple[str, ...], style: str, now: datetime | None
) -> int:
    """Tell why two environments differ, by line of the spec: as intended, not yet promoted, or unexplained."""
    session = subject.session_of(shared.root)
    view = session.view
    _known(view, (first, second), services)
    git = person(shared.root)
    found = changing.planned(lambda: compare(view, git, first, second, services))
    today = now or datetime.now(UTC)
    if style == "json":
        click.echo(json.dumps(_plain(session.sources, found), indent=2, ensure_ascii=False, default=str))
    else:
        _tell(session.sources, found, first, second, today)
    return 0


def _known(view: View, environments: tuple[str, ...], services: tuple[str, ...]) -> None:
    for what, names, known in (
        ("environment", environments, resolve.environments(view)),
        ("service", services, resolve.services(view)),
    ):
        for name in names:
            if name not in known:
                hint = did_you_mean(name, known)
                raise subject.Refusal("; ".join(filter(None, (f"there is no {what} `{name}`", hint))))


def _tell(sources: Sources, found: Comparison, first: str, second: str, now: datetime) -> None:
    if not found.differences:
        click.echo(f"{first} and {second} say the same")
    for why in Why:
        members = [item for item in found.differences if item.why is why]
        if members:
            click.echo(click.style(f"{why}: {len(members)}", bold=True))
        for item in members:
            click.echo(shown(f"  {_line(sources, item)}"))
    for service, late in found.behind.items():
        click.echo(shown(f"{service}: {second} is behind {first} by {told(late, now)}"))


def told(late: Behind, now: datetime) -> str:
    """How far behind, in changes and days."""
    changes = f"{late.changes} change{'' if late.changes == 1 else 's'}"
    return changes if late.since is None else f"{changes}, {(now - late.since).days} days"


def _line(sources: Sources, item: Difference) -> str:
    name = ".".join(filter(None, (item.service, item.field)))
    values = " and ".join(
        f"{short(value) if where else 'unsaid'}{_at(sources, where)}"
        for value, where in zip(item.values, item.where, strict=True)
    )
    return f"{name}: {values}"


def _at(sources: Sources, where: Pointer | None) -> str:
    return f" ({sources.place(where)})" if where else ""


def _plain(sources: Sources, found: Comparison) -> dict[str, Any]:
    return {
        "differences": [
            {
                "service": item.service,
                "field": item.field,
                "why": str(item.why),
                "values": list(item.values),
                "where": [str(sources.place(where)) if where else None for where in item.where],
            }
            for item in found.differences
        ],
        "behind": {name: {"changes": late.changes, "since": late.since} for name, late in found.behind.items()},
    }
