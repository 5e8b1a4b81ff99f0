"""`journey unhold`."""

from __future__ import annotations

import click

from journey.changes import holds
from journey.cli import changing
from journey.cli.root import Shared


@click.command("unhold")
@click.argument("service")
@click.option("--env", "environment", required=True, help="The environment in which it is held.")
@changing.plan_options
@click.pass_obj
def command(shared: Shared, service: str, environment: str, plan_only: bool, yes: bool, style: str) -> int:
    """Take a hold away, so that the service can be promoted again."""
    plan = changing.planned(lambda: holds.unhold(shared.root, service, environment))
    return changing.carry_out(shared.root, plan, plan_only, yes, style)
