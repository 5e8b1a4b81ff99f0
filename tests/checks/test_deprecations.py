"""Removed and deprecated APIs: when each is told, how, and with what to use instead."""

from __future__ import annotations

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.checks import schemas
from journey.checks.deprecations import inspect_unit
from journey.objectschemas import Schemas
from journey.objectschemas.lifecycle import _GUIDE, is_deprecated, is_removed
from journey.problem import Level, Pointer, Problem

UNIT = Unit("kubernetes", "dev", "local", "auth")
ORIGIN = Pointer("apps/auth/service.yaml")


class Run:
    """A run whose clusters all have one version."""

    schemas = Schemas()

    def __init__(self, version: str) -> None:
        self.version = version

    def kubernetes(self, cluster: str) -> str:
        assert cluster == "local"
        return self.version


def artifacts(content: object, format: Format = Format.YAML) -> list[Artifact]:
    return [Artifact("dev/object.yaml", format, content, ORIGIN)]


def problems(version: str, api_version: str, kind: str) -> list[Problem]:
    content = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}
    return list(inspect_unit(UNIT, artifacts(content), Run(version)))


@pytest.mark.parametrize(
    ("version", "api_version", "kind", "message", "hint"),
    [
        (
            "1.34",
            "policy/v1beta1",
            "PodDisruptionBudget",
            "was removed in Kubernetes 1.25; the cluster has 1.34",
            "use policy/v1",
        ),
        (
            "1.28",
            "extensions/v1beta1",
            "Ingress",
            "was removed in Kubernetes 1.22; the cluster has 1.28",
            "use networking.k8s.io/v1",
        ),
        (
            "1.32",
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "FlowSchema",
            "was removed in Kubernetes 1.32; the cluster has 1.32",
            "use flowcontrol.apiserver.k8s.io/v1",
        ),
        (
            "1.34",
            "admissionregistration.k8s.io/v1beta1",
            "ValidatingAdmissionPolicy",
            "was removed in Kubernetes 1.34; the cluster has 1.34",
            "use admissionregistration.k8s.io/v1",
        ),
        (
            "1.30",
            "networking.k8s.io/v1alpha1",
            "ClusterCIDR",
            "was removed in Kubernetes 1.29; the cluster has 1.30",
            "find another way: nothing replaces it",
        ),
    ],
)
def test_a_removed_api_is_an_error(version: str, api_version: str, kind: str, message: str, hint: str) -> None:
    assert problems(version, api_version, kind) == [
        Problem(ORIGIN, "deprecations/removed", f"dev/object.yaml: {kind} of {api_version} {message}", hint)
    ]


@pytest.mark.parametrize(
    ("version", "api_version", "kind", "message", "hint"),
    [
        (
            "1.31",
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "FlowSchema",
            "is deprecated since Kubernetes 1.29 and is removed in Kubernetes 1.32",
            "use flowcontrol.apiserver.k8s.io/v1",
        ),
        (
            "1.29",
            "flowcontrol.apiserver.k8s.io/v1beta3",
            "FlowSchema",
            "is deprecated since Kubernetes 1.29 and is removed in Kubernetes 1.32",
            "use flowcontrol.apiserver.k8s.io/v1",
        ),
        (
            "1.33",
            "admissionregistration.k8s.io/v1beta1",
            "ValidatingAdmissionPolicy",
            "is removed in Kubernetes 1.34",
            "use admissionregistration.k8s.io/v1",
        ),
        (
            "1.34",
            "v1",
            "Endpoints",
            "is deprecated since Kubernetes 1.33",
            "use EndpointSlice of discovery.k8s.io/v1",
        ),
    ],
)
def test_a_deprecated_api_and_one_that_leaves_next_are_warnings(
    version: str, api_version: str, kind: str, message: str, hint: str
) -> None:
    message = f"dev/object.yaml: {kind} of {api_version} {message}"
    assert problems(version, api_version, kind) == [
        Problem(ORIGIN, "deprecations/deprecated", message, hint, Level.WARNING)
    ]


@pytest.mark.parametrize(
    ("version", "api_version", "kind"),
    [
        ("1.34", "apps/v1", "Deployment"),
        ("1.32", "v1", "Endpoints"),
        ("1.28", "flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema"),
        ("1.32", "admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy"),
        ("1.34", "policy.example.com/v1beta1", "PodDisruptionBudget"),
        ("1.34", "example.com/v1", "Thing"),
        ("1.34", "argoproj.io/v1alpha1", "Application"),
    ],
)
def test_what_stays_is_not_told(version: str, api_version: str, kind: str) -> None:
    assert problems(version, api_version, kind) == []


def test_only_kubernetes_objects_of_a_cluster_are_judged() -> None:
    removed = {"apiVersion": "policy/v1beta1", "kind": "PodDisruptionBudget"}
    run = Run("1.34")
    assert len(list(inspect_unit(UNIT, artifacts(removed), run))) == 1
    assert list(inspect_unit(UNIT._replace(cluster=""), artifacts(removed), run)) == []
    assert list(inspect_unit(UNIT, artifacts(removed, Format.JSON), run)) == []
    assert list(inspect_unit(UNIT, artifacts("text"), run)) == []
    assert list(inspect_unit(UNIT, artifacts({"apiVersion": ["v1"], "kind": "Pod"}), run)) == []


def test_what_is_removed_is_no_longer_deprecated() -> None:
    kind = ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema")
    assert [is_deprecated(version, *kind) for version in ("1.28", "1.29", "1.31", "1.32")] == [False, True, True, False]


KINDS = [(api_version, kind) for api_version, kinds, _ in _GUIDE for kind in kinds]


@pytest.mark.parametrize("version", ["1.28", "1.30", "1.34"])
def test_a_removed_kind_is_told_by_one_check_and_one_that_is_served_by_none(version: str) -> None:
    """The guide and the schemas agree: what it calls removed has no schema, and nothing else of it has none."""
    for api_version, kind in KINDS:
        content = artifacts({"apiVersion": api_version, "kind": kind})
        assert list(schemas.inspect_unit(UNIT, content, Run(version))) == []
        served = Run.schemas.validator(version, api_version, kind) is not None
        assert is_removed(version, api_version, kind) is not served
        rules = [problem.rule for problem in problems(version, api_version, kind)]
        assert ("deprecations/removed" in rules) is not served
