"""Rules of GitHub's workflows that its schema does not carry: what may run, with which rights, on what input.

After GitHub's "Security hardening for GitHub Actions" (script injection, third-party actions, permissions of the
token) and the OpenSSF Scorecard checks Pinned-Dependencies and Token-Permissions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from journey.artifact import Artifact, Format, Unit
from journey.problem import Problem

UNPINNED = "workflow/unpinned-action"
PERMISSIONS = "workflow/permissions"
TIMEOUT = "workflow/timeout"
INPUT = "workflow/untrusted-input"
COMMAND = "workflow/command"
TOKEN = "workflow/persisted-token"
CONCURRENCY = "workflow/concurrency"
RULES = (UNPINNED, PERMISSIONS, TIMEOUT, INPUT, COMMAND, TOKEN, CONCURRENCY)

_FOLDER = ".github/workflows/"
_PINNED = re.compile(r"(\./|docker://[^@]+@sha256:[0-9a-f]{64}$|[\w.-]+/[\w./-]+@[0-9a-f]{40}$)")
_MAKE = re.compile(r"make (?P<target>[a-z0-9][a-z0-9-]*)")
_TARGET = re.compile(r"^([A-Za-z0-9][\w.-]*(?:[ \t]+[A-Za-z0-9][\w.-]*)*)[ \t]*::?(?!=)", re.MULTILINE)


class Context(Protocol):
    """What this check asks of the run."""

    @property
    def make_targets(self) -> Collection[str]:
        """The targets of the Makefile at the repository's root."""
        ...


class _Finding(NamedTuple):
    rule: str
    where: str
    message: str
    hint: str


def targets_of(makefile: str) -> frozenset[str]:
    """The targets of a Makefile's explicit rules; patterns, special targets and what it includes are left out."""
    return frozenset(name for match in _TARGET.finditer(makefile) for name in match[1].split())


def inspect_unit(unit: Unit, artifacts: Sequence[Artifact], context: Context) -> Iterator[Problem]:
    """Problems of the unit's workflows."""
    for artifact in artifacts:
        if artifact.format is not Format.YAML or not artifact.path.startswith(_FOLDER):
            continue
        if isinstance(artifact.content, Mapping):
            for finding in _workflow(artifact.content, context):
                message = f"{artifact.path}: {finding.where}: {finding.message}"
                yield Problem(artifact.origin, finding.rule, message, finding.hint)


def _workflow(content: Mapping[str, Any], context: Context) -> Iterator[_Finding]:
    if content.get("permissions") != {}:
        message = "the token has rights that no job asked for"
        yield _Finding(PERMISSIONS, "workflow", message, "write `permissions: {}` and give each job its own")
    if "concurrency" not in content:
        message = "runs of it may overtake each other"
        yield _Finding(CONCURRENCY, "workflow", message, "give it a `concurrency` group")
    for name, job in (content.get("jobs") or {}).items():
        yield from _job(f"jobs.{name}", job, context)


def _job(where: str, job: Mapping[str, Any], context: Context) -> Iterator[_Finding]:
    if not isinstance(job.get("permissions"), Mapping):
        yield _Finding(PERMISSIONS, where, "it does not say what it may do", "give it `permissions`, as few as do")
    if "uses" in job:
        yield from _pinned(where, job["uses"])
    elif not isinstance(job.get("timeout-minutes"), int):
        yield _Finding(TIMEOUT, where, "it may run for six hours", "give it `timeout-minutes`")
    for number, step in enumerate(job.get("steps") or ()):
        for rule in _STEP_RULES:
            yield from rule(f"{where}.steps[{number}]", step, context)


def _uses(where: str, step: Mapping[str, Any], context: Context) -> Iterator[_Finding]:
    if "uses" in step:
        yield from _pinned(where, step["uses"])


def _pinned(where: str, uses: str) -> Iterator[_Finding]:
    if not _PINNED.match(uses):
        message = f"`{uses}` is not pinned: what it names can change"
        yield _Finding(UNPINNED, where, message, "name the full commit, with the version in a comment behind it")


def _token(where: str, step: Mapping[str, Any], context: Context) -> Iterator[_Finding]:
    inputs = step.get("with") or {}
    if str(step.get("uses", "")).startswith("actions/checkout@") and inputs.get("persist-credentials") is not False:
        message = "the checkout leaves the job's token in .git/config"
        yield _Finding(TOKEN, where, message, "say `persist-credentials: false`")


def _run(where: str, step: Mapping[str, Any], context: Context) -> Iterator[_Finding]:
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
    elif match["target"] not in context.make_targets:
        message = f"the Makefile has no target `{match['target']}`"
        yield _Finding(COMMAND, where, message, "add it, so that it runs the same here and there")


_STEP_RULES: tuple[Callable[[str, Mapping[str, Any], Context], Iterator[_Finding]], ...] = (_uses, _token, _run)
