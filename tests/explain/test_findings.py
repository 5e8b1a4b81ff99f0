"""Findings come to the lines that caused them, once each; the whole corpus is tried by `make e2e-findings`."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey import pipeline
from journey.cli.report import traced
from journey.explain.findings import folded
from journey.problem import Place, Pointer, Problem
from tests import specs
from tests.explain import defects
from tests.explain.defects import CONTAINER, Defect

SAMPLE = (
    "Deployment spec/replicas",
    "ConfigMap unheardOf",
    f"{CONTAINER}/securityContext/privileged",
    "a removed version",
    "environments/prod/east/terraform/network/main.tf: cidr      = \"10.17.0.0/20\"",
    "environments/dev/local/kubernetes/web/configmap-web.yaml: COLOR: red",
)  # fmt: skip
BY_NAME = {defect.name: defect for defect in defects.defects()}


@pytest.mark.parametrize("defect", [BY_NAME[name] for name in SAMPLE], ids=lambda defect: defect.name)
def test_a_seeded_defect_is_told_on_its_line(defect: Defect) -> None:
    outcome = defects.tried(defect)
    assert outcome.lines == (outcome.wanted,)


def test_the_corpus_is_as_large_as_it_must_be() -> None:
    assert len(list(defects.defects())) >= 150


def test_the_same_line_is_told_once() -> None:
    where = Place("apps/web/service.yaml", 3, 1)
    files = [Problem(where, "schema/invalid", f"environments/{env}/a.yaml: bad") for env in ("dev", "staging", "prod")]
    other = Problem(where, "images/latest", "environments/dev/a.yaml: moving")
    said = Problem(where, "spec/x", "wrong")
    assert folded([*files, other, said, said._replace(message="worse")]) == [
        files[0]._replace(message="environments/dev/a.yaml: bad (and 2 more from the same line)"),
        other,
        said,
        said._replace(message="worse"),
    ]


def test_a_patch_that_breaks_every_environment_is_one_finding(tmp_path: Path) -> None:
    text = defects.WEB + defects.patch("Deployment", "spec/minReadySeconds", "soon")
    files = {"platform.yaml": defects.PLATFORM, defects.WEB_FILE: text, "apps/api/service.yaml": defects.API}
    specs.load(files, tmp_path)
    found = pipeline.run(pipeline.Options(str(tmp_path), jobs=1), write=False)
    assert len(found.problems) == 2
    [problem] = traced(str(tmp_path), found.problems)
    assert problem.where == Pointer(defects.WEB_FILE, ("patches", 0, "merge", "spec", "minReadySeconds"))
    said = 'spec.minReadySeconds: "soon" must be a whole number (and 1 more from the same line)'
    assert problem.message.endswith(said)


def test_problems_of_the_spec_itself_are_left_alone(tmp_path: Path) -> None:
    problem = Problem(Pointer("platform.yaml"), "spec/x", "wrong")
    assert traced(str(tmp_path), [problem]) == [problem]
