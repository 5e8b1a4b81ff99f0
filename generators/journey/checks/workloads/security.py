"""Pod Security Standards `baseline` and `restricted`, as admission judges them.

Controls, allowed values, and since which version: kubernetes.io/docs/concepts/security/pod-security-standards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from journey.objects import Object, Tree, containers, descend, mapping, mappings, text, texts
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
_PROFILES = ("RuntimeDefault", "Localhost")
_HOST_PROBES_SINCE = (1, 34)


def inspect(found: Object, objects: Sequence[Object], version: str) -> Iterator[Problem]:
    """Problems of a workload's pods in its namespace, on a cluster of that Kubernetes version (`1.34`)."""
    level = _level(found.namespace, objects)
    if level == "privileged":
        return
    pod = mapping(found.template, "spec")
    faults = [*_baseline(pod, level), *(_host_actions(pod) if _as_numbers(version) >= _HOST_PROBES_SINCE else ())]
    if level == "restricted":
        faults += _restricted(pod)
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


def _as_numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _baseline(pod: Tree, level: str) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field) is True:
            yield f"{field} must not be true"
    context = mapping(pod, "securityContext")
    for sysctl in mappings(context, "sysctls"):
        if text(sysctl, "name") not in _SYSCTLS:
            yield f"sysctl {text(sysctl, 'name')} is not a safe one"
    for volume in mappings(pod, "volumes"):
        if "hostPath" in volume and level == "baseline":
            yield f"volume {text(volume, 'name')} must not be a hostPath"
    yield from _shared(context, "pod")
    for container in containers(pod):
        yield from _baseline_container(container, level)


def _shared(context: Tree, where: str) -> Iterator[str]:
    """Controls that a pod and a container have alike."""
    if mapping(context, "windowsOptions").get("hostProcess") is True:
        yield f"{where}: windowsOptions.hostProcess must not be true"
    if mapping(context, "appArmorProfile").get("type") == "Unconfined":
        yield f"{where}: appArmorProfile must not be Unconfined"
    if mapping(context, "seccompProfile").get("type") == "Unconfined":
        yield f"{where}: seccompProfile must not be Unconfined"
    selinux = mapping(context, "seLinuxOptions")
    if selinux and (text(selinux, "type") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role")):
        yield f"{where}: seLinuxOptions may only have a container's type, no user and no role"


def _baseline_container(container: Tree, level: str) -> Iterator[str]:
    where = f"container {text(container, 'name')}"
    context = mapping(container, "securityContext")
    if context.get("privileged") is True:
        yield f"{where}: privileged must not be true"
    allowed = _BASELINE_CAPABILITIES if level == "baseline" else _RESTRICTED_CAPABILITIES
    for capability in texts(mapping(context, "capabilities"), "add"):
        if capability not in allowed:
            yield f"{where}: capability {capability} must not be added"
    if context.get("procMount", "Default") != "Default":
        yield f"{where}: procMount must be Default"
    for port in mappings(container, "ports"):
        if port.get("hostPort"):
            yield f"{where}: hostPort {port['hostPort']} must not be used"
    yield from _shared(context, where)


def _host_actions(pod: Tree) -> Iterator[str]:
    """A probe or hook that names a host makes the kubelet call it."""
    for container in containers(pod):
        hooks = mapping(container, "lifecycle")
        actions = [(name, mapping(container, name)) for name in ("livenessProbe", "readinessProbe", "startupProbe")]
        actions += [(name, mapping(hooks, name)) for name in ("postStart", "preStop")]
        for name, action in actions:
            if mapping(action, "httpGet").get("host") or mapping(action, "tcpSocket").get("host"):
                yield f"container {text(container, 'name')}: {name} must not name a host"


def _restricted(pod: Tree) -> Iterator[str]:
    for volume in mappings(pod, "volumes"):
        kinds = [key for key in volume if key != "name"]
        if not _VOLUMES.intersection(kinds):
            yield f"volume {text(volume, 'name')} must not be a {kinds[0] if kinds else 'volume without a source'}"
    context = mapping(pod, "securityContext")
    if context.get("runAsUser") == 0:
        yield "pod: runAsUser must not be 0"
    for container in containers(pod):
        yield from _restricted_container(container, context)


def _restricted_container(container: Tree, pod: Tree) -> Iterator[str]:
    """A container's own value counts before the pod's."""
    where = f"container {text(container, 'name')}"
    context = mapping(container, "securityContext")
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{where}: allowPrivilegeEscalation must be false"
    if "ALL" not in texts(mapping(context, "capabilities"), "drop"):
        yield f"{where}: capabilities must drop ALL"
    if context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield f"{where}: runAsNonRoot must be true, here or for the pod"
    if context.get("runAsUser") == 0:
        yield f"{where}: runAsUser must not be 0"
    profile = mapping(context, "seccompProfile") or mapping(pod, "seccompProfile")
    if profile.get("type") not in (*_PROFILES, "Unconfined"):  # Unconfined is told already
        yield f"{where}: seccompProfile must be RuntimeDefault or Localhost, here or for the pod"
