"""`journey hotfix`."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from journey.changes import hotfix
from journey.cli import changing
from journey.cli.root import Shared
from journey.tree.model import shown


@click.command("hotfix")
@click.argument("service")
@click.option("--to", "target", required=True, help="The environment that gets the fix.")
@click.option(
    "--reason", required=True, help="Why it cannot wait; it stays in the commit with each gate that is passed."
)
@click.option("--cluster", "clusters", multiple=True, help="Only this cluster of the environment; repeatable.")
@changing.pull_request_option
@changing.plan_options
@changing.now_option
@click.pass_obj
def command(
    shared: Shared,
    service: str,
    target: str,
    reason: str,
    clusters: tuple[str, ...],
    pull_request: bool,
    plan_only: bool,
    yes: bool,
    style: str,
    now: datetime | None,
) -> int:
    """Take a service's release from the first environment to a later one, past those between.

    Gates that are not open are passed on record; a hold and a pin are not. Of each environment between that does not
    run the release, the back-port is opened: a branch, and with --pr its pull request.
    """
    from journey.live.evidence import Running

    moment, evidence = now or datetime.now(UTC), Running(os.environ)
    plan = changing.planned(lambda: hotfix.hotfix(shared.root, service, target, clusters, moment, evidence))
    if not plan.files:
        click.echo(f"{target} runs it already")
        return 0
    given = hotfix.passed(plan, reason)
    code = changing.carry_out(shared.root, plan, plan_only, yes, style, given, pull_request)
    behind = list(hotfix.between(plan.seen.before.view, service, target))
    if code or plan_only:
        for name in behind if plan_only else ():
            click.echo(shown(f"back-port to {name}: opened once this is done"))
        return code
    for name in behind:

        def opened(environment: str = name) -> str:
            back = hotfix.back_port(shared.root, service, environment, moment, evidence)
            return changing.offered(shared.root, back, (), pull_request)

        click.echo(shown(f"back-port to {name}: {changing.planned(opened)}"), err=True)
    return 0
