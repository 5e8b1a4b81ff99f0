"""`journey at`."""

from __future__ import annotations

import json

import click

from journey.changes import at
from journey.changes.promotion import person
from journey.cli import changing, report
from journey.cli.root import Shared
from journey.tree.model import shown


@click.command("at")
@click.argument("moment", metavar="COMMIT|DATE")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, moment: str, style: str) -> int:
    """Show the platform as it was: the version of each service in each environment, at a commit or a moment."""
    git = person(shared.root)
    commit = changing.planned(lambda: at.commit_of(git, moment))
    found = changing.planned(lambda: at.at(git, commit))
    if style == "json":
        click.echo(json.dumps({"commit": commit, "ran": [item._asdict() for item in found]}, indent=2))
        return 0
    click.echo(f"at {commit[:10]}")
    head = ("service", "environment", "cluster", "version")
    report.table(head, (tuple(map(shown, item)) for item in found), words=True)
    return 0
