"""What a service listens on, is asked by the kubelet, and dials: ports, probes, needs."""

from __future__ import annotations

from typing import Annotated, Literal

from journey.spec.fields import Record, count, duration, field, host, label, port_number, text


class Port(Record, kw_only=True):
    """A port that the container listens on, and the Service's port in front of it."""

    port: Annotated[int, port_number("The container's port.", 8080)]
    expose: Annotated[int, port_number("The Service's port; the container's unless said.", 80)] | None = None
    protocol: Annotated[Literal["TCP", "UDP"], field("Transport protocol.", "TCP")] = "TCP"
    app_protocol: Annotated[
        Literal["http", "https", "grpc", "kubernetes.io/h2c", "kubernetes.io/ws", "tcp"] | None,
        field("Application protocol (Kubernetes `appProtocol`), where a gateway or a mesh must know it.", "grpc"),
    ] = None


class Probe(Record, kw_only=True):
    """One question that the kubelet asks of a container."""

    kind: Annotated[Literal["http", "grpc", "tcp", "exec"], field("How it asks.", "http")] = "http"
    path: Annotated[str, text("Path of an `http` probe.", "/healthz", pattern=r"^/")] = "/healthz"
    port: Annotated[str, text("Name of the port that it asks.", "http", refers="port")] = "http"
    command: Annotated[tuple[str, ...], field("Command of an `exec` probe.", ["redis-cli", "ping"])] = ()
    headers: Annotated[dict[str, str], field("Headers of an `http` probe.", {"Cookie": "probe=1"})] = {}
    initial_delay: Annotated[str, duration("Time after start before the first question.", "10s")] = "0s"
    period: Annotated[str, duration("Time between questions.", "10s")] = "10s"
    timeout: Annotated[str, duration("Time within which it must answer.", "2s")] = "2s"
    failures: Annotated[int, count("Failures in a row that count as down.", 3, ge=1)] = 3
    successes: Annotated[int, count("Successes in a row that count as up (1 for liveness and startup).", 1, ge=1)] = 1


class Health(Record, kw_only=True):
    """Liveness restarts a container, readiness takes it out of its Service, startup holds both back."""

    liveness: Probe | None = None
    readiness: Probe | None = None
    startup: Probe | None = None


class Need(Record, kw_only=True):
    """Something that this service dials: exactly one of service, datastore or host."""

    service: Annotated[str, label("Another service of this platform.", "auth", refers="service")] | None = None
    datastore: Annotated[str, label("A datastore of this platform.", "main", refers="datastore")] | None = None
    host: Annotated[str, host("A host outside.", "api.github.com")] | None = None
    port: (
        Annotated[
            int | str,
            field(
                "Port, by name or number; a service's first port and a datastore's own unless said.",
                "http",
                443,
                refers="port",
            ),
        ]
        | None
    ) = None
    protocol: Annotated[Literal["TCP", "UDP"], field("Transport protocol of an outside host.", "TCP")] = "TCP"
    cidrs: Annotated[
        tuple[str, ...],
        field(
            "Networks of an outside host. Without them its port is opened outside the platform's own ranges.",
            ["192.0.2.0/24"],
        ),
    ] = ()
    start: Annotated[
        Literal["before", "any"] | None,
        field(
            "`before`: it must be healthy first (a sync wave); `any`: no order. datastores: `before`, else `any`.",
            "any",
        ),
    ] = None
