"""Where the lab's programs come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.lab import control_plane, programs
from journey.lab.programs import LabError

INSTALLER = """\
import sys
names = [name for name in sys.argv[1:] if name != "--where"]
if "broken" in names:
    sys.exit(2)
if "--where" in sys.argv:
    print("\\n".join(f"/cache/{name}" for name in names))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "outside.py").write_text(INSTALLER)
    return tmp_path


def test_programs_are_built_and_then_found(checkout: Path) -> None:
    assert programs.folders(["etcd", "kwok"], checkout) == {"etcd": Path("/cache/etcd"), "kwok": Path("/cache/kwok")}


def test_a_program_that_cannot_be_built_is_named(checkout: Path) -> None:
    with pytest.raises(LabError, match=r"^these programs cannot be had here: etcd, broken$"):
        programs.folders(["etcd", "broken"], checkout)


def test_an_installed_package_has_no_lab(tmp_path: Path) -> None:
    with pytest.raises(
        LabError, match=r"^the lab builds its programs from a clone of the repository: run this in one$"
    ):
        programs.folders(["etcd"], tmp_path)


@pytest.mark.parametrize(
    ("version", "expected"), [("1.28", "1.34"), ("1.34", "1.34"), ("1.35", "1.37"), ("1.40", "1.37")]
)
def test_the_nearest_version_is_the_next_that_can_be_built(version: str, expected: str) -> None:
    assert control_plane.nearest(version) == expected


def test_every_version_is_a_program_that_tools_pin() -> None:
    from tools import outside

    assert set(programs.VERSIONS.values()) <= {program.name for program in outside.RIG}
