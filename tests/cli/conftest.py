"""A small platform, and commands run on it as a shell would run them, in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from journey.cli.main import main
from tests import specs

PLATFORM = """\
# yaml-language-server: $schema=schemas/platform.schema.json
name: shop
domain: example.com
repository: {url: "https://github.com/acme/platform.git"}
registry: ghcr.io/example
teams:
  web: {owners: ["@acme/platform"], contact: web@example.com}
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: ingress}
  east: {provider: local, kubernetes: "1.34", gateway: ingress}
  west: {provider: local, kubernetes: "1.34", gateway: ingress}
environments:
  dev: {clusters: [local]}
  prod: {clusters: [east, west], promotesFrom: dev, base: head}
targets: [kubernetes, schemas]
"""

SERVICE = f"# yaml-language-server: $schema=../../schemas/service.schema.json\n{specs.SERVICE}"

FILES = {
    "platform.yaml": PLATFORM,
    "apps/web/service.yaml": f"{SERVICE}needs: [{{service: api}}]\n",
    "apps/api/service.yaml": SERVICE,
}


class Ran(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


Journey = Callable[..., Ran]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The platform's folder, with the spec alone in it; it is the working folder."""
    root = tmp_path / "shop"
    specs.load(FILES, root)
    monkeypatch.chdir(root)
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_API_URL"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def journey(capsys: pytest.CaptureFixture[str]) -> Journey:
    """Runs a command."""

    def run(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        out, err = capsys.readouterr()
        return Ran(int(caught.value.code or 0), out, err)

    return run


@pytest.fixture
def rendered(shop: Path, journey: Journey) -> Path:
    """The platform's folder, rendered."""
    assert journey("render").code == 0
    return shop
