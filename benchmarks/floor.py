"""The floor: the least Python that makes the neutral workload's files from its spec, in one process.

    python -m benchmarks.floor SPEC.json OUT

Text written by hand for each object, files opened and written, nothing else: no validation, no error with a line
number, no ownership of the output. It is a yardstick, not a design.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

from benchmarks import workload
from benchmarks.workload import Tree


def texts(a: Tree) -> Iterator[tuple[str, str]]:
    """The text of each object of one service in one environment, by file name; strings are quoted as JSON."""
    q = json.dumps
    n, e, t, ns, tag = a["name"], a["env"], a["team"], a["namespace"], q(a["tag"])
    lab = (
        f"    app.kubernetes.io/name: {n}\n    app.kubernetes.io/instance: {n}-{e}\n"
        f"    app.kubernetes.io/version: {tag}\n    app.kubernetes.io/part-of: {t}\n"
        f"    app.kubernetes.io/managed-by: platform\n    environment: {e}\n"
    )
    lab8 = lab.replace("    ", "        ")
    meta = f"metadata:\n  name: {n}\n  namespace: {ns}\n  labels:\n{lab}"

    def sel(i: str) -> str:
        return f"{i}app.kubernetes.io/name: {n}\n{i}environment: {e}\n"

    env = "".join(f"        - name: {k}\n          value: {q(v)}\n" for k, v in sorted(a["envVars"].items()))
    r = a["resources"]
    yield "serviceaccount", f"apiVersion: v1\nkind: ServiceAccount\n{meta}automountServiceAccountToken: false\n"
    yield (
        "deployment",
        f"""apiVersion: apps/v1
kind: Deployment
{meta}spec:
  replicas: {a["minReplicas"]}
  revisionHistoryLimit: 5
  selector:
    matchLabels:
{sel("      ")}  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  template:
    metadata:
      labels:
{lab8}      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "{a["port"]}"
    spec:
      serviceAccountName: {n}
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        runAsUser: {a["runAsUser"]}
        fsGroup: {a["runAsUser"]}
        seccompProfile:
          type: RuntimeDefault
      containers:
      - name: app
        image: {a["image"]}
        imagePullPolicy: IfNotPresent
        ports:
        - name: http
          containerPort: {a["port"]}
          protocol: TCP
        env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
{env}        envFrom:
        - configMapRef:
            name: {n}
        resources:
          requests:
            cpu: {q(r["requests"]["cpu"])}
            memory: {q(r["requests"]["memory"])}
          limits:
            cpu: {q(r["limits"]["cpu"])}
            memory: {q(r["limits"]["memory"])}
        livenessProbe:
          httpGet:
            path: /healthz
            port: http
          initialDelaySeconds: 15
          periodSeconds: 10
          timeoutSeconds: 2
          failureThreshold: 3
        readinessProbe:
          httpGet:
            path: /readyz
            port: http
          initialDelaySeconds: 5
          periodSeconds: 10
          timeoutSeconds: 2
          failureThreshold: 3
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities:
            drop:
            - ALL
        volumeMounts:
        - name: tmp
          mountPath: /tmp
      volumes:
      - name: tmp
        emptyDir:
          sizeLimit: 64Mi
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
        labelSelector:
          matchLabels:
{sel("            ")}""",
    )
    yield (
        "service",
        f"""apiVersion: v1
kind: Service
{meta}spec:
  type: ClusterIP
  selector:
{sel("    ")}  ports:
  - name: http
    port: 80
    targetPort: http
    protocol: TCP
""",
    )
    data = "".join(f"  {k}: {q(v)}\n" for k, v in sorted(a["config"].items()))
    yield "configmap", f"apiVersion: v1\nkind: ConfigMap\n{meta}data:\n{data}"
    yield (
        "hpa",
        f"""apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{meta}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {n}
  minReplicas: {a["minReplicas"]}
  maxReplicas: {a["maxReplicas"]}
  metrics:
  - type: Resource
    resource:
      name: cpu
      target:
        type: Utilization
        averageUtilization: 70
  - type: Resource
    resource:
      name: memory
      target:
        type: Utilization
        averageUtilization: 80
""",
    )
    budget = "minAvailable: 50%" if a["minReplicas"] > 1 else "maxUnavailable: 1"
    yield (
        "pdb",
        f"""apiVersion: policy/v1
kind: PodDisruptionBudget
{meta}spec:
  {budget}
  selector:
    matchLabels:
{sel("      ")}""",
    )
    peers = "".join(
        f"    - namespaceSelector: {{}}\n      podSelector:\n        matchLabels:\n"
        f"          app.kubernetes.io/name: {f}\n          environment: {e}\n"
        for f in a["allowFrom"]
    )
    yield (
        "networkpolicy",
        f"""apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{meta}spec:
  podSelector:
    matchLabels:
{sel("      ")}  policyTypes:
  - Ingress
  - Egress
  ingress:
  - from:
{peers}    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {a["monitoringNamespace"]}
    ports:
    - port: http
      protocol: TCP
  egress:
  - to:
    - namespaceSelector: {{}}
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
  - to:
    - ipBlock:
        cidr: 10.0.0.0/8
""",
    )
    yield (
        "ingress",
        f"""apiVersion: networking.k8s.io/v1
kind: Ingress
{meta}  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
spec:
  ingressClassName: {a["ingressClass"]}
  tls:
  - hosts:
    - {a["host"]}
    secretName: {n}-tls
  rules:
  - host: {a["host"]}
    http:
      paths:
      - path: {a["path"]}
        pathType: Prefix
        backend:
          service:
            name: {n}
            port:
              name: http
""",
    )
    yield (
        "servicemonitor",
        f"""apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
{meta}spec:
  selector:
    matchLabels:
{sel("      ")}  endpoints:
  - port: http
    path: /metrics
    interval: 30s
    scrapeTimeout: 10s
""",
    )
    auto = "    automated:\n      prune: true\n      selfHeal: true\n" if a["autoSync"] else ""
    yield (
        "application",
        f"""apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {n}-{e}
  namespace: {a["argocdNamespace"]}
  labels:
{lab}  finalizers:
  - resources-finalizer.argocd.argoproj.io
spec:
  project: {t}
  source:
    repoURL: {a["repoURL"]}
    targetRevision: {a["revision"]}
    path: {e}/{n}
  destination:
    server: {a["server"]}
    namespace: {ns}
  syncPolicy:
{auto}    syncOptions:
    - CreateNamespace=true
""",
    )


def write(path: str, data: bytes) -> None:
    """Write a file by the system's own calls."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(file, data)
    os.close(file)


def main(spec_path: str, out: str) -> None:
    """Write all files."""
    with open(spec_path, "rb") as file:
        spec = json.load(file)
    for service in spec["services"]:
        for env in workload.ENVS:
            folder = f"{out}/{env}/{service['name']}"
            os.makedirs(folder, exist_ok=True)
            for kind, text in texts(workload.resolve(spec, service, env)):
                write(f"{folder}/{kind}.yaml", text.encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
