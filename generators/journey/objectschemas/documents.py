"""YAML the way kubectl reads it: for files that others write, such as CustomResourceDefinitions."""

from __future__ import annotations

from typing import Any

import yaml

_KUBECTL = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "float", "null"))


class Loader(yaml.CSafeLoader):
    """Of YAML 1.1's types only those of JSON: `=`, `<<` and dates are text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML declares it
        first: [(tag, pattern) for tag, pattern in resolvers if tag in _KUBECTL]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def documents(content: bytes) -> list[Any]:
    """The documents of a file (JSON is YAML). Raises yaml.YAMLError, ValueError, RecursionError.

    Aliases and tags are refused: with the first a small file can blow itself up beyond every limit, the second make
    values that JSON has not, and no definition needs either.
    """
    for event in yaml.parse(content, Loader=Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise ValueError(f"line {line}: aliases and tags are not read here")
    return list(yaml.load_all(content, Loader=Loader))
