"""The target and the check that the how-tos write are real: they are taken from the pages and join a platform."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.specs import PLATFORM, SERVICE

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"
BLOCK = re.compile(r"^```(python|toml)(?: ([\w.]+))?\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def install(page: str, site: Path) -> None:
    """Put a page's module and entry point where an installer would."""
    found = {language: (name, body) for language, name, body in BLOCK.findall((HOW_TO / page).read_text())}
    name, body = found["python"]
    (site / name).write_text(body)
    match = re.fullmatch(r'\[project\.entry-points\."(.*)"\]\n(\w+) = "(\w+)"\n', found["toml"][1])
    assert match is not None
    group, point, module = match.groups()
    assert f"{module}.py" == name
    info = site / f"{module}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{point} = {module}\n")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A platform with one service that runs an image from elsewhere."""
    root = tmp_path / "shop"
    for file, text in {
        "platform.yaml": PLATFORM,
        "apps/web/service.yaml": f"{SERVICE}health: {{liveness: {{}}, readiness: {{}}}}\nrelease: {{version: 1.0.0}}\n",
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    (tmp_path / "site").mkdir()
    return root


def journey(root: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command, with the plug-ins installed."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("journey")), "--root", str(root), *arguments],
        env={**os.environ, "PYTHONPATH": str(root.parent / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_the_target_of_the_page_renders(shop: Path) -> None:
    install("write-a-target.md", shop.parent / "site")
    assert journey(shop, "render")[0] == 0
    page = (shop / "docs/owners/dev-local.md").read_text()
    assert page.splitlines()[1:] == ["# dev on local", "", "- web: web"]
    assert "owners: A page that says who owns which service." in journey(shop, "targets")[1]
    assert journey(shop, "check")[0] == 0


def test_what_the_target_of_the_page_renders_is_in_a_diff(shop: Path) -> None:
    install("write-a-target.md", shop.parent / "site")
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=shop, check=True)
    for service in ("web", "api"):
        (shop / "apps" / service).mkdir(exist_ok=True)
        (shop / "apps" / service / "service.yaml").write_text((shop / "apps/web/service.yaml").read_text())
        assert journey(shop, "render")[0] == 0
        for command in (
            ("add", "-A"),
            ("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", service),
        ):
            subprocess.run(["git", *command], cwd=shop, check=True)
    told = journey(shop, "diff", "HEAD~1..HEAD", "--target", "owners")[1]
    assert "dev-local.md line.- api: web[1]: added - api: web" in told
    assert "apps/api/service.yaml:1:1: added" in told


def test_the_check_of_the_page_refuses(shop: Path) -> None:
    install("write-a-check.md", shop.parent / "site")
    code, printed = journey(shop, "render")
    assert code == 1
    assert "apps/web/service.yaml:1:1: acme/registry: " in printed
    assert "Deployment web: ghcr.io/example/web:1.0.0 is from elsewhere\n    push it to ghcr.io/acme" in printed
    assert "acme/registry " in journey(shop, "checks")[1]
    assert not (shop / "environments").exists()
