"""Volumes, claims, and secrets as files."""

from __future__ import annotations

import pytest

from tests.workload.platforms import Data, container_of, objects, pod_of, service


def test_temporary_volumes_have_a_limit_and_memory_is_memory() -> None:
    volumes = {"tmp": {"path": "/tmp"}, "cache": {"path": "/cache", "kind": "memory", "size": "1Gi"}}
    pod = pod_of(objects(service(volumes=volumes))["Deployment/auth"])
    assert pod["volumes"] == [
        {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        {"name": "cache", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
    ]
    assert pod["containers"][0]["volumeMounts"] == [
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "cache", "mountPath": "/cache"},
    ]


def persistent(**fields: str) -> Data:
    return {"data": {"path": "/data", "kind": "persistent", "size": "5Gi", **fields}}


def test_a_persistent_volume_is_a_claim_that_outlives_its_application() -> None:
    found = objects(service(volumes=persistent(storageClass="gp3")))
    claim = found["PersistentVolumeClaim/auth-data"]
    assert claim["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "gp3",
        "resources": {"requests": {"storage": "5Gi"}},
    }
    keep = {"argocd.argoproj.io/sync-options": "Delete=false,Prune=false"}
    assert claim["metadata"]["annotations"] == keep
    assert found["Namespace/auth"]["metadata"]["annotations"] == keep
    volumes = pod_of(found["Deployment/auth"])["volumes"]
    assert volumes == [{"name": "data", "persistentVolumeClaim": {"claimName": "auth-data"}}]


@pytest.mark.parametrize(
    ("mode", "strategy"),
    [("ReadWriteOnce", "Recreate"), ("ReadWriteOncePod", "Recreate"), ("ReadWriteMany", "RollingUpdate")],
)
def test_an_update_never_waits_for_a_volume_that_the_old_pod_holds(mode: str, strategy: str) -> None:
    found = objects(service(volumes=persistent(accessMode=mode)))["Deployment/auth"]
    assert found["spec"]["strategy"]["type"] == strategy


def test_the_storage_class_is_the_volumes_or_the_clusters() -> None:
    found = objects(service(volumes=persistent()), cluster={"storageClass": "standard"})
    assert found["PersistentVolumeClaim/auth-data"]["spec"]["storageClassName"] == "standard"
    assert "storageClassName" not in objects(service(volumes=persistent()))["PersistentVolumeClaim/auth-data"]["spec"]


def test_pods_of_a_stateful_service_have_claims_with_labels_that_never_change() -> None:
    said = service(kind="stateful", volumes=persistent(), labels={"example.com/tier": "data"})
    found = objects(said, cluster={"storageClass": "gp3"})
    stateful = found["StatefulSet/auth"]
    assert stateful["spec"]["volumeClaimTemplates"] == [
        {
            "metadata": {"name": "data", "labels": stateful["spec"]["selector"]["matchLabels"]},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "gp3",
                "resources": {"requests": {"storage": "5Gi"}},
            },
        }
    ]
    assert container_of(stateful)["volumeMounts"] == [{"name": "data", "mountPath": "/data"}]
    assert "volumes" not in pod_of(stateful)
    assert "PersistentVolumeClaim/auth-data" not in found
    assert "annotations" not in stateful["metadata"]
    assert "persistentVolumeClaimRetentionPolicy" not in stateful["spec"]


def secret_files(*paths: str, **fields: object) -> Data:
    secrets = {f"S{number}": {"path": "a", "key": "b", "file": path} for number, path in enumerate(paths)}
    return pod_of(objects(service(secrets=secrets, **fields))["Deployment/auth"])


def test_a_folder_of_secrets_is_one_volume_that_follows_their_rotation() -> None:
    pod = secret_files("/etc/tls/key.pem", "/etc/tls/cert.pem", "/etc/other/token")
    assert pod["volumes"] == [
        {"name": "secret-files", "secret": {"secretName": "auth", "items": [{"key": "S2", "path": "token"}]}},
        {
            "name": "secret-files-2",
            "secret": {
                "secretName": "auth",
                "items": [{"key": "S0", "path": "key.pem"}, {"key": "S1", "path": "cert.pem"}],
            },
        },
    ]
    assert pod["containers"][0]["volumeMounts"] == [
        {"name": "secret-files", "mountPath": "/etc/other", "readOnly": True},
        {"name": "secret-files-2", "mountPath": "/etc/tls", "readOnly": True},
    ]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/run/secrets/token", {}),
        ("/etc/auth/token", {"config": {"files": {"/etc/auth/app.yaml": "a"}}}),
        ("/data/token", {"volumes": {"cache": {"path": "/data/cache"}}}),
    ],
)
def test_a_secret_stands_by_itself_where_its_folder_holds_more(path: str, fields: Data) -> None:
    mounts = secret_files(path, **fields)["containers"][0]["volumeMounts"]
    assert {"name": "secret-files", "mountPath": path, "subPath": "token", "readOnly": True} in mounts


def test_a_secret_above_another_folder_of_secrets_stands_by_itself() -> None:
    mounts = secret_files("/etc/auth/a", "/etc/auth/tls/b")["containers"][0]["volumeMounts"]
    assert mounts == [
        {"name": "secret-files", "mountPath": "/etc/auth/a", "subPath": "a", "readOnly": True},
        {"name": "secret-files-2", "mountPath": "/etc/auth/tls", "readOnly": True},
    ]
