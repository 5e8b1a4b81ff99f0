"""The part of `check --all`: outside programs judge the rendered files, and their findings come back to the spec.

What a program said of a folder stays true while the folder's files, the program and its policies do: it is kept in
`.journey/`, and only the rest is judged again. A program that is not there, breaks, or does not refuse what a policy's
denied example shows is a Problem: silence must not mean consent.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from journey.checks import outside as declared
from journey.checks.outside import CHECKERS, Checker, Finding, Group, Groups, Malformed
from journey.pipeline import cache as memory
from journey.pipeline import policies, programs, skips
from journey.pipeline.skips import Skipped
from journey.problem import Place, Pointer, Problem
from journey.spec.platform import Skip
from journey.spec.sources import Sources
from journey.tree import Plan, digest

ABSENT = "outside/absent"
CRASHED = "outside/crashed"
POLICY = "outside/policy"
RULES: Mapping[str, str] = MappingProxyType(
    {
        ABSENT: "With --all, every outside program is there.",
        CRASHED: "With --all, every outside program comes to its end and judges all; each policy refuses its example.",
        POLICY: "A policy names its id and has an example that it denies.",
        skips.UNUSED: "With --all, every skip of the spec passes over something.",
    }
)
"""Every rule of this module, and what it demands. Rules of the programs are named after them: `checkov/CKV_K8S_43`."""

ROOT_FILE = "platform.yaml"
EXAMPLES = "_denied"
"""Folder of the policies' denied examples among the files to judge."""

_MEMORY = "outside.msgpack"
_LAST = 8
"""Lines of a program's last words."""


Progress = Callable[[int, int], None]
"""Told how many roots are judged, of how many."""


class Judgement(NamedTuple):
    """What came of it: problems, what skips passed over, how many files hold a verdict and how many were judged now."""

    problems: list[Problem]
    skipped: list[Skipped]
    files: int
    judged: int

    @property
    def crashed(self) -> bool:
        """Whether a program broke: nobody knows what it would have found."""
        return any(problem.rule == CRASHED for problem in self.problems)


class Verdict(msgspec.Struct, array_like=True):
    """What a program found in a group of files, and the key of everything that it depends on."""

    key: bytes
    findings: list[Finding]


Verdicts = dict[str, dict[str, Verdict]]
"""By checker's name and name of the group."""


class _Absent(Exception):
    """A program is not there."""


class _Broken(Exception):
    """Why a program's verdict cannot be had."""


def judge(
    root: str,
    sources: Sources,
    plan: Plan,
    every: bool = False,
    progress: Progress = lambda done, total: None,
    checkers: Sequence[Checker] = CHECKERS,
) -> Judgement:
    """Let every outside checker judge the tree under `root`, of which a clean `plan` says that it is as the spec wants.

    `every` judges also what has not changed since the last time; the findings are the same.
    """
    known = _load(root)
    run = _Run(root, plan, {} if every else known, progress)
    found: list[Finding] = []
    broken: list[Problem] = []
    for checker in checkers:
        try:
            found += run.verdict(checker)
        except _Broken as error:
            broken.append(_broken(checker, str(error)))
        except _Absent:
            broken.append(_absent(checker))
    _save(root, {**known, **run.verdicts})
    left, passed = skips.sift(found, spec_skips(sources))
    lacking = [_lacking(source, why) for source, why in policies.missing(run.policies)]
    problems = [*broken, *lacking, *skips.faults(passed, not broken), *skips.problems(left, origins(root))]
    return Judgement(problems, passed, len(run.covered), len(run.judged))


def origins(root: str) -> dict[str, Pointer]:
    """The block of the spec that each rendered file follows from, as the run before this one kept it."""
    known = memory.load(root, checks=True)
    files = (file for unit in known.outcomes for file in known.result(unit).files)
    return {file.path: Pointer(*file.origin) for file in files}


def spec_skips(sources: Sources) -> list[Skip]:
    """The skips that platform.yaml names."""
    block = (sources.documents[ROOT_FILE].value or {}).get("skips") or ()
    return msgspec.convert(list(block), list[Skip])


class _Run:
    """One judging of the tree by all checkers."""

    def __init__(self, root: str, plan: Plan, known: Verdicts, progress: Progress) -> None:
        self.root, self.plan, self.known, self.progress = root, plan, known, progress
        self.policies = policies.load(root)
        self.code = _code()
        self.verdicts: Verdicts = {}
        self.covered: set[str] = set()
        self.judged: set[str] = set()

    def verdict(self, checker: Checker) -> list[Finding]:
        """All that a checker finds. Raises _Broken, and _Absent where the program is not there."""
        program = programs.find(checker.name, self.root)
        if program is None:
            raise _Absent
        paths = [path for path in self.plan.unchanged if checker.judges.fullmatch(path)]
        groups = checker.groups(paths)
        keys = self._keys(checker, program, groups)
        verdicts = {
            name: verdict for name, verdict in self.known.get(checker.name, {}).items() if verdict.key == keys.get(name)
        }
        todo = {group: files for group, files in groups.items() if group.name not in verdicts}
        if todo:
            fresh = self._judge(checker, program, todo)
            verdicts |= {group.name: Verdict(keys[group.name], fresh.get(group, [])) for group in todo}
        self.verdicts[checker.name] = verdicts
        self.covered.update(paths)
        return [finding for verdict in verdicts.values() for finding in verdict.findings]

    def _keys(self, checker: Checker, program: str, groups: Groups) -> dict[str, bytes]:
        """By name of each group: what its findings depend on."""
        own = policies.fingerprint(self.policies) if checker.takes_policies else b""
        always = self.code + own + programs.identity(program).encode()
        states = {group.name: repr([self._state(path) for path in paths]) for group, paths in groups.items()}
        return {name: digest(always + state.encode()) for name, state in states.items()}

    def _state(self, path: str) -> tuple[str, bytes]:
        entry = self.plan.entries.get(path)
        return path, entry.digest if entry else digest(Path(self.root, path).read_bytes())

    def _judge(self, checker: Checker, program: str, groups: Groups) -> dict[Group, list[Finding]]:
        """Findings by group, of the files as they are on disk, judged in a copy that holds nothing else."""
        given = [source for source in self.policies if checker.takes_policies and source.denied.exists()]
        owners = {f"{group.root}/{path}": (group, path) for group, paths in groups.items() for path in paths}
        roots = list(dict.fromkeys(group.root for group in groups))
        with tempfile.TemporaryDirectory(prefix="journey-check-") as scratch:
            stage, own = Path(scratch, "tree"), Path(scratch, "policies")
            copy(self.root, {staged: path for staged, (_, path) in owners.items()}, stage)
            if given:
                policies.stage(given, own, stage / EXAMPLES)
                roots.append(EXAMPLES)
            command = [program, *checker.arguments(roots, list(owners), str(own) if given else "")]
            findings = self._ask(checker, command, str(stage), len(roots))
        self.judged.update(path for _, path in owners.values())
        silent = [source.name for source in given if not _refused(source, findings)]
        if silent:
            raise _Broken(f"these policies do not refuse their own denied example: {', '.join(silent)}")
        return _by_group(findings, owners)

    def _ask(self, checker: Checker, command: Sequence[str], stage: str, roots: int) -> list[Finding]:
        """Run the program once and hear what it has to say."""
        done = 0

        def heard(line: str) -> None:
            nonlocal done
            if line[:1] in "}]":  # what is said of each root ends so
                done += 1
                self.progress(min(done, roots), roots)

        self.progress(0, roots)
        output = programs.run(command, stage, checker.environment, heard, checker.complaint)
        _must_have_ended(checker, output)
        try:
            return checker.parse(output.stdout)
        except Malformed as error:
            raise _Broken(str(error)) from error


def _code() -> bytes:
    """Changes with what reads the programs' findings."""
    return digest(b"".join(file.read_bytes() for file in sorted(Path(declared.__file__).parent.glob("*.py"))))


def copy(root: str, places: Mapping[str, str], stage: Path) -> None:
    """Copy files below `root` to places below `stage`: by place, the path that it is a copy of."""
    folders: set[Path] = set()
    for place, path in places.items():
        folder = (stage / place).parent
        if folder not in folders:
            folder.mkdir(parents=True, exist_ok=True)
            folders.add(folder)
        shutil.copyfile(os.path.join(root, path), stage / place)


def _refused(source: policies.Source, findings: Sequence[Finding]) -> bool:
    path = f"{EXAMPLES}/{policies.staged_name(source)}/{policies.DENIED}"
    return any(finding.path == path and finding.rule.endswith(f"/{source.id}") for finding in findings)


def _by_group(findings: Iterable[Finding], owners: Mapping[str, tuple[Group, str]]) -> dict[Group, list[Finding]]:
    """Findings with their files' own paths. Those about the policies' examples have served."""
    parts: dict[Group, list[Finding]] = {}
    for finding in findings:
        if finding.path in owners:
            group, path = owners[finding.path]
            parts.setdefault(group, []).append(msgspec.structs.replace(finding, path=path))
        elif not finding.path.startswith(f"{EXAMPLES}/"):
            raise _Broken(f"it speaks of a file that it was not given: {finding.path}")
    return parts


def _must_have_ended(checker: Checker, output: programs.Output) -> None:
    if checker.complaint and checker.complaint.search(output.stderr):
        raise _Broken(f"it did not judge all: {last_words(output)}")
    if output.code not in checker.codes:
        raise _Broken(f"it ended with {output.code}: {last_words(output)}")


def last_words(output: programs.Output) -> str:
    """The last lines that a program wrote, on one line."""
    lines = (output.stderr.strip() or output.stdout.strip()).splitlines()
    return " | ".join(line.strip() for line in lines[-_LAST:]) or "it said nothing"


def _broken(checker: Checker, why: str) -> Problem:
    hint = f"run `{checker.name}` by hand on the file it names; `make tools` installs the version that is known to work"
    return Problem(Place(ROOT_FILE), CRASHED, f"{checker.name} gave no verdict: {why}", hint)


def _absent(checker: Checker) -> Problem:
    message = f"{checker.name} is not here: nothing was judged by it"
    hint = f"run `make tools`, or put {checker.name} into {programs.FOLDER}/ or on PATH"
    return Problem(Place(ROOT_FILE), ABSENT, message, hint)


def _lacking(source: policies.Source, why: str) -> Problem:
    where = Place(f"{policies.FOLDER}/{source.name}/{source.file.name}")
    return Problem(
        where, POLICY, f"policy {source.name} cannot be proven: {why}", "give it an id and an example that it refuses"
    )


def _load(root: str) -> Verdicts:
    try:
        return msgspec.msgpack.decode(Path(root, memory.FOLDER, _MEMORY).read_bytes(), type=Verdicts)
    except (OSError, msgspec.DecodeError):
        return {}


def _save(root: str, verdicts: Verdicts) -> None:
    folder = Path(root, memory.FOLDER)
    with suppress(OSError):  # it is only remembered: without it the next run takes longer
        folder.mkdir(exist_ok=True)
        fresh = folder / f"{_MEMORY}.new"
        fresh.write_bytes(msgspec.msgpack.encode(verdicts))
        fresh.replace(folder / _MEMORY)
