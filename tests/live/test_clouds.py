"""A kubeconfig from the cloud. `aws` is a double of this test: the real one needs an account."""

from __future__ import annotations

from pathlib import Path

import pytest

from journey.live.clouds import kubeconfig
from journey.live.kubeconfig import KubeconfigError


def aws(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    path = folder / "aws"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_awss_own_command_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aws(tmp_path, monkeypatch, f'echo "$@" > {tmp_path}/asked')
    file = kubeconfig("aws", "eu-west-1", "shop-prod", tmp_path)
    asked = (tmp_path / "asked").read_text().strip()
    assert asked == f"eks update-kubeconfig --name shop-prod --region eu-west-1 --kubeconfig {file}"


def test_what_it_refuses_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aws(tmp_path, monkeypatch, "echo 'An error occurred (AccessDenied)' >&2; exit 254")
    with pytest.raises(KubeconfigError, match=r"aws eks update-kubeconfig: An error occurred \(AccessDenied\)"):
        kubeconfig("aws", "eu-west-1", "shop-prod", tmp_path)


def test_without_the_command_or_for_another_cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KubeconfigError, match="there is no program `aws` here"):
        kubeconfig("aws", "eu-west-1", "shop-prod", tmp_path)
    with pytest.raises(KubeconfigError, match="no sign-in to clusters of provider `local`"):
        kubeconfig("local", "", "shop-local", tmp_path)
