"""The schema check over artifacts: where its Problems point, and what they say."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from journey.artifact import Artifact, Format, Unit
from journey.checks.schemas import inspect_unit
from journey.objectschemas import Schemas
from journey.problem import Pointer, Problem

UNIT = Unit("kubernetes", "dev", "local", "auth")
ORIGIN = Pointer("apps/auth/service.yaml", ("name",))
SERVICE: dict[str, Any] = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "auth"}}
UNKNOWN_HINT = "name a file with the kind's CustomResourceDefinition under schemas: in platform.yaml"


class Run:
    """A run whose every cluster has one version."""

    schemas = Schemas()

    def kubernetes(self, cluster: str) -> str:
        assert cluster == "local"
        return "1.34"


def problems(content: object, unit: Unit = UNIT, format: Format = Format.YAML) -> list[Problem]:
    return list(inspect_unit(unit, [Artifact("dev/service-auth.yaml", format, content, ORIGIN)], Run()))


def test_a_good_object_gives_no_problem() -> None:
    assert problems(SERVICE) == []
    assert problems(MappingProxyType(SERVICE)) == []


def test_each_fault_is_a_problem_at_the_artifacts_origin() -> None:
    content = {**SERVICE, "spec": {"ports": [{"prot": 80}], "type": 3}}
    hint = "Kubernetes 1.34 would refuse it"
    assert problems(content) == [
        Problem(ORIGIN, "schema/invalid", f"dev/service-auth.yaml: {message}", hint)
        for message in (
            "spec.ports[0].port: required, but missing",
            'spec.ports[0].prot: unknown field "prot", did you mean "port"?',
            "spec.type: 3 must be a string",
        )
    ]


def test_a_kind_that_nobody_knows_is_a_problem() -> None:
    content = {"apiVersion": "example.com/v1", "kind": "Thing"}
    message = "dev/service-auth.yaml: no schema for Thing of example.com/v1 in Kubernetes 1.34"
    assert problems(content) == [Problem(ORIGIN, "schema/unknown-kind", message, UNKNOWN_HINT)]


@pytest.mark.parametrize("content", [{**SERVICE, "kind": ["Service"]}, {**SERVICE, "apiVersion": 1}])
def test_an_identity_that_is_no_string_is_a_problem(content: dict[str, Any]) -> None:
    assert [(problem.rule, problem.message) for problem in problems(content)] == [
        ("schema/invalid", "dev/service-auth.yaml: apiVersion and kind must be strings")
    ]


BAD: dict[str, Any] = {**SERVICE, "spec": 1}


def test_only_kubernetes_objects_of_a_cluster_are_judged() -> None:
    assert len(problems(BAD)) == 1
    assert problems(BAD, unit=UNIT._replace(cluster="")) == []
    assert problems(BAD, format=Format.JSON) == []
    assert problems([BAD]) == []
    assert problems({"apiVersion": "v2", "name": "chart"}) == []
