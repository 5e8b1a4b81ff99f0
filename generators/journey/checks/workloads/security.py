"""Pod Security Standards `baseline` and `restricted`, as admission judges them.

Controls, allowed values, and since which version: kubernetes.io/docs/concepts/security/pod-security-standards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache

from journey.objects import Object, Tree, Workload, actions, descend, mapping, mappings, text, texts
from journey.problem import Problem

RESTRICTED = "workloads/pod-security"

_LEVELS = ("privileged", "baseline", "restricted")
_ENFORCE = "pod-security.kubernetes.io/enforce"
_BASELINE_CAPABILITIES = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID"
    " SYS_CHROOT".split()
)
_RESTRICTED_CAPABILITIES = frozenset(("NET_BIND_SERVICE",))
_VOLUMES = frozenset(
    "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split()
)
_SYSCTLS = frozenset(
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports"
    " net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range net.ipv4.tcp_fin_timeout"
    " net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_keepalive_time net.ipv4.tcp_rmem"
    " net.ipv4.tcp_syncookies net.ipv4.tcp_wmem".split()
)
_SELINUX_TYPES = frozenset(("", "container_engine_t", "container_init_t", "container_kvm_t", "container_t"))
_PROFILES = ("RuntimeDefault", "Localhost", "Unconfined")  # the last is told for any level
_HOST_PROBES_SINCE = (1, 34)


def inspect(found: Workload, objects: Sequence[Object], version: str) -> Iterator[Problem]:
    """Problems of a workload's pods in its namespace, on a cluster of that Kubernetes version (`1.34`)."""
    level = _level(found.namespace, objects)
    if level == "privileged":
        return
    faults = _baseline(found, level)
    if _as_numbers(version) >= _HOST_PROBES_SINCE:
        faults += _host_actions(found)
    if level == "restricted":
        faults += _restricted(found)
    if not faults:
        return
    enforced = f"{level} is what namespace {found.namespace or 'default'} enforces"
    hint = f"{enforced}; `without: securityContext` says why it may not"
    for fault in faults:
        yield Problem(found.artifact.origin, RESTRICTED, f"{found}: {fault} (Pod Security {level})", hint)


def _level(namespace: str, objects: Sequence[Object]) -> str:
    """What a Namespace of the unit enforces; `restricted` where the label, or the Namespace, is not there."""
    for item in objects:
        if item.kind == "Namespace" and item.name == namespace:
            label = text(descend(item.content, ("metadata", "labels")), _ENFORCE)
            return label if label in _LEVELS else "restricted"
    return "restricted"


@cache
def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _baseline(found: Workload, level: str) -> list[str]:
    pod = found.pod
    faults = [f"{field} must not be true" for field in ("hostNetwork", "hostPID", "hostIPC") if pod.get(field) is True]
    context = mapping(pod, "securityContext")
    sysctls = [text(sysctl, "name") for sysctl in mappings(context, "sysctls")]
    faults += [f"sysctl {name} is not a safe one" for name in sysctls if name not in _SYSCTLS]
    if level == "baseline":
        volumes = [text(volume, "name") for volume in mappings(pod, "volumes") if "hostPath" in volume]
        faults += [f"volume {name} must not be a hostPath" for name in volumes]
    faults += _shared(context, "pod")
    allowed = _BASELINE_CAPABILITIES if level == "baseline" else _RESTRICTED_CAPABILITIES
    for container in found.containers:
        faults += _baseline_container(container, allowed)
    return faults


def _shared(context: Tree, where: str) -> list[str]:
    """Controls that a pod and a container have alike."""
    faults = []
    if mapping(context, "windowsOptions").get("hostProcess") is True:
        faults.append(f"{where}: windowsOptions.hostProcess must not be true")
    if mapping(context, "appArmorProfile").get("type") == "Unconfined":
        faults.append(f"{where}: appArmorProfile must not be Unconfined")
    if mapping(context, "seccompProfile").get("type") == "Unconfined":
        faults.append(f"{where}: seccompProfile must not be Unconfined")
    selinux = mapping(context, "seLinuxOptions")
    if selinux and (text(selinux, "type") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role")):
        faults.append(f"{where}: seLinuxOptions may only have a container's type, no user and no role")
    return faults


def _baseline_container(container: Tree, allowed: Collection[str]) -> list[str]:
    where = f"container {text(container, 'name')}"
    context = mapping(container, "securityContext")
    faults = [f"{where}: privileged must not be true"] if context.get("privileged") is True else []
    added = texts(mapping(context, "capabilities"), "add")
    faults += [f"{where}: capability {name} must not be added" for name in added if name not in allowed]
    if context.get("procMount", "Default") != "Default":
        faults.append(f"{where}: procMount must be Default")
    numbers = [port["hostPort"] for port in mappings(container, "ports") if port.get("hostPort")]
    faults += [f"{where}: hostPort {number} must not be used" for number in numbers]
    return faults + _shared(context, where)


def _host_actions(found: Workload) -> list[str]:
    """A probe or hook that names a host makes the kubelet call it."""
    return [
        f"container {text(container, 'name')}: {name} must not name a host"
        for container in found.containers
        for name, action in actions(container)
        if mapping(action, "httpGet").get("host") or mapping(action, "tcpSocket").get("host")
    ]


def _restricted(found: Workload) -> list[str]:
    faults = []
    for volume in mappings(found.pod, "volumes"):
        if _VOLUMES.isdisjoint(volume):
            kinds = [key for key in volume if key != "name"]
            faults.append(
                f"volume {text(volume, 'name')} must not be a {kinds[0] if kinds else 'volume without a source'}"
            )
    context = mapping(found.pod, "securityContext")
    if context.get("runAsUser") == 0:
        faults.append("pod: runAsUser must not be 0")
    for container in found.containers:
        faults += _restricted_container(container, context)
    return faults


def _restricted_container(container: Tree, pod: Tree) -> list[str]:
    """A container's own value counts before the pod's."""
    faults = []
    context = mapping(container, "securityContext")
    if context.get("allowPrivilegeEscalation") is not False:
        faults.append("allowPrivilegeEscalation must be false")
    if "ALL" not in texts(mapping(context, "capabilities"), "drop"):
        faults.append("capabilities must drop ALL")
    if context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        faults.append("runAsNonRoot must be true, here or for the pod")
    if context.get("runAsUser") == 0:
        faults.append("runAsUser must not be 0")
    profile = mapping(context, "seccompProfile") or mapping(pod, "seccompProfile")
    if profile.get("type") not in _PROFILES:
        faults.append("seccompProfile must be RuntimeDefault or Localhost, here or for the pod")
    return [f"container {text(container, 'name')}: {fault}" for fault in faults] if faults else faults
