"""References that stay within a unit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from journey.artifact import Unit
from journey.checks import references
from journey.problem import Level, Problem
from tests.checks.support import (
    DELETE,
    FOLDER,
    ORIGIN,
    STABLE,
    UNIT,
    Tree,
    artifacts,
    changed,
    made,
    pod,
    service_objects,
)

FOLDERS = {"clusters", "clusters/local", FOLDER, f"{FOLDER}/auth", f"{FOLDER}/_shared"}
POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)


def within(objects: Mapping[str, Tree], unit: Unit = UNIT) -> list[Problem]:
    return list(references.inspect_unit(unit, artifacts(objects), None))


@pytest.mark.parametrize(
    ("name", "steps", "value", "rule", "message", "hint"),
    [
        (
            "service",
            ("spec", "selector", "app.kubernetes.io/name"),
            "login",
            "references/selector",
            (
                "Service auth: selector app.kubernetes.io/name=login, app.kubernetes.io/instance=auth-dev"
                " selects no pod of this unit"
            ),
            "the pods of Deployment auth have app.kubernetes.io/name=auth",
        ),
        (
            "pdb",
            ("spec", "selector", "matchLabels"),
            {"tier": "front"},
            "references/selector",
            "PodDisruptionBudget auth: selector tier=front selects no pod of this unit",
            "the pods of Deployment auth have no tier",
        ),
        (
            "networkpolicy",
            ("spec", "podSelector", "matchLabels"),
            {"app.kubernetes.io/name": "x"},
            "references/selector",
            "NetworkPolicy auth: podSelector app.kubernetes.io/name=x selects no pod of this unit",
            "the pods of Deployment auth have app.kubernetes.io/name=auth",
        ),
        (
            "monitor",
            ("spec", "selector", "matchLabels"),
            {"tier": "front"},
            "references/selector",
            "ServiceMonitor auth: selector tier=front selects no Service of this unit",
            "it selects by the labels of Services, not of pods",
        ),
        (
            "service",
            ("spec", "ports", 0, "targetPort"),
            "htp",
            "references/port",
            "Service auth: targetPort htp is no port of the containers behind it",
            "did you mean http?",
        ),
        (
            "networkpolicy",
            ("spec", "ingress", 0, "ports", 0, "port"),
            "web",
            "references/port",
            "NetworkPolicy auth: ingress port web is no port of the pods that it selects",
            "known: http",
        ),
        (
            "monitor",
            ("spec", "endpoints", 0, "port"),
            "metrics",
            "references/port",
            "ServiceMonitor auth: endpoint port metrics is no port of the Services that it selects",
            "known: http",
        ),
        (
            "deployment",
            (*CONTAINER, "livenessProbe", "httpGet", "port"),
            "https",
            "references/port",
            "Deployment auth: livenessProbe asks port https, which container auth does not declare",
            "did you mean http?",
        ),
        (
            "deployment",
            (*CONTAINER, "lifecycle", "preStop"),
            {"tcpSocket": {"port": "drain"}},
            "references/port",
            "Deployment auth: preStop asks port drain, which container auth does not declare",
            "known: http",
        ),
        (
            "deployment",
            (*CONTAINER, "env", 1, "valueFrom", "configMapKeyRef", "key"),
            "LEVELS",
            "references/key",
            "Deployment auth: reads key LEVELS of ConfigMap auth-1a2b, which does not have it",
            "did you mean LEVEL?",
        ),
        (
            "deployment",
            (*CONTAINER, "env", 2, "valueFrom", "secretKeyRef", "key"),
            "PASSWORD",
            "references/key",
            "Deployment auth: reads key PASSWORD of ExternalSecret auth, which does not have it",
            "known: TOKEN",
        ),
        (
            "deployment",
            (*POD, "volumes", 1, "configMap", "items", 0, "key"),
            "app.yml",
            "references/key",
            "Deployment auth: reads key app.yml of ConfigMap auth-1a2b, which does not have it",
            "did you mean app.yaml?",
        ),
        (
            "deployment",
            (*CONTAINER, "volumeMounts", 0, "name"),
            "temp",
            "references/volume",
            "Deployment auth: container auth mounts temp, which is no volume of the pod",
            "did you mean tmp?",
        ),
    ],
)
def test_a_broken_reference_within_a_unit(
    name: str, steps: tuple[str | int, ...], value: object, rule: str, message: str, hint: str
) -> None:
    found = within(changed(service_objects(), name, *steps, to=value))
    assert found == [Problem(ORIGIN, rule, f"{FOLDER}/auth/{name}.yaml: {message}", hint)]


def test_a_workload_must_select_its_own_pods() -> None:
    objects = changed(service_objects(), "deployment", "spec", "selector", "matchLabels", to={"app": "auth"})
    message = f"{FOLDER}/auth/deployment.yaml: Deployment auth: selector app=auth selects no pod of this unit"
    hint = "the pods of Deployment auth have no app"
    assert within(objects) == [Problem(ORIGIN, "references/selector", message, hint)]


def test_a_selector_may_name_one_pod_of_a_stateful_set_by_the_label_that_kubernetes_gives_it() -> None:
    def chosen(kind: str, pod: str) -> list[Problem]:
        template = {"metadata": {"labels": STABLE}, "spec": {"containers": [{"name": "main"}]}}
        labels = {**STABLE, "statefulset.kubernetes.io/pod-name": pod}
        return within(
            {
                "workload": made("apps/v1", kind, "main", spec={"template": template}),
                "service": made("v1", "Service", "main", spec={"selector": labels}),
            }
        )

    assert chosen("StatefulSet", "main-0") == []
    for found in (chosen("StatefulSet", "other-0"), chosen("Deployment", "main-0")):
        assert [problem.rule for problem in found] == ["references/selector"]


def test_a_port_number_that_is_not_declared_is_a_warning() -> None:
    objects = changed(service_objects(), "service", "spec", "ports", 0, "targetPort", to=9090)
    message = f"{FOLDER}/auth/service.yaml: Service auth: targetPort 9090 is not declared by the containers behind it"
    assert within(objects) == [Problem(ORIGIN, "references/port", message, "they declare 8080", Level.WARNING)]
    assert within(changed(objects, "service", "spec", "ports", 0, "targetPort", to=8080)) == []
    without = changed(objects, "service", "spec", "ports", 0, "targetPort", to=DELETE)
    assert [problem.message.rpartition(": ")[2] for problem in within(without)] == [
        "targetPort 80 is not declared by the containers behind it"
    ]


def test_expressions_select_as_kubernetes_says() -> None:
    def chosen(operator: str, key: str, *values: str) -> list[Problem]:
        expression = {"key": key, "operator": operator, "values": list(values)}
        selector = {"matchExpressions": [expression]}
        return within(changed(service_objects(), "pdb", "spec", "selector", to=selector))

    name = "app.kubernetes.io/name"
    assert chosen("In", name, "auth", "login") == chosen("NotIn", name, "x") == chosen("NotIn", "absent", "x") == []
    assert chosen("Exists", name) == chosen("DoesNotExist", "absent") == []
    for found in (chosen("In", name, "x"), chosen("NotIn", name, "auth"), chosen("Exists", "absent")):
        assert [problem.message.rpartition(": ")[2] for problem in found] == [
            "selector its expressions selects no pod of this unit"
        ]
    assert len(chosen("DoesNotExist", name)) == 1


def test_selectors_are_left_alone_where_the_unit_renders_no_pods_or_an_operator_makes_them() -> None:
    objects = changed(service_objects(), "service", "spec", "selector", to={"cnpg.io/cluster": "main"})
    assert len(within(objects)) == 1
    assert within({**objects, "cluster": made("postgresql.cnpg.io/v1", "Cluster", "main")}) == []
    for name in ("deployment", "hpa", "pdb", "networkpolicy"):
        objects.pop(name)
    assert within(objects) == []
    assert within(changed(service_objects(), "service", "spec", "selector", to=DELETE)) == []


def test_a_pod_monitor_selects_pods_and_their_ports() -> None:
    monitor = made(
        "monitoring.coreos.com/v1",
        "PodMonitor",
        spec={"selector": {"matchLabels": STABLE}, "podMetricsEndpoints": [{"port": "http"}]},
    )
    objects = {**service_objects(), "podmonitor": monitor}
    assert within(objects) == []
    broken = within(changed(objects, "podmonitor", "spec", "podMetricsEndpoints", 0, "port", to="htp"))
    message = (
        f"{FOLDER}/auth/podmonitor.yaml: PodMonitor auth: endpoint port htp is no port of the pods that it selects"
    )
    assert broken == [Problem(ORIGIN, "references/port", message, "did you mean http?")]
    stray = changed(objects, "podmonitor", "spec", "selector", "matchLabels", to={"a": "b"})
    assert [problem.rule for problem in within(stray)] == ["references/selector"]
    assert within(changed(stray, "podmonitor", "spec", "namespaceSelector", to={"any": True})) == []


def test_a_monitor_of_other_namespaces_is_left_alone_and_one_without_services_where_no_pods_are() -> None:
    objects = changed(service_objects(), "monitor", "spec", "endpoints", 0, "port", to="metrics")
    assert within(changed(objects, "monitor", "spec", "namespaceSelector", to={"any": True})) == []
    objects.pop("service")
    assert [problem.rule for problem in within(objects)] == ["references/selector"]
    objects.pop("deployment")
    assert within(objects) == []


def test_keys_that_only_a_store_or_a_template_knows() -> None:
    objects = changed(service_objects(), "externalsecret", "spec", "data", to=[])
    assert [problem.hint for problem in within(objects)] == ["there is no key with a name"]
    assert within(changed(objects, "externalsecret", "spec", "dataFrom", to=[{"extract": {"key": "auth"}}])) == []
    template: Tree = {"data": {"TOKEN": "{{ .token }}"}}
    assert within(changed(objects, "externalsecret", "spec", "target", "template", to=template)) == []
    assert within(changed(objects, "externalsecret", "spec", "target", "template", to={"templateFrom": [{}]})) == []
    replaced = changed(service_objects(), "externalsecret", "spec", "target", "template", to={"data": {"URL": "x"}})
    assert [problem.hint for problem in within(replaced)] == ["known: URL"]
    merged = {"data": {"URL": "x"}, "mergePolicy": "Merge"}
    assert within(changed(service_objects(), "externalsecret", "spec", "target", "template", to=merged)) == []


def test_keys_of_secrets_optional_and_projected_ones() -> None:
    secret = made("v1", "Secret", "s", stringData={"a": "x"})
    sources: list[Tree] = [
        {"secret": {"name": "s", "items": [{"key": "b"}]}},
        {"configMap": {"name": "auth-1a2b", "items": [{}]}},
    ]
    objects = {**service_objects(), "s": secret}
    objects = changed(objects, "deployment", *POD, "volumes", 0, to={"name": "tmp", "projected": {"sources": sources}})
    assert [problem.message.partition(": ")[2] for problem in within(objects)] == [
        "Deployment auth: reads key b of Secret s, which does not have it",
        "Deployment auth: reads key  of ConfigMap auth-1a2b, which does not have it",
    ]
    for source in sources:
        next(iter(source.values()))["optional"] = True
    assert within(objects) == []
    optional = {"name": "auth-1a2b", "key": "x", "optional": True}
    spared = changed(service_objects(), "deployment", *CONTAINER, "env", 1, "valueFrom", "configMapKeyRef", to=optional)
    assert within(spared) == []


def test_a_claim_template_is_a_volume_and_a_restartable_init_container_has_ports() -> None:
    template = pod()
    sidecar = {"name": "proxy", "restartPolicy": "Always", "ports": [{"name": "proxied", "containerPort": 9000}]}
    template["spec"]["initContainers"] = [sidecar, {"name": "once", "ports": [{"name": "once", "containerPort": 1}]}]
    template["spec"]["volumes"].pop(0)
    claims = [{"metadata": {"name": "tmp"}}]
    spec = {"selector": {"matchLabels": STABLE}, "template": template, "volumeClaimTemplates": claims}
    objects = {**service_objects(), "deployment": made("apps/v1", "StatefulSet", spec=spec)}
    objects = changed(objects, "service", "spec", "ports", 0, "targetPort", to="proxied")
    assert within(objects) == []
    objects = changed(objects, "service", "spec", "ports", 0, "targetPort", to="once")
    assert [problem.rule for problem in within(objects)] == ["references/port"]


def test_a_unit_without_a_cluster_is_not_judged() -> None:
    objects = changed(service_objects(), "deployment", *CONTAINER, "volumeMounts", 0, "name", to="x")
    assert within(objects, UNIT._replace(cluster="")) == []


def test_a_clean_service_has_no_problem() -> None:
    assert within(service_objects()) == []
