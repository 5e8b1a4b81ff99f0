"""Who set what, as `managedFields` tells it."""

from __future__ import annotations

from typing import Any

from journey.changes.drift.ownership import Owner, owners, sets

LIVE: dict[str, Any] = {
    "metadata": {
        "labels": {"app": "web"},
        "managedFields": [
            {
                "manager": "argocd-controller",
                "time": "2030-01-01T00:00:00Z",
                "fieldsV1": {
                    "f:metadata": {"f:labels": {"f:app": {}}},
                    "f:spec": {
                        "f:selector": {},
                        "f:containers": {'k:{"name":"web"}': {".": {}, "f:image": {}, "f:name": {}}},
                    },
                },
            },
            {
                "manager": "kubectl-edit",
                "time": "2030-01-02T00:00:00Z",
                "subresource": "scale",
                "fieldsV1": {
                    "f:metadata": {"f:finalizers": {'v:"b"': {}}},
                    "f:spec": {"f:replicas": {}, "f:gone": {}, "f:containers": {'k:{"name":"other"}': {"f:image": {}}}},
                },
            },
        ],
        "finalizers": ["a", "b"],
    },
    "spec": {
        "replicas": 3,
        "selector": {"app": "web"},
        "containers": [{"name": "spy", "image": "x"}, {"name": "web", "image": "y"}],
    },
}


def test_each_manager_with_the_nodes_that_it_set() -> None:
    (argocd, ours), (person, theirs) = owners(LIVE)
    assert argocd == Owner("argocd-controller", "2030-01-01T00:00:00Z")
    assert ours == {
        ("metadata", "labels", "app"),
        ("spec", "selector"),
        ("spec", "containers", 1, "image"),
        ("spec", "containers", 1, "name"),
    }
    assert person == Owner("kubectl-edit", "2030-01-02T00:00:00Z", "scale")
    assert theirs == {("metadata", "finalizers", 1), ("spec", "replicas")}


def test_a_node_inside_of_one_that_is_set_whole_is_set() -> None:
    paths = frozenset({("spec", "selector")})
    assert sets(paths, ("spec", "selector", "app")) and sets(paths, ("spec", "selector"))
    assert not sets(paths, ("spec",)) and not sets(paths, ("spec", "replicas"))


def test_an_object_without_managers() -> None:
    assert owners({"metadata": {}}) == []
