"""What the processes of Argo CD may do in a cluster: narrower than its own manifests, which give the controller all.

The controller writes the kinds that the rendered tree has and reads their children. Where add-ons bring kinds that
nobody listed it writes any kind, still without impersonation, subresources of approval, or verbs it has no use for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journey import names
from journey.facts import delivery
from journey.facts.delivery import GroupKind
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd.components import CONTROLLER, NOTIFICATIONS, SERVER
from journey.targets.argocd.objects import Object, own_metadata
from journey.targets.argocd.projects import SHARED_CLUSTER_KINDS

READ = ("get", "list", "watch")
WRITE = (*READ, "create", "update", "patch", "delete")

CHILDREN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("pods", "persistentvolumeclaims", "events")),
    ("apps", ("controllerrevisions", "replicasets")),
    ("batch", ("jobs",)),
)
"""(API group, resources) that controllers make from what is synced; the health of a workload is read from them."""

_RBAC = "rbac.authorization.k8s.io"

_INSTALLED: tuple[GroupKind, ...] = (
    ("", "ConfigMap"),
    ("", "Namespace"),
    ("", "Service"),
    ("", "ServiceAccount"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("argoproj.io", "AppProject"),
    ("argoproj.io", "Application"),
    ("networking.k8s.io", "NetworkPolicy"),
    (_RBAC, "ClusterRole"),
    (_RBAC, "ClusterRoleBinding"),
    (_RBAC, "Role"),
    (_RBAC, "RoleBinding"),
)
"""Kinds of the installation, which Argo CD keeps as git has it; it watches a kind in all namespaces or not at all."""


def plural(kind: str) -> str:
    """The resource of a kind, by the rule that Kubernetes' own kinds and controller-gen follow."""
    word = kind.lower()
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"


def objects(view: View, hub: str) -> Iterator[Object]:
    """Roles and cluster roles with their bindings."""
    yield from _cluster_role(CONTROLLER, "application-controller", _controller_cluster_rules(view, hub))
    yield from _role(CONTROLLER, "application-controller", _controller_rules())
    yield from _cluster_role(SERVER, "server", _server_cluster_rules(view, hub))
    yield from _role(SERVER, "server", _server_rules())
    yield from _role(NOTIFICATIONS, "notifications-controller", _notification_rules())


def _rule(group: str, resources: Iterable[str], verbs: Iterable[str], *resource_names: str) -> Object:
    rule: Object = {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
    return {**rule, "resourceNames": list(resource_names)} if resource_names else rule


def _written(view: View, hub: str) -> dict[str, set[str]]:
    """API group -> resources that the cluster's own Applications bring."""
    kinds = {*SHARED_CLUSTER_KINDS, *_INSTALLED}
    for env in delivery.environments_on(view, hub):
        for team in delivery.holdings(view, env, hub):
            kinds |= set(delivery.team_kinds(view, team, env, hub))
        if delivery.has_shared(view, env, hub):
            kinds |= set(delivery.SHARED_KINDS)
    found: dict[str, set[str]] = {}
    for group, kind in kinds:
        found.setdefault(group, set()).add(plural(kind))
    return found


def _brings_any_kind(view: View, hub: str) -> bool:
    return bool(resolve.addons(view, hub))


def _controller_cluster_rules(view: View, hub: str) -> list[Object]:
    written = _written(view, hub)
    # One who grants must hold the right, or may escalate; nobody here can foresee the roles that are synced.
    grants = _rule(_RBAC, ["clusterroles", "roles"], ["bind", "escalate"])
    if _brings_any_kind(view, hub):
        return [_rule("*", ["*"], WRITE), grants]
    rules = [_rule(group, sorted(resources), WRITE) for group, resources in sorted(written.items())]
    return [*rules, *(_rule(group, resources, READ) for group, resources in CHILDREN), grants]


def _server_cluster_rules(view: View, hub: str) -> list[Object]:
    """Its page shows what is synced and its pods' logs; it changes nothing, and never reads a Secret of a service."""
    rules = [_rule(group, sorted(resources), ["get"]) for group, resources in sorted(_written(view, hub).items())]
    rules += [_rule(group, resources, ["get"]) for group, resources in CHILDREN]
    return [*rules, _rule("", ["events"], ["list"]), _rule("", ["pods/log"], ["get"])]


def _controller_rules() -> list[Object]:
    return [
        _rule("", ["configmaps", "secrets"], READ),
        _rule("argoproj.io", ["applications", "appprojects"], WRITE),
        _rule("", ["events"], ["create", "list"]),
    ]


def _server_rules() -> list[Object]:
    """It writes the two Secrets that it makes itself: its signing key and the first password."""
    return [
        _rule("", ["configmaps", "secrets"], READ),
        _rule("", ["secrets"], ["create"]),
        _rule("", ["secrets"], ["update", "patch"], "argocd-initial-admin-secret", "argocd-secret"),
        _rule("argoproj.io", ["applications"], [*READ, "update", "patch"]),
        _rule("argoproj.io", ["applicationsets", "appprojects"], READ),
        _rule("", ["events"], ["create", "list"]),
    ]


def _notification_rules() -> list[Object]:
    return [
        _rule("argoproj.io", ["applications"], [*READ, "update", "patch"]),
        _rule("argoproj.io", ["appprojects"], READ),
        _rule("", ["configmaps", "secrets"], ["list", "watch"]),
        _rule("", ["configmaps"], ["get"], "argocd-notifications-cm"),
        _rule("", ["secrets"], ["get"], "argocd-notifications-secret"),
    ]


def _role(name: str, role: str, rules: list[Object]) -> Iterator[Object]:
    yield from _granted("Role", name, role, rules)


def _cluster_role(name: str, role: str, rules: list[Object]) -> Iterator[Object]:
    yield from _granted("ClusterRole", name, role, rules)


def _granted(kind: str, name: str, role: str, rules: list[Object]) -> Iterator[Object]:
    metadata = own_metadata(name, role, namespaced=kind == "Role")
    api = f"{_RBAC}/v1"
    yield {"apiVersion": api, "kind": kind, "metadata": metadata, "rules": rules}
    yield {
        "apiVersion": api,
        "kind": f"{kind}Binding",
        "metadata": metadata,
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": names.ARGOCD_NAMESPACE}],
    }
