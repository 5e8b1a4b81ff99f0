"""What a spec would render if some of its files said something else. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from journey import tree
from journey.pipeline import Options, cache, has_error, open_rendered, run
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


def preview(root: str, instead: Mapping[str, bytes]) -> Preview:
    """What differs once files of the spec hold other bytes, by path. The tree must not be stale before: see `stale`."""
    before, _ = open_rendered(root)
    known = cache.load(root, True)
    watch = Watch(root, known)
    after = Session(files.load(root, known.documents, instead=instead), known, True)
    workers = Local(after.job)
    problems = [*after.sources.problems, *after.judge_spec(workers, silent)]
    if has_error(problems):
        return Preview(before, after, problems)
    units = after.units()
    after.do(units, workers, silent)
    problems += after.found_in(units)
    if has_error(problems):
        return Preview(before, after, problems)
    plan, wrong = compare(root, after, watch, units)
    problems += [*wrong, *(plan.problems if plan else ())]
    if plan is None or has_error(problems):
        return Preview(before, after, problems)
    return Preview(before, after, problems, tuple(_changed(root, plan, workers.contents)))


def stale(root: str) -> list[Problem]:
    """What is wrong with the tree before anything changes: problems of the spec, files that differ from it."""
    found = run(Options(root), write=False)
    if found.failed or found.plan is None:
        return found.problems
    return list(tree.stale(found.plan, "journey render"))


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
