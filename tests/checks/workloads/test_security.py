"""Pod Security Standards: each control refuses, and each level takes what it may."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from journey.checks.workloads import inspect_unit
from journey.problem import Problem
from tests.checks.support import DELETE, FOLDER, ORIGIN, UNIT, Run, Tree, artifacts, changed, service_objects

POD = ("spec", "template", "spec")
CONTAINER = (*POD, "containers", 0)
CONTEXT = (*CONTAINER, "securityContext")
ENFORCE = "pod-security.kubernetes.io/enforce"

BASELINE: list[tuple[tuple[str | int, ...], object, str]] = [
    ((*POD, "hostNetwork"), True, "hostNetwork must not be true"),
    ((*POD, "hostPID"), True, "hostPID must not be true"),
    ((*POD, "hostIPC"), True, "hostIPC must not be true"),
    ((*POD, "securityContext", "sysctls"), [{"name": "kernel.msgmax"}], "sysctl kernel.msgmax is not a safe one"),
    (
        (*POD, "securityContext", "windowsOptions"),
        {"hostProcess": True},
        "pod: windowsOptions.hostProcess must not be true",
    ),
    (
        (*POD, "securityContext", "appArmorProfile"),
        {"type": "Unconfined"},
        "pod: appArmorProfile must not be Unconfined",
    ),
    ((*CONTEXT, "seccompProfile"), {"type": "Unconfined"}, "container auth: seccompProfile must not be Unconfined"),
    (
        (*CONTEXT, "seLinuxOptions"),
        {"type": "spc_t"},
        "container auth: seLinuxOptions may only have a container's type, no user and no role",
    ),
    (
        (*CONTEXT, "seLinuxOptions"),
        {"user": "root"},
        "container auth: seLinuxOptions may only have a container's type, no user and no role",
    ),
    ((*CONTEXT, "privileged"), True, "container auth: privileged must not be true"),
    ((*CONTEXT, "procMount"), "Unmasked", "container auth: procMount must be Default"),
    (
        (*CONTEXT, "capabilities"),
        {"add": ["SYS_ADMIN"], "drop": ["ALL"]},
        "container auth: capability SYS_ADMIN must not be added",
    ),
    (
        (*CONTAINER, "ports"),
        [{"name": "http", "containerPort": 8080, "hostPort": 80}],
        "container auth: hostPort 80 must not be used",
    ),
    (
        (*CONTAINER, "readinessProbe"),
        {"httpGet": {"host": "node", "port": 80}},
        "container auth: readinessProbe must not name a host",
    ),
    (
        (*CONTAINER, "lifecycle"),
        {"postStart": {"tcpSocket": {"host": "node", "port": 80}}},
        "container auth: postStart must not name a host",
    ),
]
RESTRICTED: list[tuple[tuple[str | int, ...], object, str]] = [
    ((*CONTEXT, "allowPrivilegeEscalation"), DELETE, "container auth: allowPrivilegeEscalation must be false"),
    ((*CONTEXT, "allowPrivilegeEscalation"), True, "container auth: allowPrivilegeEscalation must be false"),
    ((*CONTEXT, "capabilities"), {"drop": ["NET_RAW"]}, "container auth: capabilities must drop ALL"),
    (
        (*CONTEXT, "capabilities"),
        {"drop": ["ALL"], "add": ["CHOWN"]},
        "container auth: capability CHOWN must not be added",
    ),
    (
        (*POD, "securityContext", "runAsNonRoot"),
        DELETE,
        "container auth: runAsNonRoot must be true, here or for the pod",
    ),
    ((*CONTEXT, "runAsNonRoot"), False, "container auth: runAsNonRoot must be true, here or for the pod"),
    ((*CONTEXT, "runAsUser"), 0, "container auth: runAsUser must not be 0"),
    ((*POD, "securityContext", "runAsUser"), 0, "pod: runAsUser must not be 0"),
    (
        (*POD, "securityContext", "seccompProfile"),
        DELETE,
        "container auth: seccompProfile must be RuntimeDefault or Localhost, here or for the pod",
    ),
    ((*POD, "volumes", 0), {"name": "tmp", "nfs": {}}, "volume tmp must not be a nfs"),
    ((*POD, "volumes", 0), {"name": "tmp"}, "volume tmp must not be a volume without a source"),
]


def problems(objects: Mapping[str, Tree], run: Run | None = None) -> list[Problem]:
    return list(inspect_unit(UNIT, artifacts(objects), run or Run()))


def labelled(objects: Mapping[str, Tree], level: str) -> dict[str, Tree]:
    """The objects in a namespace that enforces a level."""
    return changed(objects, "namespace", "metadata", "labels", ENFORCE, to=level)


def refused(message: str, level: str) -> list[Problem]:
    where = f"{FOLDER}/auth/deployment.yaml: Deployment auth"
    hint = f"{level} is what namespace auth enforces; `without: securityContext` says why it may not"
    return [Problem(ORIGIN, "workloads/pod-security", f"{where}: {message} (Pod Security {level})", hint)]


@pytest.mark.parametrize(("steps", "value", "message"), BASELINE)
def test_a_control_of_baseline(steps: tuple[str | int, ...], value: object, message: str) -> None:
    objects = changed(service_objects(), "deployment", *steps, to=value)
    if "Probe" in message:
        assert problems(objects, Run("1.33")) == []
    assert problems(objects) == refused(message, "restricted")
    assert problems(labelled(objects, "baseline")) == refused(message, "baseline")
    assert problems(labelled(objects, "privileged")) == []
    assert problems(objects, Run(without=["securityContext"])) == []


@pytest.mark.parametrize(("steps", "value", "message"), RESTRICTED)
def test_a_control_of_restricted(steps: tuple[str | int, ...], value: object, message: str) -> None:
    objects = changed(service_objects(), "deployment", *steps, to=value)
    assert problems(objects) == refused(message, "restricted")
    assert problems(labelled(objects, "baseline")) == []
    assert problems(objects, Run(without=["securityContext"])) == []


def test_a_host_path_is_refused_by_both_levels() -> None:
    objects = changed(service_objects(), "deployment", *POD, "volumes", 0, to={"name": "tmp", "hostPath": {}})
    assert problems(objects) == refused("volume tmp must not be a hostPath", "restricted")
    assert problems(labelled(objects, "baseline")) == refused("volume tmp must not be a hostPath", "baseline")


def test_hosts_in_probes_are_judged_since_1_34() -> None:
    steps = (*CONTAINER, "livenessProbe", "httpGet", "host")
    objects = changed(service_objects(), "deployment", *steps, to="node")
    assert problems(objects, Run("1.33")) == []
    assert problems(objects, Run("1.35")) == refused("container auth: livenessProbe must not name a host", "restricted")


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        ((*CONTEXT, "runAsNonRoot"), True),
        ((*CONTEXT, "seccompProfile"), {"type": "Localhost", "localhostProfile": "x"}),
        ((*CONTEXT, "seLinuxOptions"), {"type": "container_t", "level": "s0"}),
        ((*CONTEXT, "capabilities"), {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}),
        ((*POD, "securityContext", "sysctls"), [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]),
        ((*POD, "volumes", 0), {"name": "tmp", "image": {"reference": "x:1"}}),
    ],
)
def test_what_restricted_takes(steps: tuple[str | int, ...], value: object) -> None:
    assert problems(changed(service_objects(), "deployment", *steps, to=value)) == []


def test_a_namespace_of_the_unit_or_an_unknown_level_means_restricted() -> None:
    objects = changed(service_objects(), "deployment", *CONTEXT, "allowPrivilegeEscalation", to=True)
    assert len(problems(labelled(objects, "none"))) == 1
    objects = labelled(objects, "privileged")
    objects["namespace"]["metadata"]["name"] = "other"
    assert len(problems(objects)) == 1


def test_init_containers_and_other_workloads_are_judged_too() -> None:
    objects = service_objects()
    pod = objects["deployment"]["spec"]["template"]["spec"]
    pod["initContainers"] = [{"name": "first", "resources": pod["containers"][0]["resources"]}]
    assert [found.message.split(": ", 3)[3] for found in problems(objects)] == [
        "allowPrivilegeEscalation must be false (Pod Security restricted)",
        "capabilities must drop ALL (Pod Security restricted)",
    ]
