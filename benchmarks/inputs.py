"""Writes each program's own input for the neutral workload: ours as a spec, Helm's as a chart with layered values.

python -m benchmarks.inputs journey|targets|helm|floor N DIR
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks import workload
from benchmarks.workload import Tree

HERE = Path(__file__).parent
Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
METRICS_SERVER = {
    "team": workload.TEAMS[0],
    "provides": ["resource-metrics"],
    "chart": {
        "repository": "https://kubernetes-sigs.github.io/metrics-server/",
        "name": "metrics-server",
        "version": "3.13.0",
    },
}
"""What autoscalers rely on, as the spec wants it said."""

NOT_CONVENTIONAL = {
    name: {"reason": "The workload's objects do otherwise, and are the same for all programs."}
    for name in ("monitor", "autoscaler")
}
"""The package's conventions that the neutral objects don't follow: replicas stand beside their autoscaler."""

PLUGIN = "benchmarks.neutral"


def put(path: Path, text: str) -> None:
    """Write a file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def dump(value: object) -> str:
    """Block-style YAML in the order given."""
    text: str = yaml.dump(value, Dumper=Dumper, sort_keys=False, width=1000)
    return text


def floor(root: Path, spec: Tree) -> None:
    """The floor reads the spec as JSON."""
    put(root / "spec.json", json.dumps(spec))


def plugin(folder: Path) -> None:
    """What an installer leaves of the neutral target's package: on PYTHONPATH, the entry point is found."""
    installed = folder / "journey_neutral-1.dist-info"
    put(installed / "METADATA", "Metadata-Version: 2.1\nName: journey-neutral\nVersion: 1\n")
    put(installed / "entry_points.txt", f"[journey.targets]\nneutral = {PLUGIN}\n")


def helm(root: Path, spec: Tree) -> None:
    """One chart for all services; values files for an environment, a service, and a service in an environment."""
    shutil.copytree(HERE / "helm/chart", root / "chart", dirs_exist_ok=True)
    put(root / "chart/values.yaml", dump(spec["common"]))
    for env, values in spec["environments"].items():
        put(root / f"env/{env}.yaml", dump({**values, "env": env, "config": {"LOG_LEVEL": values["logLevel"]}}))
    for service in spec["services"]:
        name, overrides = service["name"], service["environments"]
        own = {key: value for key, value in service.items() if key != "environments"}
        put(root / f"services/{name}.yaml", dump(own))
        for env, values in overrides.items():
            put(root / f"overrides/{env}/{name}.yaml", dump(values))
    releases = (f"{env} {service['name']}\n" for service in spec["services"] for env in service["environments"])
    put(root / "releases.txt", "".join(releases))


def journey(root: Path, spec: Tree, targets: tuple[str, ...] = ("neutral",)) -> None:
    """`platform.yaml` and a `service.yaml` a service; needs are the reverse of the reference's `allowFrom`.

    For the neutral target each environment overlays an image with its tag, as the reference wants it. Other targets
    run a release, which is the same in each environment: the tag of the last is the release's version.
    """
    common, services = spec["common"], spec["services"]
    put(root / "platform.yaml", dump(_platform(spec, targets)))
    needs: dict[str, list[dict[str, str]]] = {}
    for service in services:
        for caller in service["allowFrom"]:
            needs.setdefault(caller, []).append({"service": service["name"]})
    for service in services:
        dialled = needs.get(service["name"], [])
        found = _service(service, dialled, common) if targets == ("neutral",) else _released(service, dialled, common)
        put(root / f"apps/{service['name']}/service.yaml", dump(found))


def _platform(spec: Tree, targets: tuple[str, ...]) -> Tree:
    common = spec["common"]
    return {
        "name": "bench",
        "domain": "example.com",
        "repository": {"url": common["repoURL"], "branch": common["revision"]},
        "registry": common["registry"],
        "teams": {team: {"owners": [f"@example/{team}"], "contact": f"{team}@example.com"} for team in workload.TEAMS},
        "sizes": common["sizes"],
        "clusters": {
            env: {
                "provider": "local",
                "kubernetes": "1.34",
                "server": values["server"],
                "gateway": "ingress",
                "addons": ["metrics-server"],
            }
            for env, values in spec["environments"].items()
        },
        "environments": {env: _environment(env, values) for env, values in spec["environments"].items()},
        "addons": {"metrics-server": METRICS_SERVER},
        "targets": list(targets),
        "defaults": {"without": {} if targets != ("neutral",) else NOT_CONVENTIONAL},
    }


def _environment(env: str, values: Tree) -> Tree:
    return {
        "clusters": [env],
        "base": "head",
        "domain": values["domain"],
        "sync": "auto" if values["autoSync"] else "approval",
        "defaults": {
            "scaling": {"min": values["minReplicas"], "max": values["maxReplicas"], "cpu": 70, "memory": 80},
            "config": {"files": {"/etc/app/LOG_LEVEL": values["logLevel"]}},
        },
    }


def _service(service: Tree, needs: list[dict[str, str]], common: Tree) -> Tree:
    return {
        "team": service["team"],
        "size": service["size"],
        "ports": {"http": {"port": service["port"], "expose": 80}},
        "routes": {"api": {"path": service["path"]}},
        "needs": needs,
        "config": {
            "values": service["envVars"],
            "files": {f"/etc/app/{key}": value for key, value in service["config"].items()},
        },
        "environments": {
            env: {"image": f"{_repository(service, common)}:{over['tag']}", **_overlay(over)}
            for env, over in service["environments"].items()
        },
    }


def _released(service: Tree, needs: list[dict[str, str]], common: Tree) -> Tree:
    found = _service(service, needs, common)
    overlays = service["environments"]
    return {
        **found,
        "image": _repository(service, common),
        "health": {"liveness": {"path": "/healthz"}, "readiness": {"path": "/readyz"}},
        "release": {"version": overlays[workload.ENVS[-1]]["tag"]},
        "environments": {env: _overlay(over) for env, over in overlays.items()},
    }


def _repository(service: Tree, common: Tree) -> str:
    return f"{common['registry']}/{service['team']}/{service['name']}"


def _overlay(over: Tree) -> Tree:
    found: dict[str, Any] = {}
    if "minReplicas" in over:
        found["scaling"] = {"min": over["minReplicas"], "max": over["maxReplicas"]}
    if "config" in over:
        found["config"] = {"files": {f"/etc/app/{key}": value for key, value in over["config"].items()}}
    return found


def targets(root: Path, spec: Tree) -> None:
    """The same services for the targets of the package itself."""
    journey(root, spec, ("kubernetes", "argocd"))


if __name__ == "__main__":
    made = {"journey": journey, "targets": targets, "helm": helm, "floor": floor}[sys.argv[1]]
    made(Path(sys.argv[3]), workload.spec(int(sys.argv[2])))
