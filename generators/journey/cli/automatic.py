"""Promotions that nobody asks for, as the workflow `promote` makes them on its schedule."""

from __future__ import annotations

import os
from datetime import datetime

import click

from journey.changes import promotion
from journey.changes.offer import offer
from journey.changes.promotion import Plan, Request
from journey.cli import changing, subject
from journey.cli.main import EXIT_PROBLEMS
from journey.live.evidence import Running
from journey.pipeline import has_error
from journey.spec import resolve
from journey.tree.model import shown


def promote(root: str, now: datetime) -> int:
    """Open a pull request for each environment that says `automatic` and has something whose gates are open.

    One that is open already is merged where GitHub lets it be. What stays is told with its gate.
    """
    view = subject.session_of(root).view
    names = [name for name in resolve.order(view) if resolve.environment(view, name).automatic]
    return max((_promoted(root, name, now) for name in names), default=0)


def _promoted(root: str, environment: str, now: datetime) -> int:
    request = Request(environment, every=True, green=True)
    plan = changing.planned(lambda: promotion.planned(root, request, now, Running(os.environ)))
    for note in plan.notes:
        click.echo(shown(f"{environment}: {note}"))
    if not plan.files:
        click.echo(f"{environment}: nothing to promote")
        return 0
    wrong = _in_the_way(plan)
    for line in wrong:
        click.echo(shown(f"{environment}: {line}"), err=True)
    if wrong:
        return EXIT_PROBLEMS
    click.echo(shown(f"{environment}: {changing.planned(lambda: _offered(root, plan))}"))
    return 0


def _in_the_way(plan: Plan) -> list[str]:
    """What a person must look at first."""
    if has_error(plan.problems):
        return [f"{problem.rule}: {problem.message}" for problem in plan.problems]
    edited = [f"conflict: {found.field} was edited by hand at {found.here}" for found in plan.conflicts]
    return [*edited, *changing.bars(plan, ())]


def _offered(root: str, plan: Plan) -> str:
    from journey.live.pull_requests import on_github

    host = on_github(root, os.environ, plan.seen.after.view)
    branch, url = offer(root, plan, host, (), changing.markdown(plan))
    return f"{url}: {host.merge(branch)}"
