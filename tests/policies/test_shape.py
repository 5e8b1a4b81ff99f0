"""Every policy is whole: what it demands and why, and an example of each side. `tests/real` runs them by checkov."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from journey.pipeline import policies

SOURCES = policies.load(str(Path(__file__).parent))
NAMED = [pytest.param(source, id=source.name) for source in SOURCES]


def test_there_are_policies_and_each_folder_is_one() -> None:
    folders = {path.name for path in policies.packaged().iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {source.name for source in SOURCES}
    assert len(folders) >= 9


@pytest.mark.parametrize("source", NAMED)
def test_a_policy_is_called_as_its_folder(source: policies.Source) -> None:
    assert source.id == f"JOURNEY_{source.name.upper().replace('-', '_')}"
    assert list(policies.missing([source])) == []


@pytest.mark.parametrize("source", NAMED)
def test_a_policy_says_what_it_demands_and_why(source: policies.Source) -> None:
    text = (source.file.parent / "README.md").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^- \*\*(\w+):\*\* (\S.*)", text, re.MULTILINE))
    assert list(fields) == ["What", "Why", "Severity", "Source"]
    assert fields["Severity"] in ("low", "medium", "high", "critical")


@pytest.mark.parametrize("source", NAMED)
def test_a_policy_has_an_example_of_each_side_for_a_kind_that_it_judges(source: policies.Source) -> None:
    judged = {node.value for node in ast.walk(ast.parse(source.file.read_text())) if isinstance(node, ast.Constant)}
    allowed, denied = (
        list(yaml.safe_load_all((source.file.parent / name).read_text()))
        for name in (policies.ALLOWED, policies.DENIED)
    )
    assert allowed
    assert denied
    assert allowed != denied
    for manifest in (*allowed, *denied):
        assert manifest["kind"] in judged


def test_policies_and_examples_are_staged_apart(tmp_path: Path) -> None:
    policies.stage(SOURCES, tmp_path / "policies", tmp_path / "denied")
    staged = {path.name for path in (tmp_path / "policies").iterdir()}
    assert "journey_policy_host_path.py" in staged
    assert staged == {"__init__.py", *(f"{policies.staged_name(source)}.py" for source in SOURCES)}
    assert (tmp_path / "denied/journey_policy_host_path/denied.yaml").exists()


def test_a_platform_may_have_policies_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "policies" / "host-path"
    folder.mkdir(parents=True)
    (folder / "policy.yaml").write_text("metadata:\n  id: OWN_HOST_PATH\n")
    own = policies.load(str(tmp_path))[len(SOURCES) :]
    assert [(source.name, source.id, source.own) for source in own] == [("host-path", "OWN_HOST_PATH", True)]
    assert policies.staged_name(own[0]) == "own_policy_host_path"
    assert policies.fingerprint(own) != policies.fingerprint([])


def test_the_projects_own_folder_is_taken_once() -> None:
    assert policies.load(str(policies.packaged().parent)) == SOURCES
