"""What is measured: each program with its input, its command, and what is done untimed before and after a run of it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from benchmarks import compare, inputs, install, workload
from benchmarks.measure import Failed

REPOSITORY = Path(__file__).resolve().parent.parent
JOURNEY = str(Path(sys.executable).with_name("journey"))
OWN_TARGETS = ("kubernetes", "argocd")
SPEC = ("platform.yaml", "apps")
EDITED_ENV = workload.ENVS[-1]


class Program(NamedTuple):
    """A command that is run in a folder of its own, and what of that folder it wrote.

    `kind` is what is done first: `full` empties the folder of all but the input, `again` does nothing, `edit` gives one
    service another image tag in one environment. `outputs` are the folders with the neutral objects, if it makes them.
    """

    name: str
    label: str
    folder: Path
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    kind: str = "full"

    def written(self) -> list[Path]:
        """The folders to compare."""
        return [self.folder / name for name in self.outputs]


def prepare(work: Path, count: int) -> list[Program]:
    """Write all inputs for so many services, and give the programs in the order of a round."""
    spec = workload.spec(count)
    inputs.plugin(work / "site")
    for name in ("journey", "unchecked"):
        inputs.journey(work / name, spec)
    inputs.helm(work / "helm", spec)
    inputs.floor(work / "floor", spec)
    programs = [_helm(work / "helm"), *_journey(work / "journey", work / "unchecked"), _floor(work / "floor")]
    inputs.targets(work / "targets", spec)
    label = "journey render, targets kubernetes and argocd"
    return [*programs, Program("targets", label, work / "targets", (JOURNEY, "render"), SPEC)]


def _helm(folder: Path) -> Program:
    command = (str(install.PYTHON), str(REPOSITORY / "benchmarks/helm/render.py"), "out")
    given = ("chart", "env", "services", "overrides", "releases.txt")
    return Program("helm", "Helm's engine in one process", folder, command, given, ("out",))


def _floor(folder: Path) -> Program:
    command = (sys.executable, "-m", "benchmarks.floor", "spec.json", "out")
    return Program("floor", "floor: text written by hand", folder, command, ("spec.json",), ("out",))


def _journey(checked: Path, unchecked: Path) -> Iterator[Program]:
    render, check = (JOURNEY, "render"), (JOURNEY, "check")
    yield Program("render", "journey render", checked, render, SPEC, workload.ENVS)
    yield Program("unchecked", "journey render --no-checks", unchecked, (*render, "--no-checks"), SPEC, workload.ENVS)
    yield Program("render-again", "journey render, nothing to do", checked, render, SPEC, workload.ENVS, "again")
    yield Program("check-again", "journey check, nothing to do", checked, check, SPEC, workload.ENVS, "again")
    yield Program("edit", "journey render, one image tag edited", checked, render, SPEC, workload.ENVS, "edit")


def environment(work: Path) -> dict[str, str]:
    """The environment of every command: the neutral target is found, and nothing else of Python's is set."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and key != "CI"}
    folders = (str(work / "site"), str(REPOSITORY))
    return {**kept, "PYTHONPATH": os.pathsep.join(folders), "TMPDIR": str(work)}


class Edit:
    """The edit of one service's image tag in one environment, and its undoing, so that each full run sees one input."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.service = f"svc-{min(7, count - 1):04d}"
        self.file = folder / f"apps/{self.service}/service.yaml"
        self.output = folder / EDITED_ENV / self.service / "deployment.yaml"
        self.original = self.file.read_bytes()

    def apply(self, tag: str) -> None:
        """Give the service another tag."""
        spec = yaml.safe_load(self.original)
        overlay = spec["environments"][EDITED_ENV]
        overlay["image"] = f"{overlay['image'].rpartition(':')[0]}:{tag}"
        inputs.put(self.file, inputs.dump(spec))

    def undo(self) -> None:
        """Give the file back its first content."""
        self.file.write_bytes(self.original)

    def expect(self, tag: str) -> None:
        """Raise Failed unless the output has the tag."""
        if f"{self.service}:{tag}" not in self.output.read_text(encoding="utf-8"):
            raise Failed(f"the edit is not seen in {self.output}")


def clean(program: Program) -> None:
    """Leave nothing in a program's folder but its input."""
    for entry in program.folder.iterdir():
        if entry.name in program.inputs:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


class Outputs:
    """Holds each run's output against the reference: by meaning the first time, then by digest."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.known: dict[str, compare.Comparison] = {}
        self.found: dict[str, compare.Comparison] = {}

    def hold(self, program: Program) -> None:
        """Raise Failed where the output is not what the workload wants."""
        folders = program.written()
        if not folders:
            return
        digest = compare.digest(folders)
        if digest not in self.known:
            self.known[digest] = compare.compare(self.count, folders)
        found = self.known[digest]
        if not found.equal:
            raise Failed("\n".join([f"{program.label}: not the reference's objects", *found.wrong]))
        self.found[program.name] = found
