"""Rules of GitHub's workflows that its schema does not carry: what may run, with which rights, on what input.

After GitHub's "Security hardening for GitHub Actions" (script injection, third-party actions, permissions of the
token) and the OpenSSF Scorecard checks Pinned-Dependencies and Token-Permissions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from journey.artifact import Artifact, Format, Unit
from journey.facts.make import TARGETS
from journey.problem import Problem

UNPINNED = "workflow/unpinned-action"
PERMISSIONS = "workflow/permissions"
TIMEOUT = "workflow/timeout"
INPUT = "workflow/untrusted-input"
COMMAND = "workflow/command"
TOKEN = "workflow/persisted-token"
CONCURRENCY = "workflow/concurrency"
RULES: Mapping[str, str] = MappingProxyType(
    {
        UNPINNED: "An action or reusable workflow is named by its full commit.",
        PERMISSIONS: "A workflow's token may do nothing; each job says what it may do.",
        TIMEOUT: "A job says how long it may run.",
        INPUT: "No expression is part of a shell command.",
        COMMAND: "A step runs one make target that the Makefile has.",
        TOKEN: "A checkout leaves no token behind.",
        CONCURRENCY: "Runs of a workflow that could disturb each other wait or end.",
    }
)
"""Every rule of this check, and what it demands."""

_FOLDER = ".github/workflows/"
_PINNED = re.compile(r"(\./|docker://[^@]+@sha256:[0-9a-f]{64}$|[\w.-]+/[\w./-]+@[0-9a-f]{40}$)")
_MAKE = re.compile(r"make (?P<target>[a-z0-9][a-z0-9-]*)")


class _Finding(NamedTuple):
    rule: str
    where: str
    message: str
    hint: str


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: object) -> Iterator[Problem]:
    """Problems of the unit's workflows."""
    for artifact in artifacts:
        if artifact.format is not Format.YAML or not artifact.path.startswith(_FOLDER):
            continue
        if isinstance(artifact.content, Mapping):
            for finding in _workflow(artifact.content):
                message = f"{artifact.path}: {finding.where}: {finding.message}"
                yield Problem(artifact.origin, finding.rule, message, finding.hint)


def _workflow(content: Mapping[str, Any]) -> Iterator[_Finding]:
    if content.get("permissions") != {}:
        message = "the token has rights that no job asked for"
        yield _Finding(PERMISSIONS, "workflow", message, "write `permissions: {}` and give each job its own")
    if "concurrency" not in content:
        message = "runs of it may overtake each other"
        yield _Finding(CONCURRENCY, "workflow", message, "give it a `concurrency` group")
    for name, job in (content.get("jobs") or {}).items():
        yield from _job(f"jobs.{name}", job)


def _job(where: str, job: Mapping[str, Any]) -> Iterator[_Finding]:
    if not isinstance(job.get("permissions"), Mapping):
        yield _Finding(PERMISSIONS, where, "it does not say what it may do", "give it `permissions`, as few as do")
    if "uses" in job:
        yield from _pinned(where, job["uses"])
    elif not isinstance(job.get("timeout-minutes"), int):
        yield _Finding(TIMEOUT, where, "it may run for six hours", "give it `timeout-minutes`")
    for number, step in enumerate(job.get("steps") or ()):
        for rule in _STEP_RULES:
            yield from rule(f"{where}.steps[{number}]", step)


def _uses(where: str, step: Mapping[str, Any]) -> Iterator[_Finding]:
    if "uses" in step:
        yield from _pinned(where, step["uses"])


def _pinned(where: str, uses: str) -> Iterator[_Finding]:
    if not _PINNED.match(uses):
        message = f"`{uses}` is not pinned: what it names can change"
        yield _Finding(UNPINNED, where, message, "name the full commit, with the version in a comment behind it")


def _token(where: str, step: Mapping[str, Any]) -> Iterator[_Finding]:
    inputs = step.get("with") or {}
    if str(step.get("uses", "")).startswith("actions/checkout@") and inputs.get("persist-credentials") is not False:
        message = "the checkout leaves the job's token in .git/config"
        yield _Finding(TOKEN, where, message, "say `persist-credentials: false`")


def _run(where: str, step: Mapping[str, Any]) -> Iterator[_Finding]:
    run = step.get("run")
    if run is None:
        return
    if "${{" in run:
        message = "an expression becomes part of a shell command"
        yield _Finding(INPUT, where, message, "pass it through `env` and let the make target read the variable")
        return
    match = _MAKE.fullmatch(run)
    if not match:
        yield _Finding(COMMAND, where, f"`{run}` is not one make target", "put the commands into the Makefile")
    elif match["target"] not in TARGETS:
        message = f"no platform's Makefile has the target `{match['target']}`"
        yield _Finding(COMMAND, where, message, "add it there, and to journey.facts.make")


_STEP_RULES: tuple[Callable[[str, Mapping[str, Any]], Iterator[_Finding]], ...] = (_uses, _token, _run)
