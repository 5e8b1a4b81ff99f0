"""What leaves the spec for good: everything said for it goes, its name stays taken, and what it leaves is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from journey.changes import remove
from journey.changes.offer import Here, offer
from journey.changes.promotion import Plan, carry_out
from journey.changes.remove import Farewell, Thing
from journey.ci.refused import Refused
from tests.changes.shop import API, API_FILE, PLATFORM, STORED, WEB, WEB_FILE, Shop

SAID = Farewell(date(2030, 1, 15), "Nobody buys there.")

OVERLAYS = "  prod:\n    scaling: {min: 3}\n    clusters:\n      west: {scaling: {min: 4}}\n"


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """`api` has a database and a volume, `web` says something for each environment."""
    volume = "volumes:\n  data: {kind: persistent, path: /data, size: 1Gi}\n"
    files = {
        **STORED,
        WEB_FILE: WEB + OVERLAYS,
        API_FILE: API + "kind: stateful\nneeds:\n- datastore: main\n" + volume,
        "apps/api/main.py": "",
    }
    made = Shop(tmp_path / "stored", files)
    monkeypatch.chdir(made.root)
    return made


def planned(shop: Shop, what: Thing, name: str, said: Farewell = SAID) -> Plan:
    return remove.planned(str(shop.root), what, name, said)


def removed(shop: Shop, what: Thing, name: str) -> None:
    plan = planned(shop, what, name)
    assert not plan.seen.problems_bar, plan.problems
    carry_out(str(shop.root), plan)


def refusal(shop: Shop, what: Thing, name: str, said: Farewell = SAID) -> str:
    with pytest.raises(Refused) as refused:
        planned(shop, what, name, said)
    return f"{refused.value.problem.message}; {refused.value.problem.hint}"


def test_a_service_goes_with_its_promotions_and_leaves_its_name(stored: Shop) -> None:
    stored.promote("api")
    removed(stored, "service", "api")
    assert not (stored.root / API_FILE).exists() and not (stored.root / "apps/api/promoted").exists()
    assert (stored.root / "apps/api/main.py").exists()
    assert not (stored.root / "environments/staging/local/kubernetes/api").exists()
    entry = stored.read("platform.yaml").partition("retire:\n")[2].splitlines()
    assert entry[:5] == [
        "  services:",
        "    api:",
        '      since: "2030-01-15"',
        "      reason: Nobody buys there.",
        "      owner: web",
    ]
    assert entry[5].startswith('      data: "Kept: volume claims of api in dev on local, volume claims')
    message = stored.git("log", "-1", "--format=%B").splitlines()
    assert message[0] == "Remove the service api" and "Journey-Step: api 7.0.0 none" in message
    assert stored.clean


def test_who_needs_a_service_bars_its_removal(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop", {WEB_FILE: WEB + "needs:\n- service: api\n"})
    plan = planned(shop, "service", "api")
    assert [(problem.rule, problem.message) for problem in plan.problems] == [
        ("spec/unknown-service", "there is no service `api`")
    ]
    assert plan.seen.problems_bar


def test_its_data_are_told_and_where_they_were_exported(stored: Shop) -> None:
    kept = planned(stored, "service", "api").notes
    assert kept[0] == "kept: volume claims of api in dev on local"
    assert "kept: database api of main in dev on local" in kept
    assert kept[-2:] == (
        "its code stays: remove the rest of apps/api when nobody builds it",
        "datastores.main.databases still lists api: the database stays until it is taken out",
    )
    plan = planned(stored, "service", "api", SAID._replace(copy="s3://archive.example.com/api"))
    copied = "exported by your word to s3://archive.example.com/api"
    assert plan.notes[0] == f"{copied}: volume claims of api in dev on local"
    assert b"Exported to s3://archive.example.com/api: volume claims of api" in (plan.files["platform.yaml"] or b"")


def test_a_service_without_data_says_so(shop: Shop) -> None:
    text = planned(shop, "service", "api").files["platform.yaml"] or b""
    assert b"data: None was held." in text


def test_an_environment_between_goes_and_what_came_after_follows_the_one_before(stored: Shop) -> None:
    stored.promote("web")
    stored.promote("web", to="prod")
    removed(stored, "environment", "staging")
    text = stored.read("platform.yaml")
    assert "  prod: {clusters: [east, west], promotesFrom: dev}\n" in text
    assert "  staging:" not in text.partition("retire:")[0]
    assert stored.read(WEB_FILE).endswith(f"environments:\n{OVERLAYS}")
    assert not (stored.root / "apps/web/promoted/staging.yaml").exists()
    assert (stored.root / "apps/web/promoted/prod.yaml").exists()
    assert not (stored.root / "environments/staging").exists() and stored.clean


def test_a_last_environment_goes_with_what_datastores_say_of_it(stored: Shop) -> None:
    plan = planned(stored, "environment", "prod")
    text = (plan.files["platform.yaml"] or b"").decode()
    assert "    environments:\n      dev: {storage: 2Gi}\n" in text
    assert (plan.files[WEB_FILE] or b"").decode() == WEB
    assert "kept: datastore main in prod on east" in plan.notes
    assert plan.notes[-2:] == (
        "east is in no environment any more: journey remove cluster east",
        "west is in no environment any more: journey remove cluster west",
    )


def test_a_cluster_goes_from_its_environments_and_its_addresses_stay_taken(stored: Shop) -> None:
    stored.edit("platform.yaml", "west: {provider", "west: {pods: 10.9.0.0/16, provider")
    removed(stored, "cluster", "west")
    text = stored.read("platform.yaml")
    assert "  prod: {clusters: [east], promotesFrom: staging}\n" in text
    assert "addresses:\n      - 10.9.0.0/16\n" in text or "addresses: [10.9.0.0/16]" in text
    assert "west" not in stored.read(WEB_FILE) and "scaling: {min: 3}" in stored.read(WEB_FILE)
    assert not (stored.root / "environments/prod/west").exists()


def test_a_rollout_under_way_forgets_the_cluster(stored: Shop) -> None:
    stored.promote("web")
    stored.promote("web", to="prod")
    stored.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    stored.promote("web")
    stored.edit("platform.yaml", "promotesFrom: staging}", "promotesFrom: staging, rollout: by-cluster}")
    stored.promote("web", to="prod")
    assert "clusters:\n  east:" in stored.read("apps/web/promoted/prod.yaml")
    removed(stored, "cluster", "east")
    assert "east" not in stored.read("apps/web/promoted/prod.yaml")


@pytest.mark.parametrize(
    ("what", "name", "message"),
    [
        ("service", "wbe", "there is no service `wbe`; did you mean `web`?"),
        ("environment", "prdo", "there is no environment `prdo`; did you mean `prod`?"),
        ("cluster", "wets", "there is no cluster `wets`; did you mean `west`?"),
        (
            "environment",
            "dev",
            (
                "staging is promoted from dev, and nothing comes before it; "
                "let environments.staging promote from another one first, or render from head"
            ),
        ),
        (
            "cluster",
            "local",
            "local is the only cluster of dev; journey remove environment dev, or give it another cluster first",
        ),
    ],
)
def test_what_cannot_go_is_refused(shop: Shop, what: Thing, name: str, message: str) -> None:
    assert refusal(shop, what, name) == message


def test_somebody_must_answer_for_what_is_left(tmp_path: Path) -> None:
    teams = 'teams:\n  ops: {owners: ["@example/ops"], contact: ops@example.com}\n'
    shop = Shop(tmp_path / "shop", {"platform.yaml": PLATFORM.replace("teams:\n", teams)})
    assert refusal(shop, "cluster", "west") == "say which team answers for what is left; --owner ops | web"
    assert refusal(shop, "cluster", "west", SAID._replace(owner="osp")) == "there is no team `osp`; did you mean `ops`?"
    assert b"owner: ops" in (planned(shop, "cluster", "west", SAID._replace(owner="ops")).files["platform.yaml"] or b"")


def test_a_name_that_went_is_not_taken_again(stored: Shop) -> None:
    removed(stored, "cluster", "west")
    text = stored.read("platform.yaml")
    again = text.replace("  east:", "  west: {provider: local, kubernetes: '1.34'}\n  east:", 1)
    (stored.root / "platform.yaml").write_text(again)
    from journey import pipeline

    found = pipeline.run(pipeline.Options(str(stored.root)), write=False)
    assert "the cluster `west` takes the name of a retired cluster" in [problem.message for problem in found.problems]


def test_it_is_offered_on_a_branch(shop: Shop) -> None:
    branch, _ = offer(str(shop.root), planned(shop, "environment", "prod"), Here(), (), "")
    assert branch.startswith("journey/remove-prod-") and "services" not in branch
    assert "retire:" in shop.git("show", f"{branch}:platform.yaml")
