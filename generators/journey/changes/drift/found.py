"""An object of the tree against the live one, by a server-side apply that is only tried.

What the try would change is drift: the server has filled in defaults on both sides, and fields that an autoscaler owns
are in neither. What people added beside the tree's fields a try does not see: it is told by who owns it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from journey.changes.diff.compare import MISSING, at, differences
from journey.changes.drift.ownership import Owner, owners, sets
from journey.explain.fields import LINE, Name, Path, leaves

MANAGER = "argocd-controller"
"""The field manager of Argo CD's server-side apply (argo-cd.readthedocs.io, "Sync Options")."""

CONTROLLERS = frozenset(
    {
        "argocd-application-controller",
        "cert-manager-cainjector",
        "cloud-controller-manager",
        "cluster-autoscaler",
        "external-secrets",
        "keda-operator",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubelet",
    }
)
"""Managers whose fields are a controller's own work on an object, by the names that their documentation or code gives
them; all others count as people's."""

HOOK = "argocd.argoproj.io/hook"
"""Objects of a sync's phases come and go with it (argo-cd.readthedocs.io, "Sync Phases and Waves")."""

Kind = Literal["missing", "changed", "added", "removed", "stray", "refused"]
_PASSING = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")


class Says(Exception):
    """The server refused; the message is its own."""


class Cluster(Protocol):
    """What drift asks of an API server. Each raises Says for what it refuses, and nothing is ever written."""

    def get(self, item: Mapping[str, Any]) -> Any:
        """The live object; None where there is none, or the server does not know its kind."""

    def tried(self, item: Mapping[str, Any], manager: str) -> Any:
        """What the live object would be after an apply."""

    def defaulted(self, item: Mapping[str, Any]) -> Any:
        """The object as the server would fill it in if it were new; None where that cannot be tried."""

    def items(self, api_version: str, kind: str, namespace: str) -> list[Any]:
        """All objects of a kind in a namespace."""


class Drift(NamedTuple):
    """A difference: what the tree says (`wanted`) and what is live, `MISSING` where there is nothing; who made it."""

    kind: Kind
    object: Mapping[str, Any]
    name: Name = ()
    path: Path = ()
    wanted: Any = MISSING
    live: Any = MISSING
    owner: Owner | None = None
    why: str = ""


def compared(cluster: Cluster, item: Mapping[str, Any], manager: str = MANAGER) -> Iterator[Drift]:
    """Every difference of one object of the tree."""
    if HOOK in (item["metadata"].get("annotations") or {}):
        return
    live = cluster.get(item)
    if live is None:
        yield Drift("missing", item)
        return
    known = owners(live)
    try:
        wanted = cluster.tried(item, manager)
    except Says as refusal:
        yield Drift("refused", item, owner=_last(known), why=str(refusal))
        return
    found = [*_differing(wanted, live, known, item), *_beside(item, live, known, manager)]
    if any(one.kind == "added" for one in found):
        # a list that is one value to the server loses its elements' defaults in a try, and belongs to who edits it
        filled = cluster.defaulted(item)
        found = [one for one in found if one.kind != "added" or at(filled, one.path) != one.live]
    told = {one.name: one for one in reversed(found)}
    yield from reversed(told.values())


Known = Sequence[tuple[Owner, frozenset[Path]]]


def _differing(wanted: Any, live: Any, known: Known, item: Mapping[str, Any]) -> Iterator[Drift]:
    """What the try would change."""
    for found in differences(lasting(wanted), lasting(live)):
        kind: Kind = "added" if found.old is MISSING else "removed" if found.new is MISSING else "changed"
        owner = _last(known) if kind == "removed" else _owner(known, found.path)
        yield Drift(kind, item, found.name, found.path, found.old, found.new, owner)


def _beside(item: Mapping[str, Any], live: Any, known: Known, manager: str) -> Iterator[Drift]:
    """Fields that somebody added and the tree has no word for, the outermost ones."""
    ours = {name for name, _, _ in leaves(item)}
    ours |= {name[:end] for name in ours for end in range(len(name))}
    passed: set[Name] = set()
    for name, path, _ in leaves(lasting(live)):
        depth = next((end for end in range(1, len(name) + 1) if name[:end] not in ours), 0)
        if not depth or name[:depth] in passed:
            continue
        who = [owner for owner, paths in known if sets(paths, path)]
        if who and not any(_passes(owner, manager) for owner in who):
            passed.add(name[:depth])
            yield Drift("added", item, name[:depth], path[:depth], MISSING, at(live, path[:depth]), who[-1])


def _passes(owner: Owner, manager: str) -> bool:
    return owner.manager == manager or owner.manager in CONTROLLERS or owner.subresource == "status"


def strays(
    cluster: Cluster, items: Sequence[Mapping[str, Any]], kinds: Sequence[tuple[str, str]], namespaces: Sequence[str]
) -> Iterator[Drift]:
    """Live objects of these kinds in these namespaces that the tree does not have and no other object owns."""
    known = {(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in items}
    for api_version, kind in kinds:
        for namespace in namespaces:
            for live in cluster.items(api_version, kind, namespace):
                metadata = live["metadata"]
                if (kind, namespace, metadata["name"]) in known or metadata.get("ownerReferences"):
                    continue
                if (kind, metadata["name"]) in OF_KUBERNETES or _of_controllers(live):
                    continue
                item = {"apiVersion": api_version, "kind": kind, "metadata": metadata}
                yield Drift("stray", item, owner=_last(owners(live)))


OF_KUBERNETES = {("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")}
"""What every namespace gets (kubernetes.io/docs/concepts/security/service-accounts, "Default service accounts")."""


def _of_controllers(live: Mapping[str, Any]) -> bool:
    """Whether controllers alone have written an object."""
    found = owners(live)
    return bool(found) and all(owner.manager in CONTROLLERS for owner, _ in found)


def lasting(item: Mapping[str, Any]) -> dict[str, Any]:
    """An object without its status and what the server counts and notes of each write."""
    metadata = {key: value for key, value in item["metadata"].items() if key not in _PASSING}
    return {**{key: value for key, value in item.items() if key != "status"}, "metadata": metadata}


def _owner(known: Known, path: Path) -> Owner | None:
    """Who set a node last."""
    plain = path[: next((at for at, step in enumerate(path) if step in ("~", LINE)), len(path))]
    who = [owner for owner, paths in known if sets(paths, plain) or any(one[: len(plain)] == plain for one in paths)]
    return max(who, key=lambda owner: owner.time) if who else _last(known)


def _last(known: Known) -> Owner | None:
    """Who, of those that are no controllers, wrote last: the server keeps no record of who took a field away."""
    people = [owner for owner, _ in known if owner.manager not in CONTROLLERS and owner.manager != MANAGER]
    return max(people, key=lambda owner: owner.time, default=None)
