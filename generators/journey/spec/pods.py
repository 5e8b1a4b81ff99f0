"""What the pods of a service are given, and how they run: compute, replicas, volumes, containers, schedules."""

from __future__ import annotations

from typing import Annotated, Literal

from journey.spec.fields import Record, count, duration, field, quantity, text

MOST_PODS = 10_000
"""More replicas are a slip of the pen: a cluster holds 150 000 pods of all services (Kubernetes, "Large clusters")."""

LARGEST_ID = 2**31 - 1
"""Kubernetes refuses larger user and group ids (apimachinery, pkg/util/validation, IsValidUserID)."""


class Amounts(Record, kw_only=True):
    """Amounts of compute."""

    cpu: Annotated[str, quantity("Cores.", "250m")] | None = None
    memory: Annotated[str, quantity("Bytes of memory.", "256Mi")] | None = None
    ephemeral_storage: Annotated[str, quantity("Bytes of node-local storage.", "1Gi")] | None = None


class Resources(Record, kw_only=True):
    """What a container asks for and what it is held to."""

    requests: Amounts = Amounts()
    limits: Amounts = Amounts()


class Scaling(Record, kw_only=True):
    """How many pods, and what drives their number. `min` alone is a fixed number of replicas."""

    min: Annotated[int, count("Fewest pods.", 2, le=MOST_PODS)] = 1
    max: Annotated[int, count("Most pods; equal to `min` means no autoscaler.", 10, ge=1, le=MOST_PODS)] | None = None
    cpu: Annotated[int, count("Target utilisation of the CPU request, in percent.", 70, ge=1, le=1000)] | None = None
    memory: Annotated[int, count("Target utilisation of the memory request, in percent.", 80, ge=1, le=1000)] | None = (
        None
    )
    requests_per_second: (
        Annotated[int, count("Target requests per second and pod (through KEDA, from Prometheus).", 50, ge=1)] | None
    ) = None


class Volume(Record, kw_only=True):
    """A folder in the container that outlives its image."""

    path: Annotated[str, text("Where it is mounted.", "/var/lib/data", pattern=r"^/")]
    kind: Annotated[
        Literal["persistent", "temporary", "memory"],
        field("A volume claim, an empty folder per pod, or one in memory.", "temporary"),
    ] = "temporary"
    size: Annotated[str, quantity("Capacity, or limit of a temporary one.", "10Gi")] = "64Mi"
    storage_class: (
        Annotated[str, text("Storage class of a persistent volume; the cluster's default unless said.", "gp3")] | None
    ) = None
    access_mode: Annotated[
        Literal["ReadWriteOnce", "ReadWriteMany", "ReadOnlyMany", "ReadWriteOncePod"],
        field("Access mode.", "ReadWriteOnce"),
    ] = "ReadWriteOnce"


class Init(Record, kw_only=True):
    """A container that must finish before the service's own starts."""

    image: Annotated[str, text("Image; the service's own unless said.", "busybox:1.37")] | None = None
    command: Annotated[tuple[str, ...], field("Command.", ["python", "-m", "app.wait"])] = ()
    args: Annotated[tuple[str, ...], field("Arguments.", ["--wait", "60"])] = ()
    env: Annotated[dict[str, str], field("Environment variables of its own.", {"HOST": "main"})] = {}


class Migrations(Record, kw_only=True):
    """A job that changes the schema of the data before a new version starts."""

    command: Annotated[tuple[str, ...], field("Command, in the service's own image.", ["alembic", "upgrade", "head"])]
    timeout: Annotated[str, duration("Time within which it must end.", "10m")] = "10m"
    backoff_limit: Annotated[int, count("How often it is tried again.", 2)] = 2


class Schedule(Record, kw_only=True):
    """When a cron service runs."""

    cron: Annotated[str, text("Five fields, as crontab(5) has them.", "*/15 * * * *", pattern=r"^\S+(\s+\S+){4}$")]
    time_zone: Annotated[str, text("IANA time zone.", "Etc/UTC")] = "Etc/UTC"
    concurrency: Annotated[
        Literal["Allow", "Forbid", "Replace"], field("What to do when the last run is still under way.", "Forbid")
    ] = "Forbid"
    deadline: Annotated[str, duration("How late a run may start.", "5m")] = "5m"
    suspend: Annotated[bool, field("Do not run for now.", True)] = False
    keep: Annotated[int, count("How many finished runs are kept, of each outcome.", 3)] = 3


class Run(Record, kw_only=True):
    """How a job or a run of a cron service ends."""

    timeout: Annotated[str, duration("Time within which it must end.", "1h")] = "1h"
    backoff_limit: Annotated[int, count("How often it is tried again.", 2)] = 2
    completions: Annotated[int, count("Successful pods that make it done.", 1, ge=1)] = 1
    parallelism: Annotated[int, count("Pods at once.", 1, ge=1)] = 1


class Security(Record, kw_only=True):
    """Who the process is, and what it may write. The defaults pass Pod Security `restricted`."""

    user: Annotated[int, count("Numeric user id.", 10001, le=LARGEST_ID)] = 10001
    group: Annotated[int, count("Numeric group id, also of volumes.", 10001, le=LARGEST_ID)] = 10001
    read_only_root: Annotated[bool, field("The image's own files cannot be written.", True)] = True
    add_capabilities: Annotated[
        tuple[str, ...],
        field("Linux capabilities kept; only NET_BIND_SERVICE passes `restricted`.", ["NET_BIND_SERVICE"]),
    ] = ()
    service_account_token: (
        Annotated[bool, field("Mount the service account's token; follows from `identity` unless said.", False)] | None
    ) = None
