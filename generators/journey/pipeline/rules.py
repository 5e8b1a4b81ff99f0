"""The rules that a run as a whole holds, beside those of the spec, of the checks and of the tree."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RULES: Mapping[str, str] = MappingProxyType(
    {
        "spec/unknown-target": "A target that `platform.yaml` asks for is one that `journey targets` lists.",
        "tree/collision": "No file is rendered twice.",
        "tree/locked": "No other run is writing to the same tree.",
    }
)
"""Every rule's id, with what it asks in a sentence."""
