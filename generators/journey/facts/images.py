"""Which image a workload runs, and where a cluster pulls it from."""

from __future__ import annotations

from journey.spec import resolve
from journey.spec.view import View, query


@query
def pulled(view: View, cluster: str, upstream: str) -> str:
    """The reference from which a cluster pulls an upstream image: the longest of its `images` that fits."""
    images = resolve.cluster(view, cluster).images
    if upstream in images:
        return images[upstream]
    prefixes = sorted((key for key in images if key.endswith("/") and upstream.startswith(key)), key=len, reverse=True)
    return images[prefixes[0]] + upstream[len(prefixes[0]) :] if prefixes else upstream


def own_image(view: View, service: str, environment: str, cluster: str) -> str | None:
    """The image of a service's release as a cluster pulls it, by digest where known; None before the first build."""
    found = resolve.service(view, service, environment, cluster)
    if found is None or found.release is None:
        return None
    repository = found.image or f"{resolve.settings(view).registry}/{service}"
    suffix = f"@{found.release.digest}" if found.release.digest else ""
    return pulled(view, cluster, f"{repository}:{found.release.version}{suffix}")
