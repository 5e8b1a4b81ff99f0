"""Charts are published once a version, by Helm's own library."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from journey.ci.charts import publish
from journey.ci.refused import Refused
from tests.ci.oci_registry import serving
from tests.cli.conftest import Journey, journey

__all__ = ["journey"]

ROOT = Path(__file__).resolve().parents[2]
CHARTS = [ROOT / "charts" / name for name in ("auth", "gateway")]


def test_a_version_is_pushed_once(tmp_path: Path) -> None:
    with serving() as registry:
        first = list(publish(CHARTS, f"{registry.address}/charts", plain_http=True))
        assert [item.reference.partition("/charts/")[2] for item in first] == ["auth:1.0.0", "gateway:1.0.0"]
        assert all(item.new and item.digest.startswith("sha256:") for item in first)
        assert "charts/auth:1.0.0" in registry.manifests
        before = dict(registry.manifests)
        again = list(publish(CHARTS, f"{registry.address}/charts", plain_http=True))
        assert [item._replace(new=True) for item in again] == first and not any(item.new for item in again)
        assert registry.manifests == before


def test_a_registry_that_refuses_is_named() -> None:
    with serving() as registry:
        registry.read_only = True
        with pytest.raises(Refused, match=r"/charts/auth:1\.0\.0: .*403") as refused:
            list(publish(CHARTS, f"{registry.address}/charts", plain_http=True))
        assert refused.value.problem.hint == "look at the registry's address and at who is signed in"


def test_without_helms_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *arguments: Any, **more: Any) -> Any:
        if name == "helm_python":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Refused) as refused:
        list(publish(CHARTS, "127.0.0.1:1/charts"))
    assert refused.value.problem.hint == "pip install 'request-journey[charts]'"


def test_the_step_of_the_workflow_takes_every_chart(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with serving() as registry:
        monkeypatch.setenv("REGISTRY", f"{registry.address}/charts")
        monkeypatch.setenv("PLAIN_HTTP", "1")
        ran = journey("ci", "charts")
        assert ran.code == 0, ran.err
        assert len(ran.out.splitlines()) == 6 and "auth:1.0.0 sha256:" in ran.out
        assert all(line.startswith("published ") for line in ran.out.splitlines())
        assert all(line.startswith("there already ") for line in journey("ci", "charts").out.splitlines())
