"""Values that are broken after the target made them: the check of charts finds each, and nothing in clean ones."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from journey.artifact import Artifact, Unit
from journey.checks import charts
from journey.facts.charts import placed
from journey.problem import Level
from journey.spec.view import View
from journey.targets import helm
from tests.cli.conftest import Journey, journey
from tests.targets.helm.test_values import CASES, platform
from tests.workload.platforms import service

__all__ = ["journey"]

UNIT = Unit("helm", "dev", "local", "auth")
FILE = "environments/dev/local/helm/auth.yaml"
ROOT = Path(__file__).resolve().parents[2]


class Run:
    """What the check asks of a run."""

    def __init__(self, view: View) -> None:
        self.view = view


def judged(view: View, change: Callable[[Any], object] = lambda values: None) -> list[str]:
    """What is found in the values of a service after a change of them, as `<rule> <message> (<hint>)`."""
    (artifact,) = helm.render(UNIT, view)
    values: Any = copy.deepcopy(artifact.content)
    change(values)
    changed: list[Artifact] = [artifact._replace(content=values)]
    found = list(charts.inspect_unit(UNIT, changed, Run(view)))
    assert all(problem.level is Level.ERROR and problem.where == artifact.origin for problem in found)
    return [f"{problem.rule} {problem.message} ({problem.hint})" for problem in found]


def of_kind(values: Any, kind: str) -> Any:
    return next(item for item in values["objects"] if item["kind"] == kind)


@pytest.mark.parametrize("name", CASES)
def test_clean_values_have_no_problem(name: str) -> None:
    assert judged(platform(CASES[name])) == []


HINT = "the target `helm` has a fault: please report it, and say delivery: manifests until then"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda values: values["image"].update(tag="1.4.3"),
            (
                "charts/objects {file}: Deployment auth in namespace auth: spec.template.spec.containers[0].image is"
                " 'ghcr.io/acme/auth:1.4.3' by the chart and 'ghcr.io/acme/auth:1.4.2' in the plain manifest ({hint})"
            ),
        ),
        (
            lambda values: values.pop("scaling"),
            (
                "charts/objects {file}: HorizontalPodAutoscaler auth in namespace auth: spec.minReplicas is"
                " 1 by the chart and 2 in the plain manifest ({hint})"
            ),
        ),
        (
            lambda values: values.update(deploymentId="other"),
            (
                "charts/objects {file}: Deployment auth in namespace auth: spec.template.metadata.labels"
                "[\"request-journey.dev/deployment-id\"] is 'other' by the chart and {id!r} in the plain manifest"
                " ({hint})"
            ),
        ),
        (
            lambda values: values["objects"].remove(of_kind(values, "NetworkPolicy")),
            "charts/objects {file}: the chart makes no NetworkPolicy default-deny in namespace auth ({hint})",
        ),
        (
            lambda values: values.update(without=["Service"]),
            "charts/objects {file}: the chart makes no Service auth in namespace auth ({hint})",
        ),
        (
            lambda values: of_kind(values, "Service")["metadata"].update(name="other"),
            (
                "charts/objects {file}: the chart makes Service other in namespace auth, which is no plain manifest"
                " ({hint})"
            ),
        ),
        (lambda values: values.update(replica=2), "charts/value {file}: there is no value `replica` ({hint})"),
        (
            lambda values: values["image"].update(name="x"),
            "charts/value {file}: there is no value `image.name` ({hint})",
        ),
        (
            lambda values: values.update(replicas="2"),
            "charts/value {file}: `replicas` is not of the type that charts take ({hint})",
        ),
    ],
)
def test_each_break_of_the_values_is_found(change: Callable[[Any], object], message: str) -> None:
    view = platform(CASES["web"])
    (artifact,) = helm.render(UNIT, view)
    values: Any = artifact.content
    assert message.format(file=FILE, hint=HINT, id=values["deploymentId"]) in judged(view, change)


def test_a_patch_that_writes_what_charts_replace_is_told_so() -> None:
    env = [{"name": "ID", "value": "${deploymentId}"}]
    merge = {"spec": {"template": {"spec": {"containers": [{"name": "auth", "env": env}]}}}}
    (found,) = judged(platform(service(patches=[{"target": {"kind": "Deployment"}, "merge": merge}])))
    assert found.startswith(f"charts/objects {FILE}: Deployment auth in namespace auth: spec.template.spec.containers")
    assert found.endswith(
        "(write no value as ${...} in `patches` and `extra`: charts put a value of theirs in its place)"
    )


@pytest.mark.parametrize("wrong", [None, 0, "x", [], ["x"], {}, {"metadata": "x", "spec": {"containers": "x"}}, [None]])
@pytest.mark.parametrize("path", ["/spec", "/spec/template", "/spec/template/spec", "/spec/template/spec/containers"])
def test_a_patch_that_makes_nonsense_of_an_object_breaks_neither_values_nor_check(path: str, wrong: object) -> None:
    patch = {"target": {"kind": "Deployment"}, "json": [{"op": "replace", "path": path, "value": wrong}]}
    view = platform(service(patches=[patch]))
    (artifact,) = helm.render(UNIT, view)
    content: Any = artifact.content
    assert placed(content) and judged(view) == []


def test_a_cluster_is_delivered_from_charts(journey: Journey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(shutil.copytree(ROOT / "examples" / "node-express", tmp_path / "platform"))
    file = root / "platform.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\n    provider: local\n", "\n    provider: local\n    delivery: helm\n"))
    monkeypatch.chdir(root)
    ran = journey("render")
    assert ran.code == 0, ran.err + ran.out
    application = (root / "clusters/local/applications/express-dev-local.yaml").read_text(encoding="utf-8")
    assert "path: charts/express\n" in application
    assert "- ../../environments/dev/local/helm/express.yaml\n" in application
    assert (root / "environments/dev/local/kubernetes/express/deployment-express.yaml").is_file()
    # what is synced, once: the same object twice is told, plain manifests beside the charts are no second one
    twice = root / "apps" / "express" / "service.yaml"
    object = "{apiVersion: v1, kind: Service, metadata: {name: express}, spec: {ports: [{port: 80}]}}"
    twice.write_text(f"{twice.read_text(encoding='utf-8')}\nextra:\n- {object}\n", encoding="utf-8")
    ran = journey("render")
    assert ran.code == 1 and "Service express" in ran.out + ran.err
