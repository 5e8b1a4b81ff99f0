"""Which findings stand beside mistakes of shape: what is left of a refused node is not judged as if it were meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from journey.problem import Place, Pointer, Problem
from journey.spec.resolve import ROOT_FILE
from journey.spec.rules import references, running, services, together

_BLOCKS: dict[str, tuple[str, ...]] = {
    references.TEAM: ("teams",),
    references.ENVIRONMENT: ("environments",),
    references.CLUSTER: ("clusters", "environments"),
    references.SIZE: ("sizes",),
    references.ADDON: ("addons",),
    running.DATASTORE: ("datastores",),
    running.NEED_HERE: ("environments", "clusters"),
    services.FEATURE: ("addons", "clusters", "datastores"),
    services.WAY_IN: ("clusters", "environments"),
    together.RETIRED: ("datastores",),
    together.HUB: ("clusters",),
}
"""Rules that hold a file against a block of `platform.yaml`: where that is partly refused, they cannot tell."""

_OF_OTHERS = frozenset({running.PORT, running.NEED_HERE, services.WAY_IN})
"""Rules that hold a service against another one's file."""


def untouched(found: Iterable[Problem], refused: Sequence[Problem]) -> list[Problem]:
    """What rules found, without what follows from a node, a block or a file that is refused already; each once.

    Where `platform.yaml` cannot be read nothing is left: every reference would seem to lead nowhere.
    """
    broken = [problem.where for problem in refused]
    if any(where.file == ROOT_FILE and isinstance(where, Place) for where in broken):
        return []
    return [problem for problem in dict.fromkeys(found) if not _follows(problem, broken)]


def _follows(problem: Problem, broken: Sequence[Pointer | Place]) -> bool:
    if any(_touches(problem.where, other) for other in broken):
        return True
    blocks = _BLOCKS.get(problem.rule, ())
    if any(_within(other, blocks) for other in broken):
        return True
    return problem.rule in _OF_OTHERS and any(other.file != ROOT_FILE for other in broken)


def _within(where: Pointer | Place, blocks: tuple[str, ...]) -> bool:
    return isinstance(where, Pointer) and where.file == ROOT_FILE and bool(where.path) and where.path[0] in blocks


def _touches(where: Pointer | Place, other: Pointer | Place) -> bool:
    """Whether a finding stands at, below or above a refused node, or in a file that cannot be read."""
    if where.file != other.file:
        return False
    if isinstance(where, Place) or isinstance(other, Place):
        return True
    length = min(len(where.path), len(other.path))
    return where.path[:length] == other.path[:length]
