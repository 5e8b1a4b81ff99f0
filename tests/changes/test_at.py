"""The platform as it was at a commit, and at a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from journey.changes.at import Ran, at, commit_of
from journey.changes.promotion import person
from journey.ci.refused import Refused
from tests.changes.shop import NOW, WEB_FILE, Shop
from tests.cli.conftest import Journey, journey

__all__ = ["journey"]


def ran(shop: Shop, said: str) -> list[Ran]:
    git = person(str(shop.root))
    return [item for item in at(git, commit_of(git, said)) if item.service == "web"]


def test_versions_at_a_commit_and_at_a_moment(shop: Shop) -> None:
    before = shop.git("rev-parse", "HEAD")
    shop.edit(WEB_FILE, "version: 1.0.0", "version: 1.1.0", when=NOW + timedelta(hours=1))
    shop.promote("web", when=NOW + timedelta(hours=2))
    assert ran(shop, before) == [Ran("web", "dev", "local", "1.0.0")]
    assert ran(shop, "HEAD") == [Ran("web", "dev", "local", "1.1.0"), Ran("web", "staging", "local", "1.1.0")]
    assert ran(shop, "2030-01-15T12:30Z") == ran(shop, before)
    assert ran(shop, "2030-01-15T12:30") == ran(shop, before)


def test_the_table_and_json(shop: Shop, journey: Journey) -> None:
    told = journey("at", "HEAD").out.splitlines()
    assert told[0] == f"at {shop.git('rev-parse', 'HEAD')[:10]}"
    assert told[1].split() == ["service", "environment", "cluster", "version"]
    assert told[2].split() == ["api", "dev", "local", "7.0.0"]
    assert '"version": "1.0.0"' in journey("at", "HEAD", "--format", "json").out


@pytest.mark.parametrize(
    ("said", "message"),
    [("nope", "`nope` is no commit and no time"), ("1999-01-01", "there was no commit yet at 1999-01-01")],
)
def test_what_is_no_moment_is_refused(shop: Shop, journey: Journey, said: str, message: str) -> None:
    ran = journey("at", said)
    assert ran.code != 0 and message in ran.err


def test_a_spec_that_was_not_in_order_is_refused(shop: Shop) -> None:
    (shop.root / "platform.yaml").write_text("name: [\n")
    shop.git("commit", "-qam", "broken")
    with pytest.raises(Refused, match="is not in order"):
        ran(shop, "HEAD")
