"""A service's chart. Its files follow from the generators, the service's name and its description alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from journey.artifact import Artifact, Format
from journey.facts import delivery
from journey.facts.charts import DEFAULTS
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.helm import templates
from journey.targets.helm.schema import schema

KUBERNETES = ">=1.28.0-0"
"""The oldest that the spec knows; `-0` lets versions with a suffix through (Masterminds/semver, as Helm reads it)."""


def artifacts(view: View, service: str) -> Iterator[Artifact]:
    """The chart's files."""
    folder = delivery.chart_folder(service)
    origin = Pointer(resolve.service_file(view, service))
    described = (view.input(origin.file) or {}).get("description") or f"The service {service}."
    head = {
        "apiVersion": "v2",
        "name": service,
        "description": described,
        "type": "application",
        "version": templates.VERSION,
        "kubeVersion": KUBERNETES,
    }
    yield Artifact(f"{folder}/Chart.yaml", Format.YAML, head, origin)
    yield Artifact(f"{folder}/values.yaml", Format.YAML, DEFAULTS, origin)
    yield Artifact(f"{folder}/values.schema.json", Format.JSON, schema(), origin)
    for path, (body, comment) in templates.FILES.items():
        yield Artifact(f"{folder}/{path}", Format.TEXT, Document(body, comment), origin)
    yield Artifact(f"{folder}/README.md", Format.TEXT, Document(_readme(service, described), "<!-- -->"), origin)


def _readme(service: str, described: str) -> str:
    rows = [f"| `{name}` | {kind} | `{default}` | {text} |" for name, kind, default, text in _rows(schema())]
    return "\n".join(
        [
            f"# {service}",
            "",
            described,
            "",
            "The chart holds no word of what the service is: that is in the values of each environment, so that a",
            "change of the chart alone changes nothing that runs. Argo CD takes both from Git where a cluster says",
            "`delivery: helm`. By hand:",
            "",
            f"    helm upgrade --install {service} charts/{service} \\",
            f"      --values environments/<environment>/<cluster>/helm/{service}.yaml",
            "",
            "Those values bring the Namespace too. Where it is there already, leave it out:",
            "`--set 'without={Namespace}'`.",
            "",
            "| value | type | default | what it is |",
            "|---|---|---|---|",
            *rows,
            "",
            "`values.schema.json` refuses another key and another type.",
        ]
    )


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for name, about in found["properties"].items():
        if name == "global":
            continue
        if "properties" in about:
            for below, inner in about["properties"].items():
                default = DEFAULTS[name][below]
                yield f"{name}.{below}", inner.get("type", "string"), _shown(default), inner.get("description", "")
        else:
            text = about.get("description") or "Requests and limits of the service's container."
            yield name, about.get("type", "object"), _shown(DEFAULTS[name]), text


def _shown(value: object) -> str:
    return '""' if value == "" else str(value)
