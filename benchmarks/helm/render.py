"""Render every release of the neutral workload with Helm's own engine, in one process.

    python render.py OUT

Runs in the folder that `inputs.helm` wrote, with a Python that has helm-python-sdk (it binds Helm's Go library). The
chart is loaded once and each values file read once; layers are merged as `helm template -f a -f b` does. Each template
of each release becomes a file, `OUT/<environment>/<service>/<template>.yaml`.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any

import helm_python


@cache
def values(path: str) -> dict[str, Any]:
    """A values file, by Helm's own parser."""
    with open(path, encoding="utf-8") as file:
        found: dict[str, Any] = helm_python.values_from_yaml(file.read())
    return found


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """The base with another layer over it; mappings merge, all else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = merge(below, value) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def render(chart: Any, out: str, environment: str, service: str) -> None:
    """Write one release, a file a template."""
    layers = (f"env/{environment}.yaml", f"services/{service}.yaml", f"overrides/{environment}/{service}.yaml")
    merged: dict[str, Any] = {}
    for path in layers:
        merged = merge(merged, values(path))
    folder = f"{out}/{environment}/{service}"
    os.makedirs(folder, exist_ok=True)
    for name, text in chart.render(values=merged, name=service).items():
        if name.endswith(".yaml"):
            with open(f"{folder}/{name.rpartition('/')[2]}", "w", encoding="utf-8") as file:
                file.write(text)


def main(out: str) -> None:
    """Render all that `releases.txt` names, a line each: environment, service."""
    with open("releases.txt", encoding="utf-8") as file:
        releases = [line.split() for line in file]
    with helm_python.Chart.load("chart") as chart:
        for environment, service in releases:
            render(chart, out, environment, service)


if __name__ == "__main__":
    main(sys.argv[1])
