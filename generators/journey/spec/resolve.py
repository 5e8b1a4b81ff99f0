"""What holds for a service in an environment on a cluster: layers of the spec, merged in the one order of precedence.

Schema default < platform base < platform.yaml's environment < its cluster < service base < service overlay for the
environment < for the cluster. A base is head in a first environment and under `base: head`, else the file last
promoted there. Every function here is a query: what it reads is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from journey.problem import Pointer
from journey.spec.documents import service_shape
from journey.spec.merge import merge
from journey.spec.platform import Addon, Cluster, Datastore, Environment, Team, default_sizes
from journey.spec.promotion import Acknowledgement, Kept
from journey.spec.repository import Repository
from journey.spec.service import Need, Port, Resources, Route, Service
from journey.spec.shape import Shape, shape_of
from journey.spec.sources import SERVICES
from journey.spec.validate import Validator
from journey.spec.view import View, inlined, kept, query
from journey.spec.view import part as input_part

ROOT_FILE = "platform.yaml"
R = TypeVar("R", bound=msgspec.Struct)


class Layer(NamedTuple):
    """One say in a value: where it stands and what it says (JSON-like, possibly partial)."""

    where: Pointer
    value: dict[str, Any]


class Settings(NamedTuple):
    """The platform's own few words."""

    name: str
    domain: str
    registry: str
    repository: Repository


def _block(view: View, block: str) -> dict[str, Any]:
    return view.input(ROOT_FILE, block) or {}


def _typed(value: dict[str, Any], record: type[R]) -> R:
    try:
        return msgspec.convert(value, record)
    except msgspec.ValidationError:
        # an overlay may have left something incomplete: the rules say so, the clean rest stands in here
        return msgspec.convert(Validator("").clean(shape_of(record), value), record)


@query
def settings(view: View) -> Settings:
    """Name, domain, registry and repository."""
    name, domain, registry = (view.input(ROOT_FILE, block) for block in ("name", "domain", "registry"))
    return Settings(name, domain, registry, _typed(_block(view, "repository"), Repository))


@query
def target_names(view: View) -> tuple[str, ...]:
    """The targets that the platform asks for; empty means all."""
    return tuple(view.input(ROOT_FILE, "targets") or ())


@query
def acknowledgements(view: View) -> dict[str, Acknowledgement]:
    """What `impact` says and the platform means, by the verdict's id."""
    return {name: _typed(value, Acknowledgement) for name, value in _block(view, "acknowledge").items()}


@query
def services(view: View) -> tuple[str, ...]:
    """Names of all services, sorted."""
    return tuple(sorted(view.input(SERVICES) or ()))


@query
def teams(view: View) -> tuple[str, ...]:
    """Names of all teams, as written."""
    return tuple(_block(view, "teams"))


@query
def team(view: View, name: str) -> Team | None:
    """A team; None where there is no such."""
    found = _block(view, "teams").get(name)
    return None if found is None else _typed(found, Team)


@query
def environments(view: View) -> tuple[str, ...]:
    """Names of all environments, as written."""
    return tuple(_block(view, "environments"))


@query
def environment(view: View, name: str) -> Environment:
    """An environment."""
    return _typed(_block(view, "environments")[name], Environment)


@query
def clusters(view: View) -> tuple[str, ...]:
    """Names of all clusters, as written."""
    return tuple(_block(view, "clusters"))


@query
def cluster(view: View, name: str) -> Cluster:
    """A cluster."""
    return _typed(_block(view, "clusters")[name], Cluster)


@query
def sizes(view: View) -> dict[str, Resources]:
    """Resources by name of a size."""
    found = view.input(ROOT_FILE, "sizes")
    if found is None:
        return default_sizes()
    return {name: _typed(value, Resources) for name, value in found.items()}


@query
def places(view: View) -> tuple[tuple[str, str], ...]:
    """(environment, cluster) pairs: environments as written, each with its clusters as written."""
    known = clusters(view)
    return tuple((env, name) for env in environments(view) for name in environment(view, env).clusters if name in known)


@input_part
def shared_cluster(view: View, name: str) -> bool:
    """Whether a cluster carries several environments."""
    return len({env for env, carrier in places(view) if carrier == name}) > 1


@input_part
def domain(view: View, env: str) -> str:
    """The domain of an environment's hosts."""
    return environment(view, env).domain or f"{env}.{settings(view).domain}"


@input_part
def follows_head(view: View, env: str) -> bool:
    """Whether an environment renders from head: it is a first one, or says `base: head`."""
    found = environment(view, env)
    return found.base == "head" or found.promotes_from is None


@query
def order(view: View) -> tuple[str, ...]:
    """Environments in order of promotion: each after the one that it promotes from, else as written."""
    names = environments(view)
    known: dict[str, int] = {}

    def depth(name: str, seen: frozenset[str]) -> int:
        if name not in known:
            before = environment(view, name).promotes_from
            known[name] = 0 if before not in names or before in seen else depth(before, seen | {name}) + 1
        return known[name]

    return tuple(sorted(names, key=lambda name: (depth(name, frozenset()), names.index(name))))


@query
def platform_block(view: View, env: str, block: str) -> dict[str, Any]:
    """A promoted block of the platform (`defaults`, `datastores`, `addons`) as an environment has it."""
    if follows_head(view, env):
        return _block(view, block)
    return view.input(f"promoted/{env}.yaml", block) or {}


@query
def own_defaults(view: View, block: str, name: str) -> dict[str, Any]:
    """The defaults that an environment or a cluster has of its own (`block` says which)."""
    found: dict[str, Any] = _block(view, block)[name].get("defaults", {})
    return found


def _own(view: View, block: str, name: str, overlay: str) -> dict[str, Any]:
    """What an element of a promoted block says for environments or clusters: always as head has it."""
    own: dict[str, Any] = (_block(view, block).get(name) or {}).get(overlay) or {}
    return own


@query
def datastores(view: View, env: str) -> tuple[str, ...]:
    """Names of the datastores in an environment, as written."""
    return tuple(platform_block(view, env, "datastores"))


@query
def datastore(view: View, env: str, name: str) -> Datastore | None:
    """A datastore as an environment has it, with what differs there."""
    found = platform_block(view, env, "datastores").get(name)
    if found is None:
        return None
    here = _own(view, "datastores", name, "environments").get(env, {})
    return _typed(merge(shape_of(Datastore), found, here), Datastore)


@query
def addon_environment(view: View, name: str) -> str:
    """The environment whose promoted `addons` a cluster runs: the last, in order of promotion, of those on it."""
    carried = {env for env, carrier in places(view) if carrier == name}
    return next((env for env in reversed(order(view)) if env in carried), "")


@query
def addons(view: View, name: str) -> tuple[str, ...]:
    """Names of the add-ons that run on a cluster, as the cluster lists them."""
    env = addon_environment(view, name)
    known = platform_block(view, env, "addons") if env else {}
    return tuple(addon for addon in cluster(view, name).addons if addon in known)


@query
def addon(view: View, cluster_name: str, name: str) -> Addon:
    """An add-on as a cluster has it."""
    found = platform_block(view, addon_environment(view, cluster_name), "addons")[name]
    return _typed({**found, "clusters": _own(view, "addons", name, "clusters")}, Addon)


@query
def features(view: View, cluster_name: str) -> tuple[str, ...]:
    """What the add-ons of a cluster provide, sorted."""
    return tuple(
        sorted({item for name in addons(view, cluster_name) for item in addon(view, cluster_name, name).provides})
    )


def service_file(view: View, name: str) -> str:
    """The file that a service stands in."""
    file: str = view.input(SERVICES, name)
    return file


@query
def head(view: View, name: str) -> Service:
    """What a service's file says outside overlays over the platform's defaults: what its image is built by."""
    own = view.input(service_file(view, name)) or {}
    base = {key: item for key, item in own.items() if key != "environments"}
    return _typed(merge(service_shape(), _block(view, "defaults"), base), Service)


def promoted_file(view: View, name: str, env: str) -> str:
    """The file that holds the base last promoted to an environment."""
    return f"{service_file(view, name).removesuffix('service.yaml')}promoted/{env}.yaml"


def base_of(view: View, name: str, env: str, cluster_name: str) -> Layer | None:
    """What a service says outside overlays, as an environment has it on a cluster; None where it has none yet."""
    file = service_file(view, name)
    if follows_head(view, env):
        return Layer(Pointer(file), view.input(file) or {})
    promoted = promoted_file(view, name, env)
    found = view.input(promoted)
    if found is None:
        return None
    here = found.get("clusters", {}).get(cluster_name)
    if here is not None:
        return Layer(Pointer(promoted, ("clusters", cluster_name)), here)
    return Layer(Pointer(promoted, ("base",)), found["base"])


def layers(view: View, name: str, env: str, cluster_name: str) -> tuple[Layer, ...]:
    """All that is said of a service in an environment on a cluster, weakest first; empty where it is not."""
    own = _own_layers(view, name, env, cluster_name)
    return tuple(layer for layer in (*_defaults(view, env, cluster_name), *own) if layer.value) if own else ()


def _defaults(view: View, env: str, cluster_name: str) -> tuple[Layer, ...]:
    """What holds for every service there unless it says otherwise."""
    file = ROOT_FILE if follows_head(view, env) else f"promoted/{env}.yaml"
    return (
        Layer(Pointer(file, ("defaults",)), platform_block(view, env, "defaults")),
        Layer(Pointer(ROOT_FILE, ("environments", env, "defaults")), own_defaults(view, "environments", env)),
        Layer(Pointer(ROOT_FILE, ("clusters", cluster_name, "defaults")), own_defaults(view, "clusters", cluster_name)),
    )


@inlined
def _own_layers(view: View, name: str, env: str, cluster_name: str) -> tuple[Layer, ...]:
    """What a service says itself; empty where it has no base."""
    base = base_of(view, name, env, cluster_name)
    if base is None:
        return ()
    file = service_file(view, name)
    head = view.input(file) or {}
    overlay = head.get("environments", {}).get(env) or {}
    overlay = {key: item for key, item in overlay.items() if key not in Kept.__struct_fields__}
    own = Pointer(file, ("environments", env))
    return (
        base,
        Layer(Pointer(file), {key: head[key] for key in _scope_all() if key in head}),
        Layer(own, overlay),
        Layer(own.child("clusters", cluster_name), overlay.get("clusters", {}).get(cluster_name) or {}),
    )


def _scope_all() -> tuple[str, ...]:
    return tuple(name for name, item in shape_of(Service).fields.items() if item.shape.scope == "all")


def merged(view: View, name: str, env: str, cluster_name: str) -> dict[str, Any]:
    """The layers of a service, merged: JSON-like data; empty where it is not."""
    shape = service_shape()
    value: dict[str, Any] = {}
    for layer in layers(view, name, env, cluster_name):
        value = (
            merge(
                shape,
                value,
                {key: item for key, item in layer.value.items() if key not in ("environments", "clusters")},
            )
            if value
            else _base_keys(shape, layer.value)
        )
    return value


def _base_keys(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    cleared: dict[str, Any] = merge(
        shape, {}, {key: item for key, item in value.items() if key not in ("environments", "clusters")}
    )
    return cleared


@query
def service(view: View, name: str, env: str, cluster_name: str) -> Service | None:
    """A service, whole, in an environment on a cluster; None where it does not run."""
    value = merged(view, name, env, cluster_name)
    if not value or value.get("enabled") is False:
        return None
    return _typed(value, Service)


@query
def runs(view: View, name: str, env: str, cluster_name: str) -> bool:
    """Whether a service runs in an environment on a cluster: it has a base there and is not switched off."""
    if base_of(view, name, env, cluster_name) is None:
        return False
    said = [value for value in _said(view, name, env, cluster_name, "enabled") if value is not None]
    return not said or bool(said[-1])


@kept(tuple[str, ...])
def services_at(view: View, env: str, cluster_name: str) -> tuple[str, ...]:
    """Names of the services that run in an environment on a cluster, sorted."""
    return tuple(name for name in services(view) if runs(view, name, env, cluster_name))


@query
def part(view: View, name: str, env: str, cluster_name: str, field: str) -> Any:
    """One field of a service by its YAML name, merged but not filled with defaults; None where it is not said, or where
    the service does not run. A fact about all services asks for this: it costs less than the whole, and is not asked
    again when another field changes."""
    if not runs(view, name, env, cluster_name):
        return None
    shape = service_shape().fields[field].shape
    value: Any = None
    for said in _said(view, name, env, cluster_name, field):
        value = merge(shape, value, said)
    return value


def _said(view: View, name: str, env: str, cluster_name: str, field: str) -> Iterator[Any]:
    """What the layers of a service say of one field, weakest first. Of the platform only that field is read."""
    yield from default_of(view, env, cluster_name, field)
    for layer in _own_layers(view, name, env, cluster_name):
        if field in layer.value:
            yield layer.value[field]


@input_part
def default_of(view: View, env: str, cluster_name: str, field: str) -> tuple[Any, ...]:
    """What the platform, an environment and a cluster say of a field of every service, weakest first."""
    return tuple(layer.value[field] for layer in _defaults(view, env, cluster_name) if field in layer.value)


@query
def priority(view: View, name: str, env: str, cluster_name: str) -> str:
    """A service's priority there."""
    said = part(view, name, env, cluster_name, "priority")
    return str(said or shape_of(Service).fields["priority"].default)


@query
def without(view: View, name: str, env: str, cluster_name: str) -> tuple[str, ...]:
    """The conventions that a service has switched off there."""
    return tuple(part(view, name, env, cluster_name, "without") or ())


@query
def needs(view: View, name: str, env: str, cluster_name: str) -> tuple[Need, ...]:
    """What a service dials; empty where it does not run."""
    return msgspec.convert(part(view, name, env, cluster_name, "needs") or (), tuple[Need, ...])


@query
def routes(view: View, name: str, env: str, cluster_name: str) -> dict[str, Route]:
    """A service's routes by name, as written; empty where it does not run."""
    found = part(view, name, env, cluster_name, "routes") or {}
    return {route: _typed(value, Route) for route, value in found.items()}


@query
def ports(view: View, name: str, env: str, cluster_name: str) -> dict[str, Port]:
    """A service's ports by name, the main one first; empty where it does not run."""
    found = part(view, name, env, cluster_name, "ports") or {}
    return {port: _typed(value, Port) for port, value in found.items()}
