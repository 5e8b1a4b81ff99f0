"""Where a service runs: everything that its objects share, looked up once."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from journey import names
from journey.facts import traffic
from journey.problem import Pointer, Step
from journey.spec import resolve
from journey.spec.platform import Cluster, Environment
from journey.spec.service import Service
from journey.spec.view import View

Object: TypeAlias = dict[str, Any]
"""A Kubernetes object or a part of one. Objects share parts, so nothing changes a part that it did not make."""

WAVE = "argocd.argoproj.io/sync-wave"
KEEP = {"argocd.argoproj.io/sync-options": "Delete=false,Prune=false"}
"""What holds data stays when its Application goes, or when git no longer has it (argo-cd docs, "Sync Options")."""

FIRST, LAST = "-1", "1"
"""Waves beside the migrations' 0: what their pods stand on, and what must not run before they ended."""


class Rendered(NamedTuple):
    """An object with the name that its file has and that patches use, and the block of the spec it follows from.

    The name is the object's own, without the hash that may close it.
    """

    kind: str
    name: str
    content: Object
    origin: Pointer


class Place(NamedTuple):
    """A service in an environment on a cluster. `identity` is the name that selectors and volumes keep for ever."""

    view: View
    service: str
    environment: str
    cluster: str
    spec: Service
    here: Cluster
    around: Environment
    identity: str
    namespace: str
    selector: dict[str, str]
    labels: dict[str, str]
    file: str
    minor: int
    waves: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What facts about the service are asked with."""
        return self.service, self.environment, self.cluster

    @property
    def stateful(self) -> bool:
        """Whether it keeps data in volumes that outlive its pods."""
        return any(volume.kind == "persistent" for volume in self.spec.volumes.values())

    def origin(self, *path: Step) -> Pointer:
        """A block of the service's file."""
        return Pointer(self.file, path)

    def meta(self, name: str, wave: str = "", annotations: dict[str, str] | None = None) -> Object:
        """The metadata of an object in the service's namespace; the wave counts only where migrations make waves."""
        if wave and self.waves:
            annotations = {WAVE: wave, **(annotations or {})}
        found: Object = {"name": name, "namespace": self.namespace, "labels": self.labels}
        if annotations:
            found["annotations"] = annotations
        return found

    def rendered(self, content: Object, *block: Step, name: str = "") -> Rendered:
        """The object with where it is from; `name` where it is not the object's own."""
        return Rendered(content["kind"], name or content["metadata"]["name"], content, Pointer(self.file, block))


def place(view: View, service: str, environment: str, cluster: str) -> Place | None:
    """The place of a service; None where it does not run."""
    spec = resolve.service(view, service, environment, cluster)
    if spec is None:
        return None
    here = resolve.cluster(view, cluster)
    identity = spec.renamed_from or service
    selector = traffic.selector_of(view, service, environment, cluster)
    return Place(
        view,
        service,
        environment,
        cluster,
        spec,
        here,
        resolve.environment(view, environment),
        identity,
        traffic.namespace(view, service, environment, cluster),
        selector,
        _labels(view, spec, identity, environment, selector),
        resolve.service_file(view, service),
        int(here.kubernetes[2:]),
        spec.migrations is not None and spec.release is not None and here.gitops == "argocd",
    )


def _labels(view: View, spec: Service, identity: str, environment: str, selector: dict[str, str]) -> dict[str, str]:
    if "recommendedLabels" in spec.without:
        return {**selector, **spec.labels}
    recommended = names.labels(identity, environment, spec.team, resolve.settings(view).name)
    return {**recommended, **spec.labels, **selector}
