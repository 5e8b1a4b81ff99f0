"""Applying a plan: each file by the process that rendered it, deletions last, and only one run at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from journey import tree
from journey.artifact import Unit
from journey.pipeline.session import Session
from journey.pipeline.work import Local, Meanwhile, Workers, nothing
from journey.problem import Place, Problem
from journey.spec.view import View

FOLDER = ".journey"


class Applied(NamedTuple):
    """What stands on disk after writing, as far as it succeeded."""

    entries: dict[str, tree.Entry]
    problems: list[Problem]


def apply(root: str, plan: tree.Plan, session: Session, workers: Workers, meanwhile: Meanwhile) -> Applied:
    """Do what the plan says. A file that could not be written is as it was, and is a Problem."""
    entries = dict(plan.entries)
    problems: list[Problem] = []
    fresh, kept = _by_unit(plan, session)
    try:
        with only_run(root):
            tree.sweep_temporaries(root, plan.temporaries)
            tree.delete_paths(root, plan.obstacles, plan.owned)
            for writer, part, also in ((workers, fresh, meanwhile), (_again(kept, session), kept, nothing)):
                written = writer.write(root, part, also)
                entries.update((path, tree.Entry(plan.digests[path], stat)) for path, stat in written.stats.items())
                problems += written.problems
            _chmod(root, plan)
            if not problems:
                tree.delete_paths(root, plan.last, plan.owned)
    except tree.ApplyError as error:
        problems += error.problems
    for path in plan.chmod:
        entries.pop(path, None)  # its Stat is another now: the next run reads it once
    return Applied(entries, problems)


Parts = dict[Unit, dict[str, bool]]


def _by_unit(plan: tree.Plan, session: Session) -> tuple[Parts, Parts]:
    """What is to be written, by unit: of those that were rendered in this run, and of those that are as they were."""
    fresh: Parts = {}
    kept: Parts = {}
    for path in (*plan.create, *plan.update):
        unit = session.owner[path]
        parts = fresh if unit in session.fresh else kept
        parts.setdefault(unit, {})[path] = path in plan.executables
    return fresh, kept


def _again(parts: Parts, session: Session) -> Local:
    """Units that are as they were are rendered now, for the files of theirs that somebody changed."""
    again = Local(session.job)
    for unit in parts:
        again.render(unit, View(session.engine))
    return again


def _chmod(root: str, plan: tree.Plan) -> None:
    with tree.Writer(root) as writer:
        for path in plan.chmod:
            writer.chmod(path, path in plan.executables)


@contextmanager
def only_run(root: str) -> Iterator[None]:
    """Hold the lock under a root. ApplyError when another run has it, or the folder cannot be written."""
    try:
        os.makedirs(f"{root}/{FOLDER}", exist_ok=True)
        handle = os.open(f"{root}/{FOLDER}/lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise tree.ApplyError([_unwritable(error)], stop=True) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        found = Problem(Place(f"{FOLDER}/lock"), "tree/locked", "another run is writing here", "wait for it to end")
        raise tree.ApplyError([found], stop=True) from None
    try:
        yield
    finally:
        os.close(handle)


def _unwritable(error: OSError) -> Problem:
    hint = "give the user who runs the command the right to write here, and free some space"
    return Problem(Place(FOLDER), "tree/write", f"cannot be written: {error.strerror}", hint)
