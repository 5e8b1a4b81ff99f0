"""A stranger's platform, for real: the wheel, installed elsewhere, makes one that renders and passes its own tests.

The wheel's dependencies are those of the interpreter that runs the tests, so no network is needed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from journey import __version__

ROOT = Path(__file__).resolve().parent.parent.parent


def call(*command: str, cwd: Path, path: str) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of this process's environment but where programs are."""
    environment = {"PATH": path, "HOME": str(cwd), "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


def said(*command: str, cwd: Path, path: str) -> list[str]:
    """What a command prints; it must succeed."""
    done = call(*command, cwd=cwd, path=path)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH on which `journey` is that of the wheel, and nothing else of this project is."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(build, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = str(folder / "venv/bin/python")
    packages = sysconfig.get_path("purelib", vars={"base": str(folder / "venv"), "platbase": str(folder / "venv")})
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, "--no-warn-script-location", str(wheel)], check=True)
    # a path file adds the folder, but not the path files in it: the editable install is not seen
    Path(packages, "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    tools = folder / "tools"
    tools.mkdir()
    for name in ("make", "git", "sh", "sed", "python3", "env", "rm", "touch", "echo"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return f"{folder / 'venv/bin'}{os.pathsep}{tools}"


@pytest.fixture(scope="module")
def shop(programs: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform in an empty folder, in git."""
    root = tmp_path_factory.mktemp("shop")
    address = "https://github.com/acme/platform.git"
    said("journey", "init", ".", "--domain", "example.com", "--repository", address, cwd=root, path=programs)
    said("make", "render", cwd=root, path=programs)
    said("git", "init", "--quiet", cwd=root, path=programs)
    said("git", "add", "--all", cwd=root, path=programs)
    return root


def test_the_journey_is_that_of_the_wheel(programs: str, tmp_path: Path) -> None:
    assert said("journey", "--version", cwd=tmp_path, path=programs) == [f"journey {__version__}"]
    code = "import journey; print(journey.__file__)"
    (file,) = said("python", "-c", code, cwd=tmp_path, path=programs)
    assert not Path(file).is_relative_to(ROOT)


def test_it_renders_and_passes_its_tests(shop: Path, programs: str) -> None:
    (verdict,) = said("make", "test", cwd=shop, path=programs)
    assert verdict.endswith(" units in order")


def test_rendering_again_changes_nothing(shop: Path, programs: str) -> None:
    (verdict,) = said("make", "render", cwd=shop, path=programs)
    assert verdict.endswith(" files up to date")
    assert said("git", "diff", "--stat", cwd=shop, path=programs) == []
    untracked = said("git", "status", "--porcelain", cwd=shop, path=programs)
    assert [line for line in untracked if not line.startswith("A  ")] == []


def test_everything_around_it_is_in_order(shop: Path, programs: str) -> None:
    *warnings, last = said("make", "lint", cwd=shop, path=programs)
    assert [line for line in warnings if "doctor/" in line and "doctor/checker" not in line] == []
    assert last == "nothing is missing" or last.endswith(("warning", "warnings"))


def test_services_are_tested_too(shop: Path, programs: str) -> None:
    makefile = shop / "apps/web/Makefile"
    makefile.write_text("test:\n\t@echo the tests of web\n")
    assert said("make", "test", cwd=shop, path=programs)[-1] == "the tests of web"
    makefile.write_text("test:\n\t@exit 1\n")
    assert call("make", "test", cwd=shop, path=programs).returncode == 2
    makefile.unlink()


def test_a_stale_tree_fails_its_tests(shop: Path, programs: str) -> None:
    path = shop / "environments/dev/local/kubernetes/web/service-web.yaml"
    before = path.read_text()
    path.write_text("edited\n")
    done = call("make", "test", cwd=shop, path=programs)
    assert done.returncode == 2 and "tree/edited" in done.stdout and "`journey render`" in done.stdout
    said("make", "render", cwd=shop, path=programs)
    assert path.read_text() == before


def test_another_version_is_installed_into_the_platforms_own_environment(shop: Path, programs: str) -> None:
    done = call("make", "--dry-run", "JOURNEY=journey", "render", cwd=shop, path=programs)
    assert done.stdout.splitlines() == ["journey merge-driver install", "journey render"]
    pinned = shop / "requirements.txt"
    before = pinned.read_text()
    pinned.write_text("request-journey==0.0.0 \\\n    --hash=sha256:0\n")
    lines = said("make", "--dry-run", "render", cwd=shop, path=programs)
    assert lines[0] == "python3 -m venv --clear .venv" and lines[-1] == ".venv/bin/journey render"
    pinned.write_text(before)


LATER = ["attest", "promote", "promote-automatic", "publish-charts"]
LATER += ["infrastructure-plan", "infrastructure-apply", "drift"]


def test_make_says_what_there_is(shop: Path, programs: str) -> None:
    listed = [line.split()[0] for line in said("make", cwd=shop, path=programs)]
    assert listed == ["help", "setup", "render", "check", "test", "lint", *LATER, "clean"]
