"""`journey check`."""

from __future__ import annotations

import click

from journey import pipeline, tree
from journey.cli import progress, report
from journey.cli.main import EXIT_PROBLEMS
from journey.cli.options import run_options, scope, scope_options
from journey.cli.root import Shared


@click.command("check")
@scope_options
@run_options
@click.pass_obj
def command(
    shared: Shared,
    environments: tuple[str, ...],
    clusters: tuple[str, ...],
    services: tuple[str, ...],
    style: str,
    jobs: int | None,
) -> int:
    """Check the spec and what it renders, and that no rendered file is stale. Writes nothing."""
    options = pipeline.Options(shared.root, scope(environments, clusters, services), jobs)
    with progress.bar("checking") as shown:
        found = pipeline.run(options, write=False, progress=shown)
    stale = tree.stale(found.plan, "journey render") if found.plan is not None else ()
    problems = list(dict.fromkeys([*found.problems, *stale]))
    report.findings(found.sources, problems, style)
    if style == "text":
        report.verdict(found, problems)
    return EXIT_PROBLEMS if pipeline.has_error(problems) else 0
