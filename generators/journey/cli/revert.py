"""`journey revert`."""

from __future__ import annotations

import click

from journey.changes import revert
from journey.cli import changing
from journey.cli.root import Shared


@click.command("revert")
@click.argument("commit")
@changing.plan_options
@click.pass_obj
def command(shared: Shared, commit: str, plan_only: bool, yes: bool, style: str) -> int:
    """Take back what one promotion, rollback or hold changed, by a new commit; what came since stays."""
    plan = changing.planned(lambda: revert.planned(shared.root, commit))
    return changing.carry_out(shared.root, plan, plan_only, yes, style)
