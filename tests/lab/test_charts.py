"""The stand-ins of charts."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import yaml

from journey.lab import charts
from journey.lab.charts import Wanted


def members(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {item.name: tar.extractfile(item).read() for item in tar if item.isfile()}  # type: ignore[union-attr]


def test_a_chart_brings_the_definitions_of_its_groups_alone(tmp_path: Path) -> None:
    for name in (
        "issuers.cert-manager.io",
        "orders.acme.cert-manager.io",
        "rollouts.argoproj.io",
        "applications.argoproj.io",
    ):
        (tmp_path / f"{name}.yaml").write_text(f"{name}\n", encoding="utf-8")
    found = members(charts.archive(Wanted("cert-manager", "v1.2.3"), tmp_path))
    assert [name for name in found if "/crds/" in name] == ["cert-manager/crds/issuers.cert-manager.io.yaml"]
    assert yaml.safe_load(found["cert-manager/Chart.yaml"])["version"] == "v1.2.3"
    assert yaml.safe_load(found["cert-manager/templates/note.yaml"])["data"] == {
        "chart": "cert-manager",
        "version": "v1.2.3",
    }
    rollouts = members(charts.archive(Wanted("argo-rollouts", "1.0.0"), tmp_path))
    assert [name for name in rollouts if "/crds/" in name] == ["argo-rollouts/crds/rollouts.argoproj.io.yaml"]


def test_the_index_names_each_archive_with_its_digest(tmp_path: Path) -> None:
    wanted = [Wanted("a", "1.0.0"), Wanted("a", "2.0.0"), Wanted("b", "1.0.0"), Wanted("a", "1.0.0")]
    charts.publish(tmp_path / "charts", "https://127.0.0.1:1/charts", wanted, tmp_path)
    index = yaml.safe_load((tmp_path / "charts" / "index.yaml").read_text(encoding="utf-8"))
    assert {name: [entry["version"] for entry in found] for name, found in index["entries"].items()} == {
        "a": ["1.0.0", "2.0.0"],
        "b": ["1.0.0"],
    }
    for entry in (entry for found in index["entries"].values() for entry in found):
        (address,) = entry["urls"]
        data = (tmp_path / "charts" / address.rpartition("/")[2]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["digest"]
        assert data == charts.archive(Wanted(entry["name"], entry["version"]), tmp_path)
