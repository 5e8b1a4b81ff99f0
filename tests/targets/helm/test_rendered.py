"""The committed charts of every platform of the repository: what Helm's engine makes of each values file is the plain
manifests, field for field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.targets.helm import engine

ROOT = Path(__file__).resolve().parents[3]
VALUES = sorted(ROOT.glob("environments/*/*/helm/*.yaml")) + sorted(
    ROOT.glob("examples/*/environments/*/*/helm/*.yaml")
)
CHARTS = sorted([*ROOT.glob("charts/*/Chart.yaml"), *ROOT.glob("examples/*/charts/*/Chart.yaml")])


def of(file: Path) -> tuple[Path, Path]:
    """The chart and the folder of plain manifests that a values file belongs to."""
    root = file.parents[4]
    return root / "charts" / file.stem, file.parents[1] / "kubernetes" / file.stem


def test_there_are_some() -> None:
    assert len(VALUES) >= 30 and len(CHARTS) >= 18


@pytest.mark.parametrize("file", VALUES, ids=lambda file: str(file.relative_to(ROOT)))
def test_objects_are_those_of_the_plain_manifests(file: Path) -> None:
    chart, folder = of(file)
    plain = [yaml.safe_load(path.read_bytes()) for path in sorted(folder.glob("*.yaml"))]
    made = engine.rendered(chart, engine.values(file), file.stem)

    def key(item: engine.Object) -> tuple[str, str]:
        return item["kind"], item["metadata"]["name"]

    assert {key(item): item for item in made} == {key(item): item for item in plain}
    assert len(made) == len(plain) > 0


@pytest.mark.parametrize("chart", CHARTS, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_helm_lint_finds_nothing(chart: Path) -> None:
    assert engine.faults(chart.parent) == []


@pytest.mark.parametrize("file", VALUES[:3], ids=lambda file: str(file.relative_to(ROOT)))
def test_helm_lint_finds_nothing_in_an_environments_values(file: Path) -> None:
    assert engine.faults(of(file)[0], engine.values(file)) == []
