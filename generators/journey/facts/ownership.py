"""Who reviews what. Ownership acts in every environment at once, so it is read from head, not from promoted files."""

from __future__ import annotations

from typing import Any

from journey.spec import resolve
from journey.spec.resolve import ROOT_FILE
from journey.spec.view import View, query


def _said(view: View, service: str, field: str) -> Any:
    """What a service's own file says, else the platform's defaults; None where neither does."""
    own = view.input(resolve.service_file(view, service), field)
    return own if own is not None else (view.input(ROOT_FILE, "defaults") or {}).get(field)


@query
def service_owners(view: View, service: str) -> tuple[str, ...]:
    """Users and teams of the Git host that review a service's spec; empty where its team is unknown."""
    name = _said(view, service, "team")
    found = resolve.team(view, name) if isinstance(name, str) else None
    return found.owners if found else ()


@query
def platform_owners(view: View) -> tuple[str, ...]:
    """Who reviews what all share: the owners of the teams that own datastores or add-ons, else of every team."""
    blocks = (view.input(ROOT_FILE, block) or {} for block in ("datastores", "addons"))
    named = {entry.get("team") for block in blocks for entry in block.values()}
    known = resolve.teams(view)
    chosen = [name for name in known if name in named] or list(known)
    owners = [owner for name in chosen if (team := resolve.team(view, name)) for owner in team.owners]
    return tuple(dict.fromkeys(owners))


@query
def promotion_owners(view: View) -> dict[str, tuple[str, ...]]:
    """Environment -> who reviews what is promoted to it, where the spec says who: the team that approves, or nobody."""
    found: dict[str, tuple[str, ...]] = {}
    for name in resolve.environments(view):
        environment = resolve.environment(view, name)
        team = resolve.team(view, environment.gates.approval) if environment.gates.approval else None
        if team is not None:
            found[name] = team.owners
        elif environment.automatic:
            found[name] = ()
    return found


@query
def runtimes(view: View) -> tuple[str, ...]:
    """The runtimes that services are built on, sorted."""
    return tuple(sorted({_said(view, name, "runtime") or "generic" for name in resolve.services(view)}))


@query
def folders(view: View, runtime: str) -> tuple[str, ...]:
    """The folders of the services that are built on a runtime, sorted."""
    names = (name for name in resolve.services(view) if (_said(view, name, "runtime") or "generic") == runtime)
    return tuple(sorted(resolve.service_file(view, name).removesuffix("/service.yaml") for name in names))


@query
def image(view: View, service: str) -> str | None:
    """The image repository that a service's own file names; None where it has the platform's."""
    found = view.input(resolve.service_file(view, service), "image")
    return found if isinstance(found, str) else None
