"""Files of a spec in memory are found as those on the disk are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journey.spec.files import MAX_BYTES, InMemory, OnDisk

PATHS = st.lists(
    st.lists(st.sampled_from(["a", "ab", ".a", "service.yaml"]), min_size=1, max_size=3).map("/".join), max_size=6
)
PATTERN = st.lists(st.sampled_from(["*", "a", "a*", ".*", "service.yaml"]), min_size=1, max_size=3).map("/".join)


@given(PATHS, PATTERN)
def test_a_glob_finds_the_same(tmp_path_factory: pytest.TempPathFactory, paths: list[str], pattern: str) -> None:
    root = tmp_path_factory.mktemp("files")
    given_ = {path: path.encode() for path in paths if not any(other.startswith(f"{path}/") for other in paths)}
    for path, data in given_.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    disk, memory = OnDisk(str(root), {}), InMemory(given_)
    assert memory.found(pattern) == disk.found(pattern)
    assert sorted(memory.names("a")) == sorted(disk.names("a"))
    assert all(memory.read(path) == disk.read(path) for path in given_)


def test_bytes_at_hand_stand_in_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "promoted").mkdir()
    (tmp_path / "promoted" / "dev.yaml").write_bytes(b"old")
    files = OnDisk(str(tmp_path), {"promoted/dev.yaml": b"new", "promoted/prod.yaml": b"more"})
    assert files.read("promoted/dev.yaml") == b"new" and files.read("promoted/prod.yaml") == b"more"
    assert set(files.names("promoted")) == {"dev.yaml", "prod.yaml"}
    assert files.stamp("promoted/dev.yaml") == () and files.names("nowhere") == []


def test_what_is_too_large_is_not_read() -> None:
    files = InMemory({"a": b"x" * (MAX_BYTES + 1), "b": b"x" * MAX_BYTES})
    assert files.read("a") is None and files.read("b") is not None and files.read("c") is None
