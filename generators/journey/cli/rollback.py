"""`journey rollback`."""

from __future__ import annotations

import click

from journey.changes import rollback
from journey.cli import changing
from journey.cli.root import Shared


@click.command("rollback")
@click.argument("service")
@click.option("--env", "environment", required=True, help="The environment in which it goes back.")
@click.option(
    "--to",
    default=rollback.LAST_GOOD,
    show_default=True,
    help="A version, a commit, or what ran before that nobody went back from.",
)
@click.option("--reason", required=True, help="Why; it stays in the commit, and in the hold.")
@changing.plan_options
@click.pass_obj
def command(
    shared: Shared, service: str, environment: str, to: str, reason: str, plan_only: bool, yes: bool, style: str
) -> int:
    """Restore what an environment ran of a service before, by a new commit, and hold it there.

    Other services, overlays and the platform stay as they are; what differed in them then is listed.
    """
    plan = changing.planned(lambda: rollback.planned(shared.root, service, environment, to, reason))
    return changing.carry_out(shared.root, plan, plan_only, yes, style)
