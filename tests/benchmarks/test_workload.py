"""The neutral workload rendered by a plug-in target, found by its entry point as an installed package's is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks import compare, inputs, workload
from benchmarks.programs import JOURNEY, REPOSITORY, Edit

SERVICES = 4
"""The fewest of which none dials itself."""

UNCHECKED = ("render", "--no-checks")

EDITED = "prod/svc-0003/deployment.yaml"


def run(root: Path, *arguments: str, code: int = 0) -> str:
    """What `journey` prints, run under a root with the plug-in's package beside it; asserts the exit code."""
    folders = os.pathsep.join((str(root.parent / "site"), str(REPOSITORY)))
    command = [JOURNEY, "--root", str(root), *arguments]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": folders}, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def rendered(root: Path) -> list[Path]:
    """The folders of the workload's objects."""
    return [root / environment for environment in workload.ENVS]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A platform of the workload's services, not rendered."""
    inputs.plugin(tmp_path / "site")
    inputs.journey(tmp_path / "platform", workload.spec(SERVICES))
    return tmp_path / "platform"


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The workload's objects by the floor."""
    inputs.floor(tmp_path, workload.spec(SERVICES))
    command = [sys.executable, "-m", "benchmarks.floor", str(tmp_path / "spec.json"), str(tmp_path / "out")]
    subprocess.run(command, cwd=REPOSITORY, check=True)
    return tmp_path / "out"


def test_a_target_of_another_package_is_listed(root: Path) -> None:
    assert "neutral: The benchmark's neutral workload.\n" in run(root, "targets")


def test_it_renders_the_reference_objects_and_nothing_else(root: Path) -> None:
    run(root, *UNCHECKED)
    found = compare.compare(SERVICES, rendered(root))
    assert found.wrong == ()
    assert found.objects == SERVICES * 3 * 10


def test_its_objects_pass_the_checks(root: Path) -> None:
    run(root, "render")
    before = compare.digest(rendered(root))
    run(root, "check")
    run(root, "render")
    assert compare.digest(rendered(root)) == before


def test_an_edit_changes_the_files_of_one_service_in_one_environment(root: Path) -> None:
    run(root, *UNCHECKED)
    before = {path: path.read_bytes() for path in compare.files(rendered(root))}
    edit = Edit(root, SERVICES)
    edit.apply("9.9.9")
    run(root, *UNCHECKED)
    edit.expect("9.9.9")
    changed = {path for path in compare.files(rendered(root)) if path.read_bytes() != before[path]}
    labelled = "configmap deployment hpa ingress networkpolicy pdb service serviceaccount servicemonitor application"
    assert changed == {root / f"prod/svc-0003/{kind}.yaml" for kind in labelled.split()}
    edit.undo()
    run(root, *UNCHECKED)
    assert {path: path.read_bytes() for path in before} == before


def test_the_floor_writes_the_reference_objects(written: Path) -> None:
    assert compare.compare(SERVICES, [written]).equal


def test_a_difference_is_told_with_its_place(written: Path) -> None:
    path = written / EDITED
    path.write_text(path.read_text().replace("maxSurge: 25%", "maxSurge: 30%"))
    (told,) = compare.compare(SERVICES, [written]).wrong
    assert told == (
        f"differs: ('apps/v1', 'Deployment', 'team-03-prod', 'svc-0003') in {path}:"
        " .spec.strategy.rollingUpdate.maxSurge: want '25%', got '30%'"
    )


def test_a_key_too_many_is_told(written: Path) -> None:
    path = written / "dev/svc-0000/service.yaml"
    item = yaml.safe_load(path.read_text())
    item["spec"]["ports"][0]["nodePort"] = 30080
    path.write_text(yaml.safe_dump(item))
    (told,) = compare.compare(SERVICES, [written]).wrong
    assert told.endswith(": .spec.ports[0]: keys missing [], extra ['nodePort']")


def test_objects_missing_unwanted_and_twice_are_told(written: Path) -> None:
    service, account = written / "dev/svc-0000/service.yaml", written / "dev/svc-0000/serviceaccount.yaml"
    service.write_text(account.read_text())
    other = written / "dev/svc-0001/serviceaccount.yaml"
    other.write_text(other.read_text().replace("svc-0001", "svc-9999"))
    assert compare.compare(SERVICES, [written]).wrong == (
        f"twice: ('v1', 'ServiceAccount', 'team-00-dev', 'svc-0000') in {account}",
        f"not wanted: ('v1', 'ServiceAccount', 'team-01-dev', 'svc-9999') in {other}",
        "missing: ('v1', 'Service', 'team-00-dev', 'svc-0000')",
        "missing: ('v1', 'ServiceAccount', 'team-01-dev', 'svc-0001')",
    )


def test_a_digest_tells_names_and_bytes(written: Path) -> None:
    before = compare.digest([written])
    path = written / EDITED
    text = path.read_text()
    path.write_text(text + "\n")
    changed = compare.digest([written])
    path.unlink()
    (path.parent / "other.yaml").write_text(text)
    assert len({before, changed, compare.digest([written])}) == 3
