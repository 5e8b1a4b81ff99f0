"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from journey.pipeline.narrow import Scope, Unknown
from journey.tree.model import shown

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "json", "sarif", "github")


def scope_options(function: F) -> F:
    """`--env`, `--cluster` and `--service`, each any number of times."""
    function = click.option("--service", "services", multiple=True, help="Only this service; repeatable.")(function)
    function = click.option("--cluster", "clusters", multiple=True, help="Only this cluster; repeatable.")(function)
    return click.option("--env", "environments", multiple=True, help="Only this environment; repeatable.")(function)


def run_options(function: F) -> F:
    """`--format` and `--jobs`."""
    function = click.option("--jobs", type=click.IntRange(1, 64), help="Processes; chosen by the work unless given.")(
        function
    )
    return click.option(
        "--format",
        "style",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        help="How findings are told.",
    )(function)


def scope(environments: tuple[str, ...], clusters: tuple[str, ...], services: tuple[str, ...]) -> Scope:
    """What was asked for."""
    return Scope(environments, clusters, services)


def refuse_unknown(names: Iterable[Unknown]) -> None:
    """A usage error that tells every name that nothing goes by, with the nearest that is known."""
    from journey.spec.validate import did_you_mean

    said = [(f"there is no {kind} `{name}`", did_you_mean(name, known)) for kind, name, known in names]
    if said:
        raise click.UsageError("\n".join(shown("; ".join(filter(None, line))) for line in said))
