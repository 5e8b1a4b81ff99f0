"""Reading Kubernetes objects out of files."""

from __future__ import annotations

from journey.artifact import Format
from journey.objects import Files, Workload, containers, group_of, objects, read, sidecars
from tests.checks.support import Tree, artifact, artifacts, made, service_objects


def test_a_file_that_holds_an_object() -> None:
    file = artifact(made("apps/v1", "Deployment", spec={"replicas": 2}))
    found = read(file)
    assert found is not None
    assert found.artifact is file
    assert (found.kind, found.group, found.namespace, found.name) == ("Deployment", "apps", "auth", "auth")
    assert found.spec == {"replicas": 2}
    assert str(found) == f"{file.path}: Deployment auth"


def test_what_is_no_object_is_passed_over() -> None:
    good, text = artifact(made("v1", "Service")), artifact("text", format=Format.TEXT)
    assert [found.artifact for found in objects([text, good])] == [good]


def test_a_units_files_are_read_once() -> None:
    files = Files(artifacts(service_objects()))
    assert objects(files) is objects(files)
    assert [str(found) for found in objects(files)] == [str(found) for found in objects(list(files))]


def test_groups() -> None:
    assert [group_of(version) for version in ("v1", "apps/v1", "a.b/v1beta1", "")] == ["", "apps", "a.b", ""]


def test_containers_of_a_pod() -> None:
    sidecar = {"name": "b", "restartPolicy": "Always"}
    pod = {"containers": [{"name": "a"}], "initContainers": [sidecar, {"name": "c"}]}
    assert [item["name"] for item in containers(pod)] == ["a", "b", "c"]
    assert [item["name"] for item in sidecars(pod)] == ["a", "b"]


def test_the_template_of_each_kind_of_workload() -> None:
    template: Tree = {"spec": {"containers": []}}
    cron = read(artifact(made("batch/v1", "CronJob", spec={"jobTemplate": {"spec": {"template": template}}})))
    assert isinstance(cron, Workload) and cron.template == template
    service = read(artifact(made("v1", "Service", spec={"template": template})))
    assert service is not None and not isinstance(service, Workload)
