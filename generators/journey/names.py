"""Names, labels and selectors: each derived here, once, for every target.

Limits: DNS-1123 labels have at most 63 characters, subdomains 253 (RFC 1123; Kubernetes "Object Names and IDs").
A name that would be longer is cut and closed by a hash of the whole, never silently truncated.
"""

from __future__ import annotations

import hashlib
import re

DNS_LABEL = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
DNS_SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
LABEL_LIMIT = 63
_NOT_IN_LABELS = re.compile(r"[^A-Za-z0-9_.-]")

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
VERSION = "app.kubernetes.io/version"
COMPONENT = "app.kubernetes.io/component"
PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"
TEAM = "request-journey.dev/team"
ENVIRONMENT = "request-journey.dev/environment"
DEPLOYMENT_ID = "request-journey.dev/deployment-id"
COMMIT = "request-journey.dev/commit"
BY_HAND = "request-journey.dev/made-by-hand"
"""Annotation of a Namespace: Secrets in it that nothing rendered makes, separated by spaces."""
MANAGER = "journey"

ARGOCD_NAMESPACE = "argocd"
FLUX_NAMESPACE = "flux-system"


def short_hash(*parts: str, length: int = 8) -> str:
    """A stable hash of the parts in lower-case hexadecimal."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()[:length]


def join(*parts: str, limit: int = LABEL_LIMIT) -> str:
    """The parts joined by `-`; over `limit` characters, cut and closed by a hash of the whole."""
    name = "-".join(part for part in parts if part)
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9].rstrip('-.')}-{short_hash(name)}"


def namespace(service: str, environment: str, shared_cluster: bool) -> str:
    """A service's namespace; it carries the environment's name where a cluster carries several environments."""
    return join(service, environment) if shared_cluster else join(service)


def application(service: str, environment: str, cluster: str) -> str:
    """An Argo CD Application (or Flux Kustomization) for a service in an environment on a cluster."""
    return join(service, environment, cluster)


def project(team: str, environment: str) -> str:
    """An Argo CD AppProject."""
    return join(team, environment)


def leaving_project(team: str, environment: str) -> str:
    """The AppProject whose rights that of a team has too, until what left git is gone."""
    return join(team, environment, "leaving")


def selector(service: str, environment: str) -> dict[str, str]:
    """The labels that never change in the life of a workload, and so may stand in selectors."""
    return {NAME: service, INSTANCE: join(service, environment)}


def labels(service: str, environment: str, team: str, platform: str, component: str = "") -> dict[str, str]:
    """The labels that every object of a service carries (Kubernetes "Recommended Labels")."""
    found = {
        NAME: service,
        INSTANCE: join(service, environment),
        PART_OF: platform,
        MANAGED_BY: MANAGER,
        TEAM: team,
        ENVIRONMENT: environment,
    }
    if component:
        found[COMPONENT] = component
    return found


def label_value(text: str) -> str:
    """Any text as a label's value: what a value may not hold becomes `_`, its ends are letters or digits.

    A `+` of a version becomes `_`, as Helm has it (helm.sh/docs/chart_best_practices/labels).
    """
    clean = _NOT_IN_LABELS.sub("_", text).strip("-_.")
    return clean if len(clean) <= LABEL_LIMIT else f"{clean[: LABEL_LIMIT - 9].rstrip('-_.')}-{short_hash(text)}"
