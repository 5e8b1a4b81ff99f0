"""The wheel is whole: what the package needs at run time is in it, and it is built without a network."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

import journey

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel as a release makes it: from the source distribution, which must therefore be whole as well."""
    target = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = target.glob("*.whl")
    return zipfile.Path(path)


@pytest.fixture(scope="module")
def names(wheel: zipfile.Path) -> set[str]:
    return set(wheel.root.namelist())


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.Path, names: set[str]) -> Message:
    (name,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    return message_from_string(wheel.joinpath(name).read_text(encoding="utf-8"))


def files_below(folder: Path) -> set[str]:
    """The files that belong to a folder, relative to its parent; what Python left behind does not."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder.parent).as_posix() for path in files}


def test_it_carries_the_whole_package(names: set[str]) -> None:
    package = files_below(ROOT / "generators" / "journey")
    assert {"journey/__init__.py", "journey/py.typed"} <= package
    assert package - names == set()


def test_it_carries_the_policies(names: set[str]) -> None:
    policies = {f"journey/_data/{name}" for name in files_below(ROOT / "policies")}
    assert policies
    assert policies - names == set()


def test_it_carries_nothing_else(names: set[str]) -> None:
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"journey"}


def test_it_says_what_it_is(metadata: Message, names: set[str]) -> None:
    assert (metadata["Name"], metadata["Version"]) == ("request-journey", journey.__version__)
    assert (metadata["Requires-Python"], metadata["License-Expression"]) == (">=3.11", "Apache-2.0")
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_it_carries_the_readme(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")


def test_it_installs_the_command(wheel: zipfile.Path, names: set[str]) -> None:
    (name,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
    assert "journey = journey.cli.main:main" in wheel.joinpath(name).read_text(encoding="utf-8").splitlines()


def locked(name: str) -> dict[str, str]:
    """Each package of a lock with its version; every one must carry at least one hash, and no address."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", "\n".join(entries), flags=re.MULTILINE))


def test_the_locks_hold_what_the_package_asks_for(metadata: Message) -> None:
    asked = [re.split(r"[^A-Za-z0-9-]", line, maxsplit=1)[0].lower() for line in metadata.get_all("Requires-Dist", [])]
    assert set(asked) - set(locked("requirements.lock")) == set()


def test_the_runtime_has_the_same_versions_in_both_locks() -> None:
    runtime = locked("requirements-runtime.lock")
    assert runtime
    assert runtime.items() - locked("requirements.lock").items() == set()
