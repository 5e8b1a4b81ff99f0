"""Certificates of Argo CD's own connections, and the secrets that it is given: what needs add-ons to be there.

`bootstrap.sh` makes the authority and the first certificates, since Argo CD runs before anything that could issue them;
where the cluster has cert-manager that renews them from the same authority, so what trusts it need not restart.
"""

from __future__ import annotations

from collections.abc import Iterator

from journey import names
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd.components import (
    COMPONENTS,
    NOTIFICATIONS,
    REDIS,
    REDIS_TLS,
    REPOSITORIES,
    REPOSITORIES_TLS,
    monitor,
)
from journey.targets.argocd.configuration import notification_keys
from journey.targets.argocd.objects import ARGOCD, Object, own_metadata
from journey.workload.secrets import entry, external_secret, secret_store

AUTHORITY = "argocd-ca"
"""Secret with the authority's certificate and key, made once by `bootstrap.sh`; and the issuer that signs with it."""

NOTIFICATION_SECRET = "argocd-notifications-secret"
"""Where notifications look up their `$names` (docs/operator-manual/notifications)."""

CERTIFICATES = ((REDIS_TLS, REDIS, "redis"), (REPOSITORIES_TLS, REPOSITORIES, "repo-server"))
"""(Secret, Service, component)."""

YEARS = 5
"""Life of a certificate. It is renewed a year before its end: within a year nodes, and so pods, are replaced anyway."""


def hosts(service: str) -> tuple[str, ...]:
    """The names that a Service is called by."""
    space = names.ARGOCD_NAMESPACE
    return (service, f"{service}.{space}", f"{service}.{space}.svc", "localhost")


def objects(view: View, hub: str) -> Iterator[Object]:
    """What the cluster's add-ons can make: certificates, the Secret that notifications read, metrics."""
    features = resolve.features(view, hub)
    if "certificates" in features:
        yield from _certificates()
    if "secrets" in features:
        yield from _notification_secret(view, hub)
    if "monitoring" in features:
        yield from (monitor(component) for component in COMPONENTS if component.metrics)


def _notification_secret(view: View, hub: str) -> Iterator[Object]:
    """Tokens and the mail host, from the cluster's own path in the secret store."""
    keys = notification_keys(view)
    if not keys:
        return
    said = resolve.cluster(view, hub).secret_store
    role = names.join(ARGOCD, hub)
    yield secret_store(own_metadata(NOTIFICATIONS), said, role, NOTIFICATIONS)
    path = f"clusters/{hub}/{ARGOCD}/notifications"
    data = [entry(key, path, key) for key in keys]
    yield external_secret(own_metadata(NOTIFICATION_SECRET), said, NOTIFICATIONS, data)


def _certificates() -> Iterator[Object]:
    yield {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Issuer",
        "metadata": own_metadata(AUTHORITY),
        "spec": {"ca": {"secretName": AUTHORITY}},
    }
    for secret, service, component in CERTIFICATES:
        yield {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Certificate",
            "metadata": own_metadata(secret, component),
            "spec": {
                "secretName": secret,
                "duration": f"{YEARS * 365 * 24}h",
                "renewBefore": f"{365 * 24}h",
                "commonName": service,
                "dnsNames": list(hosts(service)),
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "usages": ["digital signature", "server auth"],
                "issuerRef": {"group": "cert-manager.io", "kind": "Issuer", "name": AUTHORITY},
            },
        }
