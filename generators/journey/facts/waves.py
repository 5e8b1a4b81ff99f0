"""In which order things are first synced: waves from the needs that say `before`.

Argo CD syncs waves in ascending order and waits for each to be healthy (argo-cd docs, "Sync Phases and Waves").
Wave 0 is taken by what every service stands on (namespaces, add-ons); datastores have 1; services follow.
"""

from __future__ import annotations

from journey.spec import resolve
from journey.spec.resolve import needs
from journey.spec.view import View, indexed, query

CRDS = -20
ADDONS = -10
SHARED = 0
DATASTORES = 1
SERVICES = 2
LEAVING = 1_000_000
"""After every service, however long its chain of needs: what must outlive what is deleted."""


@query
def before(view: View, service: str, environment: str, cluster: str) -> tuple[str, ...]:
    """The services that must be healthy before this one starts, sorted."""
    known = resolve.services(view)
    found = {
        need.service for need in needs(view, service, environment, cluster) if need.service and need.start == "before"
    }
    return tuple(sorted(name for name in found if name in known))


@indexed(tuple[str, ...])
def cycle(view: View, environment: str, cluster: str) -> tuple[str, ...]:
    """A cycle among the needs that say `before`, its first service repeated at the end; empty where there is none.

    An index, since a spec that is in order has none.
    """
    done: set[str] = set()
    for start in resolve.services(view):
        found = _cycle_from(view, start, environment, cluster, [], done)
        if found:
            return tuple(found)
    return ()


def _cycle_from(view: View, name: str, environment: str, cluster: str, path: list[str], done: set[str]) -> list[str]:
    if name in path:
        return [*path[path.index(name) :], name]
    if name in done:
        return []
    path.append(name)
    for other in before(view, name, environment, cluster):
        found = _cycle_from(view, other, environment, cluster, path, done)
        if found:
            return found
    path.pop()
    done.add(name)
    return []


@query
def wave(view: View, service: str, environment: str, cluster: str) -> int:
    """The sync wave of a service: one more than the highest of those that must be healthy before it."""
    if cycle(view, environment, cluster):
        return SERVICES
    return max(
        (wave(view, other, environment, cluster) + 1 for other in before(view, service, environment, cluster)),
        default=SERVICES,
    )
