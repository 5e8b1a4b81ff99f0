"""A promotion writes the base of the environment before: no overlay, no default, nothing that acts at once."""

from __future__ import annotations

from typing import Any

import pytest

from journey.changes.promote import PromotedFile, promotable, promoted_base, promoted_blocks
from journey.spec import resolve, yaml
from journey.spec.documents import (
    base_shape,
    platform_shape,
    promoted_platform_shape,
    promoted_service_shape,
    service_shape,
)
from journey.spec.validate import Validator
from journey.spec.view import Engine, View

PLATFORM = """
environments:
  dev: {clusters: [local]}
  staging: {clusters: [stage], promotesFrom: dev}
  prod: {clusters: [eu, us], promotesFrom: staging}
clusters:
  local: {provider: local, kubernetes: "1.34"}
  stage: {provider: aws, kubernetes: "1.34", addons: [vault]}
  eu: {provider: aws, kubernetes: "1.34"}
  us: {provider: aws, kubernetes: "1.34"}
defaults: {priority: high}
datastores:
  main:
    engine: postgresql
    version: "15"
    team: one
    secret: datastores/main
    environments: {staging: {instances: 3}}
addons:
  vault:
    team: one
    chart: {repository: "https://charts.example.com", name: vault, version: 1.0.0}
    values: {replicas: 1}
    clusters: {stage: {replicas: 3}}
"""
SERVICE = """
description: Signs people in.
team: one
kind: worker
release: {version: 1.0.0}
config:
  values:
    LEVEL: {value: info, description: How much is told.}
    LIMIT: 3
environments:
  dev: {scaling: {min: 4}}
  staging: {config: {values: {LIMIT: 5}}}
"""
HEADER = "# Written by `journey promote`; do not edit. What {} runs.\n"


def read(text: str) -> Any:
    found = yaml.parse(text.encode(), "x.yaml")
    assert found.problems == []
    return found.value


def view_of(**files: str) -> View:
    """A platform of one service `auth`; `files` are promoted files by environment, the platform's as `root_<env>`."""
    documents = {
        "platform.yaml": read(PLATFORM),
        "apps/auth/service.yaml": read(SERVICE),
        "services": {"auth": "apps/auth/service.yaml"},
    }
    for name, text in files.items():
        folder = "promoted" if name.startswith("root_") else "apps/auth/promoted"
        documents[f"{folder}/{name.removeprefix('root_')}.yaml"] = read(text)
    return View(Engine(documents))


def text_of(promoted: PromotedFile | None) -> str:
    assert promoted is not None
    return promoted.text


def content_of(promoted: PromotedFile | None) -> Any:
    return read(text_of(promoted))


def test_from_a_first_environment_goes_what_service_yaml_says_outside_its_overlays() -> None:
    assert promoted_base(view_of(), "auth", "dev", "staging") == PromotedFile(
        "apps/auth/promoted/staging.yaml",
        HEADER.format("staging")
        + """base:
  kind: worker
  release:
    version: "1.0.0"
  config:
    values:
      LEVEL:
        value: info
      LIMIT: 3
""",
    )


def test_from_a_later_environment_goes_its_promoted_base_not_head() -> None:
    view = view_of(staging="base: {kind: job, release: {version: 0.9.0}}")
    assert text_of(promoted_base(view, "auth", "staging", "prod")) == HEADER.format("prod") + (
        'base:\n  kind: job\n  release:\n    version: "0.9.0"\n'
    )


def test_a_service_that_the_environment_before_lacks_is_not_promoted() -> None:
    assert promoted_base(view_of(), "auth", "staging", "prod") is None


def test_the_environment_runs_what_was_promoted_with_its_own_overlay() -> None:
    promoted = promoted_base(view_of(), "auth", "dev", "staging")
    found = resolve.service(view_of(staging=text_of(promoted)), "auth", "staging", "stage")
    assert found is not None
    assert (found.team, found.description, found.scaling.min) == ("one", "Signs people in.", 1)
    assert found.config.values["LIMIT"] == 5


def test_promoting_again_what_is_there_changes_no_byte() -> None:
    first = text_of(promoted_base(view_of(), "auth", "dev", "staging"))
    assert text_of(promoted_base(view_of(staging=first), "auth", "dev", "staging")) == first


OLD = "base: {kind: job}"
NEW = "base: {kind: worker}"


@pytest.mark.parametrize(
    ("prod", "clusters", "expected"),
    [
        (OLD, ["eu"], {"base": {"kind": "job"}, "clusters": {"eu": {"kind": "worker"}}}),
        (OLD, ["us", "eu"], {"base": {"kind": "worker"}}),
        (OLD, [], {"base": {"kind": "worker"}}),
        (OLD + "\nclusters: {eu: {kind: worker}}", ["us"], {"base": {"kind": "worker"}}),
        (OLD + "\nclusters: {eu: {kind: cron}}", ["us"], None),
        (OLD + "\nclusters: {eu: {kind: cron}}", [], {"base": {"kind": "worker"}}),
        (NEW, ["eu"], {"base": {"kind": "worker"}}),
        (OLD + "\nclusters: {gone: {kind: cron}}", ["us", "eu"], {"base": {"kind": "worker"}}),
    ],
)
def test_clusters_move_one_by_one_and_the_last_folds_into_the_base(
    prod: str, clusters: list[str], expected: Any
) -> None:
    view = view_of(staging=NEW, prod=prod)
    found = content_of(promoted_base(view, "auth", "staging", "prod", clusters))
    mixed = {"base": {"kind": "job"}, "clusters": {"eu": {"kind": "cron"}, "us": {"kind": "worker"}}}
    assert found == (expected or mixed)


def test_a_first_promotion_to_one_cluster_leaves_the_service_off_on_the_others() -> None:
    promoted = promoted_base(view_of(staging=NEW), "auth", "staging", "prod", ["us"])
    assert content_of(promoted) == {"base": {"enabled": False}, "clusters": {"us": {"kind": "worker"}}}
    after = view_of(prod=text_of(promoted))
    assert resolve.services_at(after, "prod", "eu") == ()
    assert resolve.services_at(after, "prod", "us") == ("auth",)


def test_the_platforms_blocks_go_without_what_environments_and_clusters_say() -> None:
    promoted = promoted_blocks(view_of(), "dev", "staging")
    assert promoted.file == "promoted/staging.yaml"
    assert promoted.text.startswith(HEADER.format("staging") + "defaults:\n  priority: high\n")
    content = read(promoted.text)
    assert list(content["datastores"]["main"]) == ["engine", "version", "team", "secret"]
    assert list(content["addons"]["vault"]) == ["team", "chart", "values"]


def test_overlays_in_the_platforms_blocks_act_at_once() -> None:
    view = view_of(root_staging=promoted_blocks(view_of(), "dev", "staging").text)
    store = resolve.datastore(view, "staging", "main")
    assert store is not None and store.instances == 3
    assert resolve.addon(view, "stage", "vault").clusters == {"stage": {"replicas": 3}}


def test_a_block_that_the_environment_before_lacks_is_left_out() -> None:
    view = view_of(root_staging="defaults: {priority: low}")
    assert read(promoted_blocks(view, "staging", "prod").text) == {"defaults": {"priority": "low"}}


def test_what_is_written_is_what_promoted_files_may_say() -> None:
    validator = Validator("x.yaml")
    validator.clean(promoted_service_shape(), content_of(promoted_base(view_of(), "auth", "dev", "staging")))
    validator.clean(promoted_platform_shape(), read(promoted_blocks(view_of(), "dev", "staging").text))
    assert validator.problems == []


def test_a_promoted_file_with_an_overlay_is_refused() -> None:
    validator = Validator("promoted/staging.yaml")
    validator.clean(promoted_platform_shape(), {name: read(PLATFORM)[name] for name in ("datastores", "addons")})
    assert [problem.message for problem in validator.problems] == [
        "`environments` is not a field of a datastore",
        "`clusters` is not a field of an addon",
    ]


def test_an_example_of_each_kind_of_value() -> None:
    said: dict[str, Any] = {
        "needs": [{"service": "a"}],
        "schedule": None,
        "extra": [{"kind": "X"}],
        "environments": {"dev": {}},
    }
    assert promotable(base_shape(), said) == {key: said[key] for key in ("needs", "schedule", "extra")}


def test_what_acts_at_once_is_left_out_at_every_depth() -> None:
    assert promotable(service_shape(), {"config": {"values": {"A": {"value": 1, "description": "x"}}}}) == {
        "config": {"values": {"A": {"value": 1}}}
    }
    assert promotable(platform_shape(), {"defaults": {"description": "x", "kind": "job"}}) == {
        "defaults": {"kind": "job"}
    }
