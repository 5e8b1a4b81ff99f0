"""Helm's own engine, in this process (helm-python-sdk binds Helm's Go library)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import helm_python
import yaml

from journey.changes.drift.objects import LOADER

Object = dict[str, Any]


def rendered(chart: Path, values: dict[str, Any], name: str, namespace: str = "default") -> list[Object]:
    """The objects that a chart makes of values, but for hooks of Helm's own."""
    with helm_python.Chart.load(chart) as loaded:
        manifests = loaded.render(values=values, name=name, namespace=namespace)
    texts = [text for path, text in manifests.items() if path.endswith(".yaml")]
    found = [item for text in texts for item in yaml.load_all(text, Loader=LOADER) if item]
    return [item for item in found if "helm.sh/hook" not in (item["metadata"].get("annotations") or {})]


def values(file: Path) -> dict[str, Any]:
    """A values file, by Helm's own parser."""
    found: dict[str, Any] = helm_python.values_from_yaml(file.read_text(encoding="utf-8"))
    return found


def faults(chart: Path, given: dict[str, Any] | None = None) -> list[str]:
    """What `helm lint --strict` finds, warnings and errors."""
    report = helm_python.lint(chart, given, strict=True)
    return [*report["errors"], *(item["error"] for item in report["messages"] if item["severity"] >= 2)]
