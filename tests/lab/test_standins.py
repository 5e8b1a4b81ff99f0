"""Stand-ins write the status that is missing, once, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from journey.lab import standins
from journey.live.kubernetes import Answer, Object, Server


class Cluster:
    """A stand-in for an API server: it keeps statuses and volumes as they are written."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.objects = list(items)
        self.made: list[Object] = []

    def items(self, api_version: str, kind: str) -> list[dict[str, Any]]:
        found = [item for item in self.objects if (item["apiVersion"], item["kind"]) == (api_version, kind)]
        return [{key: value for key, value in item.items() if key not in ("apiVersion", "kind")} for item in found]

    def path(self, item: Object) -> str:
        return f"{item['kind']}/{item['metadata']['name']}"

    def request(self, method: str, path: str, body: Mapping[str, Any], content: str) -> Answer:
        assert (method, content) == ("PATCH", standins.MERGE)
        name, _, part = path.rpartition("/")
        assert part == "status"
        (item,) = [item for item in self.objects if self.path(item) == name]
        item["status"] = {**item.get("status", {}), **body["status"]}
        return Answer(item, False, ())

    def apply(self, item: Object, manager: str) -> Answer:
        self.made.append(item)
        return Answer(item, True, ())


def item(api_version: str, kind: str, spec: dict[str, Any], name: str = "one") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "here", "uid": "7", "generation": 3}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}


def test_a_status_is_written_once_and_only_where_it_is_wanted() -> None:
    secret = item(standins.SECRETS, "ExternalSecret", {})
    inside = item("v1", "Service", {"type": "ClusterIP"}, "inside")
    outside = item("v1", "Service", {"type": "LoadBalancer"}, "outside")
    cluster = Cluster(secret, inside, outside)
    server = cast(Server, cluster)
    assert list(standins.look(server)) == [
        ("ExternalSecret, for external-secrets", "here/one"),
        ("Service, for a load balancer", "here/outside"),
    ]
    assert list(standins.look(server)) == []
    assert secret["status"]["conditions"][0]["type"] == "Ready"
    assert outside["status"] == {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}
    assert "status" not in inside


def test_a_route_is_accepted_by_each_parent_at_its_generation() -> None:
    parents = [{"name": "public"}, {"name": "internal"}]
    route = item(standins.GATEWAY, "HTTPRoute", {"parentRefs": parents})
    server = cast(Server, Cluster(route))
    assert len(list(standins.look(server))) == 1
    found = route["status"]["parents"]
    assert [entry["parentRef"] for entry in found] == parents
    assert {entry["observedGeneration"] for parent in found for entry in parent["conditions"]} == {3}
    route["metadata"]["generation"] = 4
    assert len(list(standins.look(server))) == 1


def test_a_claim_gets_a_volume_of_its_class_until_it_has_one() -> None:
    claim = item(
        "v1",
        "PersistentVolumeClaim",
        {"resources": {"requests": {"storage": "1Gi"}}, "accessModes": ["ReadWriteOnce"], "storageClassName": "gp3"},
    )
    cluster = Cluster(claim)
    assert list(standins.look(cast(Server, cluster))) == [("PersistentVolume, for a storage driver", "here/one")]
    (volume,) = cluster.made
    assert volume["spec"]["claimRef"] == {"namespace": "here", "name": "one", "uid": "7"}
    assert (volume["spec"]["storageClassName"], volume["spec"]["persistentVolumeReclaimPolicy"]) == ("gp3", "Retain")
    claim["status"] = {"phase": "Bound"}
    assert list(standins.look(cast(Server, cluster))) == []
