"""What runs becomes a spec that renders it again, field for field; or nothing is written and the field is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from journey import pipeline
from journey.changes.adopt import adoption, closing, following
from journey.changes.adopt.adoption import Adoption, Unsound, Where, adopted
from journey.changes.adopt.manifests import Manifest, read
from journey.changes.promotion import carry_out
from journey.ci.refused import Refused
from journey.scaffold import writing
from tests.changes.shop import PLATFORM, Shop

PUBLIC = Path(__file__).parent / "public"
LEAST = 85.0
"""Percent of the leaf fields of the public applications that follow from the spec's own words."""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: pay, labels: {app: pay}}
spec:
  replicas: 2
  selector: {matchLabels: {app: pay}}
  template:
    metadata: {labels: {app: pay, tier: back}}
    spec:
      containers:
      - name: server
        image: ghcr.io/acme/pay:1.2.3
        ports: [{containerPort: 8080}]
        env:
        - {name: MODE, value: fast}
        - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        livenessProbe: {httpGet: {path: /livez, port: 8080}, periodSeconds: 7}
        readinessProbe: {tcpSocket: {port: 8080}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: pay}
spec: {selector: {app: pay}, ports: [{name: http, port: 80, targetPort: 8080}]}
"""


HERE = Where()


def run(root: Path, *texts: str, where: Where = HERE) -> Adoption:
    file = root / "manifests.yaml"
    file.write_text("---\n".join(texts))
    return adopted(str(root), read([str(file)]), where)


def refusal(root: Path, *texts: str, where: Where = HERE) -> str:
    with pytest.raises(Refused) as refused:
        run(root, *texts, where=where)
    return f"{refused.value.problem.message}; {refused.value.problem.hint}"


def said(found: Adoption, name: str = "pay") -> Any:
    return yaml.safe_load(found.files[f"apps/{name}/service.yaml"])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "platform.yaml").write_text(PLATFORM)
    return tmp_path


def test_a_workload_and_its_service_become_one_service(root: Path) -> None:
    found = run(root, DEPLOYMENT, SERVICE)
    spec = said(found)
    assert (spec["kind"], spec["image"], spec["release"]) == ("web", "ghcr.io/acme/pay", {"version": "1.2.3"})
    assert spec["ports"] == {"http": {"port": 8080, "expose": 80}}
    assert spec["health"] == {
        "liveness": {"kind": "http", "port": "http", "path": "/livez", "period": "7s"},
        "readiness": {"kind": "tcp", "port": "http"},
    }
    assert spec["config"] == {"values": {"MODE": "fast"}} and spec["scaling"] == {"min": 2}
    assert spec["live"] == {"namespace": "default", "selector": {"app": "pay"}, "container": "server"}
    assert spec["labels"] == {"tier": "back"} and "extra" not in spec
    assert {"networkPolicy", "workloadChecks", "portNames"} <= set(spec["without"])


def test_what_is_written_renders_the_same_objects(root: Path) -> None:
    found = run(root, DEPLOYMENT, SERVICE)
    assert writing.write(root, dict(found.files)) == []
    report = pipeline.run(pipeline.Options(str(root)), write=True)
    assert report.written, report.problems
    folder = root / "environments/dev/local/kubernetes/pay"
    assert sorted(path.name for path in folder.iterdir()) == ["deployment-pay.yaml", "service-pay.yaml"]
    for text in (DEPLOYMENT, SERVICE):
        want = yaml.safe_load(text)
        want["metadata"]["namespace"] = "default"
        assert yaml.safe_load((folder / f"{want['kind'].lower()}-pay.yaml").read_text()) == want


def test_public_applications_are_made_of_the_specs_own_words(root: Path) -> None:
    by_words = leaves = 0
    for file in sorted(PUBLIC.glob("*.yaml")):
        found = adopted(str(root), read([str(file)]), Where())
        by_words += sum(one.by_words for one in found.services)
        leaves += sum(one.leaves for one in found.services)
    assert leaves > 200 and 100 * by_words / leaves >= LEAST


def test_scaling_budget_security_and_claims_keep_their_conventions(root: Path) -> None:
    store = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: data}
spec:
  serviceName: store
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec:
      serviceAccountName: store
      securityContext: {runAsNonRoot: true, runAsUser: 999, runAsGroup: 1000}
      volumes: [{name: tmp, emptyDir: {medium: Memory, sizeLimit: 8Mi}}]
      containers:
      - name: store
        image: registry.example.com/store@sha256:SUM
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}
        ports: [{name: tcp, containerPort: 7000, protocol: UDP}]
        startupProbe: {exec: {command: [ready]}, failureThreshold: 9}
        volumeMounts: [{name: data, mountPath: /data}, {name: tmp, mountPath: /tmp}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 3Gi}}}
""".replace("SUM", "0" * 64)
    around = """\
apiVersion: v1
kind: ServiceAccount
metadata: {name: store, namespace: data}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: store, namespace: data}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: store}
  minReplicas: 2
  maxReplicas: 5
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: store, namespace: data}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: store}}}
"""
    with pytest.raises(Unsound) as unsound:
        run(root, store, around)
    assert "no add-on of cluster `local` provides `resource-metrics`" in unsound.value.problems[0].message
    platform = PLATFORM.replace("gateway: ingress}", "gateway: ingress, addons: [metrics-server]}", 1)
    chart = '{repository: "https://example.com/charts", name: metrics-server, version: 3.0.0}'
    addon = f"addons:\n  metrics-server: {{provides: [resource-metrics], team: web, chart: {chart}}}\n"
    apart = platform.replace("staging: {clusters: [local]", "staging: {clusters: [west]")
    (root / "platform.yaml").write_text(apart + addon)
    spec = said(run(root, store, around), "store")
    assert spec["kind"] == "stateful" and spec["scaling"] == {"min": 2, "max": 5, "cpu": 60}
    assert spec["security"] == {
        "user": 999,
        "group": 1000,
        "readOnlyRoot": False,
        "addCapabilities": ["NET_BIND_SERVICE"],
    }
    assert spec["volumes"]["data"] == {
        "path": "/data",
        "kind": "persistent",
        "size": "3Gi",
        "storageClass": "fast",
        "accessMode": "ReadWriteOnce",
    }
    assert spec["volumes"]["tmp"] == {"path": "/tmp", "kind": "memory", "size": "8Mi"}
    assert spec["release"] == {"version": "latest", "digest": f"sha256:{'0' * 64}"}
    assert not {"autoscaler", "podDisruptionBudget", "securityContext", "serviceAccount", "portNames"} & set(
        spec["without"]
    )
    assert spec["health"]["startup"] == {"kind": "exec", "command": ["ready"], "failures": 9}


def test_what_runs_at_times_and_once(root: Path) -> None:
    cron = """\
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "*/15 * * * *"
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 60
  successfulJobsHistoryLimit: 2
  jobTemplate:
    spec:
      backoffLimit: 4
      template:
        metadata: {labels: {app: report}}
        spec:
          restartPolicy: Never
          containers: [{name: report, image: "example.com/report:3", args: [now]}]
"""
    job = """\
apiVersion: batch/v1
kind: Job
metadata: {name: seed}
spec:
  activeDeadlineSeconds: 90
  parallelism: 2
  template:
    spec:
      restartPolicy: OnFailure
      containers: [{name: seed, image: "example.com/seed:1"}]
"""
    found = run(root, cron, job)
    spec = said(found, "report")
    assert (spec["kind"], spec["args"], spec["run"]) == ("cron", ["now"], {"backoffLimit": 4})
    assert spec["schedule"] == {"cron": "*/15 * * * *", "concurrency": "Forbid", "deadline": "60s", "keep": 2}
    assert spec["live"]["selector"] == {"app": "report"}
    assert said(found, "seed")["run"] == {"timeout": "90s", "parallelism": 2}


def test_what_no_service_owns_goes_with_the_first_and_secrets_stay(root: Path) -> None:
    others = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: shared}
data: {A: b}
---
apiVersion: v1
kind: Secret
metadata: {name: login}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""
    found = run(root, DEPLOYMENT, others, where=Where(namespace="shop"))
    assert [(item["kind"], item["metadata"]["namespace"]) for item in said(found)["extra"]] == [("ConfigMap", "shop")]
    assert [str(item) for item in found.left] == ["Secret `login`", "Namespace `shop`"]


def test_what_an_api_server_wrote_is_not_adopted(root: Path) -> None:
    live = yaml.safe_load(DEPLOYMENT)
    live["metadata"] |= {"uid": "1", "resourceVersion": "2", "creationTimestamp": "2030-01-01T00:00:00Z"}
    live["metadata"]["annotations"] = {"deployment.kubernetes.io/revision": "3", "kept": "yes"}
    live["status"] = {"replicas": 2}
    live["spec"]["template"]["metadata"]["creationTimestamp"] = None
    listed = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [live]})
    text = run(root, listed).files["apps/pay/service.yaml"]
    assert "kept" in text and not any(word in text for word in ("uid", "status", "revision", "creationTimestamp"))


def test_dates_are_text_as_kubectl_reads_them(root: Path) -> None:
    text = DEPLOYMENT.replace("name: pay, labels: {app: pay}", "name: pay, labels: {of: 2030-01-31}")
    assert "2030-01-31" in run(root, text).files["apps/pay/service.yaml"]


def test_what_the_spec_refuses_is_left_to_a_patch(root: Path) -> None:
    text = DEPLOYMENT.replace("periodSeconds: 7", "periodSeconds: 99999999999")
    spec = said(run(root, text, SERVICE))
    assert "period" not in spec["health"]["liveness"]
    assert {"op": "replace", "path": "/spec/template/spec/containers/0/livenessProbe/periodSeconds"}.items() <= next(
        one for patch in spec["patches"] for one in patch.get("json", ()) if one["path"].endswith("periodSeconds")
    ).items()


def test_a_password_is_refused_on_its_line(root: Path) -> None:
    text = DEPLOYMENT.replace("{name: MODE, value: fast}", "{name: DB_PASSWORD, value: hunter2hunter2}")
    with pytest.raises(Unsound) as unsound:
        run(root, text)
    assert any("secret" in problem.rule for problem in unsound.value.problems)


@pytest.mark.parametrize(
    ("texts", "where", "message"),
    [
        (
            (SERVICE,),
            HERE,
            (
                "there is no workload to make a service of: Deployment, StatefulSet, CronJob, Job; "
                "name the files that hold one"
            ),
        ),
        ((DEPLOYMENT,), Where(environment="prod"), "no environment `prod` renders from head; one that does: dev"),
        ((DEPLOYMENT,), Where(environment="dve"), "no environment `dve` renders from head; did you mean `dev`?"),
        ((DEPLOYMENT,), Where(cluster="locla"), "`dev` has no cluster `locla`; did you mean `local`?"),
        ((DEPLOYMENT,), Where(team="wbe"), "there is no team `wbe`; --team web"),
    ],
)
def test_what_cannot_be_adopted(root: Path, texts: tuple[str, ...], where: Where, message: str) -> None:
    assert refusal(root, *texts, where=where) == message


def test_names_that_are_taken_or_cannot_be(root: Path) -> None:
    file = f"{root}/manifests.yaml"
    assert refusal(root, DEPLOYMENT, DEPLOYMENT).startswith(f"{file}: Deployment `pay` stands also in {file}")
    assert refusal(root, DEPLOYMENT.replace("name: pay", "name: pay.v1")).startswith(
        f"{file}: Deployment `pay.v1` has a name that no service can have"
    )
    writing.write(root, dict(run(root, DEPLOYMENT).files))
    assert refusal(root, DEPLOYMENT).startswith(f"{file}: there is a service or datastore `pay` already")


def test_everything_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: [\n")
    (tmp_path / "b.yml").write_text("just text\n---\nkind: Pod\n")
    with pytest.raises(Refused) as refused:
        read([str(tmp_path), str(tmp_path / "none.yaml")])
    message = refused.value.problem.message
    assert "a.yaml: while parsing" in message and message.count("no Kubernetes object with kind and metadata.name") == 2
    assert message.endswith("none.yaml: there is no such file or folder")
    (tmp_path / "a.yaml").write_text("---\n")
    (tmp_path / "b.yml").unlink()
    with pytest.raises(Refused, match="there is no object in what is named"):
        read([str(tmp_path)])


def test_a_field_that_would_differ_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adoption, "_patches", lambda *_: iter(()))
    message = refusal(root, DEPLOYMENT, SERVICE)
    assert message.startswith("would not be rendered as it is: ")
    assert "Deployment `pay`: /spec/template/spec/containers/0/env" in message


def test_a_spec_with_errors_is_told_first(root: Path) -> None:
    (root / "platform.yaml").write_text(PLATFORM.replace("clusters: [local]}", "clusters: [lcal]}", 1))
    with pytest.raises(Unsound) as unsound:
        run(root, DEPLOYMENT)
    assert [problem.rule for problem in unsound.value.problems] == ["spec/unknown-cluster"]


@pytest.mark.parametrize(
    ("have", "want"),
    [
        ({"a": 1}, {"a": 2, "b": [1]}),
        ({"a/b": {"c~": 1}}, {"a/b": {}}),
        ([1, 2, 3], [3]),
        ([{"name": "a", "v": 1}, {"name": "b"}], [{"name": "b"}, {"name": "a", "v": 2}, {"name": "c"}]),
        ([], [1]),
        ([1, 2], [5, 6, 7, 2]),
        ([{"name": "a"}, {"name": "b", "v": [1]}, {"name": "c"}], [{"name": "b", "v": [2]}]),
        ({"a": True}, {"a": 1}),
    ],
)
def test_operations_close_what_is_between(have: Any, want: Any) -> None:
    from journey.workload.jsonpatch import json_patch

    found = json_patch({"x": have}, list(closing.operations({"x": have}, {"x": want})))
    assert found == {"x": want} and repr(found) == repr({"x": want})


def test_a_share_counts_leaves_by_name_and_not_by_place() -> None:
    have = {"kind": "A", "env": [{"name": "X", "value": "1"}, {"name": "Y", "value": "2"}], "n": 1}
    want = {"kind": "B", "env": [{"name": "Y", "value": "2"}], "n": 2, "e": []}
    assert closing.made(have, want) == (1, 3)


def test_a_manifest_says_what_it_is() -> None:
    assert str(Manifest({"kind": "Pod", "metadata": {"name": "a"}}, "f")) == "Pod `a`"


def test_conventions_are_switched_on_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(f"{DEPLOYMENT}---\n{SERVICE}")
    shop = Shop(tmp_path / "shop")
    writing.write(shop.root, dict(adopted(str(shop.root), read([str(tmp_path / "m.yaml")]), Where()).files))
    shop.commit("adopted")
    plan = following.planned(str(shop.root), "pay")
    assert plan.act.target == "monitor" and plan.notes[0].startswith("then: podDisruptionBudget, ")
    carry_out(str(shop.root), plan)
    assert shop.git("log", "-1", "--format=%s") == "Switch monitor on for pay"
    plan = following.planned(str(shop.root), "pay")
    assert plan.act.target == "podDisruptionBudget"
    assert [changed.path for changed in plan.seen.changed] == [
        "environments/dev/local/kubernetes/pay/poddisruptionbudget-pay.yaml"
    ]
    for service, convention, message in (
        ("pya", "", "there is no service `pya`"),
        ("web", "", "every convention is on for web"),
        ("pay", "monitor", "`monitor` is not switched off for pay"),
    ):
        with pytest.raises(Refused) as refused:
            following.planned(str(shop.root), service, convention)
        assert refused.value.problem.message == message
