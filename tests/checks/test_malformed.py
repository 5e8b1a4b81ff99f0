"""No check falls over an object of the wrong shape: what is wrong with it is the schema's to say."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.checks import images, naming, references, workloads
from tests.checks.support import UNIT, Run, Tree, application, artifacts, service_objects, shared_objects

CLEAN: dict[str, Tree] = {**service_objects(), **shared_objects(), "application": application()}
WRONG: list[object] = [None, True, 0, -1.5, "", "x", [], ["x"], [None], [[]], {}, {"x": None}, [{}], [{"name": []}]]


def judge(objects: dict[str, Tree]) -> None:
    files = artifacts(objects)
    for check in (images, naming, references, workloads):
        list(check.inspect_unit(UNIT, files, Run()))
    links = references.links(UNIT, files)
    defined = {
        identity: [(file.path, file.origin)]
        for file, identities in zip(files, links.defines, strict=True)
        for identity in identities
    }
    referred = [(identity, files[index].path, files[index].origin) for index, identity in links.refers]
    list(references.judge(defined, referred, set()))


def paths(node: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to each node below the root."""
    if isinstance(node, dict | list):
        for step, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield (*way, step)
            yield from paths(child, (*way, step))


WAYS = [(name, way) for name, content in CLEAN.items() for way in paths(content)]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_each_node_may_be_anything(wrong: object) -> None:
    for name, (*way, last) in WAYS:
        found = dict(CLEAN)
        found[name] = node = copy.deepcopy(CLEAN[name])
        for step in way:
            node = node[step]  # type: ignore[index]
        node[last] = wrong  # type: ignore[index]
        judge(found)


KINDS = (
    "argoproj.io/v1alpha1 Application, cert-manager.io/v1 Certificate, postgresql.cnpg.io/v1 Cluster,"
    " postgresql.cnpg.io/v1 Pooler, batch/v1 CronJob, batch/v1 Job, v1 Pod, apps/v1 StatefulSet,"
    " external-secrets.io/v1 ExternalSecret, gateway.networking.k8s.io/v1 Gateway,"
    " gateway.networking.k8s.io/v1 HTTPRoute, helm.toolkit.fluxcd.io/v2 HelmRelease, networking.k8s.io/v1 Ingress,"
    " kustomize.toolkit.fluxcd.io/v1 Kustomization, monitoring.coreos.com/v1 PodMonitor, keda.sh/v1alpha1 ScaledObject,"
    " v1 Secret, v1 Service, rbac.authorization.k8s.io/v1 ClusterRoleBinding"
).split(", ")
WORDS = (
    "spec metadata labels name namespace template jobTemplate containers initContainers volumes env envFrom valueFrom"
    " configMapKeyRef secretKeyRef items key sources source chart path repoURL destination syncPolicy syncOptions tls"
    " listeners certificateRefs secretName rules filters backendRefs extensionRef requestMirror backendRef http paths"
    " backend service port issuerRef target data dataFrom sourceRef storeRef secretStoreRef selector matchLabels"
    " matchExpressions volumeClaimTemplates replicas bootstrap initdb secret cluster scaleTargetRef triggers kind"
    " authenticationRef advanced install targetNamespace podMetricsEndpoints subjects roleRef dependsOn ports"
).split()
NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda node: st.lists(node, max_size=2) | st.dictionaries(st.sampled_from(WORDS), node, max_size=6),
    max_leaves=40,
)


@given(st.lists(st.tuples(st.sampled_from(KINDS), NODES, NODES), max_size=4))
def test_each_kind_may_hold_anything(drawn: list[tuple[str, Any, Any]]) -> None:
    objects: dict[str, Tree] = {}
    for number, (whole, spec, other) in enumerate(drawn):
        api_version, kind = whole.split()
        metadata = {"name": "a", "namespace": "a", "labels": other, "annotations": other}
        rest = {"roleRef": other, "subjects": spec, "data": other}
        objects[str(number)] = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, **rest}
    judge(objects)
