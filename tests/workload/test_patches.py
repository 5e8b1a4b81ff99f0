"""Patches: which objects they fit, what they do, and what is said of those that do nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.workload.jsonpatch import PatchError, json_patch
from journey.workload.strategic import DELETED, strategic_merge
from tests.workload.platforms import Data, objects, pod_of, service, workload


def patched(*patches: Data, **fields: Any) -> dict[str, Data]:
    return objects(service(patches=list(patches), **fields))


def test_a_merge_reaches_into_lists_by_name_and_leaves_the_rest() -> None:
    merge = {
        "spec": {
            "minReadySeconds": 5,
            "template": {
                "spec": {
                    "priorityClassName": None,
                    "containers": [
                        {"name": "auth", "env": [{"name": "A", "value": "b"}], "ports": [{"containerPort": 9}]},
                        {"name": "agent", "image": "agent:1"},
                    ],
                }
            },
        }
    }
    found = patched({"target": {"kind": "Deployment"}, "merge": merge})["Deployment/auth"]
    assert found["spec"]["minReadySeconds"] == 5
    assert "priorityClassName" not in pod_of(found)
    own, agent = pod_of(found)["containers"]
    assert own["image"] == "ghcr.io/acme/auth:1.4.2"
    assert [item["name"] for item in own["env"]] == [
        "A",
        "JOURNEY_DEPLOYMENT_ID",
        "OTEL_SERVICE_NAME",
        "OTEL_RESOURCE_ATTRIBUTES",
    ]
    assert [item["containerPort"] for item in own["ports"]] == [8080, 9]
    assert agent == {"name": "agent", "image": "agent:1"}


def test_a_json_patch_does_its_operations_in_order() -> None:
    operations = [
        {"op": "add", "path": "/metadata/annotations", "value": {}},
        {"op": "add", "path": "/metadata/annotations/example.com~1a", "value": "b"},
    ]
    found = patched({"target": {"kind": "Service"}, "json": operations})
    assert found["Service/auth"]["metadata"]["annotations"] == {"example.com/a": "b"}


def test_a_config_map_is_named_without_its_hash_or_with_it() -> None:
    config = {"values": {"A": "b"}}
    name = objects(service(config=config))["ConfigMap/auth"]["metadata"]["name"]
    for target in ({"kind": "ConfigMap"}, {"kind": "ConfigMap", "name": name}):
        found = patched({"target": target, "merge": {"data": {"C": "d"}}}, config=config)["ConfigMap/auth"]
        assert found["data"] == {"A": "b", "C": "d"}


def test_extra_manifests_and_every_rendered_object_can_be_patched() -> None:
    extra = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}, "data": {"a": "b"}}]
    merge = {"target": {"kind": "ConfigMap", "name": "more"}, "merge": {"data": {"a": "c"}}}
    assert patched(merge, extra=extra)["ConfigMap/more"]["data"] == {"a": "c"}


def test_labels_of_one_object_are_not_those_of_the_others() -> None:
    merge = {"metadata": {"labels": {"example.com/a": "b"}}}
    found = patched({"target": {"kind": "Service"}, "merge": merge})
    assert found["Service/auth"]["metadata"]["labels"]["example.com/a"] == "b"
    assert "example.com/a" not in found["ServiceAccount/auth"]["metadata"]["labels"]


def test_an_object_can_be_deleted() -> None:
    assert "Service/auth" not in patched({"target": {"kind": "Service"}, "merge": {"$patch": "delete"}})


@pytest.mark.parametrize(
    ("patch", "reason"),
    [
        ({"target": {"kind": "Deployment", "name": "other"}, "merge": {}}, "no Deployment `other` is rendered"),
        ({"target": {"kind": "Ingress"}, "merge": {}}, "no Ingress `auth` is rendered"),
        (
            {"target": {"kind": "Service"}, "json": [{"op": "remove", "path": "/spec/nothing"}]},
            "operation 0 (remove /spec/nothing): there is no `nothing`",
        ),
        (
            {"target": {"kind": "Service"}, "json": [{"op": "replace", "path": "", "value": 1}]},
            "the patch leaves no object",
        ),
        (
            {"target": {"kind": "Service"}, "json": [{"op": "remove", "path": "/kind"}]},
            "the patch leaves no kind",
        ),
    ],
)
def test_a_patch_that_fits_nothing_is_told_with_its_number(patch: Data, reason: str) -> None:
    fitting = {"target": {"kind": "Service"}, "merge": {"metadata": {"labels": {"a": "b"}}}}
    found = workload(service(patches=[fitting, patch]))
    assert [(item.number, item.reason) for item in found.refused] == [(1, reason)]
    assert {item.kind: item.content for item in found.objects}["Service"]["metadata"]["labels"]["a"] == "b"


# The examples of RFC 6902, appendix A, and of what must be refused.
@pytest.mark.parametrize(
    ("document", "operations", "result"),
    [
        ({"foo": "bar"}, [{"op": "add", "path": "/baz", "value": "qux"}], {"foo": "bar", "baz": "qux"}),
        ({"foo": ["a", "c"]}, [{"op": "add", "path": "/foo/1", "value": "b"}], {"foo": ["a", "b", "c"]}),
        ({"foo": "bar", "baz": 1}, [{"op": "remove", "path": "/baz"}], {"foo": "bar"}),
        ({"foo": ["a", "b", "c"]}, [{"op": "remove", "path": "/foo/1"}], {"foo": ["a", "c"]}),
        ({"foo": "bar"}, [{"op": "replace", "path": "/foo", "value": 1}], {"foo": 1}),
        ({"foo": [1, 2]}, [{"op": "replace", "path": "/foo/0", "value": 3}], {"foo": [3, 2]}),
        (
            {"foo": {"bar": 1, "waldo": 2}, "qux": {}},
            [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
            {"foo": {"bar": 1}, "qux": {"thud": 2}},
        ),
        (
            {"foo": ["all", "grass", "cows", "eat"]},
            [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
            {"foo": ["all", "cows", "eat", "grass"]},
        ),
        ({"a": {"b": 1}}, [{"op": "copy", "from": "/a", "path": "/c"}], {"a": {"b": 1}, "c": {"b": 1}}),
        (
            {"foo": ["a", 2]},
            [{"op": "test", "path": "/foo/0", "value": "a"}, {"op": "test", "path": "/foo/1", "value": 2.0}],
            {"foo": ["a", 2]},
        ),
        ({"foo": "bar"}, [{"op": "add", "path": "/child", "value": {"x": {}}}], {"foo": "bar", "child": {"x": {}}}),
        ({"/": 9, "~1": 10}, [{"op": "test", "path": "/~01", "value": 10}], {"/": 9, "~1": 10}),
        ({"foo": ["bar"]}, [{"op": "add", "path": "/foo/-", "value": ["abc"]}], {"foo": ["bar", ["abc"]]}),
        ({"foo": [{"a": 1}]}, [{"op": "add", "path": "/foo/0/b", "value": 2}], {"foo": [{"a": 1, "b": 2}]}),
        ({"foo": 1}, [{"op": "replace", "path": "", "value": {"bar": 2}}], {"bar": 2}),
        ({"a": [1, {"b": True}]}, [{"op": "test", "path": "/a", "value": [1, {"b": True}]}], {"a": [1, {"b": True}]}),
    ],
)
def test_json_patch_is_that_of_the_rfc(document: Data, operations: list[Data], result: Data) -> None:
    before = repr(document)
    assert json_patch(document, operations) == result
    assert repr(document) == before


@pytest.mark.parametrize(
    ("document", "operation", "message"),
    [
        ({}, {"op": "remove", "path": "/a"}, "operation 0 (remove /a): there is no `a`"),
        ({}, {"op": "replace", "path": "/a", "value": 1}, "operation 0 (replace /a): there is no `a`"),
        ({}, {"op": "add", "path": "/a/b", "value": 1}, "operation 0 (add /a/b): there is no `a`"),
        ({"a": 1}, {"op": "add", "path": "/a/b", "value": 1}, "operation 0 (add /a/b): there is no `b`"),
        ({"a": []}, {"op": "add", "path": "/a/1", "value": 1}, "operation 0 (add /a/1): there is no item 1"),
        ({"a": []}, {"op": "remove", "path": "/a/-"}, "operation 0 (remove /a/-): `-` is no index"),
        ({"a": [1]}, {"op": "remove", "path": "/a/00"}, "operation 0 (remove /a/00): `00` is no index"),
        ({"a": 1}, {"op": "test", "path": "/a", "value": True}, "operation 0 (test /a): the value there is another"),
        ({}, {"op": "add", "path": "/a"}, "operation 0 (add /a): it has no value"),
        ({}, {"op": "add", "path": "a", "value": 1}, "operation 0 (add a): a path begins with `/`"),
        ({}, {"op": "remove", "path": ""}, "operation 0 (remove ): the whole object cannot be removed"),
        ({}, {"path": "/a"}, "operation 0 (None /a): there is no such operation"),
        ({}, {"op": "copy", "path": "/a"}, "operation 0 (copy /a): a path begins with `/`"),
        (
            {"a": {}},
            {"op": "move", "from": "/a", "path": "/a/b"},
            "operation 0 (move /a/b): a value cannot move below itself",
        ),
    ],
)
def test_an_operation_that_does_not_fit_is_told(document: Data, operation: Data, message: str) -> None:
    with pytest.raises(PatchError) as caught:
        json_patch(document, [operation])
    assert str(caught.value) == message


def deployment(**spec: Any) -> Data:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"$patch": "replace", "d": 3}}, {"a": {"d": 3}}),
        ({"a": {"b": 1}}, {"a": {"$patch": "delete"}}, {}),
        ({"a": 1}, {"a": {"b": None, "c": 2}}, {"a": {"c": 2}}),
        ({"args": ["a"]}, {"args": ["b"]}, {"args": ["b"]}),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]},
            {"env": [{"name": "C", "value": "3"}, {"name": "A", "value": "4"}]},
            {"env": [{"name": "A", "value": "4"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}]},
        ),
        (
            {"env": [{"name": "A"}, {"name": "B"}]},
            {"env": [{"name": "A", "$patch": "delete"}]},
            {"env": [{"name": "B"}]},
        ),
        ({"env": [{"name": "A"}]}, {"env": [{"$patch": "replace"}, {"name": "B"}]}, {"env": [{"name": "B"}]}),
        (
            {"volumeMounts": [{"mountPath": "/a", "name": "x"}]},
            {"volumeMounts": [{"mountPath": "/a", "readOnly": True}]},
            {"volumeMounts": [{"mountPath": "/a", "name": "x", "readOnly": True}]},
        ),
        (
            {"ports": [{"port": 80, "name": "http"}]},
            {"ports": [{"port": 80, "targetPort": 8080}]},
            {"ports": [{"port": 80, "name": "http", "targetPort": 8080}]},
        ),
        ({"tolerations": [{"key": "a"}]}, {"tolerations": [{"key": "b"}]}, {"tolerations": [{"key": "b"}]}),
        ({"finalizers": ["a"]}, {"finalizers": ["a", "b"]}, {"finalizers": ["a", "b"]}),
        ({}, {"containers": [{"name": "a"}]}, {"containers": [{"name": "a"}]}),
    ],
)
def test_a_strategic_merge_is_kubectls(base: Data, patch: Data, result: Data) -> None:
    before = repr(base)
    assert strategic_merge(deployment(**base), {"spec": patch})["spec"] == result
    assert repr(base) == before


def test_lists_of_custom_resources_are_replaced() -> None:
    base = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "ports": [{"port": 1, "a": 1}]}
    assert strategic_merge(base, {"ports": [{"port": 1}]})["ports"] == [{"port": 1}]


def test_a_whole_object_can_be_deleted() -> None:
    assert strategic_merge(deployment(), {"$patch": "delete"}) is DELETED


KEYS = ["spec", "template", "containers", "env", "ports", "name", "port", "$patch", "delete", "replace", "a"]
WORDS = st.sampled_from(KEYS)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(WORDS, TREES), st.dictionaries(WORDS, TREES))
def test_any_merge_leaves_what_it_was_given_and_never_fails(base: Data, patch: Data) -> None:
    before = repr((base, patch))
    strategic_merge({"apiVersion": "v1", **base}, patch)
    assert repr((base, patch)) == before


STEPS = WORDS | st.sampled_from(["0", "-", "~1"])
PATHS = st.lists(STEPS, max_size=4).map(lambda steps: "".join(f"/{step}" for step in steps))
OPERATIONS = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "other"]), "path": PATHS},
    optional={"from": PATHS, "value": TREES},
)


@given(TREES, st.lists(OPERATIONS, max_size=4))
def test_any_operation_fits_or_is_told(document: Any, operations: list[Data]) -> None:
    before = repr(document)
    try:
        json_patch(document, operations)
    except PatchError as error:
        assert str(error).startswith("operation ")
    assert repr(document) == before
