"""What a service says of itself: `apps/<service>/service.yaml`.

Every field stands here with its description, default and example: the JSON Schema and the reference are made from it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from journey.spec.fields import Record, count, duration, field, host, label, port_number, quantity, text

Kind = Literal["web", "worker", "cron", "job", "stateful"]
Runtime = Literal["python", "node", "nginx", "generic"]
Start = Literal["before", "any"]
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
]

Percent = Annotated[float, field("A share in percent.", 99.9, ge=0, le=100)]
Texts = Annotated[tuple[str, ...], field("A list of strings.")]


class Port(Record, kw_only=True):
    """A port that the container listens on, and the Service's port in front of it."""

    port: Annotated[int, port_number("The container's port.", 8080)]
    expose: Annotated[int, port_number("The Service's port; the container's unless said.", 80)] | None = None
    protocol: Annotated[Literal["TCP", "UDP"], field("Transport protocol.", "TCP")] = "TCP"
    app_protocol: Annotated[
        Literal["http", "https", "grpc", "kubernetes.io/h2c", "kubernetes.io/ws", "tcp"] | None,
        field("Application protocol (Kubernetes `appProtocol`), where a gateway or a mesh must know it.", "grpc"),
    ] = None


class RateLimit(Record, kw_only=True):
    """How many requests one client may send."""

    requests: Annotated[int, count("Requests allowed in the period.", 100, ge=1)]
    per: Annotated[str, duration("The period.", "1m")] = "1m"
    by: Annotated[Literal["address", "user", "token"], field("What counts as one client.", "user")] = "address"


class Route(Record, kw_only=True):
    """Requests from outside that this service answers."""

    host: Annotated[str, host("Host; `<service>.<environment's domain>` unless said.", "shop.example.com")] | None = (
        None
    )
    path: Annotated[str, text("Path, beginning with `/`.", "/api/v1/orders", pattern=r"^/[^\s?#]*$")] = "/"
    match: Annotated[
        Literal["prefix", "exact"], field("How the path is compared (Gateway API path match).", "prefix")
    ] = "prefix"
    methods: Annotated[
        tuple[Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], ...],
        field("Methods answered; all unless said.", ["GET", "HEAD"]),
    ] = ()
    port: Annotated[str, text("Name of the port that serves it.", "http", refers="port")] = "http"
    auth: Annotated[
        Literal["none", "user", "token"],
        field("Who may call: anyone, a signed-in user, a bearer of an API token.", "user"),
    ] = "none"
    rate_limit: RateLimit | None = None
    timeout: Annotated[
        str, duration("Longest time for one request; the pod's grace period follows from it.", "30s")
    ] = "30s"
    retries: Annotated[int, count("How often the gateway tries again where it is safe.", 2, le=10)] = 0


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

    min: Annotated[int, count("Fewest pods.", 2)] = 1
    max: Annotated[int, count("Most pods; equal to `min` means no autoscaler.", 10, ge=1)] | None = None
    cpu: Annotated[int, count("Target utilisation of the CPU request, in percent.", 70, ge=1, le=1000)] | None = None
    memory: Annotated[int, count("Target utilisation of the memory request, in percent.", 80, ge=1, le=1000)] | None = (
        None
    )
    requests_per_second: (
        Annotated[int, count("Target requests per second and pod (through KEDA, from Prometheus).", 50, ge=1)] | None
    ) = None


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
        Start | None,
        field(
            "`before`: it must be healthy first (a sync wave); `any`: no order. datastores: `before`, else `any`.",
            "any",
        ),
    ] = None


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
            str, text("Mount as this file instead of an environment variable.", "/run/secrets/key.pem", pattern=r"^/")
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
    names: Annotated[dict[str, Metric], field("Metrics by name.")] = {}


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
    args: Texts = ()
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

    user: Annotated[int, count("Numeric user id.", 10001)] = 10001
    group: Annotated[int, count("Numeric group id, also of volumes.", 10001)] = 10001
    read_only_root: Annotated[bool, field("The image's own files cannot be written.", True)] = True
    add_capabilities: Annotated[
        tuple[str, ...],
        field("Linux capabilities kept; only NET_BIND_SERVICE passes `restricted`.", ["NET_BIND_SERVICE"]),
    ] = ()
    service_account_token: (
        Annotated[bool, field("Mount the service account's token; follows from `identity` unless said.", False)] | None
    ) = None


class Off(Record, kw_only=True):
    """A convention that is switched off, with the reason that reports show."""

    reason: Annotated[str, text("Why.", "Adopted as it runs today; on with the next release.", min_length=3)]


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
    command: Annotated[tuple[str, ...], field("Instead of the image's entry point.", ["python", "-m", "app"])] = ()
    args: Annotated[tuple[str, ...], field("Arguments.", ["--verbose"])] = ()
    priority: Annotated[
        Literal["low", "normal", "high", "critical"], field("Which pods give way when nodes are short.", "normal")
    ] = "normal"
    ports: Annotated[
        dict[Annotated[str, label("Port name.", max_length=15)], Port],
        field("Ports by name; the first is the main one.", {"http": {"port": 8080}}),
    ] = {}
    routes: Annotated[
        dict[Annotated[str, label("Route name.")], Route], field("Routes by name.", {"api": {"path": "/api"}})
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
            merge="by:service|datastore|host",
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
        dict[Annotated[str, label("Volume name.")], Volume], field("Volumes by name.", {"tmp": {"path": "/tmp"}})
    ] = {}
    init: Annotated[
        dict[Annotated[str, label("Container name.")], Init], field("Containers that run first, in order.")
    ] = {}
    migrations: Migrations | None = None
    schedule: Schedule | None = None
    run: Run = Run()
    security: Security = Security()
    labels: Annotated[dict[str, str], field("More labels on every object.", {"example.com/tier": "front"})] = {}
    annotations: Annotated[
        dict[str, str], field("More annotations on the workload's pods.", {"example.com/scrape": "no"})
    ] = {}
    off: Annotated[
        dict[Convention, Off],
        field(
            "Conventions that are switched off for this service.",
            {"networkPolicy": {"reason": "Adopted as it runs today."}},
        ),
    ] = {}
    patches: Annotated[tuple[Patch, ...], field("Changes to rendered objects.", merge="append")] = ()
    extra: Annotated[
        tuple[dict[str, Any], ...],
        field("More Kubernetes objects, as they are; they pass the same checks.", merge="append"),
    ] = ()
    renamed_from: (
        Annotated[
            str, label("The name it had before: selectors, volumes and history follow.", "login", refers="service")
        ]
        | None
    ) = None
    release: Release | None = None


BASE_ONLY = frozenset({"release", "renamed_from", "team", "kind", "runtime", "description"})
"""Fields that an overlay may not set: a release is promoted, never overlaid; the others say what the service is."""
