"""A datastore's Kubernetes objects: by engine, number of instances and who runs it."""

from __future__ import annotations

from journey.facts import datastores
from journey.spec.view import View
from journey.workload.datastores import cache, managed, operated, postgresql
from journey.workload.datastores.place import store_place
from journey.workload.place import Rendered


def datastore_objects(view: View, name: str, environment: str, cluster: str) -> list[Rendered]:
    """The objects of a datastore in an environment on a cluster; none where it is not.

    PostgreSQL is a StatefulSet with one instance, CloudNativePG's with more. A cache is a StatefulSet; its further
    instances are replicas to read from and to keep a copy, without fail-over: who needs that takes a managed one.
    """
    place = store_place(view, name, environment, cluster)
    if place is None:
        return []
    if datastores.is_managed(view, environment):
        return place.rendered(managed.objects(place))
    if place.store.engine != "postgresql":
        return place.rendered(cache.objects(place))
    engine = operated if datastores.is_operated(place.store) else postgresql
    return place.rendered(engine.objects(place))
