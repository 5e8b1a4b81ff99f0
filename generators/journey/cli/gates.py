"""`journey gates`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import click

from journey.changes import promotion
from journey.changes.gates import barred
from journey.changes.promotion import Request
from journey.cli import changing
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.tree.model import shown


@click.command("gates")
@click.argument("services", metavar="SERVICE...", nargs=-1, required=True)
@click.option("--to", "target", required=True, help="The environment that would be promoted to.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@changing.now_option
@click.pass_obj
def command(shared: Shared, services: tuple[str, ...], target: str, style: str, now: datetime | None) -> int:
    """Tell which gates are open for services: open, closed (why, and when it opens), or not known.

    Exits 1 where one is not open.
    """
    from journey.live.evidence import Running

    request, moment = Request(target, services), now or datetime.now(UTC)
    found = changing.planned(lambda: promotion.judged(shared.root, request, moment, Running(os.environ)))
    if style == "json":
        plain = {service: list(map(changing.plain_verdict, verdicts)) for service, verdicts in found.items()}
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
    else:
        for line in changing.by_name(found):
            click.echo(shown(line))
    return EXIT_PROBLEMS if any(barred(verdicts, ()) for verdicts in found.values()) else 0
