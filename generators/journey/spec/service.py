"""What a service says of itself: `apps/<service>/service.yaml`.

Every field stands with its description, default and example, here or in `requests` and `pods`: the JSON Schema and the
reference are made from that.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from journey.spec.build import Build
from journey.spec.fields import Record, count, duration, field, label, text
from journey.spec.pods import Amounts, Init, Migrations, Resources, Run, Scaling, Schedule, Security, Volume
from journey.spec.requests import Health, Need, Port, Probe
from journey.spec.routes import RateLimit, Route

__all__ = [
    "BASE_ONLY",
    "Amounts",
    "Availability",
    "Build",
    "CloudPermission",
    "Config",
    "ConfigValue",
    "Convention",
    "Exemption",
    "GoldenPath",
    "Health",
    "Identity",
    "Init",
    "Kind",
    "Latency",
    "Live",
    "Metric",
    "Metrics",
    "Migrations",
    "Need",
    "Patch",
    "PatchTarget",
    "Permission",
    "Port",
    "Probe",
    "RateLimit",
    "Release",
    "Resources",
    "Route",
    "Run",
    "Runtime",
    "Scaling",
    "Schedule",
    "Secret",
    "Security",
    "Service",
    "Slos",
    "Volume",
]

Kind = Literal["web", "worker", "cron", "job", "stateful"]
Runtime = Literal["python", "node", "nginx", "generic"]
Convention = Literal[
    "networkPolicy",
    "podDisruptionBudget",
    "autoscaler",
    "securityContext",
    "topologySpread",
    "recommendedLabels",
    "hashedNames",
    "priorityClass",
    "monitor",
    "gracefulTermination",
    "deploymentId",
    "namespaceObjects",
    "configMaps",
    "portNames",
    "serviceAccount",
    "workloadChecks",
]

Percent = Annotated[float, field("A share in percent.", 99.9, ge=0, le=100)]


class ConfigValue(Record, kw_only=True):
    """A configuration key with more to say than its value."""

    value: Annotated[str | int | float | bool, field("The value; with `runtime` the initial one.", "info")]
    runtime: Annotated[bool, field("Served by the config service at run time, and not part of a release.", True)] = (
        False
    )
    description: Annotated[str, text("What the key is for.", "Log level", scope="all")] = ""


class Config(Record, kw_only=True):
    """Plain configuration: environment variables and files. Never secrets."""

    values: Annotated[
        dict[
            Annotated[str, field("Environment variable.", pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$")],
            str | int | float | bool | ConfigValue,
        ],
        field("Environment variables.", {"LOG_LEVEL": "info"}),
    ] = {}
    files: Annotated[
        dict[str, str], field("Files by absolute path in the container.", {"/etc/app/app.yaml": "mode: server\n"})
    ] = {}


class Secret(Record, kw_only=True):
    """A reference to a secret; its value is never in the spec."""

    path: Annotated[str, text("Path in the secret store.", "auth/oauth", pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]*$")]
    key: Annotated[str, text("Key at that path.", "clientSecret")]
    file: (
        Annotated[
            str,
            text(
                "Mount as this file instead; a variable whose name ends in `_FILE` then holds the path.",
                "/run/secrets/key.pem",
                pattern=r"^/",
            ),
        ]
        | None
    ) = None


class Permission(Record, kw_only=True):
    """A rule of a Kubernetes Role."""

    api_groups: Annotated[tuple[str, ...], field("API groups; the empty string is the core group.", ["apps"])] = ("",)
    resources: Annotated[tuple[str, ...], field("Resources.", ["deployments"])]
    verbs: Annotated[tuple[str, ...], field("Verbs.", ["get", "list", "watch"])]
    resource_names: Annotated[tuple[str, ...], field("Only these objects.", ["app"])] = ()


class CloudPermission(Record, kw_only=True):
    """What the pod's cloud role may do."""

    actions: Annotated[tuple[str, ...], field("Actions in the cloud's own words.", ["s3:GetObject"])]
    resources: Annotated[tuple[str, ...], field("Resources in the cloud's own words.", ["arn:aws:s3:::reports/*"])]


class Identity(Record, kw_only=True):
    """What the service may do beyond its own process."""

    kubernetes: Annotated[tuple[Permission, ...], field("Rules in its own namespace.")] = ()
    cloud: Annotated[tuple[CloudPermission, ...], field("Rules of its cloud role.")] = ()


class Availability(Record, kw_only=True):
    """The share of requests that succeed."""

    objective: Percent = 99.9
    window: Annotated[str, duration("Period over which it is judged.", "30d")] = "30d"


class Latency(Record, kw_only=True):
    """The share of requests that are answered within a threshold."""

    objective: Percent = 99.0
    threshold: Annotated[str, duration("Answered within.", "300ms")]
    window: Annotated[str, duration("Period over which it is judged.", "30d")] = "30d"


class Slos(Record, kw_only=True):
    """Service level objectives."""

    availability: Availability = Availability()
    latency: Latency | None = None


class Metric(Record, kw_only=True):
    """A metric that the service exposes."""

    type: Annotated[Literal["counter", "gauge", "histogram", "summary"], field("Prometheus metric type.", "counter")]
    help: Annotated[str, text("What it measures.", "Requests served")] = ""
    labels: Annotated[tuple[str, ...], field("Label names.", ["route", "code"])] = ()


class Metrics(Record, kw_only=True):
    """Where Prometheus scrapes, and what it finds there."""

    port: Annotated[str, text("Name of the port.", "http", refers="port")] = "http"
    path: Annotated[str, text("Path.", "/metrics", pattern=r"^/")] = "/metrics"
    interval: Annotated[str, duration("Scrape interval.", "30s")] = "30s"
    names: Annotated[
        dict[Annotated[str, text("Metric name.", "http_requests_total")], Metric], field("Metrics by name.")
    ] = {}


class Exemption(Record, kw_only=True):
    """A convention that is switched off, with the reason that reports show."""

    reason: Annotated[str, text("Why.", "Adopted as it runs today; on with the next release.", min_length=3)]


class GoldenPath(Record, kw_only=True):
    """What the file was first written from; `journey upgrade` offers what newer versions say."""

    name: Annotated[Literal["service"], field("Which path.", "service")]
    version: Annotated[int, count("Its version.", 1, ge=1)]


class Live(Record, kw_only=True):
    """What a service that ran before the platform did keeps, as it cannot change without being made anew."""

    namespace: (
        Annotated[str, label("The namespace of all its objects; the service's own unless said.", "default")] | None
    ) = None
    selector: Annotated[
        dict[str, str], field("Labels by which its pods are selected; derived unless said.", {"app": "auth"})
    ] = {}
    container: Annotated[str, label("Its container's name; the service's unless said.", "server")] | None = None
    service_account: (
        Annotated[str, text("The service account of its pods, where `without: serviceAccount` makes none.", "default")]
        | None
    ) = None


class PatchTarget(Record, kw_only=True):
    """A rendered object, by kind and name."""

    kind: Annotated[str, text("Kind.", "Deployment")]
    name: Annotated[str, text("Name; the service's own unless said.", "auth")] | None = None


class Patch(Record, kw_only=True):
    """A change to one rendered object that the spec has no word for. One that matches nothing is a Problem."""

    target: PatchTarget
    merge: Annotated[
        dict[str, Any] | None,
        field("Strategic merge: lists of named objects merge by name, null removes.", {"spec": {"minReadySeconds": 5}}),
    ] = None
    json: Annotated[
        tuple[dict[str, Any], ...],
        field("JSON patch (RFC 6902): operations in order.", [{"op": "remove", "path": "/spec/minReadySeconds"}]),
    ] = ()
    reason: Annotated[str, text("Why the spec's own words do not do.", "Needed by the vendor's agent.")] = ""


class Release(Record, kw_only=True):
    """What `build` made: written by the build workflow, copied by `promote`. None: nothing was built yet."""

    version: Annotated[
        str, text("Version, as the image's tag.", "1.4.2", pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$")
    ]
    digest: (
        Annotated[str, text("Digest of the image.", "sha256:" + "0" * 64, pattern=r"^sha256:[0-9a-f]{64}$")] | None
    ) = None
    commit: (
        Annotated[
            str,
            text(
                "Commit of the source that the image was built from.",
                "0123456789abcdef0123456789abcdef01234567",
                pattern=r"^[0-9a-f]{7,40}$",
            ),
        ]
        | None
    ) = None


class Service(Record, kw_only=True):
    """One service, whole: its base with the overlays of one environment and cluster."""

    description: Annotated[str, text("What it is for, in a sentence.", "Signs people in and out.", scope="all")] = ""
    team: Annotated[str, label("The team that owns it.", "platform", refers="team", scope="all")]
    kind: Annotated[Kind, field("Kind of workload.", "web")] = "web"
    runtime: Annotated[Runtime, field("What its image is built on.", "python")] = "generic"
    enabled: Annotated[bool, field("Whether it runs here; meant for an overlay.", False)] = True
    image: (
        Annotated[
            str,
            text(
                "Image repository; `<registry>/<service>` unless said.",
                "ghcr.io/acme/auth",
                pattern=r"^[a-z0-9][a-z0-9._/:-]*$",
            ),
        ]
        | None
    ) = None
    build: (
        Annotated[
            Build,
            field(
                "The image is built by a rendered Dockerfile; none unless said.", {"start": ["node", "."]}, scope="all"
            ),
        ]
        | None
    ) = None
    image_pull_policy: Annotated[
        Literal["Always", "IfNotPresent", "Never"] | None,
        field("When nodes pull the image; Kubernetes' own choice unless said.", "IfNotPresent"),
    ] = None
    command: Annotated[tuple[str, ...], field("Instead of the image's entry point.", ["python", "-m", "app"])] = ()
    args: Annotated[tuple[str, ...], field("Arguments.", ["--verbose"])] = ()
    priority: Annotated[
        Literal["low", "normal", "high", "critical"], field("Which pods give way when nodes are short.", "normal")
    ] = "normal"
    ports: Annotated[
        dict[Annotated[str, label("Port name.", "http", max_length=15)], Port],
        field("Ports by name; the first is the main one.", {"http": {"port": 8080}}),
    ] = {}
    routes: Annotated[
        dict[Annotated[str, label("Route name.", "api")], Route], field("Routes by name.", {"api": {"path": "/api"}})
    ] = {}
    health: Health = Health()
    size: (
        Annotated[str, label("A size of `platform.yaml`; the environment's unless said.", "small", refers="size")]
        | None
    ) = None
    resources: Resources | None = None
    scaling: Scaling = Scaling()
    needs: Annotated[
        tuple[Need, ...],
        field(
            "What it dials. Network policies, sync waves and start order follow from it.",
            [{"service": "auth"}],
            merge="by:service|datastore|host|+port",
        ),
    ] = ()
    config: Config = Config()
    secrets: Annotated[
        dict[Annotated[str, field("Environment variable.", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Secret],
        field("Secrets by environment variable.", {"OAUTH_SECRET": {"path": "auth/oauth", "key": "clientSecret"}}),
    ] = {}
    identity: Identity = Identity()
    slos: Slos = Slos()
    metrics: Metrics | None = None
    volumes: Annotated[
        dict[Annotated[str, label("Volume name.", "data")], Volume],
        field("Volumes by name.", {"tmp": {"path": "/tmp"}}),
    ] = {}
    init: Annotated[
        dict[Annotated[str, label("Container name.", "wait")], Init], field("Containers that run first, in order.")
    ] = {}
    migrations: Migrations | None = None
    schedule: Schedule | None = None
    run: Run = Run()
    security: Security = Security()
    labels: Annotated[dict[str, str], field("More labels on every object.", {"example.com/tier": "front"})] = {}
    annotations: Annotated[
        dict[str, str], field("More annotations on the workload's pods.", {"example.com/scrape": "no"})
    ] = {}
    without: Annotated[
        dict[Convention, Exemption],
        field(
            "Conventions that are switched off for this service.",
            {"networkPolicy": {"reason": "Adopted as it runs today."}},
        ),
    ] = {}
    patches: Annotated[tuple[Patch, ...], field("Changes to rendered objects.", merge="append")] = ()
    extra: Annotated[
        tuple[dict[str, Any], ...],
        field(
            "More Kubernetes objects, as they are; they pass the same checks.",
            [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "auth-extra"}, "data": {"mode": "server"}}],
            merge="append",
        ),
    ] = ()
    golden_path: (
        Annotated[
            GoldenPath,
            field("The golden path that it was made from.", {"name": "service", "version": 1}, scope="all"),
        ]
        | None
    ) = None
    live: Annotated[Live, field("What it keeps of how it ran before; `journey adopt` writes it.")] = Live()
    renamed_from: (
        Annotated[
            str, label("The name it had before: selectors, volumes and history follow.", "login", refers="service")
        ]
        | None
    ) = None
    release: Release | None = None


BASE_ONLY = frozenset({"release", "renamed_from", "team", "kind", "runtime", "description", "build"})
"""Fields that an overlay may not set: a release is promoted, never overlaid; the others say what the service is
and how it is built."""
