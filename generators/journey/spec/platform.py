"""What a platform says of itself: `platform.yaml`.

The blocks `defaults`, `datastores` and `addons` are promoted from environment to environment, as a service's base is;
all others act at once.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from journey.spec.compose import Compose, Pins
from journey.spec.fields import Record, cidr, count, duration, field, host, label, quantity, text
from journey.spec.gateway import Authorizer
from journey.spec.promotion import Acknowledgement, Gates, Rollout
from journey.spec.repository import Repository
from journey.spec.retirement import Retirement
from journey.spec.service import Amounts, Resources

KUBERNETES = r"^1\.[0-9]{2}$"


class OnCall(Record, kw_only=True):
    """Who is called, and how."""

    email: Annotated[str, text("Address that pages are sent to.", "oncall@example.com", pattern=r"^[^@\s]+@[^@\s]+$")]
    slack: Annotated[str, text("Channel.", "#platform-oncall", pattern=r"^#\S+$")] | None = None


class Team(Record, kw_only=True):
    """Who owns services, and how to reach them. Owners are roles, not people."""

    description: Annotated[str, text("What the team does.", "Runs the platform.")] = ""
    owners: Annotated[
        tuple[str, ...],
        field("Users or teams of the Git host that review its changes.", ["@acme/platform"], min_length=1),
    ]
    contact: Annotated[str, text("Mail address.", "platform@example.com", pattern=r"^[^@\s]+@[^@\s]+$")]
    on_call: OnCall | None = None


class NodePool(Record, kw_only=True):
    """Nodes of one kind."""

    size: Annotated[str, text("Machine type in the provider's own words.", "m7g.large")]
    min: Annotated[int, count("Fewest nodes.", 1)] = 1
    max: Annotated[int, count("Most nodes.", 6, ge=1)] = 3
    price: Annotated[Literal["on-demand", "spot"], field("Price class.", "spot")] = "on-demand"
    zones: Annotated[tuple[str, ...], field("Zones.", ["eu-west-1a"])] = ()


class SecretStore(Record, kw_only=True):
    """The Vault that a cluster's secrets come from. A path of the spec stands there below the environment's name."""

    server: Annotated[
        str, text("Vault's address as pods see it.", "https://vault.vault.svc:8200", pattern=r"^https?://\S+$")
    ] = "https://vault.vault.svc:8200"
    mount: Annotated[str, text("Mount path of the KV v2 secrets engine.", "kv", pattern=r"^[A-Za-z0-9/_-]+$")] = "kv"
    auth_mount: Annotated[
        str, text("Mount path of the Kubernetes auth method.", "kubernetes", pattern=r"^[A-Za-z0-9/_-]+$")
    ] = "kubernetes"
    refresh: Annotated[str, duration("How often values are read again.", "1h")] = "1h"


class Cluster(Record, kw_only=True):
    """A Kubernetes cluster."""

    description: Annotated[str, text("What it is for.", "Production in Europe.")] = ""
    provider: Annotated[Literal["local", "aws", "gcp", "azure"], field("Where it runs.", "aws")]
    region: Annotated[str, text("Region in the provider's own words.", "eu-west-1")] = ""
    kubernetes: Annotated[str, text("Kubernetes version, major and minor.", "1.34", pattern=KUBERNETES)]
    server: Annotated[
        str,
        text(
            "Address of its API as its own Argo CD sees it.", "https://kubernetes.default.svc", pattern=r"^https://\S+$"
        ),
    ] = "https://kubernetes.default.svc"
    pods: Annotated[str, cidr("Network of the pods.", "10.0.0.0/16")] = "10.0.0.0/8"
    network: (
        Annotated[
            str,
            cidr(
                "Network of its nodes, load balancers and managed datastores; `iac` says what makes it.",
                "10.17.0.0/20",
            ),
        ]
        | None
    ) = None
    nat: Annotated[
        Literal["zone", "single"],
        field("NAT gateways of `network`: one a zone, or a single one, cheaper and down with its zone.", "single"),
    ] = "zone"
    api_server: Annotated[
        tuple[str, ...], field("Networks of the API server's endpoints; all private ones unless said.", ["10.0.0.0/28"])
    ] = ()
    images: Annotated[
        dict[str, str],
        field(
            "From an upstream image, or a prefix ending in `/`, to what this cluster can pull.",
            {"docker.io/": "mirror.example.com/docker/"},
        ),
    ] = {}
    node_pools: Annotated[
        dict[Annotated[str, label("Pool name.", "general")], NodePool],
        field("Node pools by name.", {"general": {"size": "m7g.large"}}),
    ] = {}
    storage_class: (
        Annotated[str, text("Storage class of volume claims; the cluster's default unless said.", "gp3")] | None
    ) = None
    mesh: Annotated[Literal["none", "istio", "linkerd"], field("Service mesh.", "istio")] = "none"
    gateway: Annotated[Literal["nginx", "gateway-api", "kong", "ingress"], field("The one way in.", "gateway-api")] = (
        "gateway-api"
    )
    gateway_service: Annotated[
        str,
        label("The service of this platform that is the way in under `gateway: nginx`.", "gateway", refers="service"),
    ] = "gateway"
    authorizer: Authorizer | None = None
    trusted_proxies: Annotated[
        tuple[Annotated[str, cidr("A network.")], ...],
        field("Networks of proxies before the way in, whose word on a client's address is taken.", ["10.17.0.0/20"]),
    ] = ()
    certificate_issuer: (
        Annotated[
            str,
            label(
                "cert-manager's ClusterIssuer for the hosts of routes; without one the way in speaks HTTP.", "public"
            ),
        ]
        | None
    ) = None
    ingress_class: (
        Annotated[str, label("Ingress class under `gateway: ingress`; the cluster's default unless said.", "nginx")]
        | None
    ) = None
    secret_store: SecretStore = SecretStore()
    managed_networks: Annotated[
        tuple[Annotated[str, cidr("A network.")], ...],
        field("Networks of managed datastores; all private ones outside `pods` unless said.", ["10.1.32.0/20"]),
    ] = ()
    gitops: Annotated[Literal["argocd", "flux"], field("What syncs it.", "argocd")] = "argocd"
    delivery: Annotated[Literal["manifests", "helm"], field("What an Application points at.", "manifests")] = (
        "manifests"
    )
    iac: Annotated[
        Literal["none", "terraform", "cloudformation"],
        field(
            "What makes its cloud resources; CloudFormation makes the network, Terraform then the rest.", "terraform"
        ),
    ] = "none"
    hub: (
        Annotated[str, label("The cluster whose Argo CD syncs this one; its own unless said.", "hub", refers="cluster")]
        | None
    ) = None
    addons: Annotated[tuple[str, ...], field("Add-ons that run here.", ["cert-manager"], refers="addon")] = ()
    defaults: Annotated[
        dict[str, Any], field("Service fields for this cluster (below a service's own).", {"priority": "high"})
    ] = {}


class SyncWindow(Record, kw_only=True):
    """When Argo CD may, or may not, sync."""

    kind: Annotated[Literal["allow", "deny"], field("What happens in the window.", "deny")]
    schedule: Annotated[
        str, text("Start, five fields as crontab(5) has them.", "0 18 * * 5", pattern=r"^\S+(\s+\S+){4}$")
    ]
    duration: Annotated[str, duration("Length.", "60h")]
    time_zone: Annotated[str, text("IANA time zone.", "Etc/UTC")] = "Etc/UTC"
    manual: Annotated[bool, field("Whether a person may sync all the same.", True)] = False


class Quota(Record, kw_only=True):
    """A namespace's limits as multiples of what its service may ask for at its largest."""

    headroom: Annotated[int, count("Percent above the service's own maximum.", 50)] = 50


class Environment(Record, kw_only=True):
    """A place where services run: one or more clusters."""

    description: Annotated[str, text("What it is for.", "Where changes are tried first.")] = ""
    clusters: Annotated[tuple[str, ...], field("Its clusters.", ["local"], refers="cluster", min_length=1)]
    promotes_from: (
        Annotated[str, label("The environment before; none makes this a first one.", "staging", refers="environment")]
        | None
    ) = None
    base: Annotated[
        Literal["promoted", "head"], field("What services render from: the base last promoted here, or head.", "head")
    ] = "promoted"
    domain: (
        Annotated[str, host("Domain of its hosts; `<environment>.<platform's domain>` unless said.", "dev.example.com")]
        | None
    ) = None
    sync: Annotated[
        Literal["auto", "approval"], field("Whether a commit is synced by itself or by a person.", "approval")
    ] = "auto"
    prune: Annotated[bool, field("Whether what left git leaves the cluster (where sync is `auto`).", True)] = True
    self_heal: Annotated[bool, field("Whether edits by hand are put back (where sync is `auto`).", True)] = True
    sync_windows: Annotated[tuple[SyncWindow, ...], field("When syncs, and promotions to it, may happen.")] = ()
    gates: Gates = Gates()
    automatic: Annotated[
        bool, field("Whether what passes every gate is promoted to it without being asked for.", True)
    ] = False
    rollout: Annotated[
        Rollout, field("Whether a promotion reaches all its clusters at once, or the next one of them.", "by-cluster")
    ] = "at-once"
    size: Annotated[str, label("Size of services that say none.", "small", refers="size")] = "small"
    datastores: Annotated[Literal["in-cluster", "managed"], field("Who runs the datastores.", "in-cluster")] = (
        "in-cluster"
    )
    quota: Quota = Quota()
    defaults: Annotated[
        dict[str, Any], field("Service fields for this environment (below a service's own).", {"scaling": {"min": 2}})
    ] = {}


class Backups(Record, kw_only=True):
    """Copies of a datastore's data."""

    schedule: Annotated[str, text("Five fields, as crontab(5) has them.", "0 2 * * *", pattern=r"^\S+(\s+\S+){4}$")] = (
        "0 2 * * *"
    )
    keep: Annotated[str, duration("How long they are kept.", "30d")] = "30d"
    bucket: Annotated[
        str, text("Where they are kept, as a URL.", "s3://backups.example.com/main", pattern=r"^[a-z0-9]+://\S+$")
    ]


class DatastoreHere(Record, kw_only=True):
    """What differs in one environment."""

    instances: Annotated[int, count("Servers; more than one is highly available.", 3, ge=1)] | None = None
    size: Annotated[str, label("A size of this file.", "large", refers="size")] | None = None
    storage: Annotated[str, quantity("Capacity.", "100Gi")] | None = None
    storage_class: Annotated[str, text("Storage class; the cluster's unless said.", "gp3")] | None = None
    backups: Backups | None = None


class Datastore(Record, kw_only=True):
    """A database or a cache."""

    description: Annotated[str, text("What it holds.", "Accounts and sessions.")] = ""
    engine: Annotated[
        Literal["postgresql", "redis", "valkey"],
        field("What serves it. `redis` and `valkey` speak the same protocol.", "postgresql"),
    ]
    version: Annotated[str, text("Version of the engine.", "15", pattern=r"^[0-9]+(\.[0-9]+)*$")]
    image: (
        Annotated[
            str,
            text("Image with tag; the engine's official one unless said.", "docker.io/library/postgres:15.15-bookworm"),
        ]
        | None
    ) = None
    team: Annotated[str, label("The team that owns it.", "platform", refers="team")]
    instances: Annotated[int, count("Servers; more than one is highly available.", 3, ge=1)] = 1
    size: Annotated[str, label("A size of this file.", "medium", refers="size")] = "small"
    storage: Annotated[str, quantity("Capacity.", "20Gi")] = "1Gi"
    storage_class: Annotated[str, text("Storage class; the cluster's unless said.", "gp3")] | None = None
    databases: Annotated[
        tuple[str, ...], field("Databases, one a service that owns its schema (PostgreSQL).", ["auth"])
    ] = ()
    secret: Annotated[
        str,
        text(
            "Path of its login in the secret store (keys `username`, its own name, and `password`); "
            "a database's role has one below, at the database's name.",
            "datastores/main",
            pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]*$",
        ),
    ]
    backups: Backups | None = None
    environments: Annotated[
        dict[str, DatastoreHere],
        field("What differs by environment.", {"prod": {"instances": 3}}, refers="environment"),
    ] = {}
    retire: (
        Annotated[
            str, text("Why it may go, data and all.", "Moved to `main`; kept until the archive was read.", min_length=3)
        ]
        | None
    ) = None


class PodSecurity(Record, kw_only=True):
    """Pod Security below `restricted`."""

    level: Annotated[Literal["baseline", "privileged"], field("Pod Security Standard.", "baseline")]
    reason: Annotated[str, text("Why `restricted` does not do.", "Reads the nodes' log files.", min_length=3)]


class Chart(Record, kw_only=True):
    """A third-party Helm chart, pinned."""

    repository: Annotated[
        str, text("Chart repository, or an OCI registry.", "https://charts.jetstack.io", pattern=r"^(https|oci)://\S+$")
    ]
    name: Annotated[str, text("Chart.", "cert-manager")]
    version: Annotated[str, text("Version.", "v1.20.1", pattern=r"^v?[0-9]+\.[0-9]+\.[0-9]+\S*$")]
    digest: (
        Annotated[
            str, text("Digest of the chart, where known.", "sha256:" + "0" * 64, pattern=r"^sha256:[0-9a-f]{64}$")
        ]
        | None
    ) = None


class Addon(Record, kw_only=True):
    """Somebody else's software that clusters run."""

    description: Annotated[str, text("What it does here.", "Issues certificates.")] = ""
    provides: Annotated[
        tuple[
            Literal[
                "gateway",
                "certificates",
                "secrets",
                "monitoring",
                "resource-metrics",
                "scaling",
                "collector",
                "tracing",
                "log-shipping",
                "log-store",
                "vault",
                "mesh",
                "postgresql",
                "backups",
                "policies",
                "chaos",
                "rollouts",
            ],
            ...,
        ],
        field("Features that others rely on.", ["certificates"]),
    ] = ()
    chart: Chart
    namespace: Annotated[str, label("Where it runs; the add-on's own name unless said.", "cert-manager")] | None = None
    values: Annotated[dict[str, Any], field("Values of the chart.", {"crds": {"enabled": True}})] = {}
    crds: Annotated[bool, field("It brings custom resource definitions, so it is synced a wave earlier.", True)] = False
    cluster_resources: Annotated[
        tuple[str, ...],
        field(
            "Kinds outside a namespace that it may make, as `group/Kind`; all unless said.",
            ["rbac.authorization.k8s.io/ClusterRole"],
        ),
    ] = ()
    pod_security: PodSecurity | None = None
    hosts: Annotated[
        tuple[str, ...], field("Clusters' values: hosts that it dials outside.", ["acme-v02.api.letsencrypt.org"])
    ] = ()
    clusters: Annotated[
        dict[str, dict[str, Any]],
        field("Values by cluster, over `values`.", {"local": {"replicaCount": 1}}, refers="cluster"),
    ] = {}
    team: Annotated[str, label("The team that owns it.", "platform", refers="team")]


class Skip(Record, kw_only=True):
    """A check that does not look at something, with the reason that reports show."""

    rule: Annotated[str, text("The one rule that is skipped, by its name.", "CKV_K8S_43", pattern=r"^[^*?\[\s]+$")]
    path: Annotated[str, text("Rendered files, as a glob.", "environments/dev/**")] = "**"
    reason: Annotated[str, text("Why.", "Images carry no digest before the first build.", min_length=3)]


def default_sizes() -> dict[str, Resources]:
    """The sizes of a platform that names none."""
    return {
        "small": Resources(requests=Amounts(cpu="50m", memory="64Mi"), limits=Amounts(memory="128Mi")),
        "medium": Resources(requests=Amounts(cpu="250m", memory="256Mi"), limits=Amounts(memory="512Mi")),
        "large": Resources(requests=Amounts(cpu="1", memory="1Gi"), limits=Amounts(memory="2Gi")),
    }


class Platform(Record, kw_only=True):
    """The root of the spec."""

    version: Annotated[Literal[1], field("Version of the spec's language.", 1)] = 1
    name: Annotated[str, label("The platform's name.", "acme")]
    description: Annotated[str, text("What it is.", "Where Acme's services run.")] = ""
    domain: Annotated[str, host("Domain that hosts are made under.", "example.com")]
    repository: Repository
    registry: Annotated[
        str, text("Image registry that `build` pushes to.", "ghcr.io/acme", pattern=r"^[a-z0-9][a-z0-9.:/_-]*$")
    ]
    teams: Annotated[dict[Annotated[str, label("Team name.", "platform")], Team], field("Teams by name.", min_length=1)]
    sizes: Annotated[
        dict[Annotated[str, label("Size name.", "small")], Resources],
        field("Resources by name of a size.", {"small": {"requests": {"cpu": "50m", "memory": "64Mi"}}}),
    ] = msgspec.field(default_factory=default_sizes)
    clusters: Annotated[
        dict[Annotated[str, label("Cluster name.", "prod-eu")], Cluster], field("Clusters by name.", min_length=1)
    ]
    environments: Annotated[
        dict[Annotated[str, label("Environment name.", "dev")], Environment],
        field("Environments by name.", min_length=1),
    ]
    datastores: Annotated[
        dict[Annotated[str, label("Datastore name.", "main")], Datastore], field("Datastores by name.")
    ] = {}
    addons: Annotated[
        dict[Annotated[str, label("Add-on name.", "cert-manager")], Addon], field("Add-ons by name.")
    ] = {}
    defaults: Annotated[
        dict[str, Any],
        field(
            "Service fields for every service (below all that a service says).",
            {"slos": {"availability": {"objective": 99.9}}},
        ),
    ] = {}
    includes: Annotated[
        tuple[str, ...],
        field(
            "Where services stand: globs of `service.yaml` files, each in a folder of its name.",
            ["apps/*/service.yaml"],
        ),
    ] = ("apps/*/service.yaml",)
    schemas: Annotated[
        tuple[str, ...], field("Globs of files with your own custom resource definitions.", ["schemas/*.yaml"])
    ] = ()
    skips: Annotated[tuple[Skip, ...], field("Findings of outside checkers that are passed over.")] = ()
    acknowledge: Annotated[
        dict[
            Annotated[str, text("Id of a verdict.", "delete-web-0123456789", pattern=r"^[a-z0-9-]+-[0-9a-f]{10}$")],
            Acknowledgement,
        ],
        field("Verdicts of `journey impact` that are meant, by their id."),
    ] = {}
    compose: Compose | None = None
    pins: Pins = {}
    retire: Annotated[Retirement, field("Names and addresses of what is gone; nobody takes them again.")] | None = None
    targets: Annotated[tuple[str, ...], field("Which targets render; all unless said.", ["kubernetes", "argocd"])] = ()


PROMOTED_BLOCKS = ("defaults", "datastores", "addons")
"""Blocks of `platform.yaml` that reach a later environment only by promotion."""

PROMOTED_OVERLAYS = {"datastores": "environments", "addons": "clusters"}
"""Where an element of a promoted block says what is an environment's or a cluster's own: it acts at once."""
