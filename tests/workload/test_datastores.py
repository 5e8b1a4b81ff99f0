"""Datastores: a StatefulSet, CloudNativePG, a cache, or only a name."""

from __future__ import annotations

from typing import Any

import pytest

from journey.objectschemas import kubernetes_versions
from journey.problem import Pointer
from journey.workload.datastores import datastore_objects
from tests.workload.platforms import Data, checked, container_of, pod_of, service, store, store_objects, view_of

KEEP = {"argocd.argoproj.io/sync-options": "Delete=false,Prune=false"}
NEEDS_IT: dict[str, Data] = {"auth": service(needs=[{"datastore": "main"}]), "mail": service()}
BACKUPS = {"bucket": "s3://backups.example.com/main", "keep": "36h", "schedule": "0 3 * * *"}
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


@pytest.mark.parametrize("kubernetes", kubernetes_versions())
@pytest.mark.parametrize(
    "said",
    [
        store(databases=["auth"]),
        store(databases=["auth"], instances=3, backups=BACKUPS),
        store(engine="redis", version="7.2", instances=2),
        store(engine="valkey", version="8.1"),
    ],
)
def test_every_version_takes_the_objects(kubernetes: str, said: Data) -> None:
    cluster = {"kubernetes": kubernetes, "addons": ["prometheus", "cnpg"]}
    store_objects(said, NEEDS_IT, cluster=cluster)


def test_one_instance_of_postgresql_is_a_stateful_set() -> None:
    assert list(store_objects(store(databases=["auth"]))) == [
        "Namespace/main",
        "ResourceQuota/main",
        "LimitRange/main",
        "ServiceAccount/main",
        "SecretStore/main",
        "ExternalSecret/main",
        "ExternalSecret/main-auth",
        "NetworkPolicy/default-deny",
        "NetworkPolicy/main",
        "Service/main",
        "Service/main-pods",
        "StatefulSet/main",
        "PodDisruptionBudget/main",
        "Job/main-databases",
    ]


def test_data_stay_unless_the_spec_lets_them_go() -> None:
    found = store_objects(store())
    for key in ("Namespace/main", "StatefulSet/main"):
        assert found[key]["metadata"]["annotations"] == KEEP
    retired = store_objects(store(retire="Moved to another."))
    for key in ("Namespace/main", "StatefulSet/main"):
        assert "annotations" not in retired[key]["metadata"]


def test_the_server_runs_restricted_with_what_its_size_gives_it() -> None:
    said = store(size="large", storage="5Gi", storageClass="fast", image="docker.io/library/postgres:15.15")
    found = store_objects(said, cluster={"images": {"docker.io/": "mirror.example.com/"}})["StatefulSet/main"]
    container = container_of(found)
    assert container["image"] == "mirror.example.com/library/postgres:15.15"
    assert container["securityContext"] == RESTRICTED
    assert pod_of(found)["securityContext"]["runAsUser"] == 999
    assert container["resources"]["limits"] == {"memory": "2Gi"}
    assert "shared_buffers=512MB" in container["args"]
    assert "effective_cache_size=1536MB" in container["args"]
    claim = found["spec"]["volumeClaimTemplates"][0]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "5Gi"}},
    }
    assert claim["metadata"]["labels"] == found["spec"]["selector"]["matchLabels"]


def test_alpine_has_another_user() -> None:
    found = store_objects(store(image="postgres:15-alpine"))["StatefulSet/main"]
    assert pod_of(found)["securityContext"]["runAsUser"] == 70


@pytest.mark.parametrize(
    ("version", "mount", "folder"),
    [
        ("15", "/var/lib/postgresql/data", "/var/lib/postgresql/data/pgdata"),
        ("18.1", "/var/lib/postgresql", "/var/lib/postgresql/18/docker"),
    ],
)
def test_data_lie_where_the_image_of_that_version_wants_them(version: str, mount: str, folder: str) -> None:
    container = container_of(store_objects(store(version=version))["StatefulSet/main"])
    assert container["volumeMounts"][0] == {"name": "data", "mountPath": mount}
    assert {"name": "PGDATA", "value": folder} in container["env"]
    assert container["image"] == f"docker.io/library/postgres:{version}"


def test_databases_and_their_roles_are_made_after_the_server_is_up() -> None:
    found = store_objects(store(databases=["auth", "audit-log"]))
    job = found["Job/main-databases"]
    assert job["metadata"]["annotations"] == {
        "argocd.argoproj.io/hook": "Sync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
        "argocd.argoproj.io/sync-wave": "1",
    }
    container = container_of(job)
    assert container["command"][:2] == ["sh", "-ec"]
    assert container["command"][3:] == ["databases", "auth", "audit-log"]
    env = {item["name"]: item.get("valueFrom", {}).get("secretKeyRef") for item in container["env"]}
    assert env["ROLE_AUDIT_LOG_PASSWORD"] == {"name": "main-audit-log", "key": "password"}
    assert env["PGUSER"] == {"name": "main", "key": "username"}
    assert found["ExternalSecret/main-audit-log"]["spec"]["data"][1]["remoteRef"] == {
        "key": "dev/datastores/main/audit-log",
        "property": "password",
    }
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert not found["Service/main"]["spec"]["selector"].items() <= labels.items()


def test_flux_makes_databases_once_for_each_list_of_them() -> None:
    names = [
        store_objects(store(databases=databases), cluster={"gitops": "flux"})
        for databases in (["auth"], ["auth", "mail"])
    ]
    jobs = [next(item for item in found.values() if item["kind"] == "Job")["metadata"] for found in names]
    assert jobs[0]["name"] != jobs[1]["name"]
    assert "annotations" not in jobs[0]


def test_only_services_that_need_it_may_dial_it() -> None:
    spec = store_objects(store(), NEEDS_IT)["NetworkPolicy/main"]["spec"]
    assert spec["ingress"] == [
        {
            "from": [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "auth"}},
                    "podSelector": {"matchLabels": {"app.kubernetes.io/name": "auth"}},
                }
            ],
            "ports": [{"port": 5432, "protocol": "TCP"}],
        },
        {"from": [{"podSelector": {}}]},
    ]
    assert len(spec["egress"]) == 2


def test_the_quota_counts_instances_and_the_job_beside_them() -> None:
    found = store_objects(store(size="medium"), environment={"quota": {"headroom": 0}})
    hard = found["ResourceQuota/main"]["spec"]["hard"]
    assert hard == {"pods": "2", "requests.cpu": "500m", "requests.memory": "512Mi", "limits.memory": "1Gi"}


def test_without_amounts_there_is_only_a_number_of_pods() -> None:
    found = store_objects(store(size="none"), sizes={"none": {}})
    assert set(found["ResourceQuota/main"]["spec"]["hard"]) == {"pods"}
    assert "LimitRange/main" not in found
    assert "resources" not in container_of(found["StatefulSet/main"])


def operated(**fields: Any) -> dict[str, Data]:
    cluster = {"provider": "aws", "addons": ["prometheus", "cnpg"], **fields.pop("cluster", {})}
    return store_objects(store(instances=3, databases=["auth"], **fields), NEEDS_IT, cluster=cluster)


def test_more_instances_of_postgresql_are_an_operators() -> None:
    found = operated(storage="20Gi", cluster={"storageClass": "gp3"})
    spec = found["Cluster/main"]["spec"]
    assert (spec["instances"], spec["imageName"]) == (3, "ghcr.io/cloudnative-pg/postgresql:15")
    assert spec["storage"] == {"size": "20Gi", "storageClass": "gp3"}
    assert spec["bootstrap"]["initdb"] == {"database": "main", "owner": "main", "secret": {"name": "main"}}
    assert spec["certificates"]["serverAltDNSNames"] == ["main.main", "main.main.svc", "main.main.svc.cluster.local"]
    assert spec["managed"]["roles"] == [
        {"name": "auth", "ensure": "present", "login": True, "passwordSecret": {"name": "main-auth"}}
    ]
    assert found["Cluster/main"]["metadata"]["annotations"] == KEEP
    assert found["Database/main-auth"]["spec"] == {
        "name": "auth",
        "owner": "auth",
        "cluster": {"name": "main"},
        "databaseReclaimPolicy": "retain",
    }
    assert found["ExternalSecret/main-auth"]["spec"]["target"]["template"]["type"] == "kubernetes.io/basic-auth"
    assert "StatefulSet/main" not in found


def test_the_name_that_pods_dial_leads_to_the_primary() -> None:
    spec = operated()["Service/main"]["spec"]
    assert spec["selector"] == {"cnpg.io/cluster": "main", "cnpg.io/instanceRole": "primary"}


@pytest.mark.parametrize(
    ("provider", "credentials"),
    [
        ("aws", {"s3Credentials": {"inheritFromIAMRole": True}}),
        ("gcp", {"googleCredentials": {"gkeEnvironment": True}}),
        ("azure", {"azureCredentials": {"inheritFromAzureAD": True}}),
        ("local", {}),
    ],
)
def test_backups_go_to_a_folder_of_this_cluster_and_are_kept_whole_days(provider: str, credentials: Data) -> None:
    found = operated(backups=BACKUPS, cluster={"provider": provider})
    backup = found["Cluster/main"]["spec"]["backup"]
    assert backup["retentionPolicy"] == "2d"
    assert backup["barmanObjectStore"] == {
        "destinationPath": "s3://backups.example.com/main/dev/local",
        **credentials,
        "wal": {"compression": "gzip"},
        "data": {"compression": "gzip"},
    }
    assert found["ScheduledBackup/main"]["spec"]["schedule"] == "0 0 3 * * *"
    assert "ScheduledBackup/main" not in operated()


def test_an_operated_database_talks_to_its_operator_the_api_server_and_where_backups_lie() -> None:
    spec = operated(backups=BACKUPS)["NetworkPolicy/main"]["spec"]
    came = [
        (rule["from"][0].get("namespaceSelector", {}).get("matchLabels", {}).get("kubernetes.io/metadata.name"), ports)
        for rule in spec["ingress"]
        for ports in [[port["port"] for port in rule.get("ports", [])]]
    ]
    assert came == [("auth", [5432]), ("prometheus-system", [9187]), ("cnpg-system", [8000, 5432]), (None, [])]
    went = [[port["port"] for port in rule.get("ports", [])] for rule in spec["egress"]]
    assert went == [[53, 53], [], [443, 6443], [443], [80]]
    assert len(operated()["NetworkPolicy/main"]["spec"]["egress"]) == 3


def test_without_prometheus_and_operator_there_is_nothing_of_them() -> None:
    found = store_objects(store(instances=2))
    assert "PodMonitor/main" not in found
    assert [rule["from"] for rule in found["NetworkPolicy/main"]["spec"]["ingress"]] == [[{"podSelector": {}}]]


@pytest.mark.parametrize(
    ("engine", "version", "image"),
    [("redis", "7.2", "docker.io/library/redis:7.2"), ("valkey", "8.1", "docker.io/valkey/valkey:8.1")],
)
def test_a_cache_appends_to_its_volume_and_leaves_memory_for_itself(engine: str, version: str, image: str) -> None:
    found = store_objects(store(engine=engine, version=version, size="medium"), NEEDS_IT)
    container = container_of(found["StatefulSet/main"])
    assert (container["image"], container["command"]) == (image, [f"{engine}-server"])
    args = container["args"]
    assert args[args.index("--maxmemory") + 1] == str(512 * 2**20 * 3 // 4)
    assert args[args.index("--requirepass") + 1] == "$(PASSWORD)"
    assert container["readinessProbe"]["exec"]["command"] == ["sh", "-c", f"{engine}-cli ping | grep -q PONG"]
    assert found["NetworkPolicy/main"]["spec"]["ingress"][0]["ports"] == [{"port": 6379, "protocol": "TCP"}]
    assert "Job/main-databases" not in found


def test_further_instances_of_a_cache_copy_the_first_which_alone_is_dialled() -> None:
    found = store_objects(store(engine="valkey", version="8.1", instances=3))
    assert found["StatefulSet/main"]["spec"]["replicas"] == 3
    command = container_of(found["StatefulSet/main"])["command"]
    assert '[ "$HOSTNAME" = main-0 ] || set -- "$@" --replicaof main-0.main-pods 6379' in command[2]
    assert found["Service/main"]["spec"]["selector"]["statefulset.kubernetes.io/pod-name"] == "main-0"


def test_of_a_managed_datastore_there_is_the_name_that_pods_dial() -> None:
    found = store_objects(store(), environment={"datastores": "managed"})
    assert list(found) == ["Namespace/main", "Service/main"]
    assert found["Service/main"]["spec"] == {"type": "ExternalName", "externalName": "main.dev.local.acme.internal"}


def test_findings_point_at_the_datastore_in_the_platform() -> None:
    rendered = datastore_objects(view_of(datastores={"main": store()}), "main", "dev", "local")
    assert {item.origin for item in rendered} == {Pointer("platform.yaml", ("datastores", "main"))}
    assert checked(rendered, "1.34")


def test_an_unknown_datastore_has_nothing() -> None:
    assert datastore_objects(view_of(), "main", "dev", "local") == []
