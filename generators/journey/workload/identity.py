"""As whom a service's pods act, and what they may do on the API server.

A cloud role is bound to the service account on the cloud's side (EKS Pod Identity, GKE's federated principals, Azure's
federated credentials), so no role's address stands here.
"""

from __future__ import annotations

from journey.spec.service import Permission
from journey.workload.place import FIRST, Object, Place
from journey.workload.pod import wants_token

_RBAC = "rbac.authorization.k8s.io"


def service_account(place: Place) -> Object:
    """The ServiceAccount; its token is mounted only where it is used."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": place.meta(place.service, FIRST),
        "automountServiceAccountToken": wants_token(place),
    }


def role(place: Place) -> list[Object]:
    """The Role with the service's permissions in its own namespace, and what binds it; none without permissions."""
    if not place.spec.identity.kubernetes:
        return []
    metadata = place.meta(place.service, FIRST)
    subject = {"kind": "ServiceAccount", "name": place.service, "namespace": place.namespace}
    return [
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "Role",
            "metadata": metadata,
            "rules": [_rule(item) for item in place.spec.identity.kubernetes],
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": place.service},
            "subjects": [subject],
        },
    ]


def _rule(item: Permission) -> Object:
    found: Object = {"apiGroups": list(item.api_groups), "resources": list(item.resources)}
    if item.resource_names:
        found["resourceNames"] = list(item.resource_names)
    found["verbs"] = list(item.verbs)
    return found
