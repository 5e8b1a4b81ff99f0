"""The platform on which promotions are tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.changes.shop import Shop


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A rendered and committed platform; it is the working folder."""
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_API_URL", "ARGOCD_SERVER", "ARGOCD_AUTH_TOKEN", "PROMETHEUS_URL"):
        monkeypatch.delenv(name, raising=False)
    made = Shop(tmp_path / "shop")
    monkeypatch.chdir(made.root)
    return made
