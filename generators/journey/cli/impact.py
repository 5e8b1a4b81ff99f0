"""`journey impact`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from journey.changes.impact import between, told
from journey.changes.impact.between import Change
from journey.ci.refused import Refused
from journey.cli import changing, report, subject
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
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
    try:
        found = between.between(shared.root, revisions, now or datetime.now(UTC))
    except Refused as refused:
        problem = refused.problem
        raise subject.Refusal("; ".join(filter(None, (problem.message, problem.hint)))) from refused
    tell(shared.root, found, style)
    return EXIT_PROBLEMS if found.barred else 0


def tell(root: str, found: Change, style: str) -> None:
    """Print what a change does."""
    sources = Sources(root, {}, [])
    if found.invalid:
        report.findings(sources, found.invalid, "text" if style == "markdown" else style)
    elif style == "text":
        for depth, text in told.lines(found.answered, found.impact, found.problems):
            line = f"{'  ' * max(depth - 1, 0)}{shown(text)}"
            click.echo(click.style(line, bold=True) if depth == 1 else line)
    elif style == "markdown":
        click.echo(told.markdown(found.answered, found.impact, found.problems), nl=False)
    elif style == "json":
        plain = told.plain(found.answered, found.impact, found.problems)
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False, default=str))
    else:
        report.findings(sources, [*found.problems, *told.findings(found.answered)], style)
