"""Applying a plan: each file by the process that rendered it, deletions last, and only one run at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from journey import tree
from journey.pipeline.session import Session
from journey.pipeline.work import Local, Workers
from journey.problem import Place, Problem

FOLDER = ".journey"


class Applied(NamedTuple):
    """What stands on disk after writing, as far as it succeeded."""

    entries: dict[str, tree.Entry]
    problems: list[Problem]


def apply(root: str, plan: tree.Plan, session: Session, workers: Workers) -> Applied:
    """Do what the plan says. A file that could not be written is as it was, and is a Problem."""
    entries = dict(plan.entries)
    problems: list[Problem] = []
    try:
        with only_run(root):
            tree.sweep_temporaries(root, plan.temporaries)
            tree.delete_paths(root, plan.obstacles, plan.owned)
            for writer, digests in _parts([*plan.create, *plan.update], session, workers):
                part = {path: path in plan.executables for path in digests}
                written = writer.write(root, part)
                entries.update((path, tree.Entry(digests[path], stat)) for path, stat in written.stats.items())
                problems += written.problems
            _chmod(root, plan)
            if not problems:
                tree.delete_paths(root, plan.last, plan.owned)
    except tree.ApplyError as error:
        problems += error.problems
    for path in plan.chmod:
        entries.pop(path, None)  # its Stat is another now: the next run reads it once
    return Applied(entries, problems)


def _parts(paths: Sequence[str], session: Session, workers: Workers) -> Iterator[tuple[Workers, dict[str, bytes]]]:
    """What each writes, as path -> digest: the workers what they rendered; the rest comes from the last run, and is
    rendered again here."""
    digests = {file.path: file.digest for result in session.fresh.values() for file in result.files}
    held = {path: digests[path] for path in paths if workers.holds(path)}
    yield workers, held
    rest = {path for path in paths if path not in held}
    if rest:
        units = [unit for unit in session.kept if any(file.path in rest for file in session.result(unit).files)]
        again = Local(session.job)
        rendered = {file.path: file.digest for result in again.render(units) for file in result.files}
        yield again, {path: rendered[path] for path in rest}


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
