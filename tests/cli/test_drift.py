"""`journey drift` as a person runs it. The cluster is a double; a real one is asked by `make e2e-drift`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.changes.drift.test_report import REPLICAS, Double
from tests.changes.shop import WEB_FILE, Shop
from tests.cli.conftest import Journey

OWNED = [
    {
        "manager": "kubectl-edit",
        "time": "2030-01-02T00:00:00Z",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }
]


class Live(Double):
    """The double with who set the replicas, and a ConfigMap made by hand."""

    def get(self, item: Any) -> Any:
        found = super().get(item)
        if self.key(item) in self.edits:
            found["metadata"]["managedFields"] = OWNED
        return found

    def items(self, api_version: str, kind: str, namespace: str) -> list[Any]:
        mine = {"kind": kind, "metadata": {"name": "mine", "namespace": namespace}}
        return [mine] if kind == "ConfigMap" and namespace == "web-staging" else []


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    more = "scaling: {min: 2, max: 9}\n    without: {autoscaler: {reason: test}}"
    made.edit(WEB_FILE, "scaling: {min: 2}", more)
    made.promote("web")
    monkeypatch.chdir(made.root)
    return made


@pytest.fixture
def live(repository: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[Any, Any]], None]:
    """Puts a cluster with edits in place of the one that a kubeconfig would name."""

    def put(edits: dict[Any, Any]) -> None:
        cluster = Live(repository.root, "local", edits)
        monkeypatch.setattr("journey.live.kubeconfig.connect", lambda file, context: file)
        monkeypatch.setattr("journey.live.cluster.Reading", lambda server: cluster)

    return put


def test_differences_are_told_by_the_line_that_says_otherwise(
    repository: Shop, journey: Journey, live: Callable[[dict[Any, Any]], None]
) -> None:
    live({("Deployment", "web"): (REPLICAS, 5)})
    ran = journey("drift", "--cluster", "local")
    assert ran.code == 1
    since = "by kubectl-edit since 2030-01-02T00:00:00Z"
    assert ran.out.splitlines()[:4] == [
        f"{WEB_FILE}:1:1",
        f"  Deployment web in web-dev /spec/replicas: 1 -> 5, {since}",
        f"{WEB_FILE}:13:20 environments.staging.scaling.min: 2",
        f"  Deployment web in web-staging /spec/replicas: 2 -> 5, {since}",
    ]
    assert "ConfigMap mine in web-staging is not in the tree" in ran.out
    assert ran.out.splitlines()[-1].endswith("objects of local: 3 differences")


def test_json_tells_both_values_and_who(
    repository: Shop, journey: Journey, live: Callable[[dict[Any, Any]], None]
) -> None:
    live({("Deployment", "web"): (REPLICAS, 5)})
    found = json.loads(journey("drift", "--cluster", "local", "--service", "web", "--format", "json").out)
    staging = next(item for item in found if item["namespace"] == "web-staging" and item["kind"] == "Deployment")
    assert (staging["tree"], staging["live"], staging["manager"], staging["spec"]) == (
        2,
        5,
        "kubectl-edit",
        f"{WEB_FILE}:13:20",
    )
    assert "::error file=" in journey("drift", "--cluster", "local", "--format", "github").out


def test_a_secret_is_told_without_its_value(
    repository: Shop, journey: Journey, live: Callable[[dict[Any, Any]], None]
) -> None:
    live({("Deployment", "web"): (("metadata", "labels", "api-token"), "planted")})
    for style in ("text", "json", "github", "sarif"):
        ran = journey("drift", "--cluster", "local", "--service", "web", "--format", style)
        assert "api-token" in ran.out and "(hidden)" in ran.out, style
        assert "planted" not in ran.out + ran.err, style


def test_live_values_are_taken_into_the_spec(
    repository: Shop, journey: Journey, live: Callable[[dict[Any, Any]], None]
) -> None:
    live({("Deployment", "web"): (REPLICAS, 5)})
    ran = journey("drift", "--cluster", "local", "--adopt")
    assert f"adopted: {WEB_FILE} environments.staging.scaling.min: 5" in ran.err
    assert "not adopted: Deployment web in web-dev" in ran.err and "then: journey render" in ran.err
    assert "scaling: {min: 5, max: 9}" in repository.read(WEB_FILE)


def test_a_cluster_as_its_tree_says(repository: Shop, journey: Journey, live: Callable[[dict[Any, Any]], None]) -> None:
    live({})
    ran = journey("drift", "--cluster", "local", "--service", "api")
    assert (ran.code, ran.out.splitlines()[-1].partition(": ")[2]) == (0, "no drift")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--cluster", "locla"), "there is no cluster `locla`; did you mean `local`?"),
        (("--cluster", "local", "--service", "wbe"), "there is no service `wbe`; did you mean `web`?"),
        (("--cluster", "local", "--kubeconfig", "gone"), "name one with --kubeconfig or KUBECONFIG"),
        (("--cluster", "local", "--sign-in"), "there is no sign-in to clusters of provider `local`"),
    ],
)
def test_what_cannot_be_compared_is_said(
    repository: Shop, journey: Journey, arguments: tuple[str, ...], message: str
) -> None:
    ran = journey("drift", *arguments)
    assert ran.code != 0 and message in ran.err and "Traceback" not in ran.err


def test_the_workflow_signs_in(repository: Shop, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER", "local")
    assert "there is no sign-in to clusters of provider `local`" in journey("ci", "drift").err
