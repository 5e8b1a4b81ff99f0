# ruff: noqa: E501 - tables
"""Seeded defects, and the share of them that is told on the line that causes it: `python -m tests.explain.defects`.

Each defect is an edit of a spec in order whose causing line ends in `# here`; a check, or a stand-in for an outside
program that speaks of a line of a rendered file, finds what comes of it. A finding is lost where it is not told at all.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from journey import pipeline
from journey.explain import find
from journey.explain.findings import located
from journey.pipeline.session import Session
from journey.problem import Pointer, Problem
from tests import specs

MARK = "# here"
LEAST = 0.95
WEB_FILE = "apps/web/service.yaml"

PLATFORM = """\
name: shop
domain: example.com
repository: {url: "https://github.com/example/shop.git"}
registry: ghcr.io/example
teams:
  web:
    owners: ["@example/web"]
    contact: web@example.com
clusters:
  local: {provider: local, kubernetes: "1.34", gateway: ingress, addons: [all]}
  east:
    provider: aws
    addons: [all]
    region: eu-west-1
    kubernetes: "1.34"
    gateway: ingress
    iac: terraform
    pods: 10.16.0.0/16
    network: 10.17.0.0/20
    nodePools:
      general:
        size: m7g.large
        min: 2
        max: 6
        zones: [eu-west-1a, eu-west-1b]
environments:
  dev:
    clusters: [local]
  prod:
    clusters: [east]
    promotesFrom: dev
    base: head
addons:
  all:
    team: web
    provides: [secrets, resource-metrics]
    chart: {repository: "https://charts.example.com", name: all, version: 1.0.0}
targets: [kubernetes, terraform, github-actions]
"""

WEB = """\
team: web
ports:
  http:
    port: 8080
    expose: 80
routes:
  pages:
    path: /pages
health:
  readiness: {path: /readyz}
  liveness: {path: /livez}
config:
  values:
    GREETING: hello
    COLOR: red
secrets:
  TOKEN:
    path: web/token
    key: token
needs:
- service: api
scaling: {min: 2, max: 4}
release:
  version: 1.0.0
identity:
  kubernetes:
  - resources: [pods]
    verbs: [get]
"""

API = "team: web\nports:\n  http: {port: 9000}\nhealth: {readiness: {path: /r}, liveness: {path: /l}}\nrelease: {version: 7.0.0}\n"


class Defect(NamedTuple):
    """A broken spec by its files; `rule` finds it. `said`: a line of a rendered file that a stand-in speaks of."""

    name: str
    rule: str
    files: dict[str, str]
    path: str = ""
    said: str = ""


def patch(kind: str, field: str, value: str) -> str:
    """A patch of an object of the service that sets a field; a step `name=x` is an element of a list."""
    lines = [f"patches:\n- target: {{kind: {kind}}}\n  merge:\n"]
    indent, *steps = "    ", *field.split("/")
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        key, separator, name = step.partition("=")
        if separator:
            lines.append(f"{indent}- {key}: {name}\n")
            indent += "  "
        else:
            lines.append(f"{indent}{step}: {f'{value} {MARK}' if last else ''}".rstrip() + "\n")
            indent += "  " if not (number + 1 < len(steps) and "=" in steps[number + 1]) else ""
    return "".join(lines)


CONTAINER = "spec/template/spec/containers/name=web"

WRONG_TYPES: dict[str, dict[str, str]] = {
    "Deployment": {
        "spec/replicas": "many",
        "spec/minReadySeconds": "soon",
        "spec/paused": "maybe",
        "spec/progressDeadlineSeconds": "later",
        "spec/revisionHistoryLimit": "few",
        "spec/strategy/type": "7",
        "spec/template/spec/hostNetwork": "sometimes",
        "spec/template/spec/terminationGracePeriodSeconds": "long",
        "spec/template/spec/activeDeadlineSeconds": "never",
        "spec/template/spec/automountServiceAccountToken": "perhaps",
        "spec/template/spec/dnsPolicy": "1",
        "spec/template/spec/enableServiceLinks": "some",
        "spec/template/spec/hostname": "3",
        "spec/template/spec/nodeName": "4",
        "spec/template/spec/priority": "first",
        "spec/template/spec/restartPolicy": "5",
        "spec/template/spec/schedulerName": "6",
        "spec/template/spec/serviceAccountName": "8",
        "spec/template/spec/setHostnameAsFQDN": "yes please",
        "spec/template/spec/shareProcessNamespace": "partly",
        "spec/template/spec/subdomain": "9",
        "spec/template/spec/securityContext/fsGroup": "staff",
        "spec/template/spec/securityContext/runAsGroup": "wheel",
        "spec/template/spec/securityContext/runAsUser": "root",
        "spec/template/spec/nodeSelector": "[a]",
        "spec/template/spec/tolerations": "{a: b}",
        "spec/template/spec/volumes": "text",
        f"{CONTAINER}/command": "run",
        f"{CONTAINER}/args": "fast",
        f"{CONTAINER}/imagePullPolicy": "[]",
        f"{CONTAINER}/stdin": "open",
        f"{CONTAINER}/tty": "green",
        f"{CONTAINER}/workingDir": "12",
        f"{CONTAINER}/terminationMessagePath": "13",
        f"{CONTAINER}/lifecycle": "none",
        f"{CONTAINER}/readinessProbe/periodSeconds": "often",
        f"{CONTAINER}/readinessProbe/timeoutSeconds": "brief",
        f"{CONTAINER}/readinessProbe/failureThreshold": "high",
        f"{CONTAINER}/livenessProbe/initialDelaySeconds": "a while",
        f"{CONTAINER}/livenessProbe/successThreshold": "one",
        f"{CONTAINER}/securityContext/privileged": "kind of",
        f"{CONTAINER}/securityContext/readOnlyRootFilesystem": "mostly",
        f"{CONTAINER}/securityContext/runAsNonRoot": "usually",
        f"{CONTAINER}/securityContext/runAsUser": "nobody",
        f"{CONTAINER}/unheardOf": "x",
        "spec/unheardOf": "x",
        "spec/template/spec/unheardOf": "x",
        "metadata/unheardOf": "x",
        "spec/template/metadata/unheardOf": "x",
        "unheardOf": "x",
    },
    "Service": {
        "spec/type": "[]",
        "spec/clusterIP": "5",
        "spec/externalName": "6",
        "spec/externalTrafficPolicy": "7",
        "spec/healthCheckNodePort": "none",
        "spec/loadBalancerIP": "8",
        "spec/publishNotReadyAddresses": "when asked",
        "spec/sessionAffinity": "9",
        "spec/sessionAffinityConfig": "sticky",
        "spec/externalIPs": "one",
        "spec/ipFamilies": "IPv4",
        "spec/allocateLoadBalancerNodePorts": "possibly",
        "spec/internalTrafficPolicy": "10",
        "spec/unheardOf": "x",
        "status": "fine",
    },
    "NetworkPolicy": {
        "spec/policyTypes": "Ingress",
        "spec/egress": "all",
        "spec/ingress": "all",
        "spec/unheardOf": "x",
    },
    "ConfigMap": {"immutable": "firmly", "binaryData": "[]", "unheardOf": "x"},
    "HorizontalPodAutoscaler": {
        "spec/minReplicas": "low",
        "spec/maxReplicas": "high",
        "spec/metrics": "none",
        "spec/behavior": "good",
        "spec/scaleTargetRef/kind": "[]",
        "spec/unheardOf": "x",
    },
    "PodDisruptionBudget": {"spec/unhealthyPodEvictionPolicy": "1", "spec/selector": "all", "spec/unheardOf": "x"},
    "ServiceAccount": {
        "automountServiceAccountToken": "in part",
        "secrets": "several",
        "imagePullSecrets": "several",
        "unheardOf": "x",
    },
    "Ingress": {
        "spec/ingressClassName": "[]",
        "spec/rules": "none",
        "spec/tls": "1.3",
        "spec/defaultBackend": "web",
        "spec/unheardOf": "x",
    },
    "Role": {"rules": "all", "unheardOf": "x"},
    "RoleBinding": {"subjects": "everybody", "unheardOf": "x"},
    "Namespace": {"spec/finalizers": "none", "unheardOf": "x"},
    "ResourceQuota": {"spec/scopes": "all", "spec/hard": "very", "spec/unheardOf": "x"},
    "LimitRange": {"spec/limits": "none", "spec/unheardOf": "x"},
    "ExternalSecret": {
        "spec/refreshPolicy": "3",
        "spec/data": "none",
        "spec/unheardOf": "x",
        "spec/target/creationPolicy": "Whoever",
        "spec/secretStoreRef/kind": "Drawer",
    },
}
"""Kind -> field -> a value that the kind's schema refuses."""

POWERS = {
    f"{CONTAINER}/securityContext/privileged": "true",
    f"{CONTAINER}/securityContext/allowPrivilegeEscalation": "true",
    f"{CONTAINER}/securityContext/runAsUser": "0",
    f"{CONTAINER}/securityContext/runAsNonRoot": "false",
    f"{CONTAINER}/securityContext/procMount": "Unmasked",
    f"{CONTAINER}/securityContext/capabilities": "{add: [SYS_ADMIN]}",
    f"{CONTAINER}/securityContext/seccompProfile": "{type: Unconfined}",
    "spec/template/spec/hostNetwork": "true",
    "spec/template/spec/hostPID": "true",
    "spec/template/spec/hostIPC": "true",
    "spec/template/spec/securityContext/runAsUser": "0",
    "spec/template/spec/securityContext/sysctls": "[{name: kernel.msgmax, value: '1'}]",
}
"""What the restricted Pod Security Standard refuses."""

IMAGES = {"web:latest": "images/latest", "web": "images/untagged", "ghcr.io/example/web": "images/untagged"}

EXTRA = {
    "a removed version": ("deprecations/removed", "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: more}, spec: {minAvailable: 1}}"),
    "a removed cron job": ("deprecations/removed", "{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: more}, spec: {}}"),
    "a removed ingress": ("deprecations/removed", "{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {name: more}, spec: {}}"),
    "a removed autoscaler": ("deprecations/removed", "{apiVersion: autoscaling/v2beta2, kind: HorizontalPodAutoscaler, metadata: {name: more}, spec: {}}"),
    "an unknown kind": ("schema/unknown-kind", "{apiVersion: example.com/v1, kind: Thing, metadata: {name: more}}"),
    "an unknown kind of a known group": ("schema/unknown-kind", "{apiVersion: apps/v1, kind: Thing, metadata: {name: more}}"),
    "a missing secret store": ("references/missing", "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: more}, spec: {secretStoreRef: {kind: SecretStore, name: nowhere}, target: {name: more}, data: []}}"),
    "a service without pods": ("references/selector", "{apiVersion: v1, kind: Service, metadata: {name: more}, spec: {selector: {app: nobody}, ports: [{port: 80}]}}"),
    "a binding of no role": ("references/missing", "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: more}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: nobody}, subjects: []}"),
    "a scaler of nothing": ("references/missing", "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: more}, spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: nobody}, minReplicas: 2, maxReplicas: 3}}"),
    "a budget without pods": ("references/selector", "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: more}, spec: {minAvailable: 1, selector: {matchLabels: {app: nobody}}}}"),
}  # fmt: skip

REFERENCES = {
    f"{CONTAINER}/readinessProbe/httpGet/port": ("references/port", "admin"),
    f"{CONTAINER}/livenessProbe/httpGet/port": ("references/port", "admin"),
    f"{CONTAINER}/volumeMounts": ("references/volume", "[{name: nowhere, mountPath: /x}]"),
    f"{CONTAINER}/envFrom": ("references/missing", "[{configMapRef: {name: nobody}}]"),
    "spec/template/spec/serviceAccountName": ("references/missing", "nobody"),
    "spec/template/spec/priorityClassName": ("references/missing", "nobody"),
    "spec/template/spec/imagePullSecrets": ("references/missing", "[{name: nobody}]"),
    f"{CONTAINER}/resources/requests/memory": ("workloads/limits", "4Gi"),
}

LINES = [
    ("platform.yaml", "    region: eu-west-1", "environments/prod/east/terraform/network/main.tf", 'region    = "eu-west-1"'),
    ("platform.yaml", "    network: 10.17.0.0/20", "environments/prod/east/terraform/network/main.tf", 'cidr      = "10.17.0.0/20"'),
    ("platform.yaml", "    pods: 10.16.0.0/16", "environments/prod/east/terraform/network/main.tf", 'pods_cidr = "10.16.0.0/16"'),
    ("platform.yaml", "        size: m7g.large", "environments/prod/east/terraform/cluster/main.tf", 'size  = "m7g.large"'),
    ("platform.yaml", "        min: 2", "environments/prod/east/terraform/cluster/main.tf", "min   = 2"),
    ("platform.yaml", "        max: 6", "environments/prod/east/terraform/cluster/main.tf", "max   = 6"),
    ("platform.yaml", '    kubernetes: "1.34"', "environments/prod/east/terraform/cluster/main.tf", 'kubernetes   = "1.34"'),
    ("platform.yaml", "name: shop", "environments/prod/east/terraform/network/main.tf", 'name      = "shop-east"'),
    ("platform.yaml", '    owners: ["@example/web"]', ".github/CODEOWNERS", "/apps/web/"),
    (WEB_FILE, "    port: 8080", "environments/dev/local/kubernetes/web/deployment-web.yaml", "containerPort: 8080"),
    (WEB_FILE, "    expose: 80", "environments/dev/local/kubernetes/web/service-web.yaml", "port: 80"),
    (WEB_FILE, "    path: /pages", "environments/dev/local/kubernetes/web/ingress-web.yaml", "path: /pages"),
    (WEB_FILE, "    GREETING: hello", "environments/dev/local/kubernetes/web/configmap-web.yaml", "GREETING: hello"),
    (WEB_FILE, "    COLOR: red", "environments/dev/local/kubernetes/web/configmap-web.yaml", "COLOR: red"),
    (WEB_FILE, "    path: web/token", "environments/dev/local/kubernetes/web/externalsecret-web.yaml", "key: dev/web/token"),
    (WEB_FILE, "    key: token", "environments/dev/local/kubernetes/web/externalsecret-web.yaml", "property: token"),
    (WEB_FILE, "scaling: {min: 2, max: 4}", "environments/dev/local/kubernetes/web/horizontalpodautoscaler-web.yaml", "maxReplicas: 4"),
    (WEB_FILE, "  version: 1.0.0", "environments/dev/local/kubernetes/web/deployment-web.yaml", "image: ghcr.io/example/web:1.0.0"),
    (WEB_FILE, "    verbs: [get]", "environments/dev/local/kubernetes/web/role-web.yaml", "- get"),
    (WEB_FILE, "  readiness: {path: /readyz}", "environments/dev/local/kubernetes/web/deployment-web.yaml", "path: /readyz"),
    (WEB_FILE, "  liveness: {path: /livez}", "environments/dev/local/kubernetes/web/deployment-web.yaml", "path: /livez"),
]  # fmt: skip
"""A line of the spec, and the rendered line that a stand-in for an outside program finds fault with."""


def defects() -> Iterator[Defect]:
    """The corpus."""
    for kind, fields in WRONG_TYPES.items():
        for field, value in fields.items():
            yield Defect(f"{kind} {field}", "schema/invalid", {WEB_FILE: WEB + patch(kind, field, value)})
    for field, value in POWERS.items():
        yield Defect(field, "workloads/pod-security", {WEB_FILE: WEB + patch("Deployment", field, value)})
    for image, rule in IMAGES.items():
        yield Defect(image, rule, {WEB_FILE: WEB + patch("Deployment", f"{CONTAINER}/image", f'"{image}"')})
    for field, (rule, value) in REFERENCES.items():
        yield Defect(field, rule, {WEB_FILE: WEB + patch("Deployment", field, value)})
    for name, (rule, item) in EXTRA.items():
        yield Defect(name, rule, {WEB_FILE: f"{WEB}extra:\n- {item} {MARK}\n"})
    for file, line, path, said in LINES:
        if said:
            text = PLATFORM if file == "platform.yaml" else WEB
            yield Defect(
                f"{path}: {said}", "program/line", {file: text.replace(f"{line}\n", f"{line} {MARK}\n")}, path, said
            )


class Outcome(NamedTuple):
    """Where a defect was told; no line where it was not."""

    defect: Defect
    wanted: int
    lines: tuple[int, ...]

    @property
    def exact(self) -> bool:
        """Whether it was told on its line, and there alone."""
        return set(self.lines) == {self.wanted}


def tried(defect: Defect) -> Outcome:
    """Render and judge a defect as `check` does."""
    file, text = next(iter(defect.files.items()))
    wanted = next(number for number, line in enumerate(text.splitlines(), 1) if line.endswith(MARK))
    with tempfile.TemporaryDirectory() as folder:
        files = {"platform.yaml": PLATFORM, WEB_FILE: WEB, "apps/api/service.yaml": API, **defect.files}
        specs.load(files, Path(folder))
        found = pipeline.run(pipeline.Options(folder, jobs=1), write=False)
        session, _ = pipeline.open_rendered(folder)
        problems = [problem for problem in found.problems if problem.rule == defect.rule]
        if defect.path:
            problems = [_stand_in(session, defect)]
        told = [session.sources.place(problem.where) for problem in located(session, problems)]
        return Outcome(defect, wanted, tuple(place.line if place.file == file else -1 for place in told))


def _stand_in(session: Session, defect: Defect) -> Problem:
    """What an outside program would say of the rendered line."""
    from journey import formats

    artifact = find.trials_of(session, defect.path).artifacts[defect.path]
    rows = formats.encode(artifact.format, artifact.content).decode().splitlines()
    line = next(number for number, row in enumerate(rows, 1) if defect.said in row)
    return Problem(Pointer("platform.yaml"), defect.rule, f"{defect.path}:{line}: it does not like this")


def main(arguments: Sequence[str]) -> int:
    """Try all defects, or a sample of them; print the share. Exit 1 where it is less than it must be."""
    chosen = list(defects())
    if arguments:
        chosen = random.Random(0).sample(chosen, int(arguments[0]))
    outcomes = [tried(defect) for defect in chosen]
    lost = [outcome for outcome in outcomes if not outcome.lines]
    wrong = [outcome for outcome in outcomes if outcome.lines and not outcome.exact]
    for outcome in (*lost, *wrong):
        print(f"{outcome.defect.rule}: {outcome.defect.name}: line {outcome.wanted}, told on {outcome.lines or 'none'}")
    share = 1 - (len(lost) + len(wrong)) / len(outcomes)
    print(f"{len(outcomes)} defects: {share:.1%} on the exact line, {len(wrong)} elsewhere, {len(lost)} lost")
    return 0 if share >= LEAST and not lost else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
