"""`journey checks`."""

from __future__ import annotations

import json

import click

from journey import checks, doctor, tree
from journey.changes.impact import acknowledged
from journey.cli.root import Shared
from journey.objectschemas import user
from journey.pipeline import outside
from journey.pipeline import rules as run
from journey.spec import rules


@click.command("checks")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, style: str) -> int:
    """List every rule of `render`, `check` and `doctor`, and what it demands; those of outside programs aside."""
    known: dict[str, str] = {**rules.RULES, **run.RULES, **user.RULES, **tree.RULES, **outside.RULES, **doctor.RULES}
    known |= acknowledged.RULES
    for check in checks.registered():
        known.update(check.RULES)
    if style == "json":
        click.echo(json.dumps(known, indent=2, sort_keys=True))
        return 0
    width = max(map(len, known))
    for rule, demand in sorted(known.items()):
        click.echo(f"{click.style(rule.ljust(width), bold=True)}  {demand}")
    return 0
