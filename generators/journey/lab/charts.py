"""A chart repository of stand-ins: each third-party chart by its own name and version, with its vendor's definitions.

No chart repository can be asked where proofs run. A stand-in brings the custom resource definitions that the chart
would bring, from the vendors' own packages, and a ConfigMap that says what it stands in for: no workload.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from journey.formats import yaml

BRINGS: Mapping[str, tuple[str, ...]] = {
    "cert-manager": ("cert-manager.io",),
    "external-secrets": ("external-secrets.io", "generators.external-secrets.io"),
    "kube-prometheus-stack": ("monitoring.coreos.com",),
    "gateway-helm": ("gateway.networking.k8s.io", "gateway.envoyproxy.io"),
    "base": ("networking.istio.io", "security.istio.io", "telemetry.istio.io"),
    "cloudnative-pg": ("postgresql.cnpg.io",),
    "velero": ("velero.io",),
    "keda": ("keda.sh",),
    "kyverno": ("kyverno.io", "policies.kyverno.io"),
    "argo-rollouts": ("argoproj.io",),
    "chaos-mesh": ("chaos-mesh.org",),
}
"""Chart -> the API groups whose definitions it brings, as the charts' own pages say."""
ARGOCD = ("applications.argoproj.io", "applicationsets.argoproj.io", "appprojects.argoproj.io")
"""Definitions that are Argo CD's own: the bootstrap brings them."""


class Wanted(NamedTuple):
    """A chart that the platform names."""

    name: str
    version: str


def publish(folder: Path, address: str, charts: Iterable[Wanted], definitions: Path) -> None:
    """Write the repository: an archive a chart, and the index of them (helm.sh/docs/topics/chart_repository)."""
    folder.mkdir(parents=True, exist_ok=True)
    entries: dict[str, list[object]] = {}
    for chart in sorted(set(charts)):
        data = archive(chart, definitions)
        file = f"{chart.name}-{chart.version}.tgz"
        (folder / file).write_bytes(data)
        entry = {**about(chart), "urls": [f"{address}/{file}"], "digest": hashlib.sha256(data).hexdigest()}
        entries.setdefault(chart.name, []).append(entry)
    index = {"apiVersion": "v1", "entries": entries}
    (folder / "index.yaml").write_text(yaml.emit(index), encoding="utf-8")


def about(chart: Wanted) -> dict[str, object]:
    """The chart's description of itself."""
    return {
        "apiVersion": "v2",
        "name": chart.name,
        "version": chart.version,
        "description": f"Stands in for {chart.name}: its definitions, and no workload.",
    }


def archive(chart: Wanted, definitions: Path) -> bytes:
    """The chart as Helm takes it; the same chart gives the same bytes."""
    note = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"stand-in-for-{chart.name}"},
        "data": {"chart": chart.name, "version": chart.version},
    }
    files = {"Chart.yaml": yaml.emit(about(chart)).encode(), "templates/note.yaml": yaml.emit(note).encode()}
    for group in BRINGS.get(chart.name, ()):
        for file in sorted(definitions.glob(f"*.{group}.yaml")):
            if file.name.removesuffix(".yaml").partition(".")[2] == group and file.stem not in ARGOCD:
                files[f"crds/{file.name}"] = file.read_bytes()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(f"{chart.name}/{name}")
            member.size, member.mode = len(data), 0o644
            tar.addfile(member, io.BytesIO(data))
    return gzip.compress(packed.getvalue(), mtime=0)
