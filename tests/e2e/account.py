"""An AWS account that a proof may fill: moto behind a proxy, and OpenTofu with a stand-in for its AWS provider.

Programs ask the real hosts, such as s3.eu-west-1.amazonaws.com, through a proxy that answers for them, so that no
rendered file is changed: OpenTofu's own S3 backend keeps state and locks it. Nothing leaves the machine.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from journey.lab import programs
from journey.live.local import LOOPBACK, accepts, free_port

HERE = Path(__file__).resolve().parent
SCHEMA = HERE.parent / "targets" / "aws_provider.json"
LIMIT = 60.0
"""Seconds until the proxy must have started."""


class Done(NamedTuple):
    """A command that came to its end."""

    code: int
    said: str


class Account:
    """The account, and commands that are signed in to it. `folder` is for what they keep."""

    def __init__(self, folder: Path) -> None:
        found = programs.folders(["opentofu", "moto"])
        self._tofu = found["opentofu"] / "opentofu"
        self._python = found["moto"] / "bin" / "python"
        (self._authority,) = found["moto"].glob("lib/python*/site-packages/moto/moto_proxy/ca.crt")
        self._folder = folder
        self._port = 0
        self._configuration = _installed(folder / "provider", self._python)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """An empty account, for the time of the block."""
        self._port = free_port()
        command = [str(self._python.with_name("moto_proxy")), "-H", LOOPBACK, "-p", str(self._port)]
        with (self._folder / f"proxy-{self._port}.log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            until = time.monotonic() + LIMIT
            while not accepts(self._port):
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"the stand-in for AWS did not start: {log.name}")
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            process.wait()

    def asked(self, *words: str) -> Any:
        """An answer of `aws_account.py`. Raises RuntimeError."""
        done = self._run([str(self._python), str(HERE / "aws_account.py"), *words], self._folder)
        if done.code:
            raise RuntimeError(done.said)
        return json.loads(done.said)

    def tofu(self, folder: Path, *words: str) -> Done:
        """What OpenTofu says in a folder."""
        return self._run([str(self._tofu), *words], folder)

    def _run(self, command: list[str], folder: Path) -> Done:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "HTTPS_PROXY": f"http://{LOOPBACK}:{self._port}",
            "SSL_CERT_FILE": str(self._authority),
            "AWS_CA_BUNDLE": str(self._authority),
            "AWS_ACCESS_KEY_ID": "of-the-proof",
            "AWS_SECRET_ACCESS_KEY": "of-the-proof",
            "TF_CLI_CONFIG_FILE": str(self._configuration),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return Done(done.returncode, done.stdout if not done.returncode else done.stdout + done.stderr)


def _installed(folder: Path, python: Path) -> Path:
    """A mirror in the file system with the stand-in as the provider (opentofu.org/docs/cli/config/config-file)."""
    version = json.loads(SCHEMA.read_text(encoding="utf-8"))["version"]
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    place = folder / f"registry.opentofu.org/hashicorp/aws/{version}/{platform.system().lower()}_{machine}"
    place.mkdir(parents=True)
    program = place / f"terraform-provider-aws_v{version}"
    program.write_text(f'#!/bin/sh\nexec "{python}" "{HERE / "aws_provider.py"}" "{SCHEMA}"\n', encoding="utf-8")
    program.chmod(0o755)
    configuration = folder / "tofu.rc"
    mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{folder}"\n  }}\n}}\n'
    configuration.write_text(mirror, encoding="utf-8")
    return configuration
