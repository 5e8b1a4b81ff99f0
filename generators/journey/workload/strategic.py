"""Strategic merge patch, as kubectl applies it to Kubernetes' own kinds; custom resources get a JSON merge (RFC 7396).

Merge keys are those of the API's types (`patchMergeKey` in k8s.io/api); by the name of the list's field they are
unambiguous but for `ports`, whose key depends on what has them.
"""

from __future__ import annotations

from typing import Any

from journey.workload.place import Object

DELETED: Any = object()
"""What is left of a mapping that its patch deletes."""

_BY_NAME = frozenset(
    "containers initContainers ephemeralContainers env volumes imagePullSecrets secrets resourceClaims schedulingGates"
    " volumeClaimTemplates".split()
)
_KEYS = {
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "topologySpreadConstraints": "topologyKey",
    "hostAliases": "ip",
    "ownerReferences": "uid",
    "podIPs": "ip",
}
_SETS = frozenset(("finalizers",))
_OWN_GROUPS = frozenset(("", "apps", "batch", "autoscaling", "policy"))
_DIRECTIVE = "$patch"


def strategic_merge(content: Object, patch: Object) -> Any:
    """The object with the patch over it; DELETED where the patch says so. Neither is changed."""
    return _merge(content, patch, _is_own(str(content.get("apiVersion", ""))))


def _is_own(api_version: str) -> bool:
    """Whether a kind is Kubernetes' own, whose lists have merge keys."""
    group = api_version.rpartition("/")[0]
    return group in _OWN_GROUPS or (group.endswith(".k8s.io") and not group.startswith("gateway."))


def _merge(base: Any, patch: Any, own: bool) -> Any:
    if not isinstance(patch, dict):
        return patch
    directive = patch.get(_DIRECTIVE)
    if directive == "delete":
        return DELETED
    said = {key: value for key, value in patch.items() if key != _DIRECTIVE}
    found = {} if directive == "replace" or not isinstance(base, dict) else dict(base)
    for key, value in said.items():
        child = None if value is None else _member(key, found.get(key), value, own)
        if child is None or child is DELETED:
            found.pop(key, None)
        else:
            found[key] = child
    return found


def _member(key: str, base: Any, patch: Any, own: bool) -> Any:
    if isinstance(patch, list | tuple):
        if not own:
            return list(patch)
        if key in _SETS and isinstance(base, list | tuple):
            return [*base, *(item for item in patch if item not in base)]
        items = list(base) if isinstance(base, list | tuple) else []
        name = _merge_key(key, [*items, *patch])
        return _merge_list(items, patch, name) if name else list(patch)
    return _merge(base, patch, own)


def _merge_key(key: str, items: list[Any]) -> str:
    """The key that tells a list's items apart; empty for a list that is replaced as a whole."""
    if key in _BY_NAME:
        name = "name"
    elif key == "ports":
        name = "containerPort" if any(isinstance(item, dict) and "containerPort" in item for item in items) else "port"
    else:
        name = _KEYS.get(key, "")
    return name if name and all(_is_named(item, name) for item in items) else ""


def _is_named(item: Any, name: str) -> bool:
    if not isinstance(item, dict):
        return False
    return isinstance(item.get(name), str | int) or (name not in item and item.get(_DIRECTIVE) == "replace")


def _merge_list(base: list[Any], patch: Any, name: str) -> list[Any]:
    """The base's items with the patch's over them, in the base's order; new ones follow."""
    if any(item.get(_DIRECTIVE) == "replace" and name not in item for item in patch):
        return [item for item in patch if name in item]
    found = {item[name]: item for item in base}
    for item in patch:
        merged = _merge(found.get(item[name]), item, True)
        if merged is DELETED:
            found.pop(item[name], None)
        else:
            found[item[name]] = merged
    return list(found.values())
