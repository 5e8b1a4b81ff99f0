"""What a line of the spec reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey import pipeline
from journey.explain.uses import uses
from journey.problem import Pointer
from tests import specs
from tests.explain import shop

SERVICE = "apps/web/service.yaml"


@pytest.fixture(params=["fresh", "known"])
def root(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    specs.load(shop.FILES, tmp_path)
    if request.param == "known":
        pipeline.run(pipeline.Options(str(tmp_path)), write=True)
    return str(tmp_path)


def reached(
    root: str, path: tuple[str | int, ...], file: str = SERVICE
) -> list[tuple[str, tuple[str | int, ...], bool]]:
    session, problems = pipeline.open_rendered(root)
    assert problems == []
    where = Pointer(file, path)
    return [(use.file, use.path, use.whole) for use in uses(session, [where])[where]]


def test_an_overlay_reaches_its_environment_alone(root: str) -> None:
    found = reached(root, ("environments", "prod", "scaling", "min"))
    assert (shop.file("deployment"), ("spec", "replicas"), False) in found
    assert {file.split("/")[1] for file, _, _ in found} == {"prod"}


def test_a_base_reaches_both_environments_and_other_services(root: str) -> None:
    files = {file for file, _, _ in reached(root, ("needs", 0))}
    assert shop.file("networkpolicy", "api", "dev") in files
    assert shop.file("networkpolicy", "web", "prod") in files


def test_a_file_that_a_line_brings_is_told_whole(root: str) -> None:
    whole = [file for file, _, whole in reached(root, ("release",)) if whole]
    assert shop.file("deployment") in whole and shop.file("deployment", environment="dev") in whole


def test_a_default_that_is_overruled_reaches_where_it_is_not(root: str) -> None:
    found = reached(root, ("defaults", "scaling", "min"), "platform.yaml")
    files = {file for file, _, _ in found}
    assert shop.file("deployment", "api", "dev") in files
    assert shop.file("deployment", "web", "prod") not in files


def test_a_node_that_is_not_there_is_left_out(root: str) -> None:
    session, _ = pipeline.open_rendered(root)
    assert uses(session, [Pointer(SERVICE, ("nowhere",))]) == {}
