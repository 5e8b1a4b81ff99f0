"""One object against a live one.

The cluster is a double that merges as server-side apply does for these objects; a real server is asked by
`make e2e-drift`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from journey.changes.diff.compare import MISSING
from journey.changes.drift.found import HOOK, Drift, Says, compared, strays
from journey.changes.drift.ownership import Owner

ITEM: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "web", "labels": {"team": "web"}},
    "spec": {"type": "ClusterIP", "ports": [{"name": "http", "port": 80}]},
}
DEFAULTS = {"clusterIP": "10.0.0.1", "sessionAffinity": "None"}


def field(path: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for step in reversed(path):
        found = {f"f:{step}": found}
    return found


class Double:
    """A cluster with one live object; `refusal` is what a try is refused with."""

    def __init__(self, live: Any, refusal: str = "") -> None:
        self.live = live
        self.refusal = refusal
        self.managers: list[str] = []

    def get(self, item: Mapping[str, Any]) -> Any:
        return self.live

    def tried(self, item: Mapping[str, Any], manager: str) -> Any:
        self.managers.append(manager)
        if self.refusal:
            raise Says(self.refusal)
        merged = copy.deepcopy(self.live)
        merged["metadata"]["labels"] |= item["metadata"]["labels"]
        merged["spec"] |= item["spec"]
        merged["metadata"]["resourceVersion"] = "8"
        return merged

    def defaulted(self, item: Mapping[str, Any]) -> Any:
        return {
            **item,
            "spec": {**item["spec"], "ports": [{**port, "protocol": "TCP"} for port in item["spec"]["ports"]]},
        }

    def items(self, api_version: str, kind: str, namespace: str) -> list[Any]:
        return [item for item in self.live if item["kind"] == kind]


def live(*people: tuple[str, list[str]], **spec: Any) -> dict[str, Any]:
    """What is live: the item with defaults and other values; `people` are managers with a field each."""
    found = copy.deepcopy(ITEM)
    found["spec"] |= DEFAULTS | spec
    found["status"] = {"loadBalancer": {}}
    found["metadata"] |= {"resourceVersion": "7", "uid": "u", "generation": 2}
    found["metadata"]["managedFields"] = [
        {"manager": manager, "time": "2030-01-02T00:00:00Z", "fieldsV1": field(path)} for manager, path in people
    ]
    return found


def test_defaults_are_no_drift() -> None:
    cluster = Double(live())
    assert list(compared(cluster, ITEM)) == []
    assert cluster.managers == ["argocd-controller"]


def test_another_value_is_told_with_who_set_it() -> None:
    cluster = Double(live(("kubectl-edit", ["spec", "type"]), type="NodePort"))
    assert list(compared(cluster, ITEM)) == [
        Drift(
            "changed",
            ITEM,
            ("spec", "type"),
            ("spec", "type"),
            "ClusterIP",
            "NodePort",
            Owner("kubectl-edit", "2030-01-02T00:00:00Z"),
        )
    ]


def test_what_somebody_added_is_told_and_what_a_controller_added_is_not() -> None:
    person = Double(live(("kubectl-patch", ["spec", "externalName"]), externalName="x"))
    (found,) = compared(person, ITEM)
    assert (found.kind, found.path, found.wanted, found.live) == ("added", ("spec", "externalName"), MISSING, "x")
    for manager in ("kube-controller-manager", "argocd-controller"):
        assert list(compared(Double(live((manager, ["spec", "externalName"]), externalName="x")), ITEM)) == []


def test_an_added_tree_is_told_once() -> None:
    selector = {"app": "web", "version": "1"}
    (found,) = compared(Double(live(("me", ["spec", "selector"]), selector=selector)), ITEM)
    assert (found.path, found.live) == (("spec", "selector"), selector)


def test_defaults_that_a_try_loses_with_a_list_are_no_drift() -> None:
    ports = [{"name": "http", "port": 81, "protocol": "TCP"}]
    found = list(compared(Double(live(("me", ["spec", "ports"]), ports=ports)), ITEM))
    assert [(one.kind, one.path) for one in found] == [("changed", ("spec", "ports", 0, "port"))]
    found = list(compared(Double(live(("me", ["spec", "ports"]), ports=[{**ports[0], "protocol": "UDP"}])), ITEM))
    assert ("added", ("spec", "ports", 0, "protocol")) in [(one.kind, one.path) for one in found]


def test_who_took_a_field_away_is_who_wrote_last_if_anybody() -> None:
    gone = live(("kubectl-edit", ["spec", "selector"]), selector={"a": "b"})
    del gone["spec"]["type"]
    (found, _) = compared(Double(gone), ITEM)
    assert (found.kind, found.owner) == ("removed", Owner("kubectl-edit", "2030-01-02T00:00:00Z"))


def test_what_is_gone_and_what_cannot_be_brought_back() -> None:
    assert [found.kind for found in compared(Double(None), ITEM)] == ["missing"]
    refused = list(compared(Double(live(("me", ["spec", "type"]), type="x"), "field is immutable"), ITEM))
    assert refused == [Drift("refused", ITEM, owner=Owner("me", "2030-01-02T00:00:00Z"), why="field is immutable")]


def test_hooks_come_and_go() -> None:
    hook = {**ITEM, "metadata": {**ITEM["metadata"], "annotations": {HOOK: "Sync"}}}
    assert list(compared(Double(None), hook)) == []


def stray(name: str, kind: str = "ConfigMap", manager: str = "me", **metadata: Any) -> dict[str, Any]:
    fields = [{"manager": manager, "time": "2030-01-02T00:00:00Z", "fieldsV1": {}}]
    return {"kind": kind, "metadata": {"name": name, "namespace": "web", "managedFields": fields, **metadata}}


def test_objects_beside_the_tree_that_nobody_owns_are_strays() -> None:
    cluster = Double(
        [
            stray("mine"),
            stray("ours"),
            stray("kube-root-ca.crt"),
            stray("made", manager="kube-controller-manager"),
            stray("owned", ownerReferences=[{"kind": "Deployment"}]),
        ]
    )
    ours = {"kind": "ConfigMap", "metadata": {"name": "ours", "namespace": "web"}}
    found = list(strays(cluster, [ours], [("v1", "ConfigMap")], ["web"]))
    assert [(one.kind, one.object["metadata"]["name"]) for one in found] == [("stray", "mine")]
    assert found[0].owner == Owner("me", "2030-01-02T00:00:00Z")
