"""What is wrong with a spec that its types cannot say: references, contradictions, what a cluster lacks, secrets.

Each judgement is pure and reads the spec through a View alone, so that it can be kept and asked again only when
something that it read has changed. A mistake is one Problem, at the node that makes it, in the layer that says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from journey import names
from journey.problem import Pointer, Problem
from journey.spec import resolve
from journey.spec.rules import (
    builds,
    complete,
    compose,
    escapes,
    literals,
    mounts,
    needs,
    networks,
    promotions,
    references,
    retirement,
    routing,
    running,
    services,
    shapes,
    together,
    values,
)
from journey.spec.rules.fragments import Fragment, of_platform, of_service
from journey.spec.rules.place import Place, places
from journey.spec.rules.refused import untouched
from journey.spec.view import View

__all__ = ["RULES", "judge_platform", "judge_service", "judge_versions", "untouched"]

NAME = "spec/name"

RULES: dict[str, str] = {
    NAME: "A service's folder is its name: a DNS-1123 label of at most 63 characters.",
    **shapes.RULES,
    **references.RULES,
    **values.RULES,
    **needs.RULES,
    **escapes.RULES,
    **literals.RULES,
    **running.RULES,
    **routing.RULES,
    **mounts.RULES,
    **services.RULES,
    **together.RULES,
    **networks.RULES,
    **promotions.RULES,
    **retirement.RULES,
    **builds.RULES,
    **compose.RULES,
}
"""Every rule's id, with what it asks in a sentence."""

FieldRule = Callable[[Fragment, Any, Pointer], Iterator[Problem]]

FIELDS: dict[str, tuple[FieldRule, ...]] = {
    "size": (references.size,),
    "needs": (needs.needs,),
    "ports": (values.ports,),
    "routes": (values.routes,),
    "health": (values.health, literals.anywhere),
    "slos": (values.slos,),
    "metrics": (values.metrics,),
    "schedule": (values.schedules,),
    "run": (values.run,),
    "migrations": (values.run, literals.anywhere),
    "labels": (values.labels,),
    "annotations": (values.annotation_keys, literals.anywhere),
    "config": (values.config, literals.environment),
    "secrets": (values.secrets,),
    "volumes": (values.volumes,),
    "command": (literals.anywhere,),
    "args": (literals.anywhere,),
    "init": (literals.anywhere,),
    "build": (builds.build, literals.anywhere),
    "patches": (escapes.patches, literals.anywhere),
    "extra": (escapes.extra, literals.anywhere),
}
"""What is judged of a service's field wherever it stands: in a base, an overlay, a promoted file, or defaults."""

HERE: tuple[Callable[[Place], Iterator[Problem]], ...] = (
    *running.JUDGEMENTS,
    *routing.JUDGEMENTS,
    *mounts.JUDGEMENTS,
    complete.judge,
)
"""What is judged of a service in each place where it runs."""

PLATFORM: tuple[Callable[[View], Iterator[Problem]], ...] = (
    references.platform,
    values.platform,
    literals.platform,
    *together.JUDGEMENTS,
    *services.JUDGEMENTS,
    networks.judge,
    promotions.platform,
    retirement.judge,
    compose.judge,
)
"""What is judged of the platform as a whole."""

_LABEL = re.compile(names.DNS_LABEL)


def judge_versions(view: View, known: tuple[str, ...]) -> Iterator[Problem]:
    """Clusters whose Kubernetes version is none of `known` (`1.34`...), the versions whose schemas are held."""
    return references.versions(view, known)


def judge_platform(view: View) -> Iterator[Problem]:
    """Problems of `platform.yaml` and its promoted files, and of services together."""
    yield from dict.fromkeys(_of_platform(view))


def _of_platform(view: View) -> Iterator[Problem]:
    for fragment in of_platform(view):
        yield from _fields(fragment)
    for judge in PLATFORM:
        yield from judge(view)


def judge_service(view: View, name: str) -> Iterator[Problem]:
    """Problems of one service: its file, its promoted files, and every place in which it runs."""
    file = resolve.service_file(view, name)
    if not file:
        return
    if len(name) > names.LABEL_LIMIT or not _LABEL.fullmatch(name):
        message = f"the folder `{name}` gives its service a name that is no DNS label"
        hint = "lower-case letters, digits and `-` between them, at most 63"
        yield Problem(Pointer(file), NAME, message, hint)
        return
    yield from references.service(view, name)
    yield from promotions.service(view, name)
    for fragment in of_service(view, name):
        yield from _fields(fragment)
    yield from _places(view, name)


def _fields(fragment: Fragment) -> Iterator[Problem]:
    for field, value in fragment.value.items():
        rules = FIELDS.get(field)
        if rules and value:
            where = fragment.where.child(field)
            for rule in rules:
                yield from rule(fragment, value, where)


def _places(view: View, name: str) -> Iterator[Problem]:
    """What is wrong where the service runs; a Problem of some places alone says which, unless its node does."""
    everywhere = list(places(view, name))
    found: dict[Problem, list[Place]] = {}
    for here in everywhere:
        for judge in HERE:
            for problem in judge(here):
                found.setdefault(problem, []).append(here)
    for problem, where in found.items():
        yield _with_places(problem, where, everywhere)


def _with_places(problem: Problem, found: list[Place], everywhere: list[Place]) -> Problem:
    pointer = problem.where
    if not isinstance(pointer, Pointer) or pointer.path[:1] == ("environments",):
        return problem
    same = [place for place in everywhere if place.base().file == pointer.file]
    if len(found) >= len(same):
        return problem
    said = ", ".join(dict.fromkeys(place.environment for place in found))
    return problem._replace(message=f"{problem.message} (in {said})")
