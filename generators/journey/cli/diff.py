"""`journey diff`."""

from __future__ import annotations

import json

import click

from journey.changes.diff import report as diffs
from journey.changes.diff import told
from journey.ci.refused import Refused
from journey.cli import options, report, subject
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.problem import Level, Problem
from journey.spec.sources import Sources
from journey.tree.model import shown


@click.command("diff")
@click.argument("revisions", metavar="[REV[..REV]]", default="")
@options.scope_options
@click.option("--target", "targets", multiple=True, help="Only what this target renders; repeatable.")
@click.option("--format", "style", type=click.Choice(subject.STYLES), default="text", show_default=True)
@click.pass_obj
def command(
    shared: Shared,
    revisions: str,
    environments: tuple[str, ...],
    clusters: tuple[str, ...],
    services: tuple[str, ...],
    targets: tuple[str, ...],
    style: str,
) -> int:
    """Tell what differs between two commits' rendered files, grouped by the edit of the spec that caused it.

    Without REV: from where this branch left the main one to HEAD, or HEAD's last commit on the main branch itself.
    Nothing is checked out. What no edit explains is told under the cause `generators`.
    """
    try:
        found = diffs.diff(shared.root, revisions, options.scope(environments, clusters, services), targets)
    except Refused as refused:
        problem = refused.problem
        raise subject.Refusal("; ".join(filter(None, (problem.message, problem.hint)))) from refused
    if found.unknown:
        raise click.UsageError("\n".join(map(shown, found.unknown)))
    if found.problems:
        report.findings(Sources(shared.root, {}, []), found.problems, "text" if style == "markdown" else style)
        return EXIT_PROBLEMS
    _tell(shared.root, found, style)
    return 0


def _tell(root: str, found: diffs.Diff, style: str) -> None:
    if style == "text":
        for depth, text in told.lines(found):
            line = f"{'  ' * max(depth - 1, 0)}{shown(text)}"
            click.echo(click.style(line, bold=True) if depth == 1 else line)
    elif style == "markdown":
        click.echo(told.markdown(found), nl=False)
    elif style == "json":
        click.echo(json.dumps(told.plain(found), indent=2, ensure_ascii=False, default=str))
    else:
        noticed = [Problem(item.place, "diff/cause", text, "", Level.NOTE) for item, text in told.noticed(found)]
        report.findings(Sources(root, {}, []), noticed, style)
