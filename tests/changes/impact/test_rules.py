# ruff: noqa: E501 - a table
"""Every rule of `impact` on an object: what it says of a change, and that it says nothing of the harmless one."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from journey.changes.impact.report import rules
from tests.changes.impact.conftest import Judge


def tree(text: str) -> Any:
    return yaml.safe_load(text)


def of(kind: str, api: str, text: str, name: str = "web") -> Any:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "web"}, **tree(text)}


def deployment(more: str = "", **container: Any) -> Any:
    found = of("Deployment", "apps/v1", "{spec: {replicas: 4}}")
    labels = {"app": "web"}
    found["spec"] |= {
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [{"name": "web", "image": "a:1", **container}]},
        },
        **(tree(more) if more else {}),
    }
    return found


def policy(ingress: str) -> Any:
    return of(
        "NetworkPolicy",
        "networking.k8s.io/v1",
        f"{{spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: {ingress}}}}}",
    )


def stateful(more: str = "{}") -> Any:
    return of("StatefulSet", "apps/v1", f"{{spec: {more}}}")


def claim(size: str) -> Any:
    return of("PersistentVolumeClaim", "v1", f"{{spec: {{resources: {{requests: {{storage: {size}}}}}}}}}")


def role(*rules: str) -> Any:
    return of("Role", "rbac.authorization.k8s.io/v1", f"{{rules: [{', '.join(rules)}]}}")


def secret(*keys: str) -> Any:
    data = ", ".join(f"{{secretKey: {key}, remoteRef: {{key: web/{key}}}}}" for key in keys)
    return of("ExternalSecret", "external-secrets.io/v1", f"{{spec: {{data: [{data}]}}}}")


def cluster(text: str) -> Any:
    return of("Cluster", "postgresql.cnpg.io/v1", f"{{spec: {text}}}")


def mesh(kind: str, text: str) -> Any:
    return of(kind, "security.istio.io/v1", f"{{spec: {text}}}")


def alert(text: str) -> Any:
    return of("PrometheusRule", "monitoring.coreos.com/v1", f"{{spec: {{groups: [{{name: web, rules: [{text}]}}]}}}}")


def crd(*versions: str) -> Any:
    said = ", ".join(f"{{name: {version}, served: true}}" for version in versions)
    names = "{kind: Thing, plural: things}"
    return of(
        "CustomResourceDefinition", "apiextensions.k8s.io/v1", f"{{spec: {{names: {names}, versions: [{said}]}}}}"
    )


def namespace(level: str) -> Any:
    found = of("Namespace", "v1", "{}")
    found["metadata"]["labels"] = {"pod-security.kubernetes.io/enforce": level}
    return found


def service(text: str) -> Any:
    return of("Service", "v1", f"{{spec: {text}}}")


CONFIG = of("ConfigMap", "v1", "{data: {A: a}}")
APPLICATION = of("Application", "argoproj.io/v1alpha1", "{spec: {}}")
CASCADES = tree(
    "{metadata: {name: web, namespace: argocd, finalizers: [resources-finalizer.argocd.argoproj.io/foreground]}}"
)
KEPT = tree("{metadata: {name: web, annotations: {argocd.argoproj.io/sync-options: 'Delete=false,Prune=false'}}}")
POD = "{from: [{podSelector: {matchLabels: {app: %s}}}], ports: [{port: 80}]}"
OWNER_READS = "{apiGroups: [''], resources: [pods], verbs: [get]}"

CASES: list[tuple[str, Any, Any, dict[str, str]]] = [
    ("an object comes", None, CONFIG, {"object/created": "is made"}),
    ("an object goes", CONFIG, None, {"object/deleted": "is deleted"}),
    ("one with Prune=false stays", CONFIG | KEPT, None, {"object/left": "leaves git and stays in the cluster: `Prune=false`"}),
    ("labels", CONFIG, CONFIG | tree("{metadata: {name: web, namespace: web, labels: {a: b}}}"), {"object/described": "its labels or annotations change"}),
    ("configuration", CONFIG, CONFIG | {"data": {"A": "b"}}, {"object/read-anew": "changes in place: data"}),
    (
        "an immutable configuration",
        CONFIG | {"immutable": True},
        CONFIG | {"data": {"A": "b"}, "immutable": True},
        {
            "object/read-anew": "changes in place: data",
            "object/immutable": "the API server refuses it: data.A cannot change; delete the object and let it be made anew",
        },
    ),
    (
        "a selector",
        deployment(),
        deployment("{selector: {matchLabels: {app: other}}}"),
        {
            "pods/untouched": "selector changes, and no pod restarts",
            "object/immutable": "the API server refuses it: spec.selector.matchLabels.app cannot change; delete the object and let it be made anew",
        },
    ),
    (
        "an image",
        deployment(),
        deployment(image="a:2"),
        {
            "pods/rolling-update": "4 pods restart, 2 at a time, at most 1 missing, for at least 0s (it counts as failed after 600s"
            " without progress); there is no disruption budget"
        },
    ),
    (
        "an image under Recreate",
        deployment("{strategy: {type: Recreate}}"),
        deployment("{strategy: {type: Recreate}}", image="a:2"),
        {"pods/recreate": "4 pods end, then start: down for at least 0s; there is no disruption budget"},
    ),
    ("replicas", deployment(), deployment("{replicas: 2}"), {"pods/scale": "4 -> 2 pods"}),
    ("a strategy", deployment(), deployment("{minReadySeconds: 5}"), {"pods/untouched": "minReadySeconds changes, and no pod restarts"}),
    (
        "requests",
        deployment(resources={"requests": {"cpu": "100m"}}),
        deployment(resources={"requests": {"cpu": "0.2"}}),
        {
            "pods/rolling-update": "4 pods restart, 2 at a time, at most 1 missing, for at least 0s (it counts as failed after 600s"
            " without progress); there is no disruption budget",
            "capacity/requests": "cpu 0.4 -> 0.8",
        },
    ),
    ("a quantity in another spelling", deployment(resources={"requests": {"cpu": "100m"}}), deployment(resources={"requests": {"cpu": "0.1"}}), {}),
    (
        "a privileged container",
        deployment(securityContext={"runAsNonRoot": True, "readOnlyRootFilesystem": True}),
        deployment(securityContext={"runAsNonRoot": True, "readOnlyRootFilesystem": True, "privileged": True}),
        {
            "pods/rolling-update": "4 pods restart, 2 at a time, at most 1 missing, for at least 0s (it counts as failed after 600s"
            " without progress); there is no disruption budget",
            "permission/pod": "gets privileged in web",
        },
    ),
    (
        "a StatefulSet's template",
        stateful("{replicas: 3, template: {spec: {a: 1}}}"),
        stateful("{replicas: 3, template: {spec: {a: 2}}}"),
        {"pods/ordered-update": "3 pods restart one by one, for at least 0s; there is no disruption budget"},
    ),
    (
        "a template that waits for hands",
        stateful("{updateStrategy: {type: OnDelete}, template: {spec: {a: 1}}}"),
        stateful("{updateStrategy: {type: OnDelete}, template: {spec: {a: 2}}}"),
        {"pods/on-delete": "no pod restarts until it is deleted by hand"},
    ),
    (
        "a StatefulSet's service",
        stateful("{serviceName: a}"),
        stateful("{serviceName: b}"),
        {
            "pods/untouched": "serviceName changes, and no pod restarts",
            "object/immutable": "the API server refuses it: spec.serviceName cannot change; delete the object and let it be made anew",
        },
    ),
    (
        "claims that shrink with their set",
        stateful("{replicas: 3, persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}}"),
        stateful("{replicas: 1, persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}}"),
        {"pods/scale": "3 -> 1 pods", "data/statefulset-claims": "the claims of 2 pods are deleted"},
    ),
    ("replicas that are no longer said", deployment(), {**deployment(), "spec": {k: v for k, v in deployment()["spec"].items() if k != "replicas"}}, {
        "pods/replicas-unsaid": "4 replicas are no longer said: 1 until an autoscaler sets them"}),
    (
        "an autoscaler",
        of("HorizontalPodAutoscaler", "autoscaling/v2", "{spec: {minReplicas: 1, maxReplicas: 3}}"),
        of("HorizontalPodAutoscaler", "autoscaling/v2", "{spec: {minReplicas: 2, maxReplicas: 3}}"),
        {"object/read-anew": "changes in place: minReplicas", "pods/scale": "fewest pods 1 -> 2"},
    ),
    ("a schedule", of("CronJob", "batch/v1", "{spec: {schedule: a}}"), of("CronJob", "batch/v1", "{spec: {schedule: b}}"), {"pods/next-run": "the next run takes it"}),
    *(
        (
            f"a Job that {what}",
            of("Job", "batch/v1", f"{{metadata: {{name: a, annotations: {{{notes}}}}}, spec: {{template: {{a: 1}}}}}}"),
            of("Job", "batch/v1", f"{{metadata: {{name: a, annotations: {{{notes}}}}}, spec: {{template: {{a: 2}}}}}}"),
            found,
        )
        for what, notes, found in (
            ("a sync makes anew", "argocd.argoproj.io/hook: Sync", {"object/made-anew": "it runs anew in the sync"}),
            ("a sync replaces", '"argocd.argoproj.io/sync-options": "Force=true,Replace=true"', {"object/made-anew": "it runs anew in the sync"}),
            (
                "stays until it has failed",
                '"argocd.argoproj.io/hook": Sync, "argocd.argoproj.io/hook-delete-policy": HookFailed',
                {"object/immutable": "the API server refuses it: spec.template.a cannot change; delete the object and let it be made anew"},
            ),
        )
    ),
    ("a claim that goes", claim("1Gi"), None, {"object/deleted": "is deleted", "data/claim-deleted": "its volume goes with it", "capacity/volume": "storage 1Gi -> 0"}),
    (
        "a claim that shrinks",
        claim("2Gi"),
        claim("1Gi"),
        {
            "object/read-anew": "changes in place: resources",
            "object/immutable": "the API server refuses it: spec.resources.requests.storage cannot change; delete the object and let it be made anew",
            "capacity/volume": "storage 2Gi -> 1Gi",
        },
    ),
    ("a claim that grows", claim("1Gi"), claim("2Gi"), {"object/read-anew": "changes in place: resources", "capacity/volume": "storage 1Gi -> 2Gi"}),
    ("a namespace that goes", namespace("restricted"), None, {"object/deleted": "is deleted", "data/namespace-deleted": "everything in it goes, volume claims too"}),
    ("an Application that goes", APPLICATION | CASCADES, None, {"object/deleted": "is deleted", "data/application-cascade": "everything that it synced goes with it"}),
    ("one that orphans", APPLICATION, None, {"object/deleted": "is deleted"}),
    ("a claimed set that goes", stateful("{persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete}}"), None, {"object/deleted": "is deleted", "data/statefulset-claims": "its volume claims are deleted with it"}),
    ("a database cluster that goes", cluster("{instances: 1}"), None, {"object/deleted": "is deleted", "data/postgresql-deleted": "its databases go with it"}),
    ("a dropped database", of("Database", "postgresql.cnpg.io/v1", "{spec: {databaseReclaimPolicy: delete}}"), None, {"object/deleted": "is deleted", "data/database-dropped": "the database is dropped"}),
    (
        "a smaller database",
        cluster("{storage: {size: 2Gi}}"),
        cluster("{storage: {size: 1Gi}}"),
        {
            "object/read-anew": "changes in place: storage",
            "data/postgresql-smaller": "smaller storage: only a new cluster has it",
            "capacity/requests": "storage 2Gi -> 1Gi",
        },
    ),
    (
        "shorter backups",
        cluster("{backup: {retentionPolicy: 30d}}"),
        cluster("{backup: {retentionPolicy: 7d}}"),
        {"object/read-anew": "changes in place: backup", "data/backups-shortened": "backups older than 7d are deleted; they were kept for 30d"},
    ),
    (
        "a database's image",
        cluster("{instances: 3, imageName: a}"),
        cluster("{instances: 3, imageName: b}"),
        {"object/read-anew": "changes in place: imageName", "postgresql/rolling-update": "3 servers restart one by one, the primary last"},
    ),
    ("a definition that goes", crd("v1"), None, {"object/deleted": "is deleted", "data/definition-deleted": "every object of the kind goes with it", "api/version-removed": "Thing v1 is no longer served"}),
    ("a version that goes", crd("v1", "v1beta1"), crd("v1"), {"object/read-anew": "changes in place: versions", "api/version-removed": "Thing v1beta1 is no longer served"}),
    (
        "another version",
        of("HorizontalPodAutoscaler", "autoscaling/v1", "{}"),
        of("HorizontalPodAutoscaler", "autoscaling/v2", "{}"),
        {"object/read-anew": "changes in place: apiVersion", "api/other-version": "autoscaling/v1 -> autoscaling/v2"},
    ),
    ("a rule", role(OWNER_READS), role(OWNER_READS.replace("get", "get, list")), {"object/read-anew": "changes in place: rules", "permission/rbac-rule": "may now list pods"}),
    ("a narrower rule", role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"), role(OWNER_READS), {"object/read-anew": "changes in place: rules"}),
    ("a new role", None, role(OWNER_READS), {"object/created": "is made", "permission/rbac-rule": "may now get pods"}),
    (
        "a new subject",
        of("RoleBinding", "rbac.authorization.k8s.io/v1", "{roleRef: {kind: Role, name: web}, subjects: []}"),
        of("RoleBinding", "rbac.authorization.k8s.io/v1", "{roleRef: {kind: Role, name: web}, subjects: [{kind: User, name: eve}]}"),
        {"object/read-anew": "changes in place: subjects", "permission/rbac-subject": "User/eve gets Role web"},
    ),
    ("a lower standard", namespace("restricted"), namespace("baseline"), {"object/described": "its labels or annotations change", "permission/pod-security": "pods may be baseline; they had to be restricted"}),
    ("a higher one", namespace("baseline"), namespace("restricted"), {"object/described": "its labels or annotations change"}),
    ("a peer", policy(f"[{POD % 'a'}]"), policy(f"[{POD % 'a'}, {POD % 'b'}]"), {"object/read-anew": "changes in place: ingress", "exposure/network-policy": "lets traffic from pods b on 80/TCP"}),
    ("every peer", policy(f"[{POD % 'a'}]"), policy("[{}]"), {"object/read-anew": "changes in place: ingress", "exposure/network-policy": "lets traffic from anywhere on every port"}),
    ("a peer less", policy(f"[{POD % 'a'}, {POD % 'b'}]"), policy(f"[{POD % 'a'}]"), {"object/read-anew": "changes in place: ingress"}),
    (
        "a network inside another",
        policy("[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
        policy("[{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]"),
        {"object/read-anew": "changes in place: ingress"},
    ),
    (
        "a wider network",
        policy("[{from: [{ipBlock: {cidr: 10.1.0.0/16}}]}]"),
        policy("[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"),
        {"object/read-anew": "changes in place: ingress", "exposure/network-policy": "lets traffic from 10.0.0.0/8 on every port"},
    ),
    ("a Service outside", service("{type: ClusterIP}"), service("{type: LoadBalancer}"), {"object/read-anew": "changes in place: type", "exposure/service": "is a LoadBalancer; it was ClusterIP"}),
    (
        "a Service's sources",
        service("{type: LoadBalancer, loadBalancerSourceRanges: [10.0.0.0/8]}"),
        service("{type: LoadBalancer}"),
        {"object/read-anew": "changes in place: loadBalancerSourceRanges", "exposure/service": "takes connections from 0.0.0.0/0"},
    ),
    (
        "a Service's address",
        service("{clusterIP: 10.0.0.1}"),
        service("{clusterIP: None}"),
        {"object/read-anew": "changes in place: clusterIP", "object/immutable": "the API server refuses it: spec.clusterIP cannot change; delete the object and let it be made anew"},
    ),
    ("an address that is left to the server", service("{clusterIP: 10.0.0.1}"), service("{}"), {"object/read-anew": "changes in place: clusterIP"}),
    (
        "mTLS",
        mesh("PeerAuthentication", "{mtls: {mode: STRICT}}"),
        mesh("PeerAuthentication", "{mtls: {mode: PERMISSIVE}}"),
        {"object/read-anew": "changes in place: mtls", "exposure/mesh-mtls": "mTLS is PERMISSIVE; it was STRICT"},
    ),
    (
        "the mesh's rules",
        mesh("AuthorizationPolicy", "{rules: [{from: [a]}]}"),
        mesh("AuthorizationPolicy", "{rules: [{from: [a]}, {from: [b]}]}"),
        {"object/read-anew": "changes in place: rules", "exposure/mesh-policy": "lets in what 1 rule says"},
    ),
    (
        "a listener",
        of("Gateway", "gateway.networking.k8s.io/v1", "{spec: {listeners: [{name: a, port: 443, protocol: HTTPS}]}}"),
        of("Gateway", "gateway.networking.k8s.io/v1", "{spec: {listeners: [{name: a, port: 443, protocol: HTTPS}, {name: b, port: 80, protocol: HTTP}]}}"),
        {"object/read-anew": "changes in place: listeners", "exposure/gateway-listener": "listens for any host:80 HTTP (routes: Same)"},
    ),
    ("a secret", secret("A"), secret("A", "B"), {"object/read-anew": "changes in place: data", "secret/added": "B is asked for at web/B"}),
    ("a secret less", secret("A", "B"), secret("A"), {"object/read-anew": "changes in place: data", "secret/removed": "B is no longer there"}),
    ("an alert that goes", alert("{alert: Down, expr: up}, {alert: Late, expr: up}"), alert("{alert: Late, expr: up}"), {"object/read-anew": "changes in place: groups", "alert/removed": "the alert Down goes"}),
    ("an alert that waits", alert("{alert: Down, expr: up, for: 1m}"), alert("{alert: Down, expr: up, for: 5m}"), {"object/read-anew": "changes in place: groups", "alert/later": "Down fires after 5m; it was 1m"}),
    ("an alert that asks otherwise", alert("{alert: Down, expr: up}"), alert("{alert: Down, expr: down}"), {"object/read-anew": "changes in place: groups", "alert/changed": "Down asks something else"}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_said_of_a_change(judge: Judge, old: Any, new: Any, expected: dict[str, str]) -> None:
    assert {item.rule.id: item.says for item in judge(old, new)} == expected


BUDGET = of("PodDisruptionBudget", "policy/v1", "{spec: {minAvailable: 4, selector: {matchLabels: {app: web}}}}")


def test_a_roll_out_is_held_against_the_budget(judge: Judge) -> None:
    [found] = judge(deployment(), deployment(image="a:2"), BUDGET)
    assert found.says.endswith("beyond the budget, which lets 0 be missing and does not stop a roll-out")
    strategy = "{strategy: {rollingUpdate: {maxUnavailable: 0}}, minReadySeconds: 10}"
    ready = {"readinessProbe": {"initialDelaySeconds": 5}}
    [found] = judge(deployment(strategy, **ready), deployment(strategy, **ready, image="a:2"), BUDGET)
    assert found.says == (
        "4 pods restart, 1 at a time, at most 0 missing, for at least 60s (it counts as failed after 600s without "
        "progress); within the budget, which lets 0 be missing"
    )


def test_a_policy_that_comes_to_a_namespace_opens_what_it_lets_in(judge: Judge) -> None:
    there = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "web"}}
    assert {item.rule.id for item in judge(None, policy(f"[{POD % 'a'}]"), there)} == {
        "object/created",
        "exposure/network-policy",
    }
    assert {item.rule.id for item in judge(None, policy(f"[{POD % 'a'}]"))} == {"object/created"}
    assert {item.rule.id for item in judge(policy("[]"), None, there)} == {"object/deleted", "exposure/network-policy"}


def test_every_rule_has_a_source_of_its_own_words_and_no_two_share_an_id() -> None:
    every = list(rules())
    assert len({rule.id for rule in every}) == len(every) > 50
    assert all(rule.source.startswith("https://") and rule.says.endswith(".") for rule in every)
