"""A platform on one screen for the tests of what delivers it: three clusters, two environments, two services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from journey.artifact import Artifact, Format
from journey.objectschemas import Schemas
from journey.spec import yaml
from journey.spec.view import Engine, View
from journey.targets.protocol import Target

DIGEST = "sha256:" + "0" * 64

PLATFORM = f"""
name: acme
domain: example.com
repository: {{url: "https://git.example.com/acme/platform.git"}}
registry: ghcr.io/acme
teams:
  shop: {{owners: ["@acme/shop"], contact: shop@example.com, onCall: {{email: oncall@example.com, slack: "#shop"}}}}
  base: {{owners: ["@acme/base"], contact: base@example.com}}
clusters:
  one: {{provider: local, kubernetes: "1.34", gateway: gateway-api, addons: [certs, logs, prometheus]}}
  two: {{provider: local, kubernetes: "1.33", hub: one, server: "https://two.example.com"}}
  three: {{provider: local, kubernetes: "1.33", gitops: flux, addons: [certs, logs]}}
environments:
  dev: {{clusters: [one, two, three]}}
  prod:
    clusters: [one]
    base: head
    promotesFrom: dev
    sync: approval
    syncWindows: [{{kind: deny, schedule: "0 18 * * 5", duration: 60h, timeZone: Europe/Berlin}}]
datastores:
  main: {{engine: postgresql, version: "15", team: base, secret: datastores/main}}
addons:
  certs:
    chart: {{repository: "https://charts.example.com", name: cert-manager, version: v1.20.1, digest: "{DIGEST}"}}
    namespace: cert-manager
    crds: true
    provides: [certificates, secrets]
    team: base
    values: {{replicas: 2, webhook: {{port: 1, host: a}}}}
    clusters: {{one: {{webhook: {{port: 2, host: null}}}}}}
  logs:
    chart: {{repository: "oci://ghcr.io/charts", name: logs, version: 1.2.3, digest: "{DIGEST}"}}
    namespace: cert-manager
    podSecurity: {{level: privileged, reason: reads files}}
    team: base
  prometheus:
    chart: {{repository: "oci://ghcr.io/charts", name: prom, version: 1.2.3}}
    provides: [monitoring]
    team: base
"""
SHOP = """
team: shop
ports: {http: {port: 8080}}
routes: {all: {}}
scaling: {min: 2, max: 4, cpu: 70}
needs: [{datastore: main}, {service: auth, start: before}]
"""
AUTH = "{team: base, ports: {http: {port: 80}}, needs: [{datastore: main, start: any}]}"


def view(shop: str = SHOP, platform: str = PLATFORM, **services: str) -> View:
    """The platform with services `shop` and `auth`, and more by name."""
    texts = {"shop": shop, "auth": AUTH, **services}
    documents: dict[str, Any] = {f"apps/{name}/service.yaml": _read(text) for name, text in texts.items()}
    documents["services"] = {name: f"apps/{name}/service.yaml" for name in texts}
    documents["platform.yaml"] = _read(platform)
    return View(Engine(documents))


def _read(text: str) -> Any:
    """As the specs of users are read: by the package's own reader."""
    return yaml.parse(text.encode(), "spec.yaml").value


def artifacts(target: Target, spec: View) -> dict[str, Artifact]:
    """All files of a target by path; fails where two have one path."""
    found: dict[str, Artifact] = {}
    for unit in target.units(spec):
        for artifact in target.render(unit, spec):
            assert artifact.path not in found, artifact.path
            found[artifact.path] = artifact
    return found


def contents(target: Target, spec: View) -> dict[str, Any]:
    """The content of all files of a target by path."""
    return {path: artifact.content for path, artifact in artifacts(target, spec).items()}


def faults(found: Mapping[str, Artifact], kubernetes: str) -> list[str]:
    """What a cluster of that version would refuse."""
    schemas = Schemas()
    return [
        f"{path}: {fault}"
        for path, artifact in found.items()
        if artifact.format is Format.YAML and isinstance(artifact.content, dict) and "kind" in artifact.content
        for fault in schemas.errors(kubernetes, artifact.content)
    ]
