"""Ways to a workload that a change opens: network policies, Services, the mesh. Routes are `routes`' matter."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from journey.changes.impact.pairs import Pair, Sides
from journey.changes.impact.verdict import Effect, Found, Rule
from journey.objects import Tree, descend, mapping, mappings, text, texts

_DOCS = "https://kubernetes.io/docs"
_ISTIO = "https://istio.io/latest/docs/reference/config/security"


def _rule(name: str, says: str, source: str) -> Rule:
    return Rule(f"exposure/{name}", Effect.EXPOSURE, says, source)


POLICY = _rule(
    "network-policy",
    "A NetworkPolicy lets in, or lets out to networks, what it did not.",
    f"{_DOCS}/concepts/services-networking/network-policies/",
)
SERVICE = _rule(
    "service",
    "A Service is reached from outside the cluster, or by more networks.",
    f"{_DOCS}/concepts/services-networking/service/#publishing-services-service-types",
)
MTLS = _rule("mesh-mtls", "Peers need no certificate of the mesh any more.", f"{_ISTIO}/peer_authentication/")
MESH = _rule("mesh-policy", "The mesh lets in what it did not.", f"{_ISTIO}/authorization-policy/")
LISTENER = _rule(
    "gateway-listener",
    "A Gateway listens where it did not, or takes routes of more namespaces.",
    "https://gateway-api.sigs.k8s.io/reference/spec/#listener",
)
RULES = (POLICY, SERVICE, MTLS, MESH, LISTENER)


def judge(pair: Pair, sides: Sides) -> Iterator[Found]:
    """What of a file's change opens a way."""
    kind = pair.thing.kind
    if kind == "NetworkPolicy":
        yield from _policy(pair, sides)
    elif kind == "Service":
        yield from _service(pair)
    elif kind == "PeerAuthentication":
        yield from _mtls(pair)
    elif kind == "AuthorizationPolicy":
        yield from _mesh(pair)
    elif kind == "Gateway" and not pair.gone:
        yield from _listeners(pair)


class Way(NamedTuple):
    """One peer on one port that a policy lets through; an empty peer or port stands for all of them."""

    direction: str
    peer: str
    port: str

    def covers(self, other: Way) -> bool:
        """Whether this lets through all that the other does."""
        if self.direction != other.direction or (self.port and self.port != other.port):
            return False
        return not self.peer or self.peer == other.peer or _within(other.peer, self.peer)

    def __str__(self) -> str:
        who = _peer(self.peer)
        return f"{'from' if self.direction == 'Ingress' else 'to'} {who} on {self.port or 'every port'}"


def _within(inner: str, outer: str) -> bool:
    """Whether a network stands in another one, of which nothing is left out."""
    blocks = [json.loads(text_).get("ipBlock") for text_ in (inner, outer) if text_]
    if len(blocks) < 2 or not all(blocks) or blocks[1].get("except"):
        return False
    try:
        one, other = (ipaddress.ip_network(block["cidr"]) for block in blocks)
    except (KeyError, ValueError):
        return False
    return one.version == other.version and one.subnet_of(other)  # type: ignore[arg-type]


def _peer(peer: str) -> str:
    if not peer:
        return "anywhere"
    found = json.loads(peer)
    if "ipBlock" in found:
        return str(found["ipBlock"].get("cidr"))
    words = []
    for key, what in (("podSelector", "pods"), ("namespaceSelector", "namespaces")):
        labels = (found.get(key) or {}).get("matchLabels") or {}
        if labels:
            words.append(f"{what} {', '.join(map(str, labels.values()))}")
        elif key in found:
            words.append(f"all {what}")
    return " of ".join(words)


def ways(policy: Tree) -> list[Way]:
    """All that a NetworkPolicy lets through. What it does not judge at all is let through whole."""
    spec = mapping(policy, "spec")
    types = texts(spec, "policyTypes") or ["Ingress"]
    found = [Way(direction, "", "") for direction in ("Ingress", "Egress") if policy and direction not in types]
    for direction, field, ends in (("Ingress", "ingress", "from"), ("Egress", "egress", "to")):
        if direction not in types:
            continue
        for rule in mappings(spec, field):
            peers = [json.dumps(item, sort_keys=True) for item in mappings(rule, ends)] or [""]
            ports = [_port(item) for item in mappings(rule, "ports")] or [""]
            found += [Way(direction, peer, port) for peer in peers for port in ports]
    return found


def _port(item: Tree) -> str:
    end = item.get("endPort")
    return f"{item.get('port', '*')}{f'-{end}' if end else ''}/{item.get('protocol', 'TCP')}"


def _policy(pair: Pair, sides: Sides) -> Iterator[Found]:
    if pair.gone:
        if not pair.renamed and _namespace_stays(pair, sides):
            yield Found(
                POLICY, pair, "what it kept out is let in, where no other policy selects the pods", None, "gone"
            )
        return
    if pair.came and not _namespace_was(pair, sides):
        return
    same = mapping(pair.before, "spec").get("podSelector") == mapping(pair.after, "spec").get("podSelector")
    had = ways(pair.before) if same and not pair.came else []
    more = [way for way in ways(pair.after) if _opens(way) and not any(old.covers(way) for old in had)]
    if more:
        said = sorted(map(str, more))
        says = f"lets traffic {said[0]}" + (f" and {len(said) - 1} more ways" if len(said) > 1 else "")
        yield Found(POLICY, pair, says, pair.names("spec"), "\n".join(said))


def _opens(way: Way) -> bool:
    """Out to pods opens nothing: those who are dialled have a policy of their own, which must let it in."""
    return way.direction == "Ingress" or not way.peer or "ipBlock" in way.peer


def _namespace_was(pair: Pair, sides: Sides) -> bool:
    return any(found.name == pair.thing.namespace for found in sides.before.of_kind(pair.unit, "Namespace"))


def _namespace_stays(pair: Pair, sides: Sides) -> bool:
    return any(found.name == pair.thing.namespace for found in sides.after.of_kind(pair.unit, "Namespace"))


_OUTER = {"ClusterIP": 0, "ExternalName": 0, "NodePort": 1, "LoadBalancer": 2}


def _service(pair: Pair) -> Iterator[Found]:
    if pair.gone:
        return
    before, after = mapping(pair.before, "spec"), mapping(pair.after, "spec")
    was, now = (text(side, "type") or "ClusterIP" for side in (before, after))
    if _OUTER.get(now, 0) > _OUTER.get(was, 0):
        yield Found(SERVICE, pair, f"is a {now}; it was {'not there' if pair.came else was}", None, now)
    more = sorted(set(texts(after, "externalIPs")) - set(texts(before, "externalIPs")))
    if more:
        yield Found(
            SERVICE, pair, f"is reached at {', '.join(more)}", pair.names("spec", "externalIPs"), ",".join(more)
        )
    ranges = [texts(side, "loadBalancerSourceRanges") for side in (before, after)]
    wider = sorted(set(ranges[1]) - set(ranges[0])) if ranges[1] else ["0.0.0.0/0"]
    if now == was == "LoadBalancer" and ranges[0] and wider:
        names = pair.names("spec", "loadBalancerSourceRanges")
        yield Found(SERVICE, pair, f"takes connections from {', '.join(wider)}", names, ",".join(wider))


_MODES = {"STRICT": 0, "PERMISSIVE": 1, "DISABLE": 2}


def _mtls(pair: Pair) -> Iterator[Found]:
    if pair.came:
        return
    was, now = (text(descend(side, ("spec", "mtls")), "mode") or "PERMISSIVE" for side in (pair.before, pair.after))
    if _MODES.get(now, 1) > _MODES.get(was, 1):
        yield Found(MTLS, pair, f"mTLS is {now}; it was {was}", pair.names("spec"), now)


def _mesh(pair: Pair) -> Iterator[Found]:
    """An added rule of ALLOW, a lost one of DENY; what else changes in one counts as both."""
    action = text(mapping(pair.after or pair.before, "spec"), "action") or "ALLOW"
    rules = [
        {json.dumps(rule, sort_keys=True) for rule in mappings(mapping(side, "spec"), "rules")}
        for side in (pair.before, pair.after)
    ]
    if action == "ALLOW" and pair.gone:
        yield Found(MESH, pair, "no policy names who may call any more", None, "gone")
    elif action == "ALLOW" and not pair.came and rules[1] - rules[0]:
        yield from _more(pair, "lets in", sorted(rules[1] - rules[0]))
    elif action == "DENY" and not pair.came and rules[0] - rules[1]:
        yield from _more(pair, "no longer refuses", sorted(rules[0] - rules[1]))


def _more(pair: Pair, verb: str, rules: list[str]) -> Iterator[Found]:
    says = f"{verb} what {len(rules)} rule{'' if len(rules) == 1 else 's'} says"
    yield Found(MESH, pair, says, pair.names("spec"), "\n".join(rules))


def _listeners(pair: Pair) -> Iterator[Found]:
    if pair.came:
        return
    had = set(map(_listener, mappings(mapping(pair.before, "spec"), "listeners")))
    more = sorted(set(map(_listener, mappings(mapping(pair.after, "spec"), "listeners"))) - had)
    if more:
        yield Found(LISTENER, pair, f"listens for {', '.join(more)}", pair.names("spec", "listeners"), "\n".join(more))


def _listener(item: Tree) -> str:
    routes: Any = descend(item, ("allowedRoutes", "namespaces")).get("from", "Same")
    return f"{text(item, 'hostname') or 'any host'}:{item.get('port')} {text(item, 'protocol')} (routes: {routes})"
