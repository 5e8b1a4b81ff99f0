"""From spec to files, in named steps: load, judge the spec, render, judge, plan, apply, remember.

Only what changed since the last run is done again; that this gives the same bytes as doing everything is a property
that the tests hold (see `journey.spec.view` and `journey.pipeline.cache`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from journey import tree
from journey.artifact import Unit
from journey.pipeline import cache as memory
from journey.pipeline.narrow import Scope, narrowed
from journey.pipeline.results import Result
from journey.pipeline.session import Session
from journey.pipeline.work import Local, Progress, Workers, open_workers, silent
from journey.pipeline.writing import apply
from journey.problem import Level, Problem
from journey.spec import sources as files
from journey.spec.sources import Sources


class Options(NamedTuple):
    """What to do. `scope` narrows what is written; `jobs` is a number of processes, chosen by the work unless said."""

    root: str
    scope: Scope = Scope()
    jobs: int | None = None
    checks: bool = True


class Report(NamedTuple):
    """What came of a run. `plan` is None where problems stood in its way; `written` says that it was applied."""

    sources: Sources
    problems: list[Problem]
    plan: tree.Plan | None = None
    units: int = 0
    rendered: int = 0
    written: bool = False

    @property
    def failed(self) -> bool:
        """Whether there is an error among the problems."""
        return has_error(self.problems)


def run(options: Options, write: bool, progress: Progress = silent) -> Report:
    """Bring the rendered tree up to date with the spec, or with `write` False say how it differs."""
    root = options.root
    code = memory.code_key(options.checks, Session.plugin_modules())
    known = memory.load(root, code)
    sources = files.load(root, known.documents)
    session = Session(sources, known, options.checks)
    workers = open_workers(session.job, session.work_ahead, options.jobs)
    try:
        return _bring(options, write, session, workers, progress, code)
    finally:
        workers.close()


def _bring(
    options: Options, write: bool, session: Session, workers: Workers, progress: Progress, code: bytes
) -> Report:
    sources, root, known = session.sources, options.root, session.known
    problems = [*sources.problems, *(session.judge_spec(workers) if sources.documents else ())]
    if has_error(problems):
        return Report(sources, problems)
    units = session.units()
    results, fresh = render(session, units, workers, progress)
    wanted, collisions = session.wanted(results)
    problems += [*session.judge(results), *collisions]
    index, plan, written = known.index, None, False
    if not has_error(problems):
        seen = tree.scan(root, session.owned())
        whole = tree.plan(wanted, seen, known.index, lambda path: tree.read_file(root, path))
        plan = narrowed(whole, options.scope, session)
        problems += plan.problems
        index = tree.Index(plan.entries)
        if write and not plan.problems:
            applied = apply(root, plan, results, workers, session.job)
            problems += applied.problems
            index, written = tree.Index(applied.entries), not applied.problems
    if fresh or session.reread or index.entries != known.index.entries:
        memory.save(root, code, session.cache(results, index))
    return Report(sources, problems, plan, len(units), fresh, written)


def open_spec(root: str) -> tuple[Session, list[Problem]]:
    """The spec under a root, read and judged, for questions that render nothing."""
    sources = files.load(root)
    session = Session(sources, memory.Cache(), checked=False)
    return session, [*sources.problems, *(session.judge_spec(Local(session.job)) if sources.documents else ())]


def has_error(problems: Sequence[Problem]) -> bool:
    """Whether one of them is more than a warning."""
    return any(problem.level is Level.ERROR for problem in problems)


def render(
    session: Session, units: Sequence[Unit], workers: Workers, progress: Progress
) -> tuple[dict[Unit, Result], int]:
    """The results of all units in their order, and how many of them were rendered now."""
    kept = session.still_valid(units)
    todo = [unit for unit in units if unit not in kept]
    fresh = {result.unit: result for result in workers.render(todo, progress)}
    session.rendered = results = {unit: kept[unit] if unit in kept else fresh[unit] for unit in units}
    return results, len(fresh)
