"""Small platforms as data, and what is rendered of them; every object is held against its schema on the way."""

from __future__ import annotations

from functools import cache
from typing import Any

from journey.objectschemas import Schemas
from journey.problem import Pointer
from journey.spec.documents import platform_shape, service_shape
from journey.spec.shape import Shape
from journey.spec.validate import Validator
from journey.spec.view import Engine, View
from journey.workload.datastores import datastore_objects
from journey.workload.objects import Workload, workload_of
from journey.workload.place import Rendered

Data = dict[str, Any]

RELEASE: Data = {"version": "1.4.2", "commit": "0123456789abcdef0123456789abcdef01234567"}
ADDONS = {
    "prometheus": ["monitoring"],
    "collector": ["collector"],
    "envoy": ["gateway"],
    "cnpg": ["postgresql"],
}


def service(**fields: Any) -> Data:
    """A built web service with one port, and with the fields given."""
    return {"team": "platform", "ports": {"http": {"port": 8080, "expose": 80}}, "release": RELEASE, **fields}


def addon(name: str, *provides: str) -> Data:
    """A third-party chart in a namespace of its own."""
    chart = {"repository": "https://charts.example.com", "name": name, "version": "1.0.0"}
    return {"provides": list(provides), "team": "platform", "namespace": f"{name}-system", "chart": chart}


def view_of(
    services: dict[str, Data] | None = None, cluster: Data | None = None, environment: Data | None = None, **root: Any
) -> View:
    """A view of a platform with an environment `dev` on a cluster `local`, and of these services."""
    services = services or {}
    platform = {
        "name": "acme",
        "domain": "example.com",
        "repository": {"url": "https://git.example.com/acme.git"},
        "registry": "ghcr.io/acme",
        "teams": {"platform": {"owners": ["@acme/platform"], "contact": "platform@example.com"}},
        "clusters": {"local": {"provider": "local", "kubernetes": "1.34", "pods": "10.244.0.0/16", **(cluster or {})}},
        "environments": {"dev": {"clusters": ["local"], **(environment or {})}},
        "addons": {name: addon(name, *provides) for name, provides in ADDONS.items()},
        **root,
    }
    files = {name: f"apps/{name}/service.yaml" for name in services}
    documents: Data = {"platform.yaml": _clean(platform_shape(), platform), "services": files}
    documents.update({files[name]: _clean(service_shape(), said) for name, said in services.items()})
    return View(Engine(documents))


def _clean(shape: Shape, value: Data) -> Data:
    """The document, which must be a right one."""
    validator = Validator("document")
    cleaned: Data = validator.clean(shape, value)
    assert validator.problems == []
    return cleaned


@cache
def schemas() -> Schemas:
    """Compiled once for all tests."""
    return Schemas()


def checked(rendered: tuple[Rendered, ...] | list[Rendered], kubernetes: str) -> dict[str, Data]:
    """Contents by `Kind/name`; each of its own, and such as the cluster takes."""
    found = {}
    for item in rendered:
        assert isinstance(item.origin, Pointer)
        assert schemas().errors(kubernetes, item.content) == []
        found[f"{item.kind}/{item.name}"] = item.content
    assert len(found) == len(rendered)
    return found


def workload(said: Data, others: dict[str, Data] | None = None, **platform: Any) -> Workload:
    """All that is rendered of the service `auth`."""
    return workload_of(view_of({"auth": said, **(others or {})}, **platform), "auth", "dev", "local")


def objects(said: Data, others: dict[str, Data] | None = None, **platform: Any) -> dict[str, Data]:
    """The objects of the service `auth`, by `Kind/name`."""
    kubernetes = (platform.get("cluster") or {}).get("kubernetes", "1.34")
    return checked(workload(said, others, **platform).objects, kubernetes)


def pod_of(found: Data) -> Data:
    """The pod's spec of a Deployment, StatefulSet or Job."""
    spec: Data = found["spec"]["template"]["spec"]
    return spec


def container_of(found: Data) -> Data:
    """The first container of a Deployment, StatefulSet or Job."""
    container: Data = pod_of(found)["containers"][0]
    return container


def store(**fields: Any) -> Data:
    """A datastore."""
    return {"engine": "postgresql", "version": "15", "team": "platform", "secret": "datastores/main", **fields}


def store_objects(said: Data, others: dict[str, Data] | None = None, **platform: Any) -> dict[str, Data]:
    """The objects of the datastore `main`, by `Kind/name`."""
    kubernetes = (platform.get("cluster") or {}).get("kubernetes", "1.34")
    view = view_of(others or {}, datastores={"main": said}, **platform)
    return checked(datastore_objects(view, "main", "dev", "local"), kubernetes)
