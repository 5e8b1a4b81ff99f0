"""The policies of all services together allow the connections that `needs` names, and no other."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from journey.workload.datastores import datastore_objects
from journey.workload.objects import workload_of
from journey.workload.place import Rendered
from tests.workload.platforms import Data, service, store, view_of

SERVICES = ("auth", "mail", "shop")
STORES = {"main": 5432, "cache": 6379}
NEEDS = {name: {"service": name} for name in SERVICES} | {name: {"datastore": name} for name in STORES}


class Pod:
    """A pod as policies see it: its namespace, its labels, and the policies of that namespace."""

    def __init__(self, namespace: str, labels: dict[str, str], rendered: list[Rendered]) -> None:
        self.namespace, self.labels = namespace, labels
        policies = [item.content["spec"] for item in rendered if item.kind == "NetworkPolicy"]
        self.policies = [spec for spec in policies if selects(spec["podSelector"], labels)]

    def allows(self, direction: str, peer: Pod, port: int) -> bool:
        """Whether one of its policies lets it be dialled by (`from`) or dial (`to`) a peer."""
        rules = "ingress" if direction == "from" else "egress"
        return any(
            any(item["port"] == port for item in rule.get("ports", [{"port": port}]))
            and any(self.matches(item, peer) for item in rule[direction])
            for spec in self.policies
            for rule in spec.get(rules, [])
        )

    def matches(self, item: Data, peer: Pod) -> bool:
        if "ipBlock" in item:
            return False
        namespace = item.get("namespaceSelector", {"matchLabels": {"kubernetes.io/metadata.name": self.namespace}})
        return selects(namespace, {"kubernetes.io/metadata.name": peer.namespace}) and selects(
            item.get("podSelector", {}), peer.labels
        )


def selects(selector: Data, labels: dict[str, str]) -> bool:
    return bool(selector.get("matchLabels", {}).items() <= labels.items())


def pods_of(rendered: list[Rendered]) -> list[Pod]:
    """The pods of what is rendered, those that serve first."""
    found = []
    for kind in ("Deployment", "StatefulSet", "Job"):
        for item in (item for item in rendered if item.kind == kind):
            labels = item.content["spec"]["template"]["metadata"]["labels"]
            found.append(Pod(item.content["metadata"]["namespace"], labels, rendered))
    return found


@given(st.fixed_dictionaries({name: st.frozensets(st.sampled_from(sorted(NEEDS))) for name in SERVICES}))
def test_what_both_ends_allow_is_what_is_needed(needs: dict[str, frozenset[str]]) -> None:
    services = {
        name: service(
            ports={"http": {"port": 8080 + number}},
            needs=[{**NEEDS[other], "start": "any"} for other in sorted(needs[name] - {name})],
            migrations={"command": ["migrate"]},
        )
        for number, name in enumerate(SERVICES)
    }
    datastores = {"main": store(databases=["auth"]), "cache": store(engine="valkey", version="8.1")}
    view = view_of(services, datastores=datastores)
    pods: dict[str, list[Pod]] = {
        name: pods_of(list(workload_of(view, name, "dev", "local").objects)) for name in services
    }
    pods |= {name: pods_of(datastore_objects(view, name, "dev", "local")) for name in datastores}
    ports: dict[str, int] = {name: 8080 + number for number, name in enumerate(SERVICES)} | STORES
    for caller, called in product(SERVICES, ports):
        if caller == called:
            continue
        target = pods[called][0]
        for source in pods[caller]:
            allowed = source.allows("to", target, ports[called]) and target.allows("from", source, ports[called])
            assert allowed is (called in needs[caller])
            assert not (source.allows("to", target, 9) or target.allows("from", source, 9))
