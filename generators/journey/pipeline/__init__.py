"""From spec to files, in named steps: load, judge the spec, render, judge, plan, apply, remember.

Only what changed since the last run is done again; that this gives the same bytes as doing everything is a property
that the tests hold (see `journey.spec.view`, `journey.pipeline.cache` and `journey.pipeline.compare`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from journey import tree
from journey.pipeline import cache as memory
from journey.pipeline.narrow import Scope, Unknown, narrowed, unmatched
from journey.pipeline.progress import Progress, silent
from journey.pipeline.quick import Watch, as_it_was
from journey.pipeline.results import as_problem, findings
from journey.problem import Level, Problem
from journey.spec import sources as files
from journey.spec.files import InMemory
from journey.spec.sources import Reading, Sources

if TYPE_CHECKING:
    from journey.pipeline.session import Session
    from journey.pipeline.work import Workers


class Options(NamedTuple):
    """What to do. `scope` narrows what is written; `jobs` is a number of processes, chosen by the work unless said."""

    root: str
    scope: Scope = Scope()
    jobs: int | None = None
    checks: bool = True


class Report(NamedTuple):
    """What came of a run. `plan` is None where problems stood in its way; `written` says that it was applied.

    It is not applied where the scope has words that are `unknown`: one that is misspelt would pass as nothing to do.
    """

    sources: Sources
    problems: list[Problem]
    plan: tree.Plan | None = None
    units: int = 0
    rendered: int = 0
    written: bool = False
    unknown: tuple[Unknown, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether there is an error among the problems."""
        return has_error(self.problems)


def run(options: Options, write: bool, progress: Progress = silent) -> Report:
    """Bring the rendered tree up to date with the spec, or with `write` False say how it differs."""
    known = memory.load(options.root, options.checks)
    watch = Watch(options.root, known)
    sources = files.load(options.root, known.documents, _spread)
    return _nothing_to_do(options.scope, sources, known, watch) or _something_to_do(
        options, write, sources, watch, progress
    )


def _spread(read: Callable[[str], Reading], names: Sequence[str]) -> Iterable[Reading]:
    if not names:
        return ()
    from journey.pipeline.spread import spread

    return spread(read, names)


def _nothing_to_do(scope: Scope, sources: Sources, known: memory.Cache, watch: Watch) -> Report | None:
    """The report where neither the spec nor a file has changed since the last run; None where that is not sure."""
    same = sources.documents.keys() == known.documents.keys() and sources.schemas_digest == known.schemas
    if not known.settled or not same or sources.problems:
        return None
    if any(document is not known.documents[file] for file, document in sources.documents.items()):
        return None
    if not scope.whole and not unmatched(scope, known.outcomes).whole:
        return None  # only the spec can tell whether what is asked for is known
    if not watch.untouched:
        return None
    return Report(sources, list(map(as_problem, known.findings)), as_it_was(known), len(known.outcomes))


def _something_to_do(options: Options, write: bool, sources: Sources, watch: Watch, progress: Progress) -> Report:
    from journey.pipeline.session import Session
    from journey.pipeline.work import open_workers

    if not sources.documents:
        return Report(sources, sources.problems)
    watch.hand_over()
    session = Session(sources, watch.known, options.checks)
    workers = open_workers(session.job, session.work_ahead, options.jobs)
    try:
        return _bring(options, write, session, watch, workers, progress)
    finally:
        workers.close()


def _bring(
    options: Options, write: bool, session: Session, watch: Watch, workers: Workers, progress: Progress
) -> Report:
    from journey.pipeline.compare import compare
    from journey.pipeline.writing import apply

    sources, root = session.sources, options.root
    problems = [*sources.problems, *session.judge_spec(workers, silent)]
    if has_error(problems):
        return Report(sources, problems)
    units = session.units()
    rendered = session.do(units, workers, progress)
    problems += session.found_in(units)
    index, plan, whole, written = tree.sure(session.known.index), None, None, False
    unknown: tuple[Unknown, ...] = ()
    if not has_error(problems):
        whole, wrong = compare(root, session, watch, units)
        problems += wrong
        if whole is not None:
            plan, unknown = narrowed(whole, options.scope, session)
    learnt: list[memory.Learnt] = []
    if plan is not None:
        problems += plan.problems
        index = tree.Index(plan.entries)
        if write and not plan.problems and not unknown:
            applied = apply(root, plan, session, workers, lambda: learnt.append(session.learnt()))
            problems += applied.problems
            index, written = tree.Index(applied.entries), not applied.problems
    workers.close()  # what they hold is not needed while the cache is written
    settled = plan is not None and whole == plan and (written or plan.clean)
    memory.save(root, options.checks, learnt[0] if learnt else session.learnt(), index, findings(problems), settled)
    return Report(sources, problems, plan, len(units), rendered, written, unknown)


def open_spec(root: str) -> tuple[Session, list[Problem]]:
    """The spec under a root, read and judged, for questions that render nothing."""
    return _judged(files.load(root, {}, _spread), memory.Cache())


def open_given(root: str, given: Mapping[str, bytes]) -> tuple[Session, list[Problem]]:
    """The spec that files hold, by path, read and judged. What the last run under a root knew is taken from there."""
    known = memory.load(root, True)
    return _judged(files.load_from(InMemory(given), root, known.documents, _spread), known)


def _judged(sources: Sources, known: memory.Cache) -> tuple[Session, list[Problem]]:
    from journey.pipeline.session import Session
    from journey.pipeline.work import Local

    session = Session(sources, known, checked=False)
    return session, [*sources.problems, *(session.judge_spec(Local(session.job), silent) if sources.documents else ())]


def open_rendered(root: str) -> tuple[Session, list[Problem]]:
    """The spec under a root for questions about what it renders; what the last run knew is taken where it holds."""
    from journey.pipeline.session import Session
    from journey.pipeline.work import Local

    known = memory.load(root, True)
    sources = files.load(root, known.documents, _spread)
    session = Session(sources, known, True)
    if not sources.documents or (known.settled and not session.changed and not sources.problems):
        return session, sources.problems
    return session, [*sources.problems, *session.judge_spec(Local(session.job), silent)]


def has_error(problems: Sequence[Problem]) -> bool:
    """Whether one of them is more than a warning."""
    return any(problem.level is Level.ERROR for problem in problems)
