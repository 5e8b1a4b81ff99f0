"""`journey remove`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from journey.changes import remove
from journey.changes.remove import Farewell, Thing
from journey.cli import changing
from journey.cli.root import Shared

F = TypeVar("F", bound=Callable[..., Any])


@click.group("remove")
def command() -> None:
    """Remove from the spec, with what it renders, and leave an entry of `retire` that keeps the name taken."""


def _farewell(function: F) -> F:
    """What every removal is asked."""
    for option in reversed(
        (
            click.argument("name"),
            click.option("--reason", required=True, help="Why it goes; it stays in `retire`."),
            click.option("--owner", default="", help="The team that answers for what is left of it."),
            click.option(
                "--data",
                type=click.Choice(["keep", "export"]),
                default="keep",
                show_default=True,
                help="Whether its data stay where they are, or were copied to --copy.",
            ),
            click.option("--copy", default="", help="Where the exported data are, as a URL."),
            changing.pull_request_option,
            changing.plan_options,
            changing.now_option,
            click.pass_obj,
        )
    ):
        function = option(function)
    return function


@command.command("service")
@_farewell
def service(shared: Shared, **given: Any) -> int:
    """Remove a service from every environment. Its code stays."""
    return _removed(shared, "service", **given)


@command.command("environment")
@_farewell
def environment(shared: Shared, **given: Any) -> int:
    """Remove an environment. What is promoted from it is promoted from the one before."""
    return _removed(shared, "environment", **given)


@command.command("cluster")
@_farewell
def cluster(shared: Shared, **given: Any) -> int:
    """Remove a cluster from the environments that have others."""
    return _removed(shared, "cluster", **given)


def _removed(
    shared: Shared,
    what: Thing,
    name: str,
    reason: str,
    owner: str,
    data: str,
    copy: str,
    pull_request: bool,
    plan_only: bool,
    yes: bool,
    style: str,
    now: datetime | None,
) -> int:
    if (data == "export") != bool(copy):
        raise click.UsageError("--data export goes with --copy URL: make the copy first, it stays in `retire`")
    if len(reason.strip()) < 3:
        raise click.UsageError("--reason needs a few words: it stays in `retire`")
    said = Farewell((now or datetime.now(UTC)).date(), reason, owner, copy)
    plan = changing.planned(lambda: remove.planned(shared.root, what, name, said))
    return changing.carry_out(shared.root, plan, plan_only, yes, style, pull_request=pull_request)
