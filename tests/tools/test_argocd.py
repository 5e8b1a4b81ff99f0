"""What is taken of a release of Argo CD, and that what is held is the release that the tool names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import argocd

REDIS = "spec: {template: {spec: {containers: [{image: 'redis:8.2.3-alpine'}]}}}"
NEW_NAME = "images: [{name: redis, newName: registry.example.com/redis}]"
HOSTS = 'data: {ssh_known_hosts: "# a remark\\nexample.com ssh-ed25519 AAAA\\n"}'


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    """A folder of manifests as Argo CD's module has it, as small as may be."""
    texts = {
        "base/redis/argocd-redis-deployment.yaml": REDIS,
        "base/redis/kustomization.yaml": NEW_NAME,
        "base/config/argocd-ssh-known-hosts-cm.yaml": HOSTS,
        "crds/application-crd.yaml": "{kind: A, description: gone, properties: {description: {type: string}}}",
        "crds/appproject-crd.yaml": "{kind: B, list: [{description: gone, a: 1}]}",
    }
    for name, text in texts.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path


def test_a_release_is_distilled(manifests: Path) -> None:
    assert argocd.distilled(manifests, "h1:sum") == {
        "module": f"github.com/argoproj/argo-cd/v3@{argocd.VERSION}",
        "sum": "h1:sum",
        "version": argocd.VERSION,
        "redis": "registry.example.com/redis:8.2.3-alpine",
        "knownHosts": ["example.com ssh-ed25519 AAAA"],
        "definitions": [
            {"kind": "A", "properties": {"description": {"type": "string"}}},
            {"kind": "B", "list": [{"a": 1}]},
        ],
    }


def test_the_release_that_is_held_is_the_one_that_is_named() -> None:
    held = json.loads(argocd.OUTPUT.read_text(encoding="utf-8"))
    assert held["version"] == argocd.VERSION
    assert held["sum"].startswith("h1:")
    kinds = [definition["spec"]["names"]["kind"] for definition in held["definitions"]]
    assert kinds == ["Application", "AppProject"]
