"""Values and charts of specs with every kind of workload: Helm's engine makes of them what the plain manifests are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import helm_python
import pytest

from journey.artifact import Artifact, Unit
from journey.facts.charts import DEFAULTS
from journey.formats import encode
from journey.spec.view import View
from journey.targets import helm
from journey.targets.helm import templates
from journey.targets.helm.schema import schema
from journey.targets.helm.values import values
from journey.workload.objects import workload_of
from tests.targets.helm import engine
from tests.workload.platforms import Data, addon, service, view_of

HEALTH = {"readiness": {"path": "/readyz"}}
CASES: dict[str, Data] = {
    "web": service(health=HEALTH, routes={"api": {"path": "/api", "timeout": "5s"}}, scaling={"min": 2, "max": 5}),
    "unbuilt": {"team": "platform", "ports": {"http": {"port": 8080}}},
    "digest": service(release={"version": "1.0.0", "digest": "sha256:" + "a" * 64}),
    "worker": service(kind="worker", ports={}, scaling={"min": 3, "max": 3}),
    "cron": service(kind="cron", ports={}, schedule={"cron": "*/5 * * * *"}),
    "job": service(kind="job", ports={}),
    "stateful": service(kind="stateful", volumes={"data": {"path": "/data", "size": "1Gi", "kind": "persistent"}}),
    "requests": service(health=HEALTH, scaling={"min": 1, "max": 9, "requestsPerSecond": 50}),
    "migrations": service(migrations={"command": ["up"]}, init={"wait": {"image": "docker.io/library/busybox:1.37"}}),
    "files": service(config={"values": {"A": "1"}, "files": {"/etc/app/a.yaml": "a: 1\nb: {{ .Values.x }}\n"}}),
    "scalars": service(
        config={"values": {"BIG": 2592000, "SMALL": 0.5, "ON": "on", "NO": "no", "NUMBER": "007", "E": "1e3"}}
    ),
    "bare": service(
        without={name: {"reason": "as it runs"} for name in ("deploymentId", "hashedNames", "securityContext")}
    ),
    "patched": service(patches=[{"target": {"kind": "Deployment"}, "merge": {"spec": {"minReadySeconds": 5}}}]),
    "extra": service(
        extra=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}, "data": {"k": "${replicas}"}}]
    ),
}


def platform(said: Data) -> View:
    addons = {"envoy": addon("envoy", "gateway"), "secrets": addon("secrets", "secrets", "monitoring", "scaling")}
    return view_of({"auth": said}, cluster={"addons": ["envoy", "secrets"]}, addons=addons)


def written(artifacts: Iterator[Artifact] | list[Artifact], folder: Path) -> None:
    for item in artifacts:
        path = folder / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(item.format, item.content))


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    written(list(helm.render(Unit("helm", service="auth"), platform(CASES["web"]))), tmp_path)
    return tmp_path / "charts" / "auth"


@pytest.mark.parametrize("name", CASES)
def test_objects_are_those_of_the_workload(name: str, chart: Path) -> None:
    view = platform(CASES[name])
    written(list(helm.render(Unit("helm", "dev", "local", "auth"), view)), chart.parents[1])
    given = engine.values(chart.parents[1] / "environments/dev/local/helm/auth.yaml")
    assert engine.rendered(chart, given, "auth") == [
        item.content for item in workload_of(view, "auth", "dev", "local").objects
    ]
    assert engine.faults(chart, given) == []


def test_a_service_that_runs_nowhere_has_no_values() -> None:
    view = platform(service(enabled=False))
    assert list(helm.render(Unit("helm", "dev", "local", "auth"), view)) == []
    assert [unit for unit in helm.units(view) if unit.environment] == []


def test_values_have_the_names_that_people_look_for() -> None:
    found = values(platform(CASES["web"]), "auth", "dev", "local")
    assert list(found) == [name for name in DEFAULTS if name in found]
    assert found["image"] == {"repository": "ghcr.io/acme/auth", "tag": "1.4.2"}
    assert found["scaling"] == {"min": 2, "max": 5}
    assert found["test"] == {"url": "http://auth.auth.svc:80/readyz"}
    worker = values(platform(CASES["worker"]), "auth", "dev", "local")
    assert worker["replicas"] == 3 and "test" not in worker and "scaling" not in worker


def test_a_value_of_ones_own_is_put_where_it_belongs(chart: Path) -> None:
    found = values(platform(CASES["web"]), "auth", "dev", "local")
    own = {
        "image": {"repository": "example.com/auth", "tag": "9", "digest": ""},
        "resources": {"limits": {"memory": "1Gi"}},
    }
    made = engine.rendered(chart, {**found, **own, "scaling": {"min": 7, "max": 8}}, "auth")
    container = next(item for item in made if item["kind"] == "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert (container["image"], container["resources"]) == ("example.com/auth:9", {"limits": {"memory": "1Gi"}})
    scaler = next(item for item in made if item["kind"] == "HorizontalPodAutoscaler")
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (7, 8)


def test_kinds_can_be_left_out_and_nothing_is_installed_without_values(chart: Path) -> None:
    found = values(platform(CASES["web"]), "auth", "dev", "local")
    made = engine.rendered(chart, {**found, "without": ["Namespace", "NetworkPolicy"]}, "auth")
    assert not {"Namespace", "NetworkPolicy"} & {item["kind"] for item in made} and made
    assert engine.rendered(chart, {}, "auth") == []


def test_the_hook_asks_the_service(chart: Path) -> None:
    found = values(platform(CASES["web"]), "auth", "dev", "local")
    with helm_python.Chart.load(chart) as loaded:
        manifests = loaded.render(values=found, name="auth", namespace="auth")
    hook = next(text for path, text in manifests.items() if path.endswith("tests/answers.yaml"))
    assert '"http://auth.auth.svc:80/readyz"' in hook and "helm.sh/hook: test" in hook
    notes = next(text for path, text in manifests.items() if path.endswith("NOTES.txt"))
    assert notes.strip().startswith("auth 1.4.2: ") and "helm test auth --namespace auth" in notes


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"replica": 2}, "replica"),
        ({"replicas": "2"}, "replicas"),
        ({"image": {"name": "x"}}, "name"),
        ({"image": {"tag": "a b"}}, "tag"),
        ({"resources": {"limits": {"memory": "lots"}}}, "resources"),
        ({"config": {"A B": "1"}}, "A B"),
        ({"config": {"A": 1}}, "config"),
        ({"objects": [{"kind": "ConfigMap"}]}, "objects"),
    ],
)
def test_helm_refuses_an_unknown_key_and_a_wrong_type(chart: Path, given: dict[str, Any], message: str) -> None:
    with helm_python.Chart.load(chart) as loaded, pytest.raises(helm_python.HelmError, match=message):
        loaded.validate_schema(given)


def test_a_chart_says_nothing_of_what_an_environment_runs() -> None:
    def files(said: Data) -> dict[str, bytes]:
        made = helm.render(Unit("helm", service="auth"), platform(said))
        return {item.path: encode(item.format, item.content) for item in made}

    first, *others = (files(said) for said in CASES.values())
    assert all(other == first for other in others)


def test_the_charts_version_is_raised_with_every_change_of_its_files() -> None:
    """A version that is published is never replaced: raise VERSION, then put the new digest here."""
    content = json.dumps([templates.FILES, schema(), DEFAULTS], sort_keys=True)
    assert (templates.VERSION, sha256(content.encode()).hexdigest()[:16]) == ("1.0.0", "bd847556a9a51847")
