"""Configuration: values and files in ConfigMaps named by their content, and where a pod finds them."""

from __future__ import annotations

from typing import Any

import pytest

from journey.workload.config import file_key
from tests.workload.platforms import Data, container_of, objects, pod_of, service


def config_map(**values: Any) -> Data:
    return objects(service(config={"values": values}))["ConfigMap/auth"]


def test_values_become_strings_sorted_by_name() -> None:
    data = config_map(B=True, A=1, C=1.5, D="x", E={"value": False})["data"]
    assert data == {"A": "1", "B": "true", "C": "1.5", "D": "x", "E": "false"}
    assert list(data) == sorted(data)


def test_keys_of_the_config_service_are_no_part_of_it() -> None:
    assert config_map(A="x", B={"value": "y", "runtime": True})["data"] == {"A": "x"}


def test_without_configuration_there_is_no_config_map() -> None:
    found = objects(service(config={"values": {"B": {"value": "y", "runtime": True}}}))
    assert not [key for key in found if key.startswith("ConfigMap/")]
    assert "envFrom" not in container_of(found["Deployment/auth"])


def test_the_name_follows_the_content_and_not_its_order() -> None:
    name = config_map(A="1", B="2")["metadata"]["name"]
    assert name.startswith("auth-")
    assert name == config_map(B="2", A="1")["metadata"]["name"]
    assert name != config_map(A="1", B="3")["metadata"]["name"]


def test_pods_read_the_config_map_of_their_content() -> None:
    found = objects(service(config={"values": {"A": "b"}}))
    reference = {"name": found["ConfigMap/auth"]["metadata"]["name"]}
    assert container_of(found["Deployment/auth"])["envFrom"] == [{"configMapRef": reference}]


def test_files_are_mounted_one_by_one_so_that_their_folders_keep_what_they_have() -> None:
    files = {"/etc/auth/app.yaml": "a: b\n", "/etc/auth/b.txt": "b"}
    found = objects(service(config={"files": files}))
    held = found["ConfigMap/auth-files"]
    assert held["data"] == {"etc_auth_app.yaml": "a: b\n", "etc_auth_b.txt": "b"}
    pod = pod_of(found["Deployment/auth"])
    assert pod["volumes"] == [{"name": "config-files", "configMap": {"name": held["metadata"]["name"]}}]
    assert pod["containers"][0]["volumeMounts"] == [
        {"name": "config-files", "mountPath": "/etc/auth/app.yaml", "subPath": "etc_auth_app.yaml", "readOnly": True},
        {"name": "config-files", "mountPath": "/etc/auth/b.txt", "subPath": "etc_auth_b.txt", "readOnly": True},
    ]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/app.yaml", "app.yaml"),
        ("/etc/app.yaml", "etc_app.yaml"),
        ("/etc_app.yaml", "etc__app.yaml"),
    ],
)
def test_keys_of_files_tell_paths_apart(path: str, key: str) -> None:
    assert file_key(path) == key


def test_a_path_with_letters_that_no_key_may_hold_gets_a_hash() -> None:
    assert file_key("/a b").startswith("a-b-")
    assert file_key("/a b") != file_key("/a+b")
