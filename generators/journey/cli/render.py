"""`journey render`."""

from __future__ import annotations

import click

from journey import pipeline
from journey.cli import progress, report
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.options import refuse_unknown, run_options, scope, scope_options
from journey.cli.root import Shared


@click.command("render")
@scope_options
@run_options
@click.option("--no-checks", is_flag=True, help="Render without judging what is rendered; for measuring.")
@click.pass_obj
def command(
    shared: Shared,
    environments: tuple[str, ...],
    clusters: tuple[str, ...],
    services: tuple[str, ...],
    style: str,
    jobs: int | None,
    no_checks: bool,
) -> int:
    """Render the spec: write what differs, delete what is no longer rendered. Problems change nothing."""
    options = pipeline.Options(shared.root, scope(environments, clusters, services), jobs, not no_checks)
    with progress.bar("rendering") as shown:
        found = pipeline.run(options, write=True, progress=shown)
    refuse_unknown(found.unknown)
    report.findings(found.sources, report.traced(shared.root, found.problems), style)
    if found.plan is not None and style == "text":
        report.changes(found)
    return EXIT_PROBLEMS if found.failed else 0
