"""A cluster of a platform in a lab, delivered to by its own Argo CD from a clone of the repository."""

from __future__ import annotations

from journey.lab import nodes, standins
from journey.lab.argocd import ArgoCD
from journey.lab.control_plane import ControlPlane
from journey.lab.source import Source

NODES = 12
"""Enough for all pods of an environment of this platform, a few in each zone."""


def deliver(plane: ControlPlane, source: Source, cluster: str, count: int = NODES) -> ArgoCD:
    """Bootstrap a cluster that has been started, and start its Argo CD. Raises LabError."""
    plane.start_controllers(without=standins.WITHOUT)
    nodes.add(plane, count)
    found = ArgoCD(plane, plane.folder / "argocd", source.trusted)
    found.bootstrap(source.fork.folder / "clusters" / cluster / "bootstrap.sh")
    found.register(cluster, plane)
    words = (str(plane.kubeconfig("standins")), str(plane.folder / "standins.json"))
    plane.processes.start_module("standins", "journey.lab.standins", *words)
    found.start()
    return found
