"""A cluster's own Argo CD: all its objects, the list of them for kubectl, and the script that starts it.

`bootstrap.sh` is run by hand once. Afterwards the Application `argocd` keeps the installation as git has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from journey import names
from journey.artifact import Artifact, Format
from journey.facts import waves
from journey.formats.text import Document
from journey.problem import Pointer
from journey.spec import resolve
from journey.spec.view import View
from journey.targets.argocd import access, certificates, components, configuration, network
from journey.targets.argocd.applications import path as application_path
from journey.targets.argocd.distribution import release
from journey.targets.argocd.objects import (
    API,
    ARGOCD,
    HISTORY,
    PATHS,
    PLATFORM,
    RETRY,
    Object,
    artifact,
    destination,
    git_source,
    metadata,
    own_metadata,
)
from journey.targets.argocd.root import ROOT

LIST = "kustomization.yaml"

MADE_BY_BOOTSTRAP = (
    certificates.AUTHORITY,
    components.REDIS,
    components.REDIS_TLS,
    components.REPOSITORIES_TLS,
    "argocd-secret",
)
"""Secrets that stand in no file: certificates, Redis' password, and what Argo CD itself keeps."""


def folder(hub: str) -> str:
    """Where the installation stands."""
    return f"clusters/{hub}/argocd"


def artifacts(view: View, hub: str) -> Iterator[Artifact]:
    """Every object in its file, then what lists, starts and keeps them."""
    origin = Pointer(resolve.ROOT_FILE, ("clusters", hub))
    first = list(objects(view, hub))
    for content in (*first, *certificates.objects(view, hub)):
        yield artifact(f"{folder(hub)}/{file(content)}", content, origin)
    listed = sorted([*(file(content) for content in first), *(file(item) for item in release().definitions)])
    yield artifact(f"{folder(hub)}/{LIST}", kustomization(listed), origin)
    yield Artifact(f"clusters/{hub}/bootstrap.sh", Format.TEXT, bootstrap(hub), origin, executable=True)
    yield artifact(application_path(hub, names.application(ARGOCD, "", hub)), application(view, hub), origin)


def definitions(hub: str) -> Iterator[Artifact]:
    """The custom resource definitions. Deleting one would delete every Application, so pruning passes them over."""
    for definition in release().definitions:
        meta = {**definition["metadata"], "annotations": {"argocd.argoproj.io/sync-options": "Prune=false"}}
        yield artifact(
            f"{folder(hub)}/{file(definition)}",
            {**definition, "metadata": meta},
            Pointer(resolve.ROOT_FILE, ("clusters", hub)),
        )


def file(content: Object) -> str:
    """The name of an object's file."""
    return f"{content['kind'].lower()}-{content['metadata']['name']}.yaml"


def objects(view: View, hub: str) -> Iterator[Object]:
    """All that the bare cluster takes: nothing here needs an add-on."""
    yield _namespace()
    yield from configuration.config_maps(view, hub)
    yield from components.objects(view, hub)
    yield from access.objects(view, hub)
    yield from network.policies(view, hub)
    yield _closed_project()
    yield _root_project(view, hub)


def _namespace() -> Object:
    meta = own_metadata(names.ARGOCD_NAMESPACE, namespaced=False)
    for mode in ("enforce", "audit", "warn"):
        meta["labels"][f"pod-security.kubernetes.io/{mode}"] = "restricted"
    meta["annotations"] = {
        "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
        names.BY_HAND: " ".join(MADE_BY_BOOTSTRAP),
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": meta}


def _closed_project() -> Object:
    """The project that Argo CD makes by itself and that allows everything, closed (docs/user-guide/projects.md)."""
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": own_metadata("default"),
        "spec": {"description": "Closed: every Application names its project.", "sourceRepos": [], "destinations": []},
    }


def _root_project(view: View, hub: str) -> Object:
    """What the root Application may bring: projects and Applications, from this repository alone."""
    return {
        "apiVersion": API,
        "kind": "AppProject",
        "metadata": own_metadata(ROOT),
        "spec": {
            "description": "The root Application: brings projects and Applications, and nothing else.",
            "sourceRepos": [resolve.settings(view).repository.url],
            "destinations": [{"server": resolve.cluster(view, hub).server, "namespace": names.ARGOCD_NAMESPACE}],
            "clusterResourceWhitelist": [],
            "namespaceResourceWhitelist": [{"group": "argoproj.io", "kind": k} for k in ("Application", "AppProject")],
        },
    }


def kustomization(files: Sequence[str]) -> Object:
    """The list that `kubectl apply -k` goes by; kustomize knows what it is, and it is no object of the cluster."""
    return {"resources": files}


def application(view: View, hub: str) -> Object:
    """The Application that keeps the installation; it comes after the add-ons that its certificates need."""
    meta = metadata(view, names.application(ARGOCD, "", hub), waves.SHARED)
    meta["annotations"][PATHS] = "."
    return {
        "apiVersion": API,
        "kind": "Application",
        "metadata": meta,
        "spec": {
            "project": PLATFORM,
            "source": {**git_source(view, folder(hub)), "directory": {"exclude": LIST}},
            "destination": destination(view, hub, names.ARGOCD_NAMESPACE),
            "syncPolicy": {
                "automated": {"prune": True, "selfHeal": True},
                "syncOptions": ["ServerSideApply=true", "PruneLast=true", "ApplyOutOfSyncOnly=true"],
                "retry": RETRY,
            },
            "revisionHistoryLimit": HISTORY,
        },
    }


def bootstrap(hub: str) -> Document:
    """The script that starts Argo CD on a bare cluster; run again it changes nothing that is there.

    The authority's key, the first certificates and Argo CD's own Secret are made here and stand in no file.
    """
    leaves = "\n".join(
        f"  certificate {secret} {service} '{','.join(f'DNS:{host}' for host in certificates.hosts(service))}'"
        for secret, service, _ in certificates.CERTIFICATES
    )
    return Document(
        _BOOTSTRAP.replace("@CLUSTER@", hub)
        .replace("@NAMESPACE@", names.ARGOCD_NAMESPACE)
        .replace("@AUTHORITY@", certificates.AUTHORITY)
        .replace("@DAYS@", str(certificates.YEARS * 365))
        .replace("@CERTIFICATES@", leaves),
        "#",
    )


_BOOTSTRAP = """\
#!/bin/sh
# Starts Argo CD on cluster @CLUSTER@ and hands it this repository. Run it once; needs kubectl and openssl.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Makes a Secret, or makes it anew: name, type, files.
secret() {
  name=$1 type=$2
  shift 2
  kubectl -n @NAMESPACE@ create secret generic "$name" --type="$type" "$@" --dry-run=client -o yaml \\
    | kubectl label --local -f - app.kubernetes.io/part-of=argocd -o yaml \\
    | kubectl apply --server-side -f -
}

authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=@AUTHORITY@" \\
    -keyout "$work/ca.key" -out "$work/ca.crt"
}

certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$2" \\
    -keyout "$work/tls.key" -out "$work/tls.csr"
  printf 'subjectAltName=%s\\nextendedKeyUsage=serverAuth\\n' "$3" > "$work/extensions"
  openssl x509 -req -in "$work/tls.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -CAcreateserial \\
    -days @DAYS@ -extfile "$work/extensions" -out "$work/tls.crt"
  secret "$1" kubernetes.io/tls \\
    --from-file=tls.crt="$work/tls.crt" --from-file=tls.key="$work/tls.key" --from-file=ca.crt="$work/ca.crt"
}

# For a moment a definition has no conditions at all, and kubectl does not wait for some to come: it fails.
established() {
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if kubectl wait --for=condition=Established --timeout=60s -f "$1"; then
      return
    fi
    sleep 1
  done
  return 1
}

kubectl apply --server-side -f argocd/namespace-@NAMESPACE@.yaml
if ! kubectl -n @NAMESPACE@ get secret @AUTHORITY@ >/dev/null 2>&1; then
  authority
@CERTIFICATES@
  printf '%s' "$(openssl rand -hex 32)" > "$work/auth"
  secret argocd-redis Opaque --from-file=auth="$work/auth"
  # Last: where it is missing, the others are made again.
  secret @AUTHORITY@ kubernetes.io/tls \\
    --from-file=tls.crt="$work/ca.crt" --from-file=tls.key="$work/ca.key" --from-file=ca.crt="$work/ca.crt"
fi
if ! kubectl -n @NAMESPACE@ get secret argocd-secret >/dev/null 2>&1; then
  secret argocd-secret Opaque
fi
for definition in argocd/customresourcedefinition-*.yaml; do
  kubectl apply --server-side -f "$definition"
  established "$definition"
done
kubectl apply --server-side --force-conflicts -k argocd
kubectl -n @NAMESPACE@ rollout status --timeout=300s deployment/argocd-redis
kubectl -n @NAMESPACE@ rollout status --timeout=300s deployment/argocd-repo-server
kubectl -n @NAMESPACE@ rollout status --timeout=300s deployment/argocd-server
kubectl -n @NAMESPACE@ rollout status --timeout=300s statefulset/argocd-application-controller
kubectl apply --server-side -f root.yaml
"""
