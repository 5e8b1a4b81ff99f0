"""Measure whole processes on the neutral workload, and hold the figures against the bars (`make bench`).

Programs take turns, round after round, so that what else the machine does touches all alike. The first round of a size
warms up, untimed: memory is sampled then. Exit codes: 0 all bars kept; 1 one is missed, or a program failed or its
output is not the workload's; 2 it could not be measured here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import bars, install, measure, report
from benchmarks.measure import Failed, Usage
from benchmarks.programs import JOURNEY, Edit, Outputs, Program, clean, environment, prepare
from benchmarks.report import Size

TMPFS = Path("/dev/shm")
BYTES_A_SERVICE = 1_200_000
"""Of tmpfs, for the inputs and outputs of all programs: 30 files each, and a page at least for each file."""

STARTS = 15


class Refused(Exception):
    """Why nothing can be measured here."""


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The command line's options."""
    parser = argparse.ArgumentParser(prog="benchmarks.run", description="Measure journey beside Helm and a floor.")
    parser.add_argument("-n", default="100,1000", help="numbers of services, with commas (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="timed rounds after the warm-up (default: %(default)s)")
    parser.add_argument("--dir", type=Path, help="work below this folder, whatever its file system")
    parser.add_argument("--json", type=Path, help="keep all figures in this file")
    parser.add_argument("--readme", action="store_true", help="put the figures into benchmarks/README.md")
    return parser.parse_args(arguments)


def counts(text: str) -> list[int]:
    """The numbers of services, in order. Raises Refused for what is no list of numbers from 4: fewer services dial
    themselves in this workload."""
    try:
        found = sorted({int(item) for item in text.split(",")})
    except ValueError:
        raise Refused(f"-n wants numbers with commas between them, not {text!r}") from None
    if found[0] < 4:
        raise Refused("-n wants at least 4 services")
    return found


def file_system(folder: Path) -> str:
    """The type of the file system that a folder is on, by /proc/mounts; empty where that cannot be told."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    mounts = {Path(fields[1]): fields[2] for fields in map(str.split, lines)}
    resolved = folder.resolve()
    return next((mounts[place] for place in (resolved, *resolved.parents) if place in mounts), "")


def work_below(asked: Path | None, most: int) -> Path:
    """The folder to work below. Raises Refused where there is no tmpfs, or too little room."""
    if asked is None and not (file_system(TMPFS) == "tmpfs" and os.access(TMPFS, os.W_OK)):
        raise Refused(f"no tmpfs at {TMPFS}: name a folder by --dir, but on a disk the figures tell more of the disk")
    folder = asked or TMPFS
    if not folder.is_dir():
        raise Refused(f"no folder {folder}")
    free, wanted = shutil.disk_usage(folder).free, most * BYTES_A_SERVICE
    if free < wanted:
        raise Refused(f"{folder} has {free / 1e6:.0f} MB free; {most} services take {wanted / 1e6:.0f} MB")
    return folder


@contextmanager
def scratch(below: Path) -> Iterator[Path]:
    """A folder for one size, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="journey-bench-", dir=below) as made:
        yield Path(made)


def once(program: Program, work: Path, edit: Edit, outputs: Outputs, tag: str, sample: bool) -> Usage:
    """One run of one program, with what is untimed before and after it."""
    if program.kind == "full":
        if program.folder == edit.folder:
            edit.undo()
        clean(program)
    elif program.kind == "edit":
        edit.apply(tag)
    usage = measure.run(program.command, program.folder, environment(work), work / "log", sample)
    if program.kind == "edit":
        edit.expect(tag)
    else:
        outputs.hold(program)
    return usage


def size(work: Path, count: int, rounds: int) -> Size:
    """Measure all programs on so many services: a round to warm up and sample memory, then the timed rounds."""
    programs = prepare(work, count)
    edit, outputs = Edit(work / "journey", count), Outputs(count)
    runs: dict[str, list[Usage]] = {program.name: [] for program in programs}
    sampled: dict[str, Usage] = {}
    for number in range(rounds + 1):
        print(f"N = {count}: {f'round {number} of {rounds}' if number else 'warm-up'}", file=sys.stderr, flush=True)
        for program in programs:
            usage = once(program, work, edit, outputs, f"9.{number}.0", sample=not number)
            if number:
                runs[program.name].append(usage)
            else:
                sampled[program.name] = usage
    return Size(count, {program.name: program.label for program in programs}, runs, sampled, outputs.found)


def starts(work: Path) -> dict[str, list[Usage]]:
    """How long the command takes to say its version, and Python to do nothing; the first of each warms up."""
    commands = {"python": (sys.executable, "-c", "pass"), "version": (JOURNEY, "--version")}
    runs: dict[str, list[Usage]] = {name: [] for name in commands}
    plain = {key: value for key, value in environment(work).items() if key != "PYTHONPATH"}
    for _ in range(STARTS + 1):
        for name, command in commands.items():
            runs[name].append(measure.run(command, work, plain, work / "log"))
    return {name: found[1:] for name, found in runs.items()}


def bench(given: argparse.Namespace) -> int:
    """Measure, print, keep; 1 where a bar is missed."""
    asked = counts(given.n)
    below = work_below(given.dir, asked[-1])
    if not install.ready():
        raise Refused("the peer is not installed: python benchmarks/install.py")
    with scratch(below) as work:
        start = starts(work)
    sizes = []
    for count in asked:
        with scratch(below) as work:
            sizes.append(size(work, count, given.runs))
    verdicts = [verdict for found in sizes for verdict in bars.of_size(found.services, found.runs, found.sampled)]
    verdicts += [*bars.of_growth({found.services: found.runs for found in sizes}), bars.of_start(start)]
    machine = report.machine()
    text = report.text(machine, sizes, start, verdicts)
    print(text)
    if given.json:
        given.json.write_text(json.dumps(report.plain(machine, sizes, start, verdicts), indent=1), encoding="utf-8")
    if given.readme:
        report.replace(report.README, text)
    return int(any(verdict.missed for verdict in verdicts))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; what stands in the way is said in words."""
    try:
        return bench(options(arguments))
    except Refused as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 2
    except Failed as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
