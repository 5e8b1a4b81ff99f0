"""What of a spec a unit can have read."""

from __future__ import annotations

from pathlib import Path

from journey.explain.candidates import candidates, names_of, read
from tests import specs
from tests.explain import shop


def test_of_a_service_that_is_only_asked_for_a_field_that_field_is_read(tmp_path: Path) -> None:
    files = {**shop.FILES, "apps/job/service.yaml": f"{shop.API}needs: [{{host: example.com, port: 443}}]\n"}
    trials = shop.trials(specs.load(files, tmp_path), "api", "dev")
    found = read(trials)
    assert found["apps/job/service.yaml"] == {"needs", "enabled"}, "only whether it dials this one matters"
    assert found["apps/api/service.yaml"] == frozenset(), "its own file is read whole"
    assert "teams" not in found["platform.yaml"]
    other = [one.where.path for one in candidates(trials, names_of(trials.documents)) if "/job/" in one.where.file]
    assert other == [("needs",), ("needs", 0), ("needs", 0, "host"), ("needs", 0, "port")]
