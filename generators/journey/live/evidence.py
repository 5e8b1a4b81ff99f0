"""What gates ask of running systems: Argo CD's API and Prometheus', at the addresses that the environment gives.

`ARGOCD_SERVER` and `ARGOCD_AUTH_TOKEN` are the variables of Argo CD's own command line; `PROMETHEUS_URL` is what
Prometheus tools read. Where clusters differ, a variable with the cluster's name behind it goes first:
`ARGOCD_SERVER_PROD_EU`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from journey.changes.gates import Health, Unreachable
from journey.live.web import WebError, exchange


class Running:
    """Asks the servers that environment variables name."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def health(self, cluster: str, application: str) -> Health:
        """GET /api/v1/applications/{name} (argo-cd.readthedocs.io, "API Docs")."""
        server, token = self._said("ARGOCD_SERVER", cluster), self._said("ARGOCD_AUTH_TOKEN", cluster)
        address = server if "://" in server else f"https://{server}"
        url = f"{address.rstrip('/')}/api/v1/applications/{quote(application, safe='')}"
        found = self._asked(url, {"Authorization": f"Bearer {token}"})
        status = found.get("status") or {}
        sync, health = (status.get("sync") or {}).get("status"), (status.get("health") or {}).get("status")
        return Health(str(sync or "Unknown"), str(health or "Unknown"))

    def firing(self, cluster: str, namespace: str) -> list[str]:
        """The series ALERTS that are firing (prometheus.io/docs, "HTTP API", "Alerting rules")."""
        query = urlencode({"query": f'ALERTS{{alertstate="firing",namespace="{namespace}"}}'})
        found = self._asked(f"{self._said('PROMETHEUS_URL', cluster).rstrip('/')}/api/v1/query?{query}", {})
        rows = (found.get("data") or {}).get("result")
        if not isinstance(rows, list):
            raise Unreachable("Prometheus answered with something else than a result")
        return sorted({str(row.get("metric", {}).get("alertname", "")) for row in rows})

    def _said(self, name: str, cluster: str) -> str:
        of_cluster = f"{name}_{cluster.replace('-', '_').upper()}"
        value = self._environment.get(of_cluster) or self._environment.get(name)
        if not value:
            raise Unreachable(f"neither {of_cluster} nor {name} is set")
        return value

    def _asked(self, url: str, headers: Mapping[str, str]) -> dict[str, Any]:
        try:
            found = exchange("GET", url, {"Accept": "application/json", **headers})
        except WebError as error:
            raise Unreachable(str(error)) from error
        if not isinstance(found, dict):
            raise Unreachable(f"GET {url}: the answer is no object")
        return found
