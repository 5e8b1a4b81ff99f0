"""Kubernetes' own kinds: verdicts equal to kubernetes-validate's, and messages that a person understands."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey.formats.yaml import Literal
from journey.objectschemas import Schemas, kubernetes, kubernetes_versions

VERSIONS = ("1.28", "1.34", kubernetes_versions()[-1])

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "auth", "labels": {"app.kubernetes.io/name": "auth"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "auth"}},
        "template": {
            "metadata": {"labels": {"app": "auth"}},
            "spec": {
                "containers": [
                    {
                        "name": "auth",
                        "image": "example.com/auth:1",
                        "ports": [{"containerPort": 8080}],
                        "resources": {"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"memory": 1024}},
                        "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}},
                    }
                ]
            },
        },
    },
}
GOOD: tuple[dict[str, Any], ...] = (
    DEPLOYMENT,
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"A": "b"}},
    {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"A": "YQ=="}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}},
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": None}},
    {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "a"},
        "spec": {"maxUnavailable": "50%", "selector": {}},
    },
    {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "a"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"ports": [{"port": 80}]}]},
    },
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com",
            "names": {"kind": "Thing", "plural": "things"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": {"type": "object"}}}},
                }
            ],
        },
    },
)
CONTAINER = ("spec", "template", "spec", "containers", 0)


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The Deployment with another value in one place."""
    content = copy.deepcopy(DEPLOYMENT)
    node: Any = content
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return content


FAULTS = [
    (("spec", "replicas"), "three", 'spec.replicas: "three" must be a whole number'),
    (("spec", "paused"), "yes", 'spec.paused: "yes" must be true or false'),
    (("spec", "template"), [], "spec.template: [] must be a mapping"),
    (("specs",), {}, 'specs: unknown field "specs", did you mean "spec"?'),
    (("spec", "zzz"), 1, 'spec.zzz: unknown field "zzz"'),
    (
        (*CONTAINER, "imagePullPolice"),
        "Always",
        (
            'spec.template.spec.containers[0].imagePullPolice: unknown field "imagePullPolice", '
            'did you mean "imagePullPolicy"?'
        ),
    ),
    (("spec", "selector"), None, None),
    ((*CONTAINER, "ports"), [{}], "spec.template.spec.containers[0].ports[0].containerPort: required, but missing"),
    (
        (*CONTAINER, "livenessProbe", "httpGet", "port"),
        [],
        "spec.template.spec.containers[0].livenessProbe.httpGet.port: [] must be a string or a whole number",
    ),
    (
        (*CONTAINER, "resources", "limits"),
        {"memory": None},
        "spec.template.spec.containers[0].resources.limits.memory: null must be a string or a number",
    ),
    (("metadata", "labels"), {"a": 1}, "metadata.labels.a: 1 must be a string"),
    (("metadata", "nmae"), "x", 'metadata.nmae: unknown field "nmae", did you mean "name"?'),
]


def verdict(content: Mapping[str, Any], version: str) -> bool:
    """What the package's own validator says."""
    try:
        kubernetes_validate.validate(dict(content), version, strict=True)
    except kubernetes_validate.ValidationError:
        return False
    return True


@pytest.mark.parametrize("version", VERSIONS)
def test_good_objects_are_taken_as_by_kubernetes_validate(version: str) -> None:
    schemas = Schemas()
    for content in GOOD:
        assert verdict(content, version)
        assert schemas.errors(version, content) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("path", "value", "message"), FAULTS)
def test_bad_objects_are_judged_as_by_kubernetes_validate(
    version: str, path: tuple[str | int, ...], value: object, message: str | None
) -> None:
    content = changed(path, value)
    assert [str(finding) for finding in Schemas().errors(version, content)] == ([message] if message else [])
    assert verdict(content, version) is (message is None)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (
            ("metadata", "labels"),
            {"a": "x y"},
            (
                'metadata.labels.a: "x y" is not a label\'s value '
                '(at most 63 letters, digits, "-", "_", ".", the first and last a letter or digit)'
            ),
        ),
        (
            ("metadata", "annotations"),
            {"a b": "x"},
            (
                "metadata.annotations.a b: the key is not a label's or annotation's key "
                '(such as "example.com/name"; at most 63 characters after the "/")'
            ),
        ),
        (
            ("spec", "template", "spec", "overhead"),
            {"cpu": "1 GB"},
            'spec.template.spec.overhead.cpu: "1 GB" is not a quantity such as "500m" or "1Gi"',
        ),
        (("spec", "replicas"), 2**31, "spec.replicas: 2147483648 must be at most 2147483647"),
    ],
)
def test_the_api_server_refuses_more_than_the_published_schemas(
    path: tuple[str | int, ...], value: object, message: str
) -> None:
    content = changed(path, value)
    assert verdict(content, "1.34")
    assert [str(finding) for finding in Schemas().errors("1.34", content)] == [message]


@pytest.mark.parametrize(
    "quantity", ["1", "0.5", ".5", "1.", "-1", "+1Ki", "100m", "1e3", "1E", "12E-3", "2Ei", 3, 0.5]
)
def test_quantities_in_every_form_are_taken(quantity: object) -> None:
    content = changed((*CONTAINER, "resources", "limits", "memory"), quantity)
    assert Schemas().errors("1.34", content) == []


@pytest.mark.parametrize("quantity", ["", "m", "1kk", "1ki", "1 ", "1,5", "1e", "0x1", "1e1.5"])
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    content = changed((*CONTAINER, "resources", "limits", "memory"), quantity)
    assert "is not a quantity" in str(Schemas().errors("1.34", content)[0])


def test_a_secret_is_base64() -> None:
    content = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"A": "not base64!"}}
    assert [str(finding) for finding in Schemas().errors("1.34", content)] == ['data.A: "not base64!" is not base64']


@pytest.mark.parametrize(
    "content",
    [
        {"apiVersion": "apps/v2", "kind": "Deployment"},
        {"apiVersion": "apps/v1", "kind": "deployment"},
        {"apiVersion": "apps.example.com/v1", "kind": "Deployment"},
        {"apiVersion": "apps/v1", "kind": "DeploymentList"},
        {"apiVersion": "v1", "kind": "DeleteOptions"},
        {"apiVersion": "v1", "kind": "../../schemas"},
    ],
)
def test_what_is_no_object_of_the_version_has_no_schema(content: dict[str, Any]) -> None:
    schemas = Schemas()
    assert schemas.validator("1.34", content["apiVersion"], content["kind"]) is None
    message = f"kind: no schema for {content['kind']} of {content['apiVersion']}"
    assert [str(finding) for finding in schemas.errors("1.34", content)] == [message]


def test_versions_run_without_a_gap_from_1_28() -> None:
    versions = kubernetes_versions()
    assert versions == tuple(f"1.{minor}" for minor in range(28, 28 + len(versions)))
    assert "1.34" in versions


def test_the_next_version_is_empty_after_the_newest() -> None:
    assert kubernetes.next_version("1.28") == "1.29"
    assert kubernetes.next_version(kubernetes_versions()[-1]) == ""


def test_a_version_without_schemas_is_told_with_those_that_have_some() -> None:
    with pytest.raises(LookupError, match=r"no schemas for Kubernetes 1\.3; held are 1\.28, 1\.29"):
        Schemas().validator("1.3", "v1", "Pod")


def test_a_kind_is_found_by_its_file() -> None:
    assert kubernetes.is_served("1.34", "rbac.authorization.k8s.io/v1", "Role")
    assert kubernetes.is_served("1.34", "v1", "Pod")
    assert not kubernetes.is_served("1.34", "policy/v1beta1", "PodDisruptionBudget")


def test_trees_of_other_mappings_tuples_and_kinds_of_str_are_judged_like_plain_ones() -> None:
    schemas = Schemas()
    content = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": MappingProxyType({"name": "a", "finalizers": ("example.com/a",)}),
        "data": {"A": Literal("b\n")},
    }
    assert schemas.errors("1.34", content) == []
    content["metadata"] = MappingProxyType({"name": 1})
    assert [str(finding) for finding in schemas.errors("1.34", content)] == ["metadata.name: 1 must be a string"]


def test_a_key_that_is_no_string_is_judged_as_the_one_that_json_makes_of_it() -> None:
    content = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {2: 3, True: 2}}
    found = Schemas().errors("1.34", content)
    assert [str(finding) for finding in found] == ["data.2: 3 must be a string", "data.true: 2 must be a string"]
    assert found[0].path == ("data", "2")


STRICTER = ("is not a quantity", "label's", "is not base64", "must be at most", "must be at least")
"""What the messages say of faults that the published schemas leave open."""


def places(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all nodes below the root."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from places(child, (*path, step))


PLACES = [path for path in places(DEPLOYMENT) if path[0] not in ("apiVersion", "kind")]


@settings(max_examples=60)
@given(
    path=st.sampled_from(PLACES),
    value=st.sampled_from([None, True, 0, -1, 2**40, 1.5, "", "x", "1Gi", [], [1], {}, {"name": "x"}, {"a": {"b": 1}}]),
    beside=st.booleans(),
    version=st.sampled_from(VERSIONS),
)
def test_any_change_is_judged_as_by_kubernetes_validate(
    path: tuple[str | int, ...], value: object, beside: bool, version: str
) -> None:
    """`beside`: the value gets a field of its own, called like the one that stands there but for its last letter."""
    step = path[-1]
    content = changed((*path[:-1], f"{step}x") if beside and isinstance(step, str) else path, copy.deepcopy(value))
    messages = [str(finding) for finding in Schemas().errors(version, content)]
    plain = [message for message in messages if not any(words in message for words in STRICTER)]
    assert verdict(content, version) is not bool(plain)


def test_the_package_whose_data_are_read_is_not_imported() -> None:
    code = (
        "import sys; from journey.objectschemas import Schemas; "
        "Schemas().validator('1.34', 'v1', 'Pod'); print('kubernetes_validate' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def metadata(version: str) -> str:
    """The schema of the metadata, without remarks on how lists are merged."""
    reached = kubernetes.definitions(version).reachable(kubernetes.OBJECT_META)
    return json.dumps(
        {
            name: {
                field: {keyword: value for keyword, value in schema.items() if not keyword.startswith("x-")}
                for field, schema in definition.get("properties", {}).items()
            }
            for name, definition in reached.items()
        },
        sort_keys=True,
    )


def test_metadata_are_the_same_in_every_version() -> None:
    """Custom resources' validators serve every version of Kubernetes because of this."""
    assert len({metadata(version) for version in kubernetes_versions()}) == 1
