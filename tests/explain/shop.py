"""A small platform for questions, in documents and on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from journey import targets
from journey.artifact import Artifact, Unit
from journey.explain.trials import Trials
from journey.spec.sources import Sources
from journey.spec.view import View

PLATFORM = """\
name: shop
domain: example.com
repository: {url: "https://github.com/example/shop.git"}
registry: ghcr.io/example
teams:
  web: {owners: ["@example/web"], contact: web@example.com}
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: ingress}
environments:
  dev: {clusters: [local]}
  prod:
    clusters: [local]
    promotesFrom: dev
    base: head
    defaults:
      scaling: {min: 2}
defaults:
  scaling: {min: 1}
targets: [kubernetes]
"""

WEB = """\
team: web
ports:
  http: {port: 8080}
health:
  readiness: {path: /readyz}
config:
  values: {GREETING: hello, OTHER: a}
needs:
- service: api
release: {version: 1.0.0}
environments:
  prod:
    scaling: {min: 3}
"""

API = """\
team: web
ports:
  http: {port: 9000}
release: {version: 2.0.0}
"""

FILES = {"platform.yaml": PLATFORM, "apps/web/service.yaml": WEB, "apps/api/service.yaml": API}

Render = Callable[[Unit, View], Iterable[Artifact]]


def render(unit: Unit, view: View) -> Iterable[Artifact]:
    """As a session renders."""
    target = targets.named(unit.target)
    assert target is not None
    return target.render(unit, view)


def trials(sources: Sources, service: str = "web", environment: str = "prod") -> Trials:
    """A service's Kubernetes objects, ready to be rendered under changes."""
    return Trials(sources.values, Unit("kubernetes", environment, "local", service), render)


def file(kind: str, service: str = "web", environment: str = "prod") -> str:
    """The path of a service's object."""
    return f"environments/{environment}/local/kubernetes/{service}/{kind}-{service}.yaml"
