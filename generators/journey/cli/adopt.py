"""`journey adopt`."""

from __future__ import annotations

from pathlib import Path

import click

from journey.changes.adopt import following
from journey.changes.adopt.adoption import Adoption, Unsound, Where, adopted
from journey.changes.adopt.manifests import read
from journey.cli import changing, report
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.root import Shared
from journey.scaffold import writing
from journey.tree.model import shown


@click.command("adopt")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--env", "environment", default="", help="The environment it runs in; the first unless given.")
@click.option("--cluster", default="", help="The cluster it runs on; the environment's first unless given.")
@click.option("--team", default="", help="The team that owns it; the only one unless given.")
@click.option("--namespace", default="default", show_default=True, help="Where objects stand that name no namespace.")
@click.option("--next", "service", default="", metavar="SERVICE", help="Switch on the next convention for a service.")
@click.option("--convention", default="", help="With --next: this one.")
@changing.plan_options
@click.pass_obj
def command(
    shared: Shared,
    paths: tuple[str, ...],
    environment: str,
    cluster: str,
    team: str,
    namespace: str,
    service: str,
    convention: str,
    plan_only: bool,
    yes: bool,
    style: str,
) -> int:
    """Write the smallest spec that renders existing manifests again, field for field; `-` reads them from a pipe.

    Each Deployment, StatefulSet, CronJob and Job becomes a service, with all conventions switched off, under the names
    and selectors that it has. What the spec has no word for stands in `patches` and `extra`. Nothing is written unless
    what would be rendered equals what came in. With --next a convention is switched on, as a change with its impact.
    """
    if bool(paths) == bool(service) or (convention and not service):
        raise click.UsageError("name manifests, or a service: --next SERVICE")
    if service:
        plan = changing.planned(lambda: following.planned(shared.root, service, convention))
        return changing.carry_out(shared.root, plan, plan_only, yes, style)
    where = Where(environment, cluster, team, namespace)
    try:
        found = changing.planned(lambda: adopted(shared.root, read(paths), where))
    except Unsound as unsound:
        report.findings(unsound.sources, list(unsound.problems), "text")
        click.echo("nothing was written: the spec would not be in order", err=True)
        return EXIT_PROBLEMS
    _tell(found)
    return 0 if plan_only else _write(shared.root, found)


def _tell(found: Adoption) -> None:
    for one in found.services:
        share = f"{100 * one.by_words / max(one.leaves, 1):.0f} % of {one.leaves} fields by its own words"
        more = "".join(f", {count} {what}" for count, what in ((one.patches, "patches"), (one.extra, "extra")) if count)
        click.echo(shown(f"{one.name}: {one.objects} objects, {share}{more}"))
    for item in found.left:
        click.echo(shown(f"left as it is: {item} ({item.file})"))
    click.echo(f"{found.share:.1f} % of the fields follow without patches or extra; what is rendered equals what came")


def _write(root: str, found: Adoption) -> int:
    problems = writing.write(Path(root), dict(found.files))
    if problems:
        for problem in problems:
            click.echo(f"{problem.where}: {problem.message}\n    {problem.hint}", err=True)
        return EXIT_PROBLEMS
    for file in found.files:
        click.echo(f"wrote {file}")
    click.echo("Next: journey render, commit, sync, then journey adopt --next SERVICE")
    return 0
