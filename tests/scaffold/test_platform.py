"""A new platform: what is written checks clean, its examples too, and wrong answers are refused all at once."""

from __future__ import annotations

from typing import Any

import pytest

from journey.facts.make import TARGETS, targets_of
from journey.problem import Place, Pointer, Problem
from journey.scaffold import platform
from journey.scaffold.platform import refusals
from journey.spec.yaml import parse
from tests import specs
from tests.scaffold.examples import ANSWERS, uncommented

FILES = platform.files(ANSWERS, "1.2.3")


def test_these_files_are_written() -> None:
    assert list(FILES) == [
        ".gitignore",
        "Makefile",
        "README.md",
        "requirements.txt",
        "platform.yaml",
        "apps/web/service.yaml",
    ]
    assert all(text.endswith("\n") and not text.endswith("\n\n") for text in FILES.values())
    assert max(len(line) for text in FILES.values() for line in text.splitlines()) <= 180
    assert [name for name, text in FILES.items() if any(line != line.rstrip() for line in text.splitlines())] == []


def test_it_is_pinned_to_the_journey_that_made_it() -> None:
    assert FILES["requirements.txt"] == "request-journey==1.2.3\n"


def test_the_spec_is_clean() -> None:
    assert specs.judge({name: text for name, text in FILES.items() if name.endswith(".yaml")}) == []


def test_every_example_in_it_is_clean() -> None:
    written = platform.files(ANSWERS._replace(environment=("dev",)), "1")
    files = {name: uncommented(text) for name, text in written.items() if name.endswith(".yaml")}
    assert files["platform.yaml"].count("\ndatastores:\n") == 1 and "\nneeds:\n" in files["apps/web/service.yaml"]
    assert specs.judge({**files, "apps/other/service.yaml": FILES["apps/web/service.yaml"]}) == []


def test_later_environments_are_promoted_and_the_last_asks() -> None:
    text = platform.files(ANSWERS._replace(environment=("dev", "test", "prod")), "1")["platform.yaml"]
    found: Any = parse(text.encode(), "name at least one").value
    assert found["environments"] == {
        "dev": {"clusters": ["local"], "sync": "auto", "size": "small"},
        "test": {"clusters": ["local"], "promotesFrom": "dev", "sync": "auto", "size": "small"},
        "prod": {"clusters": ["local"], "promotesFrom": "test", "sync": "approval", "size": "small"},
    }


def test_the_answers_stand_in_the_spec() -> None:
    found: Any = parse(FILES["platform.yaml"].encode(), "name at least one").value
    assert (found["name"], found["domain"], found["registry"]) == ("shop", "example.com", "ghcr.io/acme/platform")
    assert found["repository"] == {"url": "https://github.com/acme/platform.git", "branch": "main"}
    assert found["teams"]["platform"]["owners"] == ["@acme/platform"]
    assert found["clusters"] == {"local": {"provider": "local", "kubernetes": "1.34", "gateway": "ingress"}}


def test_the_makefile_has_every_target_that_workflows_run() -> None:
    assert targets_of(FILES["Makefile"]) >= {*TARGETS, "help", "setup", "clean"}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "My Shop", "`name: My Shop` is not valid: it must match"),
        ("domain", "not a domain", "`domain: not a domain` is not valid"),
        ("repository", "git@github.com:acme/platform.git", "`url: git@github.com:acme/platform.git` is not valid"),
        ("registry", "GHCR.io", "`registry: GHCR.io` is not valid"),
        ("team", "The Team", "`The Team` is not a valid name"),
        ("contact", "nobody", "`contact: nobody` is not valid"),
        ("cluster", "No!", "`No!` is not a valid name"),
        ("provider", "awss", "`provider: awss` is not one of `aws`, `azure`, `gcp`, `local` (did you mean `aws`?)"),
        ("kubernetes", "1.2", "`kubernetes: 1.2` is not valid"),
        ("kubernetes", "1.99", ""),
        ("environment", ("dev", "Prod"), "`Prod` is not a valid name"),
        ("environment", ("dev", "dev"), "`dev` is named twice"),
        ("environment", (), "name at least one"),
        ("service", "../web", "`../web` is no DNS label: lower-case letters, digits and `-` between them, at most 63"),
        ("service", "", "`` is no DNS label"),
    ],
)
def test_an_answer_is_refused_by_its_name(field: str, value: Any, said: str) -> None:
    found = refusals(ANSWERS._replace(**{field: value}), specs.VERSIONS)
    assert {item.field for item in found} == {field}
    assert any(said in item.message for item in found)


def test_all_wrong_answers_are_told_at_once_in_the_order_of_the_questions() -> None:
    wrong = ANSWERS._replace(service="Web", name="Shop", kubernetes="1.99", contact="x")
    assert [item.field for item in refusals(wrong, specs.VERSIONS)] == ["name", "contact", "kubernetes", "service"]


def test_a_service_that_would_take_a_taken_namespace_is_refused() -> None:
    (found,) = refusals(ANSWERS._replace(service="argocd", environment=("dev",)), specs.VERSIONS)
    assert found.field == "service" and "which is the namespace of Argo CD" in found.message


def test_what_no_answer_explains_has_no_name() -> None:
    nowhere: list[Place | Pointer] = [Place("platform.yaml", 1, 1), Pointer("platform.yaml", ("sizes", "small"))]
    assert [platform._field(Problem(where, "r", "m"), ANSWERS) for where in nowhere] == ["", ""]


@pytest.mark.parametrize(
    ("text", "name"),
    [("My Shop", "my-shop"), ("shop_2", "shop-2"), ("---", "platform"), ("", "platform"), ("x" * 80, "x" * 63)],
)
def test_a_folder_names_its_platform(text: str, name: str) -> None:
    assert platform.default_name(text) == name


@pytest.mark.parametrize(
    ("remote", "repository"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop.git"),
        ("ssh://git@github.com/acme/shop", "https://github.com/acme/shop.git"),
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop.git"),
        ("https://git.example.com/acme/shop.git", "https://git.example.com/acme/shop.git"),
        ("", ""),
    ],
)
def test_a_remote_becomes_an_address_that_needs_no_key(remote: str, repository: str) -> None:
    assert platform.default_repository(remote) == repository


def test_defaults_follow_from_the_repository() -> None:
    there, elsewhere = "https://github.com/Acme/Shop.git", "https://git.example.com/acme/shop.git"
    assert platform.default_registry(there, "shop", "example.com") == "ghcr.io/acme/shop"
    assert platform.default_registry(elsewhere, "shop", "example.com") == "registry.example.com/shop"
    assert platform.default_owner(there, "web") == "@Acme/web"
    assert platform.default_owner(elsewhere, "web") == "@example/web"


def test_the_version_before_the_newest_is_the_default() -> None:
    assert platform.default_kubernetes(("1.33", "1.34", "1.35")) == "1.34"
    assert platform.default_kubernetes(("1.33",)) == "1.33"
