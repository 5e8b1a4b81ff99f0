"""The repository's settings on GitHub, held against what the spec asks for (`journey doctor --github`, `--apply`).

What is not ours is left alone: other rulesets, other environments, and whatever a setting says beyond what we ask.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from journey.facts.github import RULESET, Approval, Wanted
from journey.live.github import GitHub, GitHubError
from journey.problem import Place, Problem

RULE = "github/settings"
PLACE = Place("platform.yaml")
HINT = "journey doctor --github --apply sets it"

Setting = dict[str, Any]


class Difference(NamedTuple):
    """What GitHub has otherwise than the spec asks, and the act that changes it."""

    message: str
    act: Callable[[], object]

    @property
    def problem(self) -> Problem:
        """The difference as a Problem."""
        return Problem(PLACE, RULE, self.message, HINT)


def ruleset(wanted: Wanted) -> Setting:
    """The ruleset of the branch, as GitHub's API takes it."""
    checks = [{"context": name} for name in wanted.checks]
    scanners = [
        {"tool": name, "security_alerts_threshold": "critical", "alerts_threshold": "none"} for name in wanted.scanners
    ]
    review = {
        "required_approving_review_count": 1,
        "require_code_owner_review": True,
        "dismiss_stale_reviews_on_push": True,
        "require_last_push_approval": False,
        "required_review_thread_resolution": True,
    }
    return {
        "name": RULESET,
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [f"refs/heads/{wanted.branch}"], "exclude": []}},
        "rules": [
            {"type": "deletion"},
            {"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": review},
            {
                "type": "required_status_checks",
                "parameters": {"strict_required_status_checks_policy": False, "required_status_checks": checks},
            },
            {"type": "code_scanning", "parameters": {"code_scanning_tools": scanners}},
        ],
    }


def differences(github: GitHub, wanted: Wanted) -> list[Difference]:
    """All that GitHub has otherwise, in the order in which it is to be changed. Raises GitHubError."""
    found = [*_ruleset(github, wanted)]
    for approval in wanted.approvals:
        found += _environment(github, approval)
    return found


def apply(github: GitHub, wanted: Wanted) -> list[Difference]:
    """Change all that differs; what was changed. Raises GitHubError at the first that GitHub refuses."""
    found = differences(github, wanted)
    for difference in found:
        difference.act()
    return found


def _ruleset(github: GitHub, wanted: Wanted) -> Iterator[Difference]:
    asked = ruleset(wanted)
    own = github.pages("rulesets", {"includes_parents": "false"})
    known = next((item for item in own if item["name"] == RULESET), None)
    if known is None:
        yield Difference(f"there is no ruleset `{RULESET}`", lambda: github.request("POST", "rulesets", asked))
        return
    path = f"rulesets/{known['id']}"
    found = github.request("GET", path)
    wrong = list(_unlike(asked, found, ""))
    if wrong:
        message = f"ruleset `{RULESET}` differs: {'; '.join(wrong)}"
        joined = {key: _joined(value, found.get(key)) for key, value in asked.items()}
        yield Difference(message, lambda: github.request("PUT", path, joined))


def _unlike(asked: Any, found: Any, where: str) -> Iterator[str]:
    """Where `found` does not say what is asked; it may say more. Lists of named things compare by their name."""
    if isinstance(asked, dict):
        for key, value in asked.items():
            below = found.get(key) if isinstance(found, dict) else None
            yield from _unlike(value, below, f"{where}.{key}" if where else key)
    elif isinstance(asked, list) and _names(asked):
        known = _names(found) if isinstance(found, list) else {}
        for name, value in _names(asked).items():
            if name not in known:
                yield f"{where} lacks `{name}`"
            else:
                yield from _unlike(value, known[name], f"{where}.{name}")
    elif asked != found:
        yield f"{where} is {found!r}, not {asked!r}"


def _joined(asked: Any, found: Any) -> Any:
    """What is asked, with what `found` says beyond it."""
    if isinstance(asked, dict) and isinstance(found, dict):
        return {**found, **{key: _joined(value, found.get(key)) for key, value in asked.items()}}
    if isinstance(asked, list) and isinstance(found, list) and _names(asked):
        return list(_joined(_names(asked), _names(found)).values())
    return asked


def _names(items: list[Any]) -> dict[str, Any]:
    """Items by what names them; empty where nothing does."""
    names = {}
    for item in items:
        if not isinstance(item, dict):
            return {}
        names[str(item.get("type") or item.get("context") or item.get("tool"))] = item
    return names


def _environment(github: GitHub, approval: Approval) -> Iterator[Difference]:
    """An environment that only its branch may use, with exactly the reviewers that are asked for."""
    path = f"environments/{urllib.parse.quote(approval.name, safe='')}"
    reviewers = [_reviewer(github, name) for name in approval.reviewers]
    known = github.get(path)
    if known is None:
        message = f"there is no deployment environment `{approval.name}`"
        yield Difference(message, lambda: _put_environment(github, path, reviewers, {}))
    elif _reviewers(known) != _ids(reviewers) or not (known.get("deployment_branch_policy") or {}).get(
        "custom_branch_policies"
    ):
        who = ", ".join(approval.reviewers) or "nobody"
        message = f"deployment environment `{approval.name}` is not approved by {who} on chosen branches alone"
        yield Difference(message, lambda: _put_environment(github, path, reviewers, known))
    yield from _branch(github, approval, path, known is not None)


def _branch(github: GitHub, approval: Approval, path: str, exists: bool) -> Iterator[Difference]:
    policies = f"{path}/deployment-branch-policies"
    found = github.get(policies) if exists else None
    names = {item["name"] for item in (found or {}).get("branch_policies", ())}
    if approval.branch not in names:
        message = f"deployment environment `{approval.name}` does not admit branch `{approval.branch}`"
        yield Difference(message, lambda: github.request("POST", policies, {"name": approval.branch}))


def _put_environment(github: GitHub, path: str, reviewers: list[Setting], known: Setting) -> None:
    """Write an environment; its waiting time and self-review are said again, for leaving them out would clear them."""
    rules = {rule["type"]: rule for rule in known.get("protection_rules") or ()}
    body = {
        "wait_timer": rules.get("wait_timer", {}).get("wait_timer", 0),
        "prevent_self_review": rules.get("required_reviewers", {}).get("prevent_self_review", False),
        "reviewers": reviewers or None,
        "deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True},
    }
    github.request("PUT", path, body)


def _reviewer(github: GitHub, owner: str) -> Setting:
    """A reviewer as the API wants it: `@org/team` or `@user`. Raises GitHubError where there is no such."""
    organisation, _, team = owner.removeprefix("@").partition("/")
    path = f"/orgs/{organisation}/teams/{team}" if team else f"/users/{organisation}"
    found = github.get(path)
    if found is None:
        raise GitHubError(404, f"GitHub knows no {owner}, or the token may not see it")
    return {"type": "Team" if team else "User", "id": found["id"]}


def _reviewers(environment: Setting) -> set[tuple[str, int]]:
    rules = [rule for rule in environment.get("protection_rules") or () if rule["type"] == "required_reviewers"]
    return {(item["type"], item["reviewer"]["id"]) for rule in rules for item in rule.get("reviewers") or ()}


def _ids(reviewers: list[Setting]) -> set[tuple[str, int]]:
    return {(item["type"], item["id"]) for item in reviewers}
