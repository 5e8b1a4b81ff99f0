"""The repository's settings: what differs is found, said and set, and what is not ours stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from journey.facts.github import Approval, Wanted, name_of, wanted
from journey.live.github import GitHub, GitHubError
from journey.live.repository_settings import HINT, PLACE, RULE, apply, differences, ruleset
from journey.problem import Problem
from tests.live.github_server import TOKEN, State, serving
from tests.targets.test_github_actions import view_of

WANTED = Wanted(
    "acme",
    "platform",
    "main",
    ("check", "test"),
    ("CodeQL",),
    (Approval("release", (), "main"), Approval("prod", ("@acme/platform", "@somebody"), "main")),
)


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def github(state: State) -> Iterator[GitHub]:
    with serving(state) as address:
        yield GitHub("acme", "platform", TOKEN, address)


def said(github: GitHub, asked: Wanted = WANTED) -> list[str]:
    return [difference.message for difference in differences(github, asked)]


def test_the_settings_follow_from_the_spec() -> None:
    assert wanted(view_of()) == Wanted(
        "acme",
        "platform",
        "main",
        ("check", "test", "lint", "attestation", "code", "dependencies"),
        ("CodeQL",),
        (
            Approval("release", (), "main"),
            Approval("dev", (), "main"),
            Approval("prod", ("@acme/platform",), "main"),
        ),
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/platform.git",
        "https://github.com/acme/platform/",
        "git@github.com:acme/platform.git",
        "ssh://git@github.com/acme/platform",
    ],
)
def test_the_repository_is_named_by_its_url(url: str) -> None:
    assert name_of(url) == ("acme", "platform")


def test_on_a_new_repository_all_is_missing(github: GitHub) -> None:
    assert said(github) == [
        "there is no ruleset `journey`",
        "there is no deployment environment `release`",
        "deployment environment `release` does not admit branch `main`",
        "there is no deployment environment `prod`",
        "deployment environment `prod` does not admit branch `main`",
    ]


def test_a_difference_is_a_problem(github: GitHub) -> None:
    assert differences(github, WANTED)[0].problem == Problem(PLACE, RULE, "there is no ruleset `journey`", HINT)


def test_after_apply_nothing_differs_and_nothing_is_changed_again(state: State, github: GitHub) -> None:
    assert len(apply(github, WANTED)) == 5
    assert state.changes == [
        ("POST", "rulesets"),
        ("PUT", "environments/release"),
        ("POST", "environments/release/deployment-branch-policies"),
        ("PUT", "environments/prod"),
        ("POST", "environments/prod/deployment-branch-policies"),
    ]
    assert apply(github, WANTED) == []
    assert len(state.changes) == 5


def _rule(state: State, kind: str) -> dict[str, object]:
    found: dict[str, object] = next(rule for rule in state.rulesets[1]["rules"] if rule["type"] == kind)
    return found


MUTATIONS: list[tuple[Callable[[State], object], str]] = [
    (
        lambda s: s.rulesets[1].update(enforcement="disabled"),
        "ruleset `journey` differs: enforcement is 'disabled', not 'active'",
    ),
    (lambda s: s.rulesets[1]["rules"].pop(0), "ruleset `journey` differs: rules lacks `deletion`"),
    (
        lambda s: _rule(s, "required_status_checks").update(
            parameters={
                "strict_required_status_checks_policy": False,
                "required_status_checks": [{"context": "test"}],
            }
        ),
        "ruleset `journey` differs: rules.required_status_checks.parameters.required_status_checks lacks `check`",
    ),
    (lambda s: _rule(s, "code_scanning").pop("parameters"), "parameters.code_scanning_tools lacks `CodeQL`"),
    (
        lambda s: s.environments["prod"].update(protection_rules=None),
        "deployment environment `prod` is not approved by @acme/platform, @somebody on chosen branches alone",
    ),
    (
        lambda s: s.environments["release"].update(deployment_branch_policy=None),
        "deployment environment `release` is not approved by nobody on chosen branches alone",
    ),
    (lambda s: s.policies["prod"].clear(), "deployment environment `prod` does not admit branch `main`"),
]


@pytest.mark.parametrize(("change", "message"), MUTATIONS)
def test_a_change_by_hand_is_found_and_put_back(
    state: State, github: GitHub, change: Callable[[State], object], message: str
) -> None:
    apply(github, WANTED)
    change(state)
    found = said(github)
    assert len(found) == 1 and found[0].endswith(message)
    assert len(apply(github, WANTED)) == 1
    assert said(github) == []


def test_what_is_not_ours_stays(state: State, github: GitHub) -> None:
    state.rulesets[1] = {"id": 1, "name": "theirs"}
    apply(github, WANTED)
    state.rulesets[2]["bypass_actors"] = [{"actor_id": 5}]
    checks = ruleset(WANTED)["rules"][3]["parameters"]["required_status_checks"]
    state.rulesets[2]["rules"][3]["parameters"]["required_status_checks"] = [{"context": "theirs"}, *checks]
    state.rulesets[2]["rules"].append({"type": "required_signatures"})
    assert said(github) == []
    state.rulesets[2]["enforcement"] = "disabled"
    apply(github, WANTED)
    rules = {rule["type"]: rule.get("parameters", {}) for rule in state.rulesets[2]["rules"]}
    assert "required_signatures" in rules
    assert {"context": "theirs"} in rules["required_status_checks"]["required_status_checks"]
    assert state.rulesets[1] == {"id": 1, "name": "theirs"}


def test_an_environments_waiting_time_stays(state: State, github: GitHub) -> None:
    apply(github, WANTED)
    state.environments["prod"]["protection_rules"] = [
        {"type": "wait_timer", "wait_timer": 30},
        {"type": "required_reviewers", "prevent_self_review": True, "reviewers": []},
    ]
    apply(github, WANTED)
    rules = {rule["type"]: rule for rule in state.environments["prod"]["protection_rules"]}
    assert rules["wait_timer"]["wait_timer"] == 30
    assert rules["required_reviewers"]["prevent_self_review"] is True


def test_a_reviewer_that_github_does_not_know_is_said(github: GitHub) -> None:
    asked = WANTED._replace(approvals=(Approval("prod", ("@acme/nobody",), "main"),))
    with pytest.raises(GitHubError, match="GitHub knows no @acme/nobody, or the token may not see it"):
        differences(github, asked)
