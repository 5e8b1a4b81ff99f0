"""What the commands that change the spec by a commit share: the plan is shown, asked about, then carried out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from journey.changes import gates, promotion, record
from journey.changes.diff import told
from journey.changes.gates import Verdict
from journey.changes.impact import told as impacts
from journey.changes.offer import Here, offer
from journey.changes.promotion import Plan, Stale
from journey.ci.comment import code
from journey.ci.refused import Refused
from journey.cli import report, subject
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.terminal import asking
from journey.explain.fields import short
from journey.pipeline import has_error
from journey.tree.model import shown

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
STYLES = ("text", "json", "markdown")
UNVERSIONED = ("rename", "adopt", "upgrade")
"""Acts that leave versions alone."""
DETAIL = 3
"""The depth from which on an impact's lines are left to `journey impact`."""
MOST_OWN = 12
"""Values of the environment's own that are listed before the rest is counted."""


def plan_options(function: F) -> F:
    """`--plan`, `--yes` and `--format`."""
    function = click.option(
        "--format", "style", type=click.Choice(STYLES), default="text", show_default=True, help="How the plan is told."
    )(function)
    function = click.option("--yes", is_flag=True, help="Do not ask.")(function)
    return click.option("--plan", "plan_only", is_flag=True, help="Show what would be done, and stop.")(function)


pull_request_option = click.option(
    "--pr", "pull_request", is_flag=True, help="Push a branch and open a pull request, instead of a commit here."
)


class Moment(click.ParamType[datetime]):
    """A moment of RFC 3339, or a day; without a zone it is in UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The moment, with a zone."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"`{value}` is no time; example: 2030-01-31T12:00Z", param, ctx)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


now_option = click.option("--now", type=Moment(), help="Judge by this time instead of the clock's.")


def planned(make: Callable[[], T]) -> T:
    """What is made. Prints what stands in its way and exits where it cannot be."""
    try:
        return make()
    except Refused as refused:
        problem = refused.problem
        raise subject.Refusal("; ".join(filter(None, (problem.message, problem.hint)))) from refused
    except Stale as found:
        report.findings(found.sources, found.problems, "text")
        click.echo("render and commit first: a change would carry more than itself", err=True)
        raise click.exceptions.Exit(EXIT_PROBLEMS) from found


def show(plan: Plan, style: str) -> None:
    """Everything that the plan says."""
    if style == "json":
        click.echo(json.dumps(plain(plan), indent=2, ensure_ascii=False, default=str))
    elif style == "markdown":
        click.echo(markdown(plan), nl=False)
    else:
        for line in _said(plan):
            click.echo(shown(line))
        for depth, text in impacts.lines(plan.answered, plan.impact):
            if depth < DETAIL:
                click.echo(f"{'  ' * depth}{'impact: ' if not depth else ''}{shown(text)}")
        for depth, text in told.lines(plan.diff):
            click.echo(f"{'  ' * max(depth - 1, 0)}{shown(text)}")


def markdown(plan: Plan) -> str:
    """The plan as GitHub-flavoured Markdown that fits a pull request's text."""
    head = "".join(f"- {code(line)}\n" for line in _said(plan))[: told.LIMIT // 4]
    impact = impacts.markdown(plan.answered, plan.impact, room=told.LIMIT // 2 - len(head))
    return f"{head}\n{impact}\n" + told.markdown(plan.diff, told.LIMIT - len(head) - len(impact) - 2)


def _said(plan: Plan) -> Iterator[str]:
    for step in plan.act.steps:
        where = f" on {', '.join(step.clusters)}" if step.clusters else ""
        silent = plan.act.kind in UNVERSIONED or step.before == step.after == record.NONE
        versions = "" if silent else f": {step.before} -> {step.after}"
        yield f"{plan.act.kind} {step.service} {_way(plan)}{where}{versions}"
    for item in plan.own[:MOST_OWN]:
        yield f"stays {plan.act.target}'s own: {item.field} = {short(item.value)} ({item.place})"
    if len(plan.own) > MOST_OWN:
        yield f"and {len(plan.own) - MOST_OWN} more values of its own"
    yield from plan.notes
    for found in plan.conflicts:
        yield (
            f"conflict: {found.field} was edited to {_value(found.ours)} at {found.here}, "
            f"{_value(found.theirs)} at {found.there} would replace it"
        )
    for service, verdicts in plan.verdicts.items():
        yield from (f"gate {service}: {verdict_line(verdict)}" for verdict in verdicts)


_WAYS: Mapping[str, str] = {
    "rename": "to {act.target}",
    "remove": "everywhere",
    "upgrade": "to version {act.target} of the golden path",
    "adopt": "by {act.target}",
}
"""How acts are told that are on no environment."""


def _way(plan: Plan) -> str:
    between = "from {act.source} to {act.target}" if plan.act.source else "in {act.target}"
    return _WAYS.get(plan.act.kind, between).format(act=plan.act)


def _value(value: Any) -> str:
    return short(value) if isinstance(value, str | int | float | list | dict) else "nothing"


def verdict_line(verdict: Verdict) -> str:
    """A gate's answer on a line."""
    opens = f"; opens {gates.stamp(verdict.opens)}" if verdict.opens else ""
    return f"{verdict.gate} is {verdict.state}: {verdict.why}{opens}"


def plain_verdict(verdict: Verdict) -> dict[str, Any]:
    """A gate's answer for programs."""
    opens = {"opens": gates.stamp(verdict.opens)} if verdict.opens else {}
    return {"gate": verdict.gate, "state": verdict.state, "why": verdict.why, **opens}


def plain(plan: Plan) -> dict[str, Any]:
    """The plan for programs."""
    return {
        "act": plan.act.kind,
        "from": plan.act.source,
        "to": plan.act.target,
        "steps": [
            {"service": step.service, "before": step.before, "after": step.after, "clusters": list(step.clusters)}
            for step in plan.act.steps
        ],
        "own": [{"place": str(item.place), "field": item.field, "value": item.value} for item in plan.own],
        "notes": list(plan.notes),
        "conflicts": [
            {"field": found.field, "here": str(found.here), "there": str(found.there)} for found in plan.conflicts
        ],
        "gates": {service: list(map(plain_verdict, found)) for service, found in plan.verdicts.items()},
        "impact": impacts.plain(plan.answered, plan.impact),
        "files": sorted({*plan.files, *(changed.path for changed in plan.seen.changed)}),
        "diff": told.plain(plan.diff),
    }


def overrides(gates_passed: Sequence[str], reason: str) -> list[record.Override]:
    """Gates that are passed, with the reason. Raises UsageError without one."""
    if gates_passed and len(reason.strip()) < 3:
        raise click.UsageError("--override needs --reason: it stays in the commit")
    return [record.Override(gate, reason) for gate in gates_passed]


ASKED_THERE = "approval"
"""The gate that a pull request asks for itself."""


def bars(plan: Plan, passed: Sequence[record.Override], pull_request: bool = False) -> list[str]:
    """What is in the way of the plan, a line each: gates, and effects of a promotion that nobody acknowledged."""
    unsaid = plan.answered if plan.act.kind in ("promote", "hotfix") else ()
    return [
        *(
            f"impact: {item.verdict.effect}: {item.verdict.subject}: {item.state}; acknowledge.{item.verdict.id}"
            for item in unsaid
            if item.bars
        ),
        *(
            f"{service}: {verdict_line(verdict)}"
            for service, verdicts in plan.verdicts.items()
            for verdict in gates.barred(verdicts, [override.gate for override in passed])
            if not (pull_request and verdict.gate == ASKED_THERE)
        ),
    ]


def carry_out(
    root: str,
    plan: Plan,
    plan_only: bool,
    yes: bool,
    style: str,
    passed: Sequence[record.Override] = (),
    pull_request: bool = False,
) -> int:
    """Show the plan; unless it must stop there, ask, and commit it or open a pull request with it."""
    if has_error(plan.problems):
        report.findings(plan.seen.after.sources, plan.problems, "text")
        click.echo("nothing was changed: the spec would not be in order", err=True)
        return EXIT_PROBLEMS
    show(plan, style)
    if plan_only:
        return 0
    barred = bars(plan, passed, pull_request)
    if barred:
        click.echo("nothing was changed:", err=True)
        for line in barred:
            click.echo(f"    {shown(line)}", err=True)
        return EXIT_PROBLEMS
    if not yes:
        if not asking():
            raise subject.Refusal("there is nobody to ask; look at --plan, then say --yes")
        click.confirm(f"{plan.act.kind} now?", abort=True, err=True)
    done = planned(lambda: offered(root, plan, passed, True) if pull_request else _committed(root, plan, passed))
    click.echo(done, err=True)
    return 0


def _committed(root: str, plan: Plan, passed: Sequence[record.Override]) -> str:
    commit = promotion.carry_out(root, plan, passed)
    return f"committed {commit[:10]} on {plan.begun.branch.removeprefix('refs/heads/')}"


def offered(root: str, plan: Plan, passed: Sequence[record.Override], on_github: bool) -> str:
    """Bring the plan to a branch of its own: with a pull request on GitHub, or in this clone alone."""
    from journey.live import pull_requests

    host = pull_requests.on_github(root, os.environ, plan.seen.after.view) if on_github else Here()
    branch, told = offer(root, plan, host, passed, markdown(plan))
    return f"pushed {branch}\n{told}" if on_github else f"{branch} is made; {told}"


def by_name(found: Mapping[str, Sequence[Verdict]]) -> Iterator[str]:
    """Gates by service, a line each."""
    for service, verdicts in found.items():
        if not verdicts:
            yield f"{service}: no gate"
        yield from (f"{service}: {verdict_line(verdict)}" for verdict in verdicts)
