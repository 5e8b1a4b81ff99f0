"""A new platform: every file of it that a person owns, from a dozen answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from journey.facts.make import TARGETS
from journey.problem import Pointer, Problem, Step
from journey.scaffold.judging import judge
from journey.scaffold.service import Wanted, file_of, name_fault, service_text
from journey.scaffold.templates import text
from journey.spec.resolve import ROOT_FILE

OWN_TARGETS = (
    "render",
    "check",
    "test",
    "lint",
    "attest",
    "promote",
    "promote-automatic",
    "drift",
    "publish-charts",
    "infrastructure-plan",
    "infrastructure-apply",
)
"""Make targets that the scaffolded Makefile describes one by one; the others are steps of the workflows."""

_GITHUB = re.compile(r"(?:https://|ssh://git@|git@)github\.com[:/]([^/\s]+)/([^/\s]+?)(?:\.git)?/?")
_NOT_IN_LABELS = re.compile(r"[^a-z0-9]+")


class Answers(NamedTuple):
    """What is asked of a new platform. Each field is an option of `journey init`; `environment` holds one or more."""

    name: str
    domain: str
    repository: str
    registry: str
    team: str
    contact: str
    owner: str
    cluster: str
    provider: str
    kubernetes: str
    environment: tuple[str, ...]
    service: str


class Refusal(NamedTuple):
    """An answer that the spec does not allow; `field` is empty where several are at odds."""

    field: str
    message: str


def files(answers: Answers, version: str) -> dict[str, str]:
    """Texts by path. `version` is the journey that the platform is pinned to."""
    values = answers._asdict() | {"environments": answers.environment}
    steps = [target for target in TARGETS if target not in OWN_TARGETS]
    return {
        ".gitignore": text("gitignore"),
        "Makefile": text("Makefile", own=OWN_TARGETS, steps=steps),
        "README.md": text("README.md", **values),
        "requirements.txt": f"request-journey=={version}\n",
        **_spec(answers),
    }


def _spec(answers: Answers) -> dict[str, str]:
    file = file_of(answers.service) or ""
    wanted = Wanted(
        answers.service,
        answers.team,
        description="The first service of this platform.",
        routes={answers.service: "/"},
        environment=answers.environment[-1] if answers.environment else "",
    )
    values = answers._asdict() | {"environments": answers.environment}
    return {ROOT_FILE: text("platform.yaml", **values), file: service_text(wanted, file)}


def refusals(answers: Answers, kubernetes: Sequence[str]) -> list[Refusal]:
    """What the spec's own rules say against the answers, all at once, in the order of the questions."""
    found = list(_plain_refusals(answers))
    # What is refused so far is replaced by something sound, so that the rest can be judged beside it.
    sound = answers._replace(
        service="app" if name_fault(answers.service) else answers.service,
        environment=tuple(dict.fromkeys(answers.environment)) or ("dev",),
    )
    judged = judge(_spec(sound), {}, kubernetes)
    found += [Refusal(_field(problem, sound), _said(problem)) for problem in judged if not _repeats(problem)]
    order = Answers._fields
    return sorted(dict.fromkeys(found), key=lambda item: order.index(item.field) if item.field else len(order))


def _plain_refusals(answers: Answers) -> Iterator[Refusal]:
    """What no rule of the spec would say, because a file of the spec cannot say it."""
    if not answers.environment:
        yield Refusal("environment", "name at least one")
    for name in sorted({name for name in answers.environment if answers.environment.count(name) > 1}):
        yield Refusal("environment", f"`{name}` is named twice")
    fault = name_fault(answers.service)
    if fault:
        yield Refusal("service", fault)


def _repeats(problem: Problem) -> bool:
    """Whether it says of the service's `team` what is said of the team itself."""
    where = problem.where
    return isinstance(where, Pointer) and where.file != ROOT_FILE and where.path == ("team",)


def _said(problem: Problem) -> str:
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message


def _field(problem: Problem, answers: Answers) -> str:
    """The answer that a Problem is about: its node, or the nearest one above, was filled with it."""
    if not isinstance(problem.where, Pointer):
        return ""
    if problem.where.file != ROOT_FILE:
        return "service"
    nodes = _nodes(answers)
    path = problem.where.path
    return next((nodes[path[:end]] for end in range(len(path), 0, -1) if path[:end] in nodes), "")


def _nodes(answers: Answers) -> Mapping[tuple[Step, ...], str]:
    team, cluster = ("teams", answers.team), ("clusters", answers.cluster)
    return {
        **{(field,): field for field in ("name", "domain", "repository", "registry")},
        team: "team",
        (*team, "contact"): "contact",
        (*team, "owners"): "owner",
        cluster: "cluster",
        (*cluster, "provider"): "provider",
        (*cluster, "kubernetes"): "kubernetes",
        ("environments",): "environment",
    }


def unprintable(answers: Iterable[str]) -> list[str]:
    """Answers that hold what no line of a file may hold: line breaks, control characters, broken text."""
    return [answer for answer in answers if not answer.isprintable()]


def default_name(folder: str) -> str:
    """A platform's name from its folder's: `My Shop` -> `my-shop`."""
    return _NOT_IN_LABELS.sub("-", folder.lower()).strip("-")[:63].strip("-") or "platform"


def github_of(repository: str) -> tuple[str, str] | None:
    """(owner, name) of a repository on GitHub by any of its addresses; None for one elsewhere."""
    match = _GITHUB.fullmatch(repository)
    return (match[1], match[2]) if match else None


def default_repository(remote: str) -> str:
    """The address that Argo CD pulls, from a git remote: GitHub's by HTTPS, for no key is needed to read it."""
    known = github_of(remote)
    return f"https://github.com/{known[0]}/{known[1]}.git" if known else remote


def default_registry(repository: str, name: str, domain: str) -> str:
    """GitHub's own registry for a repository there; otherwise a host below the platform's domain."""
    known = github_of(repository)
    return "/".join(("ghcr.io", *known)).lower() if known else f"registry.{domain}/{name}"


def default_owner(repository: str, team: str) -> str:
    """The team of the repository's organisation."""
    known = github_of(repository)
    return f"@{known[0] if known else 'example'}/{team}"


def default_kubernetes(known: Sequence[str]) -> str:
    """The version before the newest, so that what the next one removes is known already."""
    return known[-2:][0]
