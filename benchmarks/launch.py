"""Run one command as a child of a very small process, and print what the operating system accounts for it as JSON.

    python -I -S launch.py INTERVAL LOG COMMAND...

A child starts with its parent's peak of resident memory (it is counted until exec), so the parent must be small: this
one imports nothing but what it uses. `wall_s` is from just before the start to the end, `cpu_s` and `rss_bytes` are
wait4(2)'s: processor time of the command and its children that ended, and the peak of the largest single process.
`pss_bytes` is the peak of the sum of PSS (shared pages counted once) over the tree of processes, sampled each INTERVAL
seconds; INTERVAL 0 samples nothing, so that nothing disturbs the time.
"""

from __future__ import annotations

import json
import os
import sys
import time


def tree(pid: int) -> list[int]:
    """A process and all its descendants; one that ends meanwhile has none."""
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        try:
            for task in os.listdir(f"/proc/{found[-1]}/task"):
                with open(f"/proc/{found[-1]}/task/{task}/children") as file:
                    todo.extend(map(int, file.read().split()))
        except OSError:
            pass
    return found


def pss(pid: int) -> int:
    """Bytes of memory of a process, each shared page divided by how many share it (proc_pid_smaps_rollup(5))."""
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def wait(pid: int, interval: float) -> tuple[int, int, float, int, int]:
    """Wait for the end: exit code, peak of PSS, processor seconds, peak of RSS and the clock then, in nanoseconds."""
    peak = 0
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG if interval else 0)
        if ended:
            now, cpu = time.perf_counter_ns(), usage.ru_utime + usage.ru_stime
            return os.waitstatus_to_exitcode(status), peak, cpu, usage.ru_maxrss * 1024, now
        peak = max(peak, sum(map(pss, tree(pid))))
        time.sleep(interval)


def main(interval: float, log: str, command: list[str]) -> None:
    """Run the command with its output in a file, and print the figures."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    actions = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, output, 1), (os.POSIX_SPAWN_DUP2, output, 2)]
    start = time.perf_counter_ns()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    code, peak, cpu, rss, end = wait(pid, interval)
    print(json.dumps({"code": code, "wall_s": (end - start) / 1e9, "cpu_s": cpu, "rss_bytes": rss, "pss_bytes": peak}))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], sys.argv[3:])
