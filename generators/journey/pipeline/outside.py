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
from typing import NamedTuple

import msgspec

from journey.checks.outside import CHECKERS, Checker, Finding, Malformed
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
ROOT_FILE = "platform.yaml"
EXAMPLES = "_denied"
"""Folder of the policies' denied examples among the files to judge."""

_MEMORY = "outside.msgpack"
_LAST = 8
"""Lines of a program's last words."""


Progress = Callable[[int, int], None]
"""Told how many folders are judged, of how many."""


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
"""By checker's name and group: a folder, or "" for all files together."""


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
    return Judgement(problems, passed, len(run.covered), run.judged)


def origins(root: str) -> dict[str, Pointer]:
    """The block of the spec that each rendered file follows from, as the run before this one kept it."""
    known = memory.load(root, checks=True)
    files = (file for unit in known.units for file in known.result(unit).files)
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
        self.code = memory.code_key(checks=True)
        self.verdicts: Verdicts = {}
        self.covered: set[str] = set()
        self.judged = 0

    def verdict(self, checker: Checker) -> list[Finding]:
        """All that a checker finds. Raises _Broken, and _Absent where the program is not there."""
        program = programs.find(checker.name, self.root)
        if program is None:
            raise _Absent
        groups = grouped(checker, self.plan.unchanged)
        keys = self._keys(checker, program, groups)
        known = self.known.get(checker.name, {})
        kept = {group: known[group] for group, key in keys.items() if group in known and known[group].key == key}
        todo = {group: paths for group, paths in groups.items() if group not in kept}
        fresh = self._judge(checker, program, todo) if todo else {}
        verdicts = {group: kept.get(group) or Verdict(keys[group], fresh.get(group, [])) for group in groups}
        self.verdicts[checker.name] = verdicts
        self.covered.update(path for paths in groups.values() for path in paths)
        return [finding for verdict in verdicts.values() for finding in verdict.findings]

    def _keys(self, checker: Checker, program: str, groups: Mapping[str, Sequence[str]]) -> dict[str, bytes]:
        own = policies.fingerprint(self.policies) if checker.takes_policies else b""
        always = self.code + own + programs.identity(program).encode()
        return {
            group: digest(always + repr([self._state(path) for path in paths]).encode())
            for group, paths in groups.items()
        }

    def _state(self, path: str) -> tuple[str, bytes]:
        entry = self.plan.entries.get(path)
        return path, entry.digest if entry else digest(Path(self.root, path).read_bytes())

    def _judge(self, checker: Checker, program: str, groups: Mapping[str, Sequence[str]]) -> dict[str, list[Finding]]:
        """Findings by group, of the files as they are on disk, judged in a copy that holds nothing else."""
        paths = [path for files in groups.values() for path in files]
        with tempfile.TemporaryDirectory(prefix="journey-check-") as scratch:
            stage = Path(os.path.realpath(scratch), "tree")
            copy(self.root, paths, stage)
            given = self.policies if checker.takes_policies else []
            if given:
                policies.stage(given, Path(scratch, "policies"), stage / EXAMPLES)
            examples = [f"{EXAMPLES}/{policies.staged_name(source)}" for source in given if source.denied.exists()]
            what = [*groups, *examples] if checker.by_folder else paths
            findings = self._ask(checker, program, what, str(stage), str(Path(scratch, "policies")) if given else "")
        self.judged += len(paths)
        silent_ = [source.name for source in given if source.denied.exists() and not _refused(source, findings)]
        if silent_:
            raise _Broken(f"these policies do not refuse their own denied example: {', '.join(silent_)}")
        return _by_group(checker, findings, groups)

    def _ask(self, checker: Checker, program: str, what: Sequence[str], stage: str, own: str) -> list[Finding]:
        """Run the program once and hear what it has to say."""
        done = 0

        def heard(line: str) -> None:
            nonlocal done
            if line[:1] in "}]":  # each folder's report ends so
                done += 1
                self.progress(min(done, len(what)), len(what))

        self.progress(0, len(what))
        command = [program, *checker.arguments(what, own)]
        output = programs.run(command, stage, checker.environment, heard)
        _must_have_ended(checker, output)
        try:
            reports = checker.reports(output.stdout) if checker.reports else len(what)
            if reports != len(what):
                raise _Broken(f"it told of {reports} folders of {len(what)}")
            return checker.parse(output.stdout, stage)
        except Malformed as error:
            raise _Broken(str(error)) from error


def grouped(checker: Checker, files: Iterable[str]) -> dict[str, list[str]]:
    """The files that a checker judges, by group, in order. Hidden folders are one group: `.github`."""
    groups: dict[str, list[str]] = {}
    for path in sorted(files):
        if checker.judges.fullmatch(path):
            folder = path.rpartition("/")[0]
            group = folder if not folder.startswith(".") else folder.partition("/")[0]
            groups.setdefault(group if checker.by_folder else "", []).append(path)
    return groups


def copy(root: str, paths: Iterable[str], stage: Path) -> None:
    """Copy files below `root` to the same places below `stage`."""
    stage.mkdir()
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in folders:
            (stage / folder).mkdir(parents=True, exist_ok=True)
            folders.add(folder)
        shutil.copyfile(os.path.join(root, path), stage / path)


def _refused(source: policies.Source, findings: Sequence[Finding]) -> bool:
    path = f"{EXAMPLES}/{policies.staged_name(source)}/{policies.DENIED}"
    return any(finding.path == path and finding.rule.endswith(f"/{source.id}") for finding in findings)


def _by_group(
    checker: Checker, findings: Iterable[Finding], groups: Mapping[str, Sequence[str]]
) -> dict[str, list[Finding]]:
    owner = {path: group for group, paths in groups.items() for path in paths}
    parts: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.path in owner:
            parts.setdefault(owner[finding.path], []).append(finding)
        elif not finding.path.startswith(f"{EXAMPLES}/"):
            raise _Broken(f"it speaks of a file that it was not given: {finding.path}")
    return parts


def _must_have_ended(checker: Checker, output: programs.Output) -> None:
    if output.code not in checker.codes:
        raise _Broken(f"it ended with {output.code}: {last_words(output)}")
    if checker.complaint and checker.complaint.search(output.stderr):
        raise _Broken(f"it did not judge all: {last_words(output)}")


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
