"""Measure promotions and history on many services and commits (`make bench-acts`).

A repository is made on tmpfs: N services in `dev` and `staging`, rendered and promoted, and COMMITS commits in which
services are released one after the other (and put back, so that the tree stays as its spec wants it). Held against
each other in one run: `journey history` and `git log` of the same range; `journey promote --plan` of one service and
`journey check` with nothing to do. Exit code 1: a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.programs import JOURNEY

TMPFS = Path("/dev/shm")
HISTORY_SECONDS, HISTORY_RATIO, PROMOTE_RATIO = 1.5, 10.0, 3.0
"""The bars: history takes at most the larger of the first two, a plan of a promotion at most the third."""

PLATFORM = """\
name: bench
domain: example.com
repository: {url: "https://github.com/example/bench.git"}
registry: ghcr.io/example
teams:
  web: {owners: ["@example/web"], contact: web@example.com}
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: ingress}
environments:
  dev: {clusters: [local]}
  staging: {clusters: [local], promotesFrom: dev}
targets: [kubernetes, argocd]
"""
SERVICE = """\
team: web
ports:
  http: {port: 8080}
health:
  liveness: {path: /livez}
  readiness: {path: /readyz}
config:
  values: {GREETING: hello}
release: {version: VERSION}
"""
WHO = "bench <bench@example.com>"


def service(number: int) -> str:
    """The file of a service."""
    return f"apps/svc-{number:04d}/service.yaml"


def git(root: Path, *arguments: str, given: bytes = b"") -> str:
    """The output of git."""
    command = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com", *arguments]
    done = subprocess.run(command, cwd=root, input=given, capture_output=True, check=True)
    return done.stdout.decode()


def made(root: Path, services: int, commits: int) -> None:
    """Write, render and commit the platform with its promoted files, then the commits of releases."""
    (root / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    for number in range(services):
        path = root / service(number)
        path.parent.mkdir(parents=True)
        text = SERVICE.replace("VERSION", "1.0.0")
        path.write_text(text, encoding="utf-8")
        promoted = path.parent / "promoted" / "staging.yaml"
        promoted.parent.mkdir()
        base = "".join(f"  {line}\n" for line in text.splitlines() if not line.startswith("team:"))
        promoted.write_text(f"base:\n{base}", encoding="utf-8")
    subprocess.run([JOURNEY, "render"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "bench")
    git(root, "config", "user.email", "bench@example.com")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "begin")
    git(root, "fast-import", "--quiet", given=_stream(services, commits, git(root, "rev-parse", "HEAD").strip()))
    subprocess.run([JOURNEY, "render"], cwd=root, check=True, stdout=subprocess.DEVNULL)


def _stream(services: int, commits: int, head: str) -> bytes:
    """Commits in pairs, for git fast-import: a release, and the way back."""
    parts = []
    for number in range(commits):
        text = SERVICE.replace("VERSION", "1.0.0" if number % 2 else f"1.{number}.0").encode()
        message = f"release {number}".encode()
        parent = b"" if number else f"from {head}\n".encode()
        parts.append(
            b"commit refs/heads/main\ncommitter %s %d +0000\ndata %d\n%s\n%sM 100644 inline %s\ndata %d\n%s\n"
            % (
                WHO.encode(),
                1_900_000_000 + number,
                len(message),
                message,
                parent,
                service(number // 2 % services).encode(),
                len(text),
                text,
            )
        )
    return b"".join(parts)


def seconds(root: Path, *command: str, runs: int = 3) -> float:
    """The median wall time of a command, after a run to warm up."""
    found = []
    for _ in range(runs + 1):
        begun = time.monotonic()
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
        found.append(time.monotonic() - begun)
    return median(found[1:])


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks.acts", description="Measure promotions and history.")
    parser.add_argument("-n", type=int, default=1000, help="services (default: %(default)s)")
    parser.add_argument("--commits", type=int, default=5000, help="commits (default: %(default)s)")
    given = parser.parse_args(arguments)
    below = TMPFS if os.access(TMPFS, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="journey-bench-", dir=below) as folder:
        root = Path(folder)
        made(root, given.n, given.commits)
        patch = ("--first-parent", "--raw", "--no-abbrev", "--", ":(glob)**/service.yaml", ":(glob)**/promoted/*.yaml")
        log = seconds(root, "git", "log", *patch)
        history = seconds(root, JOURNEY, "history", "--format", "json")
        check = seconds(root, JOURNEY, "check")
        path = root / service(0)
        path.write_text(SERVICE.replace("VERSION", "2.0.0"), encoding="utf-8")
        subprocess.run([JOURNEY, "render"], cwd=root, check=True, stdout=subprocess.DEVNULL)
        git(root, "commit", "-qam", "release")
        promote = seconds(root, JOURNEY, "promote", "svc-0000", "--to", "staging", "--plan")
    most = max(HISTORY_SECONDS, HISTORY_RATIO * log)
    rows = (
        (f"journey history of {given.commits} commits", history, most, f"git log {log:.2f} s"),
        ("journey promote --plan of one service", promote, PROMOTE_RATIO * check, f"check {check:.2f} s"),
    )
    print(f"{given.n} services, {given.commits} commits, Python {sys.version.split()[0]}")
    for name, value, bar, beside in rows:
        verdict = "kept" if value <= bar else "MISSED"
        print(f"{name:44} {value:6.2f} s, at most {bar:5.2f} s ({beside}): {verdict}")
    return int(any(value > bar for _, value, bar, _ in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
