"""The parts of the spec that speak of services: a service's base, its overlays, what is promoted, and defaults.

Each is judged once where it stands, however many places it reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View


class Fragment(NamedTuple):
    """Fields of a service, as one node of a file says them. `name` is empty for defaults of all services."""

    view: View
    name: str
    where: Pointer
    value: dict[str, Any]


def of_service(view: View, name: str) -> Iterator[Fragment]:
    """What a service's own files say of it, promoted bases last."""
    file = resolve.service_file(view, name)
    head = view.input(file) or {}
    yield Fragment(view, name, Pointer(file), head)
    for env, overlay in (head.get("environments") or {}).items():
        own = Pointer(file, ("environments", env))
        yield Fragment(view, name, own, overlay)
        for cluster, value in (overlay.get("clusters") or {}).items():
            yield Fragment(view, name, own.child("clusters", cluster), value or {})
    for env in promoted_environments(view):
        yield from _promoted(view, name, env)


def _promoted(view: View, name: str, env: str) -> Iterator[Fragment]:
    file = resolve.promoted_file(view, name, env)
    found = view.input(file)
    if found is None:
        return
    yield Fragment(view, name, Pointer(file, ("base",)), found.get("base") or {})
    for cluster, value in (found.get("clusters") or {}).items():
        yield Fragment(view, name, Pointer(file, ("clusters", cluster)), value or {})


def of_platform(view: View) -> Iterator[Fragment]:
    """Defaults of all services: the platform's, an environment's, a cluster's, and the promoted ones."""
    yield Fragment(view, "", Pointer(ROOT_FILE, ("defaults",)), view.input(ROOT_FILE, "defaults") or {})
    for block in ("environments", "clusters"):
        for name, value in (view.input(ROOT_FILE, block) or {}).items():
            yield Fragment(view, "", Pointer(ROOT_FILE, (block, name, "defaults")), value.get("defaults") or {})
    for env in promoted_environments(view):
        file = f"promoted/{env}.yaml"
        yield Fragment(view, "", Pointer(file, ("defaults",)), view.input(file, "defaults") or {})


def promoted_environments(view: View) -> tuple[str, ...]:
    """The environments that render from a promoted base."""
    return tuple(env for env in resolve.environments(view) if not resolve.follows_head(view, env))
