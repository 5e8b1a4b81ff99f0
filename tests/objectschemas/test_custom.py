"""The vendors' schemas that the package carries: whole, as the lock says, and what they refuse."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from journey.objectschemas import Schemas, custom

LOCK = json.loads((custom.DATA / "schemas.lock.json").read_text())
WRITTEN = sorted((custom.DATA / "written").rglob("*.json"))
FILES = [*sorted((custom.DATA / "crds").rglob("*.json")), *WRITTEN]


def test_the_lock_lists_every_file_with_its_checksum_and_a_package_that_it_pins() -> None:
    taken = [file for file in FILES if file not in WRITTEN]
    carried = {file.relative_to(custom.DATA).as_posix() for file in taken} | {"github-workflow.json", "compose.json"}
    assert set(LOCK["files"]) == carried
    for path, entry in LOCK["files"].items():
        assert hashlib.sha256((custom.DATA / path).read_bytes()).hexdigest() == entry["sha256"], path
        assert entry["package"] in LOCK["packages"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_file_compiles_and_names_the_kind_that_its_path_names(file: Path) -> None:
    kind, version = file.stem.split(".", 1)
    api_version = f"{file.parent.name}/{version}"
    schemas = Schemas()
    assert schemas.validator("1.34", api_version, kind) is not None
    errors = schemas.errors("1.34", {"apiVersion": api_version, "kind": kind, "metadata": {"nmae": "a"}, "zzz": 1})
    messages = [str(error) for error in errors]
    assert 'zzz: unknown field "zzz"' in messages
    assert 'metadata.nmae: unknown field "nmae", did you mean "name"?' in messages
    assert not any(message.startswith(("kind", "apiVersion")) for message in messages)


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_a_schema_that_is_written_by_hand_says_so(file: Path) -> None:
    assert custom.read(file)["$comment"].startswith("Written from https://")


def test_a_kustomization_is_judged() -> None:
    content: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": "argocd",
        "resources": ["install.yaml"],
        "images": [{"name": "redis", "newTag": "8"}],
        "patches": [{"path": "a.yaml", "target": {"kind": "Deployment"}}],
    }
    assert Schemas().errors("1.34", content) == []
    content |= {"resource": ["a"], "patches": [{"target": {"kind": "Deployment"}}]}
    assert [str(error) for error in Schemas().errors("1.34", content)] == [
        "patches[0]: needs path or patch",
        'resource: unknown field "resource", did you mean "resources"?',
    ]


def errors(api_version: str, kind: str, spec: dict[str, Any]) -> list[str]:
    content = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    return [str(error) for error in Schemas().errors("1.34", content)]


APPLICATION = {
    "project": "default",
    "destination": {"name": "local", "namespace": "auth"},
    "source": {"repoURL": "https://example.com/platform.git", "path": "environments/dev", "targetRevision": "main"},
    "syncPolicy": {"automated": {"prune": True}, "syncOptions": ["CreateNamespace=false"]},
}


@pytest.mark.parametrize(
    ("api_version", "kind", "spec"),
    [
        ("argoproj.io/v1alpha1", "Application", APPLICATION),
        (
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            {
                "parentRefs": [{"name": "public"}],
                "hostnames": ["api.example.com"],
                "rules": [
                    {
                        "matches": [{"path": {"type": "PathPrefix", "value": "/v1"}, "method": "GET"}],
                        "backendRefs": [{"name": "auth", "port": 8080}],
                        "timeouts": {"request": "10s"},
                    }
                ],
            },
        ),
        (
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            {"selector": {"matchLabels": {"app": "a"}}, "endpoints": [{"port": "metrics", "interval": "30s"}]},
        ),
        (
            "external-secrets.io/v1",
            "ExternalSecret",
            {
                "secretStoreRef": {"name": "vault", "kind": "SecretStore"},
                "data": [{"secretKey": "password", "remoteRef": {"key": "auth/db", "property": "password"}}],
            },
        ),
        (
            "postgresql.cnpg.io/v1",
            "Cluster",
            {"instances": 3, "storage": {"size": "10Gi"}, "postgresql": {"parameters": {"max_connections": "200"}}},
        ),
        (
            "keda.sh/v1alpha1",
            "ScaledObject",
            {"scaleTargetRef": {"name": "a"}, "triggers": [{"type": "prometheus", "metadata": {"threshold": "10"}}]},
        ),
        (
            "kustomize.toolkit.fluxcd.io/v1",
            "Kustomization",
            {"interval": "5m", "prune": True, "path": "./a", "sourceRef": {"kind": "GitRepository", "name": "a"}},
        ),
    ],
)
def test_what_the_vendors_documentation_shows_is_taken(api_version: str, kind: str, spec: dict[str, Any]) -> None:
    assert errors(api_version, kind, spec) == []


@pytest.mark.parametrize(
    ("api_version", "kind", "spec", "messages"),
    [
        (
            "argoproj.io/v1alpha1",
            "Application",
            {**APPLICATION, "syncPolicy": {"automated": {"selfheal": True}}},
            ['spec.syncPolicy.automated.selfheal: unknown field "selfheal", did you mean "selfHeal"?'],
        ),
        (
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            {"rules": [{"matches": [{"method": "FETCH"}], "timeouts": {"request": "10 s"}}]},
            [
                (
                    'spec.rules[0].matches[0].method: "FETCH" must be one of '
                    '"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"'
                ),
                'spec.rules[0].timeouts.request: "10 s" is not of the form ^([0-9]{1,5}(h|m|s|ms)){1,4}$',
            ],
        ),
        (
            "postgresql.cnpg.io/v1",
            "Cluster",
            {"instances": "3", "storage": {"size": "10Gi"}},
            ['spec.instances: "3" must be a number'],
        ),
        (
            "external-secrets.io/v1",
            "SecretStore",
            {"provider": {}},
            ["spec.provider: must have at least 1 field"],
        ),
        (
            "gateway.networking.k8s.io/v1",
            "Gateway",
            {
                "gatewayClassName": "nginx",
                "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}],
                "addresses": [{"value": "not an address"}],
            },
            ['spec.addresses[0].value: "not an address" is not of the format ipv4'],
        ),
    ],
)
def test_what_the_vendors_schema_refuses_is_told(
    api_version: str, kind: str, spec: dict[str, Any], messages: list[str]
) -> None:
    assert errors(api_version, kind, spec) == messages


def test_the_same_validator_serves_two_versions_of_kubernetes() -> None:
    schemas = Schemas()
    first, second = (schemas.validator(v, "argoproj.io/v1alpha1", "Application") for v in ("1.30", "1.34"))
    assert first is second is not None


@pytest.mark.parametrize("kind", ["application", "../Application", "Application/x", ""])
def test_a_kind_is_known_by_its_exact_name(kind: str) -> None:
    schemas = Schemas()
    assert schemas.validator("1.34", "argoproj.io/v1alpha1", kind) is None
    assert custom.find("v1", "Application") is None
