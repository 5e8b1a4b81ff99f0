"""`journey adopt` as a person runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changes.adopt.test_adoption import DEPLOYMENT, SERVICE
from tests.changes.shop import Shop
from tests.cli.conftest import Journey


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "shop")
    monkeypatch.chdir(made.root)
    (tmp_path / "m.yaml").write_text(f"{DEPLOYMENT}---\n{SERVICE}---\nkind: Secret\nmetadata: {{name: login}}\n")
    return made


def test_manifests_are_told_and_written(repository: Shop, journey: Journey) -> None:
    ran = journey("adopt", "../m.yaml", "--plan")
    assert ran.code == 0 and not (repository.root / "apps/pay").exists()
    lines = ran.out.splitlines()
    assert lines[0].startswith("pay: 2 objects, ") and lines[0].endswith(" fields by its own words, 2 patches")
    assert lines[1] == "left as it is: Secret `login` (../m.yaml)"
    assert lines[2].endswith("% of the fields follow without patches or extra; what is rendered equals what came")
    assert journey("adopt", "../m.yaml").out.splitlines()[-2:] == [
        "wrote apps/pay/service.yaml",
        "Next: journey render, commit, sync, then journey adopt --next SERVICE",
    ]
    repository.commit("adopted")
    ran = journey("adopt", "--next", "pay", "--convention", "podDisruptionBudget", "--yes")
    assert ran.code == 0 and ran.out.startswith("adopt pay by podDisruptionBudget\n")


def test_what_is_refused_writes_nothing(repository: Shop, journey: Journey) -> None:
    secret = DEPLOYMENT.replace("value: fast", "value: hunter2hunter2").replace("MODE", "DB_PASSWORD")
    (repository.root / "../m.yaml").write_text(secret)
    ran = journey("adopt", "../m.yaml")
    assert ran.code == 1 and "nothing was written: the spec would not be in order" in ran.err
    assert journey("adopt", "../none.yaml").code == 2
    assert not (repository.root / "apps/pay").exists()


@pytest.mark.parametrize("given", [(), ("a.yaml", "--next", "web"), ("a.yaml", "--convention", "monitor")])
def test_either_manifests_or_a_service(repository: Shop, journey: Journey, given: tuple[str, ...]) -> None:
    ran = journey("adopt", *given)
    assert ran.code == 2 and "name manifests, or a service: --next SERVICE" in ran.err
