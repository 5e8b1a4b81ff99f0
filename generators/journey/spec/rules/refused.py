"""Which findings stand beside mistakes of shape: what is left of a refused node is not judged as if it were meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from journey.problem import Place, Pointer, Problem
from journey.spec.events import DEEPEST
from journey.spec.platform import PROMOTED_BLOCKS
from journey.spec.refusals import touches
from journey.spec.resolve import ROOT_FILE
from journey.spec.rules import references, running, services, together

PROMOTED = "promoted/"
"""Where the blocks of the platform stand as they were promoted."""

_NAMES: dict[str, str] = {
    references.TEAM: "teams",
    references.ENVIRONMENT: "environments",
    references.CLUSTER: "clusters",
    references.SIZE: "sizes",
    references.ADDON: "addons",
    running.DATASTORE: "datastores",
}
"""Rules that look a name up in a block: where one of its elements is refused whole, they cannot tell."""

_BLOCKS: dict[str, tuple[str, ...]] = {
    references.CLUSTER: ("environments",),
    references.UNUSED: ("clusters", "environments"),
    running.NEED_HERE: ("environments", "clusters"),
    services.FEATURE: ("addons", "clusters", "datastores"),
    services.WAY_IN: ("clusters", "environments"),
    together.RETIRED: ("datastores",),
    together.HUB: ("clusters",),
}
"""Rules that hold a file against a block of the platform: where that is partly refused, they cannot tell."""

_SIBLINGS: dict[str, frozenset[str]] = {
    running.KIND: frozenset(("kind", "ports", "routes", "schedule")),
    running.PROBE: frozenset(("kind", "command", "headers")),
}
"""Rules that hold fields of one mapping against each other: where one is refused, its default is not what was meant."""

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
    if any(touches(problem.where, other) for other in broken):
        return True
    names, blocks = (_NAMES.get(problem.rule, ""),), _BLOCKS.get(problem.rule, ())
    if any(_within(other, names, 2) or _within(other, blocks) for other in broken):
        return True
    fields = _SIBLINGS.get(problem.rule, frozenset())
    if any(_beside(problem.where, other, fields) for other in broken):
        return True
    return problem.rule in _OF_OTHERS and any(other.file != ROOT_FILE for other in broken)


def _within(where: Pointer | Place, blocks: tuple[str, ...], depth: int = DEEPEST) -> bool:
    """Whether a refused node is of a block of the platform, no deeper than so many steps; or its file is refused."""
    if where.file != ROOT_FILE and not where.file.startswith(PROMOTED):
        return False
    if isinstance(where, Place):
        return not set(PROMOTED_BLOCKS).isdisjoint(blocks)
    return len(where.path) <= depth and any(where.path[:1] == (block,) for block in blocks)


def _beside(where: Pointer | Place, other: Pointer | Place, fields: frozenset[str]) -> bool:
    """Whether a finding stands in the mapping that has a refused node in one of these fields."""
    if not isinstance(where, Pointer) or not isinstance(other, Pointer) or where.file != other.file:
        return False
    *above, _ = where.path or ("",)
    return list(other.path[: len(above)]) == above and not fields.isdisjoint(other.path[len(above) : len(above) + 1])
