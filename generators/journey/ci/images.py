"""Images as the spec has them: which may be built, and which of them some environment runs."""

from __future__ import annotations

from journey.ci.affected import MOST_JOBS, Service
from journey.facts import ownership
from journey.spec import resolve
from journey.spec.view import View


def buildable(view: View) -> list[Service]:
    """All services with the repository of their image, sorted by name."""
    registry = resolve.settings(view).registry
    return [
        Service(name, resolve.service_file(view, name), ownership.image(view, name) or f"{registry}/{name}")
        for name in resolve.services(view)
    ]


def released(view: View) -> list[dict[str, str]]:
    """What the jobs that scan are told: each image by digest that runs in some environment, once."""
    found: dict[str, dict[str, str]] = {}
    registry = resolve.settings(view).registry
    for env, cluster in resolve.places(view):
        for name in resolve.services_at(view, env, cluster):
            service = resolve.service(view, name, env, cluster)
            if service is not None and service.release is not None and service.release.digest:
                image = f"{service.image or f'{registry}/{name}'}@{service.release.digest}"
                found[image] = {"service": name, "image": image}
    return sorted(found.values(), key=lambda row: (row["service"], row["image"]))[:MOST_JOBS]
