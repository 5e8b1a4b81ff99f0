"""A cluster that a lab's Argo CD delivers to, as proofs look at it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from journey.lab.argocd import SPACE, ArgoCD
from journey.lab.control_plane import ControlPlane, control_plane, nearest
from journey.lab.delivery import deliver
from journey.lab.source import Source
from journey.live.kubernetes import KubernetesError
from journey.spec import resolve
from tests.e2e.table import Row

ARGO = "argoproj.io/v1alpha1"
MERGE = "application/merge-patch+json"
HAND = "a-person"
"""Who edits by hand."""
PATIENCE = 240.0
"""Seconds in which a change must have been synced; a machine's other work stretches them."""

Object = Mapping[str, Any]


class State(NamedTuple):
    """What Argo CD says of an Application."""

    sync: str
    health: str
    revision: str
    phase: str
    message: str

    @property
    def well(self) -> bool:
        """Whether all that git has is there, and well."""
        return (self.sync, self.health) == ("Synced", "Healthy") and self.phase in ("Succeeded", "")


def state(application: Object) -> State:
    """Read an Application's status."""
    status = application.get("status", {})
    operation = status.get("operationState", {})
    return State(
        status.get("sync", {}).get("status", ""),
        status.get("health", {}).get("status", ""),
        status.get("sync", {}).get("revision", ""),
        operation.get("phase", ""),
        "; ".join(
            [*(item["message"] for item in status.get("conditions", ())), *filter(None, [operation.get("message")])]
        ),
    )


def moment(text: str) -> datetime:
    """A time as the API server writes it."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Delivered:
    """One cluster with its Argo CD."""

    def __init__(self, name: str, plane: ControlPlane, argo: ArgoCD, source: Source) -> None:
        self.name = name
        self.plane = plane
        self.server = plane.server
        self.argo = argo
        self.source = source

    def applications(self) -> dict[str, Object]:
        """All Applications by name."""
        return {item["metadata"]["name"]: item for item in self.server.items(ARGO, "Application", SPACE)}

    def application(self, name: str) -> Any:
        """One Application; None where there is none."""
        return self.get(ARGO, "Application", SPACE, name)

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Any:
        """An object; None where there is none."""
        meta = {"name": name, "namespace": namespace}
        return self.server.get({"apiVersion": api_version, "kind": kind, "metadata": meta})

    def patch(self, api_version: str, kind: str, namespace: str, name: str, change: object) -> None:
        """Edit an object by hand."""
        item = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        self.server.request("PATCH", f"{self.server.path(item)}?fieldManager={HAND}", change, MERGE)

    def delete(self, api_version: str, kind: str, namespace: str, name: str) -> None:
        """Delete an object by hand."""
        self.server.delete(
            {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        )

    def refresh(self, *names: str) -> None:
        """Have Applications compared again now, as their page's button does."""
        for name in names or self.applications():
            note = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}
            try:
                self.patch(ARGO, "Application", SPACE, name, note)
            except KubernetesError as error:
                if error.status != 404:
                    raise

    def sync(self, name: str, revision: str) -> None:
        """Sync an Application as a person does who approves it: nothing is pruned unless they say so."""
        options = (self.application(name)["spec"].get("syncPolicy") or {}).get("syncOptions", [])
        operation = {
            "initiatedBy": {"username": HAND},
            "sync": {"revision": revision, "prune": True, "syncOptions": options},
        }
        self.patch(ARGO, "Application", SPACE, name, {"operation": operation})

    def standins(self) -> dict[str, int]:
        """How many objects of which kind got a stand-in's status."""
        found: dict[str, int] = json.loads((self.plane.folder / "standins.json").read_text(encoding="utf-8"))
        return found


def wait(row: Row, what: str, ready: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait for something and count it; where it does not come, `what` is the fault."""
    deadline = time.monotonic() + patience
    while not (done := ready()) and time.monotonic() < deadline:
        time.sleep(0.25)
    row.expect(done, what)
    return done


@contextmanager
def delivered(folder: Path, source: Source, cluster: str, port: int) -> Iterator[Delivered]:
    """A cluster that is bootstrapped and delivered to, and gone at the end."""
    version = resolve.cluster(source.view, cluster).kubernetes
    with control_plane(folder / cluster, nearest(version), port) as plane:
        yield Delivered(cluster, plane, deliver(plane, source, cluster), source)
