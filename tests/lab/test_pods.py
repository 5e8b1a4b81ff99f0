"""What a pod template becomes as a process of this machine."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, cast

import pytest

from journey.lab import pods
from journey.lab.programs import LabError
from journey.live.kubernetes import Object, Server


class Cluster:
    """A stand-in for an API server: what it is given."""

    def __init__(self, *items: dict[str, Any]) -> None:
        self.items = {(item["kind"], item["metadata"]["name"]): item for item in items}

    def get(self, item: Object) -> dict[str, Any] | None:
        return self.items.get((item["kind"], item["metadata"]["name"]))


def cluster(*items: dict[str, Any]) -> Server:
    return cast(Server, Cluster(*items))


SECRET = {
    "kind": "Secret",
    "metadata": {"name": "tls"},
    "data": {key: base64.b64encode(value).decode() for key, value in {"ca.crt": b"ca", "tls.key": b"key"}.items()},
}
SETTINGS = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"log": "json"}}


def workload(**container: Any) -> dict[str, Any]:
    volumes = [
        {"name": "tls", "secret": {"secretName": "tls", "items": [{"key": "ca.crt", "path": "deep/ca.crt"}]}},
        {"name": "settings", "configMap": {"name": "settings"}},
        {"name": "tmp", "emptyDir": {}},
    ]
    pod = {"containers": [{"name": "one", **container}], "volumes": volumes}
    return {"metadata": {"namespace": "here"}, "spec": {"template": {"spec": pod}}}


def test_files_variables_and_words(tmp_path: Path) -> None:
    made = pods.command(
        cluster(SECRET, SETTINGS),
        workload(
            args=["program", "--ca", "/app/tls/deep/ca.crt", "--log=$(LOG)", "$(NONE)", "/app/other"],
            env=[
                {"name": "LOG", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "log"}}},
                {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "tls", "key": "tls.key"}}},
                {"name": "HOME", "value": "/tmp/home"},
                {"name": "MORE", "valueFrom": {"configMapKeyRef": {"name": "no", "key": "log", "optional": True}}},
            ],
            volumeMounts=[
                {"name": "tls", "mountPath": "/app/tls"},
                {"name": "settings", "mountPath": "/app/settings"},
                {"name": "tmp", "mountPath": "/tmp"},
            ],
        ),
        tmp_path,
    )
    assert made.words == ("program", "--ca", f"{tmp_path}/tls/deep/ca.crt", "--log=json", "$(NONE)", "/app/other")
    assert made.environment == {"LOG": "json", "KEY": "key", "HOME": f"{tmp_path}/tmp/home"}
    found = {file.relative_to(tmp_path).as_posix(): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {"tls/deep/ca.crt": b"ca", "settings/log": b"json"}
    assert (tmp_path / "tls" / "deep" / "ca.crt").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({"configMapKeyRef": {"name": "settings", "key": "gone"}}, "LOG asks for gone of settings, which has none"),
        ({"secretKeyRef": {"name": "gone", "key": "log"}}, "the cluster has no Secret gone in namespace here"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, source: dict[str, Any], told: str) -> None:
    with pytest.raises(LabError) as refused:
        pods.command(cluster(SETTINGS), workload(env=[{"name": "LOG", "valueFrom": source}]), tmp_path)
    assert str(refused.value) == told
