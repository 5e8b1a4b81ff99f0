"""A platform in a git repository: dev, then staging, then prod on two clusters; services `web` and `api`."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from journey import pipeline
from journey.changes.gates import Health, Unreachable
from journey.changes.promotion import Plan, Request, carry_out, planned
from tests import specs

PLATFORM = """\
name: shop
domain: example.com
repository: {url: "https://github.com/acme/platform.git"}
registry: ghcr.io/example
teams:
  web: {owners: ["@example/web"], contact: web@example.com}
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: ingress}
  east: {provider: local, kubernetes: "1.34", gateway: ingress}
  west: {provider: local, kubernetes: "1.34", gateway: ingress}
environments:
  dev: {clusters: [local]}
  staging: {clusters: [local], promotesFrom: dev}
  prod: {clusters: [east, west], promotesFrom: staging}
targets: [kubernetes]
"""

PROMOTED = """\
addons:
  external-secrets:
    provides: [secrets]
    team: web
    chart: {repository: "https://charts.external-secrets.io", name: external-secrets, version: 1.0.0}
datastores:
  main:
    engine: postgresql
    version: '15'
    team: web
    secret: datastores/main
    databases: [api]
"""
OVERLAY = """\
    environments:
      prod: {instances: 1, storage: 9Gi}
      dev: {storage: 2Gi}
"""
STORED = {
    "platform.yaml": PLATFORM.replace("gateway: ingress", "gateway: ingress, addons: [external-secrets]")
    + PROMOTED
    + OVERLAY,
    "promoted/staging.yaml": PROMOTED,
    "promoted/prod.yaml": PROMOTED,
}
"""Files of the same platform with a datastore, in which `api` has a database."""

WEB = """\
team: web
description: Serves pages.
ports:
  http: {port: 8080}
health:
  readiness: {path: /readyz}
config:
  values: {GREETING: hello}
release: {version: 1.0.0}
environments:
  staging:
    # two pods, so that a restart is seen
    scaling: {min: 2}
"""

API = """\
team: web
ports:
  http: {port: 9000}
release: {version: 7.0.0}
"""

WEB_FILE, API_FILE = "apps/web/service.yaml", "apps/api/service.yaml"
NOW = datetime(2030, 1, 15, 12, tzinfo=UTC)


class World:
    """What gates are told: `None` cannot be reached."""

    def __init__(self, health: Health | None = None, firing: list[str] | None = None) -> None:
        self.said = health
        self.alerts = firing
        self.asked: list[tuple[str, str]] = []

    def health(self, cluster: str, application: str) -> Health:
        self.asked.append((cluster, application))
        if self.said is None:
            raise Unreachable("Argo CD does not answer")
        return self.said

    def firing(self, cluster: str, namespace: str) -> list[str]:
        self.asked.append((cluster, namespace))
        if self.alerts is None:
            raise Unreachable("Prometheus does not answer")
        return self.alerts


def _dated(when: datetime) -> dict[str, str]:
    """What makes git commit at a moment."""
    return {"GIT_AUTHOR_DATE": when.isoformat(), "GIT_COMMITTER_DATE": when.isoformat()}


class Shop:
    """The repository. Commits are made at NOW unless the moment is said."""

    def __init__(self, root: Path, files: dict[str, str] | None = None) -> None:
        self.root = root
        specs.load({"platform.yaml": PLATFORM, WEB_FILE: WEB, API_FILE: API, **(files or {})}, root)
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "somebody")
        self.git("config", "user.email", "somebody@example.com")
        self.commit("begin")

    def git(self, *arguments: str, when: datetime = NOW) -> str:
        command, environment = ["git", *arguments], {**os.environ, **_dated(when)}
        done = subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True, env=environment)
        return done.stdout.rstrip("\n")

    def commit(self, message: str = "edit", when: datetime = NOW) -> str:
        """Render and commit everything."""
        found = pipeline.run(pipeline.Options(str(self.root)), write=True)
        assert found.written or not found.failed, found.problems
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, when=when)
        return self.git("rev-parse", "HEAD")

    def edit(self, file: str, old: str, new: str, when: datetime = NOW) -> str:
        """Replace a text of a file, render, and commit."""
        path = self.root / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
        return self.commit(when=when)

    def plan(self, *services: str, to: str = "staging", world: World | None = None, now: datetime = NOW) -> Plan:
        return planned(str(self.root), Request(to, services), now, world or World())

    def promote(self, *services: str, to: str = "staging", when: datetime = NOW) -> str:
        with mock.patch.dict(os.environ, _dated(when)):
            return carry_out(str(self.root), self.plan(*services, to=to))

    def read(self, file: str) -> str:
        return (self.root / file).read_text()

    @property
    def clean(self) -> bool:
        """Whether the work tree and the index are as HEAD has them."""
        return self.git("status", "--porcelain") == ""
