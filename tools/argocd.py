"""Takes what an installation of Argo CD needs from its pinned Go module: `python tools/argocd.py`.

Writes `generators/journey/data/argocd.json`: the version, the images that its manifests name, the custom resource
definitions of Application and AppProject without their descriptions (they are four fifths of the text), the known SSH
host keys, and the module's checksum, which the Go checksum database vouches for. Needs Go and a network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

MODULE = "github.com/argoproj/argo-cd/v3"
VERSION = "v3.5.7"
DEFINITIONS = ("application", "appproject")
OUTPUT = Path(__file__).parent.parent / "generators" / "journey" / "data" / "argocd.json"


def main() -> int:
    """Write the file; the same version gives the same bytes."""
    with tempfile.TemporaryDirectory() as cache:
        module = download(Path(cache))
        data = distilled(Path(module["Dir"]) / "manifests", module["Sum"])
    OUTPUT.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{OUTPUT.name}: Argo CD {VERSION}, {OUTPUT.stat().st_size} bytes\n")
    return 0


def download(cache: Path) -> dict[str, str]:
    """What `go mod download -json` says of the module; raises CalledProcessError where it cannot be had."""
    environment = {**os.environ, "GOMODCACHE": str(cache), "GOFLAGS": "-modcacherw"}
    command = ["go", "mod", "download", "-json", f"{MODULE}@{VERSION}"]
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, str] = json.loads(run.stdout)
    return found


def distilled(manifests: Path, checksum: str) -> dict[str, Any]:
    """The data of the package, from its folder of manifests."""
    redis = read(manifests / "base" / "redis" / "argocd-redis-deployment.yaml")
    tag = redis["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]
    renamed = read(manifests / "base" / "redis" / "kustomization.yaml")["images"][0]["newName"]
    hosts = read(manifests / "base" / "config" / "argocd-ssh-known-hosts-cm.yaml")["data"]["ssh_known_hosts"]
    return {
        "module": f"{MODULE}@{VERSION}",
        "sum": checksum,
        "version": VERSION,
        "redis": f"{renamed}:{tag}",
        "knownHosts": [line for line in hosts.splitlines() if line and not line.startswith("#")],
        "definitions": [bare(read(manifests / "crds" / f"{name}-crd.yaml")) for name in DEFINITIONS],
    }


def read(file: Path) -> Any:
    """A YAML file of one document."""
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def bare(node: Any) -> Any:
    """A definition without its descriptions. A property may itself be named so: that is a mapping, and stays."""
    if isinstance(node, dict):
        return {
            key: bare(value) for key, value in node.items() if not (key == "description" and isinstance(value, str))
        }
    return [bare(value) for value in node] if isinstance(node, list) else node


if __name__ == "__main__":
    raise SystemExit(main())
