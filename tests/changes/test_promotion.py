"""A promotion as a library: one commit of one small file and what it renders, told whole before."""

from __future__ import annotations

import pytest

from journey.changes import record
from journey.changes.gates import Verdict
from journey.changes.promotion import Conflict, Own, Request, Stale, carry_out, planned
from journey.ci.refused import Refused
from journey.problem import Level, Place, Pointer
from tests.changes.shop import API_FILE, NOW, WEB_FILE, Shop, World

PROMOTED = "apps/web/promoted/{}.yaml"


def test_a_promotion_is_one_commit_of_the_promoted_file_and_what_it_renders(shop: Shop) -> None:
    before = shop.git("rev-parse", "HEAD")
    commit = shop.promote("web")
    assert shop.git("rev-parse", "HEAD~1") == before and shop.clean
    changed = shop.git("show", "--name-only", "--format=", commit).splitlines()
    assert changed[0] == PROMOTED.format("staging")
    assert {path.split("/")[1] for path in changed[1:]} == {"staging"}
    assert record.read(shop.git("show", "--no-patch", "--format=%B")) == record.Act(
        "promote", "staging", "dev", (record.Step("web", "none", "1.0.0"),)
    )
    assert shop.plan("web").files == {}


def test_what_is_the_environments_own_is_said(shop: Shop) -> None:
    assert shop.plan("web").own == (Own(Place(WEB_FILE, 13, 20), "scaling.min", 2),)


def test_the_plan_tells_what_changes_and_writes_nothing(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: moin")
    plan = shop.plan("web")
    assert [str(edit.place) for group in plan.diff.groups for edit in group.edits] == [
        f"{PROMOTED.format('staging')}:11:7"
    ]
    assert shop.clean


def test_services_are_promoted_together_and_one_that_runs_already_is_left(shop: Shop) -> None:
    shop.promote("web")
    plan = planned(str(shop.root), Request("staging", every=True), NOW, World())
    assert [step.service for step in plan.act.steps] == ["api"]


def test_the_release_alone(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: moin")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    carry_out(str(shop.root), planned(str(shop.root), Request("staging", ("web",), release_only=True), NOW, World()))
    promoted = shop.read(PROMOTED.format("staging"))
    assert "GREETING: hello" in promoted and 'version: "1.1.0"' in promoted


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Request("prdo", ("web",)), "there is no environment `prdo`"),
        (Request("dev", ("web",)), "nothing is promoted to `dev`: it renders from head"),
        (Request("prod", ("web",), source="dev"), "`prod` is promoted from `staging`, not from `dev`"),
        (Request("staging", ("wbe", "x")), "there is no service `wbe`; there is no service `x`"),
        (Request("prod", ("web",)), "web is not in staging"),
        (Request("staging", ("web",), clusters=("east",)), "`staging` has no cluster `east`"),
        (Request("staging", ("web",), release_only=True), "web is not in staging yet"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(shop: Shop, request_: Request, message: str) -> None:
    with pytest.raises(Refused) as refused:
        planned(str(shop.root), request_, NOW, World())
    assert refused.value.problem.message == message
    assert refused.value.problem.hint


def test_a_release_that_is_not_there_cannot_be_promoted_alone(shop: Shop) -> None:
    shop.promote("api")
    shop.edit(API_FILE, "release: {version: 7.0.0}\n", "")
    with pytest.raises(Refused, match="api has no release in dev"):
        planned(str(shop.root), Request("staging", ("api",), release_only=True), NOW, World())


def test_a_stale_tree_is_refused(shop: Shop) -> None:
    path = shop.root / "environments/dev/local/kubernetes/web/service-web.yaml"
    path.write_text("kind: Service\n")
    shop.git("commit", "-qam", "by hand")
    with pytest.raises(Stale) as stale:
        shop.plan("web")
    assert [problem.rule for problem in stale.value.problems] == ["tree/edited"]


def test_the_platforms_own_blocks_are_promoted_by_name(shop: Shop) -> None:
    shop.edit("platform.yaml", "targets:", "defaults: {priority: high}\ntargets:")
    plan = planned(str(shop.root), Request("staging", platform=True), NOW, World())
    assert plan.files == {
        "promoted/staging.yaml": b"# Written by `journey promote`; do not edit. What staging runs.\n"
        b"defaults:\n  priority: high\n"
    }
    carry_out(str(shop.root), plan)
    assert shop.git("log", "-1", "--format=%s") == "Promote platform.yaml from dev to staging"
    assert planned(str(shop.root), Request("staging", platform=True), NOW, World()).files == {}


def test_a_value_that_was_edited_by_hand_is_a_conflict_with_both_lines(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(PROMOTED.format("staging"), "GREETING: hello", "GREETING: by hand")
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: moin")
    assert shop.plan("web").conflicts == (
        Conflict(
            Place(PROMOTED.format("staging"), 11, 17),
            "config.values.GREETING",
            "by hand",
            Place(WEB_FILE, 8, 22),
            "moin",
        ),
    )


def test_an_edit_by_hand_that_the_promotion_keeps_is_no_conflict(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(PROMOTED.format("staging"), "GREETING: hello", "GREETING: moin")
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: moin")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    assert shop.plan("web").conflicts == ()


BY_CLUSTER = "prod: {clusters: [east, west], promotesFrom: staging, rollout: by-cluster}"


def test_a_promotion_goes_cluster_by_cluster_where_the_spec_says_so(shop: Shop) -> None:
    shop.edit("platform.yaml", "prod: {clusters: [east, west], promotesFrom: staging}", BY_CLUSTER)
    shop.promote("web")
    for cluster, others in (("east", "west"), ("west", "")):
        plan = shop.plan("web", to="prod")
        assert [step.clusters for step in plan.act.steps] == [(cluster,)]
        assert [verdict.state for verdict in plan.verdicts["web"]] == ["open"]
        carry_out(str(shop.root), plan)
        changed = shop.git("show", "--name-only", "--format=").splitlines()
        assert not any(path.startswith(f"environments/prod/{others}") for path in changed if others)
    assert "clusters:" not in shop.read(PROMOTED.format("prod"))


def test_a_cluster_out_of_turn_is_barred(shop: Shop) -> None:
    shop.edit("platform.yaml", "prod: {clusters: [east, west], promotesFrom: staging}", BY_CLUSTER)
    shop.promote("web")
    plan = planned(str(shop.root), Request("prod", ("web",), clusters=("west",)), NOW, World())
    where = Pointer("platform.yaml", ("environments", "prod", "rollout"))
    assert plan.verdicts["web"] == (Verdict("order", "closed", "east goes first", where),)


def test_a_spec_that_would_be_wrong_gives_its_problems_and_no_commit(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(WEB_FILE, "release:", "scaling: {max: 1}\nrelease:")
    plan = shop.plan("web")
    assert [problem.rule for problem in plan.problems if problem.level is Level.ERROR] == ["spec/scaling"]
    assert plan.seen.changed == ()
