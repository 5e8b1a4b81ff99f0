"""A datastore that the cloud runs: in the cluster there is only the name that pods dial."""

from __future__ import annotations

from journey.facts.datastores import managed_host
from journey.workload.datastores.place import StorePlace
from journey.workload.namespace import pod_security_labels
from journey.workload.place import Object


def objects(place: StorePlace) -> list[Object]:
    """The namespace, and a Service that stands for the private DNS record of the managed server."""
    metadata = place.meta(place.namespace)
    metadata["labels"] = {**place.labels, **pod_security_labels(place.here.kubernetes)}
    del metadata["namespace"]
    host = managed_host(place.view, place.name, place.environment, place.cluster)
    spec = {"type": "ExternalName", "externalName": host}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata},
        {"apiVersion": "v1", "kind": "Service", "metadata": place.meta(place.name), "spec": spec},
    ]
