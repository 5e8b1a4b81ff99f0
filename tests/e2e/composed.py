"""An environment on one machine by Docker Compose itself: who starts after whom, and who reaches whom.

Three small Python services are written here: `front` needs `back` and a cache, `aside` needs nobody. Valkey's official
image cannot be had, so that one of the same name is made of the project's own Redis; PostgreSQL's, Prometheus's and
Jaeger's images neither, so that those containers are read by Compose and not started.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from journey.cli.dev import make_secrets
from journey.lab import programs
from journey.lab.programs import LabError
from journey.spec.yaml import parse
from tests import specs
from tests.e2e.engine import Engine, ask_in
from tests.e2e.table import Row, Table

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = (
    specs.PLATFORM.replace("gateway: ingress}", "gateway: ingress, addons: [vault]}")
    + """
addons:
  vault: {chart: {repository: "oci://example.com", name: vault, version: 1.0.0}, provides: [secrets], team: web}
datastores:
  cache: {engine: valkey, version: "8", team: web, secret: datastores/cache}
compose: {environment: dev, pool: 10.213.0.0/20}
targets: [images, compose]
"""
)
_SERVICE = "team: web\nruntime: python\nports: {http: {port: 8080}}\nhealth: {readiness: {path: /readyz, period: 1s}}\n"
SERVICES = {
    "front": f"{_SERVICE}routes: {{all: {{}}}}\n"
    "needs: [{service: back, start: before}, {datastore: cache}]\n"
    'config: {values: {BACK: "http://back.back.svc:8080/"}, files: {/etc/front/word: "from $a file"}}\n',
    "back": _SERVICE,
    "aside": _SERVICE,
}
SLOW = 2
"""Seconds after its start before which a service is not well."""

SERVER = """\
import os, signal, socket, sys, time, urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

def cache():
    password = open(os.environ["CACHE_PASSWORD_FILE"]).read()
    with socket.create_connection((os.environ["CACHE_HOST"], int(os.environ["CACHE_PORT"])), 5) as peer:
        peer.sendall(f"AUTH {password}\\r\\nPING\\r\\n".encode())
        time.sleep(0.2)
        return peer.recv(100).decode().split()

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        said = "back"
        if "BACK" in os.environ and self.path != "/readyz":
            said = urllib.request.urlopen(os.environ["BACK"], timeout=5).read().decode()
            said += f" {' '.join(cache())} {open('/etc/front/word').read()}"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said.encode())

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
time.sleep({slow})  # so that who does not wait for it to be well is seen
HTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
"""
CACHE = """\
FROM {base}
COPY redis-server /usr/local/bin/valkey-server
COPY redis-cli /usr/local/bin/valkey-cli
RUN printf '#!/bin/sh\\nexec "$@"\\n' >/usr/local/bin/docker-entrypoint.sh \\
 && chmod 755 /usr/local/bin/* && mkdir /data && chown 999:999 /data
"""


def build(engine: Engine, base: str, root: Path) -> None:
    """Write the platform, render it, and build its images under the names that Compose looks for."""
    files = {f"apps/{name}/service.yaml": f"{spec}build: {{base: '{base}'}}\n" for name, spec in SERVICES.items()}
    files |= {f"apps/{name}/__main__.py": SERVER.replace("{slow}", f"{SLOW}") for name in SERVICES}
    files |= {f"apps/{name}/requirements.lock": "" for name in SERVICES}
    specs.load({"platform.yaml": PLATFORM, **files}, root)
    command = [sys.executable, "-m", "journey", "--root", str(root), "render"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"the platform for Compose is not rendered: {done.stdout}")
    for name in SERVICES:
        engine.build(root, f"apps/{name}/Dockerfile", f"ghcr.io/example/{name}:local")
    context = root / ".cache"
    context.mkdir()
    for program in ("redis-server", "redis-cli"):
        shutil.copy(programs.folders(["redis"])["redis"] / "bin" / program, context / program)
    (context / "Dockerfile").write_text(CACHE.format(base=base))
    engine.build(context, "Dockerfile", "docker.io/valkey/valkey:8")


class Compose:
    """Docker Compose as the project builds it, for one platform."""

    def __init__(self, engine: Engine, root: Path) -> None:
        self.engine, self.root = engine, root
        self.program = programs.folders(["compose"])["compose"] / "compose"

    def run(self, *arguments: str) -> str:
        """What it says. Raises LabError with its last words."""
        environment = {**os.environ, "DOCKER_HOST": f"unix://{self.engine.socket}"}
        command = [str(self.program), *arguments]
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"compose {' '.join(arguments)}: {' | '.join(done.stderr.strip().splitlines()[-4:])}")
        return done.stdout

    def container(self, service: str) -> dict[str, Any]:
        """A service's container."""
        return self.engine.inspect(self.run("ps", "--quiet", service).strip())


def prove(table: Table, engine: Engine, root: Path) -> None:
    """Every row."""
    for folder in (*sorted(path.parent for path in ROOT.glob("**/compose.yaml") if ".venv" not in path.parts), root):
        with table.row("read", f"{folder.name}, by Compose") as row:
            said = json.loads(Compose(engine, folder).run("--profile", "full", "config", "--format", "json"))
            row.expect({"prometheus", "jaeger"} <= set(said["services"]), f"services: {', '.join(said['services'])}")
    compose = Compose(engine, root)
    make_secrets(root, parse((root / "compose.yaml").read_bytes(), "").value["secrets"])  # type: ignore[index]
    try:
        with table.row("up", "three services and a cache") as row:
            compose.run("--profile", "core", "up", "--no-build", "--detach", "--wait")
            _is_up(row, compose)
        with table.row("reached", "who needs whom, and nobody else") as row:
            _talks(row, compose)
        with table.row("secrets", "as files") as row:
            _secrets(row, compose)
    finally:
        begun = time.monotonic()
        compose.run("--profile", "full", "down", "--volumes")
    with table.row("down", "nothing is left") as row:
        row.expect(time.monotonic() - begun < 30, "it took more than 30 s")
        row.expect(compose.run("ps", "--all", "--quiet") == "", "containers are left")
        row.expect("10.213" not in engine.run("network", "ls"), "networks are left")


def _is_up(row: Row, compose: Compose) -> None:
    for name in (*SERVICES, "cache"):
        found = compose.container(name)
        row.expect(found["State"]["Health"]["Status"] == "healthy", f"{name} is {found['State']['Health']['Status']}")
        row.expect(found["HostConfig"]["ReadonlyRootfs"], f"{name} may write")
        row.expect(found["HostConfig"]["Memory"] > 0, f"{name} has no limit of memory")
    began = {name: _began(compose, name) for name in ("front", "back", "cache")}
    late = (began["front"] - began["back"]).total_seconds()
    row.expect(late > SLOW, f"front started {late:.1f} s after back, which is well {SLOW} s after its start")
    row.expect(began["front"] > began["cache"], "front started before the cache")


def _began(compose: Compose, service: str) -> datetime:
    """When a container started; the engine tells nanoseconds."""
    return datetime.fromisoformat(compose.container(service)["State"]["StartedAt"][:26])


def _talks(row: Row, compose: Compose) -> None:
    engine, front, aside = compose.engine, compose.container("front"), compose.container("aside")
    port = front["NetworkSettings"]["Ports"]["8080/tcp"][0]
    row.expect(port["HostIp"] == "127.0.0.1", f"published on {port['HostIp']}")
    status, text = ask_in(engine.process, f"http://127.0.0.1:{port['HostPort']}/")
    row.expect((status, text.strip()) == (200, "back +OK +PONG from $a file"), f"front: {status} {text}")
    dialled = {
        name: [item["IPAddress"] for item in compose.container(name)["NetworkSettings"]["Networks"].values()]
        for name in ("back", "cache", "front")
    }
    for name, addresses in dialled.items():
        for address in addresses:
            status, text = ask_in(aside["State"]["Pid"], f"http://{address}:8080/readyz")
            row.expect(status == 0, f"aside reaches {name} at {address}: {status}")
    back = compose.container("back")["State"]["Pid"]
    for address in dialled["cache"]:
        row.expect(ask_in(back, f"http://{address}:6379/")[0] == 0, "back reaches the cache")


def _secrets(row: Row, compose: Compose) -> None:
    value = (compose.root / ".secrets/datastores/cache/password").read_text()
    for name in ("front", "cache"):
        row.expect(value not in json.dumps(compose.container(name)["Config"]), f"{name}'s configuration holds a secret")
