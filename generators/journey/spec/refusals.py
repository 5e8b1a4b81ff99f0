"""How far a mistake of YAML reaches: most spoil one node, and what is found elsewhere in the file still counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from journey.problem import Place, Pointer, Problem
from journey.spec.positions import locate, paths_at

CONFINED = frozenset(
    ("yaml/ambiguous-scalar", "yaml/number", "yaml/key", "yaml/duplicate-key", "yaml/tag", "yaml/character")
)
"""Rules of YAML whose mistake leaves the rest of the tree as it was meant.

The others do not: after an error of syntax nodes are missing, a merge key or an unknown alias stands for many.
"""


def at_nodes(data: bytes, problem: Problem) -> list[Problem]:
    """A problem in a file's text, at each node that it spoils; as it is where that is not known."""
    place = problem.where
    if not isinstance(place, Place) or problem.rule not in CONFINED:
        return [problem]
    paths = paths_at(data, place.line, place.column)
    return [problem._replace(where=Pointer(place.file, path)) for path in paths] or [problem]


def others(data: bytes, found: Iterable[Problem], told: Sequence[Problem]) -> list[Problem]:
    """Findings about nodes, or else lines, of which nothing was told yet: one mistake is one Problem."""
    if any(problem.rule == "yaml/syntax" for problem in told):
        return []
    spoilt = [problem.where for one in told for problem in at_nodes(data, one)]
    lines = {where.line for where in spoilt if isinstance(where, Place)}
    return [
        problem
        for problem in found
        if isinstance(problem.where, Pointer)
        and not any(touches(problem.where, where) for where in spoilt if isinstance(where, Pointer))
        and locate(data, problem.where.path, problem.where.key)[0] not in lines
    ]


def touches(where: Pointer | Place, other: Pointer | Place) -> bool:
    """Whether a finding stands at, below or above a refused node, or in a file that cannot be read."""
    if where.file != other.file:
        return False
    if isinstance(where, Place) or isinstance(other, Place):
        return True
    length = min(len(where.path), len(other.path))
    return where.path[:length] == other.path[:length]
