"""NGINX as the way in: the files that its pods mount, from the routes of every service of the place.

It needs NGINX 1.27.3 or newer (`resolve` in an upstream) and the entry point of NGINX's own image, which fills in
templates (github.com/nginx/docker-nginx, "Using environment variables in nginx configuration").
"""

from __future__ import annotations

from collections.abc import Mapping

from journey.facts import platform_peers
from journey.formats.nginx import Directive, emit
from journey.workload.nginx import http, maps, servers
from journey.workload.nginx.routing import table
from journey.workload.place import Place

FOLDER = "/etc/nginx/journey"
TEMPLATE = "/etc/nginx/templates/deployment.conf.template"
"""What the image's entry point writes to /etc/nginx/conf.d, with the environment's variables filled in."""

_CONNECTIONS = "WORKER_CONNECTIONS"
_RESOLVERS = "NGINX_ENTRYPOINT_LOCAL_RESOLVERS"
"""Has the entry point tell templates the pod's name servers, as `NGINX_LOCAL_RESOLVERS`."""

_HEADER = "# Rendered by journey from the routes of all services.\n"


def leads(place: Place) -> bool:
    """Whether a service is the way in, and built on NGINX."""
    if place.here.gateway != "nginx" or place.spec.runtime != "nginx" or not place.spec.ports:
        return False
    return platform_peers.is_gateway(place.view, *place.key)


def values(place: Place) -> dict[str, str]:
    """What the image's entry point is told; nothing for a service that is not the way in."""
    return {_RESOLVERS: "true"} if leads(place) else {}


def files(place: Place, values: Mapping[str, str]) -> dict[str, str]:
    """The files by path; none for a service that is not the way in."""
    if not leads(place):
        return {}
    routed = table(place)
    parts = {
        "/etc/nginx/nginx.conf": http.main(FOLDER, values.get(_CONNECTIONS, "1024")),
        f"{FOLDER}/log.conf": http.log(),
        f"{FOLDER}/variables.conf": http.variables(),
        f"{FOLDER}/routes.conf": maps.of_routes(routed),
        f"{FOLDER}/clients.conf": http.clients(place.here.trusted_proxies),
        f"{FOLDER}/limits.conf": http.limits(routed),
        f"{FOLDER}/upstreams.conf": http.upstreams(routed),
        f"{FOLDER}/proxy.conf": http.proxy(),
        f"{FOLDER}/servers.conf": servers.servers(place.spec, routed, FOLDER),
        TEMPLATE: (
            Directive("map", ("", "$deployment_id"), (Directive("default", ("${JOURNEY_DEPLOYMENT_ID}",)),)),
            Directive("resolver", ("${NGINX_LOCAL_RESOLVERS}", "valid=5s")),
        ),
    }
    return {path: _HEADER + emit(items) for path, items in parts.items()}
