"""etcd, the API server, the controller manager and the scheduler, on loopback addresses.

Flags as their own documentation has them (kubernetes.io/docs/reference/command-line-tools-reference). The data is not
synced to the disk: a lab's cluster is thrown away.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from journey.lab import programs
from journey.lab.authority import LIFETIME, Authority, Pair
from journey.lab.processes import Processes
from journey.lab.programs import VERSIONS
from journey.live.kubernetes import Server, certified
from journey.live.local import LOOPBACK, free_port, healthy

SERVICES = "10.255.0.0/16"
"""Where Services get their addresses; its first one is the API server's own Service."""
API_SERVICE = "10.255.0.1"


def nearest(version: str) -> str:
    """The oldest minor that can be built and is not older than a cluster's, else the newest."""
    wanted = _minor(version)
    return next((known for known in sorted(VERSIONS, key=_minor) if _minor(known) >= wanted), max(VERSIONS, key=_minor))


def _minor(version: str) -> int:
    return int(version.split(".")[1])


class ControlPlane:
    """One cluster's control plane. `folder` holds its keys, data and logs."""

    def __init__(self, folder: Path, version: str, port: int | None = None) -> None:
        """`port` is the API server's, where it must be known before; else one that is free."""
        self.folder = folder
        self.version = version
        self.processes = Processes(folder / "logs")
        names = (VERSIONS[version], "etcd")
        self._kubernetes, self._etcd = programs.folders(names).values()
        self.port = port or free_port()
        self._store = free_port()
        self.authority = Authority(folder / "keys")
        self._tokens = self.authority.signing_key("service-accounts")
        self._admin = self.authority.client("lab-admin", ["system:masters"])
        self.server = self.connect(self._admin)

    def connect(self, pair: Pair) -> Server:
        """The API server as the bearer of a certificate."""
        context = certified(self.authority.pair.certificate, pair.certificate, pair.key)
        return Server(LOOPBACK, self.port, context)

    def start(self) -> None:
        """Start etcd and the API server, and wait until it is ready. Raises LabError."""
        store = f"http://{LOOPBACK}:{self._store}"
        peer = f"http://{LOOPBACK}:{free_port()}"
        self.processes.start(
            "etcd",
            [
                self._etcd / "etcd", "--data-dir", self.folder / "etcd", "--unsafe-no-fsync", "--name", "lab",
                "--listen-client-urls", store, "--advertise-client-urls", store, "--listen-peer-urls", peer,
                "--initial-advertise-peer-urls", peer, "--initial-cluster", f"lab={peer}",
            ],
        )  # fmt: skip
        self.processes.wait("etcd", lambda: healthy(f"{store}/health"))
        self.start_api_server()

    def start_api_server(self) -> None:
        """Start the API server alone: on what etcd holds already."""
        served = self.authority.server("apiserver", [LOOPBACK, API_SERVICE, "localhost", "kubernetes.default.svc"])
        kubelet = self.authority.client("kube-apiserver-kubelet-client", ["system:masters"])
        issuer = "https://kubernetes.default.svc.cluster.local"
        flags = {
            "etcd-servers": f"http://{LOOPBACK}:{self._store}",
            "bind-address": LOOPBACK,
            "advertise-address": LOOPBACK,
            "secure-port": self.port,
            "tls-cert-file": served.certificate,
            "tls-private-key-file": served.key,
            "client-ca-file": self.authority.pair.certificate,
            "kubelet-client-certificate": kubelet.certificate,
            "kubelet-client-key": kubelet.key,
            "service-account-issuer": issuer,
            "service-account-key-file": self._tokens.certificate,
            "service-account-signing-key-file": self._tokens.key,
            "service-cluster-ip-range": SERVICES,
            "authorization-mode": "Node,RBAC",
            "allow-privileged": "true",
            "endpoint-reconciler-type": "none",
            "max-requests-inflight": 2000,
            "max-mutating-requests-inflight": 1000,
        }
        self._run("kube-apiserver", flags)
        self.processes.wait("kube-apiserver", self.server.ready)

    def start_controllers(self, without: Sequence[str] = ()) -> None:
        """Start the controller manager, but for some of its controllers, and the scheduler."""
        for name, more in (
            (
                "kube-controller-manager",
                {
                    "controllers": ",".join(("*", *(f"-{name}" for name in without))),
                    "use-service-account-credentials": "true",
                    "root-ca-file": self.authority.pair.certificate,
                    "service-account-private-key-file": self._tokens.key,
                },
            ),
            ("kube-scheduler", {}),
        ):
            kubeconfig = self.kubeconfig(name, self.authority.client(f"system:{name}"))
            flags = {"kubeconfig": kubeconfig, "leader-elect": "false", "bind-address": LOOPBACK}
            self._run(name, {**flags, "secure-port": free_port(), "authorization-kubeconfig": kubeconfig, **more,
                             "authentication-kubeconfig": kubeconfig})  # fmt: skip
        # the account that the controller manager makes in each namespace tells that its controllers are at work
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": "default"},
        }
        self.processes.wait("kube-controller-manager", lambda: self.server.get(account) is not None)

    def upgrade(self, version: str) -> None:
        """Put another version's API server before the same data."""
        self.server.close()
        self.processes.stop("kube-apiserver")
        self.version = version
        (self._kubernetes,) = programs.folders([VERSIONS[version]]).values()
        self.start_api_server()
        self.server = self.connect(self._admin)

    def kubeconfig(self, name: str, pair: Pair | None = None) -> Path:
        """A file by which clients find the API server; the administrator's unless for another certificate."""
        user = pair or self._admin
        return self._kubeconfig(name, {"client-certificate": str(user.certificate), "client-key": str(user.key)})

    def account_kubeconfig(self, namespace: str, account: str) -> Path:
        """A file by which a process is a service account, as a pod that runs as it is."""
        return self._kubeconfig(account, {"token": self.token(namespace, account)}, namespace)

    def token(self, namespace: str, account: str) -> str:
        """A token of a service account, good for as long as the lab's certificates are."""
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                 "spec": {"expirationSeconds": int(LIFETIME.total_seconds())}}  # fmt: skip
        return str(self.server.request("POST", path, asked).object["status"]["token"])

    @property
    def address(self) -> str:
        """Where the API server is."""
        return f"https://{LOOPBACK}:{self.port}"

    def _kubeconfig(self, name: str, user: dict[str, str], namespace: str = "default") -> Path:
        cluster = {"server": self.address, "certificate-authority": str(self.authority.pair.certificate)}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "lab", "cluster": cluster}],
            "users": [{"name": "lab", "user": user}],
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab", "namespace": namespace}}],
            "current-context": "lab",
        }
        file = self.folder / f"{name}.kubeconfig"
        file.touch(mode=0o600)
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return file

    def program(self, name: str) -> Path:
        """A program of this Kubernetes, such as kubectl."""
        return self._kubernetes / name

    def stop(self) -> None:
        """Stop everything."""
        self.server.close()
        self.processes.stop_all()

    def _run(self, name: str, flags: dict[str, object]) -> None:
        self.processes.start(name, [self._kubernetes / name, *(f"--{flag}={value}" for flag, value in flags.items())])


@contextmanager
def control_plane(folder: Path, version: str, port: int | None = None) -> Iterator[ControlPlane]:
    """A control plane that is gone at the end, however that comes: etcd and the API server; controllers when asked."""
    plane = ControlPlane(folder, version, port)
    try:
        plane.start()
        yield plane
    finally:
        plane.stop()
