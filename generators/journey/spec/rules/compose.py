"""The platform on one machine: a place that there is, and a pool with room for all its networks."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from journey.problem import Pointer, Problem
from journey.spec import networks, resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.validate import did_you_mean
from journey.spec.view import View

COMPOSE = "spec/compose"

RULES = {COMPOSE: "`compose` names a place of the platform, and a pool that holds its networks and is nobody else's."}

NARROWEST = 24
"""A pool of 32 networks: as many as Docker has without one, and a platform of a few services needs more."""

TAKEN = ("prometheus", "jaeger")
"""Names of containers that are not services."""


def judge(view: View) -> Iterator[Problem]:
    """Problems of the block; nothing more is read where there is none."""
    said = view.input(ROOT_FILE, "compose")
    if said is None:
        return
    where = Pointer(ROOT_FILE, ("compose",))
    yield from _place(view, said, where)
    yield from _pool(view, str(said.get("pool", "")), where.child("pool"))
    for name in resolve.services(view):
        if name in TAKEN:
            message = f"the service `{name}` would be the container `{name}` of what watches services"
            yield Problem(where, COMPOSE, message, "give the service another name, or remove `compose`")


def _place(view: View, said: dict[str, str], where: Pointer) -> Iterator[Problem]:
    known = resolve.environments(view)
    env = said.get("environment", "")
    if env not in known:
        message = f"there is no environment `{env}`"
        yield Problem(where.child("environment"), COMPOSE, message, did_you_mean(env, known))
        return
    cluster = said.get("cluster")
    carriers = resolve.environment(view, env).clusters
    if cluster is not None and cluster not in carriers:
        message = f"`{env}` does not run on a cluster `{cluster}`"
        yield Problem(where.child("cluster"), COMPOSE, message, did_you_mean(cluster, carriers))


def _pool(view: View, text: str, where: Pointer) -> Iterator[Problem]:
    pool = networks.parsed(text)
    if pool is None:
        return  # told where all networks are judged
    if not isinstance(pool, IPv4Network) or pool.prefixlen > NARROWEST or not pool.is_private:
        message = f"`{text}` is no private IPv4 network of /{NARROWEST} or wider"
        yield Problem(where, COMPOSE, message, "pool: 10.213.0.0/16")
        return
    for name, value in (view.input(ROOT_FILE, "clusters") or {}).items():
        for field in ("pods", "network"):
            other = networks.parsed(value.get(field))
            if isinstance(other, IPv4Network) and other.overlaps(pool):
                message = f"`{text}` overlaps `{field}: {value[field]}` of cluster `{name}`"
                yield Problem(where, COMPOSE, message, "pool: 10.213.0.0/16, or another that is nobody's")
