from __future__ import annotations

import math
from types import MappingProxyType

import pytest

from journey.artifact import Format
from journey.formats import EMITTERS, HEADER, encode, hcl, ini, nginx
from journey.formats.text import Document


def test_every_format_has_an_emitter() -> None:
    assert set(EMITTERS) == set(Format)


@pytest.mark.parametrize(
    ("format", "content", "text"),
    [
        (Format.YAML, {"a": [1]}, f"# {HEADER}\na:\n- 1\n"),
        (Format.JSON, {"b": "é", "a": [1, {}]}, '{\n  "b": "é",\n  "a": [\n    1,\n    {}\n  ]\n}\n'),
        (Format.JSON, MappingProxyType({"a": range(2)}), '{\n  "a": [\n    0,\n    1\n  ]\n}\n'),
        (Format.HCL, (hcl.Attribute("a", 1),), f"# {HEADER}\n\na = 1\n"),
        (Format.NGINX, [nginx.Directive("a", ("b",))], f"# {HEADER}\n\na b;\n"),
        (Format.INI, ini.Document((ini.Section("a"),), ";"), f"; {HEADER}\n\n[a]\n"),
        (Format.TEXT, "as it is\n\n", "as it is\n"),
        (Format.TEXT, "", "\n"),
        (Format.TEXT, Document("FROM x\n", "#"), f"# {HEADER}\nFROM x\n"),
        (Format.TEXT, Document("x", "<!-- -->"), f"<!-- {HEADER} -->\nx\n"),
        (Format.TEXT, Document("#!/bin/sh\nx\n", "#"), f"#!/bin/sh\n# {HEADER}\nx\n"),
        (Format.TEXT, Document("#!/bin/sh", "#"), f"#!/bin/sh\n# {HEADER}\n"),
        (Format.TEXT, Document("# syntax=a\n# check=b\nx\n", "#"), f"# syntax=a\n# check=b\n# {HEADER}\nx\n"),
        (Format.TEXT, Document("<?xml v?>\n<a/>\n", "<!-- -->"), f"<?xml v?>\n<!-- {HEADER} -->\n<a/>\n"),
    ],
)  # fmt: skip
def test_bytes_of_a_file(format: Format, content: object, text: str) -> None:
    assert encode(format, content).decode() == text


@pytest.mark.parametrize(
    ("format", "content", "message"),
    [
        (Format.YAML, {"a": object()}, "no YAML for object"),
        (Format.JSON, {"a": b"x"}, "no JSON for bytes"),
        (Format.HCL, "text", "no sequence of items: str"),
        (Format.HCL, [nginx.Directive("a")], "no item of this format: Directive"),
        (Format.NGINX, {}, "no sequence of items: dict"),
        (Format.INI, {}, "no INI document: dict"),
        (Format.TEXT, b"x", "no text: bytes"),
    ],
)
def test_content_of_another_format_is_refused(format: Format, content: object, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        encode(format, content)


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(Format.JSON, [math.nan])
