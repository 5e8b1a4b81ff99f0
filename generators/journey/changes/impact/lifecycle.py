"""What comes, what goes, and what is merely read anew: the rules for every kind of object."""

from __future__ import annotations

from collections.abc import Iterator

from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import TEMPLATES, mapping, text

_APPLY = "https://kubernetes.io/docs/reference/using-api/server-side-apply/"
_SYNC = "https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/"

CREATED = Rule("object/created", Effect.CREATE, "An object that was not there is made.", _APPLY)
DELETED = Rule(
    "object/deleted",
    Effect.DELETE,
    "An object that left git is deleted where the environment prunes.",
    "https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/#automatic-pruning",
)
LEFT = Rule("object/left", Effect.NOTHING, "An object with `Prune=false` stays where it is when it leaves git.", _SYNC)
RUNS_ANEW = Rule(
    "job/runs-anew",
    Effect.RESTART,
    "A Job under another name is another Job: it runs once more.",
    "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
)
SUCCEEDED = Rule(
    "object/succeeded",
    Effect.NOTHING,
    "What has a hash in its name is replaced by its successor; whoever mounts it says what follows.",
    "https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable",
)
MOVED = Rule(
    "object/renamed",
    Effect.RECREATE,
    "Another name makes another object: the new one is made, the old one deleted.",
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
)
READ_ANEW = Rule(
    "object/read-anew", Effect.RELOAD, "The object is changed in place; what watches it acts on it at once.", _APPLY
)
DESCRIBED = Rule(
    "object/described",
    Effect.NOTHING,
    "Labels and annotations of the object itself change; nothing that runs reads them.",
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/",
)
REPOSITORY = Rule(
    "file/not-applied",
    Effect.NOTHING,
    "A file of the repository changes that no cluster applies.",
    "https://argo-cd.readthedocs.io/en/stable/user-guide/directory/",
)

RULES = (CREATED, DELETED, LEFT, RUNS_ANEW, SUCCEEDED, MOVED, READ_ANEW, DESCRIBED, REPOSITORY)

HARMLESS = frozenset(
    {"LimitRange", "PodDisruptionBudget", "ResourceQuota", "PodMonitor", "PrometheusRule", "ServiceMonitor", "Probe"}
)
"""Kinds that nothing running needs to go on running."""


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """That an object comes, goes, or changes; what follows from it is the other rules' matter."""
    del sides
    if not pair.thing.kind:
        if not pair.path.endswith((".tf", ".tf.json")):
            yield Found(REPOSITORY, pair, "no cluster applies this file")
        return
    if pair.came:
        yield Found(CREATED, pair, "is made")
    elif pair.gone:
        yield _gone(pair)
    elif pair.renamed:
        yield _renamed(pair)
    elif all(_described(name) for name in pair.names()):
        yield Found(DESCRIBED, pair, "its labels or annotations change")
    elif pair.thing.kind not in TEMPLATES:
        says = ", ".join(dict.fromkeys(str(name[1 if name[:1] == ("spec",) else 0]) for name in pair.names() if name))
        yield Found(READ_ANEW, pair, f"changes in place: {says}")


def _gone(pair: Pair) -> Found:
    if keeps(pair):
        return Found(LEFT, pair, "leaves git and stays in the cluster: `Prune=false`")
    return Found(DELETED, pair, "is deleted", interrupts=pair.thing.kind not in HARMLESS)


def _renamed(pair: Pair) -> Found:
    before, after = (text(mapping(side, "metadata"), "name") for side in (pair.before, pair.after))
    if pair.thing.kind == "Job":
        return Found(RUNS_ANEW, pair, f"runs once more, as {after}")
    if _stem(before) == _stem(after):
        return Found(SUCCEEDED, pair, f"{before} is succeeded by {after}")
    return Found(MOVED, pair, f"{before} is deleted and {after} made", about=before, interrupts=True)


def _stem(name: str) -> str:
    return name.rpartition("-")[0] or name


def _described(name: tuple[object, ...]) -> bool:
    return name[:2] in (("metadata", "labels"), ("metadata", "annotations"))


def keeps(pair: Pair) -> bool:
    """Whether Argo CD leaves the object alone when it is no longer in git."""
    annotations = mapping(mapping(pair.before, "metadata"), "annotations")
    options = text(annotations, "argocd.argoproj.io/sync-options").split(",")
    return "Prune=false" in [option.strip() for option in options]
