"""What else a scalar could say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.explain.variants import MOST, variants
from journey.spec.service import Service
from journey.spec.shape import Shape, shape_of
from journey.spec.validate import Validator


def known(kind: str) -> tuple[str, ...]:
    return {"team": ("web", "data"), "port": ("http", "admin")}.get(kind, ())


def at(*path: str) -> Shape:
    shape = shape_of(Service)
    for step in path:
        found = shape.fields[step].shape if shape.kind == "record" else shape.element
        assert found is not None
        shape = found
    return shape


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("enabled",), True, [False]),
        (("priority",), "normal", ["critical", "high", "low"]),
        (("team",), "web", ["data"]),
        (("team",), "data", ["web"]),
        (("routes", "api", "timeout"), "30s", ["31s", "60s", "29s", "1800s"]),
        (("resources", "limits", "memory"), "64Mi", ["65Mi", "128Mi", "63Mi", "3840Mi", "256Mi"]),
        (("ports", "http", "port"), 8080, [8081, 8079, 16160, 4040, 1, 65535]),
        (("scaling", "min"), 10000, [9999, 5000, 0]),
        (("routes", "api", "port"), "http", ["admin"]),
        (("needs", "", "port"), "http", ["admin"]),
        (("needs", "", "port"), 443, ["http", "admin", 444, 442, 886, 221]),
        (("release", "version"), "1.4.0", ["1.5.0", "1.3.0", "1.4.2"]),
        (("description",), "a", ["ax", "xa", "a0", "", "a/x", "x.a"]),
    ],
)
def test_a_scalar_has_other_values(path: tuple[str, ...], value: object, expected: list[object]) -> None:
    assert variants(at(*path), value, known) == expected


def test_a_network_has_a_neighbour() -> None:
    cidrs = at("needs", "", "cidrs").element
    assert cidrs is not None
    assert variants(cidrs, "192.0.2.0/24", known) == ["192.0.3.0/24"]
    assert variants(cidrs, "2001:db8::/32", known) == ["2001:db9::/32"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("enabled",), [True, False]),
        (("priority",), ["critical", "high", "low", "normal"]),
        (("scaling", "max"), [1, 10000, 7, 10]),
    ],
)
def test_what_is_not_said_has_values_too(path: tuple[str, ...], expected: list[object]) -> None:
    assert variants(at(*path), None, known) == expected


SCALARS: Any = st.sampled_from(
    [
        (("routes", "api", "path"), st.from_regex(r"\A/[a-z/]{0,9}\Z")),
        (("routes", "api", "timeout"), st.from_regex(r"\A[0-9]{1,4}(ms|s|m)\Z")),
        (("ports", "http", "port"), st.integers(1, 65535)),
        (("description",), st.text(max_size=5)),
    ]
)


@given(SCALARS.flatmap(lambda item: st.tuples(st.just(item[0]), item[1])))
def test_every_other_value_is_another_and_allowed(drawn: tuple[tuple[str, ...], object]) -> None:
    path, value = drawn
    found = variants(at(*path), value, known)
    assert value not in found
    assert 0 < len(found) <= MOST
    for other in found:
        validator = Validator("")
        validator.clean(at(*path), other)
        assert validator.problems == []
