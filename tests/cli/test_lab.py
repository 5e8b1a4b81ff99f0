"""`journey lab`: what it says; that it starts real servers is proven by `make e2e-accepted`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journey.lab import standing
from journey.lab.programs import LabError
from tests.cli.conftest import Journey


def test_the_commands_say_what_there_is(shop: Path, journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = journey("lab", "status")
    assert (ran.code, ran.out) == (1, "there is no lab; start one: journey lab up\n")
    assert journey("lab", "down").out == "there was no lab\n"

    def refuse(names: list[str]) -> dict[str, Path]:
        raise LabError("no Go here")

    monkeypatch.setattr("journey.lab.programs.folders", refuse)
    ran = journey("lab", "up")
    assert (ran.code, ran.err) == (2, "Error: no Go here\n")
    made = standing.Standing("1.34", "/k", "/l", {"etcd": (os.getpid(), os.readlink("/proc/self/exe"))})
    monkeypatch.setattr(standing, "up", lambda root, version, count, cluster: made)
    assert journey("lab", "up", "--nodes", "2").out == (
        "Kubernetes 1.34 with 2 nodes is up\n  export KUBECONFIG=/k\n  logs: /l\n  end it: journey lab down\n"
    )
    synced = standing.Standing("1.34", "/k", "/l", made.processes, "https://localhost:1", "/c")
    monkeypatch.setattr(standing, "up", lambda root, version, count, cluster: synced if cluster == "local" else made)
    assert "  Argo CD: https://localhost:1\n  it syncs: /c\n" in journey("lab", "up", "--argocd", "local").out
    monkeypatch.setattr(standing, "read", lambda root: made)
    ran = journey("lab", "status")
    assert (ran.code, ran.out) == (0, f"{'etcd':24} runs\n  export KUBECONFIG=/k\n  logs: /l\n")
    monkeypatch.setattr(standing, "read", lambda root: made.__class__("1.34", "/k", "/l", {"etcd": (1, "/x")}))
    ran = journey("lab", "status")
    assert (ran.code, ran.out.splitlines()[0]) == (1, f"{'etcd':24} has ended")
