"""Data that a change loses."""

from __future__ import annotations

from collections.abc import Iterator

from journey.changes.diff.compare import duration, quantity
from journey.changes.impact.lifecycle import keeps
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import descend, mapping, text, texts

_DOCS = "https://kubernetes.io/docs"
_POSTGRESQL = "https://cloudnative-pg.io/docs/current"


def _rule(name: str, says: str, source: str) -> Rule:
    return Rule(f"data/{name}", Effect.DATA_LOSS, says, source)


CLAIM = _rule(
    "claim-deleted",
    "A deleted volume claim takes its volume with it, under reclaim policy `Delete`, the default of dynamic volumes.",
    f"{_DOCS}/concepts/storage/persistent-volumes/#delete",
)
NAMESPACE = _rule(
    "namespace-deleted",
    "A deleted namespace takes everything in it, volume claims too.",
    f"{_DOCS}/tasks/administer-cluster/namespaces/#deleting-a-namespace",
)
CASCADE = _rule(
    "application-cascade",
    "An Application with Argo CD's finalizer takes all that it synced with it.",
    "https://argo-cd.readthedocs.io/en/stable/user-guide/app_deletion/",
)
RETENTION = _rule(
    "statefulset-claims",
    "A StatefulSet whose claims are `Delete`d with it, or as it shrinks, takes their data.",
    f"{_DOCS}/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
)
CLUSTER = _rule(
    "postgresql-deleted",
    "A deleted CloudNativePG Cluster takes its volume claims with it.",
    f"{_POSTGRESQL}/storage/",
)
DATABASE = _rule(
    "database-dropped",
    "A deleted Database with `databaseReclaimPolicy: delete` is dropped.",
    f"{_POSTGRESQL}/declarative_database_management/",
)
SMALLER = _rule(
    "postgresql-smaller",
    "CloudNativePG refuses smaller storage; only a new cluster has it.",
    f"{_POSTGRESQL}/storage/#volume-expansion",
)
BACKUPS = _rule(
    "backups-shortened",
    "Backups beyond the retention are deleted, and without a schedule none are made.",
    f"{_POSTGRESQL}/backup/",
)
DEFINITION = _rule(
    "definition-deleted",
    "A deleted CustomResourceDefinition takes every object of its kind.",
    f"{_DOCS}/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#delete-a-customresourcedefinition",
)
RULES = (CLAIM, NAMESPACE, CASCADE, RETENTION, CLUSTER, DATABASE, SMALLER, BACKUPS, DEFINITION)

FINALIZER = "resources-finalizer.argocd.argoproj.io"
_POSTGRESQL_GROUP = "postgresql.cnpg.io"
_GONE = {
    ("", "PersistentVolumeClaim"): (CLAIM, "its volume goes with it"),
    ("", "Namespace"): (NAMESPACE, "everything in it goes, volume claims too"),
    (_POSTGRESQL_GROUP, "Cluster"): (CLUSTER, "its databases go with it"),
    (_POSTGRESQL_GROUP, "ScheduledBackup"): (BACKUPS, "no backups are made any more"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (DEFINITION, "every object of the kind goes with it"),
}


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """What of a file's change loses data."""
    del sides
    if pair.gone or pair.renamed:
        if not keeps(pair):
            yield from _gone(pair)
    elif not pair.came:
        yield from _changed(pair)


def _gone(pair: Pair) -> Iterator[Found]:
    kind = pair.thing.kind
    known = _GONE.get((pair.api, kind))
    if known:
        yield Found(known[0], pair, known[1], interrupts=True)
    elif kind == "Application" and _cascades(pair):
        yield Found(CASCADE, pair, "everything that it synced goes with it", interrupts=True)
    elif kind == "StatefulSet" and _retention(pair, "whenDeleted"):
        yield Found(RETENTION, pair, "its volume claims are deleted with it", interrupts=True)
    elif kind == "Database" and mapping(pair.before, "spec").get("databaseReclaimPolicy") == "delete":
        yield Found(DATABASE, pair, "the database is dropped", interrupts=True)


def _cascades(pair: Pair) -> bool:
    found = texts(mapping(pair.before, "metadata"), "finalizers")
    return any(name.partition("/")[0] == FINALIZER and "background-and-orphan" not in name for name in found)


def _retention(pair: Pair, when: str) -> bool:
    policy = descend(pair.before, ("spec", "persistentVolumeClaimRetentionPolicy"))
    return text(policy, when) == "Delete"


def _changed(pair: Pair) -> Iterator[Found]:
    before, after = mapping(pair.before, "spec"), mapping(pair.after, "spec")
    if pair.thing.kind == "StatefulSet" and _retention(pair, "whenScaled"):
        was, now = before.get("replicas", 1), after.get("replicas", 1)
        if isinstance(was, int) and isinstance(now, int) and now < was:
            names = pair.names("spec", "replicas")
            yield Found(RETENTION, pair, f"the claims of {was - now} pods are deleted", names, "whenScaled")
    if (pair.api, pair.thing.kind) == (_POSTGRESQL_GROUP, "Cluster"):
        yield from _cluster(pair)


def _cluster(pair: Pair) -> Iterator[Found]:
    size = [quantity(descend(side, ("spec", "storage")).get("size")) for side in (pair.before, pair.after)]
    if size[0] is not None and size[1] is not None and size[1] < size[0]:
        names = pair.names("spec", "storage")
        yield Found(SMALLER, pair, "smaller storage: only a new cluster has it", names, "storage")
    kept = [text(descend(side, ("spec", "backup")), "retentionPolicy") for side in (pair.before, pair.after)]
    days = [duration(item.replace("w", "d")) for item in kept]
    if kept[0] and not kept[1]:
        yield Found(BACKUPS, pair, "backups are no longer configured", pair.names("spec", "backup"), "backup")
    elif days[0] is not None and days[1] is not None and days[1] < days[0]:
        says = f"backups older than {kept[1]} are deleted; they were kept for {kept[0]}"
        yield Found(BACKUPS, pair, says, pair.names("spec", "backup"), "retentionPolicy")
