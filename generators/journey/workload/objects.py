"""A service's Kubernetes objects, whole: in order, with its patches applied and the deployment id in its pods."""

from __future__ import annotations

from typing import NamedTuple

from journey import names
from journey.facts.scaling import Scale
from journey.spec.view import View, query
from journey.workload import (
    config,
    deployment_id,
    expose,
    identity,
    monitor,
    namespace,
    network,
    rules,
    scale,
    secrets,
    volumes,
)
from journey.workload.extra import extra
from journey.workload.patches import Refused, apply
from journey.workload.place import Object, Place, Rendered, place
from journey.workload.pod import Pods, pods
from journey.workload.runs import MIGRATIONS, migrations, workload


class Workload(NamedTuple):
    """The objects; the id of the pods (empty where nothing runs or the convention is off); patches that did not fit."""

    objects: tuple[Rendered, ...]
    deployment_id: str
    refused: tuple[Refused, ...]


NOTHING = Workload((), "", ())


def workload_of(view: View, service: str, environment: str, cluster: str) -> Workload:
    """The objects of a service in an environment on a cluster; nothing where it does not run.

    Before the first build there is no image, and so none of what has pods or counts them.
    """
    here = place(view, service, environment, cluster)
    if here is None:
        return NOTHING
    wanted = scale.scale(here)
    found = pods(here)
    before = _standing(here, wanted, found)
    running = _running(here, wanted, found) if found is not None else []
    rendered = [*before, *running, *extra(here)]
    refused: tuple[Refused, ...] = ()
    if here.spec.patches:
        rendered, refused = apply(here, rendered)
    if found is None or "deploymentId" in here.spec.without:
        return Workload(tuple(rendered), "", refused)
    return _identified(here, rendered, found, refused)


def _standing(here: Place, wanted: Scale, found: Pods | None) -> list[Rendered]:
    """What pods stand on: it needs no image."""
    rendered = [here.rendered(item) for item in namespace.namespace_objects(here, wanted)]
    if "serviceAccount" not in here.spec.without:
        rendered.append(here.rendered(identity.service_account(here)))
    rendered.extend(here.rendered(item, "identity", "kubernetes") for item in identity.role(here))
    configured = found.config if found is not None else config.configuration(here)
    rendered.extend(here.rendered(item, "config", name=name) for name, item in config.config_maps(here, configured))
    rendered.extend(here.rendered(item, "secrets") for item in secrets.secret_objects(here))
    rendered.extend(here.rendered(item, "needs") for item in network.policies(here))
    rendered.extend(here.rendered(item, "ports") for item in expose.services(here))
    return rendered


def _running(here: Place, wanted: Scale, found: Pods) -> list[Rendered]:
    """What runs pods, counts them, leads requests to them, or waits for the first of them."""
    rendered: list[Rendered] = []
    if here.spec.kind != "stateful":
        rendered.extend(here.rendered(item, "volumes") for item in volumes.claims(here))
    before = migrations(here, found)
    if before is not None:
        rendered.append(here.rendered(before, "migrations", name=names.join(here.service, MIGRATIONS)))
    runs = workload(here, found, wanted)
    if runs is not None:
        rendered.append(here.rendered(runs, name=scale.workload_name(here)))
    scaler = scale.autoscaler(here, wanted)
    if scaler is not None:
        rendered.append(here.rendered(scaler, "scaling"))
    budget = scale.disruption_budget(here, wanted)
    if budget is not None:
        rendered.append(here.rendered(budget, "scaling"))
    for item, name in expose.routes(here):
        rendered.append(here.rendered(item, "routes", name) if name else here.rendered(item, "routes"))
    watcher = monitor.monitor(here)
    if watcher is not None:
        rendered.append(here.rendered(watcher, "metrics"))
    alerts = rules.rules(here)
    if alerts is not None:
        rendered.append(here.rendered(alerts, "slos"))
    return rendered


_HAS_PODS = frozenset(("Deployment", "StatefulSet", "CronJob", "Job"))


def _identified(here: Place, rendered: list[Rendered], found: Pods, refused: tuple[Refused, ...]) -> Workload:
    """The id, made from what the patches left, in the pods of the service and of its migrations."""
    name = scale.workload_name(here)
    maps: list[Object] = []
    runs: Object | None = None
    for item in rendered:
        if item.kind == "ConfigMap":
            maps.append(item.content)
        elif item.kind in _HAS_PODS and item.name == name:
            runs = item.content
    if runs is None:
        return Workload(tuple(rendered), "", refused)
    found_id = deployment_id.hash_of(runs, maps)
    own = (name, names.join(here.service, MIGRATIONS))
    values = found.config.values
    stamped = [
        item._replace(content=deployment_id.stamped(item.content, here, values, found_id))
        if item.kind in _HAS_PODS and item.name in own
        else item
        for item in rendered
    ]
    return Workload(tuple(stamped), found_id, refused)


@query
def id_of(view: View, service: str, environment: str, cluster: str) -> str:
    """The deployment id of a service, for targets that need no more; empty where nothing runs."""
    return workload_of(view, service, environment, cluster).deployment_id
