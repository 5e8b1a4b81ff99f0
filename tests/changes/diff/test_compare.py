"""Two versions of a file as differing fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.changes.diff.compare import (
    HIDDEN,
    MISSING,
    Difference,
    Thing,
    differences,
    duration,
    hidden,
    is_noise,
    parsed,
    quantity,
    same,
    thing,
)


def told(old: Any, new: Any) -> list[tuple[tuple[Any, ...], Any, Any]]:
    return [(found.name, found.old, found.new) for found in differences(old, new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"containers": [{"name": "a"}, {"name": "b"}]}, {"containers": [{"name": "b"}, {"name": "a"}]}),
        ({"cpu": "0.5"}, {"cpu": "500m"}),
        ({"memory": "1Gi"}, {"memory": "1024Mi"}),
        ({"interval": "90s"}, {"interval": "1m30s"}),
    ],
)
def test_what_means_the_same_does_not_differ(old: Any, new: Any) -> None:
    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": True}, [(("a",), 1, True)]),
        ({"a": "1"}, {"a": 1}, [(("a",), "1", 1)]),
        ({"cpu": "1"}, {"cpu": "1m"}, [(("cpu",), "1", "1m")]),
        ({"a": {}}, {}, [(("a",), {}, MISSING)]),
        ({}, {"a": [1]}, [(("a",), MISSING, [1])]),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]},
            {"env": [{"name": "N", "value": "0"}, {"name": "A", "value": "2"}, {"name": "B", "value": "1"}]},
            [(("env", "name=A", "value"), "1", "2"), (("env", "name=N"), MISSING, {"name": "N", "value": "0"})],
        ),
        ({"x": '{"a": 1, "b": 2}'}, {"x": '{"a": 1, "b": 3}'}, [(("x", "~", "b"), 2, 3)]),
        ({"x": "a: 1\nb: 2\n"}, {"x": "a: 1\nb: 3\n"}, [(("x", "~", "b"), 2, 3)]),
        ({"x": '{"a": 1}'}, {"x": '{"a":1}'}, [(("x",), '{"a": 1}', '{"a":1}')]),
        ("one\ntwo\n", "one\nsix\n", [(("line", "two", 1), "two", MISSING), (("line", "six", 1), MISSING, "six")]),
        ("one\ntwo\n", "two\none\n", [((), "one\ntwo\n", "two\none\n")]),
    ],
)
def test_what_differs_is_told_by_field(old: Any, new: Any, expected: list[Any]) -> None:
    assert told(old, new) == expected


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(NODES)
def test_nothing_differs_from_itself(node: Any) -> None:
    assert told({"a": node}, {"a": node}) == []


@given(st.dictionaries(st.sampled_from("abc"), st.integers()), st.dictionaries(st.sampled_from("abc"), st.integers()))
def test_every_key_that_differs_is_told_once(old: dict[str, int], new: dict[str, int]) -> None:
    keys = [name[0] for name, _, _ in told(old, new)]
    assert sorted(keys) == sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def test_quantities_and_durations_are_numbers() -> None:
    assert quantity("1.5Gi") == 1536 * 1024 * 1024
    assert quantity("250m") == quantity(0.25)
    assert quantity("much") is None
    assert duration("1h1m1s") == 3661
    assert duration(5) is None
    assert duration("5") is None
    assert not same(("a",), True, 1)


@pytest.mark.parametrize(
    ("name", "old", "new", "noise"),
    [
        (("metadata", "name"), "web-0123456789", "web-abcdef0123", True),
        (("metadata", "annotations", "checksum/config"), "a", "b", True),
        (("metadata", "name"), "web-0123456789", "api-abcdef0123", False),
        (("image",), "web@sha256:" + "a" * 64, "web@sha256:" + "b" * 64, False),
        (("commit",), "a" * 40, "b" * 40, False),
        (("name",), MISSING, "web-abcdef0123", False),
        (("value",), 1, 2, False),
    ],
)
def test_hashes_of_other_content_are_noise(name: tuple[str, ...], old: Any, new: Any, noise: bool) -> None:
    assert is_noise(Difference(name, name, old, new)) is noise


def test_secrets_are_never_text() -> None:
    secret = Difference(("data", "x"), ("data", "x"), "aGk=", "aG8=")
    assert hidden(Thing("Secret", "a"), secret)[2:] == (HIDDEN, HIDDEN)
    assert hidden(Thing("ConfigMap", "a"), secret) == secret
    added = Difference(("env", "DB_PASSWORD"), (), MISSING, "abc")
    assert hidden(Thing("", "a"), added)[2:] == (MISSING, HIDDEN)
    number = Difference(("MAX_TOKEN",), (), 1, 2)
    assert hidden(Thing("", "a"), number) == number
    line = Difference(("password", "line", "abc", 1), (), "abc", MISSING)
    assert "abc" not in repr(hidden(Thing("", "a"), line))
    whole = Difference((), (), MISSING, {"data": {"x": "aGk="}})
    assert "aGk" not in repr(hidden(Thing("Secret", "a"), whole))


def test_files_are_read_by_what_they_hold() -> None:
    assert parsed("a.yaml", b"day: 2026-01-01\n") == {"day": "2026-01-01"}
    assert parsed("a.json", b'{"a": 1}') == {"a": 1}
    assert parsed("a.yaml", b"{") == "{"
    assert parsed("CODEOWNERS", b"a: b\n") == "a: b\n"
    assert parsed("a.yaml", None) is MISSING
    assert thing("a.yaml", {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}) == Thing("Service", "a")
    assert thing("a.yaml", {"kind": "x"}) == Thing("", "a.yaml")
    assert repr(MISSING) == "(none)"
