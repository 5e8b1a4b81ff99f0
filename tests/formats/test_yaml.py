from __future__ import annotations

import math
import pickle
from collections import OrderedDict
from enum import IntEnum, StrEnum
from types import MappingProxyType

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from journey.formats import yaml
from journey.formats.yaml import Commented, Literal, emit


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    BIG = 3


AWKWARD = (
    "", " ", "~", "=", "<<", "-", "--", "---", "...", "- x", "-x", "--flag=on", "?", "? x", "yes", "Yes", "YES", "no",
    "on", "Off", "y", "N", "true", "True", "TRUE", "false", "null", "Null", "NULL", "0", "00", "010", "08", "0o7",
    "0x1F", "0b1", "1_000", "1e3", "1E3", "+1", "-1", "1.", ".5", "1.5", "1.0e+3", ".inf", "-.inf", "+.INF", ".nan",
    ".NaN", "12:30", "12:30:45", "190:20:30.15", "2026-11-22", "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5", "1.2.3", "10.0.0.1", "10.0.0.0/8", "500m", "64Mi", "25%", "a: b", "a:", "a:b", ":a",
    "a #b", "a#b", "#a", "a ", " a", "a  b", "*x", "&x", "!x", "%x", "@x", "`x", "'x", '"x', "x'y\"z", "{}", "{a}",
    "[]", "[a]", "a, b", ",", "|", ">", "a\tb", "\ta", "a\t", "a\nb", "a\n", "a\n\n", "\na", "\n", "\n\n", " a\nb",
    "a\n b", "\n a", "\ta\nb", "a\n\tb", "a \nb", "a\n\nb\n\n\n", "a\r\nb", "a\rb", "# a\nb", "--- a\nb", "...\n",
    "\x00", "\x07", "\x1b[0m", "\x7f", "\x85", "\xa0", "\u2028", "\u2029a", "\ufeffa", "\u200b", "\u202eabc", "é",
    "日本", "😀", "a\u0301", "/path", "$(POD_IP)", "${X}", "\\", "a\\nb", "x" * 3000, "1e5a", "0.0.0.0:80", "22:22",
    "8080:80", "http://a.example.com:80/?q=1&r=2#f", "sha256:0123456789abcdef", "123e4567", "_1", "1__0", "+", ".",
    "..", ".5.", "-.5", "-.5_0", "e", "E1", "0xg", "nan", "inf", "infinity",
)  # fmt: skip


def read(text: str) -> object:
    """As YAML 1.1 reads it, by the reader that most tools are built on."""
    return pyyaml.load(text, Loader=pyyaml.CSafeLoader)


def alike(left: object, right: object) -> bool:
    """Equal in value and in type, all the way down; sequences compare as lists."""
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(alike(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(alike, left, right))
    return type(left) is type(right) and repr(left) == repr(right)


texts = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(st.sampled_from(" \n\t:#-'\"a1.0_|>&*!%@{}[],?=~<yneExo/\\"), max_size=12),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)


def test_a_deployment_reads_as_a_person_would_write_it() -> None:
    tree = {
        "apiVersion": "apps/v1",
        "metadata": {"name": "auth", "labels": {}, "annotations": {"prometheus.io/scrape": "true"}},
        "spec": {
            "replicas": 2,
            "ratio": 0.5,
            "paused": False,
            "containers": [
                {"name": "app", "args": ["--port=8080", "-v", "yes"], "env": [], "image": "example.com/auth:1.2.0"},
                {"name": "side", "resources": {"limits": {"memory": "64Mi"}}},
            ],
            "matrix": [[1, 2], [], {}, [["x"]], None],
        },
        "data": {"app.conf": "listen 80;\n\n  on: yes\n", "empty": None},
    }
    assert (
        emit(tree)
        == """\
apiVersion: apps/v1
metadata:
  name: auth
  labels: {}
  annotations:
    prometheus.io/scrape: "true"
spec:
  replicas: 2
  ratio: 0.5
  paused: false
  containers:
  - name: app
    args:
    - --port=8080
    - -v
    - "yes"
    env: []
    image: example.com/auth:1.2.0
  - name: side
    resources:
      limits:
        memory: 64Mi
  matrix:
  - - 1
    - 2
  - []
  - {}
  - - - x
  - null
data:
  app.conf: |
    listen 80;

      on: yes
  empty: null
"""
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain words", "plain words"),
        ("https://example.com:80/a#b", "https://example.com:80/a#b"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("500m", "500m"),
        ('it\'s "fine"', 'it\'s "fine"'),
        ("Größe 日本", "Größe 日本"),
        ("on", '"on"'),
        ("12:30:45", '"12:30:45"'),
        ("1_000", '"1_000"'),
        ("2026-11-22", '"2026-11-22"'),
        ("1.20", '"1.20"'),
        ("key: value", '"key: value"'),
        ("a #b", '"a #b"'),
        ("a\tb", '"a\\tb"'),
        ("\u202eabc", '"\\u202eabc"'),
        ("\U0001f600\U000e0001", '"\U0001f600\\U000e0001"'),
        (1.0, "1.0"),
        (1e16, "1.0e+16"),
        (1.5e-07, "1.5e-07"),
        (10**20, "100000000000000000000"),
        (None, "null"),
        ({}, "{}"),
        ((), "[]"),
        (Colour.RED, "red"),
        (Size.BIG, "3"),
        ("two\nlines\n", "|\n  two\n  lines"),
    ],
)
def test_text_of_a_value(value: object, text: str) -> None:
    assert emit({"k": value}) == f"k: {text}\n"


@pytest.mark.parametrize(
    ("value", "block"),
    [
        ("a\nb", "|-\n    a\n    b\n"),
        ("a\nb\n", "|\n    a\n    b\n"),
        ("a\n\nb\n\n\n", "|+\n    a\n\n    b\n\n\n"),
        ("\n a\nb", "|2-\n\n     a\n    b\n"),
        ("\ta\nb", "|2-\n    \ta\n    b\n"),
        ("a \nb", '"a \\nb"\n'),
        ("a\r\nb", '"a\\r\\nb"\n'),
        ("\n\n", '"\\n\\n"\n'),
    ],
)
def test_text_of_several_lines(value: str, block: str) -> None:
    assert emit({"k": {"x": value, "z": 1}}) == f"k:\n  x: {block}  z: 1\n"
    assert emit([[value], 1]) == f"- - {block}- 1\n"


def test_a_commented_scalar_carries_its_remark() -> None:
    pinned = Commented("actions/checkout@0123abc", "v6.0.1")
    assert emit({"uses": pinned, "all": [pinned, Commented("on", "a word")]}) == (
        'uses: actions/checkout@0123abc # v6.0.1\nall:\n- actions/checkout@0123abc # v6.0.1\n- "on" # a word\n'
    )


def test_a_commented_scalar_survives_a_copy() -> None:
    copied = pickle.loads(pickle.dumps(Commented("a", "b")))
    assert (copied, copied.comment) == ("a", "b")


@pytest.mark.parametrize("comment", ["", "two\nlines", "\x00"])
def test_a_comment_is_one_printable_line(comment: str) -> None:
    with pytest.raises(ValueError, match="a YAML comment must be one printable line"):
        Commented("x", comment)


def test_a_literal_forces_a_block_of_one_line() -> None:
    assert emit({"run": Literal("make test"), "bad": Literal("trailing "), "all": [Literal("x\n")]}) == (
        'run: |-\n  make test\nbad: "trailing "\nall:\n- |\n  x\n'
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "\ud800", "a\n\udfff"])
def test_what_readers_do_not_share_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"no YAML that JSON readers share|no text"):
        emit({"k": [value]})


@pytest.mark.parametrize("tree", [{"k": object()}, {1: "x"}, {"k": b"x"}, {"k": {1, 2}}, b""])
def test_other_types_are_refused(tree: object) -> None:
    with pytest.raises(TypeError, match=r"no YAML for|a key must be a string"):
        emit(tree)


def test_any_mapping_and_sequence_is_taken() -> None:
    inner = MappingProxyType({"a": (1, range(2)), "b": MappingProxyType({})})
    assert emit(OrderedDict(x=inner, z=(inner,))) == (
        "x:\n  a:\n  - 1\n  - - 0\n    - 1\n  b: {}\nz:\n- a:\n  - 1\n  - - 0\n    - 1\n  b: {}\n"
    )


def test_a_long_key_is_written_in_the_explicit_form() -> None:
    key = "k" * 1100
    tree = {"a": [{key: {"x": [1]}, "b": 1, key + "2": [2], key + "3": "v"}]}
    assert emit(tree).startswith("a:\n- ? kkk")
    assert alike(read(emit(tree)), tree)


@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_strings_come_back_in_every_position(value: str) -> None:
    tree = {"v": value, "l": [value, [value, value], {"k": value, "z": value}], "n": {"m": {value: value}}, "e": value}
    assert alike(read(emit(tree)), tree)
    assert alike(read(emit(value)), value)
    assert alike(read(emit([value])), [value])


@given(trees)
def test_any_tree_comes_back_in_yaml_1_1(tree: object) -> None:
    assert alike(read(emit(tree)), tree)


@given(trees)
def test_the_same_tree_gives_the_same_text(tree: object) -> None:
    text = emit(tree)
    yaml._STRINGS.clear()
    yaml._KEYS.clear()
    assert emit(tree) == text


def test_the_caches_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "_CACHED_TEXTS", 8)
    emit([{f"key-{i}": f"value-{i}"} for i in range(100)])
    emit(["x" * 201])
    assert len(yaml._STRINGS) <= 8
    assert len(yaml._KEYS) <= 8
    assert "x" * 201 not in yaml._STRINGS
