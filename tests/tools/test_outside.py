"""Installing the outside programs: what is done when, what is left alone, and what is said when one cannot be had."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import gomod, outside
from tools.outside import InstallError, Program


class Shelf:
    """A cache folder, and a program that counts how often it is installed."""

    def __init__(self, root: Path) -> None:
        self.cache = root / "cache"
        self.pin = root / "finder.lock"
        self.pin.write_text("finder==1")
        self.installed = 0
        self.program = Program("finder", (self.pin,), self.install, "bin/finder")

    def install(self, program: Program, folder: Path) -> None:
        self.installed += 1
        (folder / "bin").mkdir()
        (folder / program.made).write_text(self.pin.read_text())

    @property
    def linked(self) -> str:
        return (self.cache / "bin" / "finder").read_text()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_program_is_installed_once(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    assert outside.ensure(shelf.program, shelf.cache)
    assert not outside.ensure(shelf.program, shelf.cache)
    assert (shelf.installed, shelf.linked) == (1, "finder==1")
    assert capsys.readouterr().out == "tools: installing finder\n"


def test_another_lock_brings_another_program_and_removes_the_older(shelf: Shelf) -> None:
    outside.ensure(shelf.program, shelf.cache)
    shelf.pin.write_text("finder==2")
    assert outside.ensure(shelf.program, shelf.cache)
    assert shelf.linked == "finder==2"
    assert len(list(shelf.cache.glob("finder-*"))) == 1


def test_what_an_interrupted_run_left_is_done_again(shelf: Shelf) -> None:
    outside.ensure(shelf.program, shelf.cache)
    folder = outside.folder_of(shelf.program, shelf.cache)
    (folder / outside.DONE).unlink()
    assert outside.ensure(shelf.program, shelf.cache)
    assert shelf.installed == 2


def test_a_link_that_points_elsewhere_is_mended(shelf: Shelf) -> None:
    outside.ensure(shelf.program, shelf.cache)
    link = shelf.cache / "bin" / "finder"
    link.unlink()
    link.symlink_to("nowhere")
    outside.ensure(shelf.program, shelf.cache)
    assert (shelf.linked, shelf.installed) == ("finder==1", 1)


def test_a_machine_without_go_is_told_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallError) as refused:
        outside.install_go(outside.of_go("actionlint"), tmp_path)
    assert str(refused.value) == (
        "actionlint is built with Go, and there is no `go` on PATH: install Go, or put a ready-made actionlint on PATH"
    )


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(InstallError, match=r"^this command failed: false$"):
        outside.run(["false"])


def test_the_others_are_installed_where_one_cannot_be_had(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(program: Program, folder: Path) -> None:
        raise InstallError(f"no {program.name} today")

    broken = Program("broken", (shelf.pin,), fail, "broken")
    monkeypatch.setattr(outside, "PROGRAMS", (broken, shelf.program))
    monkeypatch.setattr(outside, "CACHE", shelf.cache)
    assert outside.main() == 2
    assert shelf.installed == 1
    assert not os.path.lexists(shelf.cache / "bin" / "broken")
    assert capsys.readouterr().err == "tools: no broken today\n"
    monkeypatch.setattr(outside, "PROGRAMS", (shelf.program,))
    assert outside.main() == 0


def test_a_program_of_the_rig_is_asked_for_by_name(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(outside, "RIG", (shelf.program,))
    monkeypatch.setattr(outside, "CACHE", shelf.cache)
    assert outside.main(["finder"]) == 0
    assert (shelf.installed, (shelf.cache / "bin").exists()) == (1, False), "its versions may stand side by side"
    assert outside.main(["fnder"]) == 2
    assert capsys.readouterr().err == (
        "tools: there is no program fnder; there are checkov, zizmor, hadolint, cfn-lint, actionlint, finder\n"
    )


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        (
            "kubernetes-1.34",
            " ".join(
                f"-X k8s.io/component-base/version.{name}"
                for name in ("gitVersion=v1.34.4", "gitMajor=1", "gitMinor=34")
            ),
        ),
        ("argocd", "-X github.com/argoproj/argo-cd/v3/common.version=v3.5.7"),
        ("actionlint", ""),
    ],
)
def test_programs_that_tell_their_version_are_given_it(name: str, flags: str) -> None:
    assert outside.version_flags(outside.of_go(name)) == flags


def test_go_builds_the_tools_of_the_module_and_leaves_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text('#!/bin/sh\necho "$@" > "$TOLD"\nmkdir -p "$GOMODCACHE" "$GOCACHE"\n')
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    monkeypatch.setenv("TOLD", str(tmp_path / "told"))
    folder = tmp_path / "made"
    folder.mkdir()
    program = outside.of_go("kubernetes-1.37")
    outside.install_go(program, folder)
    told = (tmp_path / "told").read_text()
    assert told.startswith(
        f"build -mod=readonly -trimpath -ldflags -s -w {outside.version_flags(program)} -o {folder} "
    )
    assert told.rstrip().endswith(" k8s.io/kubernetes/cmd/kube-scheduler")
    assert list(folder.iterdir()) == []


def test_files_of_the_programs_module_stand_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "module"
    (module / "hack").mkdir(parents=True)
    (module / "hack" / "wrap.sh").write_text("#!/bin/sh\n")
    (module / "stages" / "fast").mkdir(parents=True)
    (module / "stages" / "fast" / "a.yaml").write_text("a: 1\n")
    pin = tmp_path / "pin"
    pin.mkdir()
    (pin / "go.mod").write_text("tool example.com/m/cmd\n\nrequire example.com/m v1.0.0\n")
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(f'#!/bin/sh\n[ "$6" = example.com/m ] && echo {module}\n')
    go.chmod(0o755)
    monkeypatch.setenv("PATH", f"{go.parent}:/usr/bin:/bin")
    for name in ("hack/wrap.sh", "stages"):
        outside.copy_shared(pin, {}, name, tmp_path / "share")
    assert os.access(tmp_path / "share" / "wrap.sh", os.X_OK)
    assert (tmp_path / "share" / "stages" / "fast" / "a.yaml").read_text() == "a: 1\n"


def test_every_program_is_pinned_by_hashes() -> None:
    known = (*outside.PROGRAMS, *outside.RIG)
    for program in (item for item in known if item.install is outside.install_wheel):
        text = program.pins[0].read_text()
        releases = [line for line in text.splitlines() if "==" in line and not line.startswith("#")]
        assert any(line.startswith((f"{program.name}==", f"{program.name}-bin==")) for line in releases)
        assert "--hash=sha256:" in text
        assert not any(line.startswith("--") for line in text.splitlines())
    for program in (item for item in known if item.install is outside.install_go):
        module, sums = (file.read_text() for file in program.pins)
        name, version = gomod.module_of(module), gomod.version_of(module)
        assert f"{name} {version} h1:" in sums, "the checksum of what is built"
