"""Where a datastore runs: everything that its objects share, looked up once."""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts import datastores, images, traffic
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.platform import Cluster, Datastore, Environment
from journey.spec.service import Resources
from journey.spec.view import View
from journey.workload.place import KEEP, Object, Rendered

COMPONENTS = {"postgresql": "database", "redis": "cache", "valkey": "cache"}

PRIORITY = "high"
"""What services stand on gives way after most of them."""


class StorePlace(NamedTuple):
    """A datastore in an environment on a cluster."""

    view: View
    name: str
    environment: str
    cluster: str
    store: Datastore
    here: Cluster
    around: Environment
    namespace: str
    selector: dict[str, str]
    labels: dict[str, str]
    origin: Pointer

    @property
    def port(self) -> int:
        """The port that it is dialled at."""
        return datastores.PORTS[self.store.engine]

    @property
    def kept(self) -> dict[str, str] | None:
        """What keeps an object with data from being pruned; nothing once the spec says that it may go."""
        return None if self.store.retire else KEEP

    def meta(self, name: str, annotations: dict[str, str] | None = None) -> Object:
        """The metadata of an object in the datastore's namespace."""
        found: Object = {"name": name, "namespace": self.namespace, "labels": self.labels}
        if annotations:
            found["annotations"] = annotations
        return found

    def rendered(self, objects: list[Object]) -> list[Rendered]:
        """The objects with where they are from."""
        return [Rendered(item["kind"], item["metadata"]["name"], item, self.origin) for item in objects]

    def image(self, official: str) -> str:
        """The image as the cluster pulls it: the datastore's own, else the official one of its version."""
        return images.pulled(self.view, self.cluster, self.store.image or f"{official}:{self.store.version}")

    @property
    def resources(self) -> Resources:
        """What one instance asks for."""
        return resolve.sizes(self.view).get(self.store.size, Resources())


def store_place(view: View, name: str, environment: str, cluster: str) -> StorePlace | None:
    """The place of a datastore; None where the environment has none of that name."""
    store = resolve.datastore(view, environment, name)
    if store is None:
        return None
    platform = resolve.settings(view).name
    file = resolve.ROOT_FILE if resolve.follows_head(view, environment) else f"promoted/{environment}.yaml"
    return StorePlace(
        view,
        name,
        environment,
        cluster,
        store,
        resolve.cluster(view, cluster),
        resolve.environment(view, environment),
        traffic.namespace(view, name, environment, cluster),
        names.selector(name, environment),
        names.labels(name, environment, store.team, platform, COMPONENTS[store.engine]),
        Pointer(file, ("datastores", name)),
    )
