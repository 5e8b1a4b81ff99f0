"""Every check lists its rules, so that `journey checks` can."""

from __future__ import annotations

from journey import checks
from journey.spec import rules


def test_every_check_says_what_its_rules_demand() -> None:
    for check in checks.own():
        assert check.RULES, check.__name__
        assert [demand for demand in check.RULES.values() if not demand.endswith(".")] == []


def test_no_rule_is_of_two_checks() -> None:
    listed = [rule for check in checks.own() for rule in check.RULES] + list(rules.RULES)
    assert sorted(listed) == sorted(set(listed))
