"""`journey hold`."""

from __future__ import annotations

import click

from journey.changes import holds
from journey.cli import changing
from journey.cli.root import Shared


@click.command("hold")
@click.argument("service")
@click.option("--env", "environment", required=True, help="The environment in which it is held.")
@click.option("--reason", required=True, help="Why.")
@click.option("--owner", default="", help="The team that decides when it ends; the service's unless given.")
@changing.plan_options
@click.pass_obj
def command(
    shared: Shared, service: str, environment: str, reason: str, owner: str, plan_only: bool, yes: bool, style: str
) -> int:
    """Hold a service in an environment: nothing is promoted there until `journey unhold`."""
    plan = changing.planned(lambda: holds.hold(shared.root, service, environment, reason, owner))
    return changing.carry_out(shared.root, plan, plan_only, yes, style)
