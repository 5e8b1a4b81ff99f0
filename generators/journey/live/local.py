"""Ports of this machine, and whether a server of its own says that it is well."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request

LOOPBACK = "127.0.0.1"
TIMEOUT = 5.0
"""Seconds without a byte after which a question is given up."""


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Whether somebody listens on a TCP port of the loopback address."""
    try:
        socket.create_connection((LOOPBACK, port), TIMEOUT).close()
    except OSError:
        return False
    return True


def healthy(url: str) -> bool:
    """Whether an etcd says so (etcd.io/docs, "Monitoring etcd", /health)."""
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT) as response:
            return bool(json.load(response).get("health") == "true")
    except (OSError, urllib.error.URLError, ValueError):
        return False
