"""What Argo CD is told: its ConfigMaps. Names and keys: argo-cd docs/operator-manual, "Declarative setup" and
"Notifications". No secret stands in them: `$name` is read from a Secret by Argo CD itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from journey import names
from journey.facts import delivery
from journey.formats import yaml
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd import projects
from journey.targets.argocd.distribution import release
from journey.targets.argocd.objects import TRIGGERS, Object, own_metadata
from journey.targets.argocd.projects import teams

HEALTH_OF_APPLICATIONS = """\
hs = {status = "Progressing", message = "Waiting for the first successful sync"}
if obj.status ~= nil and obj.status.history ~= nil and #obj.status.history > 0 then
  hs.message = ""
  if obj.status.health ~= nil and obj.status.health.status ~= nil then
    hs.status = obj.status.health.status
    if obj.status.health.message ~= nil then
      hs.message = obj.status.health.message
    end
  end
end
return hs
"""
"""An Application is Progressing until the first successful sync, then as healthy as its objects.

Argo CD itself has no such check any more, and without one waves do not wait (docs/operator-manual/health.md). Only a
whole sync that succeeded is kept in `history` (controller/sync.go), so an empty new Application is not taken for
healthy.
"""

EXCLUSIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("", "discovery.k8s.io"), ("Endpoints", "EndpointSlice")),
    (("coordination.k8s.io",), ("Lease",)),
    (
        ("authentication.k8s.io", "authorization.k8s.io"),
        (
            "SelfSubjectReview",
            "TokenReview",
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ),
    ),
    (("certificates.k8s.io",), ("CertificateSigningRequest",)),
    (("cert-manager.io",), ("CertificateRequest",)),
    (("cilium.io",), ("CiliumIdentity", "CiliumEndpoint", "CiliumEndpointSlice")),
    (
        ("kyverno.io", "reports.kyverno.io", "wgpolicyk8s.io"),
        (
            "PolicyReport",
            "ClusterPolicyReport",
            "EphemeralReport",
            "ClusterEphemeralReport",
            "AdmissionReport",
            "ClusterAdmissionReport",
            "BackgroundScanReport",
            "ClusterBackgroundScanReport",
            "UpdateRequest",
        ),
    ),
)
"""(API groups, kinds) that are never in git and change all the time: Argo CD's own list (manifests/base/config)."""

_IGNORED_UPDATES: dict[str, Object] = {
    "all": {"jsonPointers": ["/status"]},
    "argoproj.io_Application": {
        "jqPathExpressions": [
            '.metadata.annotations."notified.notifications.argoproj.io"',
            '.metadata.annotations."argocd.argoproj.io/refresh"',
            '.metadata.annotations."argocd.argoproj.io/hydrate"',
            ".operation",
        ]
    },
}
"""Changes of live objects that are no reason to look again, as Argo CD's own manifests have them."""

_WHEN = {
    "on-deployed": "app.status.operationState != nil and app.status.operationState.phase in ['Succeeded']"
    " and app.status.health.status == 'Healthy'",
    "on-health-degraded": "app.status.health.status == 'Degraded'",
    "on-sync-failed": "app.status.operationState != nil and app.status.operationState.phase in ['Error', 'Failed']",
}
"""Conditions of the triggers, as in Argo CD's catalogue (notifications_catalog/triggers), each once per commit."""

_SERVICES = {"slack": ("token",), "email": ("host", "username", "password", "from")}
"""Settings of the services that tell people, all from a Secret (docs/operator-manual/notifications/services)."""

MAIL_PORT = 587
"""Port on which mail is submitted (RFC 6409). Written out: a number that is missing stops every service.
"""

_NEWS = {
    "on-deployed": "is synced and healthy at {{.app.status.sync.revision}}.",
    "on-health-degraded": "is degraded.",
    "on-sync-failed": "could not be synced: {{.app.status.operationState.message}}",
}


def config_maps(view: View, hub: str) -> Iterator[Object]:
    """All ConfigMaps. Argo CD reads those that its label marks, and wants each to be there even when empty."""
    shared = projects.global_projects(view, hub)
    yield _config_map("argocd-cm", {**settings(), **({"globalProjects": yaml.emit(shared)} if shared else {})})
    yield _config_map("argocd-cmd-params-cm", parameters())
    yield _config_map("argocd-gpg-keys-cm", {})
    yield _config_map("argocd-notifications-cm", notifications(view))
    yield _config_map("argocd-rbac-cm", permissions(view, hub))
    yield _config_map(
        "argocd-ssh-known-hosts-cm", {"ssh_known_hosts": known_hosts(resolve.settings(view).repository.url)}
    )
    yield _config_map("argocd-tls-certs-cm", {})


def _config_map(name: str, data: Object) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": own_metadata(name), "data": data}


def settings() -> Object:
    """`argocd-cm`, but for what follows from the spec: how objects are tracked, compared and judged."""
    return {
        "application.resourceTrackingMethod": "annotation",
        "resource.respectRBAC": "normal",
        "timeout.reconciliation": "120s",
        "timeout.reconciliation.jitter": "60s",
        "resource.customizations.health.argoproj.io_Application": HEALTH_OF_APPLICATIONS,
        **{
            f"resource.customizations.ignoreResourceUpdates.{kind}": yaml.emit(ignored)
            for kind, ignored in _IGNORED_UPDATES.items()
        },
        "resource.exclusions": yaml.emit(
            [{"apiGroups": list(groups), "kinds": list(kinds)} for groups, kinds in EXCLUSIONS]
        ),
    }


PARAMETERS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "argocd-application-controller": (
        ("ARGOCD_APPLICATION_CONTROLLER_LOGFORMAT", "controller.log.format", "json"),
        ("ARGOCD_APPLICATION_CONTROLLER_REPO_SERVER", "repo.server", "argocd-repo-server:8081"),
        (
            "ARGOCD_APPLICATION_CONTROLLER_REPO_SERVER_CA_CERT_PATH",
            "controller.repo.server.ca.cert.path",
            "/app/config/controller/tls/ca.crt",
        ),
        # what the API server would make of an object decides, so its defaults are no difference
        ("ARGOCD_APPLICATION_CONTROLLER_SERVER_SIDE_DIFF", "controller.diff.server.side", "true"),
        # the root waits for Applications that wait for approval; it ends, and takes up newer commits, all the same
        ("ARGOCD_APPLICATION_CONTROLLER_SYNC_TIMEOUT", "controller.sync.timeout.seconds", "3600"),
        ("REDIS_SERVER", "redis.server", "argocd-redis:6379"),
    ),
    "argocd-repo-server": (
        ("ARGOCD_REPO_SERVER_LOGFORMAT", "reposerver.log.format", "json"),
        ("ARGOCD_TLS_MIN_VERSION", "reposerver.tls.minversion", "1.3"),
        ("REDIS_SERVER", "redis.server", "argocd-redis:6379"),
    ),
    "argocd-server": (
        ("ARGOCD_SERVER_LOGFORMAT", "server.log.format", "json"),
        ("ARGOCD_SERVER_REPO_SERVER", "repo.server", "argocd-repo-server:8081"),
        (
            "ARGOCD_SERVER_REPO_SERVER_CA_CERT_PATH",
            "server.repo.server.ca.cert.path",
            "/app/config/server/tls/ca.crt",
        ),
        ("REDIS_SERVER", "redis.server", "argocd-redis:6379"),
    ),
    "argocd-notifications-controller": (
        ("ARGOCD_NOTIFICATIONS_CONTROLLER_LOGFORMAT", "notificationscontroller.log.format", "json"),
        (
            "ARGOCD_NOTIFICATION_CONTROLLER_REPO_SERVER_CA_CERT_PATH",
            "notificationscontroller.repo.server.ca.cert.path",
            "/app/config/reposerver/tls/ca.crt",
        ),
    ),
}
"""Per component (variable of its process, key of `argocd-cmd-params-cm`, value), as its own manifests pair them."""


def parameters() -> Object:
    """`argocd-cmd-params-cm`: flags of the processes."""
    return dict(sorted((key, value) for listed in PARAMETERS.values() for _, key, value in listed))


def restart_reason() -> str:
    """A hash of what the processes read only when they start."""
    timing = {key: value for key, value in settings().items() if key.startswith("timeout.")}
    return names.short_hash(yaml.emit({**parameters(), **timing}))


def known_hosts(repository: str) -> str:
    """The keys of the host that the repository is pulled from over SSH; empty for other protocols."""
    match = re.match(r"ssh://(?:[^@/]+@)?([^:/]+)", repository)
    host = match.group(1) if match else ""
    lines = [line for line in release().known_hosts if host and line.split()[0] in (host, f"[{host}]:443")]
    return "".join(f"{line}\n" for line in lines)


def permissions(view: View, hub: str) -> Object:
    """`argocd-rbac-cm`: everybody who is signed in sees what runs; a team's owners sync what is theirs.

    Nobody creates, edits or deletes Applications here: git does. Groups are those that Dex makes of a Git host's teams
    (`organisation:team`, dexidp.io/docs/connectors/github).
    """
    lines = [f"p, role:viewer, {resource}, get, *, allow" for resource in ("clusters", "projects", "repositories")]
    lines.append("p, role:viewer, applications, get, */*, allow")
    for env in resolve.environments(view):
        for team in teams(view, hub, env):
            lines += _team_lines(view, team, names.project(team, env))
    return {"policy.default": "role:viewer", "policy.csv": "".join(f"{line}\n" for line in lines), "scopes": "[groups]"}


def _team_lines(view: View, team: str, project: str) -> list[str]:
    found = resolve.team(view, team)
    groups = [owner.removeprefix("@").replace("/", ":") for owner in found.owners] if found else []
    return [
        f"p, role:{project}, applications, sync, {project}/*, allow",
        f"p, role:{project}, applications, action/*, {project}/*, allow",
        f"p, role:{project}, logs, get, {project}/*, allow",
        *(f"g, {group}, role:{project}" for group in groups),
    ]


def notifications(view: View) -> Object:
    """`argocd-notifications-cm`: what is told when, and over what; tokens and hosts stand in a Secret."""
    services = {service for team in resolve.teams(view) for service, _ in delivery.alerts(view, team)}
    found: Object = {
        f"service.{service}": "".join(f"{key}: ${service}-{key}\n" for key in keys)
        for service, keys in _SERVICES.items()
        if service in services
    }
    if "email" in services:
        found["service.email"] += f"port: {MAIL_PORT}\n"
    for trigger in TRIGGERS:
        template = f"app-{trigger.removeprefix('on-')}"
        found[f"template.{template}"] = yaml.emit(_template(trigger))
        once = "app.status.operationState?.syncResult?.revision"
        found[f"trigger.{trigger}"] = yaml.emit([{"when": _WHEN[trigger], "send": [template], "oncePer": once}])
    return found


def notification_keys(view: View) -> tuple[str, ...]:
    """The keys that the services above read from their Secret, in order."""
    services = {service for team in resolve.teams(view) for service, _ in delivery.alerts(view, team)}
    return tuple(f"{service}-{key}" for service, keys in _SERVICES.items() if service in services for key in keys)


def _template(trigger: str) -> Object:
    return {
        "message": f"{{{{.app.metadata.name}}}} {_NEWS[trigger]}\n",
        "email": {"subject": f"{{{{.app.metadata.name}}}}: {trigger.removeprefix('on-')}"},
    }
