"""What a platform says of containers outside clusters: images that are built on, and an environment on one machine."""

from __future__ import annotations

from typing import Annotated

from journey.spec.build import IMAGE
from journey.spec.fields import Record, cidr, field, label, text

Pins = Annotated[
    dict[
        Annotated[str, text("Image by name and tag.", "docker.io/library/node:22-bookworm-slim", pattern=IMAGE)],
        Annotated[str, text("Its digest.", "sha256:" + "0" * 64, pattern=r"^sha256:[0-9a-f]{64}$")],
    ],
    field("Digests of the images that services are built on; `make pin` writes them."),
]


class Compose(Record, kw_only=True):
    """A `compose.yaml` is rendered: an environment on one cluster, without Kubernetes."""

    environment: Annotated[str, label("The environment whose services and values it has.", "dev", refers="environment")]
    cluster: (
        Annotated[str, label("Its cluster; the environment's first unless said.", "local", refers="cluster")] | None
    ) = None
    pool: Annotated[
        str,
        cidr(
            "IPv4 network that its own are cut from, a /29 for each two that may talk; none of yours.", "10.213.0.0/16"
        ),
    ]
    secrets: Annotated[
        str,
        text(
            "Folder of secrets, a file each by path and key of the secret store.",
            ".secrets",
            pattern=r"^[A-Za-z0-9._/-]+$",
        ),
    ] = ".secrets"
    prometheus: Annotated[
        str, text("Image of Prometheus.", "docker.io/prom/prometheus:v3.7.3", pattern=r"^[a-z0-9][a-z0-9._/:@-]*$")
    ] = "docker.io/prom/prometheus:v3.7.3"
    jaeger: Annotated[
        str, text("Image of Jaeger.", "docker.io/jaegertracing/jaeger:2.11.0", pattern=r"^[a-z0-9][a-z0-9._/:@-]*$")
    ] = "docker.io/jaegertracing/jaeger:2.11.0"
