"""One act taken back in the middle of others."""

from __future__ import annotations

import pytest

from journey.changes import record, revert
from journey.changes.promotion import carry_out
from journey.ci.refused import Refused
from tests.changes.shop import API_FILE, WEB_FILE, Shop

PROMOTED = "apps/web/promoted/staging.yaml"


def test_what_an_act_changed_is_taken_back_and_what_came_since_stays(shop: Shop) -> None:
    shop.promote("web", "api")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    act = shop.promote("web")
    shop.edit(WEB_FILE, "GREETING: hello", "GREETING: moin")
    shop.promote("web")
    shop.edit(API_FILE, "version: 7.0.0", "version: 7.1.0")
    shop.promote("api")
    carry_out(str(shop.root), revert.planned(str(shop.root), act[:10]))
    promoted = shop.read(PROMOTED)
    assert 'version: "1.0.0"' in promoted and "GREETING: moin" in promoted
    assert 'version: "7.1.0"' in shop.read("apps/api/promoted/staging.yaml") and shop.clean
    told = record.read(shop.git("log", "-1", "--format=%B"))
    assert told == record.Act(
        "revert", "staging", "dev", (record.Step("web", "1.1.0", "1.0.0"),), evidence=(f"reverts {act}",)
    )
    assert shop.git("log", "-1", "--format=%s") == "Take back web in staging"


def test_a_field_that_changed_since_is_a_conflict(shop: Shop) -> None:
    shop.promote("web")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    act = shop.promote("web")
    shop.edit(WEB_FILE, "version: 1.1.0", "version: 1.2.0")
    shop.promote("web")
    with pytest.raises(Refused, match=r"base\.release\.version: was '1\.1\.0', is '1\.2\.0' on this side"):
        revert.planned(str(shop.root), act)


def test_what_cannot_be_taken_back_is_said(shop: Shop) -> None:
    begun = shop.git("rev-parse", "HEAD")
    first = shop.promote("web")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0")
    act = shop.promote("web")

    def why(said: str) -> str:
        with pytest.raises(Refused) as refused:
            revert.planned(str(shop.root), said)
        assert refused.value.problem.hint
        return refused.value.problem.message

    assert why("nothing") == "there is no commit `nothing` on this branch"
    assert why(begun) == f"{begun[:10]} is no act of `promote`, `rollback` or `hold`"
    assert why(first) == f"{first[:10]} brought {PROMOTED}: there was nothing before"
    carry_out(str(shop.root), revert.planned(str(shop.root), act))
    assert why(act) == f"nothing of {act[:10]} is left to take back"
