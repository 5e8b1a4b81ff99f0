"""Rendered files against the disk: nothing changed, little changed, or everything looked at.

The first two are short cuts that give what the third would: they hold only where the last run left the tree as its spec
wanted it, and every file still has the Stat that it had then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from journey import tree
from journey.artifact import Unit
from journey.pipeline.cache import Cache
from journey.pipeline.quick import Watch
from journey.pipeline.session import Session
from journey.problem import Problem

Read = Callable[[str], bytes]


def compare(root: str, session: Session, watch: Watch, units: Sequence[Unit]) -> tuple[tree.Plan | None, list[Problem]]:
    """What makes the disk equal to what was rendered, and what is wrong with the files together (then no plan)."""

    def read(path: str) -> bytes:
        return tree.read_file(root, path)

    known = session.known
    same = not known.findings and session.owned(known.owned.folders) == known.owned and _same_units(session)
    if same and watch.untouched:
        wanted, _ = session.gather([*session.fresh], together=False)
        return _little(known, wanted, read), []
    wanted, problems = session.gather(units, together=True)
    if problems:
        return None, problems
    seen = tree.scan(root, session.owned(known.owned.folders))
    return tree.plan(wanted, seen, known.index, read), []


def _same_units(session: Session) -> bool:
    """Whether the units rendered now are those of the last run, with the same objects in the same files.

    What their objects name elsewhere must be the same too: then nothing can be missing or twice that was not before.
    """
    known = session.known
    if known.outcomes.keys() != session.fresh.keys() | session.kept.keys():
        return False
    for unit in session.fresh:
        old, new = known.outcomes[unit].result, session.result(unit)
        if (old.paths, old.defines, old.refers) != (new.paths, new.defines, new.refers):
            return False
    return True


def _little(known: Cache, wanted: Mapping[str, tree.Wanted], read: Read) -> tree.Plan:
    """The plan where only some files may differ from what is on disk: those are compared, the rest is as it was."""
    entries = known.index.entries
    part = tree.Scan(known.owned, {path: entries[path].stat for path in wanted})
    plan = tree.plan(wanted, part, known.index, read)
    rest = {path: entry for path, entry in entries.items() if path not in wanted}
    return plan._replace(
        unchanged=tuple(sorted((*plan.unchanged, *rest))),
        entries={**rest, **plan.entries},
    )
