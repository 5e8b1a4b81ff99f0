"""What a service keeps of how it ran before: namespace, selector, container, ports by number, variables."""

from __future__ import annotations

from typing import Any

from journey.facts import traffic
from tests.workload.platforms import objects, pod_of, service, view_of
from tests.workload.test_objects import EXEMPTION

PORTS = {"http": {"port": 8080, "expose": 80}, "dns": {"port": 53, "protocol": "UDP"}}
PROBES = {"liveness": {"path": "/livez"}, "readiness": {"kind": "tcp"}, "startup": {"kind": "grpc"}}


def without(*conventions: str) -> dict[str, Any]:
    return {"without": dict.fromkeys(conventions, EXEMPTION)}


def test_every_object_stands_where_it_stood_and_selects_what_it_selected() -> None:
    live = {"namespace": "default", "selector": {"app": "sign-in"}, "container": "server"}
    found = objects(service(live=live))
    assert found.pop("Namespace/default")["metadata"]["name"] == "default"
    assert {item["metadata"]["namespace"] for item in found.values()} == {"default"}
    deployment = found["Deployment/auth"]["spec"]
    assert deployment["selector"] == {"matchLabels": {"app": "sign-in"}}
    assert deployment["template"]["metadata"]["labels"].items() >= {"app": "sign-in"}.items()
    assert found["Service/auth"]["spec"]["selector"] == {"app": "sign-in"}
    assert pod_of(found["Deployment/auth"])["containers"][0]["name"] == "server"


def test_variables_stand_in_the_pods_without_config_maps() -> None:
    said = service(config={"values": {"A": "b", "N": 1}})
    assert "ConfigMap/auth" in " ".join(objects(said))
    found = objects({**said, **without("configMaps", "deploymentId")})
    container = pod_of(found["Deployment/auth"])["containers"][0]
    assert not [key for key in found if key.startswith("ConfigMap/")] and "envFrom" not in container
    assert container["env"][:2] == [{"name": "A", "value": "b"}, {"name": "N", "value": "1"}]


def test_ports_go_by_number_without_port_names() -> None:
    found = objects(service(ports=PORTS, health=PROBES, **without("portNames")))
    container = pod_of(found["Deployment/auth"])["containers"][0]
    assert container["ports"] == [{"containerPort": 8080}, {"containerPort": 53, "protocol": "UDP"}]
    assert container["livenessProbe"]["httpGet"]["port"] == 8080
    assert container["readinessProbe"]["tcpSocket"] == {"port": 8080}
    assert container["startupProbe"]["grpc"] == {"port": 8080}
    assert [port["targetPort"] for port in found["Service/auth"]["spec"]["ports"]] == [8080, 53]


def test_a_service_account_is_none_or_the_one_that_was_there() -> None:
    found = objects(service(**without("serviceAccount")))
    assert "ServiceAccount/auth" not in found and "serviceAccountName" not in pod_of(found["Deployment/auth"])
    found = objects(service(live={"serviceAccount": "runner"}, **without("serviceAccount")))
    assert pod_of(found["Deployment/auth"])["serviceAccountName"] == "runner"


def test_when_images_are_pulled_is_said() -> None:
    found = objects(service(imagePullPolicy="Always"))
    assert pod_of(found["Deployment/auth"])["containers"][0]["imagePullPolicy"] == "Always"
    assert "imagePullPolicy" not in pod_of(objects(service())["Deployment/auth"])["containers"][0]


def test_who_dials_it_finds_it_there() -> None:
    said = service(live={"namespace": "old", "selector": {"app": "x"}})
    peer = traffic.peer(view_of({"auth": said}), "auth", "dev", "local")
    assert (peer.namespace, peer.selector) == ("old", {"app": "x"})
