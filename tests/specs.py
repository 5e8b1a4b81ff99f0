"""Specs for tests: written to a folder, loaded and judged as a command would, without rendering anything."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from journey.problem import Level, Problem
from journey.spec import resolve, rules, sources
from journey.spec.sources import Sources
from journey.spec.view import Engine, View

VERSIONS = ("1.33", "1.34", "1.35")
"""Kubernetes versions that are taken for known."""

PLATFORM = """\
name: shop
domain: example.com
repository: {url: "https://github.com/example/shop.git"}
registry: ghcr.io/example
teams:
  web: {owners: ["@example/web"], contact: web@example.com}
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: ingress}
environments:
  dev: {clusters: [local]}
"""
"""The least platform: one team, one cluster, one environment; nothing in it is wrong."""

SERVICE = """\
team: web
ports:
  http: {port: 8080}
"""
"""The least service; nothing in it is wrong."""


def judge(files: Mapping[str, str | bytes], versions: tuple[str, ...] = VERSIONS) -> list[str]:
    """Every problem of a spec, as `file:line:column rule: message (hint)`; a warning says so before its rule.

    `files` are its files by path; without `platform.yaml` the least one stands in.
    """
    with tempfile.TemporaryDirectory() as folder:
        found = load(files, Path(folder))
        return [shown(found, problem) for problem in problems(found, versions)]


def platform(files: Mapping[str, str | bytes]) -> View:
    """A view of a spec, to ask facts and targets of; asserts that its files are well formed."""
    with tempfile.TemporaryDirectory() as folder:
        found = load(files, Path(folder))
        assert [shown(found, problem) for problem in found.problems] == []
        return view_of(found)


def load(files: Mapping[str, str | bytes], folder: Path) -> Sources:
    """The files of a spec as they are read from a folder, to which they are written first."""
    for name, text in {"platform.yaml": PLATFORM, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return sources.load(str(folder))


def view_of(found: Sources) -> View:
    """A view over the documents of a spec."""
    return View(Engine(found.values))


def problems(found: Sources, versions: tuple[str, ...] = VERSIONS) -> list[Problem]:
    """What loading and the rules find, in order of place."""
    judged: list[Problem] = []
    if found.documents:
        view = view_of(found)
        judged += [*rules.judge_versions(view, versions), *rules.judge_platform(view)]
        for name in resolve.services(view):
            judged += rules.judge_service(view, name)
    every = [*found.problems, *rules.untouched(judged, found.refused)]
    return sorted(every, key=lambda problem: (found.place(problem.where), problem.rule, problem.message))


def shown(found: Sources, problem: Problem) -> str:
    """A problem on one line."""
    level = "warning " if problem.level is Level.WARNING else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{found.place(problem.where)} {level}{problem.rule}: {problem.message}{hint}"
