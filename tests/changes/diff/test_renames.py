"""Objects that were renamed are one change."""

from __future__ import annotations

from journey.changes.diff.renames import joined
from journey.changes.diff.revisions import Changed

FOLDER = "environments/dev/local/kubernetes"


def service(name: str, port: int = 80) -> bytes:
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\n"
        f"spec: {{type: ClusterIP, a: 1, b: 2, port: {port}}}\n"
    ).encode()


def test_a_renamed_object_is_one_change() -> None:
    gone = Changed(f"{FOLDER}/a/service-a.yaml", service("a"), None)
    came = Changed(f"{FOLDER}/b/service-b.yaml", None, service("b", 81))
    assert joined([gone, came]) == [Changed(came.path, gone.old, came.new, gone.path)]


def test_what_is_elsewhere_or_different_is_no_rename() -> None:
    gone = Changed(f"{FOLDER}/a/service-a.yaml", service("a"), None)
    elsewhere = Changed("environments/prod/east/kubernetes/b/service-b.yaml", None, service("b"))
    other = Changed(f"{FOLDER}/b/x.yaml", None, b"apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {z: 1}\n")
    kept = Changed(f"{FOLDER}/c/c.yaml", b"a: 1\n", b"a: 2\n")
    assert joined([gone, elsewhere, other, kept]) == [gone, elsewhere, other, kept]
