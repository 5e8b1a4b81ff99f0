"""Changes of the spec that proofs commit, as a person makes them: an edit, `journey render`, a commit, a push."""

from __future__ import annotations

import hashlib
import shutil

from journey.ci import release
from journey.lab.fork import Fork
from journey.problem import Step
from journey.spec.edit import remove, set_value
from tests.e2e.delivered import Delivered

PROBE = "ledger"
"""A service that the proofs add and delete: the one with a volume of its own, and with a `start: before`."""
PROBE_SPEC = """\
description: Keeps what the proof must find again.
team: platform
kind: stateful
runtime: python
ports:
  http: {port: 8080, expose: 80}
health:
  liveness: {path: /livez}
  readiness: {path: /readyz}
needs:
- service: auth
  start: before
volumes:
  data: {path: /var/lib/ledger, kind: persistent, size: 1Gi}
"""


def services(fork: Fork) -> list[str]:
    """The platform's services."""
    return sorted(file.parent.name for file in fork.folder.glob("apps/*/service.yaml"))


def service_file(name: str) -> str:
    """Where a service's spec stands."""
    return f"apps/{name}/service.yaml"


def edit(fork: Fork, file: str, path: tuple[Step, ...], value: object) -> None:
    """Set a value of the spec."""
    place = fork.folder / file
    place.write_bytes(set_value(place.read_bytes(), path, value))


def drop(fork: Fork, file: str, path: tuple[Step, ...]) -> None:
    """Take a value out of the spec."""
    place = fork.folder / file
    place.write_bytes(remove(place.read_bytes(), path))


def add_probe(fork: Fork) -> None:
    """Write the probe's spec."""
    file = fork.folder / service_file(PROBE)
    file.parent.mkdir(parents=True)
    file.write_text(PROBE_SPEC, encoding="utf-8")


def delete_service(fork: Fork, name: str) -> None:
    """Retire a service: its whole folder goes."""
    shutil.rmtree(fork.folder / "apps" / name)


def build(fork: Fork, name: str, version: str) -> str:
    """Record a release, as the build workflow does; here no image is built. Gives its digest."""
    made = release.Built(name, version, digest(name, version), fork.git.run("rev-parse", "HEAD"))
    release.apply(made, fork.folder / service_file(name), fork.git)
    return made.digest


def digest(name: str, version: str) -> str:
    """What a release's image is called; another one for each version."""
    return "sha256:" + hashlib.sha256(f"{name} {version}".encode()).hexdigest()


def publish(fork: Fork, message: str, *clusters: Delivered) -> tuple[str, frozenset[str]]:
    """Render, commit, push, and tell each cluster's Argo CD; gives the commit and the paths that it changed."""
    before = fork.git.run("rev-parse", "HEAD")
    fork.render()
    return announce(fork, before, fork.commit(message), *clusters)


def announce(fork: Fork, before: str, after: str, *clusters: Delivered) -> tuple[str, frozenset[str]]:
    """Push what is committed and tell of it, as the Git host's webhook does."""
    changed = fork.git.changed(before, after)
    fork.push()
    for cluster in clusters:
        cluster.argo.notify(fork.url, fork.branch, before, after, changed)
    return after, changed
