"""`journey upgrade`."""

from __future__ import annotations

import click

from journey.changes import upgrade
from journey.cli import changing
from journey.cli.root import Shared
from journey.scaffold.service import NEWEST


@click.command("upgrade")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@changing.pull_request_option
@changing.plan_options
@click.pass_obj
def command(
    shared: Shared, services: tuple[str, ...], pull_request: bool, plan_only: bool, yes: bool, style: str
) -> int:
    """Bring services to the newest version of the golden path that they were made from; all unless some are named.

    What changed between the two versions of the path is merged into service.yaml, field by field. What was edited by
    hand stays. The plan shows what is rendered otherwise, by environment: later ones get it by promotion.
    """
    plan = changing.planned(lambda: upgrade.planned(shared.root, services))
    if not plan.files:
        click.echo(f"nothing is of an older golden path than {NEWEST}")
        return 0
    return changing.carry_out(shared.root, plan, plan_only, yes, style, pull_request=pull_request)
