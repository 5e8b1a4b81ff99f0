"""`journey matrix`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from journey.changes.compare import Cell, matrix
from journey.changes.promotion import person
from journey.cli import changing, report, subject
from journey.cli.compare import told
from journey.cli.root import Shared
from journey.spec import resolve
from journey.tree.model import shown


@click.command("matrix")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@changing.now_option
@click.pass_obj
def command(shared: Shared, style: str, now: datetime | None) -> int:
    """Show every service in every environment: its version, its age, and how far it is behind the one before."""
    view = subject.session_of(shared.root).view
    git = person(shared.root)
    cells = changing.planned(lambda: matrix(view, git))
    if style == "json":
        rows = [cell._asdict() | {"behind": cell.behind._asdict()} for cell in cells]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False, default=str))
        return 0
    environments = resolve.order(view)
    by_service: dict[str, list[str]] = {}
    for cell in cells:
        by_service.setdefault(cell.service, []).append(_said(cell, now or datetime.now(UTC)))
    rows_ = [(shown(service), *map(shown, row)) for service, row in by_service.items()]
    report.table(("service", *environments), rows_, words=True)
    return 0


def _said(cell: Cell, now: datetime) -> str:
    if not cell.version:
        return "-"
    age = "" if cell.since is None else f" {(now - cell.since).days}d"
    late = "" if not cell.behind.changes else f" (behind by {told(cell.behind, now)})"
    return f"{cell.version}{age}{late}"
