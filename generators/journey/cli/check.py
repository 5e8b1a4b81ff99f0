"""`journey check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from journey import pipeline, tree
from journey.cli import progress, report
from journey.cli.main import EXIT_CRASH, EXIT_PROBLEMS
from journey.cli.options import refuse_unknown, run_options, scope, scope_options
from journey.cli.root import Shared
from journey.pipeline.exempt import exempt
from journey.pipeline.narrow import Scope
from journey.pipeline.pins import unpinned
from journey.spec.sources import ROOT_FILE, Sources

if TYPE_CHECKING:
    from journey.pipeline.outside import Judgement


@click.command("check")
@scope_options
@run_options
@click.option(
    "--all",
    "all_",
    is_flag=True,
    help="Let outside programs judge as well: checkov, actionlint, zizmor, hadolint, cfn-lint.",
)
@click.option("--every", is_flag=True, help="With --all: judge also what did not change since the last time.")
@click.pass_obj
def command(
    shared: Shared,
    environments: tuple[str, ...],
    clusters: tuple[str, ...],
    services: tuple[str, ...],
    style: str,
    jobs: int | None,
    all_: bool,
    every: bool,
) -> int:
    """Check the spec and what it renders, and that no rendered file is stale. Writes no rendered file."""
    wanted = scope(environments, clusters, services)
    _must_fit(all_, every, wanted)
    options = pipeline.Options(shared.root, wanted, jobs)
    with progress.bar("checking") as shown:
        found = pipeline.run(options, write=False, progress=shown)
    refuse_unknown(found.unknown)
    stale = tree.stale(found.plan, "journey render") if found.plan is not None else ()
    problems = list(dict.fromkeys([*found.problems, *stale]))
    if not pipeline.has_error(problems) and _acknowledges(found.sources):
        from journey.changes.impact import acknowledged, pending  # most specs acknowledge nothing

        problems += acknowledged.noted(pending.spent_now(shared.root))
    judged = None
    if all_ and found.plan is not None and not pipeline.has_error(problems):
        judged = _judge(shared.root, found.sources, found.plan, every)
        problems += judged.problems
    problems = report.traced(shared.root, problems)
    report.findings(found.sources, problems, style)
    if style == "text":
        report.verdict(found, problems)
        if found.plan is not None and not pipeline.has_error(problems):
            report.exempted(exempt(found.sources))
            report.without_digest(unpinned(found.sources))
        if all_:
            report.outside(judged)
    if judged is not None and judged.crashed:
        return EXIT_CRASH
    return EXIT_PROBLEMS if pipeline.has_error(problems) else 0


def _acknowledges(sources: Sources) -> bool:
    """Whether there is anything that could be spent: asking costs a rendering."""
    root = sources.documents.get(ROOT_FILE)
    return root is not None and bool((root.value or {}).get("acknowledge"))


def _judge(root: str, sources: Sources, plan: tree.Plan, every: bool) -> Judgement:
    """Let the outside programs judge the tree."""
    from journey.pipeline import outside

    with progress.bar("judging") as shown:
        return outside.judge(root, sources, plan, every, shown)


def _must_fit(all_: bool, every: bool, wanted: Scope) -> None:
    """Refuse options that contradict each other."""
    if every and not all_:
        raise click.UsageError("--every goes with --all")
    if all_ and not wanted.whole:
        raise click.UsageError("--all judges the whole tree; leave out --env, --cluster and --service")
