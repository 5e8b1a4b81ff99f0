"""A datastore's Kubernetes objects: by engine, number of instances and who runs it."""

from __future__ import annotations

import msgspec

from journey.facts import datastores
from journey.spec.view import View
from journey.workload.datastores import cache, managed, operated, postgresql
from journey.workload.datastores.place import StorePlace, store_place
from journey.workload.datastores.sets import Server
from journey.workload.place import Rendered


def server(place: StorePlace) -> Server:
    """What the container of a datastore with one instance is, whoever runs it elsewhere."""
    alone = place._replace(store=msgspec.structs.replace(place.store, instances=1))
    return postgresql.server(alone) if place.store.engine == "postgresql" else cache.server(alone)


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
