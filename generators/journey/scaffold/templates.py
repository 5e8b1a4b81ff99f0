"""Texts from the templates beside this module; what is filled into YAML is quoted where YAML asks for it."""

from __future__ import annotations

import posixpath
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from journey.spec import fragments


def text(template: str, **values: object) -> str:
    """A template filled in. Raises jinja2.UndefinedError for a value that is missing."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        autoescape=False,  # YAML, Makefiles and Markdown: nothing here is HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(yaml=fragments.inline, item=_item, key=fragments.key, block=_block)
    return found


def _source(template: str) -> str:
    path = resources.files("journey.scaffold").joinpath("templates", f"{template}.j2")
    return path.read_text(encoding="utf-8")


def _item(value: Any) -> str:
    """A scalar inside brackets."""
    return fragments.inline(value, flow=True)


def _block(value: Any) -> str:
    """An element of a list in column 0."""
    return fragments.block(value, 2, "\n")


def schema_path(file: str, schema: str) -> str:
    """The way from a spec file, by its path below the root, to `schemas/<schema>.schema.json`."""
    return posixpath.relpath(f"schemas/{schema}.schema.json", posixpath.dirname(file) or ".")
