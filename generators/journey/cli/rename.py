"""`journey rename`."""

from __future__ import annotations

import click

from journey.changes import rename
from journey.cli import changing
from journey.cli.root import Shared


@click.command("rename")
@click.argument("service")
@click.argument("name")
@changing.pull_request_option
@changing.plan_options
@click.pass_obj
def command(shared: Shared, service: str, name: str, pull_request: bool, plan_only: bool, yes: bool, style: str) -> int:
    """Give a service another name: its folder moves, and whoever names it follows, in one commit.

    Its namespaces, selectors, volume claims and databases keep the first name, in every environment, and history
    follows. Objects named like it are made anew; the plan tells what that does to what runs.
    """
    plan = changing.planned(lambda: rename.planned(shared.root, service, name))
    return changing.carry_out(shared.root, plan, plan_only, yes, style, pull_request=pull_request)
