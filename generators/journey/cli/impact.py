"""`journey impact`."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from journey.changes.diff import report as diffs
from journey.changes.diff import revisions
from journey.changes.impact import acknowledged, told
from journey.changes.impact.acknowledged import Answered
from journey.changes.impact.report import Impact, judged
from journey.ci.git import Git
from journey.ci.refused import Refused
from journey.cli import changing, report, subject
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.problem import Problem
from journey.spec.sources import Sources
from journey.tree.model import shown


@click.command("impact")
@click.argument("revisions", metavar="[REV[..REV]]", default="")
@changing.now_option
@click.option("--format", "style", type=click.Choice(subject.STYLES), default="text", show_default=True)
@click.pass_obj
def command(shared: Shared, revisions: str, now: datetime | None, style: str) -> int:
    """Tell what a change will do to what runs: what restarts, goes, is replaced, opens; each by its edit and rule.

    Without REV: from where this branch left the main one to HEAD, or HEAD's last commit on the main branch itself.
    What destroys something, or gives somebody more, fails until `acknowledge` in platform.yaml names its id.
    """
    today = now or datetime.now(UTC)
    try:
        found, whole, problems = between(shared.root, revisions, today)
    except Refused as refused:
        problem = refused.problem
        raise subject.Refusal("; ".join(filter(None, (problem.message, problem.hint)))) from refused
    if whole is None:
        report.findings(Sources(shared.root, {}, []), problems, "text" if style == "markdown" else style)
        return EXIT_PROBLEMS
    _tell(shared.root, found, whole, problems, style)
    return EXIT_PROBLEMS if problems or any(item.bars for item in found) else 0


def between(root: str, said: str, now: datetime) -> tuple[list[Answered], Impact | None, list[Problem]]:
    """The verdicts of a change with what the spec says of them, and problems; no Impact where a spec is not in order.

    Raises Refused for revisions that cannot be had.
    """
    with diffs.opened(root, said) as (span, old, new, wrong):
        if wrong:
            return [], None, wrong
        changed = revisions.rendered(Git(Path(root), os.environ), span)
        whole = judged(diffs.compared(span, changed, old, new), changed, old, new)
        found = acknowledged.answered(whole.verdicts, new.view, now.astimezone(UTC).date())
        problems = [
            problem._replace(where=new.sources.place(problem.where))
            for problem in acknowledged.needless(whole.verdicts, old.view, new.view)
        ]
        return found, whole, problems


def _tell(root: str, found: list[Answered], whole: Impact, problems: list[Problem], style: str) -> None:
    if style == "text":
        for depth, text in told.lines(found, whole, problems):
            line = f"{'  ' * max(depth - 1, 0)}{shown(text)}"
            click.echo(click.style(line, bold=True) if depth == 1 else line)
    elif style == "markdown":
        click.echo(told.markdown(found, whole, problems), nl=False)
    elif style == "json":
        click.echo(json.dumps(told.plain(found, whole, problems), indent=2, ensure_ascii=False, default=str))
    else:
        report.findings(Sources(root, {}, []), [*problems, *told.findings(found)], style)
