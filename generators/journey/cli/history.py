"""`journey history`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from journey.changes import dora
from journey.changes.gates import stamp
from journey.changes.history import Run, history
from journey.changes.promotion import person
from journey.ci.git import Git
from journey.cli import changing, report, subject
from journey.cli.root import Shared
from journey.spec import resolve
from journey.spec.validate import did_you_mean
from journey.tree.model import shown


@click.command("history")
@click.argument("services", metavar="[SERVICE]...", nargs=-1)
@click.option("--env", "environments", multiple=True, help="Only this environment; repeatable.")
@click.option("--since", type=changing.Moment(), help="Only what began at this time or later.")
@click.option("--dora", "measure", is_flag=True, help="DORA's metrics by environment instead of what ran.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@changing.now_option
@click.pass_obj
def command(
    shared: Shared,
    services: tuple[str, ...],
    environments: tuple[str, ...],
    since: datetime | None,
    measure: bool,
    style: str,
    now: datetime | None,
) -> int:
    """Tell what ran where, from when to when, who acted, and through which gates, by git alone."""
    session = subject.session_of(shared.root)
    for what, names, known in (
        ("service", services, resolve.services(session.view)),
        ("environment", environments, resolve.environments(session.view)),
    ):
        for name in names:
            if name not in known:
                raise subject.Refusal(f"there is no {what} `{name}`; {did_you_mean(name, known)}")
    git = person(shared.root)
    runs = changing.planned(lambda: history(session.view, git, services, environments))
    if measure:
        _measured(git, runs, since, now or datetime.now(UTC), style)
        return 0
    recent = [run for run in runs if since is None or run.begun >= since]
    if style == "json":
        click.echo(json.dumps([_plain(run) for run in recent], indent=2, ensure_ascii=False))
    elif recent:
        report.table(("service", "environment", "version", "from", "to", "by", "how"), map(_row, recent), words=True)
    return 0


def _row(run: Run) -> tuple[str, ...]:
    until = stamp(run.until) if run.until else "now"
    name = f"{run.version} (configuration)" if run.configuration else run.version
    return tuple(map(shown, (run.service, run.environment, name, stamp(run.begun), until, run.author, _how(run))))


def _how(run: Run) -> str:
    said = run.act.kind if run.act else "commit"
    passed = "".join(f", past {gate}: {reason}" for gate, reason in run.overrides)
    return f"{said} {run.commit[:10]}{passed}"


def _plain(run: Run) -> dict[str, Any]:
    act = run.act
    return {
        "service": run.service,
        "environment": run.environment,
        "version": run.version,
        "configurationOnly": run.configuration,
        "from": run.begun.isoformat(),
        "to": run.until.isoformat() if run.until else None,
        "commit": run.commit,
        "sourceCommit": run.built,
        "author": run.author,
        "act": act.kind if act else None,
        "gates": list(act.gates) if act else [],
        "overrides": [override._asdict() for override in run.overrides],
    }


def _measured(git: Git, runs: Sequence[Run], since: datetime | None, now: datetime, style: str) -> None:
    begun = since or now - timedelta(days=30)
    built = _built(git, {run.built for run in runs if run.built})
    found = {
        name: dora.metrics([run for run in runs if run.environment == name], built, begun, now)
        for name in dict.fromkeys(run.environment for run in runs)
    }
    if style == "json":
        plain = {name: {key: _number(value) for key, value in row._asdict().items()} for name, row in found.items()}
        click.echo(json.dumps(plain, indent=2))
        return
    head = ("environment", "deployments", "a day", "lead time", "failed", "recovery time")
    report.table(head, ((name, *_words(row)) for name, row in found.items()))


def _built(git: Git, commits: set[str]) -> dict[str, datetime]:
    """When source commits were made; those that this clone lacks are left out."""
    found = {}
    for commit in sorted(commits):
        code, output, _ = git.ask("show", "--no-patch", "--format=%ct", "--end-of-options", commit)
        if not code:
            found[commit] = datetime.fromtimestamp(int(output), UTC)
    return found


def _number(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _words(row: dora.Metrics) -> Iterator[str]:
    yield str(row.deployments)
    yield f"{row.per_day:.2f}"
    yield _span(row.lead_time)
    yield "-" if row.change_failure_rate is None else f"{row.change_failure_rate:.0%}"
    yield _span(row.recovery_time)


def _span(value: timedelta | None) -> str:
    return "-" if value is None else str(timedelta(seconds=round(value.total_seconds())))
