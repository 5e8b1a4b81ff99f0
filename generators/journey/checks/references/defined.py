"""What a file brings into a cluster: its object, and what controllers make from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from journey.artifact import Unit
from journey.names import BY_HAND
from journey.objects import Object, descend, mapping, mappings, text, texts

DERIVED = "~"
"""Before an identity: it comes to be, but is not this file's alone, so a second one is no duplicate."""

ANYTHING = "*"
"""As kind and name: the namespace is filled by a chart that nobody renders here, so nothing in it can be missed."""

_CLUSTERS = "clusters/"
_MOST_CLAIMS = 100
_CERTIFIED = ("cert-manager.io/cluster-issuer", "cert-manager.io/issuer")
"""Annotations by which cert-manager makes the secrets that an Ingress or a Gateway names (its docs, "Usage")."""


class Made(NamedTuple):
    """Something that comes to be: `kind` is `<Kind>.<group>`; `shared` where others may bring it too."""

    kind: str
    namespace: str
    name: str
    shared: bool = True
    cluster: str = ""


def cluster_of(unit: Unit, path: str) -> str:
    """The cluster that a file is applied to: what stands below `clusters/<cluster>/` is that cluster's."""
    return path.split("/", 2)[1] if path.startswith(_CLUSTERS) else unit.cluster


def brought(cluster: str, found: Object) -> tuple[str, ...]:
    """The identities `<cluster>|<Kind>.<group>|<namespace>|<name>` that an object of a cluster brings.

    The group is empty for the core, the namespace for what stands in none. A port of a Service, or a listener of a
    Gateway, has the identity of its object with `:<port>` behind it. See `DERIVED` and `ANYTHING` for the rest.
    """
    own = f"{cluster}|{found.kind}.{found.group}|{found.namespace}|{found.name}"
    make = _MAKES.get(found.kind)
    if make is None:
        return (own,)
    return (own, *[_identity(made, cluster) for made in make(found)])


def _identity(made: Made, cluster: str) -> str:
    kind, namespace, name, shared, other = made
    return f"{DERIVED if shared else ''}{other or cluster}|{kind}|{namespace}|{name}"


def _service(found: Object) -> Iterator[Made]:
    for port in mappings(found.spec, "ports"):
        for word in (port.get("port"), port.get("name")):
            if word:
                yield Made("Service.", found.namespace, f"{found.name}:{word}")


def _gateway(found: Object) -> Iterator[Made]:
    for listener in mappings(found.spec, "listeners"):
        yield Made(f"Gateway.{found.group}", found.namespace, f"{found.name}:{text(listener, 'name')}")
        if _is_certified(found):
            for secret in mappings(mapping(listener, "tls"), "certificateRefs"):
                yield Made("Secret.", found.namespace, text(secret, "name"))


def _ingress(found: Object) -> Iterator[Made]:
    if _is_certified(found):
        for tls in mappings(found.spec, "tls"):
            yield Made("Secret.", found.namespace, text(tls, "secretName"))


def _is_certified(found: Object) -> bool:
    annotations = descend(found.content, ("metadata", "annotations"))
    return any(annotation in annotations for annotation in _CERTIFIED)


def _external_secret(found: Object) -> Iterator[Made]:
    """`creationPolicy: Merge` and `None` make no Secret (external-secrets.io, "Lifecycle")."""
    target = mapping(found.spec, "target")
    if target.get("creationPolicy", "Owner") in ("Owner", "Orphan"):
        yield Made("Secret.", found.namespace, text(target, "name") or found.name, shared=False)


def _certificate(found: Object) -> Iterator[Made]:
    if secret := text(found.spec, "secretName"):
        yield Made("Secret.", found.namespace, secret, shared=False)


def _namespace(found: Object) -> Iterator[Made]:
    """The Secrets that somebody makes once, by hand or by a script, as the namespace itself says."""
    for name in text(descend(found.content, ("metadata", "annotations")), BY_HAND).split():
        yield Made("Secret.", found.name, name)


def _cluster(found: Object) -> Iterator[Made]:
    """CloudNativePG makes three Services and, unless one is given, the application's Secret (docs, "Applications")."""
    if found.group != "postgresql.cnpg.io":
        return
    for role in ("rw", "ro", "r"):
        yield Made("Service.", found.namespace, f"{found.name}-{role}", shared=False)
        for port in ("5432", "postgres"):
            yield Made("Service.", found.namespace, f"{found.name}-{role}:{port}")
    for secret in ("app", "superuser", "ca"):
        yield Made("Secret.", found.namespace, f"{found.name}-{secret}")


def _pooler(found: Object) -> Iterator[Made]:
    """CloudNativePG's PgBouncer stands behind a Service of the Pooler's own name."""
    yield Made("Service.", found.namespace, found.name, shared=False)
    for port in ("5432", "pgbouncer"):
        yield Made("Service.", found.namespace, f"{found.name}:{port}")


def _scaled_object(found: Object) -> Iterator[Made]:
    """KEDA's HorizontalPodAutoscaler is `keda-hpa-<name>` unless named (keda.sh, "ScaledObject specification")."""
    config = descend(found.spec, ("advanced", "horizontalPodAutoscalerConfig"))
    name = text(config, "name") or f"keda-hpa-{found.name}"
    yield Made("HorizontalPodAutoscaler.autoscaling", found.namespace, name, shared=False)


def _stateful_set(found: Object) -> Iterator[Made]:
    """A claim a template and pod: `<template>-<set>-<ordinal>` (Kubernetes, "StatefulSets")."""
    replicas = found.spec.get("replicas", 1)
    count = min(replicas, _MOST_CLAIMS) if isinstance(replicas, int) else 1
    for claim in mappings(found.spec, "volumeClaimTemplates"):
        name = text(mapping(claim, "metadata"), "name")
        for ordinal in range(count):
            yield Made("PersistentVolumeClaim.", found.namespace, f"{name}-{found.name}-{ordinal}")


def _application(found: Object) -> Iterator[Made]:
    """The namespace that `CreateNamespace=true` makes, and what a chart from elsewhere fills it with."""
    target = mapping(found.spec, "destination")
    namespace, named = text(target, "namespace"), text(target, "name")
    cluster = "" if named == "in-cluster" else named
    if "CreateNamespace=true" in texts(mapping(found.spec, "syncPolicy"), "syncOptions"):
        yield Made("Namespace.", "", namespace, cluster=cluster)
    if any(is_foreign(source) for source in sources(found)):
        yield Made(ANYTHING, namespace, ANYTHING, cluster=cluster)


def sources(application: Object) -> tuple[Mapping[str, object], ...]:
    """An Application's one source, or its several."""
    return (*filter(None, [mapping(application.spec, "source")]), *mappings(application.spec, "sources"))


def is_foreign(source: Mapping[str, object]) -> bool:
    """Whether an Application's source is a packaged chart, not a folder of a Git repository."""
    return "chart" in source or str(source.get("repoURL", "")).startswith("oci://") or source.get("path") == "."


def _helm_release(found: Object) -> Iterator[Made]:
    """What Flux installs from a packaged chart, and the namespace if it is to make it (fluxcd.io, "HelmRelease")."""
    namespace = text(found.spec, "targetNamespace") or found.namespace
    if descend(found.spec, ("chart", "spec", "sourceRef")).get("kind") != "GitRepository":
        yield Made(ANYTHING, namespace, ANYTHING)
    if mapping(found.spec, "install").get("createNamespace") is True:
        yield Made("Namespace.", "", namespace)


_MAKES: Mapping[str, Callable[[Object], Iterator[Made]]] = {
    "Application": _application,
    "Certificate": _certificate,
    "Cluster": _cluster,
    "ExternalSecret": _external_secret,
    "Gateway": _gateway,
    "HelmRelease": _helm_release,
    "Ingress": _ingress,
    "Namespace": _namespace,
    "Pooler": _pooler,
    "ScaledObject": _scaled_object,
    "Service": _service,
    "StatefulSet": _stateful_set,
}
