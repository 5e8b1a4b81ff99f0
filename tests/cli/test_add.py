"""`journey add service`: what it writes, and what it refuses without writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from journey.spec.yaml import parse
from tests.cli.conftest import PLATFORM, Journey


def value(root: Path, name: str) -> Any:
    return parse((root / f"apps/{name}/service.yaml").read_bytes(), "").value


def test_it_writes_a_service_that_checks_clean(shop: Path, journey: Journey) -> None:
    given = ["--port", "http=8080", "--route", "/orders", "--need", "api", "--need", "pay.example.com:443"]
    code, out, err = journey("add", "service", "orders", *given, "--runtime", "node", "--description", "Takes orders.")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "wrote apps/orders/service.yaml",
        "Next:",
        "    edit apps/orders/service.yaml; an editor with a YAML language server shows what it may say",
        "    put the code and a Dockerfile into apps/orders/",
        "    journey render, and commit what it writes",
    ]
    found = value(shop, "orders")
    assert (found["team"], found["runtime"], found["description"]) == ("web", "node", "Takes orders.")
    assert found["routes"] == {"orders": {"path": "/orders", "timeout": "15s"}}
    assert found["needs"] == [{"service": "api"}, {"host": "pay.example.com", "port": 443}]
    assert journey("render").code == 0
    assert (shop / "environments/dev/local/kubernetes/orders/service-orders.yaml").is_file()


@pytest.mark.parametrize("kind", ["web", "worker", "job", "stateful"])
def test_each_kind_needs_no_more_than_its_name(shop: Path, journey: Journey, kind: str) -> None:
    assert journey("add", "service", "new", "--kind", kind).code == 0
    assert value(shop, "new")["kind"] == kind
    assert journey("render").code == 0


def test_a_cron_service_needs_its_schedule(shop: Path, journey: Journey) -> None:
    code, out, err = journey("add", "service", "nightly", "--kind", "cron")
    assert (code, out) == (1, "") and "spec/kind: a service of kind `cron` has no `schedule`" in err
    assert journey("add", "service", "nightly", "--kind", "cron", "--schedule", "0 3 * * *").code == 0


def test_all_that_is_wrong_is_told_and_nothing_is_written(shop: Path, journey: Journey) -> None:
    given = ["--team", "webb", "--need", "apo", "--route", "x", "--port", "99999"]
    code, out, err = journey("add", "service", "new", *given)
    assert (code, out, (shop / "apps/new").exists()) == (1, "", False)
    rules = [line.partition(":")[0] for line in err.splitlines() if line.startswith("spec/")]
    assert sorted(rules) == ["spec/unknown-service", "spec/unknown-team", "spec/value", "spec/value"]
    assert "    did you mean `web`?" in err.splitlines()
    assert err.splitlines()[-1] == "apps/new/service.yaml was not written"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["web"], "there is a service `web` already: apps/web/service.yaml"),
        (["Web"], "`Web` is no DNS label: lower-case letters, digits and `-` between them, at most 63"),
        (["../x"], "`../x` is no DNS label"),
        (["x", "--port", "http"], "`http` is neither a number nor NAME=NUMBER"),
        (["x", "--need", "a.example.com"], "a host outside is named with its port, as in a.example.com:443"),
        (["x", "--kind", "wep"], "'wep' is not one of"),
        (["x", "--description", "a\nb"], "an option holds what no line of a file may hold"),
    ],
)
def test_what_cannot_be_meant_is_usage(shop: Path, journey: Journey, arguments: list[str], said: str) -> None:
    code, out, err = journey("add", "service", *arguments)
    assert (code, out) == (2, "") and said in err
    assert sorted(path.name for path in (shop / "apps").iterdir()) == ["api", "web"]


def test_of_several_teams_one_must_be_named(shop: Path, journey: Journey) -> None:
    more = 'teams:\n  data: {owners: ["@acme/data"], contact: data@example.com}\n'
    (shop / "platform.yaml").write_text(PLATFORM.replace("teams:\n", more))
    assert "say which team owns it: --team data | web" in journey("add", "service", "new").err
    assert journey("add", "service", "new", "--team", "data").code == 0
    assert value(shop, "new")["team"] == "data"


def test_it_stands_where_the_platform_looks(shop: Path, journey: Journey) -> None:
    (shop / "platform.yaml").write_text(f"{PLATFORM}includes: [apps/*/service.yaml, src/*/service.yaml]\n")
    assert journey("add", "service", "new").code == 0
    (shop / "platform.yaml").write_text(f"{PLATFORM}includes: [a/*/b/*/service.yaml]\n")
    code, _, err = journey("add", "service", "newer")
    assert code == 2 and "no `includes` of platform.yaml ends in /*/service.yaml" in err


def test_what_stands_there_is_kept(shop: Path, journey: Journey) -> None:
    folder = shop / "apps/new"
    folder.mkdir()
    (folder / "service.yaml").symlink_to("nowhere")
    assert "there is a service `new` already: apps/new/service.yaml" in journey("add", "service", "new").err


def test_a_folder_with_code_may_become_a_service(shop: Path, journey: Journey) -> None:
    (shop / "apps/new").mkdir()
    (shop / "apps/new/main.py").touch()
    assert journey("add", "service", "new").code == 0


def test_mistakes_that_were_there_are_not_its_own(shop: Path, journey: Journey) -> None:
    (shop / "apps/api/service.yaml").write_text("team: nobody\nkind: worker\n")
    assert journey("add", "service", "new").code == 0


def test_without_a_platform_there_is_nothing_to_add_to(
    tmp_path: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = journey("add", "service", "new")
    assert code == 1 and out.startswith("platform.yaml: spec/no-platform")
