"""`journey promote`."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from journey.changes import promotion
from journey.changes.gates import OVERRIDABLE
from journey.changes.promotion import Request
from journey.cli import changing, subject
from journey.cli.root import Shared


@click.command("promote")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every service that runs in the environment before.")
@click.option("--platform", is_flag=True, help="The platform's own defaults, datastores and add-ons.")
@click.option("--from", "source", default="", help="The environment before; what `promotesFrom` says unless given.")
@click.option("--to", "target", required=True, help="The environment that is promoted to.")
@click.option("--only", type=click.Choice(["release"]), help="Nothing but the release.")
@click.option("--cluster", "clusters", multiple=True, help="Only this cluster of the environment; repeatable.")
@click.option("--override", "passed", multiple=True, type=click.Choice(OVERRIDABLE), help="Pass a gate; repeatable.")
@click.option("--reason", default="", help="Why gates are passed.")
@click.option("--overwrite", is_flag=True, help="Replace values that were edited by hand.")
@changing.pull_request_option
@changing.plan_options
@changing.now_option
@click.pass_obj
def command(
    shared: Shared,
    services: tuple[str, ...],
    every: bool,
    platform: bool,
    source: str,
    target: str,
    only: str | None,
    clusters: tuple[str, ...],
    passed: tuple[str, ...],
    reason: str,
    overwrite: bool,
    pull_request: bool,
    plan_only: bool,
    yes: bool,
    style: str,
    now: datetime | None,
) -> int:
    """Promote services to the next environment: one commit of the spec and of what it renders.

    The environment then runs the base that the one before it runs: release, configuration, routes, needs. What is its
    own stays in its overlays.
    """
    from journey.live.evidence import Running

    if not (services or every or platform):
        raise click.UsageError("name services, or say --all or --platform")
    request = Request(target, services, every, platform, source, only == "release", clusters)
    given = changing.overrides(passed, reason)
    moment = now or datetime.now(UTC)
    plan = changing.planned(lambda: promotion.planned(shared.root, request, moment, Running(os.environ)))
    if not plan.files:
        click.echo(f"{target} runs it already")
        return 0
    if plan.conflicts and not overwrite and not plan_only:
        changing.show(plan, style)
        raise subject.Refusal("values were edited by hand: take them to the environment before, or say --overwrite")
    return changing.carry_out(shared.root, plan, plan_only, yes, style, given, pull_request)
