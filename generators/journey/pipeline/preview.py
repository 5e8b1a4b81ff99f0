"""What a spec would render if some of its files said something else. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from journey import tree
from journey.pipeline import Options, cache, has_error, run
from journey.pipeline.compare import compare
from journey.pipeline.progress import silent
from journey.pipeline.quick import Watch
from journey.pipeline.session import Session
from journey.pipeline.work import Local
from journey.problem import Problem
from journey.spec import sources as files


class Rendered(NamedTuple):
    """A file as it is on disk and as it would be: bytes, None where there is none; whether it is executable."""

    path: str
    old: bytes | None
    new: bytes | None
    executable: bool = False


class Preview(NamedTuple):
    """What would differ, with the specs before and after. Where there are errors among the problems, nothing would."""

    before: Session
    after: Session
    problems: list[Problem]
    changed: tuple[Rendered, ...] = ()

    @property
    def problems_bar(self) -> bool:
        """Whether there are errors, so that it is not known what would differ."""
        return has_error(self.problems)


class Before(NamedTuple):
    """The tree before a change: its spec with what the last run knew, and whether its files are as it left them."""

    session: Session
    watch: Watch
    problems: tuple[Problem, ...] = ()
    """What is wrong with it: errors of the spec, files that differ from what it renders."""


def before(root: str) -> Before:
    """The tree as it is; where nothing has changed since the last run, nothing is rendered."""
    found = _before(root)
    if found.session.settled and found.watch.untouched:
        return found
    wrong = tuple(_stale(root))  # what this run learns, the next reading knows
    return _before(root)._replace(problems=wrong)


def _before(root: str) -> Before:
    known = cache.load(root, True)
    watch = Watch(root, known)
    return Before(Session(files.load(root, known.documents), known, True), watch)


def _stale(root: str) -> list[Problem]:
    found = run(Options(root), write=False)
    if found.failed or found.plan is None:
        return found.problems
    return list(tree.stale(found.plan, "journey render"))


def preview(root: str, instead: Mapping[str, bytes | None], tree_before: Before | None = None) -> Preview:
    """What differs once files of the spec hold other bytes, or are gone, by path. The tree must not be stale before."""
    begun, watch, _ = tree_before or before(root)
    after = Session(files.load(root, begun.sources.documents, instead=instead), begun.known, True)
    workers = Local(after.job)
    problems = [*after.sources.problems, *after.judge_spec(workers, silent)]
    if has_error(problems):
        return Preview(begun, after, problems)
    units = after.units()
    after.do(units, workers, silent)
    problems += after.found_in(units)
    if has_error(problems):
        return Preview(begun, after, problems)
    plan, wrong = compare(root, after, watch, units)
    problems += [*wrong, *(plan.problems if plan else ())]
    if plan is None or has_error(problems):
        return Preview(begun, after, problems)
    return Preview(begun, after, problems, tuple(_changed(root, plan, workers.contents)))


def _changed(root: str, plan: tree.Plan, made: Mapping[str, bytes]) -> list[Rendered]:
    """The files that a plan touches. All that it writes was rendered just now: the tree was not stale."""
    created, deleted = frozenset(plan.create), frozenset(plan.delete)
    return [
        Rendered(
            path,
            None if path in created else tree.read_file(root, path),
            None if path in deleted else made[path],
            path in plan.executables,
        )
        for path in sorted({*created, *plan.update, *plan.chmod, *deleted})
    ]
