"""A service's other name: its folder moves, who names it follows, and nothing that carries its data is made anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journey.changes import rename, revert
from journey.changes.promotion import carry_out
from journey.ci.refused import Refused
from tests.changes.shop import API, API_FILE, PLATFORM, STORED, WEB, WEB_FILE, Shop

NEEDING = WEB + "needs:\n- service: api  # for prices\n- {service: api, port: http}\n"


def renamed(shop: Shop, old: str = "api", new: str = "prices") -> str:
    return carry_out(str(shop.root), rename.planned(str(shop.root), old, new))


def refusal(shop: Shop, old: str, new: str) -> str:
    with pytest.raises(Refused) as refused:
        rename.planned(str(shop.root), old, new)
    return f"{refused.value.problem.message}; {refused.value.problem.hint}"


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """`api` has a database, and `web` needs it in dev and staging."""
    files = {
        **STORED,
        WEB_FILE: NEEDING.replace("- {service: api, port: http}\n", ""),
        API_FILE: API + "needs:\n- datastore: main\n",
        "apps/api/app/main.py": "print('api')\n",
        "apps/api/run": "#!/bin/sh\n",
    }
    made = Shop(tmp_path / "stored", files)
    (made.root / "apps/api/run").chmod(0o755)
    made.commit("executable")
    monkeypatch.chdir(made.root)
    return made


def test_the_folder_moves_and_who_needs_it_follows(stored: Shop) -> None:
    stored.promote("api")
    stored.promote("web")
    renamed(stored)
    assert not (stored.root / "apps/api").exists()
    assert (stored.root / "apps/prices/app/main.py").read_text() == "print('api')\n"
    assert os.access(stored.root / "apps/prices/run", os.X_OK)
    assert "- service: prices  # for prices\n" in stored.read(WEB_FILE)
    assert "service: prices" in stored.read("apps/web/promoted/staging.yaml")
    text = stored.read("apps/prices/service.yaml")
    assert text.endswith("renamedFrom: api\nimage: ghcr.io/example/api\n") and text.startswith(API)
    assert "renamedFrom: api" in stored.read("apps/prices/promoted/staging.yaml")
    assert stored.clean and stored.git("log", "-1", "--format=%s") == "Rename api to prices"
    assert stored.commit("nothing else") and stored.git("diff", "HEAD~1", "--stat") == ""


def test_namespace_selector_image_and_database_stay(stored: Shop) -> None:
    stored.promote("api")
    before = stored.read("environments/staging/local/kubernetes/api/deployment-api.yaml")
    renamed(stored)
    after = stored.read("environments/staging/local/kubernetes/prices/deployment-prices.yaml")
    for kept in ("namespace: api-staging", "image: ghcr.io/example/api:7.0.0", "app.kubernetes.io/name: api"):
        assert kept in before and kept in after
    secret = stored.read("environments/staging/local/kubernetes/prices/externalsecret-prices-main.yaml")
    assert "staging/datastores/main/api" in secret


def test_it_goes_back_to_its_first_name_and_to_no_third(stored: Shop) -> None:
    renamed(stored)
    assert refusal(stored, "prices", "costs") == (
        "prices was api before, and its selectors and volumes still carry that name; "
        "journey rename prices api goes back; a third name has nowhere to stand"
    )
    renamed(stored, "prices", "api")
    assert "renamedFrom" not in stored.read(API_FILE) and "- service: api  # for prices\n" in stored.read(WEB_FILE)


def test_what_stays_and_moves_is_told(stored: Shop) -> None:
    assert rename.planned(str(stored.root), "api", "prices").notes == (
        "keeps the name api: namespaces, selectors, volume claims, databases and their logins",
        "2 other files of its folder move; what they say of api is yours to change",
        (
            "its images stay ghcr.io/example/api: `image` says so; take it out when a build has pushed "
            "ghcr.io/example/prices"
        ),
    )


def test_clusters_that_name_the_way_in_by_default_say_its_new_name(tmp_path: Path) -> None:
    platform = PLATFORM.replace("gateway: ingress", "gateway: nginx", 1)
    gateway = "team: web\nruntime: nginx\nports:\n  http: {port: 8080}\nrelease: {version: 1.0.0}\n"
    shop = Shop(tmp_path / "shop", {"platform.yaml": platform, "apps/gateway/service.yaml": gateway})
    plan = rename.planned(str(shop.root), "gateway", "edge")
    text = plan.files["platform.yaml"]
    assert text is not None and b"gateway: nginx, gatewayService: edge}" in text
    assert not plan.seen.problems_bar


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("wbe", "shop", "there is no service `wbe`; did you mean `web`?"),
        ("web", "Shop", "`Shop` is no name: lower-case letters, digits and `-`, at most 63; example: sign-in"),
        ("web", "a" * 64, f"`{'a' * 64}` is no name: lower-case letters, digits and `-`, at most 63; example: sign-in"),
        ("web", "api", "there is a service `api` already; take another name"),
        ("web", "main", "there is a datastore `main` already; take another name"),
    ],
)
def test_names_that_cannot_be_taken(stored: Shop, old: str, new: str, message: str) -> None:
    assert refusal(stored, old, new) == message


def test_a_folder_that_is_there_is_not_written_over(shop: Shop) -> None:
    (shop.root / "apps/prices").mkdir()
    assert refusal(shop, "api", "prices").startswith("apps/prices is there already")


def test_a_link_is_not_moved(shop: Shop) -> None:
    (shop.root / "apps/api/link").symlink_to("service.yaml")
    shop.commit("link")
    assert refusal(shop, "api", "prices").startswith("apps/api/link is a link or a submodule: only files are moved")


def test_an_include_must_lead_there(tmp_path: Path) -> None:
    includes = 'includes: ["apps/api/service.yaml", "apps/web/service.yaml"]\n'
    shop = Shop(tmp_path / "shop", {"platform.yaml": PLATFORM + includes})
    assert refusal(shop, "api", "prices").startswith("no `includes` of platform.yaml leads to apps/prices/service.yaml")


def test_revert_refuses_a_rename(shop: Shop) -> None:
    commit = renamed(shop)
    with pytest.raises(Refused, match="is the act `rename`: what it changed is no environment's"):
        revert.planned(str(shop.root), commit)
