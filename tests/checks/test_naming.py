"""Names as Kubernetes takes them: alphabets, lengths, what stands once, selectors that last."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey import names
from journey.checks.naming import RULES, inspect_unit, key_fault, name_fault, value_fault
from journey.problem import Problem
from tests.checks.support import (
    DELETE,
    FOLDER,
    ORIGIN,
    STABLE,
    UNIT,
    Tree,
    artifacts,
    changed,
    made,
    service_objects,
    shared_objects,
)

POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)
WORD = "its name must be letters, digits, -, _ and ., beginning and ending with a letter or digit"
SHORTEN = "shorten the name of the service or environment that it follows from"


def problems(objects: Mapping[str, Tree]) -> list[Problem]:
    return list(inspect_unit(UNIT, artifacts(objects), None))


def said(objects: Mapping[str, Tree]) -> list[tuple[str, str]]:
    return [(problem.rule, problem.message.split(": ", 2)[2]) for problem in problems(objects)]


def test_a_clean_service_has_no_problem() -> None:
    assert problems(service_objects()) == []
    assert problems(shared_objects()) == []


@pytest.mark.parametrize(
    ("api_version", "kind", "name"),
    [
        ("v1", "ConfigMap", "a.b-c.0"),
        ("v1", "ConfigMap", "a" * 253),
        ("v1", "Namespace", "0"),
        ("v1", "Service", "a" * 63),
        ("batch/v1", "CronJob", "a" * 52),
        ("batch/v1", "Job", "a" * 63),
        ("apps/v1", "StatefulSet", "a" * 52),
        ("rbac.authorization.k8s.io/v1", "Role", "system:Any_thing"),
    ],
)
def test_what_fits_its_kind(api_version: str, kind: str, name: str) -> None:
    assert problems({"x": made(api_version, kind, name)}) == []


@pytest.mark.parametrize(
    ("kind", "name", "message", "hint"),
    [
        ("ConfigMap", "A", "A is no DNS-1123 subdomain: lower-case letters, digits and -, parts joined by .", ""),
        ("ConfigMap", "a..b", "a..b is no DNS-1123 subdomain: lower-case letters, digits and -, parts joined by .", ""),
        ("ConfigMap", "a" * 254, "has 254 characters, at most 253 fit: a DNS-1123 subdomain ends there", SHORTEN),
        ("Namespace", "a.b", "a.b is no DNS-1123 label: lower-case letters, digits and -", ""),
        (
            "Namespace",
            "a" * 64,
            f"{'a' * 64} has 64 characters, at most 63 fit a DNS-1123 label",
            SHORTEN,
        ),
        ("Service", "1a", "1a is no DNS-1035 label: lower-case letters, digits and -, beginning with a letter", ""),
        ("Service", "a" * 64, "has 64 characters, at most 63 fit a DNS-1035 label", SHORTEN),
        (
            "CronJob",
            "a" * 53,
            "has 53 characters, at most 52 fit: its Jobs' names end in 11 characters of its own",
            SHORTEN,
        ),
        ("Job", "a" * 64, "has 64 characters, at most 63 fit: its pods carry it in a label", SHORTEN),
        (
            "StatefulSet",
            "a" * 53,
            "has 53 characters, at most 52 fit: its pods carry it, with a hash of 11 characters, in a label",
            SHORTEN,
        ),
        ("Role", "a/b", "a/b has / or %, or is a dot", ""),
        ("ClusterRole", "..", ".. has / or %, or is a dot", ""),
    ],
)
def test_a_name_that_its_kind_does_not_take(kind: str, name: str, message: str, hint: str) -> None:
    assert problems({"x": made("v1", kind, name)}) == [
        Problem(ORIGIN, "naming/name", f"{FOLDER}/auth/x.yaml: {kind} {name}: name {message}", hint)
    ]


@given(st.text(max_size=70))
def test_what_is_taken_as_a_service_is_taken_as_any_other_name(name: str) -> None:
    if not name_fault("Service", name):
        assert not name_fault("Namespace", name)
        assert not name_fault("ConfigMap", name)
        assert not value_fault(name)


@given(st.lists(st.text("abc-0", min_size=1).filter(lambda part: part[0] != "-" != part[-1]), min_size=1, max_size=40))
def test_what_the_platform_joins_fits_a_label(parts: list[str]) -> None:
    assert not name_fault("Namespace", names.join(*parts))


@pytest.mark.parametrize("newline", ["a\n", "auth\n"])
def test_a_newline_at_the_end_is_seen(newline: str) -> None:
    assert name_fault("ConfigMap", newline)
    assert name_fault("Service", newline)
    assert key_fault(newline)
    assert value_fault(newline)


def test_a_namespace_that_no_namespace_can_have() -> None:
    objects = changed(service_objects(), "serviceaccount", "metadata", "namespace", to="a_b")
    assert problems(objects) == [
        Problem(
            ORIGIN,
            "naming/namespace",
            f"{FOLDER}/auth/serviceaccount.yaml: ServiceAccount auth: namespace a_b is no DNS-1123 label:"
            " lower-case letters, digits and -",
        )
    ]


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("a_b.c/d", "x", "prefix a_b.c is no DNS-1123 subdomain"),
        ("/a", "x", "prefix  is no DNS-1123 subdomain"),
        ("a/b/c", "x", "prefix a/b is no DNS-1123 subdomain"),
        (f"{'a' * 254}/b", "x", f"prefix {'a' * 254} is no DNS-1123 subdomain"),
        ("a" * 64, "x", "its name has 64 characters, at most 63 fit"),
        ("-a", "x", WORD),
        ("a", "x" * 64, "its value has 64 characters, at most 63 fit"),
        ("a", "x y", "its value must be letters, digits, -, _ and ., beginning and ending with a letter or digit"),
    ],
)
def test_a_label_that_kubernetes_does_not_take(key: str, value: str, fault: str) -> None:
    objects = changed(service_objects(), "serviceaccount", "metadata", "labels", to={key: value})
    assert said(objects) == [("naming/label", f"label {key}: {fault}")]
    objects = changed(service_objects(), "deployment", "spec", "template", "metadata", "labels", key, to=value)
    assert said(objects) == [("naming/label", f"label {key}: {fault}")]


def test_an_empty_label_is_taken_and_one_that_is_no_string_is_the_schemas_matter() -> None:
    assert said(changed(service_objects(), "role", "metadata", "labels", to={"some.example/x_Y": "", "n": 1})) == []


def test_an_annotation_has_any_value_but_not_any_key() -> None:
    notes = {"Example.com/note": "anything at all, however long" * 10, "no te": ""}
    assert said(changed(service_objects(), "role", "metadata", "annotations", to=notes)) == [
        (
            "naming/label",
            f"annotation no te: {WORD}",
        )
    ]


def test_labels_that_objects_share_are_told_once() -> None:
    objects = {"a": made("v1", "ConfigMap", "a"), "b": made("v1", "ConfigMap", "b")}
    objects["b"]["metadata"]["labels"] = objects["a"]["metadata"]["labels"] = {"-": ""}
    assert len(problems(objects)) == 1


@pytest.mark.parametrize("name", ["Http", "a" * 16, "80", "a--b", "-a"])
def test_a_container_port_must_be_a_service_name(name: str) -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "ports", 0, "name", to=name)
    rule = "at most 15 of lower-case letters, digits and -, with a letter and no --"
    assert said(objects) == [("naming/port", f"port {name} of container auth is no service name (RFC 6335): {rule}")]


def test_ports_of_a_service() -> None:
    def ports(*given: Tree) -> list[tuple[str, str]]:
        return said(changed(service_objects(), "service", "spec", "ports", to=list(given)))

    assert ports({"port": 80}) == []
    assert ports({"name": "a", "port": 53, "protocol": "UDP"}, {"name": "b", "port": 53}) == []
    assert ports({"name": "a", "port": 80}, {"port": 81}) == [("naming/port", "one of several ports has no name")]
    assert ports({"name": "a.b", "port": 80}) == [
        ("naming/port", "port a.b is no DNS-1123 label: lower-case letters, digits and -")
    ]
    assert ports({"name": "a", "port": 80}, {"name": "a", "port": 80, "protocol": "TCP"}) == [
        ("naming/unique", "port a stands there 2 times"),
        ("naming/unique", "port 80/TCP stands there 2 times"),
    ]


def test_what_a_pod_names_stands_once_and_is_a_label() -> None:
    objects = service_objects()
    pod = objects["deployment"]["spec"]["template"]["spec"]
    container = pod["containers"][0]
    pod["initContainers"] = [{"name": "auth"}, {"name": "a_b"}]
    pod["volumes"].append({"name": "tmp"})
    container["ports"].append({"name": "http", "containerPort": 9090})
    container["volumeMounts"].append({"name": "tmp", "mountPath": "/tmp"})
    assert said(objects) == [
        ("naming/unique", "container auth stands there 2 times"),
        ("naming/name", "container a_b is no DNS-1123 label: lower-case letters, digits and -"),
        ("naming/unique", "volume tmp stands there 2 times"),
        ("naming/unique", "port http of container auth stands there 2 times"),
        ("naming/unique", "mount path /tmp of container auth stands there 2 times"),
    ]


def test_a_bare_pod_is_judged_once() -> None:
    pod = made("v1", "Pod", spec={"containers": [{"name": "a"}]})
    pod["metadata"]["labels"] = {"-": ""}
    assert len(problems({"pod": pod})) == 1


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("deployment", ("spec", "selector", "matchLabels")),
        ("service", ("spec", "selector")),
        ("pdb", ("spec", "selector", "matchLabels")),
        ("networkpolicy", ("spec", "podSelector", "matchLabels")),
    ],
)
def test_no_selector_stands_on_what_changes_with_a_release(name: str, steps: tuple[str, ...]) -> None:
    objects = changed(service_objects(), name, *steps, names.DEPLOYMENT_ID, to="0123456789abcdef")
    assert ("naming/selector", f"its selector asks for {names.DEPLOYMENT_ID}, which changes with each release") in said(
        objects
    )


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("service", ("spec", "selector")),
        ("pdb", ("spec", "selector", "matchLabels")),
        ("networkpolicy", ("spec", "podSelector", "matchLabels")),
    ],
)
def test_a_selector_asks_for_no_more_than_the_workloads_own(name: str, steps: tuple[str, ...]) -> None:
    objects = changed(service_objects(), name, *steps, names.MANAGED_BY, to="journey")
    (problem,) = problems(objects)
    assert problem.rule == "naming/selector"
    assert problem.message.endswith(
        f"its selector asks for {names.MANAGED_BY}, which is not in the selector of Deployment auth"
    )
    assert problem.hint == "select by " + ", ".join(f"{key}={value}" for key, value in STABLE.items())
    assert problems(changed(service_objects(), name, *steps, names.INSTANCE, to=DELETE)) == []
    objects[name]["metadata"]["namespace"] = "other"
    assert problems(objects) == []


def test_a_unit_without_a_cluster_is_not_judged() -> None:
    assert list(inspect_unit(UNIT._replace(cluster=""), artifacts({"x": made("v1", "ConfigMap", "A")}), None)) == []


def test_each_rule_says_what_it_demands() -> None:
    assert set(RULES) == {f"naming/{rule}" for rule in ("name", "namespace", "label", "port", "unique", "selector")}
