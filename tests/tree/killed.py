"""Renders in a process that is killed: `steps` before each system call in turn, `forever` until somebody kills it.

killed.py steps ROOT     a JSON line a kill: {"killed": what stood there then, "repaired": after one more run}
killed.py forever ROOT   renders OLD and NEW in turn; prints a line once it has begun
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count, cycle
from pathlib import Path
from typing import Any

from tests.tree.support import contents, plan, put, render

OLD = {"environments/a": "old a", "environments/b/c": "old c", "environments/d": "old d", "environments/e/f": "old f"}
NEW = {"environments/a": "new a", "environments/b": "new b", "environments/d/g": "new g", "environments/h": "new h"}
CALLS = ("open", "write", "close", "replace", "unlink", "mkdir", "rmdir", "fchmod", "stat")


def counted(call: Callable[..., Any], steps: count[int], last: int) -> Callable[..., Any]:
    """The call, or death; a write dies half-way."""

    def step(*args: Any, **named: Any) -> Any:
        if next(steps) == last:
            if call is WRITE:
                call(args[0], args[1][: len(args[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*args, **named)

    return step


WRITE = os.write


def die_at(root: Path, last: int) -> bool:
    """Render NEW in a child that dies before its call number `last`. False: it ended before that."""
    made = plan(root, NEW)
    child = os.fork()
    if not child:
        from journey import tree

        steps = count()
        for name in CALLS:
            setattr(os, name, counted(getattr(os, name), steps, last))
        tree.apply(made, str(root), lambda path: NEW[path].encode())
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def steps(root: Path) -> None:
    """Kill at each step and repair."""
    killed = True
    for last in count():
        if not killed:
            return
        shutil.rmtree(root, ignore_errors=True)
        put(root, OLD)
        killed = die_at(root, last)
        found = contents(root)
        render(root, NEW)
        print(json.dumps({"killed": found, "repaired": contents(root)}), flush=True)


def forever(root: Path) -> None:
    """Render until killed; no index, so that each run reads what the last one wrote."""
    for files in cycle((large("old"), large("new"))):
        render(root, files)
        print("rendered", flush=True)


def large(text: str) -> dict[str, str]:
    """Files of several writes' length, many enough that a kill falls between them."""
    return {f"environments/{number % 7}/{number}": f"{text} {number}\n" * 1000 for number in range(100)}


if __name__ == "__main__":
    {"steps": steps, "forever": forever}[sys.argv[1]](Path(sys.argv[2]))
