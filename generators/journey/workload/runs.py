"""What runs a service's pods: Deployment, StatefulSet, CronJob, Job; and the Job of its migrations."""

from __future__ import annotations

from journey import names
from journey.facts.scaling import SURGE, Scale
from journey.facts.units import whole_seconds
from journey.spec.service import Migrations, Run
from journey.workload.config import content_hash
from journey.workload.expose import governing_name
from journey.workload.place import LAST, Object, Place
from journey.workload.pod import Pods, once
from journey.workload.scale import workload_name
from journey.workload.volumes import claim_templates

HISTORY = 5
"""Revisions kept for `kubectl rollout undo`."""

MIGRATIONS = "migrations"
HOOK = {
    "argocd.argoproj.io/hook": "Sync",
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    "argocd.argoproj.io/sync-wave": "0",
}
"""Run in each sync, after what it stands on and before the workload; the last run stays (argo-cd docs, "Hooks")."""

_SINGLE_NODE = ("ReadWriteOnce", "ReadWriteOncePod")


def workload(place: Place, pods: Pods, scale: Scale) -> Object | None:
    """The workload by the service's kind; None for a cron service without a schedule."""
    kind = place.spec.kind
    if kind == "cron":
        return _cron_job(place, pods)
    if kind == "job":
        return _job(place, pods)
    return _stateful_set(place, pods, scale) if kind == "stateful" else _deployment(place, pods, scale)


def _deployment(place: Place, pods: Pods, scale: Scale) -> Object:
    spec: Object = {}
    if not scale.autoscaled:
        spec["replicas"] = scale.least
    graceful = "gracefulTermination" not in place.spec.without
    if graceful:
        spec["revisionHistoryLimit"] = HISTORY
    spec["selector"] = {"matchLabels": place.selector}
    if _holds_a_claim(place):
        spec["strategy"] = {"type": "Recreate"}
    elif graceful:
        rolling = {"maxSurge": f"{SURGE}%", "maxUnavailable": 0}
        spec["strategy"] = {"type": "RollingUpdate", "rollingUpdate": rolling}
    spec["template"] = pods.template
    return _object("apps/v1", "Deployment", place.meta(workload_name(place), LAST), spec)


def _holds_a_claim(place: Place) -> bool:
    """Whether a pod holds a volume that a second pod may not mount: a rolling update would wait for ever."""
    return any(v.kind == "persistent" and v.access_mode in _SINGLE_NODE for v in place.spec.volumes.values())


def _stateful_set(place: Place, pods: Pods, scale: Scale) -> Object:
    """Its claims outlive it by Kubernetes' own default (`persistentVolumeClaimRetentionPolicy`), so it may be deleted.

    Kept, its pods would run on without their service account and network policies.
    """
    spec: Object = {"serviceName": governing_name(place)}
    if not scale.autoscaled:
        spec["replicas"] = scale.least
    if "gracefulTermination" not in place.spec.without:
        spec["revisionHistoryLimit"] = HISTORY
    spec["selector"] = {"matchLabels": place.selector}
    spec["template"] = pods.template
    if claims := claim_templates(place):
        spec["volumeClaimTemplates"] = claims
    return _object("apps/v1", "StatefulSet", place.meta(workload_name(place), LAST), spec)


def _cron_job(place: Place, pods: Pods) -> Object | None:
    schedule = place.spec.schedule
    if schedule is None:
        return None
    spec: Object = {
        "schedule": schedule.cron,
        "timeZone": schedule.time_zone,
        "concurrencyPolicy": schedule.concurrency,
        "startingDeadlineSeconds": whole_seconds(schedule.deadline),
        "successfulJobsHistoryLimit": schedule.keep,
        "failedJobsHistoryLimit": schedule.keep,
        "jobTemplate": {"spec": _job_spec(place.spec.run, pods.template)},
    }
    if schedule.suspend:
        spec["suspend"] = True
    return _object("batch/v1", "CronJob", place.meta(workload_name(place), LAST), spec)


def _job(place: Place, pods: Pods) -> Object:
    """A job runs once a release: what it runs can never change, so another release is another job.

    Without content in its name, Argo CD replaces it.
    """
    annotations = None
    name = place.service
    if "hashedNames" in place.spec.without:
        annotations = {"argocd.argoproj.io/sync-options": "Force=true,Replace=true"}
    else:
        name = names.join(name, content_hash([pods.template, pods.config.values]))
    return _object("batch/v1", "Job", place.meta(name, LAST, annotations), _job_spec(place.spec.run, pods.template))


def _job_spec(run: Run, template: Object) -> Object:
    found: Object = {"activeDeadlineSeconds": whole_seconds(run.timeout), "backoffLimit": run.backoff_limit}
    if run.completions != 1:
        found["completions"] = run.completions
    if run.parallelism != 1:
        found["parallelism"] = run.parallelism
    found["template"] = {**template, "spec": {"restartPolicy": "Never", **template["spec"]}}
    return found


def migrations(place: Place, pods: Pods) -> Object | None:
    """The Job that changes the schema of the data before the workload; without TTL, so that it is seen as done.

    Argo CD runs it as a hook of each sync. Flux applies it once for each content, so that stands in its name.
    """
    said = place.spec.migrations
    if said is None:
        return None
    template = once(place, pods, said.command, MIGRATIONS)
    name = names.join(place.service, MIGRATIONS)
    if place.here.gitops == "argocd":
        metadata = place.meta(name, annotations=HOOK)
    else:
        metadata = place.meta(names.join(name, content_hash([template, pods.config.values])))
    return _object("batch/v1", "Job", metadata, _migrations_spec(said, template))


def _migrations_spec(said: Migrations, template: Object) -> Object:
    return {
        "activeDeadlineSeconds": whole_seconds(said.timeout),
        "backoffLimit": said.backoff_limit,
        "template": template,
    }


def _object(api_version: str, kind: str, metadata: Object, spec: Object) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}
