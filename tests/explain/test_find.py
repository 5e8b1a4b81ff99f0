"""From a rendered file to its unit, and from a pointer or a line to fields."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey import formats, pipeline
from journey.artifact import Artifact, Format
from journey.explain import find
from journey.explain.fields import fields
from journey.explain.find import Asked, NotFound
from journey.formats import hcl, ini, nginx, text
from journey.problem import Pointer
from tests import specs
from tests.explain import shop

CONTENT = {
    "spec": {"containers": [{"name": "web", "args": ["-a"]}, {"name": "side"}], "script": "one\n\ntwo\n"},
    "a/b~c": {"x": 1},
}


def artifact(content: object = CONTENT, format: Format = Format.YAML) -> Artifact:
    return Artifact("a.yaml", format, content, Pointer("platform.yaml"))


def at(asked: str, made: Artifact | None = None) -> list[str]:
    """The JSON Pointers of the fields that are asked about."""
    made = made or artifact()
    found = fields(made)
    names = find.fields_at(made, found, formats.encode(made.format, made.content), find.split(asked))
    return [find.pointer_text(found.paths[name]) for name in names]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("a.yaml:/spec/containers/0/name", ["/spec/containers/0/name"]),
        ("a.yaml:/spec/containers/0", ["/spec/containers/0/name", "/spec/containers/0/args/0"]),
        ("a.yaml:spec.containers[1].name", ["/spec/containers/1/name"]),
        ("a.yaml:spec.containers[name=side].name", ["/spec/containers/1/name"]),
        ("a.yaml:/a~1b~0c/x", ["/a~1b~0c/x"]),
        ("a.yaml:[a/b~c].x", ["/a~1b~0c/x"]),
        ("a.yaml:4", ["/spec/containers/0/name"]),
        ("a.yaml:3", ["/spec/containers/0/name", "/spec/containers/0/args/0", "/spec/containers/1/name"]),
        ("a.yaml:8", ["/spec/script"]),
        ("a.yaml:9", ["/spec/script"]),
        ("a.yaml:10", ["/spec/script"]),
        ("a.yaml:11", ["/spec/script"]),
        ("a.yaml:13", ["/a~1b~0c/x"]),
    ],
)
def test_a_field_is_asked_for_by_pointer_path_or_line(asked: str, expected: list[str]) -> None:
    assert at(asked) == expected


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ("a.yaml:/spec/script2", "a.yaml has no field /spec/script2", "did you mean `/spec/script`?"),
        ("a.yaml:spec.scrpt", "a.yaml has no field /spec/scrpt", "did you mean `/spec/script`?"),
        ("a.yaml:99", "a.yaml has 13 lines", ""),
        ("a.yaml:1", "line 1 of a.yaml holds no field", "comments and blank lines come from the format"),
    ],
)
def test_what_is_not_there_is_told_with_what_may_be_meant(asked: str, message: str, hint: str) -> None:
    with pytest.raises(NotFound) as refused:
        at(asked)
    assert (refused.value.message, refused.value.hint) == (message, hint)


def test_a_file_alone_asks_about_all_of_it() -> None:
    assert find.split("a/b.yaml") == Asked("a/b.yaml")
    assert len(at("a.yaml")) == 5


def test_lines_of_text_and_of_formats_with_an_order() -> None:
    docker = artifact(text.Document("FROM a\nRUN x\nRUN x\n", "#"), Format.TEXT)
    assert at("f:2", docker) == ["/1"]
    assert at("f:4", docker) == ["/3"]
    with pytest.raises(NotFound):
        at("f:1", docker)
    module = artifact(
        (hcl.Block("module", ("vpc",), (hcl.Attribute("cidr", "10.0.0.0/8"), hcl.Attribute("zones", ["a"]))),),
        Format.HCL,
    )
    assert at("f:4", module) == ["/module/vpc/cidr"]
    server = artifact((nginx.Directive("listen", ("80",)), nginx.Directive("index", ("a.html",))), Format.NGINX)
    assert (at("f:3", server), at("f:4", server)) == (["/listen/80"], ["/index/a.html"])
    hosts = artifact(ini.Document((ini.Section("all", (ini.Entry("a", 1), ini.Entry("b", 2))),)), Format.INI)
    assert at("f:5", hosts) == ["/all/b"]


KEYS = st.from_regex(r"\A[a-z/~]{1,4}\Z")
TREES = st.recursive(
    st.integers() | st.from_regex(r"\A[a-z]{1,6}\Z"),
    lambda inner: st.dictionaries(KEYS, inner, min_size=1, max_size=3) | st.lists(inner, min_size=1, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=3))
def test_every_field_is_found_by_its_pointer_and_on_its_line(content: dict[str, object]) -> None:
    made = artifact(content)
    found = fields(made)
    rows = find.lines_of(made, found, formats.encode(made.format, made.content))
    assert {name for names in rows for name in names} == set(found.values)
    for name, path in found.paths.items():
        assert name in find.fields_at(made, found, b"", Asked("a.yaml", pointer=find.pointer_text(path)))


def test_the_unit_of_a_file_is_found_with_and_without_a_cache(tmp_path: Path) -> None:
    specs.load(shop.FILES, tmp_path)
    session, _ = pipeline.open_rendered(str(tmp_path))
    path = shop.file("deployment")
    assert str(find.trials_of(session, path).unit) == "kubernetes:prod/local/web"
    pipeline.run(pipeline.Options(str(tmp_path)), write=True)
    known, _ = pipeline.open_rendered(str(tmp_path))
    assert known.known.settled
    assert str(find.trials_of(known, path).unit) == "kubernetes:prod/local/web"
    with pytest.raises(NotFound) as refused:
        find.trials_of(known, path.replace("deployment-web", "deployment-wbe"))
    assert refused.value.hint == f"did you mean `{path}`?"
