"""Stand-ins for absent controllers: `python -m journey.lab.standins KUBECONFIG FILE`.

An object whose controller is absent never says that it is well, and Argo CD would wait for it. A stand-in writes the
status that the controller would write, and nothing else; how many objects of which kind got one stands in FILE, for the
proofs to tell.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from journey.live.kubeconfig import connect
from journey.live.kubernetes import KubernetesError, Object, Server

MERGE = "application/merge-patch+json"
PAUSE = 0.5
"""Seconds between two looks."""
SINCE = "2000-01-01T00:00:00Z"
"""When a condition came to be, as far as stand-ins say."""


class StandIn(NamedTuple):
    """A kind, whose absent controller is stood in for, and the status that it would have written."""

    api_version: str
    kind: str
    controller: str
    status: Callable[[Object], dict[str, Any]]
    wanted: Callable[[Object], bool] = lambda _: True


def conditions(*types: str) -> list[dict[str, Any]]:
    """Conditions that are all true."""
    return [
        {"type": name, "status": "True", "reason": "StandIn", "message": "", "lastTransitionTime": SINCE}
        for name in types
    ]


def ready(_: Object) -> dict[str, Any]:
    """What most controllers write."""
    return {"conditions": conditions("Ready")}


def scaled(item: Object) -> dict[str, Any]:
    """An autoscaler that has nothing to do."""
    spec = item["spec"]
    count = spec.get("minReplicas", 1)
    return {
        "currentReplicas": count,
        "desiredReplicas": count,
        "conditions": conditions("AbleToScale", "ScalingActive"),
    }


def routed(item: Object) -> dict[str, Any]:
    """A route that each of its parents serves."""
    return {
        "parents": [
            {
                "parentRef": parent,
                "controllerName": "lab.example.com/stand-in",
                "conditions": [
                    {**entry, "observedGeneration": item["metadata"]["generation"]}
                    for entry in conditions("Accepted", "ResolvedRefs")
                ],
            }
            for parent in item["spec"].get("parentRefs", ())
        ]
    }


def balanced(_: Object) -> dict[str, Any]:
    """An address of a load balancer, from the network for documentation (RFC 5737)."""
    return {"loadBalancer": {"ingress": [{"ip": "192.0.2.1"}]}}


GATEWAY = "gateway.networking.k8s.io/v1"
SECRETS = "external-secrets.io/v1"
CERTIFICATES = "cert-manager.io/v1"
STANDINS = (
    StandIn(SECRETS, "ClusterSecretStore", "external-secrets", ready),
    StandIn(SECRETS, "SecretStore", "external-secrets", ready),
    StandIn(SECRETS, "ExternalSecret", "external-secrets", ready),
    StandIn(CERTIFICATES, "ClusterIssuer", "cert-manager", ready),
    StandIn(CERTIFICATES, "Issuer", "cert-manager", ready),
    StandIn(CERTIFICATES, "Certificate", "cert-manager", ready),
    StandIn(
        "postgresql.cnpg.io/v1",
        "Cluster",
        "cloudnative-pg",
        lambda item: {**ready(item), "phase": "Cluster in healthy state"},
    ),
    StandIn(GATEWAY, "GatewayClass", "envoy-gateway", lambda _: {"conditions": conditions("Accepted")}),
    StandIn(GATEWAY, "Gateway", "envoy-gateway", lambda _: {"conditions": conditions("Accepted", "Programmed")}),
    StandIn(GATEWAY, "HTTPRoute", "envoy-gateway", routed),
    StandIn("keda.sh/v1alpha1", "ScaledObject", "keda", lambda _: {"conditions": conditions("Ready", "Active")}),
    StandIn("autoscaling/v2", "HorizontalPodAutoscaler", "metrics-server", scaled),
    StandIn(
        "v1", "Service", "a load balancer", balanced, lambda item: bool(item["spec"].get("type") == "LoadBalancer")
    ),
)
"""What is stood in for, in the order of looking."""
WITHOUT = ("horizontal-pod-autoscaler-controller",)
"""Controllers of the controller manager that cannot do their work in a lab, and would say so of each object."""


def lacking(wanted: Any, there: Any) -> bool:
    """Whether a status has not what it should have."""
    if isinstance(wanted, Mapping):
        return not isinstance(there, Mapping) or any(lacking(value, there.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        if not isinstance(there, list) or len(wanted) != len(there):
            return True
        return any(lacking(value, other) for value, other in zip(wanted, there, strict=True))
    return bool(wanted != there)


def volumes(server: Server) -> Iterator[str]:
    """A volume for each claim that has none, in place of a storage driver; its data is a name and nothing else."""
    for claim in server.items("v1", "PersistentVolumeClaim"):
        if claim.get("status", {}).get("phase") == "Bound" or claim["spec"].get("volumeName"):
            continue
        meta = claim["metadata"]
        name = f"lab-{meta['uid']}"
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "capacity": claim["spec"]["resources"]["requests"],
                "accessModes": claim["spec"]["accessModes"],
                "persistentVolumeReclaimPolicy": "Retain",
                "storageClassName": claim["spec"].get("storageClassName", ""),
                "claimRef": {"namespace": meta["namespace"], "name": meta["name"], "uid": meta["uid"]},
                "hostPath": {"path": f"/lab/{name}"},
            },
        }
        server.apply({**volume, "kind": "PersistentVolume"}, "lab")
        yield f"{meta['namespace']}/{meta['name']}"


def look(server: Server) -> Iterator[tuple[str, str]]:
    """Write what is missing; gives (kind and controller, object) of what was written."""
    for item in STANDINS:
        for listed in server.items(item.api_version, item.kind):
            found = {**listed, "apiVersion": item.api_version, "kind": item.kind}
            status = item.status(found)
            if item.wanted(found) and lacking(status, found.get("status")):
                server.request("PATCH", f"{server.path(found)}/status", {"status": status}, MERGE)
                meta = found["metadata"]
                yield f"{item.kind}, for {item.controller}", f"{meta.get('namespace', '')}/{meta['name']}"
    for claim in volumes(server):
        yield "PersistentVolume, for a storage driver", claim


def main(kubeconfig: str, file: str) -> None:
    """Look until the process ends."""
    server = connect(Path(kubeconfig))
    seen: dict[str, set[str]] = {}
    while True:
        try:
            for kind, name in look(server):
                seen.setdefault(kind, set()).add(name)
        except KubernetesError as error:  # an object that has just gone, a server that restarts: the next look tells
            sys.stderr.write(f"{error}\n")
        Path(file).write_text(json.dumps({kind: len(found) for kind, found in sorted(seen.items())}), encoding="utf-8")
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(*sys.argv[1:3])
