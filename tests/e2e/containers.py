"""Images on a real engine: each runtime is built from its rendered Dockerfile, starts, answers, and stops in time.

The Express example is built as it stands, with another base by the argument. For the other runtimes a small service
each is written here: the platform's own have no code yet. Their base is pinned by `journey pin` from a real registry.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from journey.cli.main import main as journey
from journey.spec.yaml import parse
from tests import specs
from tests.e2e import composed
from tests.e2e import engine as engines
from tests.e2e.ending import ended, keep_logs
from tests.e2e.engine import Engine
from tests.e2e.table import Row, Table

ROOT = Path(__file__).resolve().parents[2]
EXPRESS = ROOT / "examples" / "node-express"
TOOLS = re.compile(r"(^|/)(sh|bash|dash|busybox|apt|apt-get|dpkg|apk|pip3?|npm|npx|corepack)$")
"""Shells and package managers, by the last part of their paths."""


class Sample(NamedTuple):
    """A service of a runtime: its spec, its files, and what it answers where."""

    name: str
    spec: str
    files: dict[str, str]
    url: str
    answer: str


_HEALTH = "ports: {http: {port: 8080}}\nhealth: {readiness: {path: /readyz, period: 1s}}\n"
_SERVER = """\
import signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
import click

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"click {click.__name__}".encode())

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
HTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
"""
_NGINX = """\
pid /tmp/nginx.pid;
error_log /dev/stderr;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u;
  scgi_temp_path /tmp/s;
  server { listen 8080; location / { return 200 "from nginx"; } }
}
"""


def samples(base: str) -> list[Sample]:
    """One a runtime but Node, whose service is the Express example."""
    built = f"base: '{base}'"
    return [
        Sample(
            "snake",
            f"runtime: python\n{_HEALTH}build: {{{built}}}\n",
            {"__main__.py": _SERVER, "requirements.lock": _locked("click")},
            "http://127.0.0.1:8080/",
            "click click",
        ),
        Sample(
            "edge",
            f"runtime: nginx\n{_HEALTH}"
            f"build: {{{built}, start: [nginx, -c, /app/apps/edge/nginx.conf, -g, 'daemon off;']}}\n",
            {"nginx.conf": _NGINX},
            "http://127.0.0.1:8080/",
            "from nginx",
        ),
        Sample(
            "relay",
            "runtime: generic\nkind: worker\n"
            f"build: {{{built}, run: [cp /usr/bin/sleep sleep], start: [./sleep, '1000'], health: [./sleep, '0']}}\n",
            {"note.txt": "Made of the base's own program.\n"},
            "",
            "",
        ),
    ]


def _locked(name: str) -> str:
    """A package as the project's own lock has it."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next(number for number in range(start, len(lines)) if not lines[number].endswith("\\"))
    return "\n".join(lines[start : end + 1]) + "\n"


def prove(table: Table) -> None:
    """Every row."""
    folder = Path(tempfile.mkdtemp(prefix="journey-containers-"))
    try:
        with engines.running(folder) as engine:
            with table.row("base", "made, pushed to a registry") as row:
                base = engines.base(engine, folder)
                row.expect(bool(engine.inspect(base)["RepoDigests"]), "the registry gave no digest")
            _express(table, engine, base)
            _samples(table, engine, base, folder / "platform")
            _released(table, engine, folder / "platform")
            with table.row("built", "a platform for Compose") as row:
                composed.build(engine, base, folder / "composed")
                row.expect((folder / "composed/compose.yaml").exists(), "no compose.yaml was rendered")
        with engines.contained(folder) as engine:
            composed.prove(table, engine, folder / "composed")
    finally:
        keep_logs(folder, "containers")


def _express(table: Table, engine: Engine, base: str) -> None:
    with table.row("built", "the Express example, twice") as row:
        dockerfile = "apps/express/Dockerfile"
        first = engine.build(EXPRESS, dockerfile, "express:1", BASE_IMAGE=base, COMMIT="1234567")
        again = engine.build(EXPRESS, dockerfile, "express:2", "--no-cache", BASE_IMAGE=base, COMMIT="1234567")
        row.expect(first["RootFS"] == again["RootFS"], "another build has other layers")
        _is_hardened(row, engine, "express:1", first)
        labels = first["Config"]["Labels"]
        row.expect(labels["org.opencontainers.image.revision"] == "1234567", f"labels: {labels}")
        row.expect(labels["org.opencontainers.image.base.name"] == base, f"labels: {labels}")
    with table.row("started", "the Express example") as row, engine.started("express:1") as name:
        _is_healthy(row, engine, name)
        for path, expected in (("/greetings/you", "Hello, you!"), ("/metrics", "http_requests_total"), ("/livez", "")):
            status, text = engine.ask(name, f"http://127.0.0.1:8080{path}")
            row.expect(status == 200 and expected in text, f"{path}: {status} {text[:200]}")
        _stops(row, engine, name, seconds=20, least=4)  # readiness says no for five seconds before it stops to listen


def _samples(table: Table, engine: Engine, base: str, root: Path) -> None:
    found = samples(base)
    with table.row("pinned", "a platform of three services") as row:
        spec = {f"apps/{sample.name}/service.yaml": f"team: web\n{sample.spec}" for sample in found}
        files = {f"apps/{sample.name}/{name}": text for sample in found for name, text in sample.files.items()}
        specs.load({"platform.yaml": f"{specs.PLATFORM}targets: [images]\n", **spec, **files}, root)
        for command in ("pin", "render", "check"):
            row.expect(_journey(root, command) == 0, f"journey {command} failed")
        digest = engine.inspect(base)["RepoDigests"][0].partition("@")[2]
        for sample in found:
            text = (root / f"apps/{sample.name}/Dockerfile").read_text()
            row.expect(f"ARG BASE_IMAGE={base}@{digest}\n" in text, f"{sample.name} is not built on {digest}")
    for sample in found:
        with table.row("built", f"{sample.name}, twice") as row:
            dockerfile = f"apps/{sample.name}/Dockerfile"
            image = engine.build(root, dockerfile, sample.name)
            again = engine.build(root, dockerfile, f"{sample.name}:again", "--no-cache")
            row.expect(image["RootFS"] == again["RootFS"], "another build has other layers")
            _is_hardened(row, engine, sample.name, image)
        with table.row("started", sample.name) as row, engine.started(sample.name, "--tmpfs=/tmp") as name:
            _is_healthy(row, engine, name)
            if sample.url:
                status, text = engine.ask(name, sample.url)
                row.expect((status, text.strip()) == (200, sample.answer), f"{status} {text[:200]}")
                _stops(row, engine, name, seconds=5)


def _released(table: Table, engine: Engine, root: Path) -> None:
    """As the workflow `build` has it: pushed, its digest recorded, the record written into the spec."""
    with table.row("released", "snake, by the build workflow's commands") as row:
        commit = "0123456789abcdef0123456789abcdef01234567"
        name = f"{engine.registry}/snake"
        engine.run("tag", "snake", f"{name}:{commit[:12]}")
        engine.run("push", "--quiet", f"{name}:{commit[:12]}")
        digest = engine.inspect(f"{name}:{commit[:12]}")["RepoDigests"][0].partition("@")[2]
        os.environ |= {"SERVICE": "snake", "DIGEST": digest, "GITHUB_SHA": commit}
        for command in ("record", "release"):
            row.expect(_journey(root, "ci", command) == 0, f"journey ci {command} failed")
        said = parse((root / "apps/snake/service.yaml").read_bytes(), "").value
        wanted = {"version": commit[:12], "digest": digest, "commit": commit}
        row.expect(isinstance(said, dict) and said.get("release") == wanted, f"the spec says {said}")
        engine.run("pull", "--quiet", f"{name}@{digest}")


def _journey(root: Path, *command: str) -> int:
    try:
        journey(["--root", str(root), *command])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _is_hardened(row: Row, engine: Engine, name: str, image: dict[str, Any]) -> None:
    tools = [path for path in engine.files(name) if TOOLS.search(path)]
    row.expect(tools == [], f"in the image: {', '.join(tools)}")
    row.expect(re.fullmatch(r"\d+:\d+", image["Config"]["User"]) is not None, f"user {image['Config']['User']}")


def _is_healthy(row: Row, engine: Engine, name: str) -> None:
    status = engine.health(name)
    row.expect(status == "healthy", f"{status}: {engine.run('logs', name, check=False)[-500:]}")


def _stops(row: Row, engine: Engine, name: str, seconds: float, least: float = 0) -> None:
    begun = time.monotonic()
    engine.run("stop", "--time=30", name)
    spent, code = time.monotonic() - begun, engine.inspect(name)["State"]["ExitCode"]
    row.expect(least <= spent <= seconds, f"it took {spent:.1f} s to stop")
    row.expect(code == 0, f"it ended with {code}")


if __name__ == "__main__":
    raise SystemExit(ended(prove))
