"""`docs/targets.md` lists each target, and says of it what was measured."""

from __future__ import annotations

from pathlib import Path

from journey import targets
from journey.targets import cloudformation, reference
from tests.facts.test_addresses import MADE
from tests.specs import platform
from tools import targets_page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_what_is_measured() -> None:
    assert targets_page.PAGE.read_text(encoding="utf-8") == targets_page.page(), "run `make render`"


def test_each_target_has_a_section_and_a_command_that_proves_it() -> None:
    assert list(targets_page.PROOFS) == [target.NAME for target in targets.own()]
    text = targets_page.PAGE.read_text(encoding="utf-8")
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(targets_page.PROOFS)


def test_what_a_target_reads_is_what_its_units_ask_for() -> None:
    view = platform({"platform.yaml": MADE, "apps/web/service.yaml": "{team: web, ports: {http: {port: 80}}}"})
    read = targets_page.read_by(cloudformation, [view])
    assert {"clusters", "environments", "name", "repository"} <= read.blocks
    assert not {"datastores", "addons"} & read.blocks
    assert (read.fields, read.whole) == (frozenset(), False)
    assert targets_page.read_by(reference, [view]) == targets_page.Read(frozenset(), frozenset(), False)
