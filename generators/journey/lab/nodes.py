"""Nodes that KWOK plays (kwok.sigs.k8s.io): pods are scheduled to them and become ready, and nothing runs."""

from __future__ import annotations

from journey.lab import programs
from journey.lab.control_plane import ControlPlane
from journey.live.kubernetes import Object

STAGES = ("stage/node/fast", "stage/node/heartbeat-with-lease", "stage/pod/fast")
"""What KWOK does to nodes and pods: its own files, without which it does nothing."""
ZONES = ("a", "b", "c")
PROGRAM = "kwok"


def node(number: int, region: str = "lab") -> Object:
    """A node of 32 cores in one of three zones."""
    name = f"lab-{number:03}"
    resources = {"cpu": "32", "memory": "256Gi", "pods": "110", "ephemeral-storage": "1Ti"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "topology.kubernetes.io/region": region,
                "topology.kubernetes.io/zone": f"{region}-{ZONES[number % len(ZONES)]}",
            },
        },
        "status": {"allocatable": resources, "capacity": resources},
    }


def add(plane: ControlPlane, count: int) -> None:
    """Have `count` nodes that are ready. Raises LabError."""
    (folder,) = programs.folders([PROGRAM]).values()
    files = [file for stage in STAGES for file in sorted((folder / "share" / stage).glob("*.yaml"))]
    stages = plane.folder / "stages.yaml"
    texts = [file.read_text(encoding="utf-8") for file in files if file.name != "kustomization.yaml"]
    stages.write_text("---\n".join(texts), encoding="utf-8")
    for number in range(count):
        plane.server.request("POST", "/api/v1/nodes", node(number))
    plane.processes.start(
        PROGRAM,
        [folder / "kwok", "--kubeconfig", plane.kubeconfig(PROGRAM), "--config", stages, "--manage-all-nodes=true",
         "--node-lease-duration-seconds=40", "--server-address=127.0.0.1:0"],
    )  # fmt: skip
    plane.processes.wait(PROGRAM, lambda: sum(map(_ready, plane.server.items("v1", "Node"))) >= count)


def _ready(found: Object) -> bool:
    conditions = found.get("status", {}).get("conditions", [])
    return any(item["type"] == "Ready" and item["status"] == "True" for item in conditions)
