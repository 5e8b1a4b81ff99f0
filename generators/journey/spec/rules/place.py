"""A service in one environment on one cluster, and where what holds there is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from journey.problem import Pointer, Step
from journey.spec import resolve
from journey.spec.resolve import Layer
from journey.spec.service import Service
from journey.spec.view import View


class Place(NamedTuple):
    """A service, whole, where it runs."""

    view: View
    name: str
    environment: str
    cluster: str
    service: Service

    def layers(self) -> tuple[Layer, ...]:
        """All that is said of it here, strongest first."""
        return resolve.layers(self.view, self.name, self.environment, self.cluster)[::-1]

    def where(self, *path: Step | tuple[str, str]) -> Pointer:
        """The node that decides a field: in the last layer that says it, or else most of the way to it.

        A step (field, value) means the last element of a list whose field has that value.
        """
        best, depth = self.base(), 0
        for layer in self.layers():
            found = _walk(layer.value, path)
            if len(found) > depth:
                best, depth = layer.where.child(*found), len(found)
        return best

    def says(self, *path: Step) -> bool:
        """Whether a file of the service's own says a field, rather than a default."""
        return any(
            layer.where.path[-1:] != ("defaults",) and len(_walk(layer.value, path)) == len(path)
            for layer in self.layers()
        )

    def base(self) -> Pointer:
        """The base that it renders from here."""
        file = resolve.service_file(self.view, self.name)
        if resolve.follows_head(self.view, self.environment):
            return Pointer(file)
        return Pointer(resolve.promoted_file(self.view, self.name, self.environment), ("base",))


def places(view: View, name: str) -> Iterator[Place]:
    """Where a service runs, in the platform's order."""
    for env, cluster in resolve.places(view):
        found = resolve.service(view, name, env, cluster)
        if found is not None:
            yield Place(view, name, env, cluster, found)


def _walk(value: Any, path: Sequence[Step | tuple[str, str]]) -> tuple[Step, ...]:
    """How far a path leads into a value, as steps that its document has."""
    taken: list[Step] = []
    for step in path:
        actual = _element(value, step) if isinstance(step, tuple) else step
        if not isinstance(value, Mapping | list) or not _has(value, actual):
            break
        assert actual is not None
        taken.append(actual)
        value = value[actual]  # type: ignore[index]
    return tuple(taken)


def _has(value: Mapping[str, Any] | list[Any], step: Step | None) -> bool:
    return isinstance(step, int) and 0 <= step < len(value) if isinstance(value, list) else step in value


def _element(value: object, step: tuple[str, str]) -> int | None:
    field, wanted = step
    if not isinstance(value, list):
        return None
    found = [index for index, item in enumerate(value) if isinstance(item, dict) and item.get(field) == wanted]
    return found[-1] if found else None
