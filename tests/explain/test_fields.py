"""Fields keep their name while elements come and go around them."""

from __future__ import annotations

from typing import Any

import pytest

from journey.artifact import Artifact, Format
from journey.explain.fields import fields, short_pair
from journey.formats import hcl, ini, nginx, text
from journey.problem import Pointer


def names(content: Any, format: Format = Format.YAML) -> dict[str, object]:
    found = fields(Artifact("a", format, content, Pointer("platform.yaml")))
    return {"/".join(map(str, name)): value for name, value in found.values.items()}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"a": {"b": 1}, "c": []}, {"a/b": 1, "c": []}),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]},
            {"env/name=A/name": "A", "env/name=A/value": "1", "env/name=B/name": "B", "env/name=B/value": "1"},
        ),
        (
            {"ports": [{"port": 80, "name": "x"}, {"port": 81, "name": "x"}]},
            {"ports/port=80/port": 80, "ports/port=80/name": "x", "ports/port=81/port": 81, "ports/port=81/name": "x"},
        ),
        ({"args": ["-a", "-b"]}, {"args/=-a": "-a", "args/=-b": "-b"}),
        ({"args": ["-a", "-a"]}, {"args/0": "-a", "args/1": "-a"}),
        (
            {"to": [{"pod": {"app": "a"}}, {"pod": {"app": "b"}}]},
            {"to/=a/pod/app": "a", "to/=b/pod/app": "b"},
        ),
        ({"one": [{"x": {"y": 1}}]}, {"one/0/x/y": 1}),
        (
            {"egress": [{"to": [{"ip": "a"}], "ports": [{"port": 1}]}, {"to": [{"ip": "a"}], "ports": [{"port": 2}]}]},
            {
                "egress/ports=1/to/ip=a/ip": "a",
                "egress/ports=1/ports/port=1/port": 1,
                "egress/ports=2/to/ip=a/ip": "a",
                "egress/ports=2/ports/port=2/port": 2,
            },
        ),
    ],
)
def test_elements_of_lists_are_called_by_what_tells_them_apart(content: Any, expected: dict[str, object]) -> None:
    assert names(content) == expected


def test_a_text_is_its_lines() -> None:
    assert names(text.Document("FROM a\nRUN x\nRUN x\n", "#"), Format.TEXT) == {
        "line/FROM a/1": "FROM a",
        "line/RUN x/1": "RUN x",
        "line/RUN x/2": "RUN x",
    }


def test_hcl_is_read_by_block_and_attribute() -> None:
    content = (
        hcl.Comment("about"),
        hcl.Block(
            "resource",
            ("aws_vpc", "main"),
            (hcl.Attribute("cidr", "10.0.0.0/16"), hcl.Block("timeouts"), hcl.Block("timeouts")),
        ),
        hcl.Attribute("tags", {"team": "web"}),
    )
    assert names(content, Format.HCL) == {
        "resource/aws_vpc/main/cidr": "10.0.0.0/16",
        "resource/aws_vpc/main/timeouts": None,
        "resource/aws_vpc/main/timeouts/1": None,
        "tags/team": "web",
    }


def test_nginx_is_read_by_directive() -> None:
    server = nginx.Directive(
        "server",
        (),
        (
            nginx.Directive("listen", ("80",)),
            nginx.Directive("add_header", ("A", "1")),
            nginx.Directive("events", (), ()),
        ),
    )
    content = (server, nginx.Comment("x"), nginx.Directive("server", (), (nginx.Directive("listen", ("81",)),)))
    assert names(content, Format.NGINX) == {
        "server/listen/80": "80",
        "server/add_header/A": "A 1",
        "server/events": None,
        "server/1/listen/81": "81",
    }


def test_ini_is_read_by_section_and_key() -> None:
    content = ini.Document((ini.Section("all", (ini.Comment("x"), ini.Entry("a", 1), ini.Entry("a", 2))),))
    assert names(content, Format.INI) == {"all/a": 1, "all/a/1": 2}


def test_two_long_values_are_cut_so_that_their_difference_is_seen() -> None:
    long = "a" * 90
    assert short_pair(f"{long}=1", f"{long}=2") == (f"...{'a' * 19}=1", f"...{'a' * 19}=2")
    assert short_pair("1", "2") == ("1", "2")
    assert short_pair([long, 1], [long, 2])[0].endswith("...")
