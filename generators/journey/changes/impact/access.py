"""Permissions that a change widens: RBAC, Pod Security, what pods may do on their node, Vault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import EMPTY, TEMPLATES, Tree, containers, descend, mapping, mappings, text, texts

_DOCS = "https://kubernetes.io/docs"


def _rule(name: str, says: str, source: str) -> Rule:
    return Rule(f"permission/{name}", Effect.PERMISSION, says, source)


RULE_ADDED = _rule(
    "rbac-rule",
    "A role gives what it did not give.",
    f"{_DOCS}/reference/access-authn-authz/rbac/#role-and-clusterrole",
)
SUBJECT_ADDED = _rule(
    "rbac-subject",
    "A binding names somebody new, or is new.",
    f"{_DOCS}/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding",
)
POD_SECURITY = _rule(
    "pod-security",
    "A namespace enforces a lower Pod Security Standard.",
    f"{_DOCS}/concepts/security/pod-security-standards/",
)
POD = _rule(
    "pod",
    "A pod may do on its node what it might not.",
    f"{_DOCS}/tasks/configure-pod-container/security-context/",
)
VAULT = _rule(
    "vault",
    "A Vault policy gives a capability, or a path, that it did not give.",
    "https://developer.hashicorp.com/vault/docs/concepts/policies",
)
RULES = (RULE_ADDED, SUBJECT_ADDED, POD_SECURITY, POD, VAULT)

_LEVELS = ("restricted", "baseline", "privileged")
_ENFORCE = "pod-security.kubernetes.io/enforce"


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """What of a file's change widens a permission."""
    if pair.gone:
        return
    kind = pair.thing.kind
    if kind in ("Role", "ClusterRole"):
        yield from _role(pair)
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        yield from _binding(pair, sides)
    elif kind == "Namespace":
        yield from _namespace(pair)
    elif kind in TEMPLATES and not pair.came:
        yield from _pod(pair)
    elif not kind and "/vault/" in f"/{pair.path}" and pair.path.endswith(".hcl"):
        yield from _vault(pair)


class Grant(NamedTuple):
    """One verb on one resource; `*` stands for all, an empty name for all objects."""

    group: str
    resource: str
    name: str
    verb: str

    def covers(self, other: Grant) -> bool:
        """Whether having this means having the other."""
        return all(
            mine in ("*", theirs) or (at == 2 and not mine)
            for at, (mine, theirs) in enumerate(zip(self, other, strict=True))
        )

    def __str__(self) -> str:
        of = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {of}{f' {self.name}' if self.name else ''}"


def grants(role: Tree) -> list[Grant]:
    """Every grant of a Role or ClusterRole."""
    found: list[Grant] = []
    for rule in mappings(role, "rules"):
        verbs, names = texts(rule, "verbs"), texts(rule, "resourceNames") or ("",)
        found += [Grant(*one) for one in product(texts(rule, "apiGroups"), texts(rule, "resources"), names, verbs)]
        found += [Grant("", url, "", verb) for url, verb in product(texts(rule, "nonResourceURLs"), verbs)]
    return found


def _role(pair: Pair) -> Iterator[Found]:
    had = grants(pair.before)
    more = [grant for grant in grants(pair.after) if not any(old.covers(grant) for old in had)]
    if more:
        said = sorted(map(str, more))
        yield Found(RULE_ADDED, pair, f"may now {_some(said)}", pair.names("rules"), "\n".join(said))


def _binding(pair: Pair, sides: Sides) -> Iterator[Found]:
    """A new binding of a role that is new beside it says no more than the role does."""
    role = mapping(pair.after, "roleRef")
    here, there = (
        any(found.name == text(role, "name") for found in side.of_kind(pair.unit, text(role, "kind"))) for side in sides
    )
    if pair.came and there and not here:
        return
    had = set(map(_subject, mappings(pair.before, "subjects")))
    more = sorted(set(map(_subject, mappings(pair.after, "subjects"))) - had)
    if more:
        says = f"{_some(more)} gets {text(role, 'kind')} {text(role, 'name')}"
        yield Found(SUBJECT_ADDED, pair, says, pair.names("subjects"), f"{text(role, 'name')}\n" + "\n".join(more))


def _subject(item: Tree) -> str:
    return "/".join(filter(None, (text(item, "kind"), text(item, "namespace"), text(item, "name"))))


def _some(items: Sequence[str]) -> str:
    return ", ".join(items[:4]) + (f" and {len(items) - 4} more" if len(items) > 4 else "")


def _namespace(pair: Pair) -> Iterator[Found]:
    if pair.came:
        return
    before, after = (_level(side) for side in (pair.before, pair.after))
    if after > before:
        says = f"pods may be {_LEVELS[after]}; they had to be {_LEVELS[before]}"
        yield Found(POD_SECURITY, pair, says, pair.names("metadata", "labels", _ENFORCE), _LEVELS[after])


def _level(namespace: Tree) -> int:
    said = text(mapping(mapping(namespace, "metadata"), "labels"), _ENFORCE)
    return _LEVELS.index(said) if said in _LEVELS else len(_LEVELS) - 1


def _pod(pair: Pair) -> Iterator[Found]:
    steps = TEMPLATES[pair.thing.kind]
    before, after = (_powers(descend(side, (*steps, "spec"))) for side in (pair.before, pair.after))
    more = sorted(after - before)
    if more:
        yield Found(POD, pair, f"gets {_some(more)}", pair.names(*steps, "spec"), "\n".join(more))


_HOST = ("hostNetwork", "hostPID", "hostIPC")
_TRUE = ("privileged", "allowPrivilegeEscalation")


def _powers(pod: Tree) -> set[str]:
    """What a pod's spec lets it do beyond the restricted Pod Security Standard."""
    found = {name for name in _HOST if pod.get(name) is True}
    mounted = (mapping(item, "hostPath") for item in mappings(pod, "volumes") if "hostPath" in item)
    found |= {f"hostPath {text(item, 'path')}" for item in mounted}
    shared = mapping(pod, "securityContext")
    for container in containers(pod):
        context = mapping(container, "securityContext")
        where = text(container, "name")
        found |= {f"{name} in {where}" for name in _TRUE if context.get(name) is True}
        found |= {f"capability {name} in {where}" for name in texts(mapping(context, "capabilities"), "add")}
        user = context.get("runAsUser", shared.get("runAsUser"))
        non_root = context.get("runAsNonRoot", shared.get("runAsNonRoot"))
        if user == 0 or (user is None and non_root is not True):
            found.add(f"root in {where}")
        if context.get("readOnlyRootFilesystem") is not True:
            found.add(f"a writable file system in {where}")
    return found


_PATH = re.compile(r'path\s+"([^"]+)"\s*\{(.*?)\}', re.DOTALL)
_CAPABILITIES = re.compile(r"capabilities\s*=\s*\[(.*?)\]", re.DOTALL)


def _vault(pair: Pair) -> Iterator[Found]:
    before, after = (_capabilities(side) for side in (pair.old, pair.new))
    more = [
        f"{capability} {path}"
        for path, capabilities in sorted(after.items())
        for capability in sorted(capabilities - before.get(path, set()) - {"deny"})
    ]
    if more:
        yield Found(VAULT, pair, f"may now {_some(more)}", None, "\n".join(more))


def _capabilities(policy: Any) -> Mapping[str, set[str]]:
    if not isinstance(policy, str):
        return EMPTY
    listed = {path: _CAPABILITIES.findall(body) for path, body in _PATH.findall(policy)}
    return {path: set(re.findall(r'"([a-z]+)"', " ".join(found))) for path, found in listed.items()}
