"""What the objects of a unit name in their cluster that the unit does not bring itself."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from journey.artifact import Artifact, Unit
from journey.checks.references import cloud
from journey.checks.references.defined import DERIVED, brought, cluster_of, is_foreign, sources
from journey.checks.references.pods import needed_by_pod
from journey.objects import Object, Tree, Workload, descend, files, group_of, mapping, mappings, text, texts

PATH = "path|"
"""Before the path of a folder, from the repository's root, that is synced and so must hold rendered files."""

CLUSTER = "cluster|"
"""Before the name of a cluster that an Application is sent to."""

FILE = "|File.||"
"""Before the path of a file with a chart's values: a reader of it names it, the target of charts brings it."""

_BUILT_IN = frozenset(
    (
        *(f"Namespace.||{name}" for name in ("default", "kube-node-lease", "kube-public", "kube-system")),
        *(f"ClusterRole.rbac.authorization.k8s.io||{name}" for name in ("admin", "cluster-admin", "edit", "view")),
        *(f"Service.|default|kubernetes{port}" for port in ("", ":443", ":https")),
        "Service.|kube-system|kube-dns",
        "AppProject.argoproj.io|argocd|default",
    )
)
"""What every cluster has (Kubernetes docs, "Initial namespaces", "User-facing roles"), and every Argo CD."""

_NAMESPACE_LABEL = "kubernetes.io/metadata.name"
_RBAC = "rbac.authorization.k8s.io"
_CLUSTER_ROLE = f"ClusterRole.{_RBAC}"
_GATEWAY_API = "gateway.networking.k8s.io"
_SECRETS = "external-secrets.io"
_FLUX_SOURCES = "source.toolkit.fluxcd.io"
_FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
_KEDA = "keda.sh"


Named: TypeAlias = tuple[str, str, str]
"""A name that an object gives: `<Kind>.<group>`, namespace, name. The kind is empty for a folder or a cluster."""


class Links(NamedTuple):
    """What ties a unit's files to others.

    defines: the identities that each file brings, see `brought`. refers: (index of a file, identity that it needs) for
    each name that the unit's own files do not satisfy, each once: an identity, or `path|<folder>`, or `cluster|<name>`.
    A reference that says it is optional, and what every cluster has, are left out.
    """

    defines: Sequence[tuple[str, ...]]
    refers: tuple[tuple[int, str], ...]


def links(unit: Unit, artifacts: Sequence[Artifact]) -> Links:
    """The links of a unit; one without a cluster has none.

    A service whose identity stands in a namespace that its unit does not render has switched `namespaceObjects` off:
    somebody else makes that namespace, so it is not missing.
    """
    if unit.target in cloud.TARGETS:
        return Links(*cloud.links(unit, artifacts))
    if not unit.cluster:
        return Links([()] * len(artifacts), ())
    defines: list[tuple[str, ...]] = []
    own: set[str] = set()
    needing: list[tuple[int, Object, str]] = []
    read = files(artifacts)
    spaces = frozenset(item.name for item in read.objects if item.kind == "Namespace")
    for number, found in enumerate(read.read):
        if found is None:
            defines.append((f"{FILE}{read[number].path}",) if unit.target == "helm" else ())
            continue
        cluster = cluster_of(unit, found.artifact.path)
        identities = brought(cluster, found)
        if found.kind == "ServiceAccount" and found.name == unit.service and found.namespace not in spaces:
            identities += (f"{DERIVED}{cluster}|Namespace.||{found.namespace}",)
        defines.append(identities)
        own.update(identities)
        if found.kind in _NAMES:
            needing.append((number, found, cluster))
    own.update([identity[len(DERIVED) :] for identity in own if identity.startswith(DERIVED)])
    return Links(defines, tuple(dict.fromkeys(_needed(needing, own))))


def _needed(needing: Iterable[tuple[int, Object, str]], own: Collection[str]) -> Iterator[tuple[int, str]]:
    for number, found, cluster in needing:
        for kind, namespace, name in _NAMES[found.kind](found):
            if not name:
                continue
            identity = f"{cluster}|{kind}|{namespace}|{name}" if kind else name
            if identity not in own and not _is_built_in(kind, namespace, name):
                yield number, identity


def _is_built_in(kind: str, namespace: str, name: str) -> bool:
    return (
        f"{kind}|{namespace}|{name}" in _BUILT_IN
        or (kind == "ServiceAccount." and name == "default")
        or (kind == "ConfigMap." and name == "kube-root-ca.crt")
        or (kind == _CLUSTER_ROLE and name.startswith("system:"))
        or (kind == "PriorityClass.scheduling.k8s.io" and name.startswith("system-"))
    )


def _pods(found: Object) -> Iterator[Named]:
    """What the pods use, and the headless Service that names a StatefulSet's."""
    assert isinstance(found, Workload)
    for kind, name in needed_by_pod(found):
        yield kind, "" if kind.startswith("PriorityClass") else found.namespace, name
    if found.kind == "StatefulSet":
        yield "Service.", found.namespace, text(found.spec, "serviceName")


def _route(found: Object) -> Iterator[Named]:
    """Gateway API: parents are Gateways and back ends are Services unless said otherwise; so is the namespace."""
    for parent in mappings(found.spec, "parentRefs"):
        yield _part(parent, found, "Gateway", _GATEWAY_API, parent.get("sectionName"))
    for rule in mappings(found.spec, "rules"):
        filters = mappings(rule, "filters")
        mirrors = [mapping(mapping(item, "requestMirror"), "backendRef") for item in filters]
        for backend in (*mappings(rule, "backendRefs"), *mirrors):
            yield _part(backend, found, "Service", "", backend.get("port"))
        for item in filters:
            extension = mapping(item, "extensionRef")
            yield (f"{text(extension, 'kind')}.{text(extension, 'group')}", found.namespace, text(extension, "name"))


def _part(reference: Tree, found: Object, kind: str, group: str, part: object) -> Named:
    """A reference of the Gateway API, to a port or listener where it says one."""
    name = text(reference, "name")
    whole = f"{reference.get('kind', kind)}.{reference.get('group', group)}"
    return whole, text(reference, "namespace") or found.namespace, f"{name}:{part}" if name and part else name


def _gateway(found: Object) -> Iterator[Named]:
    for listener in mappings(found.spec, "listeners"):
        for secret in mappings(mapping(listener, "tls"), "certificateRefs"):
            yield "Secret.", text(secret, "namespace") or found.namespace, text(secret, "name")


def _ingress(found: Object) -> Iterator[Named]:
    backends = [mapping(found.spec, "defaultBackend")]
    for rule in mappings(found.spec, "rules"):
        backends += [mapping(path, "backend") for path in mappings(mapping(rule, "http"), "paths")]
    for backend in backends:
        service = mapping(backend, "service")
        port = mapping(service, "port")
        number = port.get("number") or port.get("name")
        name = text(service, "name")
        yield "Service.", found.namespace, f"{name}:{number}" if name and number else name
    for tls in mappings(found.spec, "tls"):
        yield "Secret.", found.namespace, text(tls, "secretName")


def _scale_target(found: Object) -> Iterator[Named]:
    """HorizontalPodAutoscaler, ScaledObject and VerticalPodAutoscaler; KEDA's default kind is Deployment."""
    target = mapping(found.spec, "scaleTargetRef") or mapping(found.spec, "targetRef")
    group = group_of(text(target, "apiVersion") or "apps/v1")
    yield f"{target.get('kind', 'Deployment')}.{group}", found.namespace, text(target, "name")
    for trigger in mappings(found.spec, "triggers"):
        reference = mapping(trigger, "authenticationRef")
        kind = reference.get("kind", "TriggerAuthentication")
        yield f"{kind}.{_KEDA}", _scope(kind, found), text(reference, "name")


def _scope(kind: object, found: Object) -> str:
    """The namespace of something that stands beside the object, or in none when its kind is a cluster's."""
    return "" if str(kind).startswith("Cluster") else found.namespace


def _binding(found: Object) -> Iterator[Named]:
    role = mapping(found.content, "roleRef")
    yield f"{role.get('kind', 'Role')}.{_RBAC}", _scope(role.get("kind"), found), text(role, "name")
    for subject in mappings(found.content, "subjects"):
        if subject.get("kind") == "ServiceAccount":
            yield "ServiceAccount.", text(subject, "namespace") or found.namespace, text(subject, "name")


def _external_secret(found: Object) -> Iterator[Named]:
    items = (*mappings(found.spec, "data"), *mappings(found.spec, "dataFrom"))
    stores = [mapping(found.spec, "secretStoreRef"), *(descend(item, ("sourceRef", "storeRef")) for item in items)]
    for store in stores:
        kind = store.get("kind", "SecretStore")
        yield f"{kind}.{_SECRETS}", _scope(kind, found), text(store, "name")


def _certificate(found: Object) -> Iterator[Named]:
    issuer = mapping(found.spec, "issuerRef")
    kind = issuer.get("kind", "Issuer")
    yield f"{kind}.{issuer.get('group', 'cert-manager.io')}", _scope(kind, found), text(issuer, "name")


def _network_policy(found: Object) -> Iterator[Named]:
    """A peer that selects a namespace by the name that Kubernetes labels it with."""
    for rules, ends in (("ingress", "from"), ("egress", "to")):
        for rule in mappings(found.spec, rules):
            for peer in mappings(rule, ends):
                selector = mapping(peer, "namespaceSelector")
                if "matchLabels" in selector:
                    yield "Namespace.", "", text(mapping(selector, "matchLabels"), _NAMESPACE_LABEL)
                if "matchExpressions" in selector:
                    yield from _listed_namespaces(selector)


def _listed_namespaces(selector: Tree) -> Iterator[Named]:
    for expression in mappings(selector, "matchExpressions"):
        if expression.get("key") == _NAMESPACE_LABEL and expression.get("operator") == "In":
            yield from (("Namespace.", "", name) for name in texts(expression, "values"))


def _application(found: Object) -> Iterator[Named]:
    if found.group != "argoproj.io":
        return
    yield "AppProject.argoproj.io", found.namespace, text(found.spec, "project")
    destination = text(mapping(found.spec, "destination"), "name")
    if destination not in ("", "in-cluster"):
        yield "", "", f"{CLUSTER}{destination}"
    for source in sources(found):
        if path := _path_of(source) if not is_foreign(source) else "":
            yield "", "", f"{PATH}{path}"
            for values in texts(mapping(source, "helm"), "valueFiles"):
                yield "", "", f"{FILE}{posixpath.normpath(posixpath.join(path, values))}"


def _path_of(node: Tree) -> str:
    """A folder as it is written in identities: without `./` before it and `/` around it."""
    return text(node, "path").removeprefix("./").strip("/")


def _flux_kustomization(found: Object) -> Iterator[Named]:
    if found.group != _FLUX_KUSTOMIZE:
        return
    source = mapping(found.spec, "sourceRef")
    yield _flux_source(source, found)
    if source.get("kind") == "GitRepository" and (path := _path_of(found.spec)):
        yield "", "", f"{PATH}{path}"
    for other in mappings(found.spec, "dependsOn"):
        namespace = text(other, "namespace") or found.namespace
        yield f"Kustomization.{_FLUX_KUSTOMIZE}", namespace, text(other, "name")


def _flux_source(source: Tree, found: Object) -> Named:
    kind = f"{source.get('kind', '')}.{_FLUX_SOURCES}"
    return (kind, text(source, "namespace") or found.namespace, text(source, "name"))


def _helm_release(found: Object) -> Iterator[Named]:
    """A release, and of a chart in the repository its folder and its values (fluxcd.io, "Helm Charts")."""
    chart = descend(found.spec, ("chart", "spec"))
    source = mapping(chart, "sourceRef")
    yield _flux_source(source, found)
    yield _flux_source(mapping(found.spec, "chartRef"), found)
    if source.get("kind") == "GitRepository":
        yield "", "", f"{PATH}{posixpath.normpath(text(chart, 'chart'))}"
        for values in texts(chart, "valuesFiles"):
            yield "", "", f"{FILE}{posixpath.normpath(values)}"


def _postgresql(found: Object) -> Iterator[Named]:
    """CloudNativePG's Cluster, and what belongs to one."""
    if found.group != "postgresql.cnpg.io":
        return
    yield "Cluster.postgresql.cnpg.io", found.namespace, text(mapping(found.spec, "cluster"), "name")
    for steps in (("bootstrap", "initdb", "secret"), ("superuserSecret",)):
        yield "Secret.", found.namespace, text(descend(found.spec, steps), "name")


_NAMES: Mapping[str, Callable[[Object], Iterator[Named]]] = {
    "Application": _application,
    "Certificate": _certificate,
    "Cluster": _postgresql,
    "ClusterRoleBinding": _binding,
    "CronJob": _pods,
    "DaemonSet": _pods,
    "Database": _postgresql,
    "Deployment": _pods,
    "ExternalSecret": _external_secret,
    "GRPCRoute": _route,
    "Gateway": _gateway,
    "HTTPRoute": _route,
    "HelmRelease": _helm_release,
    "HorizontalPodAutoscaler": _scale_target,
    "Ingress": _ingress,
    "Job": _pods,
    "Kustomization": _flux_kustomization,
    "NetworkPolicy": _network_policy,
    "Pod": _pods,
    "Pooler": _postgresql,
    "RoleBinding": _binding,
    "ScaledObject": _scale_target,
    "ScheduledBackup": _postgresql,
    "StatefulSet": _pods,
    "TCPRoute": _route,
    "TLSRoute": _route,
    "VerticalPodAutoscaler": _scale_target,
}
