"""Holds a program's output against the reference objects of the neutral workload.

    python -m benchmarks.compare N DIR...    exit 0 when the DIRs' YAML files hold exactly those objects

The order of keys and the style of the text are free; what a file means is compared, object by object.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks import workload

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SHOWN = 10

Key = tuple[str, str, str | None, str]


class Comparison(NamedTuple):
    """How many objects and bytes of YAML there are, and what is wrong with them, at most ten of each kind, in words."""

    objects: int
    size: int
    wrong: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether each wanted object is there once, as wanted, and nothing else."""
        return not self.wrong


def files(folders: Iterable[Path]) -> list[Path]:
    """The YAML files below the folders, sorted."""
    return sorted(path for folder in folders for path in folder.rglob("*.yaml"))


def digest(folders: Iterable[Path]) -> str:
    """A digest of the names and bytes of all files: two runs with one digest wrote the same."""
    state = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for path in files([folder]):
            data = path.read_bytes()
            state.update(f"{path.relative_to(folder.parent)} {len(data)}\n".encode() + data)
    return state.hexdigest()


def key(item: dict[str, Any]) -> Key:
    """What an object is known by on a cluster."""
    return item["apiVersion"], item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]


def first_difference(want: Any, got: Any, path: str = "") -> str:
    """Where two values first part, in words."""
    if isinstance(want, dict) and isinstance(got, dict):
        if want.keys() != got.keys():
            missing, extra = sorted(want.keys() - got.keys()), sorted(got.keys() - want.keys())
            return f"{path}: keys missing {missing}, extra {extra}"
        return next(
            first_difference(want[name], got[name], f"{path}.{name}") for name in want if want[name] != got[name]
        )
    if isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = enumerate(zip(want, got, strict=True))
        return next(first_difference(one, other, f"{path}[{i}]") for i, (one, other) in pairs if one != other)
    return f"{path}: want {want!r}, got {got!r}"


def reference(count: int) -> dict[Key, dict[str, Any]]:
    """The objects wanted of a workload of so many services."""
    return {key(item): item for _, _, found in workload.all_objects(count) for item in found.values()}


def objects(paths: Iterable[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each object with the file that it stands in."""
    for path in paths:
        for document in yaml.load_all(path.read_bytes(), Loader=Loader):
            if document:
                yield path, document


def compare(count: int, folders: Iterable[Path]) -> Comparison:
    """Hold what stands in the folders against the reference."""
    want, paths, seen, wrong = reference(count), files(folders), set[Key](), list[str]()
    for path, item in objects(paths):
        name = key(item)
        if name in seen:
            wrong.append(f"twice: {name} in {path}")
        elif name not in want:
            wrong.append(f"not wanted: {name} in {path}")
        elif want[name] != item:
            wrong.append(f"differs: {name} in {path}: {first_difference(want[name], item)}")
        seen.add(name)
        if len(wrong) == SHOWN:
            break
    missing = sorted(map(str, want.keys() - seen))[:SHOWN]
    size = sum(path.stat().st_size for path in paths)
    return Comparison(len(seen), size, (*wrong, *(f"missing: {name}" for name in missing)))


def main(count: int, folders: Iterable[Path]) -> int:
    """Print the verdict and what is wrong."""
    found = compare(count, folders)
    print("\n".join([*found.wrong, f"equal: {str(found.equal).lower()}; {found.objects} objects, {found.size} bytes"]))
    return 0 if found.equal else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), map(Path, sys.argv[2:])))
