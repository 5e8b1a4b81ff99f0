"""The rendered folders are the golden file: the committed spec renders to the committed bytes, on every run."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PLATFORMS = (".", "examples/online-boutique", "examples/node-express")
SPEC = ("platform.yaml", "apps", "promoted")


def journey(root: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "journey", "--root", str(root), *arguments]


def copy_spec(platform: str, to: Path) -> Path:
    """The spec alone, without anything rendered."""
    source = ROOT / platform
    for name in SPEC:
        if (source / name).is_dir():
            keep = shutil.ignore_patterns("node_modules")
            shutil.copytree(source / name, to / name, ignore=keep)
        elif (source / name).exists():
            shutil.copy(source / name, to / name)
    shutil.copy(ROOT / "Makefile", to)
    return to


def committed(platform: str) -> dict[str, bytes]:
    """What git knows below a platform that its render owns, without other platforms."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", platform], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    prefix = "" if platform == "." else f"{platform}/"
    owned = ("environments/", "clusters/", "schemas/", "docs/reference/", ".github/workflows/")
    paths = (path.removeprefix(prefix) for path in listed if path)
    return {path: (ROOT / platform / path).read_bytes() for path in paths if path.startswith(owned)}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(("seed", "jobs"), [("1", "1"), ("2", "2")])
def test_the_committed_spec_renders_to_the_committed_bytes(platform: str, seed: str, jobs: str, tmp_path: Path) -> None:
    root = copy_spec(platform, tmp_path)
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    subprocess.run(journey(root, "render", "--jobs", jobs), check=True, env=environment, capture_output=True)
    wanted = committed(platform)
    assert wanted
    for path, content in wanted.items():
        assert (root / path).read_bytes() == content, path
    rendered = {
        str(path.relative_to(root))
        for folder in ("environments", "clusters")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }
    assert rendered == {path for path in wanted if path.startswith(("environments/", "clusters/"))}


def test_a_killed_render_leaves_files_old_or_new_and_the_next_one_finishes(tmp_path: Path) -> None:
    root = copy_spec("examples/online-boutique", tmp_path)
    wanted = committed("examples/online-boutique")
    chance = random.Random(7)
    for _ in range(6):
        process = subprocess.Popen(journey(root, "render"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.2 + chance.random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        for path, content in wanted.items():
            file = root / path
            assert not file.exists() or file.read_bytes() == content, path
    subprocess.run(journey(root, "render"), check=True, capture_output=True)
    assert all((root / path).read_bytes() == content for path, content in wanted.items())
    assert not list(root.rglob(".journey-tmp-*"))
    subprocess.run(journey(root, "check"), check=True, capture_output=True)


def drawback(content: object) -> str:
    """What a real API server drops of an object, which counts as a change at each apply, or warns of."""
    if not isinstance(content, dict) or "metadata" not in content:
        return ""
    kind = content.get("kind")
    if kind == "NetworkPolicy" and [] in (content["spec"].get("ingress"), content["spec"].get("egress")):
        return "an empty list of rules is dropped"
    if kind == "PriorityClass" and content.get("globalDefault") is False:
        return "globalDefault: false is dropped"
    names = content["metadata"].get("finalizers", [])
    return "a finalizer without a path is warned of" if any("/" not in name for name in names) else ""


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_object_says_what_an_api_server_drops_or_warns_of(platform: str) -> None:
    """`make e2e-accepted` found these; it would find all of their kind."""
    files = {path: data for path, data in committed(platform).items() if path.endswith(".yaml")}
    found = {path: list(map(drawback, yaml.load_all(data, Loader=yaml.CSafeLoader))) for path, data in files.items()}
    assert {path: said for path, said in found.items() if any(said)} == {}


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "NetworkPolicy", "metadata": {}, "spec": {"ingress": []}},
        {"kind": "PriorityClass", "metadata": {}, "globalDefault": False},
        {"kind": "Application", "metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}},
    ],
)
def test_what_a_server_drops_or_warns_of_is_known(content: object) -> None:
    assert drawback(content)
