from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.spec import edit
from journey.spec.edit import EditError, insert, remove, set_value
from journey.spec.yaml import parse

SERVICE = """\
# yaml-language-server: $schema=schema.json

name: shop   # the name
"on call": 'web'
ports:
  # the first
  - name: http # main
    port: 8080

  - {name: metrics, port: 9090}
limits: {cpu: "1", memory: 64Mi} # small
empty:
nothing: {}
script: | # run
  one
    two

after: >-
  folded
  text
environments:
  dev:
    replicas: 1


  prod:   # many
    replicas: 3
# the end
"""


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        # a scalar in its own style
        (("name",), "store", "name: shop   # the name", "name: store   # the name"),
        (("name",), "on", "name: shop   # the name", 'name: "on"   # the name'),
        (("name",), None, "name: shop   # the name", "name: null   # the name"),
        (("name",), 1e16, "name: shop   # the name", "name: 1.0e+16   # the name"),
        (("on call",), "it's", "'web'", "'it''s'"),
        (("on call",), "two\nlines", "'web'", '"two\\nlines"'),
        (("on call",), 5, "'web'", "5"),
        (("limits", "cpu"), "2", 'cpu: "1"', 'cpu: "2"'),
        (("limits", "memory"), "a, b: c", "memory: 64Mi", 'memory: "a, b: c"'),
        (("ports", 0, "port"), 80, "port: 8080", "port: 80"),
        (("ports", 1, "name"), "web", "{name: metrics,", "{name: web,"),
        (("environments", "prod", "replicas"), 4, "replicas: 3", "replicas: 4"),
        (("empty",), "full", "empty:", "empty: full"),
        (("nothing",), False, "nothing: {}", "nothing: false"),
        (("script",), "three\n", "  one\n    two\n", "  three\n"),
        (("script",), "three", "script: | # run\n  one\n    two\n", "script: |- # run\n  three\n"),
        (("script",), " x", "script: | # run\n  one\n    two\n", 'script: " x" # run\n'),
        (("script",), 7, "script: | # run\n  one\n    two\n", "script: 7 # run\n"),
        (("after",), "x", "after: >-\n  folded\n  text\n", "after: |-\n  x\n"),
        # collections
        (("limits",), {"cpu": "1", "memory": "1Gi"}, "memory: 64Mi", "memory: 1Gi"),
        (("limits",), {"cpu": "1", "disk": ["a"]}, "memory: 64Mi}", "disk: [a]}"),
        (("limits",), {}, '{cpu: "1", memory: 64Mi}', "{}"),
        (("nothing",), {"a": {"b": [1]}}, "nothing: {}\n", "nothing:\n  a:\n    b:\n    - 1\n"),
        (("empty",), ["x", {"y z": 1}], "empty:\n", "empty:\n- x\n- y z: 1\n"),
        (("name",), {"a": 1}, "name: shop   # the name\n", "name:   # the name\n  a: 1\n"),
        (("script",), {"a": 1}, "script: | # run\n  one\n    two\n", "script: # run\n  a: 1\n"),
        (("environments", "dev"), {}, "dev:\n    replicas: 1\n", "dev: {}\n"),
        (("environments", "prod"), 5, "prod:   # many\n    replicas: 3\n", "prod: 5   # many\n"),
        (("environments", "dev"), {"size": "s"}, "dev:\n    replicas: 1\n", "dev:\n    size: s\n"),
        (("environments", "dev"), ["s"], "dev:\n    replicas: 1\n", "dev:\n  - s\n"),
        (("ports", 0), {"name": "http"}, "\n    port: 8080\n", "\n"),
        (("ports", 0), "x", "name: http # main\n    port: 8080\n", "x\n"),
        (("ports", 1), {"z": 1}, "{name: metrics, port: 9090}", "{z: 1}"),
        # what is missing is made
        (("team",), "web", "# the end\n", "team: web\n# the end\n"),
        (("a", "b"), {"c": []}, "    replicas: 3\n", "    replicas: 3\na:\n  b:\n    c: []\n"),
        (("environments", "dev", "size"), "m", "    replicas: 1\n", "    replicas: 1\n    size: m\n"),
        (("environments", "qa", "replicas"), 2, "    replicas: 3\n", "    replicas: 3\n  qa:\n    replicas: 2\n"),
        (("limits", "disk"), 1, "64Mi}", "64Mi, disk: 1}"),
        (("empty", "x", "v"), 1, "empty:\n", "empty:\n  x:\n    v: 1\n"),
        (("nothing", "x"), 1, "nothing: {}\n", "nothing:\n  x: 1\n"),
        (("ports", 0, "protocol"), "TCP", "port: 8080\n", "port: 8080\n    protocol: TCP\n"),
        (("ports", 2), {"name": "x", "port": 1}, "9090}\n", "9090}\n  - name: x\n    port: 1\n"),
        (("ports", 1, "tls"), True, "9090}", "9090, tls: true}"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("lead", ["", "\ufeff"])
def test_set_changes_the_value_and_no_other_byte(
    path: tuple[str | int, ...], value: object, before: str, after: str, newline: str, lead: str
) -> None:
    assert SERVICE.count(before) == 1
    data = (lead + SERVICE.replace("\n", newline)).encode()
    wanted = (lead + SERVICE.replace(before, after).replace("\n", newline)).encode()
    assert set_value(data, path, value).decode() == wanted.decode()


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (("name",), "name: shop   # the name\n", ""),
        (("on call",), "\"on call\": 'web'\n", ""),
        (("ports", 0, "name"), "name: http # main\n    port", "port"),
        (("ports", 0, "port"), "    port: 8080\n", ""),
        (("ports", 0), "  - name: http # main\n    port: 8080\n", ""),
        (("ports", 1), "  - {name: metrics, port: 9090}\n", ""),
        (("ports", 1, "name"), "{name: metrics, ", "{"),
        (("limits", "memory"), ", memory: 64Mi}", "}"),
        (("script",), "script: | # run\n  one\n    two\n", ""),
        (("empty",), "empty:\n", ""),
        (("environments", "dev", "replicas"), "dev:\n    replicas: 1\n", "dev: {}\n"),
        (("environments", "prod"), "  prod:   # many\n    replicas: 3\n", ""),
        (("environments",), "environments:\n  dev:\n    replicas: 1\n\n\n  prod:   # many\n    replicas: 3\n", ""),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_remove_takes_the_lines_of_the_value(
    path: tuple[str | int, ...], before: str, after: str, newline: str
) -> None:
    assert SERVICE.count(before) == 1
    data = SERVICE.replace("\n", newline).encode()
    assert remove(data, path).decode() == SERVICE.replace(before, after).replace("\n", newline)


@pytest.mark.parametrize(
    ("text", "path", "value", "after"),
    [
        ("a: [1, 3]\n", ("a", 1), 2, "a: [1, 2, 3]\n"),
        ("a: [1, 3]\n", ("a", 0), 0, "a: [0, 1, 3]\n"),
        ("a: [1, 3]\n", ("a", 2), 4, "a: [1, 3, 4]\n"),
        ("a: []\n", ("a", 0), 4, "a:\n- 4\n"),
        ("a:\n- x\n# z\n- z\n", ("a", 1), "v", "a:\n- x\n- v\n# z\n- z\n"),
        ("a:\n  - x # x\n", ("a", 0), {"k": 1, "l": 2}, "a:\n  - k: 1\n    l: 2\n  - x # x\n"),
        ("- - x\n- v", (0, 0), "w", "- - w\n  - x\n- v"),
        ("- - x\n- v", (2,), "z", "- - x\n- v\n- z"),
        ("a: &a\n  # c\n- x\n", ("a", 1), "v", "a: &a\n  # c\n- x\n- v\n"),
        ("a: 1", ("b",), 2, "a: 1\nb: 2"),
        ("{a: 1}\n", ("b",), {"c": [1, "x"]}, "{a: 1, b: {c: [1, x]}}\n"),
        ("{\n  a: 1, # one\n  b: 2 # two\n}\n", ("c",), 3, "{\n  a: 1, # one\n  b: 2, c: 3 # two\n}\n"),
        ("{}\n", ("a",), 1, "a: 1\n"),
        ("a: |+\n  x\n\n\nb: 1\n", ("c",), 1, "a: |+\n  x\n\n\nb: 1\nc: 1\n"),
        ("x:\n  a: |+\n    x\n\n\nb: 1\n", ("x", "c"), 1, "x:\n  a: |+\n    x\n\n\n  c: 1\nb: 1\n"),
        ("x:\n  a: |\n    x", ("x", "c"), 1, "x:\n  a: |\n    x\n  c: 1"),
        ("a: é 😀\nb: 2 # ü\n", ("ö",), "ß", 'a: é 😀\nb: 2 # ü\n"ö": "ß"\n'),
    ],
)
def test_insert_adds(text: str, path: tuple[str | int, ...], value: object, after: str) -> None:
    if text.endswith("    x"):
        text, after = text + "\n", after + "\n"
    assert insert(text.encode(), path, value).decode() == after


@pytest.mark.parametrize(
    ("text", "path", "value", "after"),
    [
        ("a: &a # c\n  x: 1\nb: 2\n", ("a", "x"), 5, "a: &a # c\n  x: 5\nb: 2\n"),
        ("a: &a 1\nb: 2\n", ("a",), 5, "a: &a 5\nb: 2\n"),
        ("a: &a {x: 1}\nb: *a\n", ("b",), {"x": 2}, "a: &a {x: 1}\nb:\n  x: 2\n"),
        ("a: &a {x: 1}\nb: *a # same\n", ("b", "v"), 2, "a: &a {x: 1}\nb: # same\n  x: 1\n  v: 2\n"),
        ("a: &a x\nb: [*a, *a]\n", ("b", 0), "v", "a: &a x\nb: [v, *a]\n"),
        ("a: &a\nb: 1\n", ("a",), 2, "a: &a 2\nb: 1\n"),
        ("- a\n-\n- # c\n  b: 1\n", (1,), "x", "- a\n- x\n- # c\n  b: 1\n"),
        ("- a\n-\n- # c\n  b: 1\n", (2, "b"), 2, "- a\n-\n- # c\n  b: 2\n"),
        ("- a\n-\n", (1,), {"k": 1, "l": [2]}, "- a\n- k: 1\n  l:\n  - 2\n"),
        ("- [1, 2]\n", (0,), [1, 2, 3], "- [1, 2, 3]\n"),
        ("a: [1, 2, 3, 4]\n", ("a",), [1, 4], "a: [1, 4]\n"),
        (
            "a:\n- 1 # one\n- 2 # two\n- 3 # three\n",
            ("a",),
            [0, 1, 2, 3],
            "a:\n- 0\n- 1 # one\n- 2 # two\n- 3 # three\n",
        ),
        (
            "a:\n- 1 # one\n- 2 # two\n- 3 # three\n",
            ("a",),
            [1, 5, 6, 3],
            "a:\n- 1 # one\n- 5 # two\n- 6\n- 3 # three\n",
        ),
        ("a:\n- 1 # one\n- 2 # two\n", ("a",), (2,), "a:\n- 2 # two\n"),
        ("a:\n- 1\n", ("a",), [], "a: []\n"),
        ("- 1\n- 2\n", (), {"a": 1}, "a: 1\n"),
        ("old # c\n", (), {"a": 1}, "a: 1 # c\n"),
        ("a: 'x\n  y'\nb: 1\n", ("a",), "z", "a: 'z'\nb: 1\n"),
        ("a: x\n  y # c\nb: 1\n", ("a",), "z", "a: z # c\nb: 1\n"),
        ("{a: , b}\n", ("a",), 1, "{a: 1, b}\n"),
        ("{a: , b}\n", ("b",), 1, "{a: , b: 1}\n"),
        ("? a\n: b\n", ("a",), "c", "? a\n: c\n"),
        ("---\na: 1\n...\n", ("b",), 1, "---\na: 1\nb: 1\n...\n"),
        ("a: 1\n", ("a",), 1, "a: 1\n"),
        ("a: 1\n", ("a",), True, "a: true\n"),
    ],
)
def test_set_in_odd_places(text: str, path: tuple[str | int, ...], value: object, after: str) -> None:
    assert set_value(text.encode(), path, value).decode() == after


@pytest.mark.parametrize(
    ("text", "path", "value", "message"),
    [
        ("a: &a 1\nb: *a\n", ("a",), 2, "the edit would change another value; edit the text by hand"),
        ("a: yes\n", ("a",), 2, "the file must read before it is edited: yes must be quoted"),
        ("a: 1\n", ("a", "b"), 2, "there is no mapping to hold b"),
        ("a: [1]\n", ("a", 5), 2, "there is no list with an item 5"),
        ("a: {}\n", ("a", 0), 2, "there is no list with an item 0"),
        ("a: 1\n", ("a",), float("nan"), "a at line 1: nan is not a finite number"),
        ("a: 1\n", ("a",), "\ud800", "a at line 1: a lone surrogate is no text"),
        ("a: 1\n", ("a",), object(), "a at line 1: no YAML for object"),
        ("a: 1\n", ("b",), {1: 2}, "b: a key must be a string: 1"),
    ],
)
def test_what_cannot_be_set_alone_is_refused(
    text: str, path: tuple[str | int, ...], value: object, message: str
) -> None:
    with pytest.raises(EditError) as error:
        set_value(text.encode(), path, value)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("a: 1\n", ("b",), "there is no b"),
        ("a: 1\n", (), "the whole document cannot be removed"),
        ("a: &a {x: 1}\nb: *a\n", ("b", "x"), "b is an alias: edit what it stands for"),
        ("a: &a 1\nb: *a\n", ("a",), "the edited text would not read: nothing above is anchored as &a"),
        ("? a\n: b\nc: 1\n", ("a",), "the edited text would not read"),
    ],
)
def test_what_cannot_be_removed_alone_is_refused(text: str, path: tuple[str | int, ...], message: str) -> None:
    with pytest.raises(EditError) as error:
        remove(text.encode(), path)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("a: 1\n", ("a",), "a cannot be added"),
        ("a: [1]\n", ("a", 3), "a.3 cannot be added"),
        ("a: 1\n", (), "document cannot be added"),
        ("a: 1\n", ("x", "y"), "there is no x"),
        ("a: &a {x: 1}\nb: *a\n", ("b", "y"), "b is an alias: edit what it stands for"),
    ],
)
def test_what_cannot_be_inserted_is_refused(text: str, path: tuple[str | int, ...], message: str) -> None:
    with pytest.raises(EditError) as error:
        insert(text.encode(), path, 2)
    assert message in str(error.value)


CORPUS = (
    SERVICE,
    SERVICE.replace("\n", "\r\n"),
    "a: {b: [1, {c: d}], e: 'f'}\ng:\n- - 1\n  - 2\n-\n- h: |\n    i\n\n  j: 1\n\n# end\nk: &k\n  l: 1\n",
    "# first\n\n- é: 😀 # ü\n  b:\n\n  # odd\n\n    c: 1 # c\n- [\n  1, # one\n  2\n  ]\n- >+\n  folded\n\n\n- last",
    "a: &a [1]\nb: *a\nc:\n  d:\n  # comment\n  - e\n  -  f: 1\n     g: 2\n  -\n    h: 3\n",
)
values = st.recursive(
    st.sampled_from(
        [None, True, 0, 7, 1.5, "", "x", "on", "a b", "é", "1e3", "a: b", "two\nlines\n", " s ", "#x", "*x"]
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c", "no", "x y"]), below, max_size=3)
    ),
    max_leaves=6,
)


STEPS: tuple[str | int, ...] = ("new", 0, 1, 2, "a")


def paths(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all nodes."""
    below: list[tuple[str | int, ...]] = [path]
    if isinstance(value, dict):
        return below + [found for name, child in value.items() for found in paths(child, (*path, name))]
    if isinstance(value, list):
        return below + [found for index, child in enumerate(value) for found in paths(child, (*path, index))]
    return below


@given(st.data())
def test_an_edit_is_exact_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(CORPUS))
    old = parse(text.encode(), "").value
    path = data.draw(st.sampled_from(paths(old)))
    if data.draw(st.booleans()):
        path = (*path, data.draw(st.sampled_from(STEPS)))
    value = data.draw(values)
    try:
        result = set_value(text.encode(), path, value)
    except EditError as error:
        expected = ("there is no", "is empty", *(("another value", "alias", "anchored") if "*a" in text else ()))
        assert any(part in str(error) for part in expected)
        return
    found = parse(result, "").value
    for step in path:
        found = found[step]  # type: ignore[index]
    assert repr(found) == repr(value) or found == value
    assert ("\r\n" in text) == (b"\r\n" in result) or not path
    outside = [line for line in text.splitlines() if line.startswith("# ")]
    assert all(line in result.decode() for line in outside) or len(path) < 2


@given(st.data())
def test_an_edit_and_its_opposite_give_the_bytes_back(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(CORPUS))
    old = parse(text.encode(), "").value
    mappings = [path for path in paths(old) if isinstance(at(old, path), dict) and at(old, path)]
    mapping: tuple[str | int, ...] = data.draw(st.sampled_from(mappings))
    path = (*mapping, "new key")
    try:
        added = insert(text.encode(), path, data.draw(values))
    except EditError as error:
        assert "alias" in str(error) or "another value" in str(error)
        return
    assert remove(added, path).decode().rstrip() == text.rstrip()


@given(st.data())
def test_anything_can_be_removed_or_is_refused_for_an_alias(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(CORPUS))
    old = parse(text.encode(), "").value
    path = data.draw(st.sampled_from([path for path in paths(old) if path]))
    try:
        result = remove(text.encode(), path)
    except EditError:
        assert "*a" in text
        return
    parent = at(parse(result, "").value, path[:-1])
    before = at(old, path[:-1])
    assert len(parent) == len(before) - 1  # type: ignore[arg-type]


def at(value: object, path: tuple[str | int, ...]) -> object:
    for step in path:
        value = value[step]  # type: ignore[index]
    return value


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("a: 1 # one\nb: 2\n", ("a",), "c: 1 # one\nb: 2\n"),
        ("x: {'a': 1, b: 2}\n", ("x", "a"), "x: {c: 1, b: 2}\n"),
        ("x:\n  # before\n  a:\n  - 1  # in it\n", ("x", "a"), "x:\n  # before\n  c:\n  - 1  # in it\n"),
    ],
)
def test_a_key_is_renamed_and_nothing_else(text: str, path: tuple[str, ...], wanted: str) -> None:
    assert edit.rename(text.encode(), path, "c") == wanted.encode()


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ("a: 1\n", ("b",), "there is no b"),
        ("a: 1\nc: 2\n", ("a",), "a cannot be called c"),
        ("- 1\n", (0,), "0 cannot be called c"),
        ("v: &v {a: 1}\nw: *v\n", ("w", "a"), "w.a cannot be called c"),
    ],
)
def test_a_key_that_cannot_be_renamed(text: str, path: tuple[str | int, ...], message: str) -> None:
    with pytest.raises(edit.EditError, match=f"^{message}$"):
        edit.rename(text.encode(), path, "c")
