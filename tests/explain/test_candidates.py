"""What of a spec a unit can have read."""

from __future__ import annotations

from pathlib import Path

from journey.explain.candidates import candidates, names_of, read
from tests import specs
from tests.explain import shop


def test_of_a_service_that_is_only_asked_for_a_field_that_field_is_read(tmp_path: Path) -> None:
    files = {**shop.FILES, "apps/job/service.yaml": f"{shop.API}needs: [{{host: example.com, port: 443}}]\n"}
    trials = shop.trials(specs.load(files, tmp_path), "api", "dev")
    found = read(trials, trials.artifacts)
    assert found["apps/web/service.yaml"] >= {"needs", "enabled"}, "it dials this one"
    assert "apps/job/service.yaml" not in found, "it does not dial this one, and is in an index alone"
    assert found["apps/api/service.yaml"] == frozenset(), "its own file is read whole"
    assert "teams" not in found["platform.yaml"]
    every = candidates(trials, names_of(trials.documents, "api"), trials.artifacts)
    other = {one.where.path: one.changes for one in every if "/web/" in one.where.file}
    assert {path[0] for path in other} <= {"needs", "environments"}, "its release or config is nothing to this one"
    assert "api" not in other["needs", 0, "service"], "no reference is led to the service that is explained"
