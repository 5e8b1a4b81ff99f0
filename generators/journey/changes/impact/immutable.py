"""Fields that the API server refuses to change: the object must be deleted and made anew.

The table says what kube-apiserver 1.34 does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from journey.changes.diff.compare import quantity
from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import TEMPLATES, descend, mapping

_DOCS = "https://kubernetes.io/docs"
_STORAGE = f"{_DOCS}/concepts/storage"

REFUSED = Rule(
    "object/immutable",
    Effect.RECREATE,
    "The API server refuses a change of the field; only deleting the object and making it anew brings it.",
    f"{_DOCS}/reference/using-api/api-concepts/",
)
ANEW = Rule(
    "object/made-anew",
    Effect.RESTART,
    "Each sync of Argo CD takes away what the last one made of the object, and makes it anew.",
    "https://argo-cd.readthedocs.io/en/stable/user-guide/resource_hooks/",
)
RULES = (REFUSED, ANEW)

_HOOK, _POLICY, _OPTIONS = (f"argocd.argoproj.io/{name}" for name in ("hook", "hook-delete-policy", "sync-options"))
_BEFORE = "BeforeHookCreation"
"""The policy of hooks that name none."""


class Fixed(NamedTuple):
    """A node of a kind that may not change, save what is `free` below it; `unless` names a node that, when true before,
    is what makes the rule apply."""

    steps: tuple[str, ...]
    source: str
    free: tuple[str, ...] = ()
    when: tuple[str, ...] = ()


_SELECTOR = Fixed(("spec", "selector"), f"{_DOCS}/concepts/workloads/controllers/deployment/#label-selector-updates")
_ROLE_REF = Fixed(("roleRef",), f"{_DOCS}/reference/access-authn-authz/rbac/#clusterrolebinding-example")
_SEALED = tuple(
    Fixed((field,), f"{_DOCS}/concepts/configuration/configmap/#configmap-immutable", when=("immutable",))
    for field in ("data", "binaryData", "stringData", "immutable")
)
_CLASS = f"{_STORAGE}/storage-classes/"

FIXED: Mapping[tuple[str, str], tuple[Fixed, ...]] = {
    ("apps", "Deployment"): (_SELECTOR,),
    ("apps", "ReplicaSet"): (_SELECTOR,),
    ("apps", "DaemonSet"): (_SELECTOR,),
    ("apps", "StatefulSet"): (
        Fixed(
            ("spec",),
            f"{_DOCS}/concepts/workloads/controllers/statefulset/#limitations",
            (
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ),
        ),
    ),
    ("batch", "Job"): tuple(
        Fixed(("spec", field), f"{_DOCS}/reference/kubernetes-api/workload-resources/job-v1/")
        for field in (
            "selector",
            "template",
            "completions",
            "completionMode",
            "podFailurePolicy",
            "backoffLimitPerIndex",
            "managedBy",
            "successPolicy",
        )
    ),
    ("", "Service"): (
        Fixed(("spec", "clusterIP"), f"{_DOCS}/concepts/services-networking/cluster-ip-allocation/"),
        Fixed(("spec", "loadBalancerClass"), f"{_DOCS}/concepts/services-networking/service/#load-balancer-class"),
    ),
    ("", "PersistentVolumeClaim"): (
        Fixed(
            ("spec",),
            f"{_STORAGE}/persistent-volumes/#expanding-persistent-volumes-claims",
            ("resources", "volumeAttributesClassName"),
        ),
    ),
    ("", "ConfigMap"): _SEALED,
    ("", "Secret"): (*_SEALED, Fixed(("type",), f"{_DOCS}/concepts/configuration/secret/#secret-types")),
    ("rbac.authorization.k8s.io", "RoleBinding"): (_ROLE_REF,),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (_ROLE_REF,),
    ("storage.k8s.io", "StorageClass"): tuple(
        Fixed((field,), _CLASS) for field in ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")
    ),
    ("scheduling.k8s.io", "PriorityClass"): tuple(
        Fixed((field,), f"{_DOCS}/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass")
        for field in ("value", "preemptionPolicy")
    ),
    ("node.k8s.io", "RuntimeClass"): (Fixed(("handler",), f"{_DOCS}/concepts/containers/runtime-class/"),),
    ("networking.k8s.io", "IngressClass"): (
        Fixed(("spec", "controller"), f"{_DOCS}/concepts/services-networking/ingress/#ingress-class"),
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): tuple(
        Fixed(("spec", *steps), f"{_DOCS}/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/")
        for steps in (("group",), ("scope",), ("names", "kind"), ("names", "plural"))
    ),
    ("postgresql.cnpg.io", "Database"): tuple(
        Fixed(("spec", field), "https://cloudnative-pg.io/docs/current/cloudnative-pg.v1/#databasespec")
        for field in ("name", "cluster")
    ),
}
"""(API group, kind) -> its fixed nodes."""

_ADDRESS = "clusterIP"
_NO_IP = ("None", "", None)


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """Fields of an object that stays which the API server will not change."""
    del sides
    if pair.came or pair.gone or pair.renamed:
        return
    anew = _made_anew(pair)
    for fixed in FIXED.get((pair.api, pair.thing.kind), ()):
        names = [name for name in pair.names(*fixed.steps) if not _free(name, fixed)]
        if names and _applies(pair, fixed):
            yield _again(pair, tuple(names)) if anew else _refused(pair, fixed, tuple(names))
            if anew:
                return
    if pair.thing.kind == "PersistentVolumeClaim" and _shrinks(pair):
        steps = ("spec", "resources", "requests", "storage")
        source = f"{_STORAGE}/persistent-volumes/#expanding-persistent-volumes-claims"
        yield _refused(pair, Fixed(steps, source), pair.names(*steps))


def _made_anew(pair: Pair) -> bool:
    """Whether Argo CD makes the object anew in each sync: as a hook, or by replacing it."""
    said = descend(pair.after, ("metadata", "annotations"))
    if _HOOK in said:
        return _BEFORE in str(said.get(_POLICY, _BEFORE))
    return {"Force=true", "Replace=true"} <= set(str(said.get(_OPTIONS, "")).split(","))


def _again(pair: Pair, names: tuple[tuple[object, ...], ...]) -> Found:
    return Found(ANEW, pair, "it runs anew in the sync", names, "spec")


def _free(name: tuple[object, ...], fixed: Fixed) -> bool:
    at = len(fixed.steps)
    return len(name) > at and name[at] in fixed.free


def _applies(pair: Pair, fixed: Fixed) -> bool:
    if fixed.when and not pair.before.get(fixed.when[0]):
        return False
    if fixed.steps[-1] == _ADDRESS:
        return _keeps_address(pair)
    if fixed.steps[-1] == "loadBalancerClass":
        return all(mapping(side, "spec").get("type") == "LoadBalancer" for side in (pair.before, pair.after))
    return True


def _keeps_address(pair: Pair) -> bool:
    """Whether the Service had an address, and is to have another: one that is not said keeps the old one."""
    before, after = mapping(pair.before, "spec"), mapping(pair.after, "spec")
    if "ExternalName" in (before.get("type"), after.get("type")):
        return False
    return after.get(_ADDRESS) not in ("", None) and before.get(_ADDRESS) != after.get(_ADDRESS)


def _shrinks(pair: Pair) -> bool:
    steps = ("spec", "resources", "requests")
    before, after = (quantity(descend(side, steps).get("storage")) for side in (pair.before, pair.after))
    return before is not None and after is not None and after < before


def _refused(pair: Pair, fixed: Fixed, names: tuple[tuple[object, ...], ...]) -> Found:
    said = ".".join(map(str, names[0] if len(names[0]) > len(fixed.steps) else fixed.steps))
    rule = REFUSED._replace(source=fixed.source)
    says = f"the API server refuses it: {said} cannot change; delete the object and let it be made anew"
    return Found(rule, pair, says, names, ".".join(fixed.steps), pair.thing.kind in TEMPLATES or _serves(pair))


def _serves(pair: Pair) -> bool:
    return pair.thing.kind in ("Service", "PersistentVolumeClaim")
