"""Argo CD beside a lab's control plane: its processes, from what `clusters/<cluster>/` has rendered for a real cluster.

The rendered bootstrap puts everything into the cluster, and the processes of its workloads run here: each with the
words, variables, mounted files and service account that its pod template has. `ADAPTATIONS` lists what differs.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from journey import names
from journey.lab import pods, programs
from journey.lab.control_plane import ControlPlane
from journey.lab.programs import LabError
from journey.live import webhook
from journey.live.local import LOOPBACK, accepts, free_port

ADAPTATIONS = (
    "The repository, the clusters and the chart repositories have loopback addresses in the clone's spec.",
    "Third-party charts are stand-ins that bring their vendors' definitions, and no workload.",
    "A cluster is registered by a Secret, as a remote one is: no pod's own address of the API server is there.",
    "Processes run beside the cluster, whose pods of them are played; each is its own service account by a token.",
    "Services' names and containers' ports are loopback ports; mounted paths are folders of the lab.",
    "Redis is PyPI's build, with TLS before it; its password and certificate are those of the bootstrap.",
    "The certificate of the lab's Git server stands among those that are trusted; signatures are not looked at.",
    "No notifications are sent.",
)
"""Where the lab's Argo CD is not as rendered."""

SPACE = names.ARGOCD_NAMESPACE
PROGRAMS = ("argocd", "helm", "redis")
HOST = "localhost"
"""A name that the certificates of the bootstrap are good for."""
WRAPPERS = ("git-verify-wrapper.sh", "gpg-wrapper.sh")
"""What the repository server runs in place of git and gpg, from its own module."""


class ArgoCD:
    """The Argo CD of one cluster. `folder` holds its files; its processes and logs are the control plane's."""

    def __init__(self, plane: ControlPlane, folder: Path, trusted: Path) -> None:
        self.plane = plane
        self.folder = folder
        self._trusted = trusted
        self._found = programs.folders(PROGRAMS)
        self._ports = {
            name: free_port()
            for name in ("redis", "repo-server", "repo-metrics", "server", "server-metrics", "metrics")
        }

    @property
    def server_address(self) -> str:
        """Where its API server is."""
        return f"https://{HOST}:{self._ports['server']}"

    @property
    def metrics(self) -> dict[str, str]:
        """Where each process gives its metrics."""
        ports = {"application-controller": "metrics", "repo-server": "repo-metrics", "server": "server-metrics"}
        return {name: f"http://{LOOPBACK}:{self._ports[port]}/metrics" for name, port in ports.items()}

    def bootstrap(self, script: Path) -> str:
        """Run the rendered bootstrap, as its page says; gives what it says. Raises LabError."""
        variables = {
            "KUBECONFIG": str(self.plane.kubeconfig("admin")),
            "PATH": f"{self.plane.program('kubectl').parent}{os.pathsep}{os.environ['PATH']}",
        }
        done = subprocess.run(
            ["sh", str(script)], env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise LabError(f"{script} failed:\n{done.stdout}")
        return done.stdout

    def register(self, name: str, plane: ControlPlane) -> None:
        """Make a cluster known (argo-cd docs, "Declarative Setup", Clusters): by the controller's own account there."""
        token = plane.token(SPACE, "argocd-application-controller")
        self.plane.server.apply(cluster_secret(name, plane, token), names.MANAGER)

    def notify(self, url: str, branch: str, before: str, after: str, changed: Iterable[str]) -> None:
        """Tell of a push, as the Git host's webhook does (docs.github.com, "Webhook events", push). Raises LabError."""
        told = {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": after,
            "repository": {"html_url": url.removesuffix(".git"), "default_branch": branch},
            "commits": [{"id": after, "added": [], "removed": [], "modified": sorted(changed)}],
        }
        try:
            webhook.push(f"{self.server_address}/api/webhook", told)
        except OSError as error:
            raise LabError(f"Argo CD did not take the webhook: {error}") from error

    def start(self) -> None:
        """Start all processes, and wait until they are ready. Raises LabError."""
        self._start_redis()
        self._start("repo-server", "Deployment", "repo-server", "repo-metrics")
        self._start("application-controller", "StatefulSet", "", "metrics")
        self._start("server", "Deployment", "server", "server-metrics")

    def _start_redis(self) -> None:
        made = pods.command(self.plane.server, self._workload("redis", "Deployment"), self.folder / "redis")
        socket, settings = self.folder / "redis.sock", self.folder / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(
            f"port 0\nunixsocket {socket}\nsave ''\nappendonly no\nrequirepass {made.environment['REDIS_PASSWORD']}\n",
            encoding="utf-8",
        )
        self.plane.processes.start("redis", [self._found["redis"] / "bin" / "redis-server", settings])
        self.plane.processes.wait("redis", socket.exists)
        certificate, key = made.place("/tls/tls.crt"), made.place("/tls/tls.key")
        port = self._ports["redis"]
        self.plane.processes.start_module(
            "redis-tls", "journey.live.tls_front", str(port), certificate, key, str(socket)
        )
        self.plane.processes.wait("redis-tls", lambda: accepts(port))

    def _start(self, component: str, kind: str, port: str, metrics: str) -> None:
        """Start the process of a component. `port` and `metrics` name those that it listens on; "" for none."""
        name = f"argocd-{component}"
        made = pods.command(self.plane.server, self._workload(component, kind), self.folder / component)
        program, *words = made.words
        flags = [f"--metrics-port={self._ports[metrics]}"]
        if port:
            flags += [f"--port={self._ports[port]}", f"--address={LOOPBACK}", f"--metrics-address={LOOPBACK}"]
        environment = {**dict(self._addressed(made.environment)), **self._surroundings(component, made)}
        if component != "repo-server":
            kubeconfig = self.plane.account_kubeconfig(SPACE, name)
            flags.append(f"--kubeconfig={kubeconfig}")
        self.plane.processes.start(name, [self._linked(Path(program).name), *words, *flags], environment)
        asked = self._ports[port or metrics]
        self.plane.processes.wait(name, lambda: accepts(asked))

    def _addressed(self, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Variables with the lab's ports for the names of Services."""
        ports = {"argocd-redis:6379": "redis", "argocd-repo-server:8081": "repo-server"}
        for name, value in environment.items():
            yield name, f"{HOST}:{self._ports[ports[value]]}" if value in ports else value

    def _surroundings(self, component: str, made: pods.Command) -> dict[str, str]:
        """What stands at fixed paths of the image, and is told by variables here."""
        home = self.folder / component / "home"
        scratch = self.folder / component / "scratch"
        tls = self.folder / component / "config"
        for folder in (home, scratch, tls):
            folder.mkdir(parents=True, exist_ok=True)
        for mount, place in made.mounts.items():
            link = tls / Path(mount).relative_to("/app/config") if mount.startswith("/app/config/") else None
            if link is not None and not link.exists():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(place)
        trusted = Path(made.place("/app/config/tls"))
        if trusted.is_dir():
            (trusted / LOOPBACK).write_bytes(self._trusted.read_bytes())
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(home),
            "TMPDIR": str(scratch),
            "ARGOCD_APP_CONF_PATH": str(tls),
            "ARGOCD_TLS_DATA_PATH": str(trusted),
            "ARGOCD_SSH_DATA_PATH": made.place("/app/config/ssh"),
            "ARGOCD_GPG_ENABLED": "false",
        }

    def _linked(self, name: str) -> Path:
        """The one program by the name that tells it which part it is, beside what it runs itself."""
        folder = self.folder / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        share = self._found["argocd"] / "share"
        links = {
            name: self._found["argocd"] / "argocd",
            "helm": self._found["helm"] / "helm",
            **{wrapper: share / wrapper for wrapper in WRAPPERS},
        }
        for link, target in links.items():
            if not (folder / link).exists():
                (folder / link).symlink_to(target)
        return folder / name

    def _workload(self, component: str, kind: str) -> Any:
        metadata = {"name": f"argocd-{component}", "namespace": SPACE}
        found = self.plane.server.get({"apiVersion": "apps/v1", "kind": kind, "metadata": metadata})
        if found is None:
            raise LabError(f"the bootstrap brought no {kind} argocd-{component}")
        return found


def cluster_secret(name: str, plane: ControlPlane, token: str) -> dict[str, Any]:
    """The Secret by which Argo CD knows a cluster."""
    authority = base64.b64encode(plane.authority.pair.certificate.read_bytes()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": f"cluster-{name}",
            "namespace": SPACE,
            "labels": {"argocd.argoproj.io/secret-type": "cluster"},
        },
        "stringData": {
            "name": name,
            "server": plane.address,
            "config": json.dumps({"bearerToken": token, "tlsClientConfig": {"caData": authority}}),
        },
    }
